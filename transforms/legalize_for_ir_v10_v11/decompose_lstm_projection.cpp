// LSTMProjectionSequence  =>  its steps one after the other, in MatMul and element-wise operators: no operation set has
// a cell that projects its output.
#include <algorithm>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// About twenty nodes each.
constexpr int64_t kMostSteps = 1000;

class Unrolling {
 public:
  Unrolling(const Node& node, Builder& build) : node_(node), build_(build), shape_(node.Input(0).Shape()) {}

  // Y [B,1,T,M] and the last states [B,1,M], [B,1,H] of one direction.
  std::vector<Value> Run(int64_t direction, bool reverse, bool partial) {
    const int64_t batch = shape_[0], steps = shape_[1], hidden = node_.Attr<int64_t>("hidden_size"),
                  size = node_.Input(7).Shape()[1];
    const auto part = [&](size_t input, int64_t axis) {
      const Value slice = build_.Slice(node_.Input(input), axis, direction, direction + 1);
      std::vector<int64_t> without;
      for (int64_t i = 0; i < slice.Shape().Rank(); ++i) {
        if (i != axis) without.push_back(slice.Shape()[i]);
      }
      return build_.Reshape(slice, Shape(without));
    };
    const Value weights = part(5, 0), projection = part(7, 0);
    const Value inputs = build_.Add(Product(node_.Input(0), part(4, 0)), part(6, 0));  // [B,T,4H]
    Value h = part(1, 1), c = part(2, 1);
    std::vector<Value> outputs(static_cast<size_t>(steps));
    for (int64_t step = 0; step < steps; ++step) {
      const int64_t t = reverse ? steps - 1 - step : step;
      const Value wx = build_.Reshape(build_.Slice(inputs, 1, t, t + 1), Shape{batch, 4 * hidden});
      const Value gates = build_.Add(wx, Product(h, weights));
      const auto gate = [&](const char* function, int64_t i) {
        return build_.Op(function, {build_.Slice(gates, 1, i * hidden, (i + 1) * hidden)});
      };
      const Value kept = build_.Multiply(gate("Sigmoid", 0), c);
      const Value next_c = build_.Add(kept, build_.Multiply(gate("Sigmoid", 1), gate("Tanh", 2)));
      const Value next_h = Product(build_.Multiply(gate("Sigmoid", 3), build_.Op("Tanh", {next_c})), projection);
      Value output = next_h;
      if (partial) {
        const Value lengths = build_.Reshape(build_.ToFloat(node_.Input(3)), Shape{batch, 1});
        const Value runs = build_.Op("Greater", {lengths, build_.Number(static_cast<double>(t))});
        h = build_.Select(runs, next_h, h);
        c = build_.Select(runs, next_c, c);
        output = build_.Select(runs, next_h, build_.Convert(build_.Number(0), next_h.Type()));
      } else {
        h = next_h;
        c = next_c;
      }
      outputs[static_cast<size_t>(t)] = build_.Reshape(output, Shape{batch, 1, 1, size});
    }
    return {build_.Concat(outputs, 2), build_.Reshape(h, Shape{batch, 1, size}),
            build_.Reshape(c, Shape{batch, 1, hidden})};
  }

 private:
  // rows [.., K] times matrix [J, K], transposed.
  Value Product(Value rows, Value matrix) { return build_.Op("MatMul", {rows, matrix}, {{"transpose_b", true}}); }

  const Node& node_;
  Builder& build_;
  const Shape shape_;
};

class DecomposeLstmProjection final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-lstm-projection"; }
  std::string_view Root() const override { return "LSTMProjectionSequence"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Type() == ElementType::kF64) return Declined("its data are f64");
    const int64_t steps = node.Input(0).Shape()[1];
    if (node.Shape().NumElements() == 0) return Declined("it has no steps");
    if (steps > kMostSteps) return Declined("it has more than ", kMostSteps, " steps");
    const Tensor* lengths = node.Input(3).Constant();
    bool partial = !lengths;
    if (lengths) {
      const std::vector<int64_t> values = lengths->ToVector<int64_t>();
      partial = std::any_of(values.begin(), values.end(), [&](int64_t length) { return length < steps; });
    }
    // Backwards, all sequences go from the last step to the first: those that end before wait there with their first
    // states, so that a step that does not run changes nothing in either direction.
    const auto& direction = node.Attr<std::string>("direction");
    Builder build(rewriter, node.Name());
    Unrolling unrolling(node, build);
    std::vector<std::vector<Value>> results;
    if (direction != "reverse") results.push_back(unrolling.Run(0, false, partial));
    if (direction != "forward") results.push_back(unrolling.Run(direction == "reverse" ? 0 : 1, true, partial));
    for (size_t i = 0; i < 3; ++i) {
      std::vector<Value> parts;
      for (const auto& result : results) parts.push_back(result[i]);
      rewriter.ReplaceValue(node.Output(i), build.Concat(parts, 1));
    }
    rewriter.RemoveUnread(&node);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeLstmProjection() { return std::make_unique<DecomposeLstmProjection>(); }

}  // namespace moir::transforms
