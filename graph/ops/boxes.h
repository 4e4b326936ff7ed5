// Boxes of detection operators: four numbers, either corners (xmin, ymin, xmax, ymax) or center and size
// (x, y, width, height). Arithmetic is that of the element type, in MXNet's order, so that comparisons of overlaps with
// thresholds come out the same.
#pragma once

#include "graph/op_schema.h"

namespace moir::graph {

inline AttributeSchema BoxFormatAttribute(const char* name) {
  return AttributeSchema::OneOf(name, {"corner", "center"});
}

// Length that two boxes share along one axis; a and b point to its first number (x or y).
template <typename T>
T SharedLength(const T* a, const T* b, bool center) {
  T shared;
  if (center) {
    const T a_half = a[2] / 2, b_half = b[2] / 2;
    const T a_low = a[0] - a_half, a_high = a[0] + a_half, b_low = b[0] - b_half, b_high = b[0] + b_half;
    shared = (b_high < a_high ? b_high : a_high) - (b_low > a_low ? b_low : a_low);
  } else {
    shared = (a[2] < b[2] ? a[2] : b[2]) - (a[0] > b[0] ? a[0] : b[0]);
  }
  return shared > 0 ? shared : T(0);
}

template <typename T>
T SharedArea(const T* a, const T* b, bool center) {
  return SharedLength(a, b, center) * SharedLength(a + 1, b + 1, center);
}

// Zero for boxes of negative width or height.
template <typename T>
T BoxArea(const T* box, bool center) {
  const T width = center ? box[2] : box[2] - box[0], height = center ? box[3] : box[3] - box[1];
  return width < 0 || height < 0 ? T(0) : width * height;
}

}  // namespace moir::graph
