// Strides of 1x1 convolutions move up to what computes the elements that they skip.
//
//   conv3x3 -> ReLU -> conv1x1 stride 2            =>   conv3x3 stride 2 -> ReLU -> conv1x1
//
//   conv1x1 ---\                                        conv1x1 stride 2 ---\                              .
//               Add -> ReLU -> { conv1x1 stride 2  =>                        Add -> ReLU -> { conv1x1
//   shortcut --/               { conv1x1 stride 2       MaxPool1x1 stride 2 -/               { conv1x1
//
// as in residual networks whose units begin with the strided 1x1 convolution. A value of which every reader takes
// only each s-th element per axis *needs* stride s. Elementwise nodes pass a need on to their inputs; convolutions and
// pooling fulfil it by their own stride. A value that something else reads in full is thinned out for the elementwise
// node by a 1x1 pooling. Elements are skipped, never computed otherwise, so the results are the same bit by bit.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "graph/error.h"
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

using Strides = std::vector<int64_t>;

bool IsConvolution(const Node& node) { return node.Is("Convolution") || node.Is("GroupConvolution"); }

bool HasSettledPads(const Node& node) {
  const auto& auto_pad = node.Attr<std::string>("auto_pad");
  return auto_pad == "explicit" || auto_pad == "valid";
}

bool IsPadded(const Node& node) {
  return node.Attr<std::string>("auto_pad") != "valid" &&
         (!AllAre(SpatialAttribute(node, "pads_begin", 0), 0) || !AllAre(SpatialAttribute(node, "pads_end", 0), 0));
}

bool IsPointwiseConvolution(const Node& node) {
  return IsConvolution(node) && node.Input(0).Shape().Rank() >= 3 && AllAre(KernelSizes(node), 1) &&
         HasSettledPads(node) && !IsPadded(node);
}

Strides Times(Strides a, const Strides& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] *= b[i];
  return a;
}

bool SameSpatialSizes(const Shape& a, const Shape& b) {
  return a.Rank() == b.Rank() && a.Rank() >= 3 && std::equal(a.begin() + 2, a.end(), b.begin() + 2);
}

// Inputs that are constant along the spatial axes need no thinning out.
bool IsSpatiallyConstant(const Shape& input, int64_t rank) {
  if (input.Rank() > rank) return false;
  for (int64_t axis = std::max<int64_t>(2 - (rank - input.Rank()), 0); axis < input.Rank(); ++axis) {
    if (input[axis] != 1) return false;
  }
  return true;
}

bool IsElementwise(const Node& node) {
  if (node.OutputCount() != 1 || node.Shape().Rank() < 3) return false;
  if (IsUnaryElementwise(node)) return true;
  if (node.Is("PRelu"))
    return node.Input(1).Shape().NumElements() == 1 || node.Input(1).Shape() == Shape{node.Shape()[1]} ||
           IsSpatiallyConstant(node.Input(1).Shape(), node.Shape().Rank());
  if (!IsBinaryElementwise(node)) return false;
  for (const Value& input : node.Inputs()) {
    const bool full = SameSpatialSizes(input.Shape(), node.Shape()) && !input.Constant();
    if (!full && !IsSpatiallyConstant(input.Shape(), node.Shape().Rank())) return false;
  }
  return true;
}

// Whether this input of an elementwise node has to be thinned out with the result.
bool FollowsResult(const Node& node, size_t input) {
  if (node.Is("PRelu") && input == 1) return false;
  return SameSpatialSizes(node.Input(input).Shape(), node.Shape()) && !node.Input(input).Constant();
}

class Optimizer {
 public:
  Optimizer(Graph& graph, const FusingFilter& filter, PassReport& report)
      : rewriter_(graph), filter_(filter), report_(report), order_(graph.TopologicalOrder()) {}

  void Run() {
    do {
      FindNeeds();
    } while (BlockWhatNothingFulfils());
    if (needs_.empty()) {
      Report();
      return;
    }
    Report();
    Rebuild();
  }

 private:
  const Strides* NeedOf(const Value& value) const {
    if (value.index != 0) return nullptr;
    const auto found = needs_.find(value.node);
    return found == needs_.end() ? nullptr : &found->second;
  }

  // What `use` takes of the value it reads; empty when that is everything.
  Strides Taken(const Use& use) const {
    const Node& reader = *use.node;
    const Strides* need = reader.OutputCount() == 1 ? NeedOf({use.node, 0}) : nullptr;
    if (use.index == 0 && IsPointwiseConvolution(reader) && filter_.Allows(reader)) {
      const Strides own = SpatialAttribute(reader, "strides", 1);
      return need ? Times(own, *need) : own;
    }
    if (need && IsElementwise(reader) && FollowsResult(reader, use.index)) return *need;
    return {};
  }

  bool CanFulfil(const Node& node) const {
    if (!filter_.Allows(node)) return false;
    if (IsConvolution(node)) return HasSettledPads(node);
    if (node.Is("MaxPool") || node.Is("AvgPool"))
      return HasSettledPads(node) && node.Attr<std::string>("rounding_type") == "floor";
    return false;
  }

  void FindNeeds() {
    needs_.clear();
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
      Node* node = *it;
      if (node->OutputCount() != 1 || node->ReaderCount() == 0 || node->Output(0).IsGraphOutput() ||
          blocked_.contains(node))
        continue;
      if (node->Shape().Rank() < 3) continue;
      if (!CanFulfil(*node) && !(IsElementwise(*node) && filter_.Allows(*node))) continue;
      const Strides first = Taken(node->Readers()[0]);
      if (first.empty() || AllAre(first, 1)) continue;
      const bool agree = std::all_of(node->Readers().begin(), node->Readers().end(),
                                     [&](const Use& use) { return Taken(use) == first; });
      if (agree) needs_[node] = first;
    }
  }

  // An elementwise node none of whose inputs is computed thinner gains nothing: it would only get a pooling before it.
  bool BlockWhatNothingFulfils() {
    bool blocked = false;
    std::unordered_set<const Node*> fulfilled;
    for (Node* node : order_) {
      if (!needs_.contains(node)) continue;
      bool fulfils = CanFulfil(*node);
      for (size_t i = 0; !fulfils && i < node->InputCount(); ++i)
        fulfils = FollowsResult(*node, i) && fulfilled.contains(node->Input(i).node);
      if (fulfils) {
        fulfilled.insert(node);
      } else {
        blocked_.insert(node);
        blocked = true;
      }
    }
    return blocked;
  }

  void Report() {
    for (Node* node : order_) {
      if (!IsPointwiseConvolution(*node) || AllAre(SpatialAttribute(*node, "strides", 1), 1)) continue;
      if (NeedOf(node->Input(0))) {
        ++report_.changes;
      } else if (!filter_.Allows(*node)) {
        report_.declined.emplace_back(node->Name(), "kept by finegrain fusing");
      } else {
        report_.declined.emplace_back(node->Name(), StrCat("\"", node->Input(0).node->Name(),
                                                           "\" is needed in full or cannot be computed with a stride"));
      }
    }
  }

  Value ThinnedOut(Value value, const Strides& strides) {
    if (const auto found = thin_.find(value.node); found != thin_.end() && value.index == 0) return found->second;
    Value& pooled = pooled_[{value.node->Name(), value.index, strides}];
    if (!pooled) {
      const std::vector<int64_t> ones(strides.size(), 1), zeros(strides.size(), 0);
      pooled = rewriter_.Add("MaxPool", value.node->Name() + "/stride", {value},
                             {{"kernel", ones}, {"strides", strides}, {"pads_begin", zeros}, {"pads_end", zeros}});
    }
    return pooled;
  }

  void Rebuild() {
    std::vector<std::pair<Node*, std::string>> names;
    for (Node* node : order_) {
      const Strides* need = NeedOf({node, 0});
      const bool thin_data = IsPointwiseConvolution(*node) && NeedOf(node->Input(0));
      if (!need && !thin_data) continue;
      const std::string name = node->Name();
      std::vector<Value> inputs = node->Inputs();
      Attributes attributes = node->Attributes();
      if (IsElementwise(*node)) {
        for (size_t i = 0; i < inputs.size(); ++i) {
          if (FollowsResult(*node, i)) inputs[i] = ThinnedOut(inputs[i], *need);
        }
      } else {
        Strides strides = SpatialAttribute(*node, "strides", 1);
        if (need) strides = Times(strides, *need);
        if (thin_data) {
          Check(Taken({node, 0}) == *NeedOf(node->Input(0)), "node \"", name, "\": its data are thinned out otherwise");
          inputs[0] = ThinnedOut(inputs[0], *NeedOf(node->Input(0)));
          strides.assign(strides.size(), 1);
        }
        attributes["strides"] = strides;
      }
      Node* made = rewriter_.AddNode(node->Op(), name, std::move(inputs), std::move(attributes));
      names.emplace_back(made, name);
      if (need) {
        thin_[node] = made->Output(0);
      } else {
        rewriter_.ReplaceValue(node->Output(0), made->Output(0));
      }
    }
    graph::Graph& graph = rewriter_.GetGraph();
    graph.RemoveDead();
    for (const auto& [node, name] : names) {
      if (!graph.FindNode(name)) graph.Rename(node, name);
    }
  }

  Rewriter rewriter_;
  const FusingFilter& filter_;
  PassReport& report_;
  std::vector<Node*> order_;
  std::unordered_map<const Node*, Strides> needs_;
  std::unordered_set<const Node*> blocked_;
  std::unordered_map<const Node*, Value> thin_;
  std::map<std::tuple<std::string, size_t, Strides>, Value> pooled_;
};

class OptimizeResidualStrides final : public Pass {
 public:
  explicit OptimizeResidualStrides(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "optimize-residual-strides"; }
  void Run(Graph& graph, PassReport& report) const override { Optimizer(graph, filter_, report).Run(); }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeOptimizeResidualStrides(FusingFilter filter) {
  return std::make_unique<OptimizeResidualStrides>(std::move(filter));
}

}  // namespace moir::transforms
