// CumSum of f32, seen as [outer, size, inner]: sums run in double, along a row or for many columns side by side.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kPiece = 256;  // columns at a time

MOIR_VECTOR_CLONES void AddColumns(const float* x, double* sums, float* y, int64_t count, bool exclusive) {
  if (exclusive) {
    for (int64_t i = 0; i < count; ++i) {
      y[i] = static_cast<float>(sums[i]);
      sums[i] += static_cast<double>(x[i]);
    }
  } else {
    for (int64_t i = 0; i < count; ++i) {
      sums[i] += static_cast<double>(x[i]);
      y[i] = static_cast<float>(sums[i]);
    }
  }
}

// One row; each sum waits for the one before.
void AddRow(const float* x, float* y, int64_t count, int64_t step, bool exclusive) {
  double sum = 0;
  for (int64_t k = 0; k < count; ++k, x += step, y += step) {
    if (exclusive) *y = static_cast<float>(sum);
    sum += static_cast<double>(*x);
    if (!exclusive) *y = static_cast<float>(sum);
  }
}

}  // namespace

std::optional<KernelChoice> MakeCumSum(const KernelContext& context) {
  const Shape& shape = context.InputShape();
  const auto axis_input = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axis_input || shape.NumElements() == 0) return std::nullopt;
  const int64_t axis = shape.NormalizeAxis(axis_input->at(0));
  const int64_t outer = shape.NumElements(0, axis), size = shape[axis];
  const int64_t inner = shape.NumElements(axis + 1, shape.Rank());
  const bool exclusive = context.GetLayer().Attr<bool>("exclusive");
  const bool reverse = context.GetLayer().Attr<bool>("reverse");
  KernelChoice choice;
  choice.inputs = {context.PlainInput(), Layout()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [=](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    if (inner == 1) {
      ParallelFor(outer, std::max<int64_t>(1, 16384 / size), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t first = i * size + (reverse ? size - 1 : 0);
          AddRow(x + first, y + first, size, reverse ? -1 : 1, exclusive);
        }
      });
      return;
    }
    const int64_t pieces = (inner + kPiece - 1) / kPiece;
    const int64_t width = std::min(inner, kPiece);
    ParallelFor(outer * pieces, std::max<int64_t>(1, 16384 / (size * width)), [&](int64_t begin, int64_t end) {
      double sums[kPiece];
      for (int64_t i = begin; i < end; ++i) {
        const int64_t start = i % pieces * kPiece, count = std::min(kPiece, inner - start);
        const int64_t base = i / pieces * size * inner + start;
        std::fill(sums, sums + count, 0.0);
        for (int64_t k = 0; k < size; ++k) {
          const int64_t at = base + (reverse ? size - 1 - k : k) * inner;
          AddColumns(x + at, sums, y + at, count, exclusive);
        }
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
