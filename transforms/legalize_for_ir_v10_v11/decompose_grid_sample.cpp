// GridSample, which came with opset9  =>  places by element-wise operators and Gather of the elements around them, for
// IR v10. Data that are zero outside get a frame of zeros.
#include <cmath>
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/bilinear_samples.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeGridSample final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-grid-sample"; }
  std::string_view Root() const override { return "GridSample"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Type() != ElementType::kF32 || node.Input(1).Type() != ElementType::kF32)
      return Declined("its data or grid are no f32");
    if (node.Attr<std::string>("mode") != "bilinear")
      return Declined("it does not interpolate between four neighbours");
    const Shape shape = node.Shape(), data = node.Input(0).Shape();
    if (shape.NumElements() == 0) return Declined("it has no points");
    Builder build(rewriter, node.Name());
    const int64_t frame = node.Attr<std::string>("padding_mode") == "border" ? 0 : 1;
    Value src = node.Input(0);
    if (frame > 0) {
      src = build.Op("Pad", {src, build.Indices({0, 0, 1, 1}), build.Indices({0, 0, 1, 1}), build.Number(0)},
                     {{"pad_mode", std::string("constant")}});
    }
    const int64_t height = src.Shape()[2], width = src.Shape()[3], points = shape[2] * shape[3];
    const Value grid = build.Reshape(node.Input(1), Shape{shape[0], points, 2});
    const bool align = node.Attr<bool>("align_corners");
    const Value one = build.Number(1), two = build.Number(2);
    const auto place = [&](int64_t column, int64_t size) {
      const Value at = build.Add(build.Reshape(build.Slice(grid, 2, column, column + 1), Shape{shape[0], points}), one);
      const Value scaled = build.Multiply(at, build.Number(static_cast<double>(align ? size - 1 : size)));
      return build.Divide(align ? scaled : build.Subtract(scaled, one), two);
    };
    const Value y = place(1, data[2]), x = place(0, data[3]);
    const auto within = [&](Value at, int64_t size) {
      const Value moved = frame > 0 ? build.Add(at, one) : at;
      return build.Op("Clamp", {moved}, {{"min", 0.0}, {"max", static_cast<double>(size - 1)}});
    };
    std::vector<int64_t> planes;
    for (int64_t i = 0; i < shape[0]; ++i) planes.push_back(i * height * width);
    const Value first = build.Reshape(build.Indices(planes), Shape{shape[0], 1});
    const Value rows = build.Reshape(build.Transpose(src, {0, 2, 3, 1}), Shape{shape[0] * height * width, shape[1]});
    const Value taken =
        BilinearSamples(build, rows, first, within(y, height), within(x, width), height, width);  // [N, points, C]
    const auto finite = [&](Value at) {
      return build.Op("Less", {build.Op("Abs", {at}), build.Number(std::numeric_limits<double>::infinity())});
    };
    const Value real = build.Reshape(build.And(finite(y), finite(x)), Shape{shape[0], points, 1});
    const Value values = build.Select(real, taken, build.Number(std::numeric_limits<double>::quiet_NaN()));
    rewriter.Replace(node, build.Reshape(build.Transpose(values, {0, 2, 1}), shape));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeGridSample() { return std::make_unique<DecomposeGridSample>(); }

}  // namespace moir::transforms
