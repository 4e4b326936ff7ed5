// Kernels and loops for models that are compiled for bf16. What runs them has checked HasBf16(EffectiveIsa()).
#pragma once

#include <optional>
#include <span>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/window.h"

namespace moir::runtime {

// A convolution of each channel by itself; nothing where there is a better way.
std::optional<KernelChoice> MakeDepthwiseBf16(const KernelContext& context);

enum class PoolingKind { kMax, kAverageOfData, kAverageWithPadding };
// Nothing when the data is no picture in bf16 with channels last. No window may lie beside the data as a whole.
std::optional<KernelChoice> MakePoolingBf16(const KernelContext& context, PoolingKind kind, const WindowAttributes& w);

// ToBf16Loop by the CPU's instructions: the same but for denormal numbers, which become zero.
void ToBf16Fast(const float* x, BF16* y, int64_t count);

// Rows of bf16 that begin `stride` elements apart.
template <typename Element>
struct StridedRows {
  Element* data;
  int64_t stride;
};
// y = x * scale + shift in bf16, for rows of `width` with one scale and shift per column; `relu`: then max(y, 0).
void ScaleShiftBf16Rows(StridedRows<const BF16> x, StridedRows<BF16> y, int64_t rows, int64_t width, const float* scale,
                        const float* shift, bool relu);
// The maximum, or the sum times `scale`, of `count` pixels (one or more), for each channel.
void MaxBf16(const BF16* const* taps, int64_t count, int64_t channels, BF16* y);
// The maximum of windows whose taps all exist: `count` of them, `step` elements apart; `offsets`: of the taps.
void MaxBf16Windows(const BF16* first, std::span<const int64_t> offsets, int64_t step, int64_t count, int64_t channels,
                    BF16* y);
void AverageBf16(const BF16* const* taps, int64_t count, int64_t channels, float scale, BF16* y);

}  // namespace moir::runtime
