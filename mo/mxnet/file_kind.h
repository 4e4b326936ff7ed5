// What a file is when it is not what it was given as: by its first bytes, for messages.
#pragma once

#include <cstdint>
#include <string_view>

namespace moir::mo {

// First eight bytes of a file of arrays.
inline constexpr uint64_t kArrayListMagic = 0x112;

// "a PNG picture", "a gzip archive", "a git-lfs pointer (the file itself was never fetched)", "an MXNet array file",
// ...; empty when the bytes are of no kind known here.
std::string_view DescribeFileKind(std::string_view bytes);

}  // namespace moir::mo
