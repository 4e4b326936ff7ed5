#include "mo/command_line.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "graph/error.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;

namespace {

// Options that say the same in other ways: one of the command line replaces every one of the configuration file.
// "--source_layout" and "--target_layout" complete each other, so only "--layout" stands against them.
constexpr std::array<std::string_view, 2> kAlternatives[] = {
    {"scale", "scale_values"},         {"mean_values", "mean_image"},
    {"data_type", "compress_to_fp16"}, {"ir_version", "generate_deprecated_IR_V2"},
    {"layout", "source_layout"},       {"layout", "target_layout"}};

// An argument cut into an option and what is attached to it.
struct Spelled {
  const OptionInfo* option = nullptr;
  std::string spelling;  // as written, for messages
  bool has_value = false;
  std::string value;
};

Spelled ReadSpelling(const std::string& argument) {
  const size_t equal = argument.find('=');
  Spelled spelled{nullptr, argument.substr(0, equal), equal != std::string::npos, {}};
  if (spelled.has_value) spelled.value = argument.substr(equal + 1);
  spelled.option = FindOption(spelled.spelling);
  if (spelled.option || argument.starts_with("--") || argument.size() < 3) return spelled;
  // "-b4": a letter and its value. What "-4" would mean is no option.
  const OptionInfo* letter = FindOption(argument.substr(0, 2));
  if (letter && letter->kind != OptionKind::kSwitch) return {letter, argument.substr(0, 2), true, argument.substr(2)};
  return spelled;
}

bool LooksLikeOption(const std::string& argument) {
  return argument.starts_with("--") || (argument.starts_with('-') && ReadSpelling(argument).option != nullptr);
}

}  // namespace

std::string GivenOptions::Text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

void GivenOptions::FillUp(const GivenOptions& defaults) {
  const auto given = values_;
  for (const auto& [name, text] : defaults.values_) {
    const bool overridden = std::any_of(std::begin(kAlternatives), std::end(kAlternatives), [&](const auto& group) {
      const bool of_the_group = std::find(group.begin(), group.end(), name) != group.end();
      return of_the_group && std::any_of(group.begin(), group.end(), [&](std::string_view other) {
               return !other.empty() && given.find(other) != given.end();
             });
    });
    if (!overridden) values_.emplace(name, text);
  }
}

std::string ParseBool(std::string_view option, std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  for (const std::string_view yes : {"true", "yes", "on", "1", "y", "t"}) {
    if (lower == yes) return "True";
  }
  for (const std::string_view no : {"false", "no", "off", "0", "n", "f"}) {
    if (lower == no) return "False";
  }
  Fail(ErrorKind::kBadOption, "--", option, ": got \"", text, "\", expected True or False");
}

void CheckNotRefused(const OptionInfo& option, const std::string& place) {
  if (option.status != OptionStatus::kRefused) return;
  Fail(ErrorKind::kBadOption, place, option.name.size() == 1 ? "-" : "--", option.name,
       ": not an option here: ", option.remark);
}

GivenOptions ParseCommandLine(const std::vector<std::string>& arguments) {
  GivenOptions given;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-') || argument.size() == 1) {
      Fail(ErrorKind::kBadOption, "\"", argument,
           "\": the argument belongs to no option; the model is given with --input_model");
    }
    Spelled spelled = ReadSpelling(argument);
    if (!spelled.option)
      Fail(ErrorKind::kBadOption, spelled.spelling, ": there is no such option", SuggestOption(spelled.spelling));
    const OptionInfo& option = *spelled.option;
    CheckNotRefused(option);
    if (given.Has(option.name)) {
      // --help and --version may stand anywhere, as often as anybody likes.
      if (option.name == "help" || option.name == "version") continue;
      Fail(ErrorKind::kBadOption, "--", option.name, ": given more than once");
    }
    if (option.kind == OptionKind::kSwitch) {
      if (spelled.has_value)
        Fail(ErrorKind::kBadOption, "--", option.name, ": got \"", spelled.value,
             "\", expected no value: it is a switch");
      given.Set(option.name, "True");
      continue;
    }
    const bool next = !spelled.has_value && i + 1 < arguments.size() && !LooksLikeOption(arguments[i + 1]);
    if (option.kind == OptionKind::kOptionalBool) {
      if (next && !arguments[i + 1].starts_with('-')) spelled = {&option, "", true, arguments[++i]};
      given.Set(option.name, spelled.has_value ? ParseBool(option.name, spelled.value) : "True");
      continue;
    }
    if (!spelled.has_value && !next) {
      Fail(ErrorKind::kBadOption, "--", option.name, ": a value is missing, expected ",
           option.value.empty() ? "one" : option.value);
    }
    given.Set(option.name, spelled.has_value ? spelled.value : arguments[++i]);
  }
  return given;
}

}  // namespace moir::mo
