#include "ie_runtime/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace moir::runtime {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

void Inference() {
  InferenceBegins();
  InferenceEnds();
}

// What other tests left, done.
void SettleAll() {
  for (int i = 0; i < 1000 && BytesInSmallPages() > 0; ++i) Inference();
  ASSERT_EQ(BytesInSmallPages(), 0u);
}

TEST(Memory, LargeBlocksGetLargePagesAfterAWholeInference) {
  SettleAll();
  const auto memory = AllocateMemory(50 * kMegabyte + 5);
  const size_t waiting = BytesInSmallPages();
  if (waiting == 0) GTEST_SKIP() << "the system gives large pages at once only";
  EXPECT_EQ(waiting, 52 * kMegabyte);
  for (size_t i = 0; i < 50 * kMegabyte; ++i) memory.get()[i] = static_cast<std::byte>(i % 251);
  InferenceEnds();  // one that had begun before
  const size_t first = BytesInSmallPages();
  EXPECT_EQ(first, waiting);
  size_t last = waiting;
  for (int i = 0; i < 2; ++i) {
    Inference();
    EXPECT_LT(BytesInSmallPages(), last);
    last = BytesInSmallPages();
  }
  EXPECT_EQ(last, 0u);
  bool same = true;
  for (size_t i = 0; i < 50 * kMegabyte; ++i) same = same && memory.get()[i] == static_cast<std::byte>(i % 251);
  EXPECT_TRUE(same);
}

TEST(Memory, BlocksThatAreGoneOrSmallWaitForNothing) {
  SettleAll();
  auto small = AllocateMemory(kMegabyte);
  EXPECT_EQ(BytesInSmallPages(), 0u);
  auto at_once = AllocateMemory(8 * kMegabyte, LargePages::kAtOnce);
  EXPECT_EQ(BytesInSmallPages(), 0u);
  auto large = AllocateZeros(8 * kMegabyte);
  EXPECT_TRUE(std::all_of(large.get(), large.get() + 8 * kMegabyte, [](std::byte b) { return b == std::byte{0}; }));
  large.reset();
  EXPECT_EQ(BytesInSmallPages(), 0u);
  Inference();
  Inference();
}

TEST(Memory, WhatOthersMoveIsCountedToo) {
  SettleAll();
  const size_t before = BytesToMove();
  const auto memory = AllocateMemory(8 * kMegabyte);
  AddBytesToMove(5);
  EXPECT_EQ(BytesToMove(), before + BytesInSmallPages() + 5);
  AddBytesToMove(-5);
  EXPECT_EQ(BytesToMove(), before + BytesInSmallPages());
}

TEST(Memory, WillReadTakesAnything) {
  const auto memory = AllocateZeros(kMegabyte);
  for (const size_t offset : {size_t{0}, size_t{1}, size_t{4095}, size_t{4097}}) {
    for (const size_t bytes : {size_t{0}, size_t{1}, size_t{70000}, kMegabyte - 5000})
      WillRead(memory.get() + offset, bytes);
  }
  WillRead(nullptr, 0);
}

}  // namespace
}  // namespace moir::runtime
