// Convert: the same values in another element type, converted as C does: floats to integers towards zero (out of range
// ones become the nearest representable integer, NaN becomes 0), anything but 0 to boolean true.
// in 0: data, any shape and type.  out 0: same shape.  attr destination_type: name of an element type.
#include "graph/op_schema.h"

namespace moir::graph {

OpSchema ConvertSchema() {
  return {.name = "Convert",
          .inputs = {"data"},
          .attributes = {RequiredAttribute<std::string>("destination_type")},
          .infer =
              [](InferContext& op) {
                op.SetOutput(0, ParseElementType(op.Attr<std::string>("destination_type")), op.InputShape(0));
              },
          .evaluate = [](EvalContext& op) { op.Output() = op.Input(0).ConvertTo(op.Output().Type()); },
          .evaluates_any_type = true};
}

}  // namespace moir::graph
