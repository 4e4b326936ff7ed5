#include "graph/evaluate.h"

#include <unordered_map>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

bool IsHalf(ElementType type) { return type == ElementType::kF16 || type == ElementType::kBF16; }

std::optional<Tensor> EvaluateStaticStep(Value value, int64_t max_elements, int& steps) {
  if (const Tensor* constant = value.Constant()) {
    return constant->NumElements() <= max_elements ? std::optional<Tensor>(*constant) : std::nullopt;
  }
  const Node& node = *value.node;
  if (!node.Schema().evaluate || --steps < 0) return std::nullopt;
  if (value.Shape().NumElements() > max_elements || node.InputCount() == 0) return std::nullopt;
  std::vector<Tensor> inputs;
  for (const Value& input : node.Inputs()) {
    if (node.Schema().reads_shape_only) {
      // Only type and shape are looked at; the address is never read.
      inputs.push_back(Tensor::Wrap(nullptr, input.Type(), input.Shape()));
      continue;
    }
    std::optional<Tensor> known = EvaluateStaticStep(input, max_elements, steps);
    if (!known) return std::nullopt;
    inputs.push_back(std::move(*known));
  }
  return EvaluateNode(node, inputs)[value.index];
}

}  // namespace

std::vector<Tensor> EvaluateNode(const Node& node, std::span<const Tensor> inputs) {
  const OpSchema& schema = node.Schema();
  if (!schema.evaluate)
    Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\": operator ", schema.name, " has no plain evaluation");
  std::vector<Tensor> outputs;
  const bool widen = !schema.evaluates_any_type;
  std::vector<Tensor> widened;
  if (widen) {
    for (const Tensor& input : inputs) {
      widened.push_back(IsHalf(input.Type()) && !schema.reads_shape_only ? input.ConvertTo(ElementType::kF32) : input);
    }
    inputs = widened;
  }
  for (size_t i = 0; i < node.OutputCount(); ++i) {
    const ElementType type = node.Type(i);
    outputs.emplace_back(widen && IsHalf(type) ? ElementType::kF32 : type, node.Shape(i));
  }
  EvalContext context(node, inputs, outputs);
  try {
    schema.evaluate(context);
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.rfind("node \"", 0) == 0) throw;
    throw Error(error.Kind(), StrCat("node \"", node.Name(), "\" (", node.Op(), "): ", text));
  }
  for (size_t i = 0; i < node.OutputCount(); ++i) {
    Check(outputs[i].Shape() == node.Shape(i), "node \"", node.Name(), "\" (", node.Op(),
          "): evaluation changed the shape of output ", i);
    outputs[i] = outputs[i].ConvertTo(node.Type(i));
  }
  return outputs;
}

std::vector<Tensor> EvaluateGraph(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  return EvaluateGraph(graph, inputs, {});
}

std::vector<Tensor> EvaluateGraph(const Graph& graph, const std::map<std::string, Tensor>& inputs,
                                  const ValueListener& listener) {
  struct Slot {
    std::vector<Tensor> values;
    size_t readers = 0;
  };
  std::unordered_map<const Node*, Slot> slots;
  for (const GraphOutput& output : graph.Outputs()) ++slots[output.value.node].readers;
  for (Node* node : graph.TopologicalOrder()) {
    Slot& slot = slots[node];
    slot.readers += node->ReaderCount();
    if (node->Is("Constant")) {
      slot.values = {node->ConstantValue()};
    } else if (node->Is("Parameter")) {
      const auto found = inputs.find(node->Name());
      if (found == inputs.end()) Fail(ErrorKind::kBadOption, "input \"", node->Name(), "\": no value was given");
      if (found->second.Type() != node->Type() || found->second.Shape() != node->Shape()) {
        Fail(ErrorKind::kBadOption, "input \"", node->Name(), "\": got ", found->second.Type(), found->second.Shape(),
             ", expected ", node->Type(), node->Shape());
      }
      slot.values = {found->second};
    } else {
      std::vector<Tensor> arguments;
      for (const Value& input : node->Inputs()) arguments.push_back(slots.at(input.node).values.at(input.index));
      slot.values = EvaluateNode(*node, arguments);
      arguments.clear();
      for (const Value& input : node->Inputs()) {
        Slot& producer = slots.at(input.node);
        if (--producer.readers == 0) producer.values.clear();
      }
    }
    for (size_t i = 0; listener && i < node->OutputCount(); ++i) {
      if (!listener(node->Output(i), slot.values.at(i))) return {};
    }
  }
  std::vector<Tensor> results;
  for (const GraphOutput& output : graph.Outputs())
    results.push_back(slots.at(output.value.node).values.at(output.value.index));
  return results;
}

std::optional<Tensor> EvaluateStatic(Value value, int64_t max_elements) {
  int steps = 256;
  return EvaluateStaticStep(value, max_elements, steps);
}

}  // namespace moir::graph
