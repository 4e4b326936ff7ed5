// The bytes behind the public tensors.
#pragma once

#include <cstddef>

#include "moir/tensor.h"

namespace moir::runtime {

struct ByteRange {
  const std::byte* begin = nullptr;
  const std::byte* end = nullptr;
};
// From the first element to the end of the last one, gaps included.
ByteRange BytesOf(const ::moir::Tensor& tensor);
bool Overlap(const ByteRange& a, const ByteRange& b);

// Copies between tensors of the same type and shape that do not overlap, whatever their strides. Allocates nothing.
void CopyElements(const ::moir::Tensor& from, const ::moir::Tensor& to);

}  // namespace moir::runtime
