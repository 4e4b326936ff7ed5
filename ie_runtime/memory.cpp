#include "ie_runtime/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kLargePage = size_t{2} << 20;

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

bool CanCollapse() {
  static const bool can = [] {
    alignas(4096) static char page[4096];
    return madvise(page, 0, MADV_COLLAPSE) == 0;
  }();
  return can;
}

// Blocks in small pages: those of a whole inference, and those that came since the last one ended.
class SmallPages {
 public:
  static SmallPages& Instance() {
    static SmallPages& instance = *new SmallPages;  // lives as long as the last thread
    return instance;
  }

  void Add(const std::shared_ptr<std::byte>& memory, size_t bytes) {
    const std::lock_guard lock(mutex_);
    blocks_.push_back({memory, bytes, 0, false});
    any_ = true;
  }
  void Settle() {
    if (!any_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    for (Block& block : blocks_) block.settled = true;
  }
  void CollapseSome() {
    if (!any_.load(std::memory_order_relaxed)) return;
    std::vector<Piece> pieces = Take();
    ParallelFor(static_cast<int64_t>(pieces.size()), 1, [&](int64_t begin, int64_t end) {
      // What the system refuses stays as it is.
      for (int64_t i = begin; i < end; ++i)
        madvise(pieces[static_cast<size_t>(i)].keeper.get() + pieces[static_cast<size_t>(i)].offset, kLargePage,
                MADV_COLLAPSE);
    });
  }
  size_t Bytes() {
    const std::lock_guard lock(mutex_);
    size_t bytes = 0;
    for (const Block& block : blocks_) bytes += block.memory.expired() ? 0 : block.bytes - block.done;
    return bytes;
  }

 private:
  static constexpr size_t kPiecesAtOnce = 16;
  struct Block {
    std::weak_ptr<std::byte> memory;
    size_t bytes, done;
    bool settled;
  };
  struct Piece {
    std::shared_ptr<std::byte> keeper;
    size_t offset;
  };
  std::vector<Piece> Take() {
    std::vector<Piece> pieces;
    const std::lock_guard lock(mutex_);
    for (Block& block : blocks_) {
      if (!block.settled || pieces.size() == kPiecesAtOnce) continue;
      const std::shared_ptr<std::byte> memory = block.memory.lock();
      if (!memory) block.done = block.bytes;
      for (; block.done < block.bytes && pieces.size() < kPiecesAtOnce; block.done += kLargePage)
        pieces.push_back({memory, block.done});
    }
    std::erase_if(blocks_, [](const Block& block) { return block.done >= block.bytes; });
    any_ = !blocks_.empty();
    return pieces;
  }

  std::mutex mutex_;
  std::vector<Block> blocks_;
  std::atomic<bool> any_{false};
};

std::atomic<int64_t> bytes_to_copy{0};

}  // namespace

std::shared_ptr<std::byte> AllocateMemory(size_t bytes, LargePages large_pages) {
  const bool large = bytes >= 2 * kLargePage;
  const size_t alignment = large ? kLargePage : kAlignment;
  const size_t rounded = bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes) throw std::bad_alloc();
  void* memory = std::aligned_alloc(alignment, rounded);
  if (!memory) throw std::bad_alloc();
  std::shared_ptr<std::byte> block(static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); });
  if (!large) return block;
  if (large_pages == LargePages::kLater && CanCollapse()) {
    SmallPages::Instance().Add(block, rounded);
  } else {
    // Advice only: without large pages everything works as before.
    madvise(memory, rounded, MADV_HUGEPAGE);
  }
  return block;
}

void InferenceBegins() { SmallPages::Instance().CollapseSome(); }
void InferenceEnds() { SmallPages::Instance().Settle(); }
size_t BytesInSmallPages() { return SmallPages::Instance().Bytes(); }

void AddBytesToMove(int64_t bytes) { bytes_to_copy += bytes; }
size_t BytesToMove() { return BytesInSmallPages() + static_cast<size_t>(std::max<int64_t>(0, bytes_to_copy.load())); }

std::shared_ptr<std::byte> AllocateZeros(size_t bytes, int threads) {
  // Small blocks may be memory that was used before.
  constexpr size_t kMapped = size_t{1} << 20, kPiece = size_t{1} << 19;
  if (bytes < kMapped) {
    auto memory = AllocateMemory(bytes);
    std::memset(memory.get(), 0, bytes);
    return memory;
  }
  const bool large = bytes >= 2 * kLargePage;
  const size_t rounded = (bytes + kLargePage - 1) / kLargePage * kLargePage, mapped = rounded + kLargePage;
  if (mapped < bytes) throw std::bad_alloc();
  void* const memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  const auto begin = (reinterpret_cast<uintptr_t>(memory) + kLargePage - 1) / kLargePage * kLargePage;
  std::shared_ptr<std::byte> block(reinterpret_cast<std::byte*>(begin),
                                   [memory, mapped](std::byte*) { munmap(memory, mapped); });
  if (large && CanCollapse()) SmallPages::Instance().Add(block, rounded);
  else if (large) madvise(block.get(), rounded, MADV_HUGEPAGE);
  // The system's pages are zero.
  const ThreadCountScope count(threads);
  const auto pieces = static_cast<int64_t>((bytes + kPiece - 1) / kPiece);
  ParallelFor(pieces, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const size_t at = static_cast<size_t>(i) * kPiece;
      WillWrite(block.get() + at, std::min(kPiece, bytes - at));
    }
  });
  return block;
}

namespace {

constexpr size_t kPage = 4096;

// Of the pages that lie in the bytes whole, except for the first.
[[maybe_unused]] void Advise(const void* data, size_t bytes, int advice) {
  const auto begin = reinterpret_cast<uintptr_t>(data) / kPage * kPage;
  const auto end = (reinterpret_cast<uintptr_t>(data) + bytes) / kPage * kPage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}

}  // namespace

void WillRead(const void* data, size_t bytes) {
#ifdef MADV_POPULATE_READ
  constexpr size_t kFew = 16 * kPage;  // the system maps as many at a fault anyway
  if (bytes >= kFew) Advise(data, bytes, MADV_POPULATE_READ);
#else
  (void)data;
  (void)bytes;
#endif
}

void WillWrite(void* data, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  Advise(data, bytes, MADV_POPULATE_WRITE);
#else
  (void)data;
  (void)bytes;
#endif
}

}  // namespace moir::runtime
