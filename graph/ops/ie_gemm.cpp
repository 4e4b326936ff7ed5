// Layer Gemm: y = alpha * a b + beta * c, matrices in the last two axes.
// in 0: a.  in 1: b.  in 2: c (optional).
#include "graph/ops/ie_layer.h"

namespace moir::graph {
namespace {

std::vector<Value> Expand(Expansion& layer) {
  Value out =
      layer.Add("MatMul", "matmul", {layer.Input(0), layer.Input(1)},
                {{"transpose_a", layer.Attr<bool>("transpose_a")}, {"transpose_b", layer.Attr<bool>("transpose_b")}});
  const double alpha = layer.Attr<double>("alpha"), beta = layer.Attr<double>("beta");
  if (alpha != 1) out = layer.Add("Multiply", "scale", {out, layer.Scalar("alpha", alpha, out)});
  if (layer.InputCount() > 2) {
    Value c = layer.Input(2);
    if (beta != 1) c = layer.Add("Multiply", "scale_c", {c, layer.Scalar("beta", beta, c)});
    out = layer.Add("Add", "add_c", {out, c});
  }
  return {out};
}

}  // namespace

OpSchema IeGemmSchema() {
  return IeSchema("Gemm", {"a", "b", OptionalInput("c")},
                  {{"alpha", 1.0}, {"beta", 1.0}, {"transpose_a", false}, {"transpose_b", false}}, Expand);
}

}  // namespace moir::graph
