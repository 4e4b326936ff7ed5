// NetLayerBuilder: what a function that understands one kind of layer of an IR v10 or v11 works with.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/ir/ir_v10_v11_topology.h"

namespace moir::graph {

class NetLayerBuilder {
 public:
  // New nodes go to `graph`; the main one is called `name`. `outputs_read`: how many outputs, from the first on, hold
  // all that other layers read.
  NetLayerBuilder(Graph& graph, const NetLayer& layer, std::string name, std::vector<Value> inputs, size_t outputs_read)
      : graph_(graph), layer_(layer), name_(std::move(name)), inputs_(std::move(inputs)), outputs_read_(outputs_read) {}

  const NetLayer& Layer() const { return layer_; }
  const std::string& Name() const { return name_; }
  Graph& GetGraph() { return graph_; }
  bool SecondOutputIsRead() const { return outputs_read_ > 1; }
  size_t InputCount() const { return inputs_.size(); }
  // Throws kBadModel when the layer has fewer inputs.
  Value Input(size_t index) const;
  const std::vector<Value>& Inputs() const { return inputs_; }
  const Shape& InputShape(size_t index) const { return Input(index).Shape(); }
  // Throws kBadModel when the number of inputs is another.
  void RequireInputs(size_t least, size_t most) const;

  // The input's values; throws kUnsupported when they depend on the model's inputs. `what` names it in the message.
  Tensor StaticInput(size_t index, std::string_view what) const;
  std::vector<int64_t> StaticInts(size_t index, std::string_view what) const;
  int64_t StaticInt(size_t index, std::string_view what) const;

  // Attributes. Those without a default throw kBadModel when they are missing; every attribute that was asked for
  // counts as understood.
  bool Has(std::string_view name) const { return layer_.FindAttribute(name) != nullptr; }
  std::string Text(std::string_view name);
  std::string Text(std::string_view name, std::string fallback) { return Has(name) ? Text(name) : fallback; }
  int64_t Int(std::string_view name);
  int64_t Int(std::string_view name, int64_t fallback) { return Has(name) ? Int(name) : fallback; }
  double Double(std::string_view name);
  double Double(std::string_view name, double fallback) { return Has(name) ? Double(name) : fallback; }
  bool Bool(std::string_view name);
  bool Bool(std::string_view name, bool fallback) { return Has(name) ? Bool(name) : fallback; }
  std::vector<int64_t> Ints(std::string_view name);
  std::vector<int64_t> Ints(std::string_view name, std::vector<int64_t> fallback) {
    return Has(name) ? Ints(name) : fallback;
  }
  std::vector<double> Doubles(std::string_view name);
  // One of `allowed`, letter case ignored; the first is the default when the attribute is missing.
  std::string OneOf(std::string_view name, const std::vector<std::string>& allowed);
  // The attribute says nothing to us.
  void Ignore(std::string_view name) { understood_.emplace(name); }
  // Every attribute that the operator's schema knows and the layer has.
  Attributes SchemaAttributes(std::string_view op);
  // Throws kBadModel when the layer has attributes that nobody asked for.
  void CheckAllUnderstood() const;

  // A node of ours, called like the layer, or NAME/suffix. A node whose inputs are constants becomes a constant when it
  // is small, so that computations of shapes vanish as they are read; operators that stand for others are expanded.
  std::vector<Value> AddNode(std::string_view op, std::string_view suffix, std::vector<Value> inputs,
                             Attributes attributes = {});
  Value Add(std::string_view op, std::string_view suffix, std::vector<Value> inputs, Attributes attributes = {}) {
    return AddNode(op, suffix, std::move(inputs), std::move(attributes)).at(0);
  }
  Value Constant(std::string_view suffix, Tensor value);
  Value Indices(std::string_view suffix, const std::vector<int64_t>& values) {
    return Constant(suffix, Tensor::Indices(values));
  }
  // A rank-0 constant of the given type.
  Value Scalar(std::string_view suffix, double value, ElementType type);
  Value Reshape(Value value, std::string_view suffix, const Shape& shape);
  Value Transpose(Value value, std::string_view suffix, const std::vector<int64_t>& order);
  Value Convert(Value value, std::string_view suffix, ElementType type);

  // Throws kBadModel: WHAT: got GOT, expected EXPECTED (the reader puts the file, line and layer in front).
  template <typename Got>
  void Require(bool condition, std::string_view what, const Got& got, std::string_view expected) const {
    if (!condition) Fail(ErrorKind::kBadModel, what, ": got ", got, ", expected ", expected);
  }
  template <typename... Parts>
  [[noreturn]] void Unsupported(const Parts&... parts) const {
    Fail(ErrorKind::kUnsupported, parts...);
  }

 private:
  const std::string& RequiredText(std::string_view name);
  std::string NodeName(std::string_view suffix) const;

  Graph& graph_;
  const NetLayer& layer_;
  const std::string name_;
  const std::vector<Value> inputs_;
  const size_t outputs_read_;
  std::set<std::string, std::less<>> understood_;
};

// Makes nodes of a layer; returns its outputs, of which the layer may use the first few.
using NetOperator = std::vector<Value> (*)(NetLayerBuilder&);

// The function for layers TYPE with version "opsetN" (any other number: 0); null when nobody knows them.
NetOperator FindNetOperator(std::string_view type, int64_t opset);
// Whether some opset's layers TYPE are known.
bool IsNetOperatorType(std::string_view type);
// Why layers TYPE of any version are refused on purpose; an empty string for others.
std::string_view WhyRefused(std::string_view type);
// The element type of a name in any letter case ("f32", "FP32", "i64", ...); kUndefined for others.
ElementType NetElementType(std::string_view name);

}  // namespace moir::graph
