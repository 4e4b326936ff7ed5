// AdaptiveAvgPool, which came with opset8  =>  AvgPool where all windows are alike, otherwise a product with a matrix
// of averages per axis.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// [size, count]: column i holds one over the length of the window of position i.
Tensor Averages(int64_t size, int64_t count) {
  std::vector<float> values(static_cast<size_t>(size * count), 0.0f);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = i * size / count, end = ((i + 1) * size + count - 1) / count;
    for (int64_t k = begin; k < end; ++k)
      values[static_cast<size_t>(k * count + i)] = 1.0f / static_cast<float>(end - begin);
  }
  return Tensor::FromValues<float>(Shape{size, count}, values);
}

class DecomposeAdaptiveAvgPool final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-adaptive-avg-pool"; }
  std::string_view Root() const override { return "AdaptiveAvgPool"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Shape data = node.Input(0).Shape(), result = node.Shape();
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its data are f64");
    Builder build(rewriter, node.Name());
    std::vector<int64_t> kernel;
    bool alike = true;
    for (int64_t axis = 2; axis < data.Rank(); ++axis) {
      alike = alike && data[axis] % result[axis] == 0;
      kernel.push_back(data[axis] / result[axis]);
    }
    if (alike) {
      const std::vector<int64_t> none(kernel.size(), 0);
      rewriter.Replace(node, build.Op("AvgPool", {node.Input(0)},
                                      {{"kernel", kernel},
                                       {"strides", kernel},
                                       {"pads_begin", none},
                                       {"pads_end", none},
                                       {"exclude-pad", true}}));
      return Changed();
    }
    Value value = build.ToFloat(node.Input(0));
    // The axis that is averaged goes to the end and back.
    for (int64_t axis = 2; axis < data.Rank(); ++axis) {
      if (data[axis] == result[axis]) continue;
      std::vector<int64_t> order(static_cast<size_t>(data.Rank()));
      for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
      std::swap(order[static_cast<size_t>(axis)], order.back());
      const bool last = axis + 1 == data.Rank();
      if (!last) value = build.Transpose(value, order);
      value = build.Op("MatMul", {value, build.Constant(Averages(data[axis], result[axis]))});
      if (!last) value = build.Transpose(value, order);
    }
    rewriter.Replace(node, build.Convert(value, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeAdaptiveAvgPool() { return std::make_unique<DecomposeAdaptiveAvgPool>(); }

}  // namespace moir::transforms
