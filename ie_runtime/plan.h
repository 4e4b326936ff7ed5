// Plan: a graph on its way to execution. It starts as one layer per node; the engine's passes (passes/) fuse layers
// into what one kernel does in one go. The graph stays alive behind it: layers point to nodes for their attributes.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "ie_runtime/unary.h"

namespace moir::runtime {

using ValueId = size_t;
inline constexpr ValueId kNoValue = static_cast<ValueId>(-1);

struct PlanValue {
  std::string name;
  ElementType type = ElementType::kUndefined;
  graph::Shape shape;
  Tensor constant;  // defined for constants only

  bool IsConstant() const { return constant.IsDefined(); }
};

// What happens to a layer's result before it is written.
struct PostOp {
  enum class Kind {
    kUnary,  // function
    kSum,    // + value of the layer's input `input`, of the same shape
    kPRelu,  // x > 0 ? x : slope * x; input `input` holds one slope per index of axis 1
  };
  Kind kind;
  UnaryFunction function{UnaryKind::kRelu};
  size_t input = 0;
};

struct Layer {
  std::string name;
  std::string op;  // the graph's operator, or one of the engine's own: "ScaleShift", "LstmGates", "Unary", "Reorder"
  const Node* node = nullptr;  // attributes; null for the engine's own
  std::vector<ValueId> inputs, outputs;
  // Index into `inputs` of the bias, one number per output channel (Convolution and its kin, MatMul); 0 when there is
  // none.
  size_t bias = 0;
  std::vector<PostOp> post_ops;
  UnaryFunction function{UnaryKind::kRelu};               // of a "Unary"
  std::vector<int64_t> extra_pads_begin, extra_pads_end;  // zero padding taken over from a Pad layer, per spatial axis
  std::array<int64_t, 4> gate_order{};                    // of an "LstmGates": which quarter holds i, f, g and o
  std::shared_ptr<const Layer> prologue;  // a layer done first, whose first input is the first of `inputs`
  std::vector<std::string> fused;         // names of layers that were fused into this one

  template <typename T>
  const T& Attr(std::string_view attribute) const {
    return node->Attr<T>(attribute);
  }
};

class Plan {
 public:
  // Constants are folded first; `graph` is changed and kept.
  explicit Plan(std::unique_ptr<Graph> graph);

  std::vector<std::unique_ptr<Layer>> layers;  // every layer after the producers of its inputs
  std::vector<PlanValue> values;
  std::vector<ValueId> inputs, outputs;
  std::vector<std::string> input_names, output_names;

  const PlanValue& Value(ValueId id) const { return values.at(id); }
  ValueId AddValue(std::string name, ElementType type, graph::Shape shape);
  ValueId AddConstant(std::string name, Tensor value);
  const Graph& GetGraph() const { return *graph_; }
  Graph& GetGraph() { return *graph_; }

  // The layer that computes the value, or null.
  Layer* Producer(ValueId id) const;
  // Exactly one layer input reads the value, and it is no output of the model.
  bool HasOneReader(ValueId id) const;
  // Drops layers whose outputs nobody reads, repeatedly.
  void RemoveDead();
  // Changes of a layer that is in the plan, of which Producer and HasOneReader know at once.
  void SetInputs(Layer& layer, std::vector<ValueId> values_read);
  void SetOutput(Layer& layer, size_t index, ValueId value);
  // Tells that layers changed otherwise: Producer and HasOneReader look at all of them again.
  void Changed() { readers_valid_ = false; }

 private:
  void Index() const;
  ValueId Add(PlanValue value);
  std::unique_ptr<Graph> graph_;
  mutable bool readers_valid_ = false;
  mutable std::vector<size_t> readers_;
  mutable std::vector<Layer*> producers_;
};

// The constant's values as f32; throws kInternal when the value is no constant.
std::vector<float> ConstantFloats(const PlanValue& value);

}  // namespace moir::runtime
