// Tensor: element type, shape and dense row-major values.
//
// Copies share the values; a writer gets its own (copy on write). Values may lie in a mapped file, in
// memory of the tensor's own, in memory of somebody else (Wrap), or be the product of such values and
// per-channel factors that have not been multiplied yet (Scaled): folding a batch normalization into a
// mapped convolution's weights then costs no memory, the writer multiplies while it streams.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "graph/element_type.h"
#include "graph/mapped_file.h"
#include "graph/shape.h"

namespace moir::graph {

class Tensor {
 public:
  Tensor() noexcept;                             // undefined type, no values
  Tensor(ElementType type, graph::Shape shape);  // zeros
  Tensor(const Tensor&);
  Tensor(Tensor&&) noexcept;
  Tensor& operator=(const Tensor&);
  Tensor& operator=(Tensor&&) noexcept;
  ~Tensor();
  template <typename T>
  static Tensor FromValues(graph::Shape shape, std::span<const T> values);
  template <typename T>
  static Tensor FromValues(graph::Shape shape, const std::vector<T>& values) {
    return FromValues(std::move(shape), std::span<const T>(values));
  }
  template <typename T>
  static Tensor FromValues(graph::Shape shape, std::initializer_list<T> values) {
    return FromValues(std::move(shape), std::span<const T>(values.begin(), values.size()));
  }
  template <typename T>
  static Tensor Scalar(T value) {
    return FromValues<T>(graph::Shape{}, {value});
  }
  // A rank-1 i64 tensor: the usual form of axes, shapes and patterns.
  static Tensor Indices(const std::vector<int64_t>& values) {
    return FromValues<int64_t>(graph::Shape{static_cast<int64_t>(values.size())}, values);
  }
  // A view of `file` from byte `offset`; throws kBadModel when it does not lie inside the file. An offset that
  // is not aligned for the type gives an owned copy.
  static Tensor Map(std::shared_ptr<const MappedFile> file, uint64_t offset, ElementType type, graph::Shape shape);
  // Memory of somebody else, which must outlive every copy of the tensor. Writing through MutableData writes there.
  static Tensor Wrap(void* data, ElementType type, graph::Shape shape);

  bool IsDefined() const { return type_ != ElementType::kUndefined; }
  ElementType Type() const { return type_; }
  const graph::Shape& Shape() const { return shape_; }
  int64_t NumElements() const { return shape_.NumElements(); }
  size_t ByteSize() const { return static_cast<size_t>(NumElements()) * ElementSize(type_); }

  // Dense values. Multiplies outstanding factors first (once; the result is kept and shared by copies).
  const void* Data() const;
  void* MutableData();  // copy on write
  template <typename T>
  std::span<const T> Values() const {
    CheckType(ElementTypeOf<T>::kValue);
    return {static_cast<const T*>(Data()), static_cast<size_t>(NumElements())};
  }
  template <typename T>
  std::span<T> MutableValues() {
    CheckType(ElementTypeOf<T>::kValue);
    return {static_cast<T*>(MutableData()), static_cast<size_t>(NumElements())};
  }

  // All values converted as static_cast does (f16 and bf16 through f32; out-of-range floats to integers saturate).
  template <typename T>
  std::vector<T> ToVector() const;
  Tensor ConvertTo(ElementType type) const;
  // The same values under another shape of as many elements.
  Tensor Reshaped(graph::Shape shape) const;

  // values * factors along `axis` (one factor per index of the axis), to be multiplied when they are needed.
  // Float types only.
  Tensor Scaled(int64_t axis, std::vector<float> factors) const;
  bool HasPendingFactors() const { return !factors_.empty(); }

  // Streams the values in order in pieces of at most `max_bytes`, outstanding factors multiplied, without
  // keeping the result: `sink(bytes, size)`. The bytes live until the next piece.
  void Stream(size_t max_bytes, const std::function<void(const std::byte*, size_t)>& sink) const;

  // Bytes on the heap that this tensor keeps alive (0 for mapped and wrapped ones).
  size_t OwnedBytes() const;
  // Tells the system that the values have been used up: pages of a mapped file may leave memory. The values stay valid.
  void ReleasePages() const;
  // Same type, shape and bytes. Two views of the same bytes are equal without a look at them.
  bool Equals(const Tensor& other) const;

 private:
  struct Factors {
    int64_t inner;  // elements between two neighbours along the axis
    std::shared_ptr<const std::vector<float>> values;
    friend bool operator==(const Factors&, const Factors&) = default;
  };
  void CheckType(ElementType type) const;
  void Materialize() const;
  void MultiplyFactors(std::byte* values, int64_t first, int64_t count) const;

  ElementType type_ = ElementType::kUndefined;
  graph::Shape shape_;
  // `data_` points into what `keeper_` keeps alive. `owned_` tells that the bytes are ours to write when nobody shares
  // them.
  mutable std::shared_ptr<const void> keeper_;
  mutable const std::byte* data_ = nullptr;
  mutable std::vector<Factors> factors_;
  mutable bool owned_ = false;
  bool writable_wrap_ = false;
  const MappedFile* file_ = nullptr;  // kept by keeper_ while data_ points into it
};

// Aligned memory (64 bytes) for `bytes`, zeroed.
std::shared_ptr<std::byte> AllocateAligned(size_t bytes);

template <typename T>
Tensor Tensor::FromValues(graph::Shape shape, std::span<const T> values) {
  Tensor tensor(ElementTypeOf<T>::kValue, std::move(shape));
  Check(tensor.NumElements() == static_cast<int64_t>(values.size()), "tensor of shape ", tensor.Shape(), " from ",
        values.size(), " values");
  std::copy(values.begin(), values.end(), tensor.MutableValues<T>().begin());
  return tensor;
}
// One element converted as ToVector does.
template <typename To, typename From>
To ConvertElement(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<From, F16> || std::is_same_v<From, BF16>) {
    return ConvertElement<To, float>(ToFloat(value));
  } else if constexpr (std::is_same_v<To, F16>) {
    return ToF16(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, BF16>) {
    return ToBF16(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (value != value) return To{0};
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <typename T>
std::vector<T> Tensor::ToVector() const {
  std::vector<T> result(static_cast<size_t>(NumElements()));
  DispatchType(type_, [&](auto tag) {
    using From = decltype(tag);
    const auto values = Values<From>();
    for (size_t i = 0; i < result.size(); ++i) result[i] = ConvertElement<T, From>(values[i]);
  });
  return result;
}
extern template std::vector<bool> Tensor::ToVector<bool>() const;
extern template std::vector<double> Tensor::ToVector<double>() const;
extern template std::vector<float> Tensor::ToVector<float>() const;
extern template std::vector<int64_t> Tensor::ToVector<int64_t>() const;

}  // namespace moir::graph
