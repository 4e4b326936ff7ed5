#include "moir/tensor.h"

#include <cstring>
#include <utility>

#include "graph/tensor.h"
#include "ie_runtime/api_error.h"
#include "ie_runtime/tensor_bytes.h"

namespace moir {

namespace {

bool IsType(ElementType type) { return type <= ElementType::kI64; }

// The public types are the graph's under another name.
graph::ElementType ToGraph(ElementType type) {
  return IsType(type) ? static_cast<graph::ElementType>(type) : graph::ElementType::kUndefined;
}

// The bytes of all elements. Throws kBadOption for what no memory can hold.
size_t CheckedByteSize(ElementType type, const Shape& shape) {
  const auto fail = [&](const std::string& reason) {
    throw Error(ErrorKind::kBadOption, graph::StrCat("tensor of shape ", ShapeToString(shape), ": ", reason));
  };
  if (!IsType(type)) fail(graph::StrCat("got the element type ", static_cast<int>(type), ", which is none"));
  auto bytes = static_cast<int64_t>(ElementSize(type));
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0) fail(graph::StrCat("size ", shape[axis], " on axis ", axis, ", expected 0 or more"));
  }
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) fail("it is larger than memory can be");
  }
  return static_cast<size_t>(bytes);
}

}  // namespace

std::string_view ElementTypeName(ElementType type) {
  return runtime::Translate([&] { return graph::ElementTypeName(ToGraph(type)); });
}

size_t ElementSize(ElementType type) { return graph::ElementSize(ToGraph(type)); }

int64_t NumElements(const Shape& shape) {
  return runtime::Translate([&] { return graph::Shape(shape).NumElements(); });
}

std::string ShapeToString(const Shape& shape) { return graph::Shape(shape).ToString(); }

Tensor::Tensor(ElementType type, Shape shape) : type_(type), shape_(std::move(shape)) {
  const size_t bytes = CheckedByteSize(type_, shape_);
  data_ = runtime::Translate([&] { return graph::AllocateAligned(bytes); });
}

Tensor::Tensor(ElementType type, Shape shape, void* data)
    : type_(type), shape_(std::move(shape)), data_(data, [](void*) {}) {
  CheckedByteSize(type_, shape_);
}

Tensor::Tensor(ElementType type, Shape shape, void* data, const Strides& strides)
    : Tensor(type, std::move(shape), data) {
  const auto fail = [&](const std::string& reason) {
    throw Error(ErrorKind::kBadOption, graph::StrCat("strides ", ShapeToString(strides), " of a tensor of ",
                                                     ElementTypeName(type_), ShapeToString(shape_), ": ", reason));
  };
  if (strides.size() != shape_.size())
    fail(graph::StrCat("got ", strides.size(), " numbers, expected ", shape_.size(), ", one per axis"));
  if (GetSize() == 0) return;
  const auto element = static_cast<int64_t>(ElementSize(type_));
  int64_t inside = element;  // bytes that the axes inside need
  for (size_t axis = shape_.size(); axis-- > 0;) {
    if (shape_[axis] == 1) continue;
    if (strides[axis] % element != 0)
      fail(graph::StrCat("axis ", axis, ": expected a multiple of ", element, ", the element's size"));
    if (strides[axis] < inside)
      fail(graph::StrCat("axis ", axis, ": expected at least ", inside, " bytes, the room of the axes inside it"));
    int64_t last = 0;
    if (__builtin_mul_overflow(strides[axis], shape_[axis] - 1, &last) || __builtin_add_overflow(inside, last, &inside))
      fail("the elements lie further apart than memory is large");
  }
  SetStrides(strides);
}

Tensor::Tensor(ElementType type, Shape shape, std::shared_ptr<void> owner, void* data)
    : type_(type), shape_(std::move(shape)), data_(std::move(owner), data) {
  CheckedByteSize(type_, shape_);
}

Tensor::Tensor(const Tensor& other, const Shape& begin, const Shape& end) : type_(other.type_) {
  const auto fail = [&](const std::string& reason) {
    throw Error(ErrorKind::kBadOption,
                graph::StrCat("region from ", ShapeToString(begin), " to ", ShapeToString(end), " of a tensor of ",
                              ElementTypeName(other.type_), ShapeToString(other.shape_), ": ", reason));
  };
  const size_t rank = other.shape_.size();
  if (!other) fail("the tensor is empty");
  if (!other.data_ && other.GetSize() > 0) fail("its memory is a null pointer");
  if (begin.size() != rank || end.size() != rank)
    fail(graph::StrCat("got ", begin.size(), " and ", end.size(), " indices, expected ", rank, ", one per axis"));
  const Strides strides = other.GetStrides();
  int64_t offset = 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (begin[axis] < 0 || begin[axis] > end[axis] || end[axis] > other.shape_[axis])
      fail(graph::StrCat("axis ", axis, ": expected 0 <= begin <= end <= ", other.shape_[axis]));
    shape_.push_back(end[axis] - begin[axis]);
    offset += begin[axis] * strides[axis];
  }
  // A region without elements may begin behind the last one; it has no address of its own.
  const bool empty = NumElements(shape_) == 0;
  data_ = std::shared_ptr<void>(other.data_, static_cast<std::byte*>(other.data_.get()) + (empty ? 0 : offset));
  SetStrides(strides);
}

namespace {

Strides DenseStrides(ElementType type, const Shape& shape) {
  Strides strides(shape.size());
  // Where an axis has no elements nothing lies anywhere; the others keep their distances, which no memory needs to
  // have.
  uint64_t step = ElementSize(type);
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = static_cast<int64_t>(step);
    step *= shape[axis] > 0 ? static_cast<uint64_t>(shape[axis]) : 1;
  }
  return strides;
}

}  // namespace

void Tensor::SetStrides(const Strides& strides) {
  strides_.clear();
  if (GetSize() == 0) return;
  const Strides dense = DenseStrides(type_, shape_);
  for (size_t axis = 0; axis < shape_.size(); ++axis) {
    if (shape_[axis] == 1 || strides[axis] == dense[axis]) continue;
    strides_ = strides;
    return;
  }
}

Strides Tensor::GetStrides() const { return strides_.empty() ? DenseStrides(type_, shape_) : strides_; }

size_t Tensor::GetSize() const {
  return type_ == ElementType::kUndefined ? 0 : static_cast<size_t>(NumElements(shape_));
}
size_t Tensor::GetByteSize() const { return GetSize() * ElementSize(type_); }

void Tensor::CopyTo(Tensor& other) const {
  if (!other) other = Tensor(type_, shape_);
  if (other.type_ != type_ || other.shape_ != shape_) {
    throw Error(ErrorKind::kBadOption,
                graph::StrCat("copy of a tensor: got ", ElementTypeName(other.type_), ShapeToString(other.shape_),
                              ", expected ", ElementTypeName(type_), ShapeToString(shape_)));
  }
  if (GetByteSize() == 0) return;
  if (!data_ || !other.data_)
    throw Error(ErrorKind::kBadOption, "copy of a tensor: the memory of one is a null pointer");
  if (IsContinuous() && other.IsContinuous()) {
    std::memmove(other.data_.get(), data_.get(), GetByteSize());
    return;
  }
  if (runtime::Overlap(runtime::BytesOf(*this), runtime::BytesOf(other))) {
    Tensor copy(type_, shape_);
    runtime::CopyElements(*this, copy);
    runtime::CopyElements(copy, other);
    return;
  }
  runtime::CopyElements(*this, other);
}

void Tensor::FailType() const {
  throw Error(ErrorKind::kBadOption,
              graph::StrCat("values of a tensor of ", ElementTypeName(type_), " asked for as another type"));
}

}  // namespace moir
