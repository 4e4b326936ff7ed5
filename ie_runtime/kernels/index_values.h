// Integers that become known when a kernel runs.
#pragma once

#include <cstdint>
#include <string>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

class IndexValues {
 public:
  IndexValues(const std::byte* memory, ElementType type) : memory_(memory), wide_(type == ElementType::kI64) {}
  static bool Serves(ElementType type) { return type == ElementType::kI32 || type == ElementType::kI64; }
  int64_t operator[](int64_t i) const {
    return wide_ ? reinterpret_cast<const int64_t*>(memory_)[i] : int64_t{reinterpret_cast<const int32_t*>(memory_)[i]};
  }

 private:
  const std::byte* memory_;
  bool wide_;
};

// Throws kBadModel for an index outside [-size, size). To be called before anything runs in parallel.
inline void CheckIndex(int64_t index, int64_t size, int64_t axis, const std::string& place) {
  if (index >= -size && index < size) return;
  Fail(graph::ErrorKind::kBadModel, place, ": index ", index, " is outside the ", size, " elements of axis ", axis);
}

}  // namespace moir::runtime
