#include "ie_runtime/kernels/blocked/padded.h"

#include <algorithm>

#include "ie_runtime/memory.h"

namespace moir::runtime::blocked {

std::shared_ptr<const float> Padded(std::span<const float> values, int64_t count) {
  auto memory = AllocateZeros(static_cast<size_t>(count) * sizeof(float));
  float* padded = reinterpret_cast<float*>(memory.get());
  std::copy(values.begin(), values.end(), padded);
  return std::shared_ptr<const float>(std::move(memory), padded);
}

}  // namespace moir::runtime::blocked
