// TopK that keeps equal elements in their order  =>  the first k chosen by comparisons, then sorted by their values and
// again by keys without equals, for IR v10: before opset11 the order of equals is the engine's choice, and with it
// which of them are among the first k.
//
// TopK tells the value of the last of the k. What goes before it is chosen, and as many as are missing of its equals,
// the first ones. Sorted by value, equals stand together, however they are ordered. Numbering such groups gives each
// element the key (group, position before sorting), which no other has. Keys are sorted by their digits, the lowest
// first, because f32, the only type that every engine sorts, counts up to 2^24: a digit's key is digit * n + place, so
// that elements with equal digits keep the order that the digits before gave them.
#include <bit>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// Whole numbers below this are exact in f32.
constexpr int64_t kExactInF32 = int64_t{1} << 24;

class Sorting {
 public:
  Sorting(Builder& build, int64_t axis, std::string mode) : build_(build), axis_(axis), mode_(std::move(mode)) {}

  // Positions (i64) of the first k in the stable order.
  Value First(Value data, int64_t k) {
    const int64_t size = data.Shape()[axis_];
    if (k == size) return All(data);
    const Value last = build_.Slice(Sort(data, k, mode_)->Output(0), axis_, k - 1, k);
    const Value before = build_.Op(mode_ == "max" ? "Greater" : "Less", {data, last});
    const Value equal = build_.Op("Equal", {data, last});
    const Value missing = build_.Subtract(build_.Number(static_cast<double>(k)),
                                          build_.Reduce("ReduceSum", build_.ToFloat(before), {axis_}, true));
    const Value among = build_.Op("LessEqual", {Sums(build_.ToFloat(equal)), missing});
    const Value chosen = build_.Op("LogicalOr", {before, build_.And(equal, among)});
    const Value places = build_.Slice(build_.FlaggedOrder(build_.ToFloat(chosen), axis_), axis_, 0, k);
    return Pick(places, All(Pick(data, places)));
  }

  Value Pick(Value data, Value positions) { return build_.Op("GatherElements", {data, positions}, {{"axis", axis_}}); }

  // Sorted by value; equals in any order.
  Node* Sort(Value data, int64_t k, const std::string& mode) {
    return build_.OpNode(
        "TopK", {data, build_.Constant(Tensor::Scalar<int64_t>(k))},
        {{"axis", axis_}, {"mode", mode}, {"sort", std::string("value")}, {"index_element_type", std::string("i64")}});
  }

 private:
  // Positions of all elements in the stable order.
  Value All(Value data) {
    const Shape& shape = data.Shape();
    const int64_t size = shape[axis_];
    if (size == 1) return Sort(data, 1, mode_)->Output(1);
    Node* sorted = Sort(data, size, mode_);
    const Value values = sorted->Output(0);
    Value positions = sorted->Output(1);
    const Value starts = build_.ToFloat(
        build_.Op("NotEqual", {build_.Slice(values, axis_, 1, size), build_.Slice(values, axis_, 0, size - 1)}));
    const Value first = build_.Multiply(build_.Slice(starts, axis_, 0, 1), build_.Number(0));
    const Value groups = Sums(build_.Concat({first, starts}, axis_));
    const Value count = build_.Number(static_cast<double>(size));
    if (size <= kExactInF32 / size) {
      const Value keys = build_.Add(build_.Multiply(groups, count), build_.ToFloat(positions));
      return Pick(positions, Sort(keys, size, "min")->Output(1));
    }
    std::vector<int64_t> row(static_cast<size_t>(shape.Rank()), 1);
    row[static_cast<size_t>(axis_)] = size;
    const Value places = build_.Positions(size, Shape(row));
    // A power of two, by which f32 divides exactly.
    const auto base = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(kExactInF32 / size)));
    Value order = Sort(build_.ToFloat(positions), size, "min")->Output(1);
    positions = Pick(positions, order);
    Value rest = Pick(groups, order);
    for (int64_t largest = size - 1; largest > 0; largest /= base) {
      const Value share = build_.Number(1.0 / static_cast<double>(base));
      const Value higher = build_.Op("Floor", {build_.Multiply(rest, share)});
      const Value digit = build_.Subtract(rest, build_.Multiply(higher, build_.Number(static_cast<double>(base))));
      order = Sort(build_.Add(build_.Multiply(digit, count), places), size, "min")->Output(1);
      positions = Pick(positions, order);
      rest = Pick(higher, order);
    }
    return positions;
  }

  Value Sums(Value data) { return build_.Op("CumSum", {data, build_.Constant(Tensor::Scalar<int64_t>(axis_))}); }

  Builder& build_;
  const int64_t axis_;
  const std::string mode_;
};

class StabilizeTopK final : public Pass {
 public:
  std::string_view Name() const override { return "stabilize-top-k"; }

  void Run(Graph& graph, PassReport& report) const override {
    Rewriter rewriter(graph);
    std::vector<Node*> found;  // those that this pass adds need none of it
    for (Node* node : graph.TopologicalOrder()) {
      if (node->Is("TopK") && node->Attr<bool>("stable")) found.push_back(node);
    }
    for (Node* node : found) {
      const std::string reason = Stabilize(*node, rewriter);
      if (reason.empty()) ++report.changes;
      else report.declined.emplace_back(node->Name(), reason);
    }
  }

 private:
  // Empty, or why not.
  static std::string Stabilize(Node& node, Rewriter& rewriter) {
    const Shape& shape = node.Input(0).Shape();
    const int64_t axis = shape.NormalizeAxis(node.Attr<int64_t>("axis")), size = shape[axis], k = node.Shape()[axis];
    if (size < 2 || node.Shape().NumElements() == 0) return "there is nothing to sort";
    if (size > kExactInF32 / 2) return "the axis is longer than f32 can count";
    Builder build(rewriter, node.Name());
    Sorting sorting(build, axis, node.Attr<std::string>("mode"));
    Value positions = sorting.First(node.Input(0), k);
    if (node.Attr<std::string>("sort") != "value" && k > 1)
      positions = build.Convert(sorting.Sort(build.ToFloat(positions), k, "min")->Output(0), ElementType::kI64);
    rewriter.ReplaceValue(node.Output(0), sorting.Pick(node.Input(0), positions));
    rewriter.ReplaceValue(node.Output(1), build.Convert(positions, node.Type(1)));
    rewriter.RemoveUnread(&node);
    return {};
  }
};

}  // namespace

std::unique_ptr<Pass> MakeStabilizeTopK() { return std::make_unique<StabilizeTopK>(); }

}  // namespace moir::transforms
