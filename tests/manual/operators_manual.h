// The text of docs/operators.md, made from the tables of converters, graph operators and kernels and from the reference
// cases: it cannot tell anything else than the code does.
#pragma once

#include <string>

namespace moir::test {

// Throws std::runtime_error when MXNet registers an operator that is neither covered nor has a reason in
// not_covered.cpp.
std::string OperatorsManual();

}  // namespace moir::test
