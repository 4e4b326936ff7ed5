#include "graph/ops/expansion.h"

#include <algorithm>
#include <set>

#include "graph/error.h"
#include "graph/evaluate.h"

namespace moir::graph {
namespace {

// The expansion in a graph of its own, in which the inputs are the given values.
std::vector<Value> ExpandInto(Graph& scratch, const Node& node, std::vector<Value> inputs) {
  Expansion expansion(node, scratch, std::move(inputs));
  return node.Schema().expand(expansion);
}

void InferFromExpansion(InferContext& op) {
  Graph scratch;
  std::vector<Value> inputs;
  const Node& node = op.GetNode();
  for (const Value& input : node.Inputs()) {
    const std::string name = StrCat(node.Name(), "/input", inputs.size());
    const Tensor* constant = input.Constant();
    Node* stand_in =
        constant ? scratch.AddConstant(name, *constant) : scratch.AddParameter(name, input.Type(), input.Shape());
    inputs.push_back(stand_in->Output());
  }
  const std::vector<Value> outputs = ExpandInto(scratch, node, std::move(inputs));
  for (size_t i = 0; i < outputs.size(); ++i) op.SetOutput(i, outputs[i].Type(), outputs[i].Shape());
}

void EvaluateExpansion(EvalContext& op) {
  Graph scratch;
  std::vector<Value> inputs;
  for (size_t i = 0; i < op.InputCount(); ++i) {
    inputs.push_back(scratch.AddConstant(StrCat(op.GetNode().Name(), "/input", i), op.Input(i))->Output());
  }
  const std::vector<Value> outputs = ExpandInto(scratch, op.GetNode(), std::move(inputs));
  for (size_t i = 0; i < outputs.size(); ++i) scratch.AddOutput(StrCat(i), outputs[i]);
  std::vector<Tensor> values = EvaluateGraph(scratch, {});
  for (size_t i = 0; i < values.size(); ++i) op.Output(i) = std::move(values[i]);
}

}  // namespace

Value Expansion::Add(std::string_view op, std::string_view suffix, std::vector<Value> inputs, Attributes attributes) {
  return AddNode(op, suffix, std::move(inputs), std::move(attributes))->Output();
}

Node* Expansion::AddNode(std::string_view op, std::string_view suffix, std::vector<Value> inputs,
                         Attributes attributes) {
  return graph_.Add(op, Name(suffix), std::move(inputs), std::move(attributes));
}

Value Expansion::Constant(std::string_view suffix, Tensor value) {
  return graph_.AddConstant(Name(suffix), std::move(value))->Output();
}

Value Expansion::Scalar(std::string_view suffix, double value, Value like) {
  return Constant(suffix, Tensor::Scalar<double>(value).ConvertTo(like.Type()));
}

Value Expansion::Reshaped(Value value, std::string_view suffix, Shape shape) {
  if (value.Shape() == shape) return value;
  if (const Tensor* constant = value.Constant()) return Constant(suffix, constant->Reshaped(std::move(shape)));
  return Add("Reshape", suffix, {value, Indices(StrCat(suffix, "_shape"), shape.Dims())}, {{"special_zero", false}});
}

void Expansion::Remove(Value value) {
  const std::vector<Value> inputs = value.node->Inputs();
  graph_.Remove(value.node);
  for (const Value& input : inputs) {
    if (input.node->Is("Constant") && input.ReaderCount() == 0) graph_.Remove(input.node);
  }
}

void Expansion::Unsupported(std::string_view reason) const {
  Fail(ErrorKind::kUnsupported, "node \"", node_.Name(), "\" (", node_.Op(), "): ", reason);
}

void Expansion::FailRequire(std::string_view what, const std::string& got, std::string_view expected) const {
  Fail(ErrorKind::kBadModel, "node \"", node_.Name(), "\" (", node_.Op(), "): ", what, ": got ", got, ", expected ",
       expected);
}

OpSchema WithDerivedMeaning(OpSchema schema) {
  schema.infer = InferFromExpansion;
  schema.evaluate = EvaluateExpansion;
  schema.evaluates_any_type = true;
  return schema;
}

std::vector<Value> ExpandNode(Graph& graph, Node* node) {
  Check(static_cast<bool>(node->Schema().expand), "node \"", node->Name(), "\" (", node->Op(), ") has no expansion");
  const std::string name = node->Name();
  const std::vector<Value> inputs = node->Inputs();
  const size_t count = graph.NodeCount();
  const std::vector<Value> outputs = ExpandInto(graph, *node, inputs);
  const bool created = graph.NodeCount() > count && std::none_of(inputs.begin(), inputs.end(), [&](const Value& input) {
                         return input.node == outputs[0].node;
                       });
  for (size_t i = 0; i < outputs.size(); ++i) graph.ReplaceValue(node->Output(i), outputs[i]);
  graph.Remove(node);
  // Constants that only the node read, where the expansion reads reshaped ones.
  std::set<Node*> producers;
  for (const Value& input : inputs) producers.insert(input.node);
  for (Node* producer : producers) {
    if (producer->Is("Constant") && producer->ReaderCount() == 0 && !producer->Output().IsGraphOutput() &&
        producer != outputs[0].node)
      graph.Remove(producer);
  }
  if (created && outputs[0].node->OutputCount() == 1) graph.Rename(outputs[0].node, name);
  return outputs;
}

}  // namespace moir::graph
