#include "ie_runtime/memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace moir::runtime {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

std::shared_ptr<std::byte> AllocateMemory(size_t bytes) {
  const bool large = bytes >= 2 * kLargePage;
  const size_t alignment = large ? kLargePage : kAlignment;
  const size_t rounded = bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes) throw std::bad_alloc();
  void* memory = std::aligned_alloc(alignment, rounded);
  if (!memory) throw std::bad_alloc();
  // Advice only: without large pages everything works as before.
  if (large) madvise(memory, rounded, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); }};
}

std::shared_ptr<std::byte> AllocateZeros(size_t bytes) {
  auto memory = AllocateMemory(bytes);
  std::memset(memory.get(), 0, bytes);
  return memory;
}

void WillRead(const void* data, size_t bytes) {
#ifdef MADV_POPULATE_READ
  constexpr size_t kPage = 4096, kFew = 16 * kPage;  // the system maps as many at a fault anyway
  if (bytes < kFew) return;
  const auto begin = reinterpret_cast<uintptr_t>(data) / kPage * kPage;
  const auto end = (reinterpret_cast<uintptr_t>(data) + bytes) / kPage * kPage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ);
#else
  (void)data;
  (void)bytes;
#endif
}

}  // namespace moir::runtime
