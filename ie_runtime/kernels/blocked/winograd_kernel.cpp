#include "ie_runtime/kernels/blocked/winograd_kernel.h"

#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

bool All(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

}  // namespace

std::optional<WinogradShape> ReadWinogradShape(const KernelContext& context) {
  const Shape &data = context.InputShape(), &out = context.OutputShape(), &weights = context.InputShape(1);
  const WindowAttributes window = ReadWindow(context, {weights[2], weights[3]});
  if (!All(window.kernel, 3) || !All(window.strides, 1) || !All(window.dilations, 1)) return std::nullopt;
  return WinogradShape{
      data[0], data[1], out[1], data[2], data[3], out[2], out[3], window.pads_begin[0], window.pads_begin[1]};
}

KernelChoice MakeWinogradKernel(const KernelContext& context, const blocked::Loops& loops, const WinogradShape& shape,
                                const WinogradPlan& plan) {
  return MakeBlockedKernel(context, loops, StrCat("winograd", plan.tile), [&](const FusedPostOps& fused) {
    return WinogradConvolution(shape, plan, loops, ParallelThreads(), context.Input(1).constant.Values<float>().data(),
                               fused.bias, fused.finish, fused.slopes);
  });
}

std::optional<KernelChoice> MakeWinogradKernel(const KernelContext& context) {
  const blocked::Loops* loops = LoopsFor(context);
  if (!loops || !Uses(Technique::kWinograd)) return std::nullopt;
  const std::optional<WinogradShape> shape = ReadWinogradShape(context);
  if (!shape) return std::nullopt;
  const std::optional<WinogradPlan> plan = WinogradConvolution::Choose(*shape, *loops, ParallelThreads());
  if (!plan) return std::nullopt;
  return MakeWinogradKernel(context, *loops, *shape, *plan);
}

}  // namespace moir::runtime
