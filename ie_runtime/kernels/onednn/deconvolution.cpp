// ConvolutionBackpropData and GroupConvolutionBackpropData with bias and post-ops.
// Filters are [C, O, K..] (or [G, C/G, O/G, K..]); oneDNN wants the output channels first, so the strides of the two
// axes are swapped in the description of the constant.
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/techniques.h"

namespace moir::runtime {
namespace {

using onednn::Desc;

class DeconvolutionKernel final : public Kernel {
 public:
  DeconvolutionKernel(const onednn::DeconvolutionDesc& desc, const Layout& src, const Layout& dst,
                      onednn::PackedWeights weights, onednn::PackedWeights bias, std::optional<Chain> chain)
      : primitive_(desc),
        src_(src),
        dst_(dst),
        scratchpad_(desc.scratchpad_desc()),
        name_(onednn::ImplementationName(desc)),
        weights_(std::move(weights)),
        bias_(std::move(bias)),
        chain_(std::move(chain)) {}
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  size_t WeightBytes() const override { return weights_.Bytes() + bias_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct DeconvolutionTask final : Task {
      explicit DeconvolutionTask(const DeconvolutionKernel& owner) : kernel(owner), primitive(owner.primitive_) {}
      void Run() override {
        primitive.Run();
        if (kernel.chain_) kernel.chain_->Run(kernel.dst_.Type(), dst, dst);
      }
      const DeconvolutionKernel& kernel;
      onednn::PrimitiveTask primitive;
      std::byte* dst = nullptr;
    };
    auto task = std::make_unique<DeconvolutionTask>(*this);
    task->dst = binding.outputs[0];
    task->primitive.Add(DNNL_ARG_SRC, src_.Get().desc, binding.inputs[0]);
    task->primitive.Add(DNNL_ARG_WEIGHTS, weights_.GetDesc(), weights_.Data());
    if (bias_.Data()) task->primitive.Add(DNNL_ARG_BIAS, bias_.GetDesc(), bias_.Data());
    task->primitive.Add(DNNL_ARG_DST, dst_.Get().desc, binding.outputs[0]);
    task->primitive.Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  dnnl::deconvolution_forward primitive_;
  Layout src_, dst_;
  Desc scratchpad_;
  std::string name_;
  onednn::PackedWeights weights_, bias_;
  std::optional<Chain> chain_;
};

// Strides, dilations and pads such that the result has the settled size; pads at the end may come out negative where
// output padding makes the result larger.
onednn::WindowDims ReadWindow(const KernelContext& context, const std::vector<int64_t>& kernel) {
  const Layer& layer = context.GetLayer();
  const auto list = [&](const char* name, int64_t missing) {
    std::vector<int64_t> values = layer.Attr<std::vector<int64_t>>(name);
    values.resize(kernel.size(), missing);
    return values;
  };
  onednn::WindowDims w{list("strides", 1), list("dilations", 1), list("pads_begin", 0), list("pads_end", 0)};
  const std::string& automatic = layer.Attr<std::string>("auto_pad");
  for (size_t i = 0; i < kernel.size(); ++i) {
    const auto axis = static_cast<int64_t>(i) + 2;
    const int64_t span = (kernel[i] - 1) * w.dilations[i] + 1;
    const int64_t total = (context.InputShape()[axis] - 1) * w.strides[i] + span - context.OutputShape()[axis];
    if (automatic == "valid") w.pads_begin[i] = 0;
    w.pads_end[i] = total - w.pads_begin[i];
    --w.dilations[i];
  }
  return w;
}

int Rank(const std::string& implementation) {
  if (implementation.find("ref") != std::string::npos) return 1;
  return implementation.find("gemm") != std::string::npos ? 2 : 3;
}

}  // namespace

std::optional<KernelChoice> MakeDeconvolutionKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  if (!context.AllF32() || !context.Input(1).IsConstant()) return std::nullopt;
  const std::string& automatic = layer.Attr<std::string>("auto_pad");
  if (automatic == "same_upper" || automatic == "same_lower") return std::nullopt;
  if (auto choice = MakeAmxDeconvolution(context)) return choice;
  const bool grouped = layer.op == "GroupConvolutionBackpropData";
  const Shape& stored = context.InputShape(1);
  const int64_t first = grouped ? 1 : 0;
  const onednn::WindowDims window = ReadWindow(context, std::vector<int64_t>(stored.begin() + first + 2, stored.end()));

  Shape shape = stored;
  std::swap(shape[first], shape[first + 1]);
  std::vector<int64_t> strides = stored.Strides();
  std::swap(strides[static_cast<size_t>(first)], strides[static_cast<size_t>(first + 1)]);
  const Shape bias_shape{context.OutputShape()[1]};
  const Desc any_bias = layer.bias ? onednn::AnyDesc(ElementType::kF32, bias_shape) : Desc();

  const int64_t block = EffectiveIsa() >= Isa::kAvx512Core ? 16 : 8;
  const int64_t groups = grouped ? stored[0] : 1;
  const int64_t in_channels = context.InputShape()[1], out_channels = context.OutputShape()[1];
  struct Candidate {
    Layout src, dst;
    int least = 1;  // rank
  };
  std::vector<Candidate> candidates;
  if (context.Bf16() && stored.Rank() - first >= 3) {
    candidates.push_back({Layout::ChannelsLast(ElementType::kBF16, context.InputShape()),
                          Layout::ChannelsLast(context.OutputStorage(), context.OutputShape()), 3});
  }
  const bool depthwise = groups == in_channels && groups == out_channels;
  const bool fits =
      groups == 1 || depthwise || (in_channels / groups % block == 0 && out_channels / groups % block == 0);
  if (fits && Uses(Technique::kBlockedLayout)) {
    candidates.push_back({Layout::Blocked(ElementType::kF32, context.InputShape(), block),
                          Layout::Blocked(ElementType::kF32, context.OutputShape(), block)});
  }
  candidates.push_back({Layout::ChannelsLast(ElementType::kF32, context.InputShape()),
                        Layout::ChannelsLast(ElementType::kF32, context.OutputShape())});
  candidates.push_back({context.PlainInput(), context.PlainOutput()});

  onednn::DeconvolutionDesc best;
  Candidate chosen;
  int best_rank = 0;
  for (const Candidate& candidate : candidates) {
    if (best_rank == 3) break;
    const Desc any_weights = onednn::AnyDesc(candidate.src.Type(), shape);
    const auto desc = onednn::MakeDeconvolution(candidate.src.Get().desc, any_weights, any_bias,
                                                candidate.dst.Get().desc, window, onednn::UserScratchpad());
    if (!desc) continue;
    const int rank = Rank(onednn::ImplementationName(desc));
    if (rank <= best_rank || rank < candidate.least) continue;
    best = desc;
    chosen = candidate;
    best_rank = rank;
  }
  if (!best) return std::nullopt;

  onednn::PackedWeights weights(context.Input(1).constant, Desc(onednn::ToDims(shape), onednn::DataType::f32, strides),
                                best.weights_desc());
  onednn::PackedWeights bias;
  if (layer.bias)
    bias = onednn::PackedWeights(context.Input(layer.bias).constant, onednn::PlainDesc(ElementType::kF32, bias_shape),
                                 best.bias_desc());
  std::optional<Chain> chain;
  if (!layer.post_ops.empty()) {
    chain.emplace(*chosen.dst.Channels());
    chain->AddPostOps(context);
  }
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = chosen.src;
  choice.outputs = {chosen.dst};
  choice.kernel = std::make_unique<DeconvolutionKernel>(best, chosen.src, chosen.dst, std::move(weights),
                                                        std::move(bias), std::move(chain));
  return choice;
}

}  // namespace moir::runtime
