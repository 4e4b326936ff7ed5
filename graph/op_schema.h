// OpSchema: what an operator means. Each operator of graph/ops is one file that defines one OpSchema: its inputs,
// attributes, shape inference and plain evaluation. op_table.cpp lists them all.
//
// The vocabulary is that of the OpenVINO operation sets (names, inputs, attributes, meanings); operators that no
// opset has belong to the set "moir".
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/node.h"

namespace moir::graph {

// {"axis", int64_t{1}} has a default; RequiredAttribute<int64_t>("axis") has none and must be given.
struct AttributeSchema {
  AttributeSchema(std::string attribute_name, Attribute default_value);
  AttributeSchema(const AttributeSchema&);
  AttributeSchema(AttributeSchema&&) noexcept;
  AttributeSchema& operator=(const AttributeSchema&);
  AttributeSchema& operator=(AttributeSchema&&) noexcept;
  ~AttributeSchema();
  // A literal only: GCC would take int64_t{0} for a null pointer.
  template <size_t kSize>
  AttributeSchema(std::string attribute_name, const char (&default_value)[kSize])
      : AttributeSchema(std::move(attribute_name), Attribute(std::string(default_value))) {}
  // Allowed texts of a string attribute; the first is the default.
  static AttributeSchema OneOf(std::string attribute_name, std::vector<std::string> values);
  // A number within [low, high].
  AttributeSchema Within(double low, double high) &&;

  std::string name;
  Attribute type_example;  // the default when !required
  bool required = false;
  std::vector<std::string> one_of;
  std::optional<std::pair<double, double>> range;
};
template <typename T>
AttributeSchema RequiredAttribute(std::string name) {
  AttributeSchema schema(std::move(name), Attribute(T{}));
  schema.required = true;
  return schema;
}

struct InputSchema {
  enum class Kind {
    kRequired,
    kOptional,
    kVariadic
  };  // optional ones come last; a variadic one is the last and takes one or more
  InputSchema(const char* input_name, Kind input_kind = Kind::kRequired);
  InputSchema(const InputSchema&);
  InputSchema(InputSchema&&) noexcept;
  InputSchema& operator=(const InputSchema&);
  InputSchema& operator=(InputSchema&&) noexcept;
  ~InputSchema();
  std::string name;
  Kind kind;
};
inline InputSchema OptionalInput(const char* name) { return {name, InputSchema::Kind::kOptional}; }
inline InputSchema VariadicInput(const char* name) { return {name, InputSchema::Kind::kVariadic}; }

// What shape inference sees and sets. Errors carry the node's name and operator.
class InferContext {
 public:
  explicit InferContext(Node& node) : node_(node) {}
  const Node& GetNode() const { return node_; }
  size_t InputCount() const { return node_.InputCount(); }
  const Shape& InputShape(size_t index) const { return node_.Input(index).Shape(); }
  ElementType InputType(size_t index) const { return node_.Input(index).Type(); }
  // The input's values when they are known while shapes are settled: a Constant, or a small computation from
  // constants and shapes.
  std::optional<Tensor> StaticInput(size_t index) const;
  // The same as integers; throws kUnsupported when the values are not known.
  std::vector<int64_t> StaticIndices(size_t index) const;
  template <typename T>
  const T& Attr(std::string_view name) const {
    return node_.Attr<T>(name);
  }

  void SetOutput(size_t index, ElementType type, Shape shape);
  void SetOutput(size_t index, Shape shape) { SetOutput(index, InputType(0), std::move(shape)); }

  // Throws kBadModel: node "NAME" (OP): WHAT: got GOT, EXPECTED.
  template <typename Got>
  void Require(bool condition, std::string_view what, const Got& got, std::string_view expected) const {
    if (!condition) FailRequire(what, MakePart(got), expected);
  }
  void RequireSameType(size_t a, size_t b) const;

 private:
  [[noreturn]] void FailRequire(std::string_view what, StreamedPart got, std::string_view expected) const;
  Node& node_;
};

// What plain evaluation sees. Outputs are allocated with the settled types and shapes, zeroed.
class EvalContext {
 public:
  EvalContext(const Node& node, std::span<const Tensor> inputs, std::span<Tensor> outputs)
      : node_(node), inputs_(inputs), outputs_(outputs) {}
  const Node& GetNode() const { return node_; }
  size_t InputCount() const { return inputs_.size(); }
  const Tensor& Input(size_t index) const { return inputs_[index]; }
  size_t OutputCount() const { return outputs_.size(); }
  Tensor& Output(size_t index = 0) { return outputs_[index]; }
  template <typename T>
  const T& Attr(std::string_view name) const {
    return node_.Attr<T>(name);
  }

 private:
  const Node& node_;
  std::span<const Tensor> inputs_;
  std::span<Tensor> outputs_;
};

class Expansion;  // graph/ops/expansion.h

struct OpSchema {
  std::string name;
  std::string opset = "opset1";  // the first opset that has the operator with this meaning, or "moir", or "ir-v2-v4"
  std::vector<InputSchema> inputs;
  std::vector<AttributeSchema> attributes;
  // Fixed number of outputs; 0 when shape inference decides (Split).
  size_t outputs = 1;
  // Attributes that a node may carry beyond `attributes` are refused unless this is set (plug-in layers).
  bool open_attributes = false;
  std::function<void(InferContext&)> infer;
  // Plain loops: constant folding, the engine's fallback, the oracle of tests. Sees f16 and bf16 as f32: inputs are
  // converted before and outputs after, unless `evaluates_any_type` is set (data movement).
  std::function<void(EvalContext&)> evaluate;
  bool evaluates_any_type = false;
  // The result depends on the shape of the inputs only (ShapeOf): evaluated without their values.
  bool reads_shape_only = false;
  // Set for operators whose meaning is written in terms of others: builds them and returns the outputs. Inference and
  // evaluation of such an operator follow from it, and ExpandNode puts it in the operator's place.
  std::function<std::vector<Value>(Expansion&)> expand;

  const AttributeSchema* FindAttribute(std::string_view attribute) const;
};

// The operator named `name`, or null. The table is built once; AddOpSchema adds a plug-in's operator (throws
// kBadOption when the name is taken).
const OpSchema* FindOpSchema(std::string_view name);
void AddOpSchema(OpSchema schema);
std::vector<std::string> OpNames();  // sorted

}  // namespace moir::graph
