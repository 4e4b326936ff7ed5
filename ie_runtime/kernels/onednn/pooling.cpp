// MaxPool, AvgPool, and ReduceMean over all spatial axes, in the layout the data has.
//
// With ceil rounding the last window may hang over the padding. oneDNN takes the overhang as more padding, which is
// exact for maxima and for averages over the data alone, and for averages that count padding when there is none.
#include <cmath>

#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/blocked/pooling.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/window.h"

namespace moir::runtime {
namespace {

using onednn::Desc;

std::optional<KernelChoice> Make(const KernelContext& context, dnnl::algorithm algorithm, const WindowAttributes& w) {
  const PoolingKind kind = algorithm == dnnl::algorithm::pooling_max ? PoolingKind::kMax
                           : algorithm == dnnl::algorithm::pooling_avg_exclude_padding
                               ? PoolingKind::kAverageOfData
                               : PoolingKind::kAverageWithPadding;
  if (auto choice = MakePoolingBf16(context, kind, w)) return choice;
  if (auto choice = MakeBlockedPooling(context, kind, w)) return choice;
  onednn::WindowDims window{w.strides, w.dilations, w.pads_begin, w.pads_end};
  for (int64_t& dilation : window.dilations) --dilation;
  Layout src = context.InputLayout();
  onednn::PoolingForward::primitive_desc best;
  for (const Layout& layout : {context.InputLayout(), context.PlainInput()}) {
    const Desc any = onednn::AnyDesc(layout.Type(), context.OutputShape());
    auto desc = onednn::MakePooling(algorithm, layout.Get().desc, any, w.kernel, window, onednn::UserScratchpad());
    if (!desc) continue;
    src = layout;
    best = desc;
    break;
  }
  if (!best) return std::nullopt;
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = src;
  choice.outputs = {onednn::ToLayout(src.Type(), context.OutputShape(), best.dst_desc())};
  choice.kernel = std::make_unique<onednn::UnaryPrimitiveKernel>([best] { return onednn::PoolingForward(best); }, best,
                                                                 src.Get().desc, best.dst_desc());
  return choice;
}

// The last window's part beyond data and padding.
bool Overhangs(const KernelContext& context, const WindowAttributes& w) {
  const graph::Node& node = *context.GetLayer().node;
  const auto& pads = node.Attr<std::vector<int64_t>>("pads_end");
  const std::string& automatic = node.Attr<std::string>("auto_pad");
  if (automatic == "same_upper" || automatic == "same_lower") return false;
  for (size_t i = 0; i < w.pads_end.size(); ++i) {
    if (w.pads_end[i] > (pads.empty() || automatic == "valid" ? 0 : pads[i])) return true;
  }
  return false;
}

}  // namespace

std::optional<KernelChoice> MakePoolingKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  if (!context.AllF32()) return std::nullopt;
  const WindowAttributes w = ReadWindow(context, layer.Attr<std::vector<int64_t>>("kernel"));
  bool padded = false;
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    // A window that covers no data at all has no meaning for oneDNN.
    const int64_t last_begin =
        (context.OutputShape()[static_cast<int64_t>(i) + 2] - 1) * w.strides[i] - w.pads_begin[i];
    if (w.pads_begin[i] >= w.kernel[i] || last_begin >= context.InputShape()[static_cast<int64_t>(i) + 2])
      return std::nullopt;
    padded = padded || w.pads_begin[i] > 0 || w.pads_end[i] > 0;
  }
  if (layer.op == "MaxPool") return Make(context, dnnl::algorithm::pooling_max, w);
  if (layer.Attr<bool>("exclude-pad") || !padded) return Make(context, dnnl::algorithm::pooling_avg_exclude_padding, w);
  if (!Overhangs(context, w)) return Make(context, dnnl::algorithm::pooling_avg_include_padding, w);
  const auto is_zero = [](const std::vector<int64_t>& pads) {
    return std::all_of(pads.begin(), pads.end(), [](int64_t pad) { return pad == 0; });
  };
  const bool no_pads =
      is_zero(layer.Attr<std::vector<int64_t>>("pads_begin")) && is_zero(layer.Attr<std::vector<int64_t>>("pads_end"));
  if (no_pads) return Make(context, dnnl::algorithm::pooling_avg_exclude_padding, w);
  return std::nullopt;
}

std::optional<KernelChoice> MakeMean(const KernelContext& context) {
  const Shape& shape = context.InputShape();
  const auto axes = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axes || !context.GetLayer().Attr<bool>("keep_dims") ||
      shape.Rank() < 3 || shape.Rank() > 5)
    return std::nullopt;
  std::vector<bool> reduced(static_cast<size_t>(shape.Rank()), false);
  for (const int64_t axis : *axes) reduced[static_cast<size_t>(shape.NormalizeAxis(axis))] = true;
  WindowAttributes w;
  for (int64_t axis = 0; axis < shape.Rank(); ++axis) {
    if (reduced[static_cast<size_t>(axis)] != (axis >= 2)) return std::nullopt;
    if (axis < 2) continue;
    w.kernel.push_back(shape[axis]);
    w.strides.push_back(1);
    w.dilations.push_back(1);
    w.pads_begin.push_back(0);
    w.pads_end.push_back(0);
  }
  return Make(context, dnnl::algorithm::pooling_avg_exclude_padding, w);
}

}  // namespace moir::runtime
