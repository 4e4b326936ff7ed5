// AdaptiveAvgPool of f32 [N, C, H, W]: planes in parallel; the rows of a window are added as vectors, then its columns.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeAdaptiveAvgPool(const KernelContext& context) {
  const Shape& in = context.InputShape();
  const Shape& out = context.OutputShape();
  if (context.Input(0).type != ElementType::kF32 || in.Rank() != 4 || in.NumElements() == 0) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), Layout()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [height = in[2], width = in[3], rows = out[2], columns = out[3],
                                        planes = in[0] * in[1]](const Binding& memory) {
    const float* src = reinterpret_cast<const float*>(memory.inputs[0]);
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    const auto begin_of = [](int64_t i, int64_t size, int64_t count) { return i * size / count; };
    const auto end_of = [](int64_t i, int64_t size, int64_t count) { return ((i + 1) * size + count - 1) / count; };
    ParallelFor(planes, std::max<int64_t>(1, 16384 / (height * width)), [&](int64_t begin, int64_t end) {
      std::vector<float> sums(static_cast<size_t>(width));
      for (int64_t p = begin; p < end; ++p) {
        float* to = dst + p * rows * columns;
        for (int64_t i = 0; i < rows; ++i) {
          const int64_t top = begin_of(i, height, rows), bottom = end_of(i, height, rows);
          std::fill(sums.begin(), sums.end(), 0.0f);
          for (int64_t y = top; y < bottom; ++y)
            AddLoop(src + (p * height + y) * width, sums.data(), sums.data(), width);
          for (int64_t j = 0; j < columns; ++j) {
            const int64_t left = begin_of(j, width, columns), right = end_of(j, width, columns);
            float sum = 0;
            for (int64_t x = left; x < right; ++x) sum += sums[static_cast<size_t>(x)];
            *to++ = sum / static_cast<float>((bottom - top) * (right - left));
          }
        }
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
