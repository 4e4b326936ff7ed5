// How fast the CPU multiplies in bf16, compared with f32.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "ie_runtime/kernels/blocked/cost.h"

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bf16")

namespace moir::runtime::blocked {
namespace {

// The same instruction for 16 sums, which do not wait for one another: as many as it may take cycles, and more.
#define MOIR_FOR_SUMS(instruction)                                                                            \
  instruction("0") instruction("1") instruction("2") instruction("3") instruction("4") instruction("5")       \
      instruction("6") instruction("7") instruction("8") instruction("9") instruction("10") instruction("11") \
          instruction("12") instruction("13") instruction("14") instruction("15")
#define MOIR_ZERO(sum) "vpxord %%zmm" sum ", %%zmm" sum ", %%zmm" sum "\n"
#define MOIR_MULTIPLY_F32(sum) "vfmadd231ps %%zmm16, %%zmm16, %%zmm" sum "\n"
#define MOIR_MULTIPLY_BF16(sum) "vdpbf16ps %%zmm16, %%zmm16, %%zmm" sum "\n"
#define MOIR_SUMS                                                                                                     \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", \
      "xmm14", "xmm15", "xmm16"

constexpr int kSteps = 64;

// The clock's ticks of 16 * kSteps products of vectors of zeros. Assembly, as a compiler makes one of what is equal.
uint64_t TicksOfF32() {
  asm volatile(MOIR_FOR_SUMS(MOIR_ZERO) MOIR_ZERO("16") : : : MOIR_SUMS);
  const uint64_t start = __builtin_ia32_rdtsc();
  for (int step = 0; step < kSteps; ++step) asm volatile(MOIR_FOR_SUMS(MOIR_MULTIPLY_F32) : : : MOIR_SUMS);
  return __builtin_ia32_rdtsc() - start;
}
uint64_t TicksOfBf16() {
  asm volatile(MOIR_FOR_SUMS(MOIR_ZERO) MOIR_ZERO("16") : : : MOIR_SUMS);
  const uint64_t start = __builtin_ia32_rdtsc();
  for (int step = 0; step < kSteps; ++step) asm volatile(MOIR_FOR_SUMS(MOIR_MULTIPLY_BF16) : : : MOIR_SUMS);
  return __builtin_ia32_rdtsc() - start;
}

double Measure() {
  uint64_t f32 = ~uint64_t{0}, bf16 = ~uint64_t{0};
  // The best of some: the first ones wait for the CPU to wake up its vectors, others for another program.
  for (int i = 0; i < 8; ++i) {
    f32 = std::min(f32, TicksOfF32());
    bf16 = std::min(bf16, TicksOfBf16());
  }
  return 2 * static_cast<double>(f32) / static_cast<double>(std::max<uint64_t>(bf16, 1));
}

}  // namespace
}  // namespace moir::runtime::blocked

#pragma GCC pop_options
#endif

namespace moir::runtime::blocked {
namespace {

std::atomic<double> set_rate{0};

double RoundedRate() {
#if defined(__x86_64__)
  if (HasBf16(EffectiveIsa())) return std::clamp(std::exp2(std::round(std::log2(Measure()))), 0.5, 2.0);
#endif
  return 0.5;
}

}  // namespace

double Bf16ProductRate() {
  if (const double rate = set_rate; rate > 0) return rate;
  static const double measured = RoundedRate();
  return measured;
}

void SetBf16ProductRate(double rate) { set_rate = rate; }

}  // namespace moir::runtime::blocked
