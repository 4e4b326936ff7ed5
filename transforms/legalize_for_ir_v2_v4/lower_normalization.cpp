// LRN(x; alpha, beta, bias = k, size)  =>  layer Norm; the 2018 engine takes k for 1, so
//   x / (k + alpha/n s)^beta = k^-beta * x / (1 + alpha/k/n s)^beta  =>  Norm(alpha / k), Power(scale = k^-beta)
// NormalizeL2(x) [* scale per channel]  =>  layer Normalize with the scale as its weights
// MVN(x) over the spatial axes, or these and the channels  =>  layer MVN
#include <algorithm>
#include <cmath>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

using Sizes = std::vector<int64_t>;

Sizes AxesFrom(int64_t first, int64_t rank) {
  Sizes axes;
  for (int64_t axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

class LowerNormalization final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-normalization"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!node.Is("LRN") && !node.Is("NormalizeL2") && !node.Is("MVN")) return {};
    if (!HasF32Data(node)) return Declined("its data is not f32");
    std::optional<Sizes> axes = ConstantIndices(node, 1);
    if (!axes) return Declined("its axes are no constant");
    const Shape& data = node.Shape();
    for (int64_t& axis : *axes) axis = data.NormalizeAxis(axis);
    std::sort(axes->begin(), axes->end());
    if (node.Is("LRN")) return Norm(node, *axes, rewriter);
    return node.Is("MVN") ? MeanVariance(node, *axes, rewriter) : Normalize(node, *axes, rewriter);
  }

 private:
  static Outcome Norm(Node& node, const Sizes& axes, Rewriter& rewriter) {
    const int64_t rank = node.Shape().Rank();
    const bool across = axes == Sizes{1};
    if (!across && (rank < 3 || axes != AxesFrom(2, rank)))
      return Declined("its axes are neither the channels nor the spatial axes");
    const double k = node.Attr<double>("bias"), beta = node.Attr<double>("beta");
    if (!(k > 0)) return Declined("its bias is not positive");
    const std::string name = node.Name();
    const bool scaled = k != 1;
    Value y = rewriter.Add("ie.Norm", scaled ? name + "/norm" : name, {node.Input(0)},
                           {{"alpha", node.Attr<double>("alpha") / k},
                            {"beta", beta},
                            {"local-size", node.Attr<int64_t>("size")},
                            {"region", std::string(across ? "across" : "same")}});
    if (scaled) y = PowerLayer(rewriter, name, y, 1, std::pow(k, -beta), 0);
    rewriter.Replace(node, y);
    return Changed();
  }

  static Outcome Normalize(Node& node, const Sizes& axes, Rewriter& rewriter) {
    const Shape& data = node.Shape();
    if (data.Rank() < 2 || data.Rank() > 4) return Declined("its data has neither two, three nor four axes");
    if (node.Attr<std::string>("eps_mode") != "add") return Declined("its eps is a lower bound");
    const bool across = axes == AxesFrom(1, data.Rank());
    if (!across && axes != Sizes{1}) return Declined("its axes are neither the channels nor all but the first");
    Tensor weights(ElementType::kF32, Shape{data[1]});
    for (float& x : weights.MutableValues<float>()) x = 1;
    Node* last = &node;
    if (node.Output().HasOneReader()) {
      const Use use = node.Readers()[0];
      const Tensor* scale =
          use.node->Is("Multiply") && use.node->Shape() == data ? use.node->Input(1 - use.index).Constant() : nullptr;
      if (scale) {
        if (std::optional<Tensor> channels = PerChannel(*scale, data)) {
          weights = *channels;
          last = use.node;
        }
      }
    }
    const std::string name = last->Name();
    rewriter.Replace(
        *last,
        rewriter.Add(
            "ie.Normalize", name, {node.Input(0), rewriter.Constant(name + "/weights", weights)},
            {{"across_spatial", int64_t{across}}, {"channel_shared", int64_t{0}}, {"eps", node.Attr<double>("eps")}}));
    return Changed();
  }

  static Outcome MeanVariance(Node& node, const Sizes& axes, Rewriter& rewriter) {
    const int64_t rank = node.Shape().Rank();
    if (rank < 3 || rank > 5) return Declined("its data has no spatial axes or more than three");
    const bool across = axes == AxesFrom(1, rank);
    if (!across && axes != AxesFrom(2, rank))
      return Declined("its axes are neither the spatial axes nor these and the channels");
    const bool variance = node.Attr<bool>("normalize_variance");
    if (variance && node.Attr<std::string>("eps_mode") != "inside_sqrt")
      return Declined("its eps is outside of the root");
    rewriter.Replace(node, rewriter.Add("ie.MVN", node.Name(), {node.Input(0)},
                                        {{"across_channels", int64_t{across}},
                                         {"normalize_variance", int64_t{variance}},
                                         {"eps", node.Attr<double>("eps")}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerNormalization() { return std::make_unique<LowerNormalization>(); }

}  // namespace moir::transforms
