// Maximum(x, 0)                =>  ReLU(x)
// Minimum(Maximum(x, a), b)    =>  Clamp(x, a, b)      with a <= b, in either order, a and b scalars
// Minimum(ReLU(x), b)          =>  Clamp(x, 0, b)      with b >= 0
// A bound on one side only, other than 0 from below, stays: Clamp has two.
#include <cmath>

#include "transforms/affine.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

struct Bound {
  Value data;
  double value;
};

// Maximum or Minimum (`op`) of a value and one number.
std::optional<Bound> MatchBound(const Node& node, std::string_view op) {
  if (op == "Maximum" && node.Is("ReLU")) return Bound{node.Input(0), 0};
  if (!node.Is(op)) return std::nullopt;
  for (const size_t i : {size_t{1}, size_t{0}}) {
    const Tensor* constant = node.Input(i).Constant();
    if (!constant || constant->NumElements() != 1) continue;
    const Value data = node.Input(1 - i);
    if (data.Shape() != node.Shape()) continue;
    return Bound{data, constant->ToVector<double>()[0]};
  }
  return std::nullopt;
}

class ConvertMinMaxToClamp final : public NodePass {
 public:
  std::string_view Name() const override { return "convert-min-max-to-clamp"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool is_max = node.Is("Maximum"), is_min = node.Is("Minimum");
    if (!is_max && !is_min) return {};
    const std::optional<Bound> outer = MatchBound(node, node.Op());
    if (!outer) return Declined("neither input is a constant scalar");
    if (!IsFloat(node.Type())) return Declined("the numbers are integers");
    if (const std::optional<Bound> inner = MatchBound(*outer->data.node, is_max ? "Minimum" : "Maximum")) {
      const double low = is_max ? outer->value : inner->value, high = is_max ? inner->value : outer->value;
      if (!(low <= high)) return Declined("the lower bound ", low, " is above the upper bound ", high);
      rewriter.Replace(node, rewriter.Add("Clamp", node.Name(), {inner->data}, {{"min", low}, {"max", high}}));
      return Changed();
    }
    if (is_max && outer->value == 0) {
      // Maximum(x, 0) that a Minimum reads becomes part of a Clamp when that Minimum is visited; a ReLU does too.
      rewriter.Replace(node, rewriter.Add("ReLU", node.Name(), {outer->data}));
      return Changed();
    }
    return Declined("there is a bound on one side only");
  }
};

}  // namespace

std::unique_ptr<Pass> MakeConvertMinMaxToClamp() { return std::make_unique<ConvertMinMaxToClamp>(); }

}  // namespace moir::transforms
