// Constant: a tensor known at conversion. Its values are Node::ConstantValue(), set by Graph::AddConstant; there is
// nothing to infer or to evaluate.
#include "graph/op_schema.h"

namespace moir::graph {

OpSchema ConstantSchema() {
  return {.name = "Constant", .infer = [](InferContext&) {}};
}

}  // namespace moir::graph
