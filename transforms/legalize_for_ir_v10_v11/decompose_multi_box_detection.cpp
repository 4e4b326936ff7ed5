// MultiBoxDetection  =>  reductions, TopK, Gather, GreedySuppression and element-wise operators, with the arithmetic
// and order of MultiBoxDetection.
#include <algorithm>
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeMultiBoxDetection final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-multi-box-detection"; }
  std::string_view Root() const override { return "MultiBoxDetection"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Type() != ElementType::kF32) return Declined("its values are no f32");
    const int64_t classes = node.Input(0).Shape()[1];
    if (classes < 2 || node.Shape().NumElements() == 0) return Declined("it has no classes or pictures");
    Builder build(rewriter, node.Name());
    Value rows, valid;
    Collect(node, build, rows, valid);
    const auto threshold = static_cast<float>(node.Attr<double>("nms_threshold"));
    rewriter.Replace(
        node, threshold > 0 && threshold <= 1 ? Suppress(node, rows, valid, build) : Compact(node, rows, valid, build));
    return Changed();
  }

 private:
  // rows [N, A, 6] of all anchors; valid [N, A]: whether the anchor has an object (boolean).
  static void Collect(const Node& node, Builder& build, Value& rows, Value& valid) {
    const Shape& shape = node.Input(0).Shape();
    const int64_t batch = shape[0], classes = shape[1], anchors = shape[2];
    const Value scores = build.Slice(node.Input(0), 1, 1, classes);
    const Value best = build.Reduce("ReduceMax", scores, {1}, true);
    // The first of equals.
    const Value places =
        build.Select(build.Op("Equal", {scores, best}), build.Positions(classes - 1, Shape{1, classes - 1, 1}),
                     build.Number(static_cast<double>(classes)));
    const Value id = build.Reduce("ReduceMin", places, {1}, false);
    const Value score = build.Reshape(best, Shape{batch, anchors});
    valid = build.And(build.Op("Greater", {score, build.Number(-1)}),
                      build.Op("GreaterEqual", {score, build.Number(node.Attr<double>("threshold"))}));
    const Shape column{batch, anchors, 1};
    rows = build.Concat({build.Reshape(id, column), build.Reshape(score, column), Decode(node, build)}, 2);
  }

  // [N, A, 4]
  static Value Decode(const Node& node, Builder& build) {
    const Shape& shape = node.Input(0).Shape();
    const int64_t batch = shape[0], anchors = shape[2];
    const auto& variances = node.Attr<std::vector<double>>("variances");
    const Value offsets = build.Reshape(node.Input(1), Shape{batch, anchors, 4});
    const auto part = [&](Value value, int64_t i) { return build.Slice(value, 2, i, i + 1); };
    const Value boxes = build.Slice(node.Input(2), 0, 0, 1);  // only the first counts
    const Value left = part(boxes, 0), top = part(boxes, 1), right = part(boxes, 2), bottom = part(boxes, 3);
    const Value two = build.Number(2);
    std::vector<Value> low(2), high(2);
    for (size_t axis = 0; axis < 2; ++axis) {
      const Value from = axis == 0 ? left : top, to = axis == 0 ? right : bottom;
      const Value size = build.Subtract(to, from), middle = build.Divide(build.Add(from, to), two);
      const auto i = static_cast<int64_t>(axis);
      const Value moved =
          build.Add(build.Multiply(build.Multiply(part(offsets, i), build.Number(variances[axis])), size), middle);
      const Value grown = build.Op("Exp", {build.Multiply(part(offsets, i + 2), build.Number(variances[axis + 2]))});
      const Value half = build.Divide(build.Multiply(grown, size), two);
      low[axis] = build.Subtract(moved, half);
      high[axis] = build.Add(moved, half);
    }
    Value decoded = build.Concat({low[0], low[1], high[0], high[1]}, 2);
    if (node.Attr<bool>("clip")) decoded = build.Op("Clamp", {decoded}, {{"min", 0.0}, {"max", 1.0}});
    return decoded;
  }

  // Valid rows first, -1 throughout in the others.
  static Value Compact(const Node& node, Value rows, Value valid, Builder& build) {
    Value flags = build.ToFloat(valid);
    const Value first = build.FlaggedFirst(rows, flags);
    return build.Select(Raised(flags, node, build), first, build.Number(-1));
  }

  static Value Raised(Value flags, const Node&, Builder& build) {
    const Shape& shape = flags.Shape();
    return build.Op("Greater", {build.Reshape(flags, Shape{shape[0], shape[1], 1}), build.Number(0)});
  }

  static Value Suppress(const Node& node, Value rows, Value valid, Builder& build) {
    const int64_t batch = rows.Shape()[0], anchors = rows.Shape()[1], topk = node.Attr<int64_t>("nms_topk");
    const int64_t most = topk > 0 ? std::min(topk, anchors) : anchors;
    const Value lowest = build.Number(-std::numeric_limits<double>::infinity());
    const Value scores = build.Reshape(build.Slice(rows, 2, 1, 2), Shape{batch, anchors});
    Node* best = build.Largest(build.Select(valid, scores, lowest), most);
    const Value sorted = build.GatherRows(rows, best->Output(1));
    const Value candidates = build.ToFloat(build.Op("Greater", {best->Output(0), lowest}));

    const std::vector<Value> columns = build.Columns(sorted);
    const Value area = build.Multiply(build.Subtract(columns[4], columns[2]), build.Subtract(columns[5], columns[3]));
    std::vector<Value> inputs = {columns[2], columns[3], columns[4], columns[5], area, candidates};
    if (!node.Attr<bool>("force_suppress")) inputs.push_back(columns[0]);
    const Value kept =
        build.Op("GreedySuppression", inputs,
                 {{"threshold", node.Attr<double>("nms_threshold")}, {"inclusive", true}, {"guarded", true}});
    // Suppressed rows lose their class only; places without a candidate are -1 throughout.
    const Value class_id =
        build.Reshape(build.Select(build.Op("Greater", {kept, build.Number(0)}), columns[0], build.Number(-1)),
                      Shape{batch, most, 1});
    const Value renamed = build.Concat({class_id, build.Slice(sorted, 2, 1, 6)}, 2);
    const Value head = build.Select(Raised(candidates, node, build), renamed, build.Number(-1));
    if (most == anchors) return head;
    // Behind the cut stand the rows that stood there before sorting, without their class.
    const Value unsorted = build.Slice(Compact(node, rows, valid, build), 1, most, anchors);
    const std::vector<float> no_class(static_cast<size_t>(batch * (anchors - most)), -1.0f);
    const Value tail =
        build.Concat({build.Constant(Tensor::FromValues<float>(Shape{batch, anchors - most, 1}, no_class)),
                      build.Slice(unsorted, 2, 1, 6)},
                     2);
    return build.Concat({head, tail}, 1);
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeMultiBoxDetection() { return std::make_unique<DecomposeMultiBoxDetection>(); }

}  // namespace moir::transforms
