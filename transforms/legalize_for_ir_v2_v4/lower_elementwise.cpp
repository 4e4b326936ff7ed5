// Two data inputs; inputs that broadcast are brought to the shape of the result by Reshape and Tile layers
//   Add, Multiply, Maximum  =>  layer Eltwise sum, mul, max
//   Subtract(a, b)          =>  Eltwise sum(a, Power(b, scale = -1))
//   Minimum(a, b)           =>  Power(Eltwise max(Power(a, -1), Power(b, -1)), scale = -1)
//   SquaredDifference(a, b) =>  the difference as above, then Activation square
// One value twice: x + x => Power(scale = 2), x * x => Activation square.
// Divide stays an operator: a * b^-1 has another rounding.
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerElementwise final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-elementwise"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool sum = node.Is("Add"), product = node.Is("Multiply"), maximum = node.Is("Maximum"),
               difference = node.Is("Subtract"), minimum = node.Is("Minimum");
    const bool squared = node.Is("SquaredDifference");
    if (!sum && !product && !maximum && !difference && !minimum && !squared) return {};
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const Shape shape = node.Shape();
    if (shape.Rank() == 0 || shape.Rank() > 5) return Declined("its data has no axes or more than five");
    if (shape.NumElements() == 0) return Declined("its data is empty");
    const std::string name = node.Name();
    Value a = node.Input(0), b = node.Input(1);
    if (a == b && (sum || product)) {
      rewriter.Replace(node, sum ? PowerLayer(rewriter, name, a, 1, 2, 0)
                                 : rewriter.Add("ie.Activation", name, {a}, {{"type", std::string("square")}}));
      return Changed();
    }
    a = BroadcastTo(rewriter, name + "/a", a, shape);
    b = BroadcastTo(rewriter, name + "/b", b, shape);
    const auto eltwise = [&](const std::string& layer, Value x, Value y, const char* operation) {
      // The same value twice confuses the 2018 engine's edges.
      if (x == y) y = PowerLayer(rewriter, name + "/copy", y, 1, 1, 0);
      return rewriter.Add("ie.Eltwise", layer, {x, y}, {{"operation", std::string(operation)}});
    };
    const auto negative = [&](const char* suffix, Value x) { return PowerLayer(rewriter, name + suffix, x, 1, -1, 0); };
    Value y;
    if (sum || product || maximum) {
      y = eltwise(name, a, b, sum ? "sum" : product ? "mul" : "max");
    } else if (difference) {
      y = eltwise(name, a, negative("/negative", b), "sum");
    } else if (squared) {
      y = rewriter.Add("ie.Activation", name, {eltwise(name + "/difference", a, negative("/negative", b), "sum")},
                       {{"type", std::string("square")}});
    } else {
      y = PowerLayer(rewriter, name,
                     eltwise(name + "/max", negative("/negative_a", a), negative("/negative_b", b), "max"), 1, -1, 0);
    }
    rewriter.Replace(node, y);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerElementwise() { return std::make_unique<LowerElementwise>(); }

}  // namespace moir::transforms
