// affine(op(linear(x)))  =>  op(affine(linear(x)))   where that changes nothing, so that fuse-linear-affine takes it:
//   ReLU, PRelu:  scales above zero        max(x, 0) * s = max(x * s, 0)
//   MaxPool:      scales above zero and shifts, one per channel
//   AvgPool:      scales; shifts where padding does not count (exclude-pad, or none)
// Shifts need some data in every window.
// Every node on the way has one reader and is no output; between op and the linear node a bias and other affine nodes
// may stand.
#include <algorithm>

#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

bool IsPadded(const Node& pool) {
  const auto& auto_pad = pool.Attr<std::string>("auto_pad");
  if (auto_pad == "valid") return false;
  return auto_pad != "explicit" || !AllAre(SpatialAttribute(pool, "pads_begin", 0), 0) ||
         !AllAre(SpatialAttribute(pool, "pads_end", 0), 0);
}

// Empty when the affine node may change places with `op`, otherwise the reason why not.
std::string Obstacle(const Node& op, const Affine& affine) {
  const bool activation = op.Is("ReLU") || op.Is("PRelu");
  const bool maximum = op.Is("MaxPool"), average = op.Is("AvgPool");
  if (!activation && !maximum && !average) return StrCat("a ", op.Op(), " stands between");
  if (activation && affine.shift) return StrCat("a shift does not pass a ", op.Op());
  // The average of nothing is zero, with a shift or without.
  if (affine.shift && !EveryWindowMeetsData(op))
    return StrCat("a shift does not pass a ", op.Op(), " with windows of padding only");
  if (average && affine.shift && IsPadded(op) && !op.Attr<bool>("exclude-pad"))
    return "a shift does not pass an average over padding";
  if ((activation || maximum) && affine.scale) {
    const auto values = affine.scale->Values<double>();
    if (!std::all_of(values.begin(), values.end(), [](double v) { return v > 0; }))
      return StrCat("a scale that is not above zero does not pass a ", op.Op());
  }
  return {};
}

// What the affine nodes before `value` compute it from, as long as each has one reader.
Value BehindAffineNodes(Value value) {
  while (value.HasOneReader()) {
    const std::optional<Affine> affine = MatchAffine(*value.node);
    if (!affine) break;
    value = affine->data;
  }
  return value;
}

class MoveAffineToLinear final : public NodePass {
 public:
  explicit MoveAffineToLinear(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "move-affine-to-linear"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    std::string why;
    const std::optional<Affine> affine = MatchAffine(node, &why);
    if (!affine) return why.empty() ? Outcome{} : Declined(why);
    if (!filter_.Allows(node)) return Declined("kept by finegrain fusing");
    std::vector<Node*> path;  // from the affine node backwards
    Value value = affine->data;
    while (true) {
      if (!value.HasOneReader()) return Declined("\"", value.node->Name(), "\" has other readers");
      if (!filter_.Allows(*value.node)) return Declined("\"", value.node->Name(), "\" is kept by finegrain fusing");
      const Value source = BehindAffineNodes(value);
      if (Linear::Match(source.node, &why)) {
        if (source != value && !source.HasOneReader())
          return Declined("\"", source.node->Name(), "\" has other readers");
        if (!filter_.Allows(*source.node)) return Declined("\"", source.node->Name(), "\" is kept by finegrain fusing");
        break;
      }
      if (!why.empty()) return Declined(why);
      std::string obstacle = Obstacle(*value.node, *affine);
      if (!obstacle.empty()) return Declined(obstacle);
      path.push_back(value.node);
      value = value.node->Input(0);
    }
    if (path.empty()) return {};  // next to the linear node already
    // Activations and pooling keep the channels at axis 1; scales along other axes would not survive the way.
    for (const std::optional<Tensor>& constant : {affine->scale, affine->shift}) {
      if (constant && !AlongAxis(*constant, node.Shape(), 1))
        return Declined("the constant does not vary along the channels only");
    }
    const std::string name = node.Name();
    const bool output = node.Output(0).IsGraphOutput();
    // The constant keeps its numbers: it has one per channel or one for all, which fits before pooling as well.
    std::vector<Value> operands = node.Inputs();
    for (Value& operand : operands) {
      if (operand == affine->data) operand = value;
    }
    Value moved = rewriter.Add(node.Op(), name, std::move(operands), node.Attributes());
    Node* const moved_node = moved.node;
    std::vector<std::pair<Node*, std::string>> made;
    for (auto op = path.rbegin(); op != path.rend(); ++op) {
      std::vector<Value> inputs = (*op)->Inputs();
      inputs[0] = moved;
      moved = rewriter.Add((*op)->Op(), (*op)->Name(), std::move(inputs), (*op)->Attributes());
      made.emplace_back(moved.node, (*op)->Name());
    }
    rewriter.Replace(node, moved);
    graph::Graph& graph = rewriter.GetGraph();
    if (output) {
      graph.Rename(moved.node, name);
      made.pop_back();
    } else {
      graph.Rename(moved_node, name);
    }
    for (const auto& [op, old_name] : made) graph.Rename(op, old_name);
    return Changed();
  }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeMoveAffineToLinear(FusingFilter filter) {
  return std::make_unique<MoveAffineToLinear>(std::move(filter));
}

}  // namespace moir::transforms
