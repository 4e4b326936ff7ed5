// MatMul(x, W) [+ b], W constant [O,K] or [K,O]  =>  layer FullyConnected
//   A Reshape before it that flattens [N,...] to [N,K] goes: the layer does that itself (except for 3-D data, which the
//   2018 engine refuses). Data of more axes is reshaped to two and back.
// other MatMul                                   =>  layer Gemm, both inputs brought to the same number of axes
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

Tensor Transposed(const Tensor& matrix) {
  const int64_t rows = matrix.Shape()[0], columns = matrix.Shape()[1];
  Tensor result(ElementType::kF32, Shape{columns, rows});
  const float* src = matrix.Values<float>().data();
  float* dst = result.MutableValues<float>().data();
  constexpr int64_t kBlock = 32;
  for (int64_t r = 0; r < rows; r += kBlock) {
    for (int64_t c = 0; c < columns; ++c) {
      for (int64_t i = r; i < std::min(rows, r + kBlock); ++i) dst[c * rows + i] = src[i * columns + c];
    }
  }
  return result;
}

Shape WithLeadingOnes(const Shape& shape, int64_t rank) {
  std::vector<int64_t> dims(static_cast<size_t>(rank - shape.Rank()), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return Shape(std::move(dims));
}

class LowerMatMul final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-mat-mul"; }
  std::string_view Root() const override { return "MatMul"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const Shape& a = node.Input(0).Shape();
    const Shape& b = node.Input(1).Shape();
    if (a.Rank() < 2 || b.Rank() < 2) return Declined("an operand has one axis");
    const Tensor* weights = node.Input(1).Constant();
    if (weights && b.Rank() == 2 && !node.Attr<bool>("transpose_a") && !node.Input(0).Constant())
      return FullyConnected(node, *weights, rewriter);
    return Gemm(node, rewriter);
  }

 private:
  static Outcome FullyConnected(Node& node, const Tensor& weights, Rewriter& rewriter) {
    const Shape data = node.Input(0).Shape();
    const int64_t rank = data.Rank();
    const bool transposed = node.Attr<bool>("transpose_b");
    const int64_t inputs = data[rank - 1], size = weights.Shape()[transposed ? 0 : 1];
    const int64_t rows = data.NumElements(0, rank - 1);
    std::optional<Tensor> bias;
    Node* add = FollowingBias(node.Output(), rank - 1, bias);
    Node& last = add ? *add : node;
    const std::string name = last.Name();
    const Shape out = last.Shape();
    Value x = node.Input(0);
    if (rank > 2) x = ReshapeTo(rewriter, name + "/rows", x, Shape{rows, inputs});
    if (Node* flatten = x.Producer("Reshape"); rank == 2 && flatten && x.HasOneReader()) {
      const Value source = flatten->Input(0);
      const Shape& shape = source.Shape();
      if (shape.Rank() > 3 && shape[0] == rows && IsF32(source) && !source.Constant()) x = source;
    }
    std::vector<Value> layer_inputs = {
        x, rewriter.Constant(name + "/weights", transposed ? weights : Transposed(weights))};
    if (bias) layer_inputs.push_back(rewriter.Constant(name + "/biases", *bias));
    const Value y = rewriter.Add("ie.FullyConnected", rank > 2 ? name + "/2d" : name, std::move(layer_inputs),
                                 {{"out-size", size}});
    rewriter.Replace(last, ReshapeTo(rewriter, name, y, out));
    return Changed();
  }

  static Outcome Gemm(Node& node, Rewriter& rewriter) {
    const Shape out = node.Shape();
    const int64_t rank = out.Rank();
    if (rank > 4) return Declined("the result has more than four axes");
    const std::string name = node.Name();
    const Value a = ReshapeTo(rewriter, name + "/a", node.Input(0), WithLeadingOnes(node.Input(0).Shape(), rank));
    const Value b = ReshapeTo(rewriter, name + "/b", node.Input(1), WithLeadingOnes(node.Input(1).Shape(), rank));
    rewriter.Replace(node, rewriter.Add("ie.Gemm", name, {a, b},
                                        {{"alpha", 1.0},
                                         {"beta", 0.0},
                                         {"transpose_a", node.Attr<bool>("transpose_a")},
                                         {"transpose_b", node.Attr<bool>("transpose_b")}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerMatMul() { return std::make_unique<LowerMatMul>(); }

}  // namespace moir::transforms
