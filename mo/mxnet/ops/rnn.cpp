// RNN: stacked, possibly bidirectional recurrent layers over data [T, N, C] (fused as cuDNN has it).
// in 1: all parameters as one vector: for every layer and direction the input weights [G * H, in] and the recurrent
// weights [G * H, H], then for every layer and direction both biases [G * H]. in 2: initial h [L * D, N, H].  in 3
// (lstm): initial c.  out 0: [T, N, D * H].  with state_outputs out 1, 2: last h, c. Gates: lstm i, f, g, o (ours: f,
// i, g, o); gru r, z, n (ours: z, r, n), reset after the recurrent product.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

struct Mode {
  const char* name;
  const char* op;
  std::vector<size_t> gates;  // for each of our gates, MXNet's
  const char* activation;     // when it is not the default
};

const Mode& FindMode(const std::string& name) {
  static const Mode kModes[] = {{"rnn_relu", "RNNSequence", {0}, "relu"},
                                {"rnn_tanh", "RNNSequence", {0}, nullptr},
                                {"lstm", "LSTMSequence", {1, 0, 2, 3}, nullptr},
                                {"gru", "GRUSequence", {1, 0, 2}, nullptr}};
  return *std::find_if(std::begin(kModes), std::end(kModes), [&](const Mode& mode) { return mode.name == name; });
}

// Cuts the parameter vector into the layers' weights.
class ParameterVector {
 public:
  ParameterVector(const Tensor& values, const Mode& mode, int64_t hidden, int64_t directions, int64_t layers,
                  int64_t inputs)
      : values_(values.ToVector<float>()),
        mode_(mode),
        gates_(static_cast<int64_t>(mode.gates.size())),
        hidden_(hidden),
        directions_(directions),
        layers_(layers),
        inputs_(inputs) {}

  int64_t LayerInputs(int64_t layer) const { return layer == 0 ? inputs_ : directions_ * hidden_; }
  static int64_t Size(int64_t gates, int64_t hidden, int64_t directions, int64_t layers, int64_t inputs) {
    int64_t size = 0;
    for (int64_t layer = 0; layer < layers; ++layer)
      size += directions * gates * hidden * ((layer == 0 ? inputs : directions * hidden) + hidden + 2);
    return size;
  }

  // [D, G * H, in] or, `recurrent`, [D, G * H, H].
  Tensor Weights(int64_t layer, bool recurrent) const {
    const int64_t columns = recurrent ? hidden_ : LayerInputs(layer);
    Tensor result(ElementType::kF32, {directions_, gates_ * hidden_, columns});
    float* dst = result.MutableValues<float>().data();
    for (int64_t d = 0; d < directions_; ++d) {
      const int64_t first = WeightsBegin(layer, d) + (recurrent ? gates_ * hidden_ * LayerInputs(layer) : 0);
      for (const size_t gate : mode_.gates) {
        dst = std::copy_n(values_.begin() + first + static_cast<int64_t>(gate) * hidden_ * columns, hidden_ * columns,
                          dst);
      }
    }
    return result;
  }

  // [D, G * H], both biases added; with `split_last` [D, (G + 1) * H], where the last gate's stay apart.
  Tensor Biases(int64_t layer, bool split_last) const {
    Tensor result(ElementType::kF32, {directions_, (gates_ + (split_last ? 1 : 0)) * hidden_});
    float* dst = result.MutableValues<float>().data();
    for (int64_t d = 0; d < directions_; ++d) {
      const float* input = values_.data() + WeightsBegin(layers_, 0) + (layer * directions_ + d) * 2 * gates_ * hidden_;
      const float* recurrent = input + gates_ * hidden_;
      for (size_t i = 0; i < mode_.gates.size(); ++i) {
        const int64_t first = static_cast<int64_t>(mode_.gates[i]) * hidden_;
        const bool apart = split_last && i + 1 == mode_.gates.size();
        for (int64_t k = 0; k < hidden_; ++k) *dst++ = input[first + k] + (apart ? 0.f : recurrent[first + k]);
        if (apart) dst = std::copy_n(recurrent + first, hidden_, dst);
      }
    }
    return result;
  }

 private:
  int64_t WeightsBegin(int64_t layer, int64_t direction) const {
    int64_t begin = 0;
    for (int64_t l = 0; l < layer; ++l) begin += directions_ * gates_ * hidden_ * (LayerInputs(l) + hidden_);
    return layer == layers_ ? begin : begin + direction * gates_ * hidden_ * (LayerInputs(layer) + hidden_);
  }

  std::vector<float> values_;
  const Mode& mode_;
  int64_t gates_, hidden_, directions_, layers_, inputs_;
};

// The states of one layer, [D, N, H] of [L * D, N, H], as [N, D, H].
Value LayerState(NodeConverter& node, Value states, int64_t layer, int64_t directions, int64_t layers) {
  if (layers > 1) {
    states = node.Add(
        "Slice", {states, node.Indices({layer * directions}, "start"), node.Indices({(layer + 1) * directions}, "stop"),
                  node.Indices({1}, "step"), node.Indices({0}, "axes")});
  }
  return node.Transpose(states, {1, 0, 2}, "state");
}

}  // namespace

void ConvertRnn(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::string mode_name = attrs.OneOf("mode", {"gru", "lstm", "rnn_relu", "rnn_tanh"});
  const Mode& mode = FindMode(mode_name);
  const int64_t hidden = attrs.Int("state_size"), layers = attrs.Int("num_layers");
  const int64_t directions = attrs.Bool("bidirectional", false) ? 2 : 1;
  const bool state_outputs = attrs.Bool("state_outputs", false);
  attrs.Ignore({"p", "lstm_state_clip_nan"});  // dropout between layers trains only
  if (hidden < 1) attrs.Refuse("state_size", "a positive number");
  if (layers < 1) attrs.Refuse("num_layers", "a positive number");
  if (attrs.OptionalInt("projection_size")) node.Unsupported("attribute projection_size: LSTM with projection");
  if (attrs.OptionalDouble("lstm_state_clip_min") || attrs.OptionalDouble("lstm_state_clip_max"))
    node.Unsupported("attribute lstm_state_clip_min: clipped states");
  if (attrs.Bool("use_sequence_length", false))
    node.Unsupported("attribute use_sequence_length: sequences of different lengths");
  const bool lstm = mode_name == "lstm", gru = mode_name == "gru";
  node.RequireInputs(lstm ? 4 : 3);

  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 3, "data of shape ", data.Shape(), ": expected [steps,batch,inputs]");
  const int64_t steps = data.Shape()[0], batch = data.Shape()[1], inputs = data.Shape()[2];
  const auto gates = static_cast<int64_t>(mode.gates.size());
  const Value packed = node.Weight(1, {ParameterVector::Size(gates, hidden, directions, layers, inputs)}, data.Type());
  if (!packed.Constant()) node.Unsupported("parameters that are computed; they must be in the params file");
  const ParameterVector parameters(*packed.Constant(), mode, hidden, directions, layers, inputs);
  const Shape state_shape{layers * directions, batch, hidden};
  std::vector<Value> states = {node.State(2, state_shape)};
  if (lstm) states.push_back(node.State(3, state_shape));

  const Value lengths = node.Constant(
      Tensor::FromValues<int64_t>(Shape{batch}, std::vector<int64_t>(static_cast<size_t>(batch), steps)), "lengths");
  Value x = node.Transpose(data, {1, 0, 2}, "batch_first");
  std::vector<std::vector<Value>> last(states.size());
  for (int64_t layer = 0; layer < layers; ++layer) {
    std::vector<Value> arguments = {x};
    for (const Value& state : states) arguments.push_back(LayerState(node, state, layer, directions, layers));
    arguments.insert(arguments.end(),
                     {lengths, node.Constant(parameters.Weights(layer, false).ConvertTo(data.Type()), "w"),
                      node.Constant(parameters.Weights(layer, true).ConvertTo(data.Type()), "r"),
                      node.Constant(parameters.Biases(layer, gru).ConvertTo(data.Type()), "b")});
    graph::Attributes attributes = {{"hidden_size", hidden},
                                    {"direction", directions == 2 ? "bidirectional" : "forward"}};
    if (gru) attributes.emplace("linear_before_reset", true);
    if (mode.activation) attributes.emplace("activations", std::vector<std::string>{mode.activation});
    Node* sequence = node.AddNode(mode.op, arguments, attributes, StrCat("layer", layer));
    // [N, D, T, H] to [N, T, D * H].
    x = node.Reshape(node.Transpose(sequence->Output(), {0, 2, 1, 3}, "steps"), {0, 0, directions * hidden}, "joined");
    for (size_t i = 0; i < states.size(); ++i)
      last[i].push_back(node.Transpose(sequence->Output(1 + i), {1, 0, 2}, "last"));
  }
  node.Output(node.Transpose(x, {1, 0, 2}));
  for (size_t i = 0; state_outputs && i < states.size(); ++i) {
    node.Output(1 + i, layers == 1 ? last[i][0] : node.Add("Concat", last[i], {{"axis", int64_t{0}}}, "states"));
  }
}

}  // namespace moir::mo
