// Atan2  =>  Atan of the smaller part by the larger, turned into the octant of (x, y), with the signs of zeros and
// infinities as C has them.
#include <limits>
#include <numbers>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeAtan2 final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-atan2"; }
  std::string_view Root() const override { return "Atan2"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its numbers are f64");
    Builder build(rewriter, node.Name());
    const Value y = build.ToFloat(node.Input(0)), x = build.ToFloat(node.Input(1));
    const Value zero = build.Number(0), one = build.Number(1);
    const Value width = build.Op("Abs", {x}), height = build.Op("Abs", {y});
    const Value larger = build.Maximum(width, height);
    Value ratio = build.Divide(build.Minimum(width, height), larger);
    ratio = build.Select(build.Op("Equal", {width, height}), one, ratio);  // infinities
    ratio = build.Select(build.Op("Equal", {larger, zero}), zero, ratio);
    const Value angle = build.Op("Atan", {ratio});
    const Value steep = build.Op("Greater", {height, width});
    const Value quarter = build.Select(steep, build.Subtract(build.Number(std::numbers::pi / 2), angle), angle);
    // -0 has a sign, too: its inverse tells.
    const auto negative = [&](Value value) {
      const Value below = build.Op("Less", {build.Divide(one, value), zero});
      return build.Op("LogicalOr",
                      {build.Op("Less", {value, zero}), build.And(build.Op("Equal", {value, zero}), below)});
    };
    const Value half = build.Select(negative(x), build.Subtract(build.Number(std::numbers::pi), quarter), quarter);
    const Value whole = build.Select(negative(y), build.Op("Negative", {half}), half);
    const Value numbers = build.And(build.Op("Equal", {x, x}), build.Op("Equal", {y, y}));
    const Value result = build.Select(numbers, whole, build.Number(std::numeric_limits<double>::quiet_NaN()));
    rewriter.Replace(node, build.Convert(result, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeAtan2() { return std::make_unique<DecomposeAtan2>(); }

}  // namespace moir::transforms
