// Recurrent cells and sequences, attention and Einsum.
//
// A cell is a sequence of one step. Sequences of IR v10 and v11 are ours, but for OpenVINO's names of activations.
#include <algorithm>
#include <cmath>
#include <map>

#include "graph/error.h"
#include "graph/ir/ir_v10_v11_operators.h"

namespace moir::graph {
namespace {

using Values = std::vector<Value>;

std::vector<std::string> Strings(const std::string& text) {
  std::vector<std::string> parts;
  if (Trim(text).empty()) return parts;
  for (std::string& part : Split(text, ',')) {
    for (char& c : part) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    parts.push_back(part);
  }
  return parts;
}

// hidden_size, activations, clip and, of sequences, direction.
Attributes SequenceAttributes(NetLayerBuilder& layer, size_t activations, bool has_direction) {
  Attributes attributes = {{"hidden_size", layer.Int("hidden_size")}, {"clip", layer.Double("clip", 0)}};
  if (has_direction) attributes["direction"] = layer.OneOf("direction", {"forward", "reverse", "bidirectional"});
  std::vector<std::string> names = Strings(layer.Text("activations", ""));
  // Sequences in both directions may name the functions of either.
  if (names.size() == 2 * activations &&
      std::equal(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(activations),
                 names.begin() + static_cast<std::ptrdiff_t>(activations)))
    names.resize(activations);
  if (!names.empty()) attributes["activations"] = names;
  for (const char* parameters : {"activations_alpha", "activations_beta"}) {
    // They belong to functions that we refuse; some files list them for all.
    layer.Ignore(parameters);
  }
  return attributes;
}

Value WithAxis(NetLayerBuilder& layer, Value value, std::string_view suffix, int64_t axis) {
  std::vector<int64_t> dims = value.Shape().Dims();
  layer.Require(axis <= value.Shape().Rank(), "rank of an input", value.Shape().Rank(), StrCat(axis, " or more"));
  dims.insert(dims.begin() + axis, 1);
  if (const Tensor* constant = value.Constant()) return layer.Constant(suffix, constant->Reshaped(Shape(dims)));
  return layer.Reshape(value, suffix, Shape(dims));
}

// Inputs: X [B,I], states [B,H], W, R, and B (zero when absent). Outputs: the states [B,H].
Values Cell(NetLayerBuilder& layer, const char* sequence, size_t states, size_t first_weights, size_t bias_at,
            int64_t bias_gates, Attributes attributes) {
  const Value x = layer.Input(0);
  layer.Require(x.Shape().Rank() == 2, "shape of X", x.Shape(), "[batch,input]");
  const int64_t batch = x.Shape()[0], hidden = std::get<int64_t>(attributes.at("hidden_size"));
  // A file must not make us allocate without end.
  layer.Require(batch <= (1 << 24), "batch of X", batch, "a smaller one");
  Values inputs = {WithAxis(layer, x, "x", 1)};
  for (size_t i = 0; i < states; ++i) inputs.push_back(WithAxis(layer, layer.Input(1 + i), StrCat("state", i), 1));
  inputs.push_back(layer.Constant(
      "lengths", Tensor::FromValues<int64_t>(Shape{batch}, std::vector<int64_t>(static_cast<size_t>(batch), 1))));
  inputs.push_back(WithAxis(layer, layer.Input(first_weights), "weights", 0));
  inputs.push_back(WithAxis(layer, layer.Input(first_weights + 1), "recurrence", 0));
  layer.Require(hidden > 0 && hidden < (1 << 24), "hidden_size", hidden, "a positive number");
  inputs.push_back(layer.InputCount() > bias_at
                       ? WithAxis(layer, layer.Input(bias_at), "bias", 0)
                       : layer.Constant("bias", Tensor(x.Type(), Shape{1, bias_gates * hidden})));
  const Values made = layer.AddNode(sequence, "sequence", inputs, std::move(attributes));
  Values outputs;
  for (size_t i = 0; i < states; ++i)
    outputs.push_back(layer.Reshape(made[1 + i], i == 0 ? "" : "cell", Shape{batch, hidden}));
  return outputs;
}

// Inputs 7: the peepholes, which only zeros leave without effect.
void RefusePeepholes(NetLayerBuilder& layer, size_t index) {
  if (layer.InputCount() <= index) return;
  const Tensor peepholes = layer.StaticInput(index, "P");
  for (const double value : peepholes.ToVector<double>()) {
    if (value != 0) layer.Unsupported("peepholes (input ", index, ") cannot be computed unless they are zero");
  }
}

void RequireGateOrder(NetLayerBuilder& layer) {
  const std::string order = layer.Text("weights_format", "fico");
  if (order != "fico") layer.Unsupported("weights_format \"", order, "\" cannot be read, only \"fico\"");
  if (layer.Bool("input_forget", false)) layer.Unsupported("input_forget cannot be computed");
}

Values Sequence(NetLayerBuilder& layer, const char* op, size_t inputs, size_t activations) {
  layer.RequireInputs(inputs, inputs);
  Attributes attributes = SequenceAttributes(layer, activations, true);
  if (layer.Has("linear_before_reset")) attributes["linear_before_reset"] = layer.Bool("linear_before_reset");
  return layer.AddNode(op, "", layer.Inputs(), std::move(attributes));
}

}  // namespace

Values NetLstmCell0(NetLayerBuilder& layer) {
  layer.RequireInputs(5, 7);
  RequireGateOrder(layer);
  RefusePeepholes(layer, 6);
  return Cell(layer, "LSTMSequence", 2, 3, 5, 4, SequenceAttributes(layer, 3, false));
}

Values NetLstmCell4(NetLayerBuilder& layer) {
  layer.RequireInputs(5, 6);
  RequireGateOrder(layer);
  return Cell(layer, "LSTMSequence", 2, 3, 5, 4, SequenceAttributes(layer, 3, false));
}

Values NetGruCell(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 5);
  Attributes attributes = SequenceAttributes(layer, 2, false);
  const bool linear = layer.Bool("linear_before_reset", false);
  attributes["linear_before_reset"] = linear;
  return Cell(layer, "GRUSequence", 1, 2, 4, linear ? 4 : 3, std::move(attributes));
}

Values NetRnnCell(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 5);
  return Cell(layer, "RNNSequence", 1, 2, 4, 1, SequenceAttributes(layer, 1, false));
}

Values NetLstmSequence0(NetLayerBuilder& layer) {
  layer.RequireInputs(7, 8);
  RequireGateOrder(layer);
  RefusePeepholes(layer, 7);
  Values inputs = layer.Inputs();
  inputs.resize(7);
  return layer.AddNode("LSTMSequence", "", inputs, SequenceAttributes(layer, 3, true));
}

Values NetLstmSequence5(NetLayerBuilder& layer) {
  RequireGateOrder(layer);
  return Sequence(layer, "LSTMSequence", 7, 3);
}
Values NetGruSequence(NetLayerBuilder& layer) { return Sequence(layer, "GRUSequence", 6, 2); }
Values NetRnnSequence(NetLayerBuilder& layer) { return Sequence(layer, "RNNSequence", 6, 1); }

// softmax(query * key' * scale + mask) * value; a boolean mask lets true through, causal hides what comes later.
Values NetScaledDotProductAttention(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 6);
  if (layer.InputCount() > 5) layer.Unsupported("attention sinks (input 5) cannot be computed");
  const Value query = layer.Input(0), key = layer.Input(1), value = layer.Input(2);
  const Shape& q = query.Shape();
  layer.Require(q.Rank() >= 2 && key.Shape().Rank() >= 2, "shape of query", q, "at least two axes");
  const bool causal = layer.Bool("causal", false);
  const int64_t depth = q[q.Rank() - 1], rows = q[q.Rank() - 2], columns = key.Shape()[key.Shape().Rank() - 2];
  const Value scale = layer.InputCount() > 4
                          ? layer.Convert(layer.Input(4), "scale_value", query.Type())
                          : layer.Scalar("scale_value", 1 / std::sqrt(static_cast<double>(depth)), query.Type());
  const Value one = layer.Reshape(scale, "scale", Shape{});
  const Value scaled = layer.Add("Multiply", "query", {query, one});
  Value scores = layer.Add("MatMul", "scores", {scaled, key}, {{"transpose_a", false}, {"transpose_b", true}});
  constexpr double kHidden = -std::numeric_limits<double>::infinity();
  // An attention mask counts only without causal.
  if (causal) {
    constexpr int64_t kMost = 1 << 26;
    layer.Require(rows <= kMost && columns <= kMost && rows * columns <= kMost, "scores", StrCat(rows, " x ", columns),
                  "fewer of them");
    Tensor mask(ElementType::kF32, Shape{rows, columns});
    const std::span<float> values = mask.MutableValues<float>();
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = i + 1; j < columns; ++j)
        values[static_cast<size_t>(i * columns + j)] = static_cast<float>(kHidden);
    }
    scores = layer.Add("Add", "causal", {scores, layer.Constant("causal_mask", mask.ConvertTo(query.Type()))});
  } else if (layer.InputCount() > 3) {
    Value mask = layer.Input(3);
    if (mask.Type() == ElementType::kBool) {
      mask = layer.Add("Select", "mask",
                       {mask, layer.Scalar("shown", 0, query.Type()), layer.Scalar("hidden", kHidden, query.Type())});
    }
    scores = layer.Add("Add", "masked", {scores, mask});
  }
  const int64_t last = scores.Shape().Rank() - 1;
  const Value weights = layer.Add("Softmax", "weights", {scores}, {{"axis", last}});
  return layer.AddNode("MatMul", "", {weights, value}, {{"transpose_a", false}, {"transpose_b", false}});
}

namespace {

// One operand of an Einsum: a value and the letter of each axis.
struct Operand {
  Value value;
  std::string letters;
};

// The operand with axes summed that no one else needs, and those of one letter taken along their diagonal refused.
Operand SumAxes(NetLayerBuilder& layer, Operand operand, const std::string& needed, const std::string& suffix) {
  std::vector<int64_t> axes;
  std::string kept;
  for (size_t i = 0; i < operand.letters.size(); ++i) {
    const char letter = operand.letters[i];
    if (operand.letters.find(letter) != i)
      layer.Unsupported("an equation with a letter twice in one operand (\"", operand.letters,
                        "\") cannot be computed");
    if (needed.find(letter) == std::string::npos) axes.push_back(static_cast<int64_t>(i));
    else kept += letter;
  }
  if (axes.empty()) return operand;
  return {layer.Add("ReduceSum", StrCat(suffix, "_sum"), {operand.value, layer.Indices(StrCat(suffix, "_axes"), axes)},
                    {{"keep_dims", false}}),
          kept};
}

Value Ordered(NetLayerBuilder& layer, const Operand& operand, const std::string& letters, const std::string& suffix) {
  if (operand.letters == letters) return operand.value;
  std::vector<int64_t> order;
  for (const char letter : letters) order.push_back(static_cast<int64_t>(operand.letters.find(letter)));
  return layer.Transpose(operand.value, suffix, order);
}

// Two operands as one stack of matrix products: letters that both have and the result wants make up the stack, those
// that only the operands have are summed.
Operand Multiply(NetLayerBuilder& layer, Operand a, Operand b, const std::string& wanted, const std::string& suffix) {
  std::string stack, summed, left, right;
  std::map<char, int64_t> sizes;
  for (const auto* operand : {&a, &b}) {
    for (size_t i = 0; i < operand->letters.size(); ++i) {
      const int64_t size = operand->value.Shape()[static_cast<int64_t>(i)];
      const auto known = sizes.emplace(operand->letters[i], size).first;
      if (known->second != size && known->second != 1 && size != 1)
        layer.Require(false, StrCat("sizes of '", std::string(1, operand->letters[i]), "'"), size,
                      StrCat(known->second));
      if (known->second != size) layer.Unsupported("an equation that broadcasts an axis of size 1 cannot be computed");
    }
  }
  for (const char letter : a.letters) {
    const bool shared = b.letters.find(letter) != std::string::npos;
    if (!shared) left += letter;
    else (wanted.find(letter) != std::string::npos ? stack : summed) += letter;
  }
  for (const char letter : b.letters) {
    if (a.letters.find(letter) == std::string::npos) right += letter;
  }
  const auto product = [&](const std::string& letters) {
    std::vector<int64_t> dims;
    for (const char letter : letters) dims.push_back(sizes.at(letter));
    return Shape(dims).NumElements();
  };
  const Value x = layer.Reshape(Ordered(layer, a, stack + left + summed, suffix + "_a"), suffix + "_rows",
                                Shape{product(stack), product(left), product(summed)});
  const Value y = layer.Reshape(Ordered(layer, b, stack + summed + right, suffix + "_b"), suffix + "_columns",
                                Shape{product(stack), product(summed), product(right)});
  const Value z = layer.Add("MatMul", suffix + "_product", {x, y}, {{"transpose_a", false}, {"transpose_b", false}});
  std::vector<int64_t> dims;
  for (const char letter : stack + left + right) dims.push_back(sizes.at(letter));
  return {layer.Reshape(z, suffix + "_result", Shape(dims)), stack + left + right};
}

}  // namespace

Values NetEinsum(NetLayerBuilder& layer) {
  std::string equation;
  for (const char c : layer.Text("equation")) {
    if (c != ' ') equation += c;
  }
  const size_t arrow = equation.find("->");
  std::vector<std::string> subscripts = Split(equation.substr(0, arrow), ',');
  layer.Require(subscripts.size() == layer.InputCount() && layer.InputCount() > 0, "equation", equation,
                StrCat("one operand per input, of which there are ", layer.InputCount()));
  if (equation.find('.') != std::string::npos) layer.Unsupported("an equation with \"...\" cannot be computed");
  std::string result;
  if (arrow != std::string::npos) {
    result = equation.substr(arrow + 2);
  } else {
    // Letters that occur once, in the order of the alphabet.
    std::map<char, int> counts;
    for (const std::string& letters : subscripts) {
      for (const char letter : letters) ++counts[letter];
    }
    for (const auto& [letter, count] : counts) {
      if (count == 1) result += letter;
    }
  }
  std::vector<Operand> operands;
  std::string all;
  for (size_t i = 0; i < subscripts.size(); ++i) {
    const Value value = layer.Input(i);
    layer.Require(static_cast<int64_t>(subscripts[i].size()) == value.Shape().Rank(), "equation", equation,
                  StrCat("one letter per axis of ", value.Shape()));
    for (const char letter : subscripts[i])
      layer.Require((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'), "equation", equation,
                    "letters");
    operands.push_back({value, subscripts[i]});
    all += subscripts[i];
  }
  for (size_t i = 0; i < result.size(); ++i)
    layer.Require(all.find(result[i]) != std::string::npos && result.find(result[i]) == i, "equation", equation,
                  "a result of letters of the operands, each once");
  Operand done = operands[0];
  for (size_t i = 0; i < operands.size(); ++i) {
    std::string wanted = result;
    for (size_t k = i + 1; k < operands.size(); ++k) wanted += operands[k].letters;
    if (i == 0) {
      done = SumAxes(layer, done, wanted, "0");
      continue;
    }
    const Operand next = SumAxes(layer, operands[i], wanted + done.letters, StrCat(i));
    done = Multiply(layer, SumAxes(layer, done, wanted + next.letters, StrCat("done", i)), next, wanted, StrCat(i));
  }
  done = SumAxes(layer, done, result, "last");
  return {Ordered(layer, done, result, "")};
}

}  // namespace moir::graph
