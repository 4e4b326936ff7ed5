// LSTMProjectionSequence: an LSTM whose hidden state is a projection of its output. Gates in the order f, i, c, o.
//   f, i, o = sigmoid(W x + R h + B)   g = tanh(W x + R h + B)   C = f * C + i * g   h = P (o * tanh(C))
// in 0: X [B,T,I].  in 1: initial h [B,D,M].  in 2: initial C [B,D,H].  in 3: lengths [B].
// in 4, 5, 6: W [D,4H,I], R [D,4H,M], B [D,4H].  in 7: P [D,M,H].
// out 0: h of all steps [B,D,T,M].  out 1, 2: the last h and C.
// Lengths and directions as LSTMSequence has them. Computed in double.
#include <algorithm>
#include <cmath>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

int64_t Directions(const Node& node) { return node.Attr<std::string>("direction") == "bidirectional" ? 2 : 1; }

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  const Shape& x = op.InputShape(0);
  const Shape& projection = op.InputShape(7);
  const int64_t hidden = op.Attr<int64_t>("hidden_size"), directions = Directions(op.GetNode());
  op.Require(x.Rank() == 3, "shape of X", x, "[batch,steps,input]");
  op.Require(hidden > 0, "hidden_size", hidden, "a positive number");
  op.Require(projection.Rank() == 3 && projection[0] == directions && projection[2] == hidden, "shape of P", projection,
             StrCat("[", directions, ",M,", hidden, "]"));
  const int64_t size = projection[1];
  const Shape expected[] = {x,
                            {x[0], directions, size},
                            {x[0], directions, hidden},
                            {x[0]},
                            {directions, 4 * hidden, x[2]},
                            {directions, 4 * hidden, size},
                            {directions, 4 * hidden}};
  for (size_t i = 1; i < 7; ++i) {
    op.Require(op.InputShape(i) == expected[i], StrCat("shape of ", op.GetNode().Schema().inputs[i].name),
               op.InputShape(i), expected[i].ToString());
    if (i != 3) op.RequireSameType(0, i);
  }
  op.RequireSameType(0, 7);
  op.Require(IsInteger(op.InputType(3)), "element type of sequence_lengths", op.InputType(3), "an integer type");
  op.SetOutput(0, Shape{x[0], directions, x[1], size});
  op.SetOutput(1, expected[1]);
  op.SetOutput(2, expected[2]);
}

// result += matrix [rows, vector.size()] * vector
template <typename T>
void AddProduct(const T* matrix, const std::vector<double>& vector, std::vector<double>& result) {
  for (double& sum : result) {
    for (const double value : vector) sum += static_cast<double>(*matrix++) * value;
  }
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const auto batch = static_cast<size_t>(shape[0]), steps = static_cast<size_t>(shape[1]),
             inputs = static_cast<size_t>(shape[2]);
  const auto hidden = static_cast<size_t>(op.Attr<int64_t>("hidden_size")),
             size = static_cast<size_t>(op.Input(7).Shape()[1]);
  const auto directions = static_cast<size_t>(Directions(op.GetNode()));
  const bool only_reverse = op.Attr<std::string>("direction") == "reverse";
  const std::vector<int64_t> lengths = op.Input(3).ToVector<int64_t>();
  const auto values = [&](size_t input) { return op.Input(input).Values<T>().data(); };
  for (size_t d = 0; d < directions; ++d) {
    for (size_t b = 0; b < batch; ++b) {
      const size_t length = std::min(steps, static_cast<size_t>(std::max<int64_t>(0, lengths[b])));
      const size_t row = b * directions + d;
      std::vector<double> h(values(1) + row * size, values(1) + (row + 1) * size);
      std::vector<double> c(values(2) + row * hidden, values(2) + (row + 1) * hidden);
      for (size_t s = 0; s < length; ++s) {
        const size_t t = only_reverse || d == 1 ? length - 1 - s : s;
        const T* x = values(0) + (b * steps + t) * inputs;
        const T* bias = values(6) + d * 4 * hidden;
        std::vector<double> gates(bias, bias + 4 * hidden);
        AddProduct(values(4) + d * 4 * hidden * inputs, std::vector<double>(x, x + inputs), gates);
        AddProduct(values(5) + d * 4 * hidden * size, h, gates);
        std::vector<double> output(hidden);
        for (size_t k = 0; k < hidden; ++k) {
          c[k] = Sigmoid(gates[k]) * c[k] + Sigmoid(gates[hidden + k]) * std::tanh(gates[2 * hidden + k]);
          output[k] = Sigmoid(gates[3 * hidden + k]) * std::tanh(c[k]);
        }
        std::fill(h.begin(), h.end(), 0.0);
        AddProduct(values(7) + d * size * hidden, output, h);
        T* dst = op.Output(0).MutableValues<T>().data() + (row * steps + t) * size;
        for (size_t k = 0; k < size; ++k) dst[k] = static_cast<T>(h[k]);
      }
      for (size_t k = 0; k < size; ++k) op.Output(1).MutableValues<T>()[row * size + k] = static_cast<T>(h[k]);
      for (size_t k = 0; k < hidden; ++k) op.Output(2).MutableValues<T>()[row * hidden + k] = static_cast<T>(c[k]);
    }
  }
}

}  // namespace

OpSchema LSTMProjectionSequenceSchema() {
  return {.name = "LSTMProjectionSequence",
          .opset = "moir",
          .inputs = {"X", "initial_hidden_state", "initial_cell_state", "sequence_lengths", "W", "R", "B", "P"},
          .attributes = {RequiredAttribute<int64_t>("hidden_size"),
                         AttributeSchema::OneOf("direction", {"forward", "reverse", "bidirectional"})},
          .outputs = 3,
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
