// Poolings of pictures in bf16 with channels last: maxima without leaving bf16, averages of sums in f32.
#include <algorithm>

#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakePoolingBf16(const KernelContext& context, PoolingKind kind, const WindowAttributes& w) {
  const Layout& layout = context.InputLayout();
  constexpr int64_t kMaxTaps = 256;
  if (layout.Type() != ElementType::kBF16 || layout.ToString() != "channels-last" || w.kernel.size() != 2 ||
      w.kernel[0] * w.kernel[1] > kMaxTaps)
    return std::nullopt;
  const Shape in = context.InputShape(), out = context.OutputShape();
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = layout;
  choice.outputs = {Layout::ChannelsLast(ElementType::kBF16, out)};
  choice.kernel = MakeKernel("pooling_bf16", [in, out, kind, w](const Binding& memory) {
    const BF16* src = reinterpret_cast<const BF16*>(memory.inputs[0]);
    BF16* dst = reinterpret_cast<BF16*>(memory.outputs[0]);
    const int64_t channels = in[1], work = out[3] * channels * w.kernel[0] * w.kernel[1];
    ParallelFor(out[0] * out[2], std::max<int64_t>(1, 65536 / work), [&](int64_t first, int64_t last) {
      const BF16* taps[kMaxTaps];
      for (int64_t line = first; line < last; ++line) {
        const BF16* image = src + line / out[2] * in[2] * in[3] * channels;
        // Windows that lie inside the data, but for lines above and below it.
        int64_t first_inside = 0, last_inside = 0;
        if (kind == PoolingKind::kMax) {
          const int64_t room = in[3] - 1 - (w.kernel[1] - 1) * w.dilations[1] + w.pads_begin[1];
          first_inside = (w.pads_begin[1] + w.strides[1] - 1) / w.strides[1];
          last_inside = room < 0 ? 0 : std::min(out[3], room / w.strides[1] + 1);
        }
        if (first_inside < last_inside) {
          int64_t offsets[kMaxTaps];
          size_t count = 0;
          for (int64_t i = 0; i < w.kernel[0]; ++i) {
            const int64_t row = line % out[2] * w.strides[0] - w.pads_begin[0] + i * w.dilations[0];
            if (row < 0 || row >= in[2]) continue;
            for (int64_t j = 0; j < w.kernel[1]; ++j) offsets[count++] = (row * in[3] + j * w.dilations[1]) * channels;
          }
          MaxBf16Windows(image + (first_inside * w.strides[1] - w.pads_begin[1]) * channels, {offsets, count},
                         w.strides[1] * channels, last_inside - first_inside, channels,
                         dst + (line * out[3] + first_inside) * channels);
        }
        for (int64_t x = 0; x < out[3]; ++x) {
          if (x == first_inside && x < last_inside) x = last_inside;
          if (x == out[3]) break;
          int64_t count = 0;
          for (int64_t i = 0; i < w.kernel[0]; ++i) {
            const int64_t row = line % out[2] * w.strides[0] - w.pads_begin[0] + i * w.dilations[0];
            if (row < 0 || row >= in[2]) continue;
            for (int64_t j = 0; j < w.kernel[1]; ++j) {
              const int64_t column = x * w.strides[1] - w.pads_begin[1] + j * w.dilations[1];
              if (column >= 0 && column < in[3]) taps[count++] = image + (row * in[3] + column) * channels;
            }
          }
          BF16* y = dst + (line * out[3] + x) * channels;
          if (kind == PoolingKind::kMax) {
            MaxBf16(taps, count, channels, y);
          } else {
            const int64_t divisor = kind == PoolingKind::kAverageOfData ? count : w.kernel[0] * w.kernel[1];
            AverageBf16(taps, count, channels, 1.0f / static_cast<float>(divisor), y);
          }
        }
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
