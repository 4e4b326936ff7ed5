// IsNaN, IsInf and IsFinite  =>  comparisons with the value itself and with infinities. They came with opset10, and the
// CPU plug-in finds denormal numbers infinite.
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeFloatClass final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-float-class"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!node.Is("IsNaN") && !node.Is("IsInf") && !node.Is("IsFinite")) return {};
    Builder build(rewriter, node.Name());
    const Value x = node.Input(0);
    const auto is = [&](double infinity) {
      return build.Op("Equal", {x, build.Convert(build.Number(infinity), x.Type())});
    };
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (node.Is("IsNaN")) {
      rewriter.Replace(node, build.Op("NotEqual", {x, x}));
    } else if (node.Is("IsInf")) {
      const bool positive = node.Attr<bool>("detect_positive"), negative = node.Attr<bool>("detect_negative");
      if (!positive && !negative) return Declined("it looks for no infinity");
      Value found = is(positive ? kInfinity : -kInfinity);
      if (positive && negative) found = build.Op("LogicalOr", {found, is(-kInfinity)});
      rewriter.Replace(node, found);
    } else {
      const Value infinite = build.Op("LogicalOr", {is(kInfinity), is(-kInfinity)});
      rewriter.Replace(node, build.And(build.Op("Equal", {x, x}), build.Op("LogicalNot", {infinite})));
    }
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeFloatClass() { return std::make_unique<DecomposeFloatClass>(); }

}  // namespace moir::transforms
