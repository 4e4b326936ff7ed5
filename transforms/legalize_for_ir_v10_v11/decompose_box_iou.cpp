// BoxIou  =>  element-wise operators between a column and a row of boxes, in BoxIou's order.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeBoxIou final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-box-iou"; }
  std::string_view Root() const override { return "BoxIou"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its boxes are f64");
    const Shape shape = node.Shape();
    if (shape.NumElements() == 0) return Declined("it has no boxes");
    Builder build(rewriter, node.Name());
    const bool center = node.Attr<std::string>("format") == "center";
    const Boxes a = Read(build, node.Input(0), true, center), b = Read(build, node.Input(1), false, center);
    const Value zero = build.Number(0);
    const auto length = [&](size_t low, size_t high) {
      const Value shared =
          build.Subtract(build.Minimum(a.sides[high], b.sides[high]), build.Maximum(a.sides[low], b.sides[low]));
      return build.Maximum(shared, zero);
    };
    const Value shared = build.Multiply(length(0, 2), length(1, 3));
    const Value all = build.Subtract(build.Add(a.area, b.area), shared);
    const Value overlap = build.Select(build.Op("LessEqual", {shared, zero}), zero, build.Divide(shared, all));
    rewriter.Replace(node, build.Convert(build.Reshape(overlap, shape), type));
    return Changed();
  }

 private:
  struct Boxes {
    std::vector<Value> sides;  // left, top, right, bottom
    Value area;
  };

  // All boxes as a column [N, 1] or a row [1, N].
  static Boxes Read(Builder& build, Value boxes, bool column, bool center) {
    const int64_t count = boxes.Shape().NumElements() / 4;
    const Value table = build.Reshape(build.ToFloat(boxes), Shape{count, 4});
    std::vector<Value> parts;
    for (const Value& part : build.Columns(table))
      parts.push_back(build.Reshape(part, column ? Shape{count, 1} : Shape{1, count}));
    Boxes result;
    Value width, height;
    if (center) {
      width = parts[2];
      height = parts[3];
      const Value two = build.Number(2);
      const Value half_width = build.Divide(width, two), half_height = build.Divide(height, two);
      result.sides = {build.Subtract(parts[0], half_width), build.Subtract(parts[1], half_height),
                      build.Add(parts[0], half_width), build.Add(parts[1], half_height)};
    } else {
      width = build.Subtract(parts[2], parts[0]);
      height = build.Subtract(parts[3], parts[1]);
      result.sides = parts;
    }
    const Value zero = build.Number(0);
    const Value negative = build.Op("LogicalOr", {build.Op("Less", {width, zero}), build.Op("Less", {height, zero})});
    result.area = build.Select(negative, zero, build.Multiply(width, height));
    return result;
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBoxIou() { return std::make_unique<DecomposeBoxIou>(); }

}  // namespace moir::transforms
