// Correlation  =>  per displacement the product (or distance) of two cuts of the padded data, averaged over the
// channels; all displacements side by side, averaged over the kernel's window.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeCorrelation final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-correlation"; }
  std::string_view Root() const override { return "Correlation"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its data are f64");
    Builder build(rewriter, node.Name());
    const int64_t kernel = node.Attr<int64_t>("kernel_size"), displacement = node.Attr<int64_t>("max_displacement"),
                  stride1 = node.Attr<int64_t>("stride1"), stride2 = node.Attr<int64_t>("stride2"),
                  pad = node.Attr<int64_t>("pad_size"), radius = displacement / stride2;
    const Shape out = node.Shape();
    const int64_t height = (out[2] - 1) * stride1 + kernel, width = (out[3] - 1) * stride1 + kernel;
    const auto padded = [&](Value data) {
      data = build.ToFloat(data);
      if (pad == 0) return data;
      const Value pads = build.Indices({0, 0, pad, pad});
      return build.Op("Pad", {data, pads, pads, build.Number(0)}, {{"pad_mode", std::string("constant")}});
    };
    const auto cut = [&](Value data, int64_t y, int64_t x) {
      return build.Slice(build.Slice(data, 2, y, y + height), 3, x, x + width);
    };
    const Value first = cut(padded(node.Input(0)), displacement, displacement), second = padded(node.Input(1));
    std::vector<Value> planes;
    for (int64_t dy = -radius; dy <= radius; ++dy) {
      for (int64_t dx = -radius; dx <= radius; ++dx) {
        const Value moved = cut(second, displacement + dy * stride2, displacement + dx * stride2);
        const Value alike = node.Attr<bool>("is_multiply") ? build.Multiply(first, moved)
                                                           : build.Op("Abs", {build.Subtract(first, moved)});
        planes.push_back(build.Reduce("ReduceMean", alike, {1}, true));
      }
    }
    Value result = build.Concat(planes, 1);
    if (kernel > 1 || stride1 > 1) {
      result = build.Op("AvgPool", {result},
                        {{"kernel", std::vector<int64_t>{kernel, kernel}},
                         {"strides", std::vector<int64_t>{stride1, stride1}},
                         {"pads_begin", std::vector<int64_t>{0, 0}},
                         {"pads_end", std::vector<int64_t>{0, 0}},
                         {"exclude-pad", false}});
    }
    rewriter.Replace(node, build.Convert(result, type));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeCorrelation() { return std::make_unique<DecomposeCorrelation>(); }

}  // namespace moir::transforms
