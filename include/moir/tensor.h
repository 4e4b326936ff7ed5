// Tensor: element type, shape and row-major values, dense or with gaps between rows. The unit in which an application
// and the engine exchange data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "moir/error.h"
#include "moir/export.h"

namespace moir {

// Named as in the IR: "boolean", "f16", "bf16", "f32", "f64", "i8", "u8", "i32", "i64".
enum class ElementType : uint8_t { kUndefined, kBool, kF16, kBF16, kF32, kF64, kI8, kU8, kI32, kI64 };
MOIR_API std::string_view ElementTypeName(ElementType type);
MOIR_API size_t ElementSize(ElementType type);  // bytes; 0 for kUndefined

using Shape = std::vector<int64_t>;
MOIR_API int64_t NumElements(const Shape& shape);
MOIR_API std::string ShapeToString(const Shape& shape);  // "[1,3,224,224]"

// Bytes from one element to the next along each axis.
using Strides = std::vector<int64_t>;

// 16-bit floats are exchanged as their bits (uint16_t).
template <typename T>
constexpr bool IsElement(ElementType type) {
  switch (type) {
    case ElementType::kBool: return std::is_same_v<T, bool>;
    case ElementType::kF16:
    case ElementType::kBF16: return std::is_same_v<T, uint16_t>;
    case ElementType::kF32: return std::is_same_v<T, float>;
    case ElementType::kF64: return std::is_same_v<T, double>;
    case ElementType::kI8: return std::is_same_v<T, int8_t>;
    case ElementType::kU8: return std::is_same_v<T, uint8_t>;
    case ElementType::kI32: return std::is_same_v<T, int32_t>;
    case ElementType::kI64: return std::is_same_v<T, int64_t>;
    case ElementType::kUndefined: break;
  }
  return false;
}

class MOIR_API Tensor {
 public:
  Tensor() = default;                     // undefined type, no values
  Tensor(ElementType type, Shape shape);  // own memory, zeroed, aligned for vector instructions
  // Memory of the caller, which must outlive every copy of the tensor.
  Tensor(ElementType type, Shape shape, void* data);
  // The same with gaps: rows of a larger picture, for instance. Strides are multiples of the element's size and leave
  // every axis the room of the axes inside it (no transposed and no repeated values); anything else is kBadOption.
  Tensor(ElementType type, Shape shape, void* data, const Strides& strides);
  // Memory that `owner` keeps alive, for as long as copies of the tensor live.
  Tensor(ElementType type, Shape shape, std::shared_ptr<void> owner, void* data);
  // The elements of `other` from index begin[i] up to, not including, end[i] of every axis: a view, nothing is copied.
  // Throws kBadOption when that lies outside.
  Tensor(const Tensor& other, const Shape& begin, const Shape& end);

  explicit operator bool() const { return type_ != ElementType::kUndefined; }
  ElementType GetElementType() const { return type_; }
  const Shape& GetShape() const { return shape_; }
  size_t GetSize() const;      // elements
  size_t GetByteSize() const;  // bytes of the elements, without the gaps between them
  Strides GetStrides() const;
  // No gaps: the elements are GetByteSize() bytes from Data() on.
  bool IsContinuous() const { return strides_.empty(); }
  const Strides* StridesOrNull() const { return strides_.empty() ? nullptr : &strides_; }  // for the engine

  // The first element. Copies of a tensor share the values.
  void* Data() const { return data_.get(); }
  // Throws kBadOption when T does not belong to the element type.
  template <typename T>
  T* Data() const {
    if (!IsElement<std::remove_const_t<T>>(type_)) FailType();
    return static_cast<T*>(data_.get());
  }
  // Copies the values into `other`, which must have the same type and shape and may have other gaps; an undefined one
  // gets memory of its own. The two may overlap.
  void CopyTo(Tensor& other) const;

 private:
  [[noreturn]] void FailType() const;
  void SetStrides(const Strides& strides);  // of the shape; those of a dense tensor are not kept
  ElementType type_ = ElementType::kUndefined;
  Shape shape_;
  Strides strides_;  // empty: dense
  std::shared_ptr<void> data_;
};

}  // namespace moir
