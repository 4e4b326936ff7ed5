#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/packed.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/window.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakePackedKernel(const KernelContext& context) {
  const blocked::Loops* loops = LoopsFor(context);
  if (!loops) return std::nullopt;
  const Shape &data = context.InputShape(), &out = context.OutputShape(), &weights = context.InputShape(1);
  const WindowAttributes window = ReadWindow(context, {weights[2], weights[3]});
  const PackedShape shape{data[0],
                          data[1],
                          out[1],
                          data[2],
                          data[3],
                          out[2],
                          out[3],
                          window.kernel[0],
                          window.kernel[1],
                          window.strides[0],
                          window.strides[1],
                          window.dilations[0],
                          window.dilations[1],
                          window.pads_begin[0],
                          window.pads_begin[1]};
  const int threads = ParallelThreads();
  if (!PackedConvolution::Pays(shape, *loops, threads)) return std::nullopt;
  return MakeBlockedKernel(context, *loops, "packed", [&](const FusedPostOps& fused) {
    return PackedConvolution(shape, *loops, threads, context.Input(1).constant.Values<float>().data(), fused.bias,
                             fused.finish, fused.slopes);
  });
}

}  // namespace moir::runtime
