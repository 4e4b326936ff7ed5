// Which files a model consists of, by the options and by MXNet's habits of naming.
#pragma once

#include <optional>
#include <string>

#include "mo/options.h"

namespace moir::mo {

// "0010" of "PREFIX-0010.params"; nothing when the name has no such number.
std::optional<std::string> EpochOf(const std::string& params_path);
// --input_symbol, or the symbol beside the weights: PREFIX-symbol.json for PREFIX-NNNN.params and for PREFIX.params.
// FAQ 84 when there is none.
std::string SymbolPath(const Options& options);
// --model_name, or the stem of the model's file; "model" when that is empty or starts with a dot.
std::string ModelName(const Options& options);

// Finds out before the work begins whether files can be made there: the folder, or the nearest one above it that
// exists, is a folder and may be written. FAQ 22.
void CheckFolder(const std::string& folder);
void MakeFolder(const std::string& folder);

}  // namespace moir::mo
