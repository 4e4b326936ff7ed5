#include "ie_runtime/memory.h"

#include <sys/mman.h>

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

}  // namespace moir::runtime
