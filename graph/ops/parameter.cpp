// Parameter: an input of the model. Attributes element_type and shape say what the user has to pass.
#include "graph/op_schema.h"

namespace moir::graph {
namespace {
void Infer(InferContext& op) {
  op.SetOutput(0, ParseElementType(op.Attr<std::string>("element_type")),
               Shape(op.Attr<std::vector<int64_t>>("shape")));
}
}  // namespace

OpSchema ParameterSchema() {
  return {
      .name = "Parameter",
      .attributes = {RequiredAttribute<std::string>("element_type"), RequiredAttribute<std::vector<int64_t>>("shape")},
      .infer = Infer};
}

}  // namespace moir::graph
