// LRN across channels, or over a spatial window within each channel.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeLrnKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  const auto axes = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axes || shape.Rank() != 4) return std::nullopt;
  std::vector<int64_t> sorted;
  for (const int64_t axis : *axes) sorted.push_back(shape.NormalizeAxis(axis));
  std::sort(sorted.begin(), sorted.end());
  dnnl::algorithm algorithm = dnnl::algorithm::lrn_across_channels;
  if (sorted == std::vector<int64_t>{2, 3}) algorithm = dnnl::algorithm::lrn_within_channel;
  else if (sorted != std::vector<int64_t>{1}) return std::nullopt;
  const int64_t size = layer.Attr<int64_t>("size");
  // oneDNN centres windows of odd sizes only.
  if (size % 2 == 0) return std::nullopt;
  for (const Layout& layout : {context.InputLayout(), context.PlainInput()}) {
    const auto desc =
        onednn::MakeLrn(algorithm, layout.Get().desc, size, static_cast<float>(layer.Attr<double>("alpha")),
                        static_cast<float>(layer.Attr<double>("beta")), static_cast<float>(layer.Attr<double>("bias")),
                        onednn::UserScratchpad());
    if (!desc) continue;
    KernelChoice choice;
    choice.inputs = {layout, Layout()};
    choice.outputs = {layout};
    choice.kernel = std::make_unique<onednn::UnaryPrimitiveKernel>([desc = desc] { return dnnl::lrn_forward(desc); },
                                                                   desc, layout.Get().desc, layout.Get().desc);
    return choice;
  }
  return std::nullopt;
}

}  // namespace moir::runtime
