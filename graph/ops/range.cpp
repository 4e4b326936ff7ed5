// Range: start, start + step, ... before stop.
// in 0, 1, 2: start, stop, step, scalars of one type.  attr output_type: element type of the result.
#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

double StaticScalar(InferContext& op, size_t index) {
  const std::optional<Tensor> value = op.StaticInput(index);
  op.Require(value.has_value(), op.GetNode().Schema().inputs[index].name, "a value that depends on the model's inputs",
             "a constant");
  op.Require(value->NumElements() == 1, op.GetNode().Schema().inputs[index].name, value->Shape(), "a scalar");
  return value->ToVector<double>()[0];
}

void Infer(InferContext& op) {
  const double start = StaticScalar(op, 0), stop = StaticScalar(op, 1), step = StaticScalar(op, 2);
  op.Require(step != 0 && std::isfinite(start) && std::isfinite(stop) && std::isfinite(step), "start, stop, step",
             StrCat(start, ", ", stop, ", ", step), "finite numbers and a step other than 0");
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  op.Require(count < 9e15, "number of elements", count, "fewer");
  op.SetOutput(0, ParseElementType(op.Attr<std::string>("output_type")), Shape{static_cast<int64_t>(count)});
}

void Evaluate(EvalContext& op) {
  const double start = op.Input(0).ToVector<double>().at(0), step = op.Input(2).ToVector<double>().at(0);
  Tensor values(ElementType::kF64, op.Output().Shape());
  double i = 0;
  for (double& value : values.MutableValues<double>()) value = start + step * i++;
  op.Output() = values.ConvertTo(op.Output().Type());
}

}  // namespace

OpSchema RangeSchema() {
  return {.name = "Range",
          .opset = "opset4",
          .inputs = {"start", "stop", "step"},
          .attributes = {RequiredAttribute<std::string>("output_type")},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph
