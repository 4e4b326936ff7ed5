// Operators that forks and plug-ins of MXNet have and MXNet has not: what is known of them, for messages.
#pragma once

#include <string_view>

namespace moir::mo {

// What the operator is and what can be done about it, as the end of a message after its name; empty when nothing is
// known.
std::string_view KnownOfPrivateOperator(std::string_view op);

}  // namespace moir::mo
