// MVN over neighbouring axes of a plain f32 value, seen as [before, reduced, after]: what InstanceNorm, LayerNorm and
// GroupNorm come down to.
//   y[b, r, a] = (x[b, r, a] - mean over r) / sqrt(mean over r of (x[b, r, a] - mean)^2 + eps)
// with eps_mode outside_sqrt: / (sqrt(...) + eps). Sums run in double, the differences are taken before they are
// scaled.
#include <algorithm>
#include <cmath>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kPiece = 256;  // columns at a time

MOIR_VECTOR_CLONES double SumOf(const float* x, int64_t count) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]);
  }
  for (; i < count; ++i) lanes[0] += static_cast<double>(x[i]);
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

MOIR_VECTOR_CLONES double SumOfSquares(const float* x, int64_t count, double mean) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) {
      const double difference = static_cast<double>(x[i + l]) - mean;
      lanes[l] += difference * difference;
    }
  }
  for (; i < count; ++i) lanes[0] += (static_cast<double>(x[i]) - mean) * (static_cast<double>(x[i]) - mean);
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

MOIR_VECTOR_CLONES void NormalizeRow(const float* x, float* y, int64_t count, double mean, double factor) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor);
}

MOIR_VECTOR_CLONES void AddRow(const float* x, double* sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) sums[i] += static_cast<double>(x[i]);
}

MOIR_VECTOR_CLONES void AddSquares(const float* x, const double* means, double* sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(x[i]) - means[i];
    sums[i] += difference * difference;
  }
}

MOIR_VECTOR_CLONES void NormalizeColumns(const float* x, float* y, const double* means, const double* factors,
                                         int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>((static_cast<double>(x[i]) - means[i]) * factors[i]);
}

struct MvnPlan {
  int64_t before = 1, reduced = 1, after = 1;
  bool scaled, inside;
  double eps;

  double Factor(double squares) const {
    if (!scaled) return 1;
    const double variance = squares / static_cast<double>(reduced);
    return 1 / (inside ? std::sqrt(variance + eps) : std::sqrt(variance) + eps);
  }
};

void RunRows(const MvnPlan& plan, const float* x, float* y) {
  ParallelFor(plan.before, std::max<int64_t>(1, 16384 / plan.reduced), [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const float* row = x + b * plan.reduced;
      const double mean = SumOf(row, plan.reduced) / static_cast<double>(plan.reduced);
      const double factor = plan.Factor(plan.scaled ? SumOfSquares(row, plan.reduced, mean) : 0);
      NormalizeRow(row, y + b * plan.reduced, plan.reduced, mean, factor);
    }
  });
}

void RunColumns(const MvnPlan& plan, const float* x, float* y) {
  const int64_t pieces = (plan.after + kPiece - 1) / kPiece;
  const int64_t width = std::min(plan.after, kPiece);
  ParallelFor(plan.before * pieces, std::max<int64_t>(1, 16384 / (plan.reduced * width)),
              [&](int64_t begin, int64_t end) {
                double means[kPiece], factors[kPiece];
                for (int64_t i = begin; i < end; ++i) {
                  const int64_t start = i % pieces * kPiece, count = std::min(kPiece, plan.after - start);
                  const int64_t base = i / pieces * plan.reduced * plan.after + start;
                  std::fill(means, means + count, 0.0);
                  std::fill(factors, factors + count, 0.0);
                  for (int64_t r = 0; r < plan.reduced; ++r) AddRow(x + base + r * plan.after, means, count);
                  for (int64_t k = 0; k < count; ++k) means[k] /= static_cast<double>(plan.reduced);
                  for (int64_t r = 0; r < plan.reduced && plan.scaled; ++r)
                    AddSquares(x + base + r * plan.after, means, factors, count);
                  for (int64_t k = 0; k < count; ++k) factors[k] = plan.Factor(factors[k]);
                  for (int64_t r = 0; r < plan.reduced; ++r)
                    NormalizeColumns(x + base + r * plan.after, y + base + r * plan.after, means, factors, count);
                }
              });
}

}  // namespace

std::optional<KernelChoice> MakeMvn(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  auto axes = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axes || axes->empty() || shape.NumElements() == 0)
    return std::nullopt;
  for (int64_t& axis : *axes) axis = shape.NormalizeAxis(axis);
  std::sort(axes->begin(), axes->end());
  if (axes->back() - axes->front() + 1 != static_cast<int64_t>(axes->size())) return std::nullopt;
  MvnPlan plan;
  plan.before = shape.NumElements(0, axes->front());
  plan.reduced = shape.NumElements(axes->front(), axes->back() + 1);
  plan.after = shape.NumElements(axes->back() + 1, shape.Rank());
  plan.scaled = layer.Attr<bool>("normalize_variance");
  plan.inside = layer.Attr<std::string>("eps_mode") == "inside_sqrt";
  plan.eps = layer.Attr<double>("eps");
  KernelChoice choice;
  choice.inputs = {context.PlainInput(), Layout()};
  choice.outputs = {context.PlainOutput()};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [plan](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    if (plan.after == 1) RunRows(plan, x, y);
    else RunColumns(plan, x, y);
  });
  return choice;
}

}  // namespace moir::runtime
