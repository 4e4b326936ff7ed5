// Names of the axes of a model's inputs, "NCHW".
#pragma once

#include <optional>
#include <string>

namespace moir::runtime {

// "[N,C,H,W]", "NCHW" and the same in small letters become "NCHW"; "?" and one "..." stay. Throws kBadOption (`input`
// is the place) for anything else and for a letter that occurs twice.
std::string NormalizeLayout(const std::string& text, const std::string& input);
// Whether a normalized layout may be that of so many axes.
bool LayoutFits(const std::string& layout, size_t rank);
// Where N is among `rank` axes; nothing when it is not there.
std::optional<size_t> BatchAxis(const std::string& layout, size_t rank);
// What inputs of IR v2 to v4 are by their rank; empty beyond 5.
std::string DefaultLayout(size_t rank);

}  // namespace moir::runtime
