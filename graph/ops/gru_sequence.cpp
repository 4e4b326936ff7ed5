// GRUSequence: gates in the order z, r, h; activations f, g (sigmoid, tanh).
//   z, r = f(W x + R h + B)
//   g = g(W x + R (r * h) + B)            without linear_before_reset
//   g = g(W x + Bw + r * (R h + Br))      with it; B then holds z, r, Bw, Br
//   H = (1 - z) * g + z * H
// in 0: X [B,T,I].  in 1: initial H [B,D,H].  in 2: lengths [B].  in 3, 4, 5: W [D,3H,I], R [D,3H,H], B [D,3H or 4H].
// out 0: Y [B,D,T,H].  out 1: the last H.
#include "graph/op_schema.h"
#include "graph/ops/recurrent.h"

namespace moir::graph {
namespace {

void Step(CellStep& cell, bool linear_before_reset) {
  const size_t n = cell.hidden;
  std::vector<double>& h = cell.states[0];
  const std::vector<double> rh = cell.times_r(0, 2, h);
  std::vector<double> update(n), reset(n), reset_h(n);
  for (size_t i = 0; i < n; ++i) {
    update[i] = cell.activations[0](cell.Limit(cell.wx[i] + rh[i] + cell.bias[i]));
    reset[i] = cell.activations[0](cell.Limit(cell.wx[n + i] + rh[n + i] + cell.bias[n + i]));
    reset_h[i] = reset[i] * h[i];
  }
  const std::vector<double> candidate = cell.times_r(2, 1, linear_before_reset ? h : reset_h);
  for (size_t i = 0; i < n; ++i) {
    const double recurrent = linear_before_reset ? reset[i] * (candidate[i] + cell.bias[3 * n + i]) : candidate[i];
    const double g = cell.activations[1](cell.Limit(cell.wx[2 * n + i] + recurrent + cell.bias[2 * n + i]));
    h[i] = (1 - update[i]) * g + update[i] * h[i];
  }
}

}  // namespace

OpSchema GRUSequenceSchema() {
  const auto before_reset = [](const Node& node) { return node.Attr<bool>("linear_before_reset"); };
  // The flag travels with the bias: only linear_before_reset has a fourth part of it.
  const auto step = [](CellStep& cell) { Step(cell, cell.bias.size() == 4 * cell.hidden); };
  return RecurrentSchema(
      {.name = "GRUSequence", .gates = 3, .states = 1, .activations = {"sigmoid", "tanh"}, .step = step},
      [before_reset](const Node& node) { return before_reset(node) ? 4 : 3; }, {{"linear_before_reset", false}});
}

}  // namespace moir::graph
