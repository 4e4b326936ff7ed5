// LSTMSequence, GRUSequence, RNNSequence with constant weights.
//
// The products with the inputs do not depend on the state: one matrix product gives them for all steps. Each step then
// multiplies the state by R, packed as a fully connected layer, and applies the cell's formula
// (graph/ops/*_sequence.cpp).
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/fully_connected.h"
#include "ie_runtime/kernels/gemm.h"
#include "ie_runtime/kernels/vector_loops.h"

namespace moir::runtime {
namespace {

enum class Cell { kLstm, kGru, kGruLinearBeforeReset, kRnn };

// Rows of a constant [D, rows * H, columns]: gates [first, first + count) of one direction.
Tensor Gates(const Tensor& weights, int64_t direction, int64_t first, int64_t count, int64_t hidden) {
  const int64_t columns = weights.Shape()[2];
  const float* from = weights.Values<float>().data() + (direction * weights.Shape()[1] + first * hidden) * columns;
  return Tensor::FromValues<float>(Shape{count * hidden, columns},
                                   std::span<const float>(from, static_cast<size_t>(count * hidden * columns)));
}

// state[batch, H] times R^T of some gates.
class Recurrence {
 public:
  Recurrence(const Tensor& r, int64_t direction, int64_t first, int64_t count, int64_t hidden)
      : columns_(count * hidden),
        hidden_(hidden),
        matrix_(Gates(r, direction, first, count, hidden)),
        stream_(matrix_, hidden, columns_, true, {}) {}
  void Run(const float* state, int64_t batch, float* result) const {
    if (batch <= FullyConnected::kMaxRows) stream_.Run(state, result, batch);
    else
      Gemm(true, batch, columns_, hidden_, state, hidden_, matrix_.Values<float>().data(), hidden_, result, columns_);
  }

 private:
  int64_t columns_, hidden_;
  Tensor matrix_;
  FullyConnected stream_;
};

struct Sizes {
  Cell cell;
  int64_t batch, steps, inputs, hidden, directions, gates;
  bool only_reverse, clipped;
  float clip;
  size_t lengths;  // index of the input
  std::vector<UnaryFunction> activations;
};

struct Direction {
  Tensor w;                   // [gates * H, I]
  std::vector<float> bias;    // of all gates, added to the products with the inputs
  std::vector<float> bias_r;  // of the last gate's recurrent part, linear before reset only
  std::vector<Recurrence> r;  // all gates, or (GRU) the first two and the last
};

std::optional<UnaryFunction> Activation(const std::string& name) {
  if (name == "sigmoid") return UnaryFunction{UnaryKind::kSigmoid};
  if (name == "tanh") return UnaryFunction{UnaryKind::kTanh};
  if (name == "relu") return UnaryFunction{UnaryKind::kRelu};
  return std::nullopt;
}

class SequenceKernel final : public Kernel {
 public:
  SequenceKernel(Sizes sizes, std::vector<Direction> directions, ElementType length_type)
      : s_(std::move(sizes)), directions_(std::move(directions)), length_type_(length_type) {}
  std::string ExecType() const override { return "sequence"; }
  // Products with the inputs for all steps; states; products with the state.
  size_t ScratchpadBytes() const override {
    const int64_t row = s_.gates * s_.hidden;
    return static_cast<size_t>(s_.batch * (s_.steps * row + 3 * s_.hidden + 2 * row)) * sizeof(float);
  }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct SequenceTask final : Task {
      SequenceTask(const SequenceKernel& owner, const Binding& binding_) : kernel(owner), memory(binding_) {}
      void Run() override {
        for (int64_t d = 0; d < kernel.s_.directions; ++d) kernel.RunDirection(memory, d);
      }
      const SequenceKernel& kernel;
      Binding memory;
    };
    return std::make_unique<SequenceTask>(*this, binding);
  }

 private:
  int64_t Length(const Binding& memory, int64_t b) const {
    const std::byte* lengths = memory.inputs[s_.lengths];
    const int64_t length = length_type_ == ElementType::kI32 ? int64_t{reinterpret_cast<const int32_t*>(lengths)[b]}
                                                             : reinterpret_cast<const int64_t*>(lengths)[b];
    return std::clamp<int64_t>(length, 0, s_.steps);
  }

  void Activate(size_t which, float* values, int64_t count) const {
    if (s_.clipped) UnaryLoop({UnaryKind::kClip, -s_.clip, s_.clip}, values, values, count);
    UnaryLoop(s_.activations[which], values, values, count);
  }

  // wx: products with the inputs and biases of one row; rh: products with the state; both are used up.
  void Step(const Direction& direction, float* wx, float* rh, float* h, float* c, float* reset_state) const {
    const int64_t n = s_.hidden;
    switch (s_.cell) {
      case Cell::kRnn:
        AddLoop(wx, rh, h, n);
        Activate(0, h, n);
        break;
      case Cell::kLstm:
        AddLoop(wx, rh, wx, 4 * n);
        Activate(0, wx, 2 * n);
        Activate(1, wx + 2 * n, n);
        Activate(0, wx + 3 * n, n);
        for (int64_t i = 0; i < n; ++i) c[i] = wx[i] * c[i] + wx[n + i] * wx[2 * n + i];
        UnaryLoop(s_.activations[2], c, h, n);
        BinaryLoop(BinaryKind::kMultiply, h, 1, wx + 3 * n, 1, h, n);
        break;
      case Cell::kGru:
      case Cell::kGruLinearBeforeReset:
        AddLoop(wx, rh, wx, 2 * n);
        Activate(0, wx, 2 * n);
        if (s_.cell == Cell::kGru) {
          BinaryLoop(BinaryKind::kMultiply, wx + n, 1, h, 1, reset_state, n);
          direction.r[1].Run(reset_state, 1, rh + 2 * n);
        } else {
          for (int64_t i = 0; i < n; ++i)
            rh[2 * n + i] = wx[n + i] * (rh[2 * n + i] + direction.bias_r[static_cast<size_t>(i)]);
        }
        AddLoop(wx + 2 * n, rh + 2 * n, wx + 2 * n, n);
        Activate(1, wx + 2 * n, n);
        for (int64_t i = 0; i < n; ++i) h[i] = (1 - wx[i]) * wx[2 * n + i] + wx[i] * h[i];
        break;
    }
  }

  void RunDirection(const Binding& memory, int64_t d) const {
    const Direction& direction = directions_[static_cast<size_t>(d)];
    const int64_t n = s_.hidden, row = s_.gates * n;
    const bool lstm = s_.cell == Cell::kLstm;
    float* wx = reinterpret_cast<float*>(memory.scratchpad);
    float* h = wx + s_.batch * s_.steps * row;
    float* c = h + s_.batch * n;
    float* reset_state = c + s_.batch * n;
    float* rh = reset_state + s_.batch * n;
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    Gemm(true, s_.batch * s_.steps, row, s_.inputs, x, s_.inputs, direction.w.Values<float>().data(), s_.inputs, wx,
         row);
    for (int64_t i = 0; i < s_.batch * s_.steps; ++i) AddLoop(wx + i * row, direction.bias.data(), wx + i * row, row);

    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    int64_t longest = 0;
    for (int64_t b = 0; b < s_.batch; ++b) {
      const int64_t state = (b * s_.directions + d) * n;
      std::copy_n(reinterpret_cast<const float*>(memory.inputs[1]) + state, n, h + b * n);
      if (lstm) std::copy_n(reinterpret_cast<const float*>(memory.inputs[2]) + state, n, c + b * n);
      if (y) std::fill_n(y + (b * s_.directions + d) * s_.steps * n, s_.steps * n, 0.0f);
      longest = std::max(longest, Length(memory, b));
    }
    for (int64_t step = 0; step < longest; ++step) {
      const int64_t first_columns = s_.cell == Cell::kGru ? 2 * n : row;
      direction.r[0].Run(h, s_.batch, rh);
      for (int64_t b = 0; b < s_.batch; ++b) {
        const int64_t length = Length(memory, b);
        if (step >= length) continue;
        const int64_t t = s_.only_reverse || d == 1 ? length - 1 - step : step;
        // A GRU's rows are shorter by the gate that is multiplied later, which gets a row of its own behind them.
        float* products = rh + b * first_columns;
        if (s_.cell == Cell::kGru) {
          float* own = rh + s_.batch * row;
          std::copy_n(products, first_columns, own);
          products = own;
        }
        Step(direction, wx + (b * s_.steps + t) * row, products, h + b * n, c + b * n, reset_state + b * n);
        if (y) std::copy_n(h + b * n, n, y + ((b * s_.directions + d) * s_.steps + t) * n);
      }
    }
    for (int64_t b = 0; b < s_.batch; ++b) {
      const int64_t state = (b * s_.directions + d) * n;
      if (memory.outputs[1]) std::copy_n(h + b * n, n, reinterpret_cast<float*>(memory.outputs[1]) + state);
      if (lstm && memory.outputs[2]) std::copy_n(c + b * n, n, reinterpret_cast<float*>(memory.outputs[2]) + state);
    }
  }

  Sizes s_;
  std::vector<Direction> directions_;
  ElementType length_type_;
};

}  // namespace

std::optional<KernelChoice> MakeSequence(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const bool lstm = layer.op == "LSTMSequence", gru = layer.op == "GRUSequence";
  const size_t lengths = lstm ? 3 : 2;
  const ElementType length_type = context.Input(lengths).type;
  if (context.Input(0).type != ElementType::kF32 ||
      (length_type != ElementType::kI32 && length_type != ElementType::kI64))
    return std::nullopt;
  for (size_t i = 1; i <= 3; ++i) {
    if (!context.Input(lengths + i).IsConstant()) return std::nullopt;
  }
  const Shape& x = context.InputShape();
  if (x.NumElements() == 0) return std::nullopt;
  Sizes s;
  s.cell = lstm  ? Cell::kLstm
           : gru ? (layer.Attr<bool>("linear_before_reset") ? Cell::kGruLinearBeforeReset : Cell::kGru)
                 : Cell::kRnn;
  s.gates = lstm ? 4 : gru ? 3 : 1;
  s.batch = x[0];
  s.steps = x[1];
  s.inputs = x[2];
  s.hidden = layer.Attr<int64_t>("hidden_size");
  const std::string& direction = layer.Attr<std::string>("direction");
  s.directions = direction == "bidirectional" ? 2 : 1;
  s.only_reverse = direction == "reverse";
  s.clip = static_cast<float>(layer.Attr<double>("clip"));
  s.clipped = s.clip > 0;
  s.lengths = lengths;
  std::vector<std::string> names = layer.Attr<std::vector<std::string>>("activations");
  if (names.empty())
    names = lstm  ? std::vector<std::string>{"sigmoid", "tanh", "tanh"}
            : gru ? std::vector<std::string>{"sigmoid", "tanh"}
                  : std::vector<std::string>{"tanh"};
  for (const std::string& name : names) {
    const auto function = Activation(name);
    if (!function) return std::nullopt;
    s.activations.push_back(*function);
  }

  std::vector<Direction> directions;
  const Tensor& w = context.Input(lengths + 1).constant;
  const Tensor& r = context.Input(lengths + 2).constant;
  const Tensor& b = context.Input(lengths + 3).constant;
  const int64_t bias_size = b.Shape()[1];
  for (int64_t d = 0; d < s.directions; ++d) {
    Direction part;
    part.w = Gates(w, d, 0, s.gates, s.hidden);
    const float* bias = b.Values<float>().data() + d * bias_size;
    part.bias.assign(bias, bias + s.gates * s.hidden);
    if (s.cell == Cell::kGruLinearBeforeReset) part.bias_r.assign(bias + 3 * s.hidden, bias + 4 * s.hidden);
    if (s.cell == Cell::kGru) {
      part.r.emplace_back(r, d, 0, 2, s.hidden);
      part.r.emplace_back(r, d, 2, 1, s.hidden);
    } else {
      part.r.emplace_back(r, d, 0, s.gates, s.hidden);
    }
    directions.push_back(std::move(part));
  }
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  for (size_t i = 0; i <= lengths; ++i) choice.inputs[i] = context.PlainInput(i);
  for (size_t i = 0; i < layer.outputs.size(); ++i) choice.outputs.push_back(context.PlainOutput(i));
  choice.kernel = std::make_unique<SequenceKernel>(std::move(s), std::move(directions), length_type);
  return choice;
}

}  // namespace moir::runtime
