// BoxNms  =>  TopK, Gather, GreedySuppression and element-wise operators, with the arithmetic and order of BoxNms.
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeBoxNms final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-box-nms"; }
  std::string_view Root() const override { return "BoxNms"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its boxes are f64");
    Builder build(rewriter, node.Name());
    if (node.Attr<int64_t>("topk") == 0) {
      // Whoever names outputs needs a node.
      rewriter.Replace(node,
                       build.Reshape(build.Reshape(node.Input(0), Shape{node.Shape().NumElements()}), node.Shape()));
      return Changed();
    }
    const Shape shape = node.Shape();
    const int64_t count = shape[shape.Rank() - 2], width = shape[shape.Rank() - 1];
    if (shape.NumElements() == 0) return Declined("it has no boxes");
    const Shape flat{shape.NumElements(0, shape.Rank() - 2), count, width};
    const Value data = build.Reshape(build.ToFloat(node.Input(0)), flat);
    const Value kept = Suppress(node, data, build);
    rewriter.Replace(node, build.Convert(build.Reshape(kept, shape), type));
    return Changed();
  }

 private:
  static Value Suppress(const Node& node, Value data, Builder& build) {
    const int64_t batch = data.Shape()[0], count = data.Shape()[1], width = data.Shape()[2];
    const int64_t score_index = node.Attr<int64_t>("score_index"), id_index = node.Attr<int64_t>("id_index"),
                  coordinates = node.Attr<int64_t>("coord_start"), topk = node.Attr<int64_t>("topk");
    const Shape list{batch, count};
    const Value scores = build.Reshape(build.Slice(data, 2, score_index, score_index + 1), list);
    Value valid = build.Op("Greater", {scores, build.Number(node.Attr<double>("valid_thresh"))});
    if (id_index >= 0) {
      const Value ids = build.Reshape(build.Slice(data, 2, id_index, id_index + 1), list);
      const Value background = build.Number(static_cast<double>(node.Attr<int64_t>("background_id")));
      valid = build.And(valid, build.Op("NotEqual", {ids, background}));
    }
    const Value lowest = build.Number(-std::numeric_limits<double>::infinity());
    const int64_t most = topk > 0 ? std::min(topk, count) : count;
    Node* best = build.Largest(build.Select(valid, scores, lowest), most);
    const Value rows = build.GatherRows(data, best->Output(1));
    const Value candidates = build.ToFloat(build.Op("Greater", {best->Output(0), lowest}));

    const std::vector<Value> columns = build.Columns(rows);
    const auto column = [&](int64_t index) { return columns[static_cast<size_t>(index)]; };
    std::vector<Value> inputs = Corners(
        node, {column(coordinates), column(coordinates + 1), column(coordinates + 2), column(coordinates + 3)}, build);
    inputs.push_back(candidates);
    // MXNet compares classes as integers.
    if (id_index >= 0 && !node.Attr<bool>("force_suppress"))
      inputs.push_back(build.ToFloat(build.Convert(column(id_index), ElementType::kI32)));
    Value flags = build.Op("GreedySuppression", inputs, {{"threshold", node.Attr<double>("overlap_thresh")}});
    Value kept = build.FlaggedFirst(rows, flags);
    kept = ConvertFormat(node, kept, build);
    const Value flagged = build.Op("Greater", {build.Reshape(flags, Shape{batch, most, 1}), build.Number(0)});
    kept = build.Select(flagged, kept, build.Number(-1));
    if (most == count) return kept;
    const std::vector<float> removed(static_cast<size_t>(batch * (count - most) * width), -1.0f);
    return build.Concat({kept, build.Constant(Tensor::FromValues<float>(Shape{batch, count - most, width}, removed))},
                        1);
  }

  // Left, top, right, bottom and area of boxes in the input's format.
  static std::vector<Value> Corners(const Node& node, std::vector<Value> box, Builder& build) {
    const Value zero = build.Number(0), two = build.Number(2);
    Value width, height;
    std::vector<Value> corners = box;
    if (node.Attr<std::string>("in_format") == "center") {
      width = box[2];
      height = box[3];
      const Value half_width = build.Divide(width, two), half_height = build.Divide(height, two);
      corners = {build.Subtract(box[0], half_width), build.Subtract(box[1], half_height), build.Add(box[0], half_width),
                 build.Add(box[1], half_height)};
    } else {
      width = build.Subtract(box[2], box[0]);
      height = build.Subtract(box[3], box[1]);
    }
    const Value negative = build.Op("LogicalOr", {build.Op("Less", {width, zero}), build.Op("Less", {height, zero})});
    corners.push_back(build.Select(negative, zero, build.Multiply(width, height)));
    return corners;
  }

  static Value ConvertFormat(const Node& node, Value rows, Builder& build) {
    const bool center = node.Attr<std::string>("out_format") == "center";
    if (center == (node.Attr<std::string>("in_format") == "center")) return rows;
    const int64_t begin = node.Attr<int64_t>("coord_start"), width = rows.Shape()[2];
    const auto column = [&](int64_t index) { return build.Slice(rows, 2, begin + index, begin + index + 1); };
    const Value a = column(0), b = column(1), c = column(2), d = column(3), two = build.Number(2);
    std::vector<Value> converted;
    if (center) {
      converted = {build.Divide(build.Add(a, c), two), build.Divide(build.Add(b, d), two), build.Subtract(c, a),
                   build.Subtract(d, b)};
    } else {
      const Value half_width = build.Divide(c, two), half_height = build.Divide(d, two);
      converted = {build.Subtract(a, half_width), build.Subtract(b, half_height), build.Add(a, half_width),
                   build.Add(b, half_height)};
    }
    // Boxes whose first number is negative stay as they are.
    const Value box = build.Select(build.Op("Less", {a, build.Number(0)}), build.Slice(rows, 2, begin, begin + 4),
                                   build.Concat(converted, 2));
    std::vector<Value> parts;
    if (begin > 0) parts.push_back(build.Slice(rows, 2, 0, begin));
    parts.push_back(box);
    if (begin + 4 < width) parts.push_back(build.Slice(rows, 2, begin + 4, width));
    return build.Concat(parts, 2);
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBoxNms() { return std::make_unique<DecomposeBoxNms>(); }

}  // namespace moir::transforms
