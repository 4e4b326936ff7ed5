#include "ie_runtime/tensor_bytes.h"

#include <cstring>
#include <functional>

namespace moir::runtime {
namespace {

// Strides of one tensor without a copy of them: dense ones follow from the shape, from the innermost axis outwards.
class StrideWalk {
 public:
  explicit StrideWalk(const ::moir::Tensor& tensor)
      : shape_(tensor.GetShape()),
        given_(tensor.StridesOrNull()),
        step_(static_cast<int64_t>(ElementSize(tensor.GetElementType()))) {}
  // To be asked for the axes from the last to the first.
  int64_t Next(size_t axis) {
    const int64_t dense = step_;
    step_ *= shape_[axis];
    return given_ ? (*given_)[axis] : dense;
  }

 private:
  const Shape& shape_;
  const Strides* given_;
  int64_t step_;
};

}  // namespace

ByteRange BytesOf(const ::moir::Tensor& tensor) {
  const auto* begin = static_cast<const std::byte*>(tensor.Data());
  if (tensor.GetSize() == 0) return {begin, begin};
  size_t bytes = ElementSize(tensor.GetElementType());
  StrideWalk strides(tensor);
  for (size_t axis = tensor.GetShape().size(); axis-- > 0;)
    bytes += static_cast<size_t>((tensor.GetShape()[axis] - 1) * strides.Next(axis));
  return {begin, begin + bytes};
}

bool Overlap(const ByteRange& a, const ByteRange& b) {
  // Pointers into different objects have no order of their own; std::less gives them one.
  const std::less<const std::byte*> before;
  return before(a.begin, b.end) && before(b.begin, a.end);
}

void CopyElements(const ::moir::Tensor& from, const ::moir::Tensor& to) {
  const size_t count = from.GetSize();
  if (count == 0) return;
  const Shape& shape = from.GetShape();
  // Axes that are dense in both are copied as one row of bytes.
  size_t row = ElementSize(from.GetElementType());
  size_t outer = shape.size();
  StrideWalk from_strides(from), to_strides(to);
  constexpr size_t kMaxAxes = 32;
  int64_t sizes[kMaxAxes] = {}, from_steps[kMaxAxes] = {}, to_steps[kMaxAxes] = {};
  size_t axes = 0;  // that are left, innermost first
  for (; outer > 0; --outer) {
    const size_t axis = outer - 1;
    const int64_t a = from_strides.Next(axis), b = to_strides.Next(axis);
    if (shape[axis] == 1) continue;
    if (axes == 0 && static_cast<size_t>(a) == row && static_cast<size_t>(b) == row) {
      row *= static_cast<size_t>(shape[axis]);
      continue;
    }
    if (axes == kMaxAxes) throw Error(ErrorKind::kUnsupported, "copy of a tensor with gaps along more than 32 axes");
    sizes[axes] = shape[axis];
    from_steps[axes] = a;
    to_steps[axes++] = b;
  }
  const auto* src = static_cast<const std::byte*>(from.Data());
  auto* dst = static_cast<std::byte*>(to.Data());
  int64_t index[kMaxAxes] = {};
  while (true) {
    std::memcpy(dst, src, row);
    size_t axis = 0;
    for (; axis < axes; ++axis) {
      src += from_steps[axis];
      dst += to_steps[axis];
      if (++index[axis] < sizes[axis]) break;
      src -= from_steps[axis] * sizes[axis];
      dst -= to_steps[axis] * sizes[axis];
      index[axis] = 0;
    }
    if (axis == axes) return;
  }
}

}  // namespace moir::runtime
