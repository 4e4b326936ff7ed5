#include "ie_runtime/kernels/onednn/primitive_task.h"

#include <cstring>

#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"

namespace moir::runtime::onednn {

namespace {

// What can be asked of a descriptor in each version of oneDNN; the version itself, the CPU and the layer are part of
// the key anyway.
std::string FormName(const Desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  const Dims dims = desc.get_dims();
  std::string name =
      StrCat("onednn ", static_cast<int>(desc.get_data_type()), ' ', static_cast<int>(desc.get_format_kind()));
  if (desc.get_format_kind() == dnnl::memory::format_kind::blocked) {
    for (const auto& list : {desc.get_strides(), desc.get_inner_blks(), desc.get_inner_idxs()}) {
      name += " :";
      for (const int64_t value : list) name += StrCat(' ', value);
    }
  }
#else
  const Dims dims = desc.dims();
  std::string name =
      StrCat("onednn ", static_cast<int>(desc.data_type()), ' ', static_cast<int>(desc.data.format_kind));
  if (desc.data.format_kind == dnnl_blocked) {
    const dnnl_blocking_desc_t& blocks = desc.data.format_desc.blocking;
    for (int i = 0; i < desc.data.ndims; ++i) name += StrCat(' ', blocks.strides[i]);
    for (int i = 0; i < blocks.inner_nblks; ++i) name += StrCat(' ', blocks.inner_idxs[i], ':', blocks.inner_blks[i]);
  }
#endif
  name += " of";
  for (const int64_t size : dims) name += StrCat(' ', size);
  return name;
}

}  // namespace

PackedWeights::PackedWeights(const Tensor& values, const Desc& plain, const Desc& wanted) : desc_(wanted) {
  const auto pack = [values, plain, wanted](std::byte* memory) {
    WillRead(values.Data(), values.ByteSize());
    if (plain == wanted) {
      std::memcpy(memory, values.Data(), values.ByteSize());
      return;
    }
    const dnnl::memory source(plain, Engine(), const_cast<void*>(values.Data()));
    dnnl::memory to(wanted, Engine(), memory);
    dnnl::reorder(source, to).execute(Stream(), const_cast<dnnl::memory&>(source), to);
    Stream().wait();
  };
  const std::string form = FormName(wanted);
  // 8-bit weights may get sums beside them, which oneDNN's reorder adds up of as many parts as there are threads
  // outside of a parallel region; inside of one it computes a single part and adds memory that nobody wrote.
  if (values.Type() != ElementType::kF32) {
    data_ = PackConstant(form, wanted.get_size(), pack);
    return;
  }
  data_ = PackConstantLater(form, values, wanted.get_size(), 1, [pack](std::byte* memory, int64_t) { pack(memory); });
}

}  // namespace moir::runtime::onednn
