#include "graph/ops/recurrent.h"

#include <algorithm>
#include <cmath>

#include "graph/error.h"

namespace moir::graph {
namespace {

std::function<double(double)> Activation(const std::string& name) {
  if (name == "sigmoid") return [](double x) { return 1 / (1 + std::exp(-x)); };
  if (name == "tanh") return [](double x) { return std::tanh(x); };
  if (name == "relu") return [](double x) { return std::max(x, 0.0); };
  return nullptr;
}

std::vector<std::string> ActivationNames(const Node& node, const CellKind& kind) {
  const auto& given = node.Attr<std::vector<std::string>>("activations");
  return given.empty() ? kind.activations : given;
}

int64_t Directions(const Node& node) { return node.Attr<std::string>("direction") == "bidirectional" ? 2 : 1; }

void Infer(InferContext& op, const CellKind& kind, int64_t bias_gates) {
  const Shape& x = op.InputShape(0);
  const int64_t hidden = op.Attr<int64_t>("hidden_size");
  op.Require(x.Rank() == 3, "shape of X", x, "[batch,steps,input]");
  op.Require(hidden > 0, "hidden_size", hidden, "a positive number");
  const int64_t directions = Directions(op.GetNode());
  const auto gates = static_cast<int64_t>(kind.gates);
  const Shape state{x[0], directions, hidden};
  size_t next = 1;
  const auto expect = [&](const Shape& shape) {
    op.Require(op.InputShape(next) == shape, StrCat("shape of ", op.GetNode().Schema().inputs[next].name),
               op.InputShape(next), shape.ToString());
    ++next;
  };
  for (size_t i = 0; i < kind.states; ++i) expect(state);
  op.Require(IsInteger(op.InputType(next)), "element type of sequence_lengths", op.InputType(next), "an integer type");
  expect(Shape{x[0]});
  expect(Shape{directions, gates * hidden, x[2]});
  expect(Shape{directions, gates * hidden, hidden});
  expect(Shape{directions, bias_gates * hidden});
  const std::vector<std::string> names = ActivationNames(op.GetNode(), kind);
  op.Require(names.size() == kind.activations.size() &&
                 std::all_of(names.begin(), names.end(), [](const auto& n) { return Activation(n) != nullptr; }),
             "activations", FormatAttribute(names), StrCat(kind.activations.size(), " of sigmoid, tanh, relu"));
  op.SetOutput(0, Shape{x[0], directions, x[1], hidden});
  for (size_t i = 0; i < kind.states; ++i) op.SetOutput(1 + i, state);
}

// rows x columns times a vector, summed in double.
template <typename T>
std::vector<double> Multiply(const T* matrix, size_t rows, std::span<const double> vector) {
  std::vector<double> result(rows, 0.0);
  for (size_t r = 0; r < rows; ++r, matrix += vector.size()) {
    for (size_t c = 0; c < vector.size(); ++c) result[r] += static_cast<double>(matrix[c]) * vector[c];
  }
  return result;
}

template <typename T>
void Run(EvalContext& op, const CellKind& kind, size_t bias_gates) {
  const Shape& x = op.Input(0).Shape();
  const auto batch = static_cast<size_t>(x[0]), steps = static_cast<size_t>(x[1]), inputs = static_cast<size_t>(x[2]);
  const auto hidden = static_cast<size_t>(op.Attr<int64_t>("hidden_size"));
  const auto directions = static_cast<size_t>(Directions(op.GetNode()));
  const bool only_reverse = op.Attr<std::string>("direction") == "reverse";
  const size_t lengths_at = 1 + kind.states;
  const std::vector<int64_t> lengths = op.Input(lengths_at).ToVector<int64_t>();
  const T* weights = op.Input(lengths_at + 1).Values<T>().data();
  const T* recurrence = op.Input(lengths_at + 2).Values<T>().data();
  const T* biases = op.Input(lengths_at + 3).Values<T>().data();
  std::vector<std::function<double(double)>> activations;
  for (const std::string& name : ActivationNames(op.GetNode(), kind)) activations.push_back(Activation(name));

  for (size_t d = 0; d < directions; ++d) {
    const T* w = weights + d * kind.gates * hidden * inputs;
    const T* r = recurrence + d * kind.gates * hidden * hidden;
    const std::vector<double> bias(biases + d * bias_gates * hidden, biases + (d + 1) * bias_gates * hidden);
    for (size_t b = 0; b < batch; ++b) {
      const size_t length = std::min(steps, static_cast<size_t>(std::max<int64_t>(0, lengths[b])));
      const size_t state_at = (b * directions + d) * hidden;
      std::vector<std::vector<double>> states;
      for (size_t i = 0; i < kind.states; ++i) {
        const T* initial = op.Input(1 + i).Values<T>().data() + state_at;
        states.emplace_back(initial, initial + hidden);
      }
      for (size_t s = 0; s < length; ++s) {
        const size_t t = only_reverse || d == 1 ? length - 1 - s : s;
        const T* src = op.Input(0).Values<T>().data() + (b * steps + t) * inputs;
        const std::vector<double> wx = Multiply(w, kind.gates * hidden, std::vector<double>(src, src + inputs));
        CellStep step{hidden,
                      wx,
                      bias,
                      activations,
                      op.Attr<double>("clip"),
                      states,
                      [&](size_t first, size_t gates, std::span<const double> state) {
                        return Multiply(r + first * hidden * hidden, gates * hidden, state);
                      }};
        kind.step(step);
        T* dst = op.Output(0).MutableValues<T>().data() + ((b * directions + d) * steps + t) * hidden;
        for (size_t i = 0; i < hidden; ++i) dst[i] = static_cast<T>(states[0][i]);
      }
      for (size_t i = 0; i < kind.states; ++i) {
        T* dst = op.Output(1 + i).MutableValues<T>().data() + state_at;
        for (size_t k = 0; k < hidden; ++k) dst[k] = static_cast<T>(states[i][k]);
      }
    }
  }
}

}  // namespace

OpSchema RecurrentSchema(CellKind kind, std::function<int64_t(const Node&)> bias_gates,
                         std::vector<AttributeSchema> attributes) {
  std::vector<InputSchema> inputs = {"X", "initial_hidden_state"};
  if (kind.states == 2) inputs.emplace_back("initial_cell_state");
  for (const char* name : {"sequence_lengths", "W", "R", "B"}) inputs.emplace_back(name);
  attributes.insert(attributes.begin(), {RequiredAttribute<int64_t>("hidden_size"),
                                         AttributeSchema::OneOf("direction", {"forward", "reverse", "bidirectional"}),
                                         {"activations", std::vector<std::string>{}},
                                         {"clip", 0.0}});
  const size_t outputs = 1 + kind.states;
  return {.name = kind.name,
          .opset = "opset5",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .outputs = outputs,
          .infer = [kind, bias_gates](InferContext& op) { Infer(op, kind, bias_gates(op.GetNode())); },
          .evaluate =
              [kind, bias_gates](EvalContext& op) {
                const auto gates = static_cast<size_t>(bias_gates(op.GetNode()));
                if (op.Input(0).Type() == ElementType::kF64) {
                  Run<double>(op, kind, gates);
                } else {
                  Run<float>(op, kind, gates);
                }
              }};
}

}  // namespace moir::graph
