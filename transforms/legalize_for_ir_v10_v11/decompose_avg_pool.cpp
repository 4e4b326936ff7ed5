// AvgPool whose last windows reach beyond the padding (rounding_type ceil)  =>  the sums of all windows, by an AvgPool
// of data padded so that every window lies inside, times one over the number of positions that count. OpenVINO divides
// by other numbers there.
#include "graph/ops/pooling.h"

#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeAvgPool final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-avg-pool"; }
  std::string_view Root() const override { return "AvgPool"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Shape shape = node.Input(0).Shape(), result = node.Shape();
    const auto axes = static_cast<size_t>(shape.Rank() - 2);
    const Window window = PoolingWindow(node, shape);
    // Windows use the last `axes` of three.
    const size_t first = Window::kMaxRank - axes;
    std::vector<int64_t> pads_begin = {0, 0}, pads_end = {0, 0}, kernel, strides;
    bool beyond = false;
    int64_t positions = 1;
    for (size_t k = first; k < Window::kMaxRank; ++k) {
      const int64_t reach = (window.out[k] - 1) * window.strides[k] + window.kernel[k];
      const int64_t missing = reach - window.pads_begin[k] - window.in[k];
      beyond = beyond || missing > window.pads_end[k];
      pads_begin.push_back(window.pads_begin[k]);
      pads_end.push_back(std::max(missing, window.pads_end[k]));
      kernel.push_back(window.kernel[k]);
      strides.push_back(window.strides[k]);
      positions *= window.kernel[k];
    }
    if (!beyond) return {};
    if (!IsFloat(node.Type()) || node.Type() == ElementType::kF64) return Declined("its data are no f32 or f16");

    Builder build(rewriter, node.Name());
    const ElementType type = node.Type();
    const Value data = build.Op(
        "Pad", {build.ToFloat(node.Input(0)), build.Indices(pads_begin), build.Indices(pads_end), build.Number(0)},
        {{"pad_mode", std::string("constant")}});
    const std::vector<int64_t> none(axes, 0);
    const Value means = build.Op(
        "AvgPool", {data},
        {{"kernel", kernel}, {"strides", strides}, {"pads_begin", none}, {"pads_end", none}, {"exclude-pad", false}});
    // One plane is enough: the counts are those of all.
    Shape plane = shape;
    plane[0] = plane[1] = 1;
    const bool exclude_pad = node.Attr<bool>("exclude-pad");
    std::vector<float> factors;
    ForEachPool(plane, window, [&](int64_t, const PoolRange& range) {
      int64_t inside = 1;
      for (size_t k = 0; k < Window::kMaxRank; ++k) inside *= range.end[k] - range.begin[k];
      const int64_t count = exclude_pad ? inside : range.padded_count;
      factors.push_back(static_cast<float>(positions) / static_cast<float>(count));
    });
    Shape factor_shape = result;
    factor_shape[0] = factor_shape[1] = 1;
    const Value scaled = build.Multiply(means, build.Constant(Tensor::FromValues<float>(factor_shape, factors)));
    rewriter.Replace(node, build.Convert(scaled, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeAvgPool() { return std::make_unique<DecomposeAvgPool>(); }

}  // namespace moir::transforms
