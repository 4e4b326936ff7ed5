// (W x + b) * s + t  =>  (W * s) x + (b * s + t), s and t per output channel or for all of them.
// The linear node and the bias b (an Add of a constant, may be absent) have no other reader and are no outputs.
// Weights are scaled by outstanding factors: the convolution of 200 MB stays in its file.
#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class FuseLinearAffine final : public NodePass {
 public:
  explicit FuseLinearAffine(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "fuse-linear-affine"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& last, Rewriter& rewriter) const override {
    std::string why;
    std::optional<Affine> affine = MatchAffine(last, &why);
    if (!affine) return why.empty() ? Outcome{} : Declined(why);
    if (!affine->scale) return {};  // a bias already
    if (!affine->data.HasOneReader()) return Declined("the value before it has other readers");
    if (!filter_.Allows(last)) return Declined("kept by finegrain fusing");
    Node* bias = nullptr;
    if (std::optional<Affine> before = MatchAffine(*affine->data.node); before && !before->scale) {
      bias = affine->data.node;
      affine = Compose(*before, *affine);
      if (!affine) return Declined("scale and bias vary along different axes");
      if (!affine->data.HasOneReader()) return Declined("the value before the bias has other readers");
      if (!filter_.Allows(*bias)) return Declined("the bias is kept by finegrain fusing");
    }
    const std::optional<Linear> linear = Linear::Match(affine->data.node, &why);
    if (!linear) return Declined(why.empty() ? "there is no linear node before it" : why);
    Node& node = linear->GetNode();
    if (!filter_.Allows(node)) return Declined("the linear node is kept by finegrain fusing");
    const std::optional<std::vector<double>> scale = AlongAxis(*affine->scale, node.Shape(), linear->OutputAxis());
    if (!scale) return Declined("the scale does not vary along the output channels only");
    const std::optional<Tensor> weights = linear->ScaleOutputs(*scale);
    if (!weights) return Declined("a factor cannot be multiplied into weights of type ", node.Type());
    if (affine->shift && !FitsType(*affine->shift, node.Type()))
      return Declined("the new bias is no finite number of type ", node.Type());

    const std::string name = node.Name(), weights_name = node.Input(1).node->Name(), last_name = last.Name();
    const bool output = last.Output(0).IsGraphOutput();
    Node* made = linear->Rebuild(rewriter, node.Input(0), *weights);
    const Value value =
        BuildAffine(rewriter, bias ? bias->Name() : last_name, {made->Output(0), std::nullopt, affine->shift});
    rewriter.Replace(last, value);
    if (value.node == made && output) {
      rewriter.GetGraph().Rename(made, last_name);
    } else if (value.node != made) {
      rewriter.GetGraph().Rename(value.node, last_name);
    }
    TakeNames(rewriter, made, value.node == made && output ? last_name : name, weights_name);
    return Changed();
  }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeFuseLinearAffine(FusingFilter filter) {
  return std::make_unique<FuseLinearAffine>(std::move(filter));
}

}  // namespace moir::transforms
