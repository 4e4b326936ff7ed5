// x * s, x / s, x + t, x - t, t - x with a constant s or t; an addition directly behind a multiplication joins it
//   one number for all elements  =>  layer Power(power = 1, scale = s, shift = t)
//   one number per channel       =>  layer ScaleShift
// x ^ p with one number          =>  layer Power(power = p)
// A division by a constant becomes a multiplication by its reciprocal: one rounding more, as a layer that divides by a
// constant does not exist.
#include <cmath>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

// y = x * scale + shift with constants [C] or [1].
struct Step {
  Value data;
  std::optional<Tensor> scale, shift;
};

Tensor Mapped(const Tensor& tensor, double (*f)(double)) {
  std::vector<double> values = tensor.ToVector<double>();
  for (double& value : values) value = f(value);
  return Tensor::FromValues<double>(tensor.Shape(), values).ConvertTo(ElementType::kF32);
}
double Negated(double x) { return -x; }
double Reciprocal(double x) { return 1 / x; }

std::optional<Step> MatchStep(const Node& node, std::string& why) {
  const bool add = node.Is("Add"), subtract = node.Is("Subtract"), multiply = node.Is("Multiply"),
             divide = node.Is("Divide");
  if (!add && !subtract && !multiply && !divide) return std::nullopt;
  if (!HasF32Data(node)) {
    why = "its data is not f32";
    return std::nullopt;
  }
  const bool first_is_constant = node.Input(0).Constant() != nullptr;
  const Tensor* constant = node.Input(first_is_constant ? 0 : 1).Constant();
  const Value data = node.Input(first_is_constant ? 1 : 0);
  if (!constant || data.Constant()) return std::nullopt;
  if (node.Shape() != data.Shape()) {
    why = "the constant changes the shape of the data";
    return std::nullopt;
  }
  if (divide && first_is_constant) {
    why = "the data is the divisor";
    return std::nullopt;
  }
  std::optional<Tensor> values;
  if (constant->NumElements() == 1) {
    values = constant->Reshaped(Shape{1});
  } else if (data.Shape().Rank() >= 2) {
    values = PerChannel(*constant, data.Shape());
  }
  if (!values) {
    why = "the constant is neither one number nor one per channel";
    return std::nullopt;
  }
  if (multiply) return Step{data, values, {}};
  if (divide) return Step{data, Mapped(*values, Reciprocal), {}};
  if (add) return Step{data, {}, values};
  if (first_is_constant) return Step{data, Tensor::FromValues<float>(Shape{1}, {-1.0f}), values};
  return Step{data, {}, Mapped(*values, Negated)};
}

Tensor Filled(int64_t count, float value) {
  Tensor tensor(ElementType::kF32, Shape{count});
  for (float& x : tensor.MutableValues<float>()) x = value;
  return tensor;
}

Tensor Repeated(const Tensor& tensor, int64_t count) {
  return tensor.NumElements() == count ? tensor : Filled(count, tensor.Values<float>()[0]);
}

class LowerAffine final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-affine"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Is("Power")) return Power(node, rewriter);
    std::string why;
    std::optional<Step> step = MatchStep(node, why);
    if (!step) return why.empty() ? Outcome{} : Declined(why);
    Node* last = &node;
    if (!step->shift && node.Output().HasOneReader()) {
      Node* next = node.Readers()[0].node;
      std::string ignored;
      const std::optional<Step> following = MatchStep(*next, ignored);
      if (following && following->data == node.Output() && !following->scale) {
        step->shift = following->shift;
        last = next;
      }
    }
    const bool scalar =
        (!step->scale || step->scale->NumElements() == 1) && (!step->shift || step->shift->NumElements() == 1);
    const std::string name = last->Name();
    const auto number = [](const std::optional<Tensor>& tensor, double otherwise) {
      return tensor ? tensor->ToVector<double>()[0] : otherwise;
    };
    // Numbers that a decimal text does not hold stay in a blob.
    const bool finite = !scalar || (std::isfinite(number(step->scale, 1)) && std::isfinite(number(step->shift, 0)));
    if (scalar && finite) {
      rewriter.Replace(*last,
                       PowerLayer(rewriter, name, step->data, 1, number(step->scale, 1), number(step->shift, 0)));
      return Changed();
    }
    if (step->data.Shape().Rank() < 2) return Declined("its data has one axis and a number is not finite");
    const int64_t channels = step->data.Shape()[1];
    const Tensor weights = step->scale ? Repeated(*step->scale, channels) : Filled(channels, 1);
    const Tensor biases = step->shift ? Repeated(*step->shift, channels) : Filled(channels, 0);
    rewriter.Replace(*last, rewriter.Add("ie.ScaleShift", name,
                                         {step->data, rewriter.Constant(name + "/weights", weights),
                                          rewriter.Constant(name + "/biases", biases)}));
    return Changed();
  }

 private:
  static Outcome Power(Node& node, Rewriter& rewriter) {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<double> exponent = SingleValue(node.Input(1));
    if (!exponent || !std::isfinite(*exponent)) return Declined("its exponent is not one constant number");
    if (node.Shape() != node.Input(0).Shape()) return Declined("the exponent changes the shape of the data");
    rewriter.Replace(node, PowerLayer(rewriter, node.Name(), node.Input(0), *exponent, 1, 0));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerAffine() { return std::make_unique<LowerAffine>(); }

}  // namespace moir::transforms
