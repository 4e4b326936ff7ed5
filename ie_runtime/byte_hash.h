// A hash of bytes at the speed of memory, to recognize files. It protects from accidents, not from an adversary.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace moir::runtime {

// Shared among the threads of the caller's parallel regions; the same whatever their number.
uint64_t HashBytes(const void* data, size_t bytes);
inline uint64_t HashText(std::string_view text) { return HashBytes(text.data(), text.size()); }
// 16 hexadecimal digits.
std::string HashName(uint64_t hash);

}  // namespace moir::runtime
