// W (x * s + t)  =>  (W * s) x + W t, s and t per input channel or for all of them.
// The scale goes into any linear node's weights. The shift becomes a bias only where every element of the result sees
// the whole kernel: under zero padding the border would get a part of W t, so there it stays (the issue of a mean
// value under padding). The affine node has no other reader and is no output.
#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class FuseAffineLinear final : public NodePass {
 public:
  explicit FuseAffineLinear(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "fuse-affine-linear"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    std::string why;
    const std::optional<Linear> linear = Linear::Match(&node, &why);
    if (!linear) return why.empty() ? Outcome{} : Declined(why);
    std::optional<Affine> affine = MatchAffine(*node.Input(0).node, &why);
    if (!affine) return Declined(why.empty() ? "there is no affine node before it" : why);
    if (!filter_.Allows(node)) return Declined("kept by finegrain fusing");
    // Nodes before the nearest one join while they can be folded with it.
    Affine fused{node.Input(0), std::nullopt, std::nullopt};
    std::optional<std::vector<double>> scale, shift;
    size_t length = 0;
    for (; affine; affine = MatchAffine(*fused.data.node, &why), ++length) {
      if (!fused.data.HasOneReader()) {
        why = "the affine node has other readers";
        break;
      }
      if (!filter_.Allows(*fused.data.node)) {
        why = "the affine node is kept by finegrain fusing";
        break;
      }
      if (affine->shift && !linear->SeesWholeKernelEverywhere()) {
        why = "a shift under zero padding is no bias";
        break;
      }
      const std::optional<Affine> composed = Compose(*affine, fused);
      if (!composed) {
        why = "the constants vary along different axes";
        break;
      }
      const Shape& data = composed->data.Shape();
      std::optional<std::vector<double>> new_scale, new_shift;
      if (composed->scale && !(new_scale = AlongAxis(*composed->scale, data, linear->InputAxis()))) {
        why = "the scale does not vary along the input channels only";
        break;
      }
      if (composed->shift && !(new_shift = AlongAxis(*composed->shift, data, linear->InputAxis()))) {
        why = "the shift does not vary along the input channels only";
        break;
      }
      fused = *composed;
      scale = std::move(new_scale);
      shift = std::move(new_shift);
    }
    if (length == 0) return Declined(why);
    std::optional<Tensor> weights = linear->Weights();
    if (scale) weights = linear->ScaleInputs(*scale);
    if (!weights) return Declined("a factor cannot be multiplied into weights of type ", node.Type());
    Affine bias;
    if (shift) bias.shift = AxisConstant(linear->ApplyToConstant(*shift), node.Shape().Rank(), linear->OutputAxis());
    if (bias.shift && !FitsType(*bias.shift, node.Type()))
      return Declined("the bias is no finite number of type ", node.Type());

    const std::string name = node.Name(), weights_name = node.Input(1).node->Name();
    const bool output = node.Output(0).IsGraphOutput();
    Node* made = linear->Rebuild(rewriter, fused.data, *weights);
    bias.data = made->Output(0);
    const Value value = BuildAffine(rewriter, name + "/bias", bias);
    rewriter.Replace(node, value);
    if (output) rewriter.GetGraph().Rename(value.node, name);
    TakeNames(rewriter, made, name, weights_name);
    return Changed();
  }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeFuseAffineLinear(FusingFilter filter) {
  return std::make_unique<FuseAffineLinear>(std::move(filter));
}

}  // namespace moir::transforms
