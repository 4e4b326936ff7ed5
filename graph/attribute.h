// Attribute values of a node.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace moir::graph {

// Element types are stored by name ("f32").
using Attribute = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

// "true", "3", "0.5", "\"text\"", "[1,2]", "[0.5,1.0]", "[\"a\",\"b\"]": what the text form prints; floating-point
// numbers always carry a dot or an exponent, so that the type survives.
std::string FormatAttribute(const Attribute& value);
// The inverse. Throws kBadModel.
Attribute ParseAttribute(std::string_view text);
// "bool", "int", "double", "string", "ints", "doubles", "strings".
std::string_view AttributeTypeName(const Attribute& value);

}  // namespace moir::graph
