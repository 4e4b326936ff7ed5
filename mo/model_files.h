// Which files a model consists of, by the options and by MXNet's habits of naming.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

// A folder that is there while it lives, and afterwards if Keep was called: otherwise the folders that had to be made
// are removed again, unless somebody put something into them. FAQ 22 when they cannot be made.
class NewFolder {
 public:
  explicit NewFolder(const std::string& folder);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  void Keep() { made_.clear(); }

 private:
  std::vector<std::string> made_;  // innermost first
};

}  // namespace moir::mo
