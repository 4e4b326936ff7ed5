// Reorder: a value from one layout to another.
#include <cstring>

#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

std::unique_ptr<Kernel> MakeCopy(size_t bytes) {
  return MakeKernel("copy", [bytes](const Binding& memory) {
    ParallelFor(static_cast<int64_t>(bytes), 1 << 18, [&](int64_t begin, int64_t end) {
      std::memcpy(memory.outputs[0] + begin, memory.inputs[0] + begin, static_cast<size_t>(end - begin));
    });
  });
}

}  // namespace

std::unique_ptr<Kernel> MakeReorder(const Layout& from, const Layout& to) {
  if (from.SameBytes(to)) return MakeCopy(from.Bytes());
  const dnnl::reorder::primitive_desc desc(onednn::Engine(), from.Get().desc, onednn::Engine(), to.Get().desc,
                                           onednn::UserScratchpad());
  return std::make_unique<onednn::UnaryPrimitiveKernel>(dnnl::reorder(desc), desc, from.Get().desc, to.Get().desc);
}

}  // namespace moir::runtime
