// RNN: stacked, possibly bidirectional recurrent layers over data [T, N, C] (fused as cuDNN has it).
// in 1: all parameters as one vector: for every layer and direction the input weights [G * H, in] and the recurrent
// weights [G * H, H], then for every layer and direction both biases [G * H]. in 2: initial h [L * D, N, H].  in 3
// (lstm): initial c.  out 0: [T, N, D * H].  with state_outputs out 1, 2: last h, c. Gates: lstm i, f, g, o (ours: f,
// i, g, o); gru r, z, n (ours: z, r, n), reset after the recurrent product.
// projection_size P (lstm): h is a projection [P] of the output; H is P in the shapes of h and of what reads it, and
// the projection [P, H] follows each recurrent weight.
// use_sequence_length: the last input tells the length of every sequence. Outputs behind it are zero, the last states
// are those at the end of the sequence, where the reverse direction begins (MXNet computes this on GPUs only).
#include <limits>

#include "graph/evaluate.h"
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
  // `projection`: 0 for none.
  ParameterVector(const Tensor& values, const Mode& mode, int64_t hidden, int64_t projection, int64_t directions,
                  int64_t layers, int64_t inputs)
      : values_(values.ToVector<float>()),
        mode_(mode),
        gates_(static_cast<int64_t>(mode.gates.size())),
        hidden_(hidden),
        output_(projection > 0 ? projection : hidden),
        projection_(projection),
        directions_(directions),
        layers_(layers),
        inputs_(inputs) {}

  int64_t LayerInputs(int64_t layer) const { return layer == 0 ? inputs_ : directions_ * output_; }
  static int64_t Size(int64_t gates, int64_t hidden, int64_t projection, int64_t directions, int64_t layers,
                      int64_t inputs) {
    const int64_t output = projection > 0 ? projection : hidden;
    int64_t size = 0;
    for (int64_t layer = 0; layer < layers; ++layer) {
      const int64_t columns = (layer == 0 ? inputs : directions * output) + output + 2;
      size += directions * (gates * hidden * columns + projection * hidden);
    }
    return size;
  }

  // [D, G * H, in] or, `recurrent`, [D, G * H, P or H].
  Tensor Weights(int64_t layer, bool recurrent) const {
    const int64_t columns = recurrent ? output_ : LayerInputs(layer);
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

  // [D, P, H].
  Tensor Projections(int64_t layer) const {
    Tensor result(ElementType::kF32, {directions_, projection_, hidden_});
    float* dst = result.MutableValues<float>().data();
    for (int64_t d = 0; d < directions_; ++d) {
      const int64_t first = WeightsBegin(layer, d) + gates_ * hidden_ * (LayerInputs(layer) + output_);
      dst = std::copy_n(values_.begin() + first, projection_ * hidden_, dst);
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
  int64_t WeightsSize(int64_t layer) const {
    return gates_ * hidden_ * (LayerInputs(layer) + output_) + projection_ * hidden_;
  }
  int64_t WeightsBegin(int64_t layer, int64_t direction) const {
    int64_t begin = 0;
    for (int64_t l = 0; l < layer; ++l) begin += directions_ * WeightsSize(l);
    return layer == layers_ ? begin : begin + direction * WeightsSize(layer);
  }

  std::vector<float> values_;
  const Mode& mode_;
  int64_t gates_, hidden_, output_, projection_, directions_, layers_, inputs_;
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
  const bool lstm = mode_name == "lstm", gru = mode_name == "gru";
  const std::optional<int64_t> projection = attrs.OptionalInt("projection_size");
  if (projection && !lstm) attrs.Refuse("projection_size", "none with a mode other than lstm");
  if (projection && (*projection < 1 || *projection > hidden))
    attrs.Refuse("projection_size", StrCat("a number from 1 to state_size ", hidden));
  const int64_t output = projection.value_or(hidden);
  if (attrs.OptionalDouble("lstm_state_clip_min") || attrs.OptionalDouble("lstm_state_clip_max"))
    node.Unsupported("attribute lstm_state_clip_min: clipped states, which MXNet has on GPUs only");
  const bool has_lengths = attrs.Bool("use_sequence_length", false);
  const size_t base_inputs = lstm ? 4 : 3;
  node.RequireInputs(base_inputs + (has_lengths ? 1 : 0));

  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() == 3, "data of shape ", data.Shape(), ": expected [steps,batch,inputs]");
  const int64_t steps = data.Shape()[0], batch = data.Shape()[1], inputs = data.Shape()[2];
  const auto gates = static_cast<int64_t>(mode.gates.size());
  const Value packed = node.Weight(
      1, {ParameterVector::Size(gates, hidden, projection.value_or(0), directions, layers, inputs)}, data.Type());
  if (!packed.Constant()) node.Unsupported("parameters that are computed; they must be in the params file");
  const ParameterVector parameters(*packed.Constant(), mode, hidden, projection.value_or(0), directions, layers,
                                   inputs);
  std::vector<Value> states = {node.State(2, {layers * directions, batch, output})};
  if (lstm) states.push_back(node.State(3, {layers * directions, batch, hidden}));

  Value lengths;
  if (has_lengths) {
    lengths = node.Convert(node.State(base_inputs, {batch}), ElementType::kI32, "lengths");
  } else {
    lengths = node.Constant(
        Tensor::FromValues<int64_t>(Shape{batch}, std::vector<int64_t>(static_cast<size_t>(batch), steps)), "lengths");
  }
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
    if (projection) arguments.push_back(node.Constant(parameters.Projections(layer).ConvertTo(data.Type()), "p"));
    if (gru) attributes.emplace("linear_before_reset", true);
    if (mode.activation) attributes.emplace("activations", std::vector<std::string>{mode.activation});
    Node* sequence =
        node.AddNode(projection ? "LSTMProjectionSequence" : mode.op, arguments, attributes, StrCat("layer", layer));
    // [N, D, T, H] to [N, T, D * H].
    x = node.Reshape(node.Transpose(sequence->Output(), {0, 2, 1, 3}, "steps"), {0, 0, directions * output}, "joined");
    for (size_t i = 0; i < states.size(); ++i)
      last[i].push_back(node.Transpose(sequence->Output(1 + i), {1, 0, 2}, "last"));
  }
  node.Output(node.Transpose(x, {1, 0, 2}));
  for (size_t i = 0; state_outputs && i < states.size(); ++i) {
    node.Output(1 + i, layers == 1 ? last[i][0] : node.Add("Concat", last[i], {{"axis", int64_t{0}}}, "states"));
  }
}

// _rnn_param_concat: the parameters of RNN joined from one array per weight and bias, each flattened before.
void ConvertRnnParamConcat(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (stated != static_cast<int64_t>(node.InputCount()) || stated < 1)
    node.Attrs().Refuse("num_args", StrCat("the ", node.InputCount(), " inputs of the node"));
  const Value first = node.Input(0);
  const int64_t axis = node.Axis(node.Attrs().Int("dim", 1), first.Shape().Rank(), "dim");
  std::vector<Value> parts;
  std::vector<float> joined;
  bool known = first.Type() == ElementType::kF32 && first.Shape().Rank() == 1;
  for (size_t i = 0; i < node.InputCount(); ++i) {
    parts.push_back(node.Input(i));
    const std::optional<Tensor> value =
        known ? EvaluateStatic(parts.back(), std::numeric_limits<int64_t>::max()) : std::nullopt;
    known = value && value->Type() == ElementType::kF32;
    if (known) {
      const auto values = value->Values<float>();
      joined.insert(joined.end(), values.begin(), values.end());
    }
  }
  if (!known) return node.Output(node.Add("Concat", parts, {{"axis", axis}}));
  node.Output(node.Constant(Tensor::FromValues<float>(Shape{static_cast<int64_t>(joined.size())}, joined)));
}

}  // namespace moir::mo
