// QuantizedConvolution with constant weights. Values keep the channels last, the layout of oneDNN's 8-bit kernels.
//
// CPUs with VNNI multiply 8-bit integers without saturating their sums: oneDNN's 8-bit kernel runs. The sums pass
// through f32 there, as they do in MXNet: beyond 2^24 they come rounded to f32, to which the operator that reads them
// converts them anyway. Other CPUs, and windows for which oneDNN has no fast 8-bit kernel, convolve in f32, directly
// and not with Winograd's transforms: integers, as long as no sum can reach 2^24.
#include <cstdlib>

#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/threads.h"

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

// The same in f32, between two conversions.
class FloatConvolutionKernel final : public Kernel {
 public:
  FloatConvolutionKernel(const onednn::ConvolutionDesc& desc, const Tensor& weights, const Layout& src,
                         const Layout& dst)
      : primitive_(desc),
        type_(src.Type()),
        src_(Layout::ChannelsLast(ElementType::kF32, src.Shape())),
        dst_(Layout::ChannelsLast(ElementType::kF32, dst.Shape())),
        scratchpad_(desc.scratchpad_desc()),
        name_(onednn::ImplementationName(desc)),
        weights_(weights, onednn::PlainDesc(ElementType::kF32, weights.Shape()), desc.weights_desc()) {}
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return SrcBytes() + DstBytes() + scratchpad_.get_size(); }
  size_t WeightBytes() const override { return weights_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    auto task = std::make_unique<FloatTask>(*this, binding);
    task->primitive.Add(DNNL_ARG_SRC, src_.Get().desc, binding.scratchpad);
    task->primitive.Add(DNNL_ARG_WEIGHTS, weights_.GetDesc(), weights_.Data());
    task->primitive.Add(DNNL_ARG_DST, dst_.Get().desc, binding.scratchpad + SrcBytes());
    task->primitive.Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad + SrcBytes() + DstBytes());
    return task;
  }

 private:
  struct FloatTask final : Task {
    FloatTask(const FloatConvolutionKernel& owner, const Binding& binding)
        : kernel(owner), memory(binding), primitive(owner.primitive_) {}
    void Run() override {
      float* src = reinterpret_cast<float*>(memory.scratchpad);
      if (kernel.type_ == ElementType::kI8) Widen(reinterpret_cast<const int8_t*>(memory.inputs[0]), src);
      else Widen(reinterpret_cast<const uint8_t*>(memory.inputs[0]), src);
      primitive.Run();
      const float* sums = reinterpret_cast<const float*>(memory.scratchpad + kernel.SrcBytes());
      int32_t* dst = reinterpret_cast<int32_t*>(memory.outputs[0]);
      ParallelFor(kernel.dst_.Shape().NumElements(), 4096, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) dst[i] = static_cast<int32_t>(sums[i]);
      });
    }
    template <typename T>
    void Widen(const T* from, float* to) const {
      ParallelFor(kernel.src_.Shape().NumElements(), 4096, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) to[i] = static_cast<float>(from[i]);
      });
    }
    const FloatConvolutionKernel& kernel;
    Binding memory;
    onednn::PrimitiveTask primitive;
  };
  static size_t Aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }
  size_t SrcBytes() const { return Aligned(src_.Bytes()); }
  size_t DstBytes() const { return Aligned(dst_.Bytes()); }

  dnnl::convolution_forward primitive_;
  ElementType type_;
  Layout src_, dst_;
  Desc scratchpad_;
  std::string name_;
  onednn::PackedWeights weights_;
};

// The largest magnitude a sum can reach.
int64_t LargestSum(const Tensor& weights, int64_t channels, ElementType data) {
  const auto values = weights.Values<int8_t>();
  const size_t row = values.size() / static_cast<size_t>(channels);
  int64_t largest = 0;
  for (size_t first = 0; first < values.size(); first += row) {
    int64_t sum = 0;
    for (size_t i = first; i < first + row; ++i) sum += std::abs(int{values[i]});
    largest = std::max(largest, sum);
  }
  return largest * (data == ElementType::kU8 ? 255 : 128);
}

bool IsFast(const onednn::ConvolutionDesc& desc) {
  if (!desc) return false;
  const std::string name = onednn::ImplementationName(desc);
  return name.rfind("ref", 0) != 0 && name.rfind("simple", 0) != 0;
}

}  // namespace

std::optional<KernelChoice> MakeQuantizedConvolution(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape &data = context.InputShape(), &shape = context.InputShape(1);
  if (!context.Input(1).IsConstant() || !layer.post_ops.empty() || layer.bias != 0 || shape.NumElements() == 0 ||
      data.NumElements() == 0 || context.OutputShape().NumElements() == 0)
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
  const auto make = [&](ElementType weight_type, const Layout& from, const Layout& to) {
    return onednn::MakeConvolution(dnnl::algorithm::convolution_direct, from.Get().desc,
                                   onednn::AnyDesc(weight_type, weights.Shape()), Desc(), to.Get().desc, dims,
                                   onednn::UserScratchpad());
  };
  KernelChoice choice;
  choice.inputs = {src, Layout()};
  choice.outputs = {dst};
  onednn::ConvolutionDesc desc;
  if (EffectiveIsa() >= Isa::kAvx512CoreVnni) desc = make(ElementType::kI8, src, dst);
  if (!IsFast(desc) && LargestSum(weights, shape[0], src.Type()) < (int64_t{1} << 24)) {
    const onednn::ConvolutionDesc in_floats = make(ElementType::kF32, Layout::ChannelsLast(ElementType::kF32, data),
                                                   Layout::ChannelsLast(ElementType::kF32, context.OutputShape()));
    if (in_floats && (IsFast(in_floats) || !desc)) {
      choice.kernel =
          std::make_unique<FloatConvolutionKernel>(in_floats, weights.ConvertTo(ElementType::kF32), src, dst);
      return choice;
    }
  }
  if (!desc) return std::nullopt;
  choice.kernel = std::make_unique<QuantizedConvolutionKernel>(desc, weights, src, dst);
  return choice;
}

}  // namespace moir::runtime
