// Convolution and GroupConvolution with bias and post-ops.
//
// Between convolutions values in f32 stay blocked by the vector length, the layout of oneDNN's direct kernels and of
// our Winograd ones. Values in bf16 have their channels last, which is how oneDNN fills the tiles of AMX; the result is
// rounded to bf16, or stays the f32 that it was summed up in. Post-ops that the primitive does not take run as a chain
// over its result.
#include <cstring>

#include "ie_runtime/algorithm_choices.h"
#include "ie_runtime/compile_jobs.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/convolution_algorithms.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using onednn::Desc;

struct Geometry {
  bool grouped;
  int64_t groups, in_channels, out_channels;  // channels of all groups
  Shape weights;
  WindowAttributes window;
  bool IsDepthwise() const { return grouped && groups == in_channels && groups == out_channels; }
};

// One way to lay out source and result; undefined: as oneDNN likes.
struct Candidate {
  Layout src, dst;
};

struct Found {
  onednn::ConvolutionDesc desc;
  size_t fused = 0;  // post-ops that the primitive does itself
  int rank = 0;
};

Geometry ReadGeometry(const KernelContext& context) {
  Geometry g;
  g.grouped = context.GetLayer().op == "GroupConvolution";
  g.weights = context.InputShape(1);
  g.groups = g.grouped ? g.weights[0] : 1;
  g.in_channels = context.InputShape()[1];
  g.out_channels = context.OutputShape()[1];
  const std::vector<int64_t> kernel(g.weights.begin() + (g.grouped ? 3 : 2), g.weights.end());
  g.window = ReadWindow(context, kernel);
  return g;
}

onednn::WindowDims ToWindowDims(const WindowAttributes& w) {
  onednn::WindowDims dims{w.strides, w.dilations, w.pads_begin, w.pads_end};
  for (int64_t& dilation : dims.dilations) --dilation;
  return dims;
}

std::vector<Candidate> Candidates(const KernelContext& context, const Geometry& g, ElementType type) {
  if (type == ElementType::kBF16) {
    return {{Layout::ChannelsLast(ElementType::kBF16, context.InputShape()),
             Layout::ChannelsLast(context.OutputStorage(), context.OutputShape())}};
  }
  const int64_t block = EffectiveIsa() >= Isa::kAvx512Core ? 16 : 8;
  const Layout plain_src = context.PlainInput();
  const Layout blocked_src = Layout::Blocked(ElementType::kF32, context.InputShape(), block);
  const Layout blocked_dst = Layout::Blocked(ElementType::kF32, context.OutputShape(), block);
  const Layout last_src = Layout::ChannelsLast(ElementType::kF32, context.InputShape());
  const Layout last_dst = Layout::ChannelsLast(ElementType::kF32, context.OutputShape());
  if (!Uses(Technique::kBlockedLayout)) return {{plain_src, context.PlainOutput()}};
  std::vector<Candidate> candidates;
  const bool whole_blocks = g.in_channels / g.groups % block == 0 && g.out_channels / g.groups % block == 0;
  if (g.groups == 1 && g.in_channels < 5) candidates.push_back({plain_src, blocked_dst});
  if (g.groups == 1 || g.IsDepthwise() || whole_blocks) candidates.push_back({blocked_src, blocked_dst});
  candidates.push_back({last_src, last_dst});
  candidates.push_back({Layout(), Layout()});
  candidates.push_back({plain_src, context.PlainOutput()});
  return candidates;
}

constexpr int kSlow = 1, kFast = 3;

int Rank(const std::string& implementation) {
  if (implementation.rfind("ref", 0) == 0 || implementation.rfind("simple", 0) == 0) return kSlow;
  if (implementation.rfind("gemm", 0) == 0) return 2;
  return kFast;
}

// The post-ops [0, count) as oneDNN's. Slopes of a PRelu are bound as arguments.
dnnl::primitive_attr MakeAttributes(const Layer& layer, size_t count) {
  dnnl::primitive_attr attr = onednn::UserScratchpad();
  dnnl::post_ops ops;
  for (size_t i = 0; i < count; ++i) {
    const PostOp& op = layer.post_ops[i];
    if (op.kind == PostOp::Kind::kSum) ops.append_sum(1.0f);
    else onednn::AppendEltwise(ops, op.function);
  }
  attr.set_post_ops(ops);
  return attr;
}

// Whether oneDNN's primitives could do the first `count` post-ops: functions, and one sum at the most. With SSE4.1
// oneDNN adds what memory holds four channels at a time, and crashes where these are not aligned.
bool CanFuse(const Layer& layer, size_t count, const Geometry& g) {
  size_t sums = EffectiveIsa() < Isa::kAvx2 && g.out_channels % 4 != 0 ? 1 : 0;
  for (size_t i = 0; i < count; ++i) {
    if (layer.post_ops[i].kind == PostOp::Kind::kPRelu) return false;
    if (layer.post_ops[i].kind == PostOp::Kind::kSum && ++sums > 1) return false;
  }
  return true;
}

Found Find(const KernelContext& context, const Geometry& g, ElementType type, const Candidate& candidate) {
  const Layer& layer = context.GetLayer();
  const Desc src =
      candidate.src.IsDefined() ? candidate.src.Get().desc : onednn::AnyDesc(ElementType::kF32, context.InputShape());
  const Desc dst =
      candidate.dst.IsDefined() ? candidate.dst.Get().desc : onednn::AnyDesc(ElementType::kF32, context.OutputShape());
  const Desc weights = onednn::AnyDesc(type, g.weights);
  const Desc bias = layer.bias ? onednn::AnyDesc(ElementType::kF32, Shape{g.out_channels}) : Desc();
  Found best;
  for (size_t fused = layer.post_ops.size() + 1; fused-- > 0;) {
    if (!CanFuse(layer, fused, g)) continue;
    Found found;
    found.desc = onednn::MakeConvolution(dnnl::algorithm::convolution_direct, src, weights, bias, dst,
                                         ToWindowDims(g.window), MakeAttributes(layer, fused));
    if (!found.desc) continue;
    found.fused = fused;
    const std::string name = onednn::ImplementationName(found.desc);
    // Unfolding windows of bf16 costs what its products save.
    found.rank = type == ElementType::kBF16 && name.find("gemm") != std::string::npos ? kSlow : Rank(name);
    // A fast kernel with a chain behind it beats a slow one that does everything.
    if (found.rank > best.rank) best = std::move(found);
    if (best.rank == kFast) break;
  }
  return best;
}

class ConvolutionKernel final : public Kernel {
 public:
  ConvolutionKernel(const KernelContext& context, const Geometry& g, const Found& found, const Layout& src,
                    const Layout& dst)
      : src_(src), dst_(dst), scratchpad_(found.desc.scratchpad_desc()), name_(onednn::ImplementationName(found.desc)) {
    const Layer& layer = context.GetLayer();
    PutOff(1, 0, [this, desc = found.desc](int64_t) { primitive_ = dnnl::convolution_forward(desc); });
    weights_ = onednn::PackedWeights(context.Input(1).constant, onednn::PlainDesc(ElementType::kF32, g.weights),
                                     found.desc.weights_desc());
    if (layer.bias) {
      bias_ =
          onednn::PackedWeights(context.Input(layer.bias).constant,
                                onednn::PlainDesc(ElementType::kF32, Shape{g.out_channels}), found.desc.bias_desc());
    }
    for (size_t i = 0; i < layer.post_ops.size(); ++i) {
      if (layer.post_ops[i].kind != PostOp::Kind::kSum) continue;
      if (i < found.fused) accumulated_ = layer.post_ops[i].input;
    }
    sum_inputs_ = SumInputs(layer);
    if (found.fused < layer.post_ops.size()) {
      chain_.emplace(*dst.Channels());
      chain_->AddPostOps(context, found.fused);
    }
  }
  std::string ExecType() const override { return chain_ ? name_ + "+vector" : name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  size_t WeightBytes() const override { return weights_.Bytes() + bias_.Bytes(); }

  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    auto task = std::make_unique<ConvolutionTask>(*this, binding);
    task->primitive.Add(DNNL_ARG_SRC, src_.Get().desc, binding.inputs[0]);
    task->primitive.Add(DNNL_ARG_WEIGHTS, weights_.GetDesc(), weights_.Data());
    if (bias_.Data()) task->primitive.Add(DNNL_ARG_BIAS, bias_.GetDesc(), bias_.Data());
    task->primitive.Add(DNNL_ARG_DST, dst_.Get().desc, binding.outputs[0]);
    task->primitive.Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  struct ConvolutionTask final : Task {
    ConvolutionTask(const ConvolutionKernel& owner, const Binding& binding)
        : kernel(owner), memory(binding), primitive(owner.primitive_) {
      for (const size_t input : owner.sum_inputs_) operands.push_back(binding.inputs[input]);
    }
    void Run() override {
      if (kernel.accumulated_ != 0) {
        // The sum adds to what the result's memory holds. Usually that is the other value already.
        const std::byte* other = memory.inputs[kernel.accumulated_];
        if (other != memory.outputs[0]) {
          ParallelFor(static_cast<int64_t>(kernel.dst_.Bytes()), 1 << 16, [&](int64_t begin, int64_t end) {
            std::memcpy(memory.outputs[0] + begin, other + begin, static_cast<size_t>(end - begin));
          });
        }
      }
      primitive.Run();
      if (kernel.chain_) kernel.chain_->Run(kernel.dst_.Type(), memory.outputs[0], memory.outputs[0], operands);
    }
    const ConvolutionKernel& kernel;
    Binding memory;
    onednn::PrimitiveTask primitive;
    std::vector<const std::byte*> operands;
  };

  dnnl::convolution_forward primitive_;  // made before the compilation ends
  Layout src_, dst_;
  Desc scratchpad_;
  std::string name_;
  onednn::PackedWeights weights_, bias_;
  size_t accumulated_ = 0;  // input that the primitive's sum adds to; 0: none
  std::vector<size_t> sum_inputs_;
  std::optional<Chain> chain_;
};

}  // namespace

namespace {

// The best of oneDNN's kernels for factors of this type, when it is of rank `least` or better.
std::optional<KernelChoice> MakePrimitiveKernel(const KernelContext& context, ElementType type, int least) {
  const Layer& layer = context.GetLayer();
  const Geometry g = ReadGeometry(context);
  Found best;
  best.rank = least - 1;
  Candidate chosen;
  for (const Candidate& candidate : Candidates(context, g, type)) {
    Found found = Find(context, g, type, candidate);
    if (found.rank <= best.rank) continue;
    // A chain must know where the channels are.
    const Layout dst = candidate.dst.IsDefined()
                           ? candidate.dst
                           : onednn::ToLayout(ElementType::kF32, context.OutputShape(), found.desc.dst_desc());
    if (found.fused < layer.post_ops.size() && !dst.Channels()) continue;
    best = std::move(found);
    chosen = candidate;
    if (best.rank == kFast) break;
  }
  if (!best.desc) return std::nullopt;
  const Layout src = chosen.src.IsDefined()
                         ? chosen.src
                         : onednn::ToLayout(ElementType::kF32, context.InputShape(), best.desc.src_desc());
  const Layout dst = chosen.dst.IsDefined()
                         ? chosen.dst
                         : onednn::ToLayout(ElementType::kF32, context.OutputShape(), best.desc.dst_desc());

  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());
  choice.inputs[0] = src;
  choice.outputs = {dst};
  const std::vector<size_t> sums = SumInputs(layer);
  for (const size_t input : sums) choice.inputs[input] = dst;
  for (size_t i = 0; i < best.fused; ++i) {
    if (layer.post_ops[i].kind == PostOp::Kind::kSum)
      choice.aliases.push_back({Alias::Kind::kInPlace, layer.post_ops[i].input});
  }
  choice.kernel = std::make_unique<ConvolutionKernel>(context, g, best, src, dst);
  return choice;
}

}  // namespace

std::optional<KernelChoice> MakeOneDnnConvolution(const KernelContext& context) {
  return MakePrimitiveKernel(context, ElementType::kF32, kSlow);
}

// A slow kernel in bf16 is slower than a fast one in f32, and less exact.
std::optional<KernelChoice> MakeOneDnnBf16Convolution(const KernelContext& context) {
  return MakePrimitiveKernel(context, ElementType::kBF16, kFast);
}

std::optional<KernelChoice> MakeConvolutionKernel(const KernelContext& context) {
  const int64_t rank = context.InputShape().Rank();
  if (!context.AllF32() || !context.Input(1).IsConstant()) return std::nullopt;
  if (context.Bf16() && rank >= 3 && rank <= 5) {
    if (auto choice = MakeAmxKernel(context)) return choice;
    if (auto choice = MakeDepthwiseBf16(context)) return choice;
  }
  const std::optional<std::string> problem = ConvolutionProblem(context);
  if (HasAlgorithmChoices() && problem) {
    const std::string* algorithm = ChosenAlgorithm(*problem);
    if (auto choice = algorithm ? MakeConvolutionWith(context, *algorithm) : std::nullopt) return choice;
  }
  if (context.Bf16() && rank >= 3 && rank <= 5 && !IsFasterInF32(context)) {
    if (problem) {
      if (auto choice = MakeConvolutionWith(context, ConvolutionAlgorithms(context)[0].name)) return choice;
    }
    if (auto choice = MakeOneDnnBf16Convolution(context)) return choice;
  }
  if (std::optional<KernelChoice> winograd = MakeWinogradKernel(context)) return winograd;
  if (std::optional<KernelChoice> packed = MakePackedKernel(context)) return packed;
  return MakeOneDnnConvolution(context);
}

}  // namespace moir::runtime
