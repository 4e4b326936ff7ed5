// Convolution(Concat(Split(x) in another order), W)  =>  Convolution(x, W with its input channels in that order)
//
// The reordering (of three colours, as a rule) is carried through whatever treats channels alike, elementwise
// functions, constants per channel (reordered too), pooling, spatial padding, until convolutions absorb it in their
// weights: y[c] = x[order[c]], so sum W[c] y[c] = sum W'[c] x[c] with W'[order[c]] = W[c]. A grouped convolution takes
// it when no channel leaves its group. All readers must absorb it, or nothing changes.
#include <algorithm>
#include <cstring>

#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

using Order = std::vector<int64_t>;

// Values along `axis` of a dense tensor moved from c to order[c].
Tensor Scatter(const Tensor& tensor, int64_t axis, const Order& order) {
  Tensor source = tensor;  // a copy keeps what Data() multiplies out to itself
  Tensor result(tensor.Type(), tensor.Shape());
  const auto* from = static_cast<const std::byte*>(source.Data());
  auto* to = static_cast<std::byte*>(result.MutableData());
  const int64_t outer = tensor.Shape().NumElements(0, axis), channels = tensor.Shape()[axis];
  const size_t bytes =
      static_cast<size_t>(tensor.Shape().NumElements(axis + 1, tensor.Shape().Rank())) * ElementSize(tensor.Type());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t c = 0; c < channels; ++c) {
      std::memcpy(to + static_cast<size_t>(o * channels + order[static_cast<size_t>(c)]) * bytes,
                  from + static_cast<size_t>(o * channels + c) * bytes, bytes);
    }
  }
  return result;
}

// The channel order in which Concat puts the parts of a Split into single channels.
std::optional<Order> MatchReorder(const Node& concat, std::string& why) {
  const int64_t rank = concat.Shape().Rank();
  if (rank < 3 || concat.Shape().NormalizeAxis(concat.Attr<int64_t>("axis")) != 1) {
    why = "it does not join channels";
    return std::nullopt;
  }
  const Node* split = concat.Input(0).Producer("Split");
  if (!split) {
    why = "input 0 is no part of a Split";
    return std::nullopt;
  }
  const std::optional<std::vector<int64_t>> axis = ConstantIndices(*split, 1);
  const Shape& data = split->Input(0).Shape();
  if (!axis || data.NormalizeAxis(axis->at(0)) != 1 || static_cast<int64_t>(split->OutputCount()) != data[1]) {
    why = "the Split does not part single channels";
    return std::nullopt;
  }
  Order order;
  for (const Value& input : concat.Inputs()) {
    if (input.node != split) {
      why = "the inputs come from different nodes";
      return std::nullopt;
    }
    order.push_back(static_cast<int64_t>(input.index));
  }
  Order sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int64_t>(i)) {
      why = "not every channel occurs once";
      return std::nullopt;
    }
  }
  if (static_cast<int64_t>(order.size()) != data[1]) {
    why = "not every channel occurs once";
    return std::nullopt;
  }
  return order;
}

bool StaysInGroups(const Order& order, int64_t group_size) {
  for (size_t c = 0; c < order.size(); ++c) {
    if (static_cast<int64_t>(c) / group_size != order[c] / group_size) return false;
  }
  return true;
}

// A node that gives channel c of its result from channel c of input `data`.
bool TreatsChannelsAlike(const Node& node, size_t data) {
  if (IsBinaryElementwise(node)) {
    const Tensor* constant = node.Input(1 - data).Constant();
    return constant && node.Input(data).Shape() == node.Shape() && AlongAxis(*constant, node.Shape(), 1);
  }
  if (data != 0) return false;
  if (IsUnaryElementwise(node) || node.Is("MaxPool") || node.Is("AvgPool")) return true;
  if (node.Is("Pad")) {
    const std::optional<std::vector<int64_t>> begin = ConstantIndices(node, 1), end = ConstantIndices(node, 2);
    return begin && end && begin->at(1) == 0 && end->at(1) == 0;
  }
  return false;
}

class FuseReverseChannels final : public Pass {
 public:
  std::string_view Name() const override { return "fuse-reverse-channels"; }

  // From the outputs backwards: a reordering that another one reads can go when that one has gone.
  void Run(Graph& graph, PassReport& report) const override {
    Rewriter rewriter(graph);
    const std::vector<Node*> order = graph.TopologicalOrder();
    for (auto node = order.rbegin(); node != order.rend(); ++node) {
      if (rewriter.IsRemoved(*node) || !(*node)->Is("Concat")) continue;
      const std::string name = (*node)->Name();
      Outcome outcome = RunOn(**node, rewriter);
      if (outcome.changed) {
        ++report.changes;
      } else {
        report.declined.emplace_back(name, std::move(outcome.declined));
      }
    }
  }

 private:
  static Outcome RunOn(Node& concat, Rewriter& rewriter) {
    std::string why;
    const std::optional<Order> order = MatchReorder(concat, why);
    if (!order) return Declined(why);
    if (!CanAbsorb(concat.Output(0), *order, why)) return Declined(why);
    std::vector<std::pair<Node*, std::string>> names;
    const Value source = concat.Input(0).node->Input(0);
    Absorb(concat.Output(0), source, *order, rewriter, names);
    for (const auto& [node, name] : names) {
      if (!rewriter.GetGraph().FindNode(name)) rewriter.GetGraph().Rename(node, name);
    }
    return Changed();
  }

  static bool CanAbsorb(Value value, const Order& order, std::string& why) {
    const auto decline = [&](const auto&... parts) {
      why = StrCat(parts...);
      return false;
    };
    if (value.IsGraphOutput()) return decline("\"", value.node->Name(), "\" is an output of the model");
    if (value.ReaderCount() == 0) return decline("nothing reads \"", value.node->Name(), "\"");
    for (const Use& use : value.node->Readers(value.index)) {
      Node& reader = *use.node;
      if (reader.Is("Convolution") || reader.Is("GroupConvolution")) {
        const std::optional<Linear> linear = use.index == 0 ? Linear::Match(&reader, &why) : std::nullopt;
        if (!linear) return decline("\"", reader.Name(), "\": the weights are no constant");
        if (!StaysInGroups(order, linear->InputsPerGroup()))
          return decline("\"", reader.Name(), "\": a channel would leave its group");
        continue;
      }
      if (!TreatsChannelsAlike(reader, use.index))
        return decline("\"", reader.Name(), "\" (", reader.Op(), ") does not treat channels alike");
      if (!CanAbsorb(reader.Output(0), order, why)) return false;
    }
    return true;
  }

  // Builds what reads `old` anew on `fresh`, whose channels stand in the order of the Split's input.
  static void Absorb(Value old, Value fresh, const Order& order, Rewriter& rewriter,
                     std::vector<std::pair<Node*, std::string>>& names) {
    const std::vector<Use> readers = old.node->Readers(old.index);
    for (const Use& use : readers) {
      Node& reader = *use.node;
      const std::string name = reader.Name();
      if (const std::optional<Linear> linear = Linear::Match(&reader)) {
        const Tensor& weights = linear->Weights();
        const int64_t groups = linear->Groups(), inputs = linear->InputsPerGroup(),
                      outputs = linear->OutputChannels() / groups;
        Tensor permuted;
        if (groups == 1) {
          permuted = Scatter(weights, 1, order);
        } else {
          // Per (g, o, i), so that groups may differ in their order.
          Order places;
          for (int64_t g = 0; g < groups; ++g) {
            for (int64_t o = 0; o < outputs; ++o) {
              for (int64_t i = 0; i < inputs; ++i)
                places.push_back((g * outputs + o) * inputs + order[static_cast<size_t>(g * inputs + i)] - g * inputs);
            }
          }
          permuted = Scatter(weights.Reshaped({1, groups * outputs * inputs,
                                               weights.Shape().NumElements(3, weights.Shape().Rank())}),
                             1, places)
                         .Reshaped(weights.Shape());
        }
        const std::string weights_name = reader.Input(1).node->Name();
        Node* made = linear->Rebuild(rewriter, fresh, permuted);
        rewriter.Replace(reader, made->Output(0));
        names.emplace_back(made, name);
        names.emplace_back(made->Input(1).node, weights_name);
        continue;
      }
      std::vector<Value> inputs = reader.Inputs();
      inputs[use.index] = fresh;
      if (IsBinaryElementwise(reader)) {
        Value& operand = inputs[1 - use.index];
        const Tensor& constant = *operand.Constant();
        if (constant.NumElements() > 1) {
          const int64_t axis = constant.Shape().Rank() - (reader.Shape().Rank() - 1);
          operand = rewriter.Constant(operand.node->Name(), Scatter(constant, axis, order));
        }
      }
      Node* made = rewriter.AddNode(reader.Op(), name, std::move(inputs), reader.Attributes());
      names.emplace_back(made, name);
      Absorb(reader.Output(0), made->Output(0), order, rewriter, names);
    }
  }
};

}  // namespace

std::unique_ptr<Pass> MakeFuseReverseChannels() { return std::make_unique<FuseReverseChannels>(); }

}  // namespace moir::transforms
