// FakeQuantize of f32 whose limits are constants, one for all or one per index of one axis.
#include <cmath>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Limits {
  float low, high, to_low, to_high;
};

// Sums of 2^23 and a half more leave no bits behind the point: the sum is rounded to the nearest even integer. Exact
// from 0 to 2^22.
constexpr float kRounder = 12582912.0f;
constexpr int64_t kMostLevels = 1 << 22;

MOIR_VECTOR_CLONES void QuantizeRow(const float* x, float* y, int64_t count, float low, float high, float to_low,
                                    float to_high, float steps) {
  const float least = low < high ? low : high, most = low < high ? high : low;
  const float range = high - low, to_range = to_high - to_low;
  for (int64_t i = 0; i < count; ++i) {
    const float level = (x[i] - low) / range * steps;
    const float inside = ((level + kRounder) - kRounder) / steps * to_range + to_low;
    y[i] = x[i] <= least ? to_low : x[i] > most ? to_high : inside;
  }
}

}  // namespace

std::optional<KernelChoice> MakeFakeQuantize(const KernelContext& context) {
  const Shape& shape = context.InputShape();
  const int64_t levels = context.GetLayer().Attr<int64_t>("levels");
  if (context.Input(0).type != ElementType::kF32 || shape.NumElements() == 0 || levels > kMostLevels)
    return std::nullopt;
  // The axis along which limits differ.
  int64_t axis = -1;
  std::vector<std::vector<float>> values;
  for (size_t i = 1; i < 5; ++i) {
    const PlanValue& limit = context.Input(i);
    if (!limit.IsConstant()) return std::nullopt;
    for (int64_t k = 0; k < limit.shape.Rank(); ++k) {
      if (limit.shape[k] == 1) continue;
      const int64_t of_data = shape.Rank() - limit.shape.Rank() + k;
      if (axis >= 0 && axis != of_data) return std::nullopt;
      axis = of_data;
    }
    values.push_back(ConstantFloats(limit));
  }
  const int64_t channels = axis < 0 ? 1 : shape[axis];
  const int64_t inner = axis < 0 ? shape.NumElements() : shape.NumElements(axis + 1, shape.Rank());
  const int64_t rows = shape.NumElements() / inner;
  std::vector<Limits> limits;
  for (int64_t c = 0; c < channels; ++c) {
    const auto of = [&](size_t i) { return values[i][values[i].size() == 1 ? 0 : static_cast<size_t>(c)]; };
    limits.push_back({of(0), of(1), of(2), of(3)});
  }
  KernelChoice choice;
  choice.inputs = {context.PlainInput(), Layout(), Layout(), Layout(), Layout()};
  choice.outputs = {context.PlainOutput()};
  const auto steps = static_cast<float>(levels - 1);
  choice.kernel = MakeKernel("vector", [=](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    constexpr int64_t kPiece = 4096;
    const int64_t pieces = (inner + kPiece - 1) / kPiece;
    ParallelFor(rows * pieces, std::max<int64_t>(1, 16384 / std::min(inner, kPiece)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t row = i / pieces, first = i % pieces * kPiece;
        const Limits& l = limits[static_cast<size_t>(row % channels)];
        QuantizeRow(x + row * inner + first, y + row * inner + first, std::min(kPiece, inner - first), l.low, l.high,
                    l.to_low, l.to_high, steps);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
