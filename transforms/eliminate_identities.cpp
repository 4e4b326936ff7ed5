// Nodes that give back their input go, and neighbours that undo or repeat each other become one:
//   x + 0, x - 0, x * 1, x / 1, x ^ 1; Convert to the same type; Concat and Split of one; Transpose, Reshape, Squeeze,
//   Unsqueeze, Broadcast, Tile, Slice, Pad, 1x1 pooling that change nothing; ReLU of ReLU
//   Reshape(Reshape | Squeeze | Unsqueeze (x))  =>  Reshape(x)
//   Transpose(Transpose(x))                     =>  Transpose(x)
// An identity between an output of the model and an input, a constant or another output stays: it gives the output a
// place of its own.
#include <algorithm>

#include "transforms/affine.h"
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

constexpr int64_t kMaxElements = 1 << 16;  // larger constants are not searched for a value that is not neutral

bool IsReshaping(const Node& node) { return node.Is("Reshape") || node.Is("Squeeze") || node.Is("Unsqueeze"); }

// `op`(x, c) with every c equal to `neutral` and x of the result's shape.
std::optional<Value> NeutralOperand(const Node& node, size_t constant_input, double neutral) {
  const Tensor* constant = node.Input(constant_input).Constant();
  const Value data = node.Input(1 - constant_input);
  if (!constant || constant->NumElements() > kMaxElements || data.Shape() != node.Shape() || data.Type() != node.Type())
    return std::nullopt;
  const std::vector<double> values = constant->ToVector<double>();
  if (!std::all_of(values.begin(), values.end(), [&](double v) { return v == neutral; })) return std::nullopt;
  return data;
}

std::optional<Value> NeutralArithmetic(const Node& node) {
  const bool adds = node.Is("Add"), multiplies = node.Is("Multiply");
  if (!adds && !multiplies && !node.Is("Subtract") && !node.Is("Divide") && !node.Is("Power")) return std::nullopt;
  const double neutral = adds || node.Is("Subtract") ? 0 : 1;
  if (const std::optional<Value> data = NeutralOperand(node, 1, neutral)) return data;
  return adds || multiplies ? NeutralOperand(node, 0, neutral) : std::nullopt;
}

// Whether the order leaves axes longer than one in their order, so that the elements stay in place.
bool KeepsElements(const Shape& shape, const std::vector<int64_t>& order) {
  int64_t last = -1;
  for (const int64_t axis : order) {
    if (shape[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

// What the node gives back unchanged, if it does.
std::optional<Value> Unchanged(Node& node) {
  if (const std::optional<Value> data = NeutralArithmetic(node)) return data;
  if (node.InputCount() == 0 || node.OutputCount() != 1) return std::nullopt;
  const Value data = node.Input(0);
  if (node.Is("ReLU") && data.Producer("ReLU")) return data;
  if (data.Shape() != node.Shape() || data.Type() != node.Type()) return std::nullopt;
  if (IsReshaping(node) || node.Is("Convert") || node.Is("Broadcast") || node.Is("Tile") || node.Is("Pad")) return data;
  if ((node.Is("Concat") && node.InputCount() == 1) || (node.Is("Split") || node.Is("VariadicSplit"))) return data;
  if (node.Is("Transpose")) {
    const std::optional<std::vector<int64_t>> order = ConstantIndices(node, 1);
    if (order && !order->empty() && KeepsElements(data.Shape(), *order)) return data;
  }
  if (node.Is("Slice")) {
    const std::optional<std::vector<int64_t>> step = ConstantIndices(node, 3);
    if (step && AllAre(*step, 1)) return data;
  }
  if (node.Is("MaxPool") || node.Is("AvgPool")) {
    const auto all = [&](const char* name, int64_t value) {
      return AllAre(SpatialAttribute(node, name, value), value);
    };
    const auto& kernel = node.Attr<std::vector<int64_t>>("kernel");
    if (!kernel.empty() && AllAre(kernel, 1) && all("strides", 1) && all("pads_begin", 0) && all("pads_end", 0))
      return data;
  }
  return std::nullopt;
}

// Whether zero `position` of an outer pattern means an axis that `inner` took over from its own input at the same
// position.
bool KeepsAxis(const Node& inner, size_t position) {
  if (inner.Is("Reshape")) {
    const std::optional<std::vector<int64_t>> pattern = ConstantIndices(inner, 1);
    return pattern && inner.Attr<bool>("special_zero") && position < pattern->size() && (*pattern)[position] == 0;
  }
  std::optional<std::vector<int64_t>> axes = ConstantIndices(inner, 1);
  if (!axes) return false;
  const int64_t rank = inner.Is("Squeeze") ? inner.Input(0).Shape().Rank() : inner.Shape().Rank();
  return std::all_of(axes->begin(), axes->end(),
                     [&](int64_t axis) { return (axis < 0 ? axis + rank : axis) > static_cast<int64_t>(position); });
}

class EliminateIdentities final : public NodePass {
 public:
  std::string_view Name() const override { return "eliminate-identities"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (const std::optional<Value> data = Unchanged(node)) return ReplaceBy(node, *data, rewriter);
    if (IsReshaping(node) && IsReshaping(*node.Input(0).node)) return MergeReshapes(node, rewriter);
    if (node.Is("Transpose") && node.Input(0).Producer("Transpose")) return MergeTransposes(node, rewriter);
    return {};
  }

 private:
  static Outcome ReplaceBy(Node& node, Value data, Rewriter& rewriter) {
    if (node.Output(0).IsGraphOutput() &&
        (data.node->Is("Parameter") || data.node->Is("Constant") || data.IsGraphOutput())) {
      return Declined("it gives an output of the model a place of its own");
    }
    ReplaceKeepingOutputName(rewriter, node, data);
    return Changed();
  }

  static Outcome MergeReshapes(Node& outer, Rewriter& rewriter) {
    Node& inner = *outer.Input(0).node;
    const Value data = inner.Input(0);
    if (data.Shape() == outer.Shape()) return ReplaceBy(outer, data, rewriter);
    if (!outer.Is("Reshape")) return Declined("a ", outer.Op(), " names axes of the ", inner.Op(), " before it");
    const std::optional<std::vector<int64_t>> pattern = ConstantIndices(outer, 1);
    if (!pattern) return Declined("the pattern is no constant");
    if (outer.Attr<bool>("special_zero")) {
      for (size_t i = 0; i < pattern->size(); ++i) {
        if ((*pattern)[i] == 0 && !KeepsAxis(inner, i))
          return Declined("the pattern names axis ", i, " of the ", inner.Op(), " before it");
      }
    }
    rewriter.GetGraph().SetInput(&outer, 0, data);
    rewriter.RemoveUnread(&inner);
    return Changed();
  }

  static Outcome MergeTransposes(Node& outer, Rewriter& rewriter) {
    Node& inner = *outer.Input(0).node;
    const std::optional<std::vector<int64_t>> second = ConstantIndices(outer, 1), first = ConstantIndices(inner, 1);
    if (!first || !second) return Declined("an order is no constant");
    const auto rank = static_cast<size_t>(outer.Shape().Rank());
    std::vector<int64_t> order(rank);
    // An empty order reverses the axes.
    const auto axis_of = [&](const std::vector<int64_t>& given, size_t i) {
      return given.empty() ? static_cast<int64_t>(rank - 1 - i) : given[i];
    };
    for (size_t i = 0; i < rank; ++i) order[i] = axis_of(*first, static_cast<size_t>(axis_of(*second, i)));
    const Value data = inner.Input(0);
    if (data.Shape() == outer.Shape() && KeepsElements(data.Shape(), order)) return ReplaceBy(outer, data, rewriter);
    const Value indices = rewriter.Indices(outer.Input(1).node->Name(), order);
    rewriter.Replace(outer, rewriter.Add("Transpose", outer.Name(), {data, indices}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeEliminateIdentities() { return std::make_unique<EliminateIdentities>(); }

}  // namespace moir::transforms
