#include "ie_runtime/kernels/convolution_algorithms.h"

#include <algorithm>

#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/blocked/packed_kernel.h"
#include "ie_runtime/kernels/blocked/winograd_kernel.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr const char* kOneDnn = "onednn";
constexpr const char* kPacked = "packed";

std::string NameOf(const WinogradPlan& plan) {
  return StrCat("winograd", plan.tile, plan.phases ? " phases of " : " blocks of ", plan.tiles);
}

// Kernels for pictures read the channels that there are, plain.
constexpr int64_t kFewChannels = 5;

std::string PostOpName(const PostOp& op) {
  switch (op.kind) {
    case PostOp::Kind::kSum: return "sum";
    case PostOp::Kind::kPRelu: return "prelu";
    case PostOp::Kind::kUnary: break;
  }
  return StrCat(UnaryKindName(op.function.kind), ' ', op.function.alpha, ' ', op.function.beta);
}

double DirectSeconds(const blocked::Loops& loops, const PackedShape& shape) {
  const double in = static_cast<double>(blocked::RoundUp(shape.in_channels, loops.lanes));
  const double out = static_cast<double>(blocked::RoundUp(shape.out_channels, loops.lanes));
  const double weights = in * out * static_cast<double>(shape.kernel_y * shape.kernel_x);
  const double pixels = static_cast<double>(shape.batch * shape.out_height * shape.out_width);
  return blocked::DirectSeconds(loops, ParallelThreads(), weights * pixels, weights * 4);
}

}  // namespace

std::optional<std::string> ConvolutionProblem(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const blocked::Loops* loops = context.Bf16() ? Bf16LoopsFor(context) : LoopsFor(context);
  if (layer.prologue || !loops || context.InputShape()[1] < kFewChannels) return std::nullopt;
  const PackedShape s = ReadPackedShape(context);
  const char* const types = !context.Bf16() ? "" : loops->result == ElementType::kBF16 ? "bf16 " : "bf16 to f32 ";
  std::string problem =
      StrCat(types, "convolution of ", s.batch, 'x', s.in_channels, 'x', s.height, 'x', s.width, " to ", s.out_channels,
             'x', s.out_height, 'x', s.out_width, " by ", s.kernel_y, 'x', s.kernel_x, " strides ", s.stride_y, 'x',
             s.stride_x, " dilations ", s.dilation_y, 'x', s.dilation_x, " pads ", s.pad_top, 'x', s.pad_left);
  for (const PostOp& op : layer.post_ops) problem += StrCat(' ', PostOpName(op));
  return problem;
}

namespace {

// Of a model compiled for bf16, on a CPU without AMX: the products of oneDNN's kernel are those of bf16, all others are
// of f32.
std::vector<ConvolutionAlgorithm> Bf16Algorithms(const KernelContext& context, const blocked::Loops& loops) {
  const int threads = ParallelThreads();
  const PackedShape shape = ReadPackedShape(context);
  std::vector<ConvolutionAlgorithm> algorithms;
  if (const auto winograd = ReadWinogradShape(context); winograd && Uses(Technique::kWinograd)) {
    for (const WinogradEstimates::Entry& entry : WinogradConvolution::Estimate(*winograd, loops, threads).plans)
      algorithms.push_back({NameOf(entry.plan), entry.seconds, entry.plan.Handicap()});
  }
  const double direct = DirectSeconds(loops, shape);
  if (Uses(Technique::kPacked) && PackedConvolution::Serves(shape, loops)) {
    const double packed = static_cast<double>(shape.batch * shape.out_height * shape.out_width * shape.kernel_y *
                                              shape.kernel_x * blocked::RoundUp(shape.in_channels, loops.lanes)) *
                          sizeof(float);
    // Larger filters wait for their packed pixels, too, which are no longer in the first-level cache.
    const double multiply = shape.kernel_y * shape.kernel_x == 1 ? direct : 1.25 * direct;
    algorithms.push_back({kPacked, multiply + packed * blocked::CostOf(loops).transformed / threads});
  }
  // Others must be clearly faster.
  algorithms.push_back({kOneDnn, direct / blocked::Bf16ProductRate(), 0.95});
  std::stable_sort(algorithms.begin(), algorithms.end(),
                   [](const ConvolutionAlgorithm& a, const ConvolutionAlgorithm& b) {
                     return a.seconds * a.handicap < b.seconds * b.handicap;
                   });
  return algorithms;
}

}  // namespace

std::vector<ConvolutionAlgorithm> ConvolutionAlgorithms(const KernelContext& context) {
  if (context.Bf16()) return Bf16Algorithms(context, *Bf16LoopsFor(context));
  const blocked::Loops& loops = *LoopsFor(context);
  const int threads = ParallelThreads();
  const PackedShape shape = ReadPackedShape(context);
  const bool pointwise = shape.kernel_y * shape.kernel_x == 1;
  std::vector<ConvolutionAlgorithm> algorithms;
  std::string estimated;
  if (const auto winograd = ReadWinogradShape(context); winograd && Uses(Technique::kWinograd)) {
    for (const WinogradEstimates::Entry& entry : WinogradConvolution::Estimate(*winograd, loops, threads).plans)
      algorithms.push_back({NameOf(entry.plan), entry.seconds, entry.plan.Handicap()});
    if (const auto plan = WinogradConvolution::Choose(*winograd, loops, threads)) estimated = NameOf(*plan);
  }
  const double direct = DirectSeconds(loops, shape);
  if (Uses(Technique::kPacked) && PackedConvolution::Serves(shape, loops)) {
    // Larger filters have their pixels packed first.
    algorithms.push_back({kPacked, pointwise ? direct : 1.1 * direct});
    if (estimated.empty() && PackedConvolution::Pays(shape, loops, threads, IsChainedOtherwise(context.GetLayer())))
      estimated = kPacked;
  }
  algorithms.push_back({kOneDnn, direct});
  if (estimated.empty()) estimated = kOneDnn;
  std::stable_partition(algorithms.begin(), algorithms.end(),
                        [&](const ConvolutionAlgorithm& algorithm) { return algorithm.name == estimated; });
  return algorithms;
}

std::optional<KernelChoice> MakeConvolutionWith(const KernelContext& context, const std::string& algorithm) {
  const blocked::Loops* loops = context.Bf16() ? Bf16LoopsFor(context) : LoopsFor(context);
  if (!loops) return std::nullopt;
  if (algorithm == kOneDnn && context.Bf16()) return MakeOneDnnBf16Convolution(context);
  if (algorithm == kOneDnn) {
    std::optional<KernelChoice> choice = MakeOneDnnConvolution(context);
    const bool blocked =
        choice && choice->inputs[0].SameBytes(Layout::Blocked(ElementType::kF32, context.InputShape(), loops->lanes)) &&
        choice->outputs[0].SameBytes(Layout::Blocked(ElementType::kF32, context.OutputShape(), loops->lanes));
    return blocked ? std::move(choice) : std::nullopt;
  }
  if (algorithm == kPacked) {
    const PackedShape shape = ReadPackedShape(context);
    if (!PackedConvolution::Serves(shape, *loops) || !Uses(Technique::kPacked)) return std::nullopt;
    return MakePackedKernel(context, *loops, shape);
  }
  const std::optional<WinogradShape> shape = ReadWinogradShape(context);
  if (!shape || !Uses(Technique::kWinograd)) return std::nullopt;
  for (const WinogradEstimates::Entry& entry : WinogradConvolution::Estimate(*shape, *loops, ParallelThreads()).plans) {
    if (NameOf(entry.plan) == algorithm) return MakeWinogradKernel(context, *loops, *shape, entry.plan);
  }
  return std::nullopt;
}

bool IsFasterInF32(const KernelContext& context) {
  return context.GetLayer().op == "Convolution" && context.InputShape()[1] < kFewChannels &&
         EffectiveIsa() < Isa::kAvx512CoreAmx && blocked::Bf16ProductRate() < 1;
}

}  // namespace moir::runtime
