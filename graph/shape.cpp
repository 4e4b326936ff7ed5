#include "graph/shape.h"

#include <algorithm>

#include "graph/error.h"

namespace moir::graph {

int64_t Shape::NumElements() const { return NumElements(0, Rank()); }

int64_t Shape::NumElements(int64_t begin, int64_t end) const {
  int64_t product = 1;
  for (int64_t axis = begin; axis < end; ++axis) {
    const int64_t size = (*this)[axis];
    if (size < 0)
      Fail(ErrorKind::kBadModel, "shape ", ToString(), ": size ", size, " on axis ", axis, ", expected a known size");
    if (__builtin_mul_overflow(product, size, &product)) {
      Fail(ErrorKind::kBadModel, "shape ", ToString(), ": the number of elements does not fit in 63 bits");
    }
  }
  return product;
}

std::vector<int64_t> Shape::Strides() const {
  std::vector<int64_t> strides(dims_.size(), 1);
  for (size_t i = dims_.size(); i-- > 1;) strides[i - 1] = strides[i] * dims_[i];
  return strides;
}

int64_t Shape::NormalizeAxis(int64_t axis) const {
  if (axis < -Rank() || axis >= Rank()) {
    Fail(ErrorKind::kBadModel, "axis ", axis, " is outside [", -Rank(), ", ", Rank(), ") for shape ", ToString());
  }
  return axis < 0 ? axis + Rank() : axis;
}

std::string Shape::ToString() const {
  std::string text = "[";
  for (const int64_t size : dims_) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return text + "]";
}

Shape BroadcastShapes(const Shape& a, const Shape& b) {
  const int64_t rank = std::max(a.Rank(), b.Rank());
  std::vector<int64_t> dims(static_cast<size_t>(rank));
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t from_a = i < rank - a.Rank() ? 1 : a[i - (rank - a.Rank())];
    const int64_t from_b = i < rank - b.Rank() ? 1 : b[i - (rank - b.Rank())];
    if (from_a != from_b && from_a != 1 && from_b != 1) {
      Fail(ErrorKind::kBadModel, "shapes ", a, " and ", b, " do not broadcast");
    }
    dims[static_cast<size_t>(i)] = from_a == 1 ? from_b : from_a;
  }
  return Shape(std::move(dims));
}

bool BroadcastsTo(const Shape& from, const Shape& to) {
  if (from.Rank() > to.Rank()) return false;
  for (int64_t i = 1; i <= from.Rank(); ++i) {
    const int64_t size = from[from.Rank() - i];
    if (size != 1 && size != to[to.Rank() - i]) return false;
  }
  return true;
}

std::vector<int64_t> BroadcastStrides(const Shape& from, const Shape& to) {
  if (!BroadcastsTo(from, to)) Fail(ErrorKind::kBadModel, "shape ", from, " does not broadcast to ", to);
  const std::vector<int64_t> dense = from.Strides();
  std::vector<int64_t> strides(static_cast<size_t>(to.Rank()), 0);
  const int64_t shift = to.Rank() - from.Rank();
  for (int64_t i = 0; i < from.Rank(); ++i) {
    if (from[i] != 1) strides[static_cast<size_t>(i + shift)] = dense[static_cast<size_t>(i)];
  }
  return strides;
}

}  // namespace moir::graph
