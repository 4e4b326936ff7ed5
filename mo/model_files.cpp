#include "mo/model_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "graph/error.h"
#include "mo/faq.h"

namespace moir::mo {

using graph::ErrorKind;
namespace fs = std::filesystem;

namespace {}  // namespace

std::optional<std::string> EpochOf(const std::string& params_path) {
  const std::string stem = fs::path(params_path).stem().string();
  const size_t dash = stem.rfind('-');
  if (dash == std::string::npos || dash + 1 == stem.size()) return std::nullopt;
  if (stem.find_first_not_of("0123456789", dash + 1) != std::string::npos) return std::nullopt;
  return stem.substr(dash + 1);
}

std::string SymbolPath(const Options& options) {
  if (!options.input_symbol.empty()) {
    std::error_code status;
    if (!fs::exists(options.input_symbol, status)) {
      FailFaq(kNoSymbol, ErrorKind::kIo, options.input_symbol,
              ": --input_symbol: ", status ? status.message() : "No such file or directory");
    }
    return options.input_symbol;
  }
  const fs::path params(options.input_model);
  const std::string stem = params.stem().string();
  std::vector<std::string> prefixes, tried;
  if (const auto epoch = EpochOf(options.input_model))
    prefixes.push_back(stem.substr(0, stem.size() - epoch->size() - 1));
  prefixes.push_back(stem);
  for (const std::string& prefix : prefixes) {
    const fs::path candidate = params.parent_path() / (prefix + "-symbol.json");
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return candidate.string();
    tried.push_back(candidate.string());
  }
  FailFaq(kNoSymbol, ErrorKind::kIo, options.input_model,
          ": the graph that belongs to these weights was not found (looked for ", graph::Join(tried, ", "),
          "); name it with --input_symbol");
}

std::string ModelName(const Options& options) {
  if (!options.model_name.empty()) return options.model_name;
  const std::string stem =
      fs::path(options.input_model.empty() ? options.input_symbol : options.input_model).stem().string();
  return stem.empty() || stem.front() == '.' ? "model" : stem;
}

void CheckFolder(const std::string& folder) {
  fs::path place = fs::absolute(folder).lexically_normal();
  std::error_code status;
  while (!fs::exists(place, status) && !status && place.has_relative_path()) place = place.parent_path();
  if (!status && !fs::is_directory(place)) {
    FailFaq(kOutputFolder, ErrorKind::kIo, folder, ": the output folder cannot be made: ", place.string(),
            " is a file");
  }
  if (status || ::access(place.c_str(), W_OK | X_OK) != 0) {
    FailFaq(kOutputFolder, ErrorKind::kIo, folder, ": the output folder cannot be written: ", place.string(), ": ",
            status ? status.message() : std::strerror(errno));
  }
}

NewFolder::NewFolder(const std::string& folder) {
  std::error_code status;
  for (fs::path place = fs::absolute(folder).lexically_normal();
       !fs::exists(place, status) && place.has_relative_path(); place = place.parent_path()) {
    if (place.has_filename()) made_.push_back(place.string());
  }
  fs::create_directories(folder, status);
  if (status || !fs::is_directory(folder)) {
    FailFaq(kOutputFolder, ErrorKind::kIo, folder,
            ": the output folder cannot be made: ", status ? status.message() : "a file has its name");
  }
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  for (const std::string& place : made_) fs::remove(place, ignored);
}

}  // namespace moir::mo
