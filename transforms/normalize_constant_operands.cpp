// One form for arithmetic with constants, so that matchers need to know one only:
//   c + x, c * x  =>  x + c, x * c
//   x - c         =>  x + (-c)
//   x / c         =>  x * (1 / c)   when 1 / c is exact (c a power of two); other divisions stay divisions, because
//                                   two roundings are not one. Where a division meets weights or another scale, the
//                                   fusing passes divide in f64.
#include <cmath>

#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

constexpr int64_t kMaxElements = 1 << 16;  // larger operands are data

class NormalizeConstantOperands final : public NodePass {
 public:
  std::string_view Name() const override { return "normalize-constant-operands"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool commutes = node.Is("Add") || node.Is("Multiply") || node.Is("Maximum") || node.Is("Minimum");
    if (commutes) {
      if (!node.Input(0).Constant() || node.Input(1).Constant()) return {};
      const Value first = node.Input(0), second = node.Input(1);
      rewriter.GetGraph().SetInput(&node, 0, second);
      rewriter.GetGraph().SetInput(&node, 1, first);
      return Changed();
    }
    if (!node.Is("Subtract") && !node.Is("Divide")) return {};
    const Tensor* constant = node.Input(1).Constant();
    if (!constant) return Declined("input 1 is no constant");
    if (!IsFloat(node.Type())) return Declined("the numbers are integers");
    if (constant->NumElements() > kMaxElements) return Declined("the constant is large");
    std::vector<double> values = constant->ToVector<double>();
    for (double& value : values) {
      if (node.Is("Subtract")) {
        value = -value;
        continue;
      }
      int exponent = 0;
      if (std::abs(std::frexp(value, &exponent)) != 0.5 || std::abs(exponent) > 13)
        return Declined("1 / ", value, " is not exact");
      value = 1 / value;
    }
    const Tensor replaced = Tensor::FromValues<double>(constant->Shape(), values).ConvertTo(constant->Type());
    const Value operand = rewriter.Constant(node.Input(1).node->Name(), replaced);
    rewriter.Replace(node,
                     rewriter.Add(node.Is("Subtract") ? "Add" : "Multiply", node.Name(), {node.Input(0), operand}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeNormalizeConstantOperands() { return std::make_unique<NormalizeConstantOperands>(); }

}  // namespace moir::transforms
