// RROIAlign  =>  places of its samples by element-wise operators, Gather of the elements around them, ReduceMean. Only
// with a number of samples that does not depend on the regions' sizes.
#include <cmath>
#include <numbers>

#include "transforms/legalize_for_ir_v10_v11/bilinear_samples.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeRRoiAlign final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-r-roi-align"; }
  std::string_view Root() const override { return "RROIAlign"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const int64_t samples = node.Attr<int64_t>("sampling_ratio");
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    if (samples <= 0) return Declined("the number of its samples follows from the sizes of the regions");
    const Shape shape = node.Shape(), data = node.Input(0).Shape();
    if (shape.NumElements() == 0 || data.NumElements() == 0) return Declined("it has no regions or data");
    Builder build(rewriter, node.Name());
    const int64_t regions = shape[0], channels = shape[1], height = data[2], width = data[3];
    const Shape per_region{regions, 1, 1, 1, 1};
    const auto roi = [&](int64_t i) { return build.Reshape(build.Slice(node.Input(1), 1, i, i + 1), per_region); };
    const auto scale = build.Number(static_cast<float>(node.Attr<double>("spatial_scale")));
    const Value one = build.Number(1), zero = build.Number(0), two = build.Number(2);
    const Value angle = build.Multiply(roi(5), build.Number(std::numbers::pi / 180));
    const Value sine = build.Op("Sin", {angle}), cosine = build.Op("Cos", {angle});
    // Along one axis of the upright region around the origin; its samples stand at `axis` of [R, ph, sh, pw, sw].
    const auto places = [&](int64_t side, int64_t cells, int64_t axis) {
      const Value size = build.Maximum(build.Multiply(roi(side), scale), one);
      const Value cell = build.Divide(size, build.Number(static_cast<double>(cells)));
      std::vector<int64_t> by_cell(5, 1), by_sample(5, 1);
      by_cell[static_cast<size_t>(axis)] = cells;
      by_sample[static_cast<size_t>(axis + 1)] = samples;
      const Value start = build.Divide(build.Op("Negative", {size}), two);
      const Value corner = build.Add(start, build.Multiply(build.Positions(cells, Shape(by_cell)), cell));
      const Value steps = build.Add(build.Positions(samples, Shape(by_sample)), build.Number(0.5));
      return build.Add(corner, build.Divide(build.Multiply(steps, cell), build.Number(static_cast<double>(samples))));
    };
    const Value v = places(4, shape[2], 1), u = places(3, shape[3], 3);
    const Value y =
        build.Add(build.Subtract(build.Multiply(v, cosine), build.Multiply(u, sine)), build.Multiply(roi(2), scale));
    const Value x =
        build.Add(build.Add(build.Multiply(u, cosine), build.Multiply(v, sine)), build.Multiply(roi(1), scale));
    // Points up to one element outside lie on the border, the others count as zero.
    const auto within = [&](Value place, int64_t size) {
      return build.And(build.Op("GreaterEqual", {place, build.Number(-1)}),
                       build.Op("LessEqual", {place, build.Number(static_cast<double>(size))}));
    };
    const auto clamped = [&](Value place, int64_t size) {
      return build.Op("Clamp", {place}, {{"min", 0.0}, {"max", static_cast<double>(size - 1)}});
    };
    const Value picture = roi(0), last = build.Number(static_cast<double>(data[0] - 1));
    const Value exists =
        build.And(build.Op("Greater", {picture, build.Number(-1)}), build.Op("Less", {picture, build.Add(last, one)}));
    const Value first =
        build.Op("Multiply",
                 {build.Convert(build.Op("Clamp", {picture}, {{"min", 0.0}, {"max", static_cast<double>(data[0] - 1)}}),
                                ElementType::kI64),
                  build.Constant(Tensor::Scalar(height * width))});
    const Value rows =
        build.Reshape(build.Transpose(node.Input(0), {0, 2, 3, 1}), Shape{data[0] * height * width, channels});
    const Value taken = BilinearSamples(build, rows, first, clamped(y, height), clamped(x, width), height, width);
    const Value counts = build.And(build.And(within(y, height), within(x, width)), exists);
    std::vector<int64_t> dims = counts.Shape().Dims();
    dims.push_back(1);
    const Value values = build.Select(build.Reshape(counts, Shape(dims)), taken, zero);  // [R, ph, sh, pw, sw, C]
    const Value means = build.Reduce("ReduceMean", values, {2, 4}, false);
    rewriter.Replace(node, build.Transpose(means, {0, 3, 1, 2}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeRRoiAlign() { return std::make_unique<DecomposeRRoiAlign>(); }

}  // namespace moir::transforms
