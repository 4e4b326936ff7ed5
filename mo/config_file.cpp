#include "mo/config_file.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "graph/error.h"
#include "graph/mapped_file.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kMaxNesting = 8;

// Text of a value as the command line would have it.
class ValueText {
 public:
  ValueText(const OptionInfo& option, std::string place) : option_(option), place_(std::move(place)) {}

  std::string Of(const Json& value) const {
    if (option_.kind == OptionKind::kSwitch || option_.kind == OptionKind::kOptionalBool) {
      if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
      if (value.is_string()) return ParseBool(option_.name, value.get<std::string>());
      Refuse(value, "true or false");
    }
    if (value.is_object()) return OfObject(value);
    if (value.is_array()) return OfArray(value);
    return OfScalar(value);
  }

 private:
  [[noreturn]] void Refuse(const Json& value, std::string_view expected) const {
    std::string got = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (got.size() > 60) got = got.substr(0, 60) + "...";
    Fail(ErrorKind::kBadOption, place_, ": got ", got, ", expected ", expected);
  }

  std::string OfScalar(const Json& value) const {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
    if (value.is_number()) return value.dump();
    Refuse(value, "text, a number, or a list of them");
  }

  // "[1,3,224,224]" for numbers (null and -1 are open sizes); "a,b" for the rest.
  std::string OfArray(const Json& array) const {
    std::vector<std::string> parts;
    bool numbers = !array.empty();
    for (const Json& item : array) numbers = numbers && (item.is_number() || item.is_null() || item.is_boolean());
    for (const Json& item : array) {
      if (item.is_null() && numbers) parts.push_back("-1");
      else if (item.is_array()) parts.push_back(OfArray(item));
      else if (item.is_object()) parts.push_back(OfObject(item));
      else parts.push_back(OfScalar(item));
    }
    return numbers ? "[" + graph::Join(parts, ",") + "]" : graph::Join(parts, ",");
  }

  std::string OfObject(const Json& object) const {
    std::vector<std::string> parts;
    for (const auto& [name, value] : object.items()) {
      if (option_.name == "freeze_placeholder_with_value") {
        parts.push_back(name + "->" + (value.is_array() ? OfArray(value) : OfScalar(value)));
      } else if (option_.name == "verify_input") {
        parts.push_back(name + "=" + OfScalar(value));
      } else if (value.is_array()) {
        const std::string text = OfArray(value);
        if (!text.starts_with('[')) Refuse(value, "numbers");
        parts.push_back(name + text);
      } else if (option_.name == "mean_values" || option_.name == "scale_values" || option_.name == "layout" ||
                 option_.name == "source_layout" || option_.name == "target_layout" || option_.name == "mean_image") {
        parts.push_back(name + "(" + OfScalar(value) + ")");
      } else {
        Refuse(object, "text, a number, or a list of them");
      }
    }
    return graph::Join(parts, ",");
  }

  const OptionInfo& option_;
  std::string place_;
};

std::string Resolve(const fs::path& folder, const std::string& path) {
  return path.empty() || fs::path(path).is_absolute() ? path : (folder / path).lexically_normal().string();
}

std::string ResolvePaths(const OptionInfo& option, const fs::path& folder, const std::string& text) {
  if (option.kind == OptionKind::kPaths) {
    std::vector<std::string> paths = graph::Split(text, ',');
    for (std::string& path : paths) {
      // --verify_input: NAME=FILE
      const size_t equal = option.name == "verify_input" ? path.find('=') : std::string::npos;
      const size_t begin = equal == std::string::npos ? 0 : equal + 1;
      path = path.substr(0, begin) + Resolve(folder, path.substr(begin));
    }
    return graph::Join(paths, ",");
  }
  // NAME(FILE),NAME(FILE)
  if (option.name == "mean_image" && text.ends_with(')')) {
    std::vector<std::string> entries = graph::Split(text, ',');
    for (std::string& entry : entries) {
      const size_t open = entry.find('(');
      if (open == std::string::npos || !entry.ends_with(')')) continue;
      entry = entry.substr(0, open + 1) + Resolve(folder, entry.substr(open + 1, entry.size() - open - 2)) + ")";
    }
    return graph::Join(entries, ",");
  }
  return option.kind == OptionKind::kPath ? Resolve(folder, text) : text;
}

}  // namespace

GivenOptions ParseConfig(const std::string& text, const std::string& path) {
  // The parser keeps the last of two equal keys; a script that states an option twice is mistaken, and told so.
  std::set<std::string> seen;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxNesting) Fail(ErrorKind::kBadOption, path, ": nested deeper than ", kMaxNesting, " levels");
    if (event == Json::parse_event_t::key && depth == 1 && !seen.insert(value.get<std::string>()).second)
      Fail(ErrorKind::kBadOption, path, ": key \"", value.get<std::string>(), "\" comes twice");
    return true;
  };
  Json json;
  try {
    json = Json::parse(text, check, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& error) {
    const size_t offset = std::min<size_t>(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
    Fail(ErrorKind::kBadOption, path, ": line ", line, ": not JSON, expected an object of options by name");
  }
  if (!json.is_object()) Fail(ErrorKind::kBadOption, path, ": got no object, expected options by name: {\"batch\": 1}");
  GivenOptions given;
  const fs::path folder = fs::path(path).parent_path();
  for (const auto& [key, value] : json.items()) {
    const OptionInfo* option = FindOption(key);
    if (!option) Fail(ErrorKind::kBadOption, path, ": key \"", key, "\": there is no such option", SuggestOption(key));
    if (option->name == "config" || option->name == "help" || option->name == "version")
      Fail(ErrorKind::kBadOption, path, ": key \"", key, "\": belongs to the command line");
    CheckNotRefused(*option, path + ": ");
    if (given.Has(option->name)) Fail(ErrorKind::kBadOption, path, ": key \"", key, "\": the option is given twice");
    const std::string place = path + ": key \"" + key + "\"";
    if (value.is_null()) continue;  // as if it were not there
    const std::string said = ValueText(*option, place).Of(value);
    if (option->kind == OptionKind::kSwitch && said == "False") continue;
    given.Set(option->name, ResolvePaths(*option, folder, said));
  }
  return given;
}

GivenOptions ReadConfigFile(const std::string& path) {
  const auto file = graph::MappedFile::Open(path);
  return ParseConfig({reinterpret_cast<const char*>(file->Data()), file->Size()}, path);
}

}  // namespace moir::mo
