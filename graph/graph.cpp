#include "graph/graph.h"

#include <algorithm>
#include <bit>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

// Inputs and attributes against the schema.
void CheckAgainstSchema(const Node& node) {
  const OpSchema& schema = node.Schema();
  const auto fail = [&](const auto&... parts) {
    Fail(ErrorKind::kBadModel, "node \"", node.Name(), "\" (", schema.name, "): ", parts...);
  };
  size_t required = 0;
  bool variadic = false;
  for (const InputSchema& input : schema.inputs) {
    if (input.kind == InputSchema::Kind::kRequired) ++required;
    if (input.kind == InputSchema::Kind::kVariadic) {
      variadic = true;
      ++required;
    }
  }
  if (node.InputCount() < required) fail("got ", node.InputCount(), " inputs, expected at least ", required);
  if (!variadic && node.InputCount() > schema.inputs.size())
    fail("got ", node.InputCount(), " inputs, expected at most ", schema.inputs.size());
  for (const auto& [name, value] : node.Attributes()) {
    const AttributeSchema* attribute = schema.FindAttribute(name);
    if (!attribute) {
      if (schema.open_attributes) continue;
      fail("unknown attribute ", name);
    }
    if (value.index() != attribute->type_example.index()) {
      fail("attribute ", name, ": got ", FormatAttribute(value), " of type ", AttributeTypeName(value),
           ", expected type ", AttributeTypeName(attribute->type_example));
    }
    if (const auto* text = std::get_if<std::string>(&value); text && !attribute->one_of.empty()) {
      if (std::find(attribute->one_of.begin(), attribute->one_of.end(), *text) == attribute->one_of.end()) {
        fail("attribute ", name, ": got \"", *text, "\", expected one of ", Join(attribute->one_of, ", "));
      }
    }
    if (attribute->range) {
      double number = 0;
      if (const auto* integer = std::get_if<int64_t>(&value)) number = static_cast<double>(*integer);
      if (const auto* real = std::get_if<double>(&value)) number = *real;
      if (!(number >= attribute->range->first && number <= attribute->range->second)) {
        fail("attribute ", name, ": got ", FormatAttribute(value), ", expected a number from ", attribute->range->first,
             " to ", attribute->range->second);
      }
    }
  }
  for (const AttributeSchema& attribute : schema.attributes) {
    if (attribute.required && !node.Attributes().contains(attribute.name))
      fail("attribute ", attribute.name, " is missing");
  }
}

// Positions ascend along a graph's nodes. Removed nodes leave gaps, so that to remove one is not to number all that
// follow it anew; where gaps are more than this share of the nodes, they are closed.
constexpr size_t kGapsPerNode = 1, kMinGaps = 256;

// Numbers below a limit, of which the smallest leaves first: one bit each, since an order is asked for by every pass.
class SmallestFirst {
 public:
  explicit SmallestFirst(size_t limit) : words_(limit / kBits + 1) {}
  void Push(size_t number) {
    words_[number / kBits] |= uint64_t{1} << number % kBits;
    first_ = std::min(first_, number / kBits);
  }
  // A number beyond the limit when none is left.
  size_t Pop() {
    while (first_ < words_.size() && words_[first_] == 0) ++first_;
    if (first_ == words_.size()) return first_ * kBits;
    uint64_t& word = words_[first_];
    const auto bit = static_cast<size_t>(std::countr_zero(word));
    word &= word - 1;
    return first_ * kBits + bit;
  }

 private:
  static constexpr size_t kBits = 64;
  std::vector<uint64_t> words_;
  size_t first_ = 0;  // no word before it has a bit
};

}  // namespace

Graph::Graph(std::string name) : name_(std::move(name)) {}
Graph::~Graph() = default;

Node* Graph::Add(std::string_view op, std::string name, std::vector<Value> inputs, Attributes attributes) {
  const OpSchema* schema = FindOpSchema(op);
  if (!schema) Fail(ErrorKind::kUnsupported, "node \"", name, "\": there is no operator \"", op, "\"");
  auto owned = std::make_unique<Node>();
  Node* node = owned.get();
  node->graph_ = this;
  node->schema_ = schema;
  node->name_ = UniqueName(name.empty() ? schema->name : name);
  node->inputs_ = std::move(inputs);
  node->attributes_ = std::move(attributes);
  for (const Value& input : node->inputs_)
    Check(input.node != nullptr && input.node->graph_ == this, "node \"", node->name_, "\" (", op,
          "): an input is not of this graph");
  CheckAgainstSchema(*node);
  InferNode(node);
  for (size_t i = 0; i < node->inputs_.size(); ++i) {
    const Value& input = node->inputs_[i];
    input.node->readers_[input.index].push_back({node, i});
  }
  node->position_ = nodes_.empty() ? 0 : nodes_.back()->position_ + 1;
  by_name_[node->name_] = node;
  nodes_.push_back(std::move(owned));
  return node;
}

Node* Graph::AddParameter(std::string name, ElementType type, Shape shape) {
  Node* node = Add("Parameter", std::move(name), {},
                   {{"element_type", std::string(ElementTypeName(type))}, {"shape", shape.Dims()}});
  parameters_.push_back(node);
  return node;
}

Node* Graph::AddConstant(std::string name, Tensor value) {
  Check(value.IsDefined(), "constant \"", name, "\" without a type");
  const OpSchema* schema = FindOpSchema("Constant");
  auto owned = std::make_unique<Node>();
  Node* node = owned.get();
  node->graph_ = this;
  node->schema_ = schema;
  node->name_ = UniqueName(name.empty() ? "constant" : name);
  node->outputs_.push_back({value.Type(), value.Shape(), {}});
  node->readers_.resize(1);
  node->constant_ = std::move(value);
  node->position_ = nodes_.empty() ? 0 : nodes_.back()->position_ + 1;
  by_name_[node->name_] = node;
  nodes_.push_back(std::move(owned));
  return node;
}

void Graph::AddOutput(std::string name, Value value) {
  Check(value.node && value.node->graph_ == this && value.index < value.node->OutputCount(), "output \"", name,
        "\" is no value of this graph");
  outputs_.push_back({std::move(name), value});
}

void Graph::SetOutputs(std::vector<GraphOutput> outputs) {
  outputs_.clear();
  for (GraphOutput& output : outputs) AddOutput(std::move(output.name), output.value);
}

Node* Graph::FindNode(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<Node*> Graph::TopologicalOrder() const {
  // Kahn's algorithm; ready nodes leave in the order of their position.
  const size_t end = nodes_.empty() ? 0 : nodes_.back()->position_ + 1;
  std::vector<size_t> missing(end);
  std::vector<Node*> at(end);
  SmallestFirst ready(end);
  for (const auto& node : nodes_) {
    const size_t position = node->position_;
    at[position] = node.get();
    missing[position] = node->inputs_.size();
    if (missing[position] == 0) ready.Push(position);
  }
  std::vector<Node*> order;
  order.reserve(nodes_.size());
  for (size_t position = ready.Pop(); position < end; position = ready.Pop()) {
    Node* node = at[position];
    order.push_back(node);
    for (const auto& readers : node->readers_) {
      for (const Use& use : readers) {
        if (--missing[use.node->position_] == 0) ready.Push(use.node->position_);
      }
    }
  }
  if (order.size() != nodes_.size()) {
    for (const auto& node : nodes_) {
      if (missing[node->position_] > 0) Fail(ErrorKind::kBadModel, "node \"", node->name_, "\": it depends on itself");
    }
  }
  return order;
}

void Graph::DropUse(Value value, Use use) {
  std::vector<Use>& readers = value.node->readers_[value.index];
  const auto found = std::find(readers.begin(), readers.end(), use);
  Check(found != readers.end(), "node \"", use.node->name_, "\": input ", use.index,
        " is not in its producer's reader list");
  readers.erase(found);
}

void Graph::SetInput(Node* reader, size_t index, Value value) {
  Check(index < reader->inputs_.size(), "node \"", reader->name_, "\" has no input ", index);
  DropUse(reader->inputs_[index], {reader, index});
  reader->inputs_[index] = value;
  value.node->readers_[value.index].push_back({reader, index});
}

void Graph::SetAttribute(Node* node, std::string_view name, Attribute value) {
  node->attributes_[std::string(name)] = std::move(value);
  CheckAgainstSchema(*node);
}

void Graph::SetConstant(Node* node, Tensor value) {
  Check(node->Is("Constant"), "node \"", node->name_, "\" is no Constant");
  node->outputs_[0].type = value.Type();
  node->outputs_[0].shape = value.Shape();
  node->constant_ = std::move(value);
}

void Graph::Rename(Node* node, std::string name) {
  if (node->name_ == name) return;
  by_name_.erase(node->name_);
  node->name_ = UniqueName(name);
  by_name_[node->name_] = node;
}

void Graph::ReplaceValue(Value from, Value to) {
  if (from == to) return;
  const std::vector<Use> readers = from.node->readers_[from.index];
  for (const Use& use : readers) {
    // A node that computes `to` from `from` keeps reading `from`.
    if (use.node == to.node) continue;
    SetInput(use.node, use.index, to);
  }
  for (GraphOutput& output : outputs_) {
    if (output.value == from) output.value = to;
  }
  std::vector<std::string> names = std::move(from.node->outputs_[from.index].names);
  from.node->outputs_[from.index].names.clear();
  for (const std::string& name : names) to.node->AddOutputName(to.index, name);
}

void Graph::Remove(Node* node) {
  Check(node->ReaderCount() == 0, "node \"", node->name_, "\" is removed while something reads it");
  for (const GraphOutput& output : outputs_)
    Check(output.value.node != node, "node \"", node->name_, "\" is removed while it is an output");
  for (size_t i = 0; i < node->inputs_.size(); ++i) DropUse(node->inputs_[i], {node, i});
  parameters_.erase(std::remove(parameters_.begin(), parameters_.end(), node), parameters_.end());
  by_name_.erase(node->name_);
  const auto before = [](const std::unique_ptr<Node>& other, size_t position) { return other->position_ < position; };
  const auto gone = std::lower_bound(nodes_.begin(), nodes_.end(), node->position_, before);
  for (auto at = gone; at + 1 != nodes_.end(); ++at) at->swap(at[1]);
  nodes_.pop_back();
  if (!nodes_.empty() && nodes_.back()->position_ > nodes_.size() * (1 + kGapsPerNode) + kMinGaps) {
    for (size_t i = 0; i < nodes_.size(); ++i) nodes_[i]->position_ = i;
  }
}

size_t Graph::RemoveDead() {
  std::vector<bool> live(nodes_.empty() ? 0 : nodes_.back()->position_ + 1, false);
  std::vector<Node*> todo;
  const auto mark = [&](Node* node) {
    if (live[node->position_]) return;
    live[node->position_] = true;
    todo.push_back(node);
  };
  for (const GraphOutput& output : outputs_) mark(output.value.node);
  for (Node* parameter : parameters_) mark(parameter);
  while (!todo.empty()) {
    const Node* node = todo.back();
    todo.pop_back();
    for (const Value& input : node->inputs_) mark(input.node);
  }
  std::vector<std::unique_ptr<Node>> kept;
  kept.reserve(nodes_.size());
  for (const auto& node : nodes_) {
    if (live[node->position_]) continue;
    for (size_t k = 0; k < node->inputs_.size(); ++k) {
      if (live[node->inputs_[k].node->position_]) DropUse(node->inputs_[k], {node.get(), k});
    }
    by_name_.erase(node->name_);
  }
  for (auto& node : nodes_) {
    if (live[node->position_]) kept.push_back(std::move(node));
  }
  const size_t removed = nodes_.size() - kept.size();
  nodes_ = std::move(kept);
  for (size_t i = 0; i < nodes_.size(); ++i) nodes_[i]->position_ = i;
  return removed;
}

void Graph::InferNode(Node* node) {
  if (node->Is("Constant")) return;
  if (node->schema_->outputs > 0) {
    node->outputs_.resize(node->schema_->outputs);
    node->readers_.resize(std::max(node->readers_.size(), node->schema_->outputs));
  }
  InferContext context(*node);
  try {
    node->schema_->infer(context);
    for (const OutputInfo& output : node->outputs_)
      output.shape.NumElements();  // refuses sizes that are unknown or beyond 63 bits
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.rfind("node \"", 0) == 0) throw;
    throw Error(error.Kind(), StrCat("node \"", node->name_, "\" (", node->Op(), "): ", text));
  }
  node->readers_.resize(std::max(node->readers_.size(), node->outputs_.size()));
  for (const OutputInfo& output : node->outputs_) {
    Check(output.type != ElementType::kUndefined, "node \"", node->name_, "\" (", node->Op(),
          "): shape inference left an output unset");
  }
}

void Graph::InferAll() {
  for (Node* node : TopologicalOrder()) InferNode(node);
}

void Graph::SetParameterShape(Node* parameter, Shape shape) {
  Check(parameter->Is("Parameter"), "node \"", parameter->name_, "\" is no Parameter");
  parameter->attributes_["shape"] = shape.Dims();
  InferNode(parameter);
}

std::string Graph::UniqueName(std::string_view base) const {
  std::string name(base);
  if (!by_name_.contains(name)) return name;
  size_t& next = next_suffix_.try_emplace(name, 2).first->second;
  while (true) {
    std::string candidate = StrCat(base, "_", next++);
    if (!by_name_.contains(candidate)) return candidate;
  }
}

std::unique_ptr<Graph> Graph::Clone() const {
  auto copy = std::make_unique<Graph>(name_);
  std::unordered_map<const Node*, Node*> twin;
  for (const Node* node : TopologicalOrder()) {
    Node* made = nullptr;
    if (node->Is("Constant")) {
      made = copy->AddConstant(node->name_, node->constant_);
    } else {
      std::vector<Value> inputs;
      for (const Value& input : node->inputs_) inputs.push_back({twin.at(input.node), input.index});
      made = copy->Add(node->Op(), node->name_, std::move(inputs), node->attributes_);
    }
    for (size_t i = 0; i < node->outputs_.size(); ++i) made->outputs_[i].names = node->outputs_[i].names;
    twin[node] = made;
  }
  for (const Node* parameter : parameters_) copy->parameters_.push_back(twin.at(parameter));
  for (const GraphOutput& output : outputs_)
    copy->AddOutput(output.name, {twin.at(output.value.node), output.value.index});
  return copy;
}

}  // namespace moir::graph
