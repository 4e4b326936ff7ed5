// NormalizeL2 over neighbouring axes of a plain value, seen as [before, reduced, after]:
//   y[b, r, a] = x[b, r, a] / sqrt(sum over r of x[b, r, a]^2 + eps)      (or max with eps instead of the sum)
#include <cmath>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

MOIR_VECTOR_CLONES void AddSquares(const float* x, float* sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) sums[i] += x[i] * x[i];
}

double SumOfSquares(const float* x, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

struct Sizes {
  int64_t before, reduced, after;
};

std::optional<Sizes> Settle(const Shape& shape, std::vector<int64_t> axes) {
  for (int64_t& axis : axes) axis = shape.NormalizeAxis(axis);
  std::sort(axes.begin(), axes.end());
  if (axes.empty()) return std::nullopt;
  for (size_t i = 1; i < axes.size(); ++i) {
    if (axes[i] != axes[i - 1] + 1) return std::nullopt;
  }
  return Sizes{shape.NumElements(0, axes.front()), shape.NumElements(axes.front(), axes.back() + 1),
               shape.NumElements(axes.back() + 1, shape.Rank())};
}

}  // namespace

std::optional<KernelChoice> MakeNormalizeL2(const KernelContext& context) {
  const auto axes = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axes || context.InputShape().NumElements() == 0)
    return std::nullopt;
  const auto sizes = Settle(context.InputShape(), *axes);
  if (!sizes) return std::nullopt;
  const auto eps = static_cast<float>(context.GetLayer().Attr<double>("eps"));
  const bool add = context.GetLayer().Attr<std::string>("eps_mode") == "add";
  KernelChoice choice;
  choice.inputs = {context.PlainInput(), Layout()};
  choice.outputs = {context.PlainOutput()};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [s = *sizes, eps, add](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    const auto factor = [&](double sum) {
      return static_cast<float>(1 / std::sqrt(add ? sum + eps : std::max<double>(sum, eps)));
    };
    if (s.after == 1) {
      ParallelFor(s.before, std::max<int64_t>(1, 16384 / s.reduced), [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
          const float* row = x + b * s.reduced;
          ScaleShiftLoop(row, y + b * s.reduced, s.reduced, factor(SumOfSquares(row, s.reduced)), 0);
        }
      });
      return;
    }
    constexpr int64_t kPiece = 256;
    const int64_t pieces = (s.after + kPiece - 1) / kPiece;
    ParallelFor(s.before * pieces, std::max<int64_t>(1, 16384 / (s.reduced * kPiece)), [&](int64_t begin, int64_t end) {
      float sums[kPiece];
      for (int64_t i = begin; i < end; ++i) {
        const int64_t start = i % pieces * kPiece, count = std::min(kPiece, s.after - start);
        const int64_t base = i / pieces * s.reduced * s.after + start;
        std::fill(sums, sums + count, 0.0f);
        for (int64_t r = 0; r < s.reduced; ++r) AddSquares(x + base + r * s.after, sums, count);
        for (int64_t k = 0; k < count; ++k) sums[k] = factor(sums[k]);
        for (int64_t r = 0; r < s.reduced; ++r)
          BinaryLoop(BinaryKind::kMultiply, x + base + r * s.after, 1, sums, 1, y + base + r * s.after, count);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
