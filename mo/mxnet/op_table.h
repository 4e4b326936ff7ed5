// The MXNet operators that moir converts: one line each in op_table.cpp, sorted by the name under which MXNet 1.9.1
// registers the operator. Aliases have been resolved before (dialects.h).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mo/mxnet/node_converter.h"

namespace moir::mo {

using Converter = void (*)(NodeConverter&);

struct OpEntry {
  std::string_view name;
  Converter convert;  // null for what exists at training only
  // What the inputs are, one letter each; the last one stands for all further inputs.
  //   d data   w weight   s state: MXNet infers its shape   l label: not read at inference
  std::string_view roles = "d";

  char Role(size_t index) const { return roles[index < roles.size() ? index : roles.size() - 1]; }
  bool TrainingOnly() const { return convert == nullptr; }
};

std::span<const OpEntry> OpTable();
// That of a plug-in when it is not in the table; null when there is none.
const OpEntry* FindOpEntry(std::string_view name);
// The entry that a node needs: that of its operator or, for Custom, that of its op_type. Null when there is none.
const OpEntry* FindOpEntry(const SymbolNode& node);
// Operators written in Python (ops/custom.cpp), by the op_type of Custom; null when it is not known.
const OpEntry* FindCustomOp(std::string_view op_type);
// The known ones, ascending: those that are converted, or those that exist at training only.
std::vector<std::string_view> CustomOpTypes(bool converted);

}  // namespace moir::mo
