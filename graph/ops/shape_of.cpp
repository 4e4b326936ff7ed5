// ShapeOf: the sizes of the data's axes as a rank-1 tensor.  attr output_type: i64 or i32.
#include "graph/op_schema.h"

namespace moir::graph {

OpSchema ShapeOfSchema() {
  return {.name = "ShapeOf",
          .opset = "opset3",
          .inputs = {"data"},
          .attributes = {AttributeSchema::OneOf("output_type", {"i64", "i32"})},
          .infer =
              [](InferContext& op) {
                op.SetOutput(0, ParseElementType(op.Attr<std::string>("output_type")), Shape{op.InputShape(0).Rank()});
              },
          .evaluate =
              [](EvalContext& op) {
                op.Output() = Tensor::Indices(op.Input(0).Shape().Dims()).ConvertTo(op.Output().Type());
              },
          .evaluates_any_type = true,
          .reads_shape_only = true};
}

}  // namespace moir::graph
