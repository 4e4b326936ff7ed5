// Constants of the loops in memory of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace moir::runtime::blocked {

// `values`, then zeros up to `count` numbers; aligned for vectors.
std::shared_ptr<const float> Padded(std::span<const float> values, int64_t count);

}  // namespace moir::runtime::blocked
