// What a node costs: how often it multiplies two numbers and adds the product to a sum. Two floating-point operations
// each. Counted for convolutions, matrix products and recurrent layers; everything else moves or maps values and counts
// as nothing.
#pragma once

#include <cstdint>
#include <limits>

#include "graph/node.h"

namespace moir::graph {

// Sizes of any model can be counted in 64 bits or are said to be the largest number.
inline uint64_t SaturatingProduct(uint64_t a, uint64_t b) {
  uint64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<uint64_t>::max() : result;
}
inline uint64_t SaturatingSum(uint64_t a, uint64_t b) {
  uint64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::numeric_limits<uint64_t>::max() : result;
}

// Zero for shapes with open sizes, whose number of elements nobody knows.
uint64_t CountElements(const Shape& shape);

// Multiply-adds of one node; zero where shapes are open, the largest number when there are more.
uint64_t MultiplyAdds(const Node& node);

}  // namespace moir::graph
