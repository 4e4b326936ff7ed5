// Divide of integers  =>  Divide of f32, cut off at the point (or rounded down, as m_pythondiv says). The CPU plug-in
// rounds quotients otherwise. Exact for dividends below 2^24.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeIntegerDivide final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-integer-divide"; }
  std::string_view Root() const override { return "Divide"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!IsInteger(node.Type())) return {};
    Builder build(rewriter, node.Name());
    const Value quotient = build.Divide(build.ToFloat(node.Input(0)), build.ToFloat(node.Input(1)));
    Value whole = build.Op("Floor", {quotient});
    if (!node.Attr<bool>("m_pythondiv")) {
      const Value zero = build.Number(0);
      whole = build.Select(build.Op("Less", {quotient, zero}), build.Op("Ceiling", {quotient}), whole);
    }
    rewriter.Replace(node, build.Convert(whole, node.Type()));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeIntegerDivide() { return std::make_unique<DecomposeIntegerDivide>(); }

}  // namespace moir::transforms
