// Converters of plug-ins as entries of the table of operators.
#pragma once

#include <string_view>

#include "graph/extension/extension_registry.h"
#include "mo/mxnet/op_table.h"

namespace moir::mo {

// Null when no plug-in converts the operator. `op_type` belongs to Custom and is empty otherwise.
const OpEntry* FindExtensionEntry(std::string_view op, std::string_view op_type);

// Throws kBadOption when the plug-in converts an operator that is built in.
void CheckExtensionConverters(const graph::ExtensionLibrary& library);

}  // namespace moir::mo
