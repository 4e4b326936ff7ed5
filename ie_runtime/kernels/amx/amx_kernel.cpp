#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/amx/amx_convolution.h"
#include "ie_runtime/kernels/amx/amx_deconvolution.h"
#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/packed_kernel.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// Convolution: an AmxConvolution or AmxDeconvolution.
template <typename Convolution>
class AmxKernel final : public Kernel {
 public:
  AmxKernel(Convolution convolution, ElementType result, size_t sum, std::optional<Chain> chain,
            std::vector<size_t> chain_inputs)
      : convolution_(std::move(convolution)),
        result_(result),
        sum_(sum),
        chain_(std::move(chain)),
        chain_inputs_(std::move(chain_inputs)) {}
  std::string ExecType() const override { return chain_ ? "amx_bf16+vector" : "amx_bf16"; }
  size_t ScratchpadBytes() const override { return convolution_.ScratchpadBytes(); }
  size_t WeightBytes() const override { return convolution_.WeightBytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct AmxTask final : Task {
      AmxTask(const AmxKernel& owner, const Binding& bound) : kernel(owner), memory(bound) {
        for (const size_t input : owner.chain_inputs_) operands.push_back(bound.inputs[input]);
      }
      void Run() override {
        std::byte* dst = memory.outputs[0];
        kernel.convolution_.Run(memory.inputs[0], kernel.sum_ ? memory.inputs[kernel.sum_] : nullptr, dst,
                                memory.scratchpad);
        if (kernel.chain_) kernel.chain_->Run(kernel.result_, dst, dst, operands);
      }
      const AmxKernel& kernel;
      Binding memory;
      std::vector<const std::byte*> operands;
    };
    return std::make_unique<AmxTask>(*this, binding);
  }

 private:
  Convolution convolution_;
  ElementType result_;
  size_t sum_;
  std::optional<Chain> chain_;
  std::vector<size_t> chain_inputs_;
};

}  // namespace

std::optional<KernelChoice> MakeAmxKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape &data = context.InputShape(), &out = context.OutputShape();
  if (EffectiveIsa() < Isa::kAvx512CoreAmx || layer.op != "Convolution" || data.Rank() != 4 || !Uses(Technique::kAmx))
    return std::nullopt;
  const AmxShape shape = ReadPackedShape(context);
  if (!AmxConvolution::Pays(shape)) return std::nullopt;
  const ElementType result = context.OutputStorage();
  const Layout dst = Layout::ChannelsLast(result, out);
  const FusedPostOps fused = FusePostOps(context);
  std::optional<Chain> chain;
  if (fused.count < layer.post_ops.size()) {
    chain.emplace(*dst.Channels());
    chain->AddPostOps(context, fused.count);
  }
  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());
  choice.inputs[0] =
      AmxConvolution::TakesPlanes(shape) ? context.PlainInput() : Layout::ChannelsLast(ElementType::kBF16, data);
  choice.outputs = {dst};
  const std::vector<size_t> sums = SumInputs(layer);
  for (const size_t input : sums) choice.inputs[input] = dst;
  if (fused.sum) choice.aliases.push_back({Alias::Kind::kInPlace, fused.sum});
  choice.kernel = std::make_unique<AmxKernel<AmxConvolution>>(
      AmxConvolution(shape, ParallelThreads(), result, context.Input(1).constant, fused.bias, fused.finish,
                     fused.slopes),
      result, fused.sum, std::move(chain), sums);
  return choice;
}

std::optional<KernelChoice> MakeAmxDeconvolution(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape &data = context.InputShape(), &filter = context.InputShape(1), &out = context.OutputShape();
  if (EffectiveIsa() < Isa::kAvx512CoreAmx || !context.Bf16() || layer.op != "ConvolutionBackpropData" ||
      data.Rank() != 4 || !Uses(Technique::kAmx))
    return std::nullopt;
  const auto pair = [&](const char* name, int64_t missing) {
    std::vector<int64_t> values = layer.Attr<std::vector<int64_t>>(name);
    values.resize(2, missing);
    return values;
  };
  const std::vector<int64_t> strides = pair("strides", 1), dilations = pair("dilations", 1);
  const std::vector<int64_t> pads =
      layer.Attr<std::string>("auto_pad") == "valid" ? std::vector<int64_t>{0, 0} : pair("pads_begin", 0);
  const PackedShape shape{data[0],   data[1],    out[1],     data[2],      data[3],      out[2],  out[3], filter[2],
                          filter[3], strides[0], strides[1], dilations[0], dilations[1], pads[0], pads[1]};
  if (!AmxDeconvolution::Pays(shape)) return std::nullopt;
  const ElementType result = context.OutputStorage();
  const Layout dst = Layout::ChannelsLast(result, out);
  const FusedPostOps fused = FusePostOps(context);
  Check(fused.sum == 0, "a sum in a deconvolution");
  std::optional<Chain> chain;
  if (fused.count < layer.post_ops.size()) {
    chain.emplace(*dst.Channels());
    chain->AddPostOps(context, fused.count);
  }
  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());
  choice.inputs[0] = Layout::ChannelsLast(ElementType::kBF16, data);
  choice.outputs = {dst};
  choice.kernel = std::make_unique<AmxKernel<AmxDeconvolution>>(
      AmxDeconvolution(shape, ParallelThreads(), result, context.Input(1).constant, fused.bias, fused.finish,
                       fused.slopes),
      result, 0, std::move(chain), std::vector<size_t>());
  return choice;
}

std::unique_ptr<Kernel> MakeAmxMatMul(const KernelContext& context, const MatMulShape& shape, ElementType result) {
  // A convolution of one pixel has its weights as a transposed matrix.
  if (EffectiveIsa() < Isa::kAvx512CoreAmx || !Uses(Technique::kAmx) || !shape.transposed) return nullptr;
  const AmxShape as_convolution{1, shape.inner, shape.columns, shape.rows, 1, shape.rows, 1, 1, 1, 1, 1, 1, 1, 0, 0};
  if (AmxConvolution::TakesPlanes(as_convolution) || !AmxConvolution::Pays(as_convolution)) return nullptr;
  const Layer& layer = context.GetLayer();
  const FusedPostOps fused = FusePostOps(context);
  Check(fused.sum == 0, "a sum in a MatMul");
  std::optional<Chain> chain;
  if (fused.count < layer.post_ops.size()) {
    chain.emplace(ChannelView{1, 1, shape.rows, shape.columns, shape.columns});
    chain->AddPostOps(context, fused.count);
  }
  return std::make_unique<AmxKernel<AmxConvolution>>(
      AmxConvolution(as_convolution, ParallelThreads(), result, context.Input(1).constant, fused.bias, fused.finish,
                     fused.slopes),
      result, 0, std::move(chain), std::vector<size_t>());
}

}  // namespace moir::runtime
