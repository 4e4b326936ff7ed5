// NodeConverter: what a converter of mo/mxnet/ops sees of one MXNet node, and how it builds operators for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/error.h"
#include "graph/graph.h"
#include "mo/mxnet/attributes.h"
#include "mo/mxnet/symbol.h"

namespace moir::mo {

using namespace graph;  // the vocabulary of every converter
using Attributes = moir::mo::Attributes;

// Where inputs come from. GraphBuilder implements it.
class InputSource {
 public:
  virtual ~InputSource() = default;
  virtual Value Resolve(const SymbolInput& input) = 0;
  // As Resolve, where the reader knows which shape the value must have.
  virtual Value ResolveAs(const SymbolInput& input, const Shape& shape, bool is_weight, std::string_view reader) = 0;
  // The shape when it is known without the reader's help.
  virtual std::optional<Shape> KnownShape(const SymbolInput& input) = 0;
  virtual void Note(std::string text) = 0;
  // The size of the first axis of the model's first input; nothing when there is none.
  virtual std::optional<int64_t> Batch() const = 0;
  // Takes outputs whose shape the file leaves open (0) to those who read them.
  virtual void Defer(const SymbolNode& node, Shape partial, double fill, ElementType type) = 0;
};

class NodeConverter {
 public:
  NodeConverter(const Symbol& symbol, const SymbolNode& node, Graph& graph, InputSource& source)
      : symbol_(symbol),
        node_(node),
        attributes_(node.attributes, symbol.PlaceOf(node)),
        graph_(graph),
        source_(source) {}

  // ---- the MXNet node ----
  const std::string& Name() const { return node_.name; }
  const std::string& Op() const { return node_.op; }
  const SymbolNode& GetNode() const { return node_; }
  const Symbol& GetSymbol() const { return symbol_; }
  const Attributes& Attrs() const { return attributes_; }

  size_t InputCount() const { return node_.inputs.size(); }
  // Throws kBadModel unless the node has that many inputs.
  void RequireInputs(size_t count) const { RequireInputs(count, count); }
  void RequireInputs(size_t low, size_t high) const;
  Value Input(size_t index);
  // A weight: usually a constant. A wrong shape is noted for the list of all mismatches and the conversion goes on as
  // if it were right; another float type than `type` is converted.
  Value Weight(size_t index, const Shape& shape, ElementType type);
  std::optional<Shape> KnownShape(size_t index) {
    return index < InputCount() ? source_.KnownShape(node_.inputs[index]) : std::nullopt;
  }
  // A recurrent state: its shape is known to the reader even when the file leaves it open.
  Value State(size_t index, const Shape& shape);

  // ---- building ----
  // The node is called NAME/suffix until Output makes it NAME.
  graph::Node* AddNode(std::string_view op, std::vector<Value> inputs, graph::Attributes attributes = {},
                       std::string_view suffix = {});
  Value Add(std::string_view op, std::vector<Value> inputs, graph::Attributes attributes = {},
            std::string_view suffix = {});
  Value Constant(Tensor value, std::string_view suffix = "constant");
  Value Indices(const std::vector<int64_t>& values, std::string_view suffix = "indices");
  // A scalar constant of a type.
  Value Scalar(double value, ElementType type, std::string_view suffix = "scalar");
  Value Index(int64_t value, std::string_view suffix = "axis") {
    return Scalar(static_cast<double>(value), ElementType::kI64, suffix);
  }
  // Reshape to a pattern whose zeros mean "as in the data".
  Value Reshape(Value data, std::vector<int64_t> pattern, std::string_view suffix = "reshape");
  // [N, everything else].
  Value Flatten(Value data) { return data.Shape().Rank() == 2 ? data : Reshape(data, {0, -1}, "flatten"); }
  Value Transpose(Value data, std::vector<int64_t> order, std::string_view suffix = "transpose");
  Value Convert(Value data, ElementType type, std::string_view suffix = "convert");

  // The value of an output. The producer of output 0 takes the node's name when it was made here.
  void Output(size_t index, Value value);
  void Output(Value value) { Output(0, value); }
  const std::vector<Value>& Outputs() const { return outputs_; }
  void Note(std::string text) { source_.Note(std::move(text)); }
  InputSource& Source() { return source_; }
  Graph& GetGraph() { return graph_; }

  // ---- errors ----
  template <typename... Parts>
  [[noreturn]] void Unsupported(const Parts&... parts) const {
    Fail(ErrorKind::kUnsupported, attributes_.Place(), ": ", parts...);
  }
  template <typename... Parts>
  [[noreturn]] void Bad(const Parts&... parts) const {
    Fail(ErrorKind::kBadModel, attributes_.Place(), ": ", parts...);
  }
  template <typename... Parts>
  void Require(bool condition, const Parts&... parts) const {
    if (!condition) Bad(parts...);
  }
  // axis within [-rank, rank) made non-negative.
  int64_t Axis(int64_t axis, int64_t rank, std::string_view attribute = "axis") const;

 private:
  const Symbol& symbol_;
  const SymbolNode& node_;
  Attributes attributes_;
  Graph& graph_;
  InputSource& source_;
  std::vector<Node*> made_;
  std::vector<Value> outputs_;
};

}  // namespace moir::mo
