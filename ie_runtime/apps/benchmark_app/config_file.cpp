#include "config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "../common/fail.h"
#include "../common/output_file.h"

namespace moir::apps {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

// Shortest text that reads as the same number.
template <typename T>
std::string NumberText(T value) {
  return Json(value).dump();
}

std::vector<std::string> Texts(const boost::any& value) {
  if (const auto* texts = boost::any_cast<std::vector<std::string>>(&value)) return *texts;
  if (const auto* text = boost::any_cast<std::string>(&value)) return {*text};
  if (const auto* flag = boost::any_cast<bool>(&value)) return {*flag ? "true" : "false"};
  if (const auto* number = boost::any_cast<int>(&value)) return {NumberText(*number)};
  if (const auto* large = boost::any_cast<int64_t>(&value)) return {NumberText(*large)};
  if (const auto* natural = boost::any_cast<uint64_t>(&value)) return {NumberText(*natural)};
  if (const auto* real = boost::any_cast<double>(&value)) return {NumberText(*real)};
  Fail(ErrorKind::kInternal, "an option of a type that has no text");
}

bool SpeaksOfFiles(const std::string& name) { return name == "help" || name == "dump_config" || name == "load_config"; }

// The values of an entry as texts.
std::vector<std::string> EntryTexts(const std::string& place, const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  if (value.is_boolean() || value.is_number()) return {value.dump()};
  std::vector<std::string> texts;
  if (value.is_array()) {
    for (const Json& part : value) {
      if (!part.is_string()) break;
      texts.push_back(part.get<std::string>());
    }
    if (texts.size() == value.size() && !texts.empty()) return texts;
  }
  Fail(ErrorKind::kBadModel, place, ": got ", value.dump(),
       ", expected a text, a number, true, false or a list of texts");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> GivenOptions(const po::variables_map& values) {
  std::vector<std::pair<std::string, std::string>> given;
  for (const auto& [name, value] : values) {
    if (value.defaulted() || SpeaksOfFiles(name)) continue;
    for (const std::string& text : Texts(value.value())) given.emplace_back(name, text);
  }
  return given;
}

void WriteConfigFile(const std::string& path, const std::vector<std::pair<std::string, std::string>>& given) {
  Json json = Json::object();
  for (const auto& [name, text] : given) {
    if (!json.contains(name)) {
      json[name] = text;
      continue;
    }
    if (!json[name].is_array()) json[name] = Json::array({json[name]});
    json[name].push_back(text);
  }
  WriteFile(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<std::string> WithConfigFile(const po::options_description& options, const std::string& path,
                                        const po::variables_map& values, const std::vector<std::string>& arguments) {
  std::ifstream file(path);
  if (!file) Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  Json json;
  try {
    json = Json::parse(bytes.str());
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kBadModel, path, ": no JSON: ", error.what());
  }
  if (!json.is_object()) Fail(ErrorKind::kBadModel, path, ": expected an object with options by name");
  std::vector<std::string> all = arguments;
  for (const auto& [name, value] : json.items()) {
    const std::string place = path + ": \"" + name + "\"";
    const po::option_description* option = options.find_nothrow(name, /*approx=*/false);
    if (!option || SpeaksOfFiles(name)) Fail(ErrorKind::kBadOption, place, ": is no option (--help lists them)");
    if (const auto found = values.find(option->long_name()); found != values.end() && !found->second.defaulted())
      continue;  // the command line goes before
    const std::vector<std::string> texts = EntryTexts(place, value);
    if (option->semantic()->max_tokens() == 0) {  // a switch
      if (texts != std::vector<std::string>{"true"} && texts != std::vector<std::string>{"false"})
        Fail(ErrorKind::kBadOption, place, ": got ", value.dump(), ", expected true or false");
      if (texts[0] == "true") all.push_back("--" + option->long_name());
      continue;
    }
    for (const std::string& text : texts) all.push_back("--" + option->long_name() + "=" + text);
  }
  return all;
}

}  // namespace moir::apps
