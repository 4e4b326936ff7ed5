// Products of vectors of signs, 64 of them in a word: the number of equal signs of rows and filters.
//
// A bit is 1 for +1 and 0 for -1. Both operands have `words` words per vector, unused bits are 0 in both and count as
// equal; the caller subtracts. Filters are interleaved by 8, so that one register holds the same word of 8 filters:
//   filters[block][word][8]
#pragma once

#include <cstdint>

#include "extension.h"

namespace moir::binary {

constexpr int64_t kRows = 8;     // rows per call
constexpr int64_t kFilters = 8;  // filters per block

// different[r * kFilters + f] = number of bits in which row r (rows + r * words) and filter f of one block differ.
using CountDifferent = void (*)(const uint64_t* rows, const uint64_t* filters, int64_t words, uint32_t* different);
// words[p] |= (data[c * stride + p] >= 0) << c for c < channels <= 64 and p < count.
using PackSigns = void (*)(const float* data, int64_t stride, int64_t channels, int64_t count, uint64_t* words);

struct Kernels {
  CountDifferent count_different;
  PackSigns pack_signs;
};

// The fastest that this CPU has and `isa` allows.
Kernels ChooseKernels(extension::Isa isa);

}  // namespace moir::binary
