// BoxDecode  =>  element-wise operators, in BoxDecode's order.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeBoxDecode final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-box-decode"; }
  std::string_view Root() const override { return "BoxDecode"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its boxes are f64");
    Builder build(rewriter, node.Name());
    const Value data = build.ToFloat(node.Input(0));
    const Value anchors = build.Reshape(build.ToFloat(node.Input(1)), Shape{1, node.Shape()[1], 4});
    const auto part = [&](Value value, int64_t i) { return build.Slice(value, 2, i, i + 1); };
    const Value half = build.Number(0.5);
    const char* const centers[] = {"std0", "std1"};
    const char* const sizes[] = {"std2", "std3"};
    const double clip = node.Attr<double>("clip");
    std::vector<Value> low, high;
    for (int64_t axis = 0; axis < 2; ++axis) {
      Value position = part(anchors, axis), size = part(anchors, axis + 2);
      if (node.Attr<std::string>("format") == "corner") {
        size = build.Subtract(size, position);
        position = build.Add(position, build.Multiply(size, half));
      }
      const auto scaled = [&](int64_t column, const char* factor) {
        return build.Multiply(part(data, column), build.Number(node.Attr<double>(factor)));
      };
      const Value moved = build.Add(build.Multiply(scaled(axis, centers[axis]), size), position);
      Value logarithm = scaled(axis + 2, sizes[axis]);
      if (static_cast<float>(clip) > 0) logarithm = build.Minimum(logarithm, build.Number(clip));
      const Value reach = build.Multiply(build.Multiply(build.Op("Exp", {logarithm}), size), half);
      low.push_back(build.Subtract(moved, reach));
      high.push_back(build.Add(moved, reach));
    }
    rewriter.Replace(node, build.Convert(build.Concat({low[0], low[1], high[0], high[1]}, 2), type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBoxDecode() { return std::make_unique<DecomposeBoxDecode>(); }

}  // namespace moir::transforms
