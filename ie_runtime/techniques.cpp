#include "ie_runtime/techniques.h"

#include <atomic>
#include <cstdlib>

#include "ie_runtime/common.h"

namespace moir::runtime {
namespace {

constexpr TechniqueName kTechniques[] = {
    {Technique::kWinograd, "winograd", "3 x 3 convolutions by Winograd's algorithm"},
    {Technique::kPacked, "packed", "late pointwise convolutions that fetch weights ahead"},
    {Technique::kMatMul, "mat_mul", "products of many rows with constant weights by loops of our own"},
    {Technique::kAmx, "amx", "convolutions in bf16 on the tiles of AMX by loops of our own"},
    {Technique::kBlockedLayout, "blocked_layout", "channels in blocks between convolutions, and all that needs them"},
    {Technique::kPooling, "pooling", "poolings of channels in blocks by loops of our own"},
    {Technique::kStream, "stream", "products of few rows that stream their weights"},
    {Technique::kFusePad, "fuse_pad", "padding as a part of convolutions"},
    {Technique::kFuseScaleShift, "fuse_scale_shift", "factors and summands per channel as one layer"},
    {Technique::kFuseBias, "fuse_bias", "factors and summands per channel in weights and biases"},
    {Technique::kFuseSum, "fuse_sum", "residual sums as a part of convolutions"},
    {Technique::kFuseLstmGates, "fuse_lstm_gates", "gates of unrolled LSTMs as one layer"},
    {Technique::kFuseUnary, "fuse_unary", "activations as a part of what they follow"},
    {Technique::kFuseConcat, "fuse_concat", "concatenations in bf16 as the data of factors and summands per channel"},
    {Technique::kFusePrologue, "fuse_prologue",
     "depthwise convolutions and ScaleShifts inside the pointwise ones behind"},
    {Technique::kViews, "views", "reshapes and parts of values without copies"},
    {Technique::kConcatInPlace, "concat_in_place", "concatenations whose parts are computed in their places"},
    {Technique::kInPlace, "in_place", "results in the memory of what they are computed of"},
    {Technique::kBusyWaiting, "busy_waiting", "threads that spin between layers"},
};

std::atomic<uint32_t> disabled{0};

uint32_t Bit(Technique technique) { return uint32_t{1} << static_cast<int>(technique); }

}  // namespace

std::span<const TechniqueName> TechniqueNames() { return kTechniques; }

bool Uses(Technique technique) { return (disabled.load(std::memory_order_relaxed) & Bit(technique)) == 0; }

void DisableTechniques(std::string_view names) {
  uint32_t bits = 0;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    const auto* const found = std::find_if(std::begin(kTechniques), std::end(kTechniques),
                                           [&](const TechniqueName& known) { return known.name == name; });
    if (found == std::end(kTechniques)) {
      std::string known;
      for (const TechniqueName& technique : kTechniques) known += StrCat(known.empty() ? "" : ", ", technique.name);
      Fail(ErrorKind::kBadOption, "MOIR_DISABLE: got \"", name, "\", expected some of ", known);
    }
    bits |= Bit(found->technique);
  }
  disabled = bits;
}

void ReadDisabledTechniques() {
  const char* names = std::getenv("MOIR_DISABLE");
  DisableTechniques(names ? names : "");
}

}  // namespace moir::runtime
