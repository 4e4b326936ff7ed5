#include "ie_runtime/kernels/onednn/primitive_task.h"

#include <cstring>

#include "ie_runtime/memory.h"

namespace moir::runtime::onednn {

PackedWeights::PackedWeights(const Tensor& values, const Desc& plain, const Desc& wanted) : desc_(wanted) {
  auto memory = AllocateMemory(wanted.get_size());
  if (plain == wanted) {
    std::memcpy(memory.get(), values.Data(), values.ByteSize());
  } else {
    const dnnl::memory from(plain, Engine(), const_cast<void*>(values.Data()));
    dnnl::memory to(wanted, Engine(), memory.get());
    dnnl::reorder(from, to).execute(Stream(), const_cast<dnnl::memory&>(from), to);
    Stream().wait();
  }
  data_ = std::move(memory);
}

}  // namespace moir::runtime::onednn
