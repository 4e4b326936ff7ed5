// RNNSequence: H = f(W x + R H + B); activation f (tanh).
// in 0: X [B,T,I].  in 1: initial H [B,D,H].  in 2: lengths [B].  in 3, 4, 5: W [D,H,I], R [D,H,H], B [D,H].
// out 0: Y [B,D,T,H].  out 1: the last H.
#include "graph/op_schema.h"
#include "graph/ops/recurrent.h"

namespace moir::graph {
namespace {

void Step(CellStep& cell) {
  const std::vector<double> rh = cell.times_r(0, 1, cell.states[0]);
  for (size_t i = 0; i < cell.hidden; ++i)
    cell.states[0][i] = cell.activations[0](cell.Limit(cell.wx[i] + rh[i] + cell.bias[i]));
}

}  // namespace

OpSchema RNNSequenceSchema() {
  return RecurrentSchema({.name = "RNNSequence", .gates = 1, .states = 1, .activations = {"tanh"}, .step = Step},
                         [](const Node&) { return 1; });
}

}  // namespace moir::graph
