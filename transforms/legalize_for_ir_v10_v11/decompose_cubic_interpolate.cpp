// Interpolate, mode cubic  =>  per axis a MatMul with the constant weights of the axis: OpenVINO reads outside of the
// data for some sizes.
#include <algorithm>

#include "graph/evaluate.h"
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeCubicInterpolate final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-cubic-interpolate"; }
  std::string_view Root() const override { return "Interpolate"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Attr<std::string>("mode") != "cubic") return {};
    if (node.Input(0).Type() == ElementType::kF64) return Declined("its data are f64");
    const Shape data = node.Input(0).Shape(), result = node.Shape();
    for (const char* pads : {"pads_begin", "pads_end"}) {
      for (const int64_t pad : node.Attr<std::vector<int64_t>>(pads)) {
        if (pad != 0) return Declined("it pads the data");
      }
    }
    const ElementType type = node.Type();
    Builder build(rewriter, node.Name());
    Value value = build.ToFloat(node.Input(0));
    for (int64_t axis = 0; axis < data.Rank(); ++axis) {
      if (data[axis] == result[axis]) continue;
      const std::optional<Tensor> weights = Weights(node, axis);
      if (!weights) return Declined("its weights could not be evaluated");
      value = build.Transpose(
          build.Op("MatMul", {build.Transpose(value, LastAxis(data.Rank(), axis)), build.Constant(*weights)}),
          LastAxis(data.Rank(), axis));
    }
    rewriter.Replace(node, build.Convert(value, type));
    return Changed();
  }

 private:
  // Swaps an axis with the last.
  static std::vector<int64_t> LastAxis(int64_t rank, int64_t axis) {
    std::vector<int64_t> order(static_cast<size_t>(rank));
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
    std::swap(order[static_cast<size_t>(axis)], order.back());
    return order;
  }

  // [in, out]: the operator itself on the unit vectors of the axis.
  static std::optional<Tensor> Weights(const Node& node, int64_t axis) {
    const int64_t in = node.Input(0).Shape()[axis], out = node.Shape()[axis];
    std::vector<float> unit(static_cast<size_t>(in * in), 0.0f);
    for (int64_t i = 0; i < in; ++i) unit[static_cast<size_t>(i * in + i)] = 1;
    Graph graph("weights");
    const Value eye = graph.AddConstant("eye", Tensor::FromValues<float>(Shape{in, in}, unit))->Output();
    Attributes attributes = node.Attributes();
    attributes.erase("pads_begin");
    attributes.erase("pads_end");
    attributes["shape_calculation_mode"] = std::string("sizes");
    const Value sizes = graph.AddConstant("sizes", Tensor::Indices({out}))->Output();
    const Value scales = graph.AddConstant("scales", Tensor::FromValues<float>(Shape{1}, {1.0f}))->Output();
    const Value axes = graph.AddConstant("axes", Tensor::Indices({1}))->Output();
    const Value resized = graph.Add("Interpolate", "resized", {eye, sizes, scales, axes}, attributes)->Output();
    return EvaluateStatic(resized, std::max(in, out) * in);
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeCubicInterpolate() { return std::make_unique<DecomposeCubicInterpolate>(); }

}  // namespace moir::transforms
