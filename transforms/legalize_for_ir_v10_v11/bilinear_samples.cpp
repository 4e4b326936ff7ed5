#include "transforms/legalize_for_ir_v10_v11/bilinear_samples.h"

namespace moir::transforms {

Value BilinearSamples(Builder& build, Value elements, Value first, Value y, Value x, int64_t height, int64_t width) {
  const Value one = build.Number(1);
  struct Axis {
    Value low, high;  // i64
    Value share;      // of the higher element
  };
  const auto split = [&](Value place, int64_t size) {
    const Value low = build.Op("Floor", {place});
    const Value high = build.Minimum(build.Add(low, one), build.Number(static_cast<double>(size - 1)));
    return Axis{build.Convert(low, ElementType::kI64), build.Convert(high, ElementType::kI64),
                build.Subtract(place, low)};
  };
  const Axis down = split(y, height), across = split(x, width);
  const Value stride = build.Constant(Tensor::Scalar(width)), axis = build.Constant(Tensor::Scalar<int64_t>(0));
  const bool rows = elements.Shape().Rank() == 2;
  Value sum;
  for (const bool lower : {false, true}) {
    for (const bool right : {false, true}) {
      const Value row = build.Multiply(lower ? down.high : down.low, stride);
      const Value index = build.Add(build.Add(row, right ? across.high : across.low), first);
      Value weight = build.Multiply(lower ? down.share : build.Subtract(one, down.share),
                                    right ? across.share : build.Subtract(one, across.share));
      if (rows) {
        std::vector<int64_t> dims = weight.Shape().Dims();
        dims.push_back(1);
        weight = build.Reshape(weight, Shape(dims));
      }
      const Value share = build.Multiply(build.Op("Gather", {elements, index, axis}), weight);
      sum = sum ? build.Add(sum, share) : share;
    }
  }
  return sum;
}

}  // namespace moir::transforms
