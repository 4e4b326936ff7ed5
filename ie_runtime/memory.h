// Memory of the engine's own: packed weights and activations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace moir::runtime {

// When a large block gets large pages, which save most of the time of translating addresses.
enum class LargePages {
  // When it is used a second time: a process that has just started waits for small pages only, which the system has at
  // hand. Systems that cannot do so (Linux before 6.1) give large ones at once.
  kLater,
  kAtOnce,
};
// Not initialized; aligned for vector instructions.
std::shared_ptr<std::byte> AllocateMemory(size_t bytes, LargePages large_pages = LargePages::kLater);
// The same, zeroed, and with its pages at hand: given by `threads` threads, the caller's team.
std::shared_ptr<std::byte> AllocateZeros(size_t bytes, int threads = 1);

// To be called where an inference begins and ends: blocks that were there during a whole inference get their large
// pages at the beginning of those that follow, a part each time.
void InferenceBegins();
void InferenceEnds();
// Bytes of blocks that wait for large pages.
size_t BytesInSmallPages();
// All bytes that inferences to come will move to large pages: those, and what is said here of memory that is copied
// there by others (negative: it is done, or gone).
void AddBytesToMove(int64_t bytes);
size_t BytesToMove();

// Tells the system that all of these bytes are about to be read: pages of a mapped file that are in memory are mapped
// at once instead of a few at each fault. Advice only.
void WillRead(const void* data, size_t bytes);
// Tells the system that all of these bytes, which nobody has touched yet, are about to be written: it gives their pages
// together, in a third of the time that a fault for each takes. Advice only.
void WillWrite(void* data, size_t bytes);

}  // namespace moir::runtime
