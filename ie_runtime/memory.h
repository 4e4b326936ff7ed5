// Memory of the engine's own: packed weights and activations.
#pragma once

#include <cstddef>
#include <memory>

namespace moir::runtime {

// Not initialized; aligned for vector instructions. Large blocks ask the system for large pages, which saves most of
// the time of touching them first and of translating addresses later.
std::shared_ptr<std::byte> AllocateMemory(size_t bytes);
// The same, zeroed.
std::shared_ptr<std::byte> AllocateZeros(size_t bytes);

}  // namespace moir::runtime
