// QuantizedConvolution with constant weights on CPUs that multiply 8-bit integers without saturating their sums (VNNI).
// Values keep the channels last, the layout of oneDNN's 8-bit kernels. The sums pass through f32 there, as they do in
// MXNet: beyond 2^24 they come rounded to f32, to which the operator that reads them converts them anyway.
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/window.h"

namespace moir::runtime {
namespace {

using onednn::Desc;

class QuantizedConvolutionKernel final : public Kernel {
 public:
  QuantizedConvolutionKernel(const onednn::ConvolutionDesc& desc, const Tensor& weights, Layout src, Layout dst)
      : primitive_(desc),
        src_(std::move(src)),
        dst_(std::move(dst)),
        scratchpad_(desc.scratchpad_desc()),
        name_(onednn::ImplementationName(desc)),
        weights_(weights, onednn::PlainDesc(ElementType::kI8, weights.Shape()), desc.weights_desc()) {}
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  size_t WeightBytes() const override { return weights_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    auto task = std::make_unique<onednn::PrimitiveTask>(primitive_);
    task->Add(DNNL_ARG_SRC, src_.Get().desc, binding.inputs[0]);
    task->Add(DNNL_ARG_WEIGHTS, weights_.GetDesc(), weights_.Data());
    task->Add(DNNL_ARG_DST, dst_.Get().desc, binding.outputs[0]);
    task->Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  dnnl::convolution_forward primitive_;
  Layout src_, dst_;
  Desc scratchpad_;
  std::string name_;
  onednn::PackedWeights weights_;
};

}  // namespace

std::optional<KernelChoice> MakeQuantizedConvolution(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape &data = context.InputShape(), &shape = context.InputShape(1);
  if (EffectiveIsa() < Isa::kAvx512CoreVnni || !context.Input(1).IsConstant() || !layer.post_ops.empty() ||
      layer.bias != 0 || data.NumElements() == 0 || context.OutputShape().NumElements() == 0)
    return std::nullopt;
  const int64_t groups = layer.Attr<int64_t>("group");
  Tensor weights = context.Input(1).constant;
  if (groups > 1) {
    std::vector<int64_t> dims = shape.Dims();
    dims[0] /= groups;
    dims.insert(dims.begin(), groups);
    weights = weights.Reshaped(Shape(dims));
  }
  const WindowAttributes window = ReadWindow(context, {shape.begin() + 2, shape.end()});
  onednn::WindowDims dims{window.strides, window.dilations, window.pads_begin, window.pads_end};
  for (int64_t& dilation : dims.dilations) --dilation;
  const Layout src = Layout::ChannelsLast(context.Input(0).type, data);
  const Layout dst = Layout::ChannelsLast(ElementType::kI32, context.OutputShape());
  const onednn::ConvolutionDesc desc = onednn::MakeConvolution(dnnl::algorithm::convolution_direct, src.Get().desc,
                                                               onednn::AnyDesc(ElementType::kI8, weights.Shape()),
                                                               Desc(), dst.Get().desc, dims, onednn::UserScratchpad());
  if (!desc) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {src, Layout()};
  choice.outputs = {dst};
  choice.kernel = std::make_unique<QuantizedConvolutionKernel>(desc, weights, src, dst);
  return choice;
}

}  // namespace moir::runtime
