// NumPy's array files.
//
//   "\x93NUMPY"  u8 major  u8 minor  header length (u16 in version 1, u32 in 2 and 3; little-endian)
//   header: a Python dict, {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, padded with spaces, "\n"
//   the values
//
// Versions 1 to 3; f16, f32, f64, i8, u8, i32, i64 and bool in little-endian order. Others are refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "moir/tensor.h"

namespace moir::apps {

struct NpyHeader {
  ElementType type = ElementType::kUndefined;
  bool fortran_order = false;
  Shape shape;
  uint64_t data_offset = 0;  // where the values begin
  uint64_t data_size = 0;    // bytes
};

// `start` holds the file's first bytes, all of the header at least; `place` names the file in errors (kBadModel).
NpyHeader ParseNpyHeader(std::span<const std::byte> start, const std::string& place);
// How many first bytes ParseNpyHeader needs, from at least kNpyPrologue bytes of the file (or all of a shorter one).
inline constexpr size_t kNpyPrologue = 12;
uint64_t NpyHeaderSize(std::span<const std::byte> prologue, const std::string& place);

// A whole file in memory. The values are copied, into row-major order.
Tensor ParseNpy(std::span<const std::byte> bytes, const std::string& place);
Tensor ReadNpy(const std::string& path);

// The header (version 1, padded as NumPy does so that values begin at a multiple of 64) that goes before the values of
// such a tensor. bf16, which NumPy does not know, is refused (kUnsupported).
std::string MakeNpyHeader(ElementType type, const Shape& shape);

}  // namespace moir::apps
