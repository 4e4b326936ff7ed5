// BoxEncode  =>  Gather of the matched boxes and element-wise operators, in BoxEncode's order.
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeBoxEncode final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-box-encode"; }
  std::string_view Root() const override { return "BoxEncode"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its boxes are f64");
    if (node.Shape().NumElements() == 0 || node.Input(3).Shape()[1] == 0) return Declined("it has no boxes");
    Builder build(rewriter, node.Name());
    const Shape shape = node.Shape(), column{shape[0], shape[1], 1};
    const auto last = static_cast<double>(node.Input(3).Shape()[1] - 1);
    const Value zero = build.Number(0), half = build.Number(0.5);
    const Value counts = build.Reshape(build.Op("Greater", {build.ToFloat(node.Input(0)), build.Number(0.5)}), column);
    const Value matches = build.ToFloat(node.Input(1));
    // A match is cut off to a whole number.
    const Value exists = build.And(build.Op("Greater", {matches, build.Number(-1)}),
                                   build.Op("Less", {matches, build.Number(last + 1)}));
    const Value index = build.Convert(build.Op("Clamp", {matches}, {{"min", 0.0}, {"max", last}}), ElementType::kI64);
    const Value boxes = build.GatherRows(build.ToFloat(node.Input(3)), index), anchors = build.ToFloat(node.Input(2));
    const auto part = [&](Value value, int64_t i) { return build.Slice(value, 2, i, i + 1); };
    std::vector<Value> centers, sizes;
    for (int64_t axis = 0; axis < 2; ++axis) {
      const Value low = part(boxes, axis), anchor_low = part(anchors, axis);
      const Value size = build.Subtract(part(boxes, axis + 2), low),
                  anchor_size = build.Subtract(part(anchors, axis + 2), anchor_low);
      const Value center = build.Add(low, build.Multiply(size, half)),
                  anchor_center = build.Add(anchor_low, build.Multiply(anchor_size, half));
      centers.push_back(build.Divide(build.Subtract(center, anchor_center), anchor_size));
      sizes.push_back(build.Op("Log", {build.Divide(size, anchor_size)}));
    }
    const Value moves = build.Concat({centers[0], centers[1], sizes[0], sizes[1]}, 2);
    const Value normal =
        build.Divide(build.Subtract(moves, build.ToFloat(node.Input(4))), build.ToFloat(node.Input(5)));
    const Value nothing = build.Number(std::numeric_limits<double>::quiet_NaN());
    const Value targets = build.Select(counts, build.Select(build.Reshape(exists, column), normal, nothing), zero);
    const std::vector<float> ones(4, 1.0f);
    const Value masks = build.Select(counts, build.Constant(Tensor::FromValues<float>(Shape{1, 1, 4}, ones)), zero);
    rewriter.ReplaceValue(node.Output(0), build.Convert(targets, type));
    rewriter.ReplaceValue(node.Output(1), build.Convert(masks, type));
    rewriter.RemoveUnread(&node);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBoxEncode() { return std::make_unique<DecomposeBoxEncode>(); }

}  // namespace moir::transforms
