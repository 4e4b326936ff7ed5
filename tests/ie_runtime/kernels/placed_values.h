// Values in memory as the loops of our own convolutions have them, for tests of these.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ie_runtime/kernels/blocked/loops.h"
#include "ie_runtime/memory.h"

namespace moir::runtime {

struct LoopsCase {
  const char* name;
  Isa isa;
  ElementType source, result;
  // Those of the instruction set.
  const blocked::Loops& Get() const {
    return source == ElementType::kBF16 ? *blocked::FindBf16Loops(result, isa) : *blocked::FindLoops(isa);
  }
};
inline constexpr LoopsCase kLoopsCases[] = {
    {"avx2", Isa::kAvx2, ElementType::kF32, ElementType::kF32},
    {"avx512", Isa::kAvx512Core, ElementType::kF32, ElementType::kF32},
    {"Bf16", Isa::kAvx512CoreBf16, ElementType::kBF16, ElementType::kBF16},
    {"Bf16ToF32", Isa::kAvx512CoreBf16, ElementType::kBF16, ElementType::kF32},
};
inline void PrintTo(const LoopsCase& loops, std::ostream* stream) { *stream << loops.name; }

// Numbers of this type.
inline std::vector<float> OfType(ElementType type, std::vector<float> values) {
  if (type == ElementType::kF32) return values;
  for (float& value : values) value = graph::ToFloat(graph::ToBF16(value));
  return values;
}

// How much a number of this type may be from the exact one beside `value`, for rounding alone: half of the last of its
// bits. f32 has none here, as tests have a bound for its sums.
inline double Rounding(ElementType type, double value) {
  return type == ElementType::kBF16 ? std::abs(value) * 0x1p-8 : 0;
}

class Placed {
 public:
  // `plain`: [batch, channels, pixels], numbers of `type`.
  Placed(const blocked::Loops& loops, ElementType type, const std::vector<float>& plain, int64_t batch,
         int64_t channels, int64_t pixels)
      : last_(loops.order == blocked::Order::kChannelsLast),
        lanes_(loops.lanes),
        channels_(channels),
        pixels_(pixels),
        type_(type),
        elements_(batch * (last_ ? channels : Padded()) * pixels),
        memory_(AllocateZeros(static_cast<size_t>(elements_ + kGuard) * ElementSize(type))) {
    for (size_t i = 0; i < plain.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      Set(Index(at / pixels / channels, at / pixels % channels, at % pixels), plain[i]);
    }
    for (int64_t i = 0; i < kGuard; ++i) Set(static_cast<size_t>(elements_ + i), kGuardValue);
  }
  std::byte* Data() const { return memory_.get(); }
  float At(int64_t n, int64_t channel, int64_t pixel) const { return Get(Index(n, channel, pixel)); }

  // Padding channels are zeros, and nothing is written behind the end.
  void ExpectWithinBounds() const {
    for (int64_t channel = channels_; !last_ && channel < Padded(); ++channel)
      ASSERT_EQ(At(0, channel, pixels_ - 1), 0.0f) << "padding " << channel;
    for (int64_t i = 0; i < kGuard; ++i) ASSERT_EQ(Get(static_cast<size_t>(elements_ + i)), kGuardValue) << i;
  }

 private:
  static constexpr int64_t kGuard = 64;
  static constexpr float kGuardValue = 7;

  int64_t Padded() const { return (channels_ + lanes_ - 1) / lanes_ * lanes_; }
  size_t Index(int64_t n, int64_t channel, int64_t pixel) const {
    if (last_) return static_cast<size_t>((n * pixels_ + pixel) * channels_ + channel);
    const int64_t block = n * (Padded() / lanes_) + channel / lanes_;
    return static_cast<size_t>((block * pixels_ + pixel) * lanes_ + channel % lanes_);
  }
  float Get(size_t index) const {
    return type_ == ElementType::kBF16 ? graph::ToFloat(reinterpret_cast<const BF16*>(memory_.get())[index])
                                       : reinterpret_cast<const float*>(memory_.get())[index];
  }
  void Set(size_t index, float value) {
    if (type_ == ElementType::kBF16) reinterpret_cast<BF16*>(memory_.get())[index] = graph::ToBF16(value);
    else reinterpret_cast<float*>(memory_.get())[index] = value;
  }

  bool last_;
  int64_t lanes_, channels_, pixels_;
  ElementType type_;
  int64_t elements_;
  std::shared_ptr<std::byte> memory_;
};

}  // namespace moir::runtime
