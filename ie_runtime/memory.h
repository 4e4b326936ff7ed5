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

// Tells the system that all of these bytes are about to be read: pages of a mapped file that are in memory are mapped
// at once instead of a few at each fault. Advice only.
void WillRead(const void* data, size_t bytes);

}  // namespace moir::runtime
