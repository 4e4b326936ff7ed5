// LSTMSequence: gates in the order f, i, c, o; activations f, g, h (sigmoid, tanh, tanh).
//   f, i, o = f(W x + R h + B)   g = g(W x + R h + B)   C = f * C + i * g   H = o * h(C)
// in 0: X [B,T,I].  in 1, 2: initial H, C [B,D,H].  in 3: lengths [B].  in 4, 5, 6: W [D,4H,I], R [D,4H,H], B [D,4H].
// out 0: Y [B,D,T,H].  out 1, 2: the last H and C.
#include "graph/op_schema.h"
#include "graph/ops/recurrent.h"

namespace moir::graph {
namespace {

void Step(CellStep& cell) {
  const size_t n = cell.hidden;
  const std::vector<double> rh = cell.times_r(0, 4, cell.states[0]);
  const auto argument = [&](size_t gate, size_t i) {
    return cell.Limit(cell.wx[gate * n + i] + rh[gate * n + i] + cell.bias[gate * n + i]);
  };
  const auto& gate_function = cell.activations[0];
  for (size_t i = 0; i < n; ++i) {
    const double forget = gate_function(argument(0, i)), input = gate_function(argument(1, i)),
                 output = gate_function(argument(3, i));
    double& c = cell.states[1][i];
    c = forget * c + input * cell.activations[1](argument(2, i));
    cell.states[0][i] = output * cell.activations[2](c);
  }
}

}  // namespace

OpSchema LSTMSequenceSchema() {
  return RecurrentSchema(
      {.name = "LSTMSequence", .gates = 4, .states = 2, .activations = {"sigmoid", "tanh", "tanh"}, .step = Step},
      [](const Node&) { return 4; });
}

}  // namespace moir::graph
