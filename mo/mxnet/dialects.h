// Dialects: brings a symbol of any age to the form that converters expect.
#pragma once

#include <string_view>
#include <vector>

#include "mo/mxnet/symbol.h"

namespace moir::mo {

// - Operator names are those under which MXNet 1.9.1 registers the operator (see CanonicalOperator).
// - Auxiliary states that files before 0.9 leave out are inputs: BatchNorm "bn0" reads "bn0_moving_mean" and
// "bn0_moving_var".
// - argmin and argmax before 0.9.5: axis -1 meant all axes; it is removed.
// - Reshape's target_shape and keep_highest are a shape.
// Subgraphs likewise. Throws kBadModel for attributes that contradict each other.
void UpgradeSymbol(Symbol& symbol);

// The registered name of an operator for any of its aliases and former names ("_Plus" -> "elemwise_add",
// "flatten" -> "Flatten"); the name itself when it has no other.
std::string_view CanonicalOperator(std::string_view name);
// The names that CanonicalOperator takes for `registered`, sorted.
std::vector<std::string_view> AliasesOf(std::string_view registered);

}  // namespace moir::mo
