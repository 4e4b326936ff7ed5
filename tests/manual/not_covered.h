// Why operators of MXNet 1.9.1 are not converted.
#pragma once

#include <string_view>

namespace moir::test {

// A sentence without its end; empty for operators that nobody has looked at.
std::string_view ReasonNotCovered(std::string_view registered_name);

}  // namespace moir::test
