// Reshape, Squeeze, Unsqueeze  =>  layer Reshape; (0, -1) on more than two axes => layer Flatten
// A pattern with 0 and -1 stays as it is, so that the file can be used with another batch size.
#include <algorithm>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

using Sizes = std::vector<int64_t>;

class LowerReshape final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-reshape"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool reshape = node.Is("Reshape");
    if (!reshape && !node.Is("Squeeze") && !node.Is("Unsqueeze")) return {};
    if (!IsF32(node.Input(0))) return Declined("its data is not f32");
    const Shape data = node.Input(0).Shape(), out = node.Shape();
    Sizes dims(out.begin(), out.end());
    if (reshape) {
      const std::optional<Sizes> pattern = ConstantIndices(node, 1);
      const bool has_zero = pattern && std::find(pattern->begin(), pattern->end(), 0) != pattern->end();
      if (pattern && (!has_zero || node.Attr<bool>("special_zero"))) dims = *pattern;
    } else if (out.Rank() > 0 && data.Rank() > 0 && out[0] == data[0]) {
      dims[0] = 0;
    }
    // A size of zero cannot be said: 0 copies.
    if (out.NumElements() == 0) return Declined("its result is empty");
    const std::string name = node.Name();
    if (dims == Sizes{0, -1} && data.Rank() > 2) {
      rewriter.Replace(
          node, rewriter.Add("ie.Flatten", name, {node.Input(0)}, {{"axis", int64_t{1}}, {"end_axis", int64_t{-1}}}));
    } else {
      rewriter.Replace(node, rewriter.Add("ie.Reshape", name, {node.Input(0)}, {{"dim", dims}}));
    }
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerReshape() { return std::make_unique<LowerReshape>(); }

}  // namespace moir::transforms
