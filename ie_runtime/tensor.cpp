#include "moir/tensor.h"

#include <cstring>
#include <utility>

#include "graph/tensor.h"
#include "ie_runtime/api_error.h"

namespace moir {

namespace {

// The public types are the graph's under another name.
graph::ElementType ToGraph(ElementType type) { return static_cast<graph::ElementType>(type); }

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
  const auto bytes = static_cast<size_t>(NumElements(shape_)) * ElementSize(type_);
  data_ = graph::AllocateAligned(bytes);
}

Tensor::Tensor(ElementType type, Shape shape, void* data)
    : type_(type), shape_(std::move(shape)), data_(data, [](void*) {}) {
  NumElements(shape_);
}

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
  std::memcpy(other.data_.get(), data_.get(), GetByteSize());
}

void Tensor::FailType() const {
  throw Error(ErrorKind::kBadOption,
              graph::StrCat("values of a tensor of ", ElementTypeName(type_), " asked for as another type"));
}

}  // namespace moir
