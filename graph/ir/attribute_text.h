// Attribute values as an IR spells them: lists separated by commas, true and false, numbers in their shortest form.
#pragma once

#include <string>
#include <string_view>

#include "graph/attribute.h"

namespace moir::graph {

// "3", "1.5", "true", "1,2", "relu". Elements of lists of strings have their commas and backslashes escaped by a
// backslash; an empty element is \e.
std::string AttributeToText(const Attribute& value);

// The inverse for a value of the same type as `like`. Whole numbers may be spelled "2.0", booleans 0 and 1.
// Throws kBadModel: got TEXT, expected TYPE.
Attribute AttributeFromText(std::string_view text, const Attribute& like);

}  // namespace moir::graph
