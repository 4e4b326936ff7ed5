// MultiProposal  =>  element-wise operators on constant anchors, TopK, Gather and GreedySuppression. The order is
// MultiProposal's; arithmetic is f32 throughout, without the detours over f64 that MultiProposal takes.
#include "graph/ops/multi_proposal.h"

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeMultiProposal final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-multi-proposal"; }
  std::string_view Root() const override { return "MultiProposal"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    Builder build(rewriter, node.Name());
    const Value table = Predict(node, build);  // [N, boxes, 5]: corners, score
    const int64_t batch = table.Shape()[0], boxes = table.Shape()[1], pre = node.Attr<int64_t>("rpn_pre_nms_top_n"),
                  post = node.Attr<int64_t>("rpn_post_nms_top_n");
    const int64_t most = pre > 0 ? std::min(pre, boxes) : boxes;
    const Value scores = build.Reshape(build.Slice(table, 2, 4, 5), Shape{batch, boxes});
    const Value sorted = build.GatherRows(table, build.Largest(scores, most)->Output(1));
    const std::vector<Value> columns = build.Columns(sorted);
    const Value one = build.Number(1);
    const auto side = [&](size_t low, size_t high) {
      return build.Add(build.Subtract(columns[high], columns[low]), one);
    };
    const std::vector<float> all(static_cast<size_t>(batch * most), 1.0f);
    Value flags = build.Op("GreedySuppression",
                           {columns[0], columns[1], columns[2], columns[3], build.Multiply(side(0, 2), side(1, 3)),
                            build.Constant(Tensor::FromValues<float>(Shape{batch, most}, all))},
                           {{"threshold", node.Attr<double>("threshold")}, {"border", int64_t{1}}});
    const Value count = build.Reduce("ReduceSum", flags, {1}, true);
    const Value kept = build.FlaggedFirst(sorted, flags);
    // Box i of the result is box i modulo `count` of those that are left.
    const Value places = build.Positions(post, Shape{1, post});
    const Value rounds = build.Op("Floor", {build.Divide(places, count)});
    const Value index = build.Convert(build.Subtract(places, build.Multiply(rounds, count)), ElementType::kI64);
    const Value picked = build.GatherRows(kept, index);

    std::vector<float> pictures;
    for (int64_t i = 0; i < batch; ++i)
      pictures.insert(pictures.end(), static_cast<size_t>(post), static_cast<float>(i));
    const Value picture = build.Constant(Tensor::FromValues<float>(Shape{batch, post, 1}, pictures));
    const Value rois = build.Reshape(build.Concat({picture, build.Slice(picked, 2, 0, 4)}, 2), node.Shape(0));
    const Value best = build.Reshape(build.Slice(picked, 2, 4, 5), node.Shape(1));
    rewriter.ReplaceValue(node.Output(0), rois);
    rewriter.ReplaceValue(node.Output(1), best);
    rewriter.RemoveUnread(&node);
    return Changed();
  }

 private:
  static Value Predict(const Node& node, Builder& build) {
    const Shape& shape = node.Input(0).Shape();
    const int64_t batch = shape[0], anchors = shape[1] / 2, height = shape[2], width = shape[3];
    const int64_t boxes = height * width * anchors;
    const ProposalPredictor predictor(node, shape);
    // Per anchor at its place: corners, size, center, row and column.
    std::vector<std::vector<float>> constants(10);
    const auto stride = node.Attr<int64_t>("feature_stride");
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        for (int64_t a = 0; a < anchors; ++a) {
          const ProposedBox box = predictor.Anchor(a, y, x);
          const auto side_x = static_cast<float>(static_cast<double>(box.xmax - box.xmin) + 1.0),
                     side_y = static_cast<float>(static_cast<double>(box.ymax - box.ymin) + 1.0);
          const float row[] = {
              box.xmin,
              box.ymin,
              box.xmax,
              box.ymax,
              side_x,
              side_y,
              static_cast<float>(static_cast<double>(box.xmin) + 0.5 * (static_cast<double>(side_x) - 1.0)),
              static_cast<float>(static_cast<double>(box.ymin) + 0.5 * (static_cast<double>(side_y) - 1.0)),
              static_cast<float>(y),
              static_cast<float>(x)};
          for (size_t k = 0; k < constants.size(); ++k) constants[k].push_back(row[k]);
        }
      }
    }
    const Shape list{batch, boxes};
    const auto constant = [&](size_t k) {
      return build.Constant(Tensor::FromValues<float>(Shape{1, boxes}, constants[k]));
    };
    const Value one = build.Number(1), half = build.Number(0.5), zero = build.Number(0);
    const Value foreground = build.Slice(node.Input(0), 1, anchors, 2 * anchors);
    Value score = build.Reshape(build.Transpose(foreground, {0, 2, 3, 1}), list);
    const Value split = build.Reshape(node.Input(1), Shape{batch, anchors, 4, height, width});
    const Value by_box = build.Reshape(build.Transpose(split, {0, 3, 4, 1, 2}), Shape{batch, boxes, 4});
    const std::vector<Value> moves = build.Columns(by_box);
    std::vector<Value> sides(4);  // left, top, right, bottom
    for (size_t axis = 0; axis < 2; ++axis) {
      if (node.Attr<bool>("iou_loss")) {
        sides[axis] = build.Add(constant(axis), moves[axis]);
        sides[axis + 2] = build.Add(constant(axis + 2), moves[axis + 2]);
        continue;
      }
      const Value size = constant(4 + axis);
      const Value center = build.Add(build.Multiply(moves[axis], size), constant(6 + axis));
      const Value grown = build.Multiply(build.Op("Exp", {moves[axis + 2]}), size);
      const Value reach = build.Multiply(build.Subtract(grown, one), half);
      sides[axis] = build.Subtract(center, reach);
      sides[axis + 2] = build.Add(center, reach);
    }
    const auto info = [&](int64_t k) { return build.Slice(node.Input(2), 1, k, k + 1); };
    const Value picture_height = info(0), picture_width = info(1);
    for (size_t k = 0; k < 4; ++k) {
      const Value limit = build.Subtract(k % 2 == 0 ? picture_width : picture_height, one);
      sides[k] = build.Maximum(build.Minimum(sides[k], limit), zero);
    }
    // Positions beyond the picture.
    const Value step = build.Number(static_cast<double>(stride));
    const auto beyond = [&](Value size, size_t place) {
      return build.Op("GreaterEqual", {constant(place), build.Op("Floor", {build.Divide(size, step)})});
    };
    const Value outside = build.Op("LogicalOr", {beyond(picture_height, 8), beyond(picture_width, 9)});
    const Value least = build.Multiply(build.Number(static_cast<double>(node.Attr<int64_t>("rpn_min_size"))), info(2));
    const auto small = [&](size_t low, size_t high) {
      return build.Op("Less", {build.Add(build.Subtract(sides[high], sides[low]), one), least});
    };
    const Value too_small = build.Op("LogicalOr", {small(0, 2), small(1, 3)});
    score = build.Select(build.Op("LogicalOr", {outside, too_small}), build.Number(-1), score);
    const Value growth = build.Multiply(least, half);
    std::vector<Value> columns;
    for (size_t k = 0; k < 4; ++k) {
      const Value grown = k < 2 ? build.Subtract(sides[k], growth) : build.Add(sides[k], growth);
      columns.push_back(build.Reshape(build.Select(too_small, grown, sides[k]), Shape{batch, boxes, 1}));
    }
    columns.push_back(build.Reshape(score, Shape{batch, boxes, 1}));
    return build.Concat(columns, 2);
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeMultiProposal() { return std::make_unique<DecomposeMultiProposal>(); }

}  // namespace moir::transforms
