// The version of moir, as --version prints it and <meta_data> records it.
#pragma once

namespace moir::mo {
inline constexpr const char* kVersion = MOIR_VERSION;
}
