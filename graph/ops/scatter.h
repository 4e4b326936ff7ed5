// How ScatterElementsUpdate and ScatterNDUpdate join updates with what they meet.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "graph/op_schema.h"

namespace moir::graph {

// "none" replaces; of several updates for one place the last one counts.
inline AttributeSchema ScatterReduction(std::vector<std::string> reductions) {
  return AttributeSchema::OneOf("reduction", std::move(reductions));
}

// The element after one more update. Integers wrap around.
template <typename T>
T ScatterJoin(const std::string& reduction, T old, T update) {
  if (reduction == "sum" || reduction == "mean") {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(old) + static_cast<uint64_t>(update));
    else return old + update;
  }
  if (reduction == "sub") {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(old) - static_cast<uint64_t>(update));
    else return old - update;
  }
  if (reduction == "prod") {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(old) * static_cast<uint64_t>(update));
    else return old * update;
  }
  if (reduction == "min") return update < old ? update : old;
  if (reduction == "max") return update > old ? update : old;
  return update;
}

}  // namespace moir::graph
