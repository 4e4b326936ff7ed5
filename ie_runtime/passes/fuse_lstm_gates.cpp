// What an unrolled LSTM does in each step between two products of matrices:
//   i, f, g, o = Split(a + b)                  in any order
//   c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
//   h = sigmoid(o) * tanh(c')
// =>  one layer "LstmGates" with the inputs a, b (b only where there is an Add that nobody else reads), c and the
// outputs h, c'. A model of some hundred steps has ten such layers in each, of a few hundred numbers, where starting
// them takes longer than what they do.
#include <algorithm>
#include <array>

#include "ie_runtime/passes/passes.h"

namespace moir::runtime {
namespace {

// `value` as function(x): x, or nothing.
ValueId Operand(const Plan& plan, ValueId value, UnaryKind function) {
  const Layer* layer = plan.Producer(value);
  if (!layer || !layer->node || !layer->post_ops.empty() || layer->op != layer->node->Op()) return kNoValue;
  const auto match = MatchUnary(*layer->node);
  return match && match->function.kind == function ? layer->inputs[match->data_input] : kNoValue;
}

const Layer* ProducerOf(const Plan& plan, ValueId value, std::string_view op) {
  const Layer* layer = plan.Producer(value);
  return layer && layer->op == op && layer->post_ops.empty() ? layer : nullptr;
}

// value = sigmoid(x) * y, y being any value: calls found(x, y) for both ways to read it.
template <typename Found>
bool MatchGate(const Plan& plan, ValueId product, const Found& found) {
  const Layer* layer = ProducerOf(plan, product, "Multiply");
  if (!layer) return false;
  for (const size_t gate : {0, 1}) {
    const ValueId x = Operand(plan, layer->inputs[gate], UnaryKind::kSigmoid);
    if (x != kNoValue && plan.HasOneReader(layer->inputs[gate]) && found(x, layer->inputs[1 - gate])) return true;
  }
  return false;
}

class Matcher {
 public:
  Matcher(const Plan& plan, const Layer& hidden) : plan_(plan), hidden_(hidden) {}

  bool Match() {
    return MatchGate(plan_, hidden_.outputs[0], [&](ValueId output_gate, ValueId activated) {
      new_cell = Operand(plan_, activated, UnaryKind::kTanh);
      if (new_cell == kNoValue || !plan_.HasOneReader(activated)) return false;
      add = ProducerOf(plan_, new_cell, "Add");
      if (!add) return false;
      for (const size_t forget : {0, 1}) {
        const ValueId kept = add->inputs[forget], added = add->inputs[1 - forget];
        if (plan_.HasOneReader(kept) && plan_.HasOneReader(added) && MatchSum(kept, added, output_gate)) return true;
      }
      return false;
    });
  }

  ValueId new_cell = kNoValue, cell = kNoValue;
  const Layer *add = nullptr, *split = nullptr;
  std::array<int64_t, 4> order{};

 private:
  bool MatchSum(ValueId kept, ValueId added, ValueId output_gate) {
    return MatchGate(plan_, added, [&](ValueId input_gate, ValueId activated) {
      const ValueId candidate = Operand(plan_, activated, UnaryKind::kTanh);
      if (candidate == kNoValue || !plan_.HasOneReader(activated)) return false;
      return MatchGate(plan_, kept, [&](ValueId forget_gate, ValueId old_cell) {
        cell = old_cell;
        return MatchPieces({input_gate, forget_gate, candidate, output_gate});
      });
    });
  }

  bool MatchPieces(const std::array<ValueId, 4>& pieces) {
    split = ProducerOf(plan_, pieces[0], "Split");
    if (!split || split->outputs.size() != 4) return false;
    for (size_t i = 0; i < 4; ++i) {
      const auto found = std::find(split->outputs.begin(), split->outputs.end(), pieces[i]);
      if (found == split->outputs.end() || !plan_.HasOneReader(pieces[i])) return false;
      order[i] = found - split->outputs.begin();
    }
    std::array<int64_t, 4> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    const graph::Shape& all = plan_.Value(split->inputs[0]).shape;
    const graph::Shape& piece = plan_.Value(pieces[0]).shape;
    // Pieces of the last axis.
    return sorted == std::array<int64_t, 4>{0, 1, 2, 3} && plan_.Value(pieces[0]).type == ElementType::kF32 &&
           all.Rank() >= 1 && piece[piece.Rank() - 1] * 4 == all[all.Rank() - 1] && piece.NumElements() > 0 &&
           plan_.Value(cell).shape == piece && plan_.Value(new_cell).shape == piece;
  }

  const Plan& plan_;
  const Layer& hidden_;
};

}  // namespace

void FuseLstmGates(Plan& plan) {
  for (const auto& layer : plan.layers) {
    if (layer->op != "Multiply" || !layer->post_ops.empty()) continue;
    Matcher found(plan, *layer);
    if (!found.Match()) continue;
    std::vector<ValueId> inputs = {found.split->inputs[0]};
    std::vector<std::string> fused;
    const Layer* sum = ProducerOf(plan, inputs[0], "Add");
    if (sum && plan.HasOneReader(inputs[0]) && plan.Value(sum->inputs[0]).shape == plan.Value(inputs[0]).shape &&
        plan.Value(sum->inputs[1]).shape == plan.Value(inputs[0]).shape) {
      inputs = sum->inputs;
      fused.push_back(sum->name);
    }
    inputs.push_back(found.cell);
    for (const std::string& name : {found.split->name, found.add->name}) fused.push_back(name);
    // Where the new cell state is made: all is there by then, and whoever reads it comes later.
    Layer& fusion = *plan.Producer(found.new_cell);
    Layer made;
    made.name = layer->name;
    made.op = "LstmGates";
    made.inputs = std::move(inputs);
    made.outputs = {layer->outputs[0], found.new_cell};
    made.fused = std::move(fused);
    made.gate_order = found.order;
    layer->op = "Removed";
    layer->inputs = {};
    layer->outputs = {};
    fusion = std::move(made);
    plan.Changed();
  }
  plan.RemoveDead();
}

}  // namespace moir::runtime
