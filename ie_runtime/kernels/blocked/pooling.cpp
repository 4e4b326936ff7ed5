#include "ie_runtime/kernels/blocked/pooling.h"

#include <algorithm>

#include "ie_runtime/kernels/blocked/loops.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeBlockedPooling(const KernelContext& context, PoolingKind kind,
                                               const WindowAttributes& w) {
  const blocked::Loops* loops = Uses(Technique::kPooling) ? blocked::FindLoops() : nullptr;
  const Shape &in = context.InputShape(), &out = context.OutputShape();
  if (!loops || w.kernel.size() != 2 || w.dilations != std::vector<int64_t>{1, 1} || out.NumElements() == 0)
    return std::nullopt;
  const Layout src = Layout::Blocked(ElementType::kF32, in, loops->lanes);
  if (!context.InputLayout().SameBytes(src)) return std::nullopt;
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = src;
  choice.outputs = {Layout::Blocked(ElementType::kF32, out, loops->lanes)};
  blocked::PoolArguments arguments{};
  arguments.height = in[2];
  arguments.width = in[3];
  arguments.out_width = out[3];
  arguments.kernel_y = w.kernel[0];
  arguments.kernel_x = w.kernel[1];
  arguments.stride_y = w.strides[0];
  arguments.stride_x = w.strides[1];
  arguments.pad_top = w.pads_begin[0];
  arguments.pad_left = w.pads_begin[1];
  arguments.count_pads = kind == PoolingKind::kAverageWithPadding;
  const auto pool = kind == PoolingKind::kMax ? loops->max_pool : loops->average_pool;
  const int64_t lanes = loops->lanes, planes = out[0] * blocked::DivideUp(out[1], lanes), height = out[2];
  const int64_t work = arguments.out_width * lanes * w.kernel[0] * w.kernel[1];
  choice.kernel = MakeKernel(StrCat("pooling:", lanes == 16 ? "avx512" : "avx2"), [=](const Binding& memory) {
    const float* source = reinterpret_cast<const float*>(memory.inputs[0]);
    float* result = reinterpret_cast<float*>(memory.outputs[0]);
    ParallelFor(planes * height, std::max<int64_t>(1, 65536 / work), [&](int64_t begin, int64_t end) {
      blocked::PoolArguments a = arguments;
      for (int64_t row = begin; row < end; row += a.count) {
        const int64_t plane = row / height;
        a.first = row % height;
        a.count = std::min(height - a.first, end - row);
        a.plane = source + plane * a.height * a.width * lanes;
        a.result = result + row * a.out_width * lanes;
        pool(a);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
