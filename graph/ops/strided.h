// Moving elements without looking at them: what Transpose, Slice, Broadcast, Split and their like share.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "graph/error.h"
#include "graph/tensor.h"

namespace moir::graph {

// Calls f with an unsigned integer as wide as one element of the type.
template <typename F>
void DispatchWidth(ElementType type, F&& f) {
  switch (ElementSize(type)) {
    case 1: return f(uint8_t{});
    case 2: return f(uint16_t{});
    case 4: return f(uint32_t{});
    case 8: return f(uint64_t{});
    default: Fail(ErrorKind::kInternal, "elements of ", ElementTypeName(type), " have no width");
  }
}

// Fills `dst` with the elements of `src` at first + sum over axes of position[axis] * strides[axis], one stride per
// axis of `dst`, counted in elements; strides may be 0 or negative. The types of both are the same.
void CopyStrided(const Tensor& src, int64_t first, const std::vector<int64_t>& strides, Tensor& dst);

// Copies `count` elements between dense tensors of one type.
inline void CopyElements(const Tensor& src, int64_t src_first, std::byte* dst_data, int64_t dst_first, int64_t count) {
  const auto width = static_cast<int64_t>(ElementSize(src.Type()));
  if (count > 0) {
    std::memcpy(dst_data + dst_first * width, static_cast<const std::byte*>(src.Data()) + src_first * width,
                static_cast<size_t>(count * width));
  }
}

}  // namespace moir::graph
