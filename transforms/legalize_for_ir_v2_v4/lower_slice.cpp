// Slice with steps of one  =>  layer Crop; data of less than four axes is given some in front, as the old layer wants
// four
#include <algorithm>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

using Sizes = std::vector<int64_t>;

class LowerSlice final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-slice"; }
  std::string_view Root() const override { return "Slice"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const std::optional<Sizes> start = ConstantIndices(node, 1), step = ConstantIndices(node, 3);
    if (!start || !step) return Declined("start or step is no constant");
    Sizes axes;
    if (node.InputCount() > 4) {
      const std::optional<Sizes> given = ConstantIndices(node, 4);
      if (!given) return Declined("its axes are no constant");
      axes = *given;
    } else {
      for (size_t i = 0; i < start->size(); ++i) axes.push_back(static_cast<int64_t>(i));
    }
    if (!AllAre(*step, 1)) return Declined("it has steps other than one");
    const Shape data = node.Input(0).Shape(), out = node.Shape();
    if (data.Rank() > 4) return Declined("its data has more than four axes");
    if (out.NumElements() == 0) return Declined("its result is empty");
    const int64_t missing = 4 - data.Rank();
    Sizes cropped, offsets, sizes;
    for (size_t i = 0; i < axes.size(); ++i) {
      const int64_t axis = data.NormalizeAxis(axes[i]);
      if (out[axis] == data[axis]) continue;
      const int64_t first = (*start)[i] < 0 ? (*start)[i] + data[axis] : (*start)[i];
      cropped.push_back(axis + missing);
      offsets.push_back(std::clamp<int64_t>(first, 0, data[axis]));
      sizes.push_back(out[axis]);
    }
    const std::string name = node.Name();
    if (cropped.empty()) {
      rewriter.Replace(node, node.Input(0));
      return Changed();
    }
    Sizes dims(static_cast<size_t>(missing), 1);
    dims.insert(dims.end(), data.begin(), data.end());
    const Value x = ReshapeTo(rewriter, name + "/data", node.Input(0), Shape(dims));
    const Value y = rewriter.Add("ie.Crop", missing > 0 ? name + "/4d" : name, {x},
                                 {{"axis", cropped}, {"offset", offsets}, {"dim", sizes}});
    rewriter.Replace(node, ReshapeTo(rewriter, name, y, out));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerSlice() { return std::make_unique<LowerSlice>(); }

}  // namespace moir::transforms
