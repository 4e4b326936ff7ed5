#include "ie_runtime/kernel.h"

namespace moir::runtime {

bool KernelContext::AllF32() const {
  for (size_t i = 0; i < InputCount(); ++i) {
    if (Input(i).type != ElementType::kF32) return false;
  }
  for (size_t i = 0; i < layer_.outputs.size(); ++i) {
    if (Output(i).type != ElementType::kF32) return false;
  }
  return true;
}

std::optional<std::vector<int64_t>> KernelContext::Indices(size_t index) const {
  if (index >= InputCount() || !Input(index).IsConstant()) return std::nullopt;
  return Input(index).constant.ToVector<int64_t>();
}

}  // namespace moir::runtime
