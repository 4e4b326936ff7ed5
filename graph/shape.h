// Shape of a tensor: the sizes of its axes, outermost first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

namespace moir::graph {

class Shape {
 public:
  Shape() = default;  // a scalar
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  int64_t Rank() const { return static_cast<int64_t>(dims_.size()); }
  int64_t operator[](int64_t axis) const { return dims_[static_cast<size_t>(axis)]; }
  int64_t& operator[](int64_t axis) { return dims_[static_cast<size_t>(axis)]; }
  const std::vector<int64_t>& Dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }

  // Product of all sizes; 1 for a scalar. Throws kBadModel when it does not fit in 63 bits or a size is negative.
  int64_t NumElements() const;
  // Product of the sizes of axes [begin, end).
  int64_t NumElements(int64_t begin, int64_t end) const;
  // Distance in elements between neighbours along each axis of a dense tensor.
  std::vector<int64_t> Strides() const;
  // A negative axis counts from the end; throws kBadModel when it is outside [-rank, rank).
  int64_t NormalizeAxis(int64_t axis) const;

  std::string ToString() const;  // "[1,3,224,224]"
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<int64_t> dims_;
};

inline std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.ToString(); }

// NumPy broadcasting of two shapes: aligned at the last axis, sizes equal or 1. Throws kBadModel.
Shape BroadcastShapes(const Shape& a, const Shape& b);
// Whether `from` broadcasts to exactly `to` under NumPy's rule.
bool BroadcastsTo(const Shape& from, const Shape& to);
// Strides for reading a dense tensor of shape `from` at positions of shape `to`: 0 along broadcast axes.
std::vector<int64_t> BroadcastStrides(const Shape& from, const Shape& to);

}  // namespace moir::graph
