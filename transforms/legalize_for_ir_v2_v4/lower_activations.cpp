// Functions of one element  =>  layers ReLU, Sigmoid, TanH, ELU, Clamp, PReLU, SoftMax, Activation, Power
//   PRelu(x, [s]) with one slope => ReLU(negative_slope = s);  Abs, SoftPlus => Activation;  Sqrt => Power(0.5);
//   Negative => Power(scale = -1);  HardSigmoid(x, a, b) => Power(scale = a, shift = b), Clamp(0, 1)
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class LowerActivations final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-activations"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    for (const auto& [op, layer] : kPlain) {
      if (node.Is(op)) return Become(node, rewriter, layer, {});
    }
    for (const auto& [op, type] : kActivations) {
      if (node.Is(op)) return Become(node, rewriter, "ie.Activation", {{"type", std::string(type)}});
    }
    if (node.Is("Elu")) return Become(node, rewriter, "ie.ELU", {{"alpha", node.Attr<double>("alpha")}});
    if (node.Is("Clamp"))
      return Become(node, rewriter, "ie.Clamp", {{"min", node.Attr<double>("min")}, {"max", node.Attr<double>("max")}});
    if (node.Is("Sqrt")) return Become(node, rewriter, "ie.Power", {{"power", 0.5}, {"scale", 1.0}, {"shift", 0.0}});
    if (node.Is("Negative"))
      return Become(node, rewriter, "ie.Power", {{"power", 1.0}, {"scale", -1.0}, {"shift", 0.0}});
    if (node.Is("Softmax"))
      return Become(node, rewriter, "ie.SoftMax", {{"axis", node.Shape().NormalizeAxis(node.Attr<int64_t>("axis"))}});
    if (node.Is("PRelu")) return PRelu(node, rewriter);
    if (node.Is("HardSigmoid")) return HardSigmoid(node, rewriter);
    return {};
  }

 private:
  static constexpr std::pair<const char*, const char*> kPlain[] = {
      {"ReLU", "ie.ReLU"}, {"Sigmoid", "ie.Sigmoid"}, {"Tanh", "ie.TanH"}};
  static constexpr std::pair<const char*, const char*> kActivations[] = {{"Abs", "abs"}, {"SoftPlus", "soft_relu"}};

  static Outcome Become(Node& node, Rewriter& rewriter, std::string_view layer, Attributes attributes) {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    rewriter.Replace(node, rewriter.Add(layer, node.Name(), {node.Input(0)}, std::move(attributes)));
    return Changed();
  }

  static Outcome PRelu(Node& node, Rewriter& rewriter) {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const Tensor* slope = node.Input(1).Constant();
    if (!slope) return Declined("its slope is no constant");
    const Shape& data = node.Shape();
    if (slope->NumElements() == 1)
      return Become(node, rewriter, "ie.ReLU", {{"negative_slope", slope->ToVector<double>()[0]}});
    if (data.Rank() < 2) return Declined("its data has one axis");
    // Rank 1 goes along axis 1; otherwise NumPy's rule holds.
    std::optional<Tensor> channels;
    if (slope->Shape().Rank() == 1) {
      if (slope->Shape()[0] == data[1]) channels = *slope;
    } else {
      channels = PerChannel(*slope, data);
    }
    if (!channels) return Declined("its slopes are not one per channel");
    const std::string name = node.Name();
    rewriter.Replace(node,
                     rewriter.Add("ie.PReLU", name, {node.Input(0), rewriter.Constant(name + "/weights", *channels)},
                                  {{"channel_shared", int64_t{0}}}));
    return Changed();
  }

  static Outcome HardSigmoid(Node& node, Rewriter& rewriter) {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<double> alpha = SingleValue(node.Input(1)), beta = SingleValue(node.Input(2));
    if (!alpha || !beta) return Declined("alpha or beta is no constant");
    const std::string name = node.Name();
    const Value line = PowerLayer(rewriter, name + "/line", node.Input(0), 1, *alpha, *beta);
    rewriter.Replace(node, rewriter.Add("ie.Clamp", name, {line}, {{"min", 0.0}, {"max", 1.0}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerActivations() { return std::make_unique<LowerActivations>(); }

}  // namespace moir::transforms
