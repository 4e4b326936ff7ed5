// What a symbol tells about the operators that mo does not know: the start of a plug-in.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/symbol.h"

namespace moir::mo {

struct UnknownAttribute {
  enum class Type { kBool, kInt, kDouble, kInts, kString };
  std::string name;
  Type type = Type::kString;        // what all values are
  std::vector<std::string> values;  // as the file states them, without repetitions
  bool everywhere = true;           // every node states it
};

struct UnknownInput {
  std::string name;    // "weight", "data", ...
  char role = 'd';     // see OpEntry
  std::string shapes;  // of parameters: "[8,3,3,3] of qconv1_weight"; empty: not known
  bool everywhere = true;
};

struct UnknownOperator {
  std::string op, op_type;  // op_type of Custom only
  std::vector<std::string> nodes;
  std::vector<UnknownAttribute> attributes;
  std::vector<UnknownInput> inputs;
  size_t outputs = 1;
};

// Of nodes that an output of the symbol depends on, in the symbol's order. Operators that are known to exist at
// training only are not among them.
std::vector<UnknownOperator> FindUnknownOperators(const Symbol& symbol, const Params& params);

}  // namespace moir::mo
