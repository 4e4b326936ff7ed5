// How far two tensors are apart.
#pragma once

#include <cstdint>
#include <string>

#include "graph/tensor.h"

namespace moir::mo {

struct Difference {
  double absolute = 0;       // the largest |actual - reference|; infinite where only one of the two is a number
  double largest_value = 0;  // the largest finite |reference|
  // Where it is, in row-major order, and the two values there. -1: nowhere.
  int64_t position = -1;
  double reference = 0, actual = 0;
  std::string problem;  // other shapes, say: nothing could be compared

  // absolute / largest_value; the absolute difference itself where the reference is zero everywhere.
  double Relative() const;
  bool Within(double tolerance) const { return problem.empty() && Relative() <= tolerance; }
};

// Compares as numbers, whatever the types are. NaN equals NaN, and infinities equal themselves.
Difference Compare(const graph::Tensor& reference, const graph::Tensor& actual);

// "[0,3,1]" for a position in row-major order.
std::string PositionText(const graph::Shape& shape, int64_t position);

}  // namespace moir::mo
