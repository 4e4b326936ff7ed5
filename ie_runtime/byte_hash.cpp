#include "ie_runtime/byte_hash.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// Odd numbers with as many ones as zeros (digits of pi and e).
constexpr uint64_t kFactor = 0x9e3779b97f4a7c15u, kOther = 0xc2b2ae3d27d4eb4fu;
constexpr size_t kPiece = size_t{1} << 20;

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 32)) * kFactor;
  value = (value ^ (value >> 29)) * kOther;
  return value ^ (value >> 32);
}

// Eight lanes, so that multiplications overlap. A step is a bijection of the lane for a given word, and of the word for
// a given lane: no single change is lost.
uint64_t HashPiece(const std::byte* data, size_t bytes) {
  uint64_t lanes[8];
  for (size_t i = 0; i < 8; ++i) lanes[i] = kOther * (i + 1);
  size_t at = 0;
  for (; at + 64 <= bytes; at += 64) {
    uint64_t words[8];
    std::memcpy(words, data + at, 64);
    for (size_t i = 0; i < 8; ++i) {
      lanes[i] = (lanes[i] ^ words[i]) * kFactor;
      lanes[i] ^= lanes[i] >> 31;
    }
  }
  uint64_t words[8] = {};
  if (at < bytes) std::memcpy(words, data + at, bytes - at);
  uint64_t hash = bytes * kFactor;
  for (size_t i = 0; i < 8; ++i) hash = Mix(hash ^ Mix(lanes[i] ^ words[i]));
  return hash;
}

}  // namespace

uint64_t HashBytes(const void* data, size_t bytes) {
  const auto* from = static_cast<const std::byte*>(data);
  if (bytes <= kPiece) return Mix(HashPiece(from, bytes));
  const auto pieces = static_cast<int64_t>((bytes + kPiece - 1) / kPiece);
  std::vector<uint64_t> hashes(static_cast<size_t>(pieces));
  ParallelFor(pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const size_t first = static_cast<size_t>(i) * kPiece;
      const size_t size = std::min(kPiece, bytes - first);
      WillRead(from + first, size);
      hashes[static_cast<size_t>(i)] = HashPiece(from + first, size);
    }
  });
  return Mix(HashPiece(reinterpret_cast<const std::byte*>(hashes.data()), hashes.size() * sizeof(uint64_t)) ^ bytes);
}

std::string HashName(uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace moir::runtime
