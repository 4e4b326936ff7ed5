// What the writer and the reader of IR v2, v3 and v4 agree on.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/attribute.h"
#include "graph/element_type.h"

namespace moir::graph {

// Layers of ours: "moir." and the operator's name.
inline constexpr std::string_view kGenericPrefix = "moir.";
// Operators of old layers: "ie." and the layer's type.
inline constexpr std::string_view kLayerPrefix = "ie.";
// Marks an Input or Const whose values really are f16 in an IR of another precision.
inline constexpr const char* kElementTypeAttribute = "element_type";

// "FP32", "I64", "BOOL", ...
std::string_view PrecisionName(ElementType type);
// kUndefined for unknown names.
ElementType ParsePrecision(std::string_view name);

// Whether an input of a layer operator is stored as a blob of the layer, by its name in the schema.
bool IsBlobName(std::string_view input);

using AttributeTexts = std::vector<std::pair<std::string, std::string>>;

// Window attributes of Convolution, Deconvolution and Pooling are lists in v3 and v4 (kernel="3,3") and single numbers
// in v2 (kernel-x, kernel-y; pad-x, pad-y before and pad-r, pad-b after the data). Only two spatial axes have a v2
// spelling; others keep the lists, which readers of v2 take, too.
AttributeTexts SpellWindowV2(const Attributes& attributes, bool pooling);
// The v3 spelling of attributes read from a v2 layer. Throws kBadModel.
AttributeTexts ReadWindowV2(const AttributeTexts& attributes);

}  // namespace moir::graph
