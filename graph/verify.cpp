#include "graph/verify.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {

namespace {

// Of constants up to this many bytes the values are looked at: axes, shapes and the like.
constexpr size_t kSmallConstant = 512;

class Hash {
 public:
  void Add(uint64_t word) {
    value_ = (value_ ^ word) * 0x9e3779b97f4a7c15u;
    value_ ^= value_ >> 32;
  }
  void Add(const void* pointer) { Add(static_cast<uint64_t>(reinterpret_cast<uintptr_t>(pointer))); }
  void Add(std::string_view text) {
    Add(text.size());
    AddBytes(text.data(), text.size());
  }
  void AddBytes(const void* bytes, size_t size) {
    const auto* from = static_cast<const char*>(bytes);
    for (; size > 0; from += std::min(size, sizeof(uint64_t)), size -= std::min(size, sizeof(uint64_t))) {
      uint64_t word = 0;
      std::memcpy(&word, from, std::min(size, sizeof(word)));
      Add(word);
    }
  }
  void Add(const Shape& shape) {
    Add(static_cast<uint64_t>(shape.Rank()));
    for (const int64_t size : shape) Add(static_cast<uint64_t>(size));
  }
  void Add(const Attribute& attribute) {
    Add(static_cast<uint64_t>(attribute.index()));
    std::visit([this](const auto& value) { AddValue(value); }, attribute);
  }
  uint64_t Value() const { return value_; }

 private:
  void AddValue(bool value) { Add(static_cast<uint64_t>(value)); }
  void AddValue(int64_t value) { Add(static_cast<uint64_t>(value)); }
  void AddValue(double value) { Add(std::bit_cast<uint64_t>(value)); }
  void AddValue(const std::string& value) { Add(std::string_view(value)); }
  template <typename T>
  void AddValue(const std::vector<T>& values) {
    Add(values.size());
    for (const T& value : values) AddValue(value);
  }
  uint64_t value_ = 1;
};

// What the shapes of nodes are inferred from, node by node in topological order.
class InferenceInputs {
 public:
  // Of the node's inference, its result with it.
  uint64_t HashOf(const Node& node) {
    Hash hash;
    hash.Add(&node.Schema());
    for (const auto& [name, value] : node.Attributes()) {
      hash.Add(std::string_view(name));
      hash.Add(value);
    }
    bool known = node.InputCount() > 0;
    for (const Value& input : node.Inputs()) {
      hash.Add(input.index);
      hash.Add(static_cast<uint64_t>(input.Type()));
      hash.Add(input.Shape());
      const auto value = known_.find(input.node);
      if (value != known_.end()) hash.Add(value->second);
      else known = false;
    }
    hash.Add(node.OutputCount());
    for (size_t i = 0; i < node.OutputCount(); ++i) {
      hash.Add(static_cast<uint64_t>(node.Type(i)));
      hash.Add(node.Shape(i));
    }
    // Its value can be known while shapes are settled when those that it reads are, or when their shapes are enough.
    if (known || node.Schema().reads_shape_only) known_[&node] = hash.Value();
    return hash.Value();
  }

  void AddConstant(const Node& node) {
    const Tensor& value = node.ConstantValue();
    Hash hash;
    hash.Add(&node);
    hash.Add(static_cast<uint64_t>(value.Type()));
    hash.Add(value.Shape());
    // Factors that are outstanding are not multiplied for this; floats with such are weights.
    if (!value.HasPendingFactors()) {
      if (value.ByteSize() <= kSmallConstant) hash.AddBytes(value.Data(), value.ByteSize());
      else hash.Add(value.Data());
    }
    known_[&node] = hash.Value();
  }

 private:
  std::unordered_map<const Node*, uint64_t> known_;  // of nodes whose value can be known: what it follows from
};

void InferAgain(Graph& graph, Node* node) {
  std::vector<std::pair<ElementType, Shape>> before;
  for (size_t i = 0; i < node->OutputCount(); ++i) before.emplace_back(node->Type(i), node->Shape(i));
  graph.InferNode(node);
  Check(before.size() == node->OutputCount(), "node \"", node->Name(), "\" (", node->Op(),
        "): the number of outputs was not settled again");
  for (size_t i = 0; i < before.size(); ++i) {
    Check(before[i].first == node->Type(i) && before[i].second == node->Shape(i), "node \"", node->Name(), "\" (",
          node->Op(), "): output ", i, " was settled as ", before[i].first, before[i].second, " but is ", node->Type(i),
          node->Shape(i));
  }
}

// `infer` is called for every node with inputs to infer its shapes again.
void VerifyWith(Graph& graph, const std::function<void(Node*)>& infer, const std::function<void(Node*)>& constant) {
  const std::vector<Node*> order = graph.TopologicalOrder();
  std::unordered_set<std::string_view> names(2 * order.size());
  const std::unordered_set<const Node*> members(order.begin(), order.end(), 2 * order.size());
  for (Node* node : order) {
    Check(names.insert(node->Name()).second, "two nodes are named \"", node->Name(), "\"");
    Check(graph.FindNode(node->Name()) == node, "node \"", node->Name(), "\" is not found under its name");
    for (size_t i = 0; i < node->InputCount(); ++i) {
      const Value input = node->Input(i);
      Check(members.contains(input.node), "node \"", node->Name(), "\": input ", i, " is not in the graph");
      Check(input.index < input.node->OutputCount(), "node \"", node->Name(), "\": input ", i, " reads output ",
            input.index, " of \"", input.node->Name(), "\"");
      const auto& readers = input.node->Readers(input.index);
      Check(std::count(readers.begin(), readers.end(), Use{node, i}) == 1, "node \"", node->Name(), "\": input ", i,
            " is not in the reader list of \"", input.node->Name(), "\"");
    }
    for (size_t i = 0; i < node->OutputCount(); ++i) {
      for (const Use& use : node->Readers(i)) {
        Check(members.contains(use.node) && use.node->Input(use.index) == node->Output(i), "node \"", node->Name(),
              "\": a reader of output ", i, " does not read it");
      }
    }
    if (node->Is("Constant")) {
      Check(node->ConstantValue().Type() == node->Type() && node->ConstantValue().Shape() == node->Shape(),
            "constant \"", node->Name(), "\": type or shape differ from its value's");
      if (constant) constant(node);
      continue;
    }
    infer(node);
  }
  Check(!graph.Outputs().empty(), "the graph has no output");
  for (const GraphOutput& output : graph.Outputs())
    Check(members.contains(output.value.node), "output \"", output.name, "\" is not in the graph");
  for (const Node* parameter : graph.Parameters())
    Check(members.contains(parameter), "a parameter is not in the graph");
}

}  // namespace

void Verify(Graph& graph) {
  VerifyWith(graph, [&](Node* node) { InferAgain(graph, node); }, {});
}

void RepeatedVerifier::Verify(Graph& graph) {
  InferenceInputs inputs;
  std::unordered_map<const Node*, uint64_t> settled(2 * settled_.size());
  const auto infer = [&](Node* node) {
    const uint64_t hash = inputs.HashOf(*node);
    const auto known = settled_.find(node);
    if (known == settled_.end() || known->second != hash) InferAgain(graph, node);
    settled[node] = hash;
  };
  VerifyWith(graph, infer, [&](Node* node) { inputs.AddConstant(*node); });
  settled_ = std::move(settled);
}

}  // namespace moir::graph
