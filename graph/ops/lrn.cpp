// LRN: y = x / (bias + alpha / size^a * s)^beta, where s is the sum of x^2 over the neighbours of x within r of it
// along each of the a axes, r = (size - 1) / 2 rounded down (an even size covers size - 1); nothing lies outside.
// in 0: data, any shape, float type.  in 1: axes, i32 or i64.  out 0: as data.  attr size: int, from 1.
#include "graph/ops/axes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  InferFloatUnary(op);
  InferAxes(op);
  const int64_t size = op.Attr<int64_t>("size");
  op.Require(size >= 1, "attribute size", size, "a positive number");
}

// Replaces every value by the sum of its neighbours within `reach` along the axis.
void SumNeighbours(std::vector<double>& values, const Shape& shape, int64_t axis, int64_t reach) {
  const int64_t outer = shape.NumElements(0, axis), size = shape[axis],
                inner = shape.NumElements(axis + 1, shape.Rank());
  std::vector<double> line(static_cast<size_t>(size));
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      double* first = values.data() + o * size * inner + i;
      for (int64_t k = 0; k < size; ++k) line[static_cast<size_t>(k)] = first[k * inner];
      for (int64_t k = 0; k < size; ++k) {
        double sum = 0;
        for (int64_t j = std::max<int64_t>(k - reach, 0); j <= std::min(k + std::min(reach, size), size - 1); ++j)
          sum += line[static_cast<size_t>(j)];
        first[k * inner] = sum;
      }
    }
  }
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t size = op.Attr<int64_t>("size");
  const double beta = op.Attr<double>("beta"), bias = op.Attr<double>("bias");
  double scale = op.Attr<double>("alpha");
  const auto x = op.Input(0).Values<T>();
  const auto y = op.Output().MutableValues<T>();
  std::vector<double> sums(x.size());
  for (size_t i = 0; i < x.size(); ++i) sums[i] = static_cast<double>(x[i]) * static_cast<double>(x[i]);
  for (const int64_t axis : op.Input(1).ToVector<int64_t>()) {
    SumNeighbours(sums, shape, shape.NormalizeAxis(axis), (size - 1) / 2);
    scale /= static_cast<double>(size);
  }
  for (size_t i = 0; i < x.size(); ++i)
    y[i] = static_cast<T>(static_cast<double>(x[i]) / std::pow(bias + scale * sums[i], beta));
}

}  // namespace

OpSchema LRNSchema() {
  return {.name = "LRN",
          .inputs = {"data", "axes"},
          .attributes = {RequiredAttribute<double>("alpha"), RequiredAttribute<double>("beta"),
                         RequiredAttribute<double>("bias"), RequiredAttribute<int64_t>("size")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
