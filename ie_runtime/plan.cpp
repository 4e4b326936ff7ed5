#include "ie_runtime/plan.h"

#include <unordered_map>
#include <unordered_set>

#include "graph/evaluate.h"
#include "graph/op_schema.h"

namespace moir::runtime {
namespace {

using graph::Attribute;

bool IsHalf(ElementType type) { return type == ElementType::kF16 || type == ElementType::kBF16; }

// Models whose weights are stored in 16 bits are computed in f32: every value of such a type becomes f32.
void WidenHalfFloats(Graph& graph) {
  bool changed = false;
  for (Node* node : graph.TopologicalOrder()) {
    if (node->Is("Constant")) {
      if (IsHalf(node->Type())) {
        graph.SetConstant(node, node->ConstantValue().ConvertTo(ElementType::kF32));
        changed = true;
      }
      continue;
    }
    for (const char* attribute : {"element_type", "destination_type", "output_type"}) {
      const auto found = node->Attributes().find(attribute);
      if (found == node->Attributes().end()) continue;
      const std::string* type = std::get_if<std::string>(&found->second);
      if (type && (*type == "f16" || *type == "bf16")) {
        graph.SetAttribute(node, attribute, Attribute(std::string("f32")));
        changed = true;
      }
    }
  }
  if (changed) graph.InferAll();
}

// HardSigmoid with constant numbers  =>  x * alpha + beta, clamped to 0 .. 1: functions that other layers finish with.
void SplitHardSigmoids(Graph& graph) {
  for (Node* node : graph.TopologicalOrder()) {
    if (!node->Is("HardSigmoid") || node->Type() != ElementType::kF32) continue;
    const Tensor *alpha = node->Input(1).Constant(), *beta = node->Input(2).Constant();
    if (!alpha || !beta) continue;
    const auto number = [&](const char* name, const Tensor& value) {
      return graph.AddConstant(graph.UniqueName(StrCat(node->Name(), "/", name)), value.Reshaped(Shape{}))->Output();
    };
    Node* product = graph.Add("Multiply", graph.UniqueName(StrCat(node->Name(), "/product")),
                              {node->Input(0), number("alpha", *alpha)});
    Node* sum =
        graph.Add("Add", graph.UniqueName(StrCat(node->Name(), "/sum")), {product->Output(), number("beta", *beta)});
    Node* clamped = graph.Add("Clamp", graph.UniqueName(StrCat(node->Name(), "/clamped")), {sum->Output()},
                              {{"min", 0.0}, {"max", 1.0}});
    graph.ReplaceValue(node->Output(), clamped->Output());
  }
  graph.RemoveDead();
}

// Replaces nodes that depend on constants (or on settled shapes) only by their values.
void FoldConstants(Graph& graph) {
  for (Node* node : graph.TopologicalOrder()) {
    if (node->InputCount() == 0 || !node->Schema().evaluate) continue;
    std::vector<Tensor> inputs;
    for (const graph::Value& input : node->Inputs()) {
      if (node->Schema().reads_shape_only) {
        inputs.push_back(Tensor::Wrap(nullptr, input.Type(), input.Shape()));
      } else if (const Tensor* constant = input.Constant()) {
        inputs.push_back(*constant);
      } else {
        break;
      }
    }
    if (inputs.size() != node->InputCount()) continue;
    const std::vector<Tensor> outputs = graph::EvaluateNode(*node, inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      graph.ReplaceValue(node->Output(i), graph.AddConstant(graph.UniqueName(node->Name()), outputs[i])->Output());
    }
  }
  graph.RemoveDead();
}

}  // namespace

Plan::Plan(std::unique_ptr<Graph> model) : graph_(std::move(model)) {
  graph_->RemoveDead();
  WidenHalfFloats(*graph_);
  FoldConstants(*graph_);
  SplitHardSigmoids(*graph_);
  std::unordered_map<const Node*, std::vector<ValueId>> ids;
  for (const Node* node : graph_->TopologicalOrder()) {
    std::vector<ValueId>& produced = ids[node];
    if (node->Is("Constant")) {
      produced.push_back(AddConstant(node->Name(), node->ConstantValue()));
      continue;
    }
    for (size_t i = 0; i < node->OutputCount(); ++i) {
      produced.push_back(AddValue(i == 0 ? node->Name() : StrCat(node->Name(), ".", i), node->Type(i), node->Shape(i)));
    }
    if (node->Is("Parameter")) continue;
    auto layer = std::make_unique<Layer>();
    layer->name = node->Name();
    layer->op = node->Op();
    layer->node = node;
    for (const graph::Value& input : node->Inputs()) layer->inputs.push_back(ids.at(input.node).at(input.index));
    layer->outputs = produced;
    layers.push_back(std::move(layer));
  }
  for (const Node* parameter : graph_->Parameters()) {
    inputs.push_back(ids.at(parameter)[0]);
    input_names.push_back(parameter->Name());
  }
  for (const graph::GraphOutput& output : graph_->Outputs()) {
    outputs.push_back(ids.at(output.value.node).at(output.value.index));
    output_names.push_back(output.name);
  }
  // The plan's values keep the constants from here on; the nodes keep small ones, which evaluations and passes look at.
  constexpr int64_t kSmall = 1 << 16;
  for (Node* node : graph_->TopologicalOrder()) {
    if (node->Is("Constant") && node->Shape().NumElements() > kSmall)
      graph_->SetConstant(node, Tensor::Wrap(nullptr, node->Type(), node->Shape()));
  }
}

ValueId Plan::AddValue(std::string name, ElementType type, graph::Shape shape) {
  return Add({std::move(name), type, std::move(shape), {}});
}

ValueId Plan::AddConstant(std::string name, Tensor value) {
  return Add({std::move(name), value.Type(), value.Shape(), value});
}

ValueId Plan::Add(PlanValue value) {
  values.push_back(std::move(value));
  if (readers_valid_) {
    readers_.push_back(0);
    producers_.push_back(nullptr);
  }
  return values.size() - 1;
}

void Plan::SetInputs(Layer& layer, std::vector<ValueId> values_read) {
  if (readers_valid_) {
    for (const ValueId input : layer.inputs) --readers_.at(input);
    for (const ValueId input : values_read) ++readers_.at(input);
  }
  layer.inputs = std::move(values_read);
}

void Plan::SetOutput(Layer& layer, size_t index, ValueId value) {
  ValueId& output = layer.outputs.at(index);
  if (readers_valid_) {
    // Another layer may have taken it over by now.
    if (producers_.at(output) == &layer) producers_[output] = nullptr;
    producers_.at(value) = &layer;
  }
  output = value;
}

void Plan::Index() const {
  if (readers_valid_) return;
  readers_.assign(values.size(), 0);
  producers_.assign(values.size(), nullptr);
  for (const auto& layer : layers) {
    for (const ValueId input : layer->inputs) ++readers_[input];
    for (const ValueId output : layer->outputs) producers_[output] = layer.get();
  }
  // An output of the model has one reader that no layer is.
  for (const ValueId output : outputs) readers_[output] += 2;
  readers_valid_ = true;
}

Layer* Plan::Producer(ValueId id) const {
  Index();
  return producers_.at(id);
}

bool Plan::HasOneReader(ValueId id) const {
  Index();
  return readers_.at(id) == 1;
}

void Plan::RemoveDead() {
  std::vector<bool> read(values.size(), false);
  for (const ValueId output : outputs) read[output] = true;
  std::unordered_set<const Layer*> dead;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    const bool needed =
        std::any_of((*layer)->outputs.begin(), (*layer)->outputs.end(), [&](ValueId id) { return read[id]; });
    if (!needed) {
      dead.insert(layer->get());
      continue;
    }
    for (const ValueId input : (*layer)->inputs) read[input] = true;
  }
  std::erase_if(layers, [&](const auto& layer) { return dead.contains(layer.get()); });
  Changed();
}

std::vector<float> ConstantFloats(const PlanValue& value) {
  Check(value.IsConstant(), "value \"", value.name, "\" is no constant");
  return value.constant.ToVector<float>();
}

}  // namespace moir::runtime
