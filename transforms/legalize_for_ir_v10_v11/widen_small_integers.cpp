// Arithmetic whose result is i8 or u8  =>  the same in i32, brought back into the type's range modulo 256. The CPU
// plug-in would saturate, the operators wrap around.
#include <string_view>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

constexpr std::string_view kOperators[] = {
    "Add", "CumSum", "MatMul", "Multiply", "Negative", "ReduceProd", "ReduceSum", "SquaredDifference", "Subtract"};

class WidenSmallIntegers final : public NodePass {
 public:
  std::string_view Name() const override { return "widen-small-integers"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.OutputCount() == 1 ? node.Type() : ElementType::kUndefined;
    if (type != ElementType::kI8 && type != ElementType::kU8) return {};
    bool arithmetic = false;
    for (const std::string_view op : kOperators) arithmetic = arithmetic || node.Is(op);
    if (!arithmetic) return {};
    Builder build(rewriter, node.Name());
    std::vector<Value> inputs;
    for (const Value& input : node.Inputs())
      inputs.push_back(input.Type() == type ? build.Convert(input, ElementType::kI32) : input);
    Value wide = build.Op(node.Op(), inputs, node.Attributes());
    const auto number = [&](int32_t value) { return build.Constant(Tensor::Scalar<int32_t>(value)); };
    if (type == ElementType::kI8) wide = build.Add(wide, number(128));
    wide = build.Op("FloorMod", {wide, number(256)});
    if (type == ElementType::kI8) wide = build.Subtract(wide, number(128));
    rewriter.Replace(node, build.Convert(wide, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeWidenSmallIntegers() { return std::make_unique<WidenSmallIntegers>(); }

}  // namespace moir::transforms
