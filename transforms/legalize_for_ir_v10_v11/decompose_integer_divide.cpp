// Divide of integers  =>  Divide of f32, brought to the exact quotient by the remainders that it leaves. The CPU
// plug-in rounds quotients of integers otherwise.
//
// An f32 quotient is off by a 2^22nd of itself at most, so a remainder of |b| or less is left after two corrections.
// Remainders are computed modulo 2^32 (2^64): a quotient outside the type on the way does no harm.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeIntegerDivide final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-integer-divide"; }
  std::string_view Root() const override { return "Divide"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (!IsInteger(type)) return {};
    Builder build(rewriter, node.Name());
    const ElementType wide = type == ElementType::kI64 ? type : ElementType::kI32;
    const Value a = build.Convert(node.Input(0), wide), b = build.Convert(node.Input(1), wide);
    const Value zero = build.Convert(build.Number(0), wide), one = build.Convert(build.Number(1), wide),
                divisor = build.ToFloat(b);
    Value quotient, remainder = a;
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
      const Value share = build.Divide(build.ToFloat(remainder), divisor);
      const Value step = build.Convert(build.Op("Floor", {share}), wide);
      quotient = quotient ? build.Add(quotient, step) : step;
      remainder = build.Subtract(a, build.Multiply(quotient, b));
    }
    // Rounded down, the remainder has the divisor's sign and is smaller.
    const auto sign = [&](Value value) { return build.Op("Less", {value, zero}); };
    const Value exact = build.Op("Equal", {remainder, zero});
    const Value above =
        build.And(build.Op("NotEqual", {remainder, zero}), build.Op("LogicalXor", {sign(remainder), sign(b)}));
    const Value below = build.Op("Equal", {remainder, b});
    quotient =
        build.Select(above, build.Subtract(quotient, one), build.Select(below, build.Add(quotient, one), quotient));
    if (!node.Attr<bool>("m_pythondiv")) {
      const Value whole = build.Op("LogicalOr", {exact, below});
      const Value negative = build.Op("LogicalXor", {sign(a), sign(b)});
      quotient = build.Select(build.Op("LogicalOr", {whole, build.Op("LogicalNot", {negative})}), quotient,
                              build.Add(quotient, one));
    }
    rewriter.Replace(node, build.Convert(quotient, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeIntegerDivide() { return std::make_unique<DecomposeIntegerDivide>(); }

}  // namespace moir::transforms
