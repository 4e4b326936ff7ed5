// Convolution(x, W) [+ b]              =>  layer Convolution with weights and biases
// GroupConvolution(x, W) [+ b]         =>  the same with group
// ConvolutionBackpropData(x, W) [+ b]  =>  layer Deconvolution; likewise in groups
// One spatial axis is made two: [N,C,L] -> [N,C,1,L]. Where output_padding exceeds the end padding, the kernel gets
// zeros at its end: they yield the additional elements.
#include <algorithm>

#include "graph/ops/window.h"
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

using Sizes = std::vector<int64_t>;

struct Window {
  Sizes kernel, strides, pads_begin, pads_end, dilations;
};

Window ExplicitWindow(const Node& node, const Sizes& kernel) {
  Window window{kernel, SpatialAttribute(node, "strides", 1), SpatialAttribute(node, "pads_begin", 0),
                SpatialAttribute(node, "pads_end", 0), SpatialAttribute(node, "dilations", 1)};
  const auto& auto_pad = node.Attr<std::string>("auto_pad");
  if (auto_pad == "same_upper" || auto_pad == "same_lower") {
    const graph::Window resolved = MakeWindow(node, node.Input(0).Shape(), kernel);
    std::copy(resolved.pads_begin.end() - static_cast<std::ptrdiff_t>(kernel.size()), resolved.pads_begin.end(),
              window.pads_begin.begin());
    std::copy(resolved.pads_end.end() - static_cast<std::ptrdiff_t>(kernel.size()), resolved.pads_end.end(),
              window.pads_end.begin());
  } else if (auto_pad == "valid") {
    window.pads_begin.assign(kernel.size(), 0);
    window.pads_end.assign(kernel.size(), 0);
  }
  return window;
}

// The last axes of `weights` are the kernel; each gets `more[i]` zeros at its end.
Tensor ExtendKernel(const Tensor& weights, const Sizes& more) {
  const Shape& from = weights.Shape();
  Shape to = from;
  const int64_t first = from.Rank() - static_cast<int64_t>(more.size());
  for (size_t i = 0; i < more.size(); ++i) to[first + static_cast<int64_t>(i)] += more[i];
  Tensor extended(ElementType::kF32, to);
  const auto src = weights.Values<float>();
  const auto dst = extended.MutableValues<float>();
  const Sizes strides = to.Strides();
  Sizes index(static_cast<size_t>(from.Rank()), 0);
  for (const float value : src) {
    int64_t offset = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) offset += index[axis] * strides[axis];
    dst[static_cast<size_t>(offset)] = value;
    for (size_t axis = index.size(); axis-- > 0;) {
      if (++index[axis] < from[static_cast<int64_t>(axis)]) break;
      index[axis] = 0;
    }
  }
  return extended;
}

class LowerConvolution final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-convolution"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool grouped = node.Is("GroupConvolution") || node.Is("GroupConvolutionBackpropData");
    const bool backwards = node.Is("ConvolutionBackpropData") || node.Is("GroupConvolutionBackpropData");
    if (!grouped && !backwards && !node.Is("Convolution")) return {};
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const Tensor* filters = node.Input(1).Constant();
    if (!filters) return Declined("its weights are no constant");
    if (node.InputCount() > 2) return Declined("it has more than data and weights");

    const Shape weights = filters->Shape();
    const Shape data = node.Input(0).Shape();
    const int64_t group = grouped ? weights[0] : 1;
    const int64_t first = grouped ? 1 : 0;
    const int64_t output = group * (backwards ? weights[first + 1] : weights[first]);
    Window window = ExplicitWindow(node, Sizes(weights.begin() + first + 2, weights.end()));
    Tensor values = *filters;
    if (backwards) {
      const Sizes padding = SpatialAttribute(node, "output_padding", 0);
      Sizes more(padding.size(), 0);
      for (size_t i = 0; i < padding.size(); ++i) {
        const int64_t taken = std::min(padding[i], window.pads_end[i]);
        window.pads_end[i] -= taken;
        more[i] = padding[i] - taken;
        if (more[i] > 0 && window.dilations[i] != 1)
          return Declined("its output padding exceeds the end padding and it is dilated");
      }
      if (!AllAre(more, 0)) {
        values = ExtendKernel(values, more);
        for (size_t i = 0; i < more.size(); ++i) window.kernel[i] += more[i];
      }
    }

    std::optional<Tensor> bias;
    Node* add = FollowingBias(node.Output(), 1, bias);
    Node& last = add ? *add : node;
    const std::string name = last.Name();
    const Shape out = last.Shape();
    Value x = node.Input(0);
    if (data.Rank() == 3) {
      x = ReshapeTo(rewriter, name + "/data", x, Shape{data[0], data[1], 1, data[2]});
      window.kernel.insert(window.kernel.begin(), 1);
      window.strides.insert(window.strides.begin(), 1);
      window.pads_begin.insert(window.pads_begin.begin(), 0);
      window.pads_end.insert(window.pads_end.begin(), 0);
      window.dilations.insert(window.dilations.begin(), 1);
    }
    std::vector<Value> inputs = {x, rewriter.Constant(name + "/weights", values)};
    if (bias) inputs.push_back(rewriter.Constant(name + "/biases", *bias));
    Value y = rewriter.Add(backwards ? "ie.Deconvolution" : "ie.Convolution", data.Rank() == 3 ? name + "/2d" : name,
                           std::move(inputs),
                           {{"kernel", window.kernel},
                            {"strides", window.strides},
                            {"pads_begin", window.pads_begin},
                            {"pads_end", window.pads_end},
                            {"dilations", window.dilations},
                            {"group", group},
                            {"output", output}});
    rewriter.Replace(last, ReshapeTo(rewriter, name, y, out));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerConvolution() { return std::make_unique<LowerConvolution>(); }

}  // namespace moir::transforms
