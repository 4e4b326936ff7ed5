// The table of mo's options: what is known, and what the Model Optimizer knew and is accepted or refused here. The
// parser, --help, the banner, the configuration file and <meta_data> all read this table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moir::mo {

enum class OptionKind {
  kSwitch,        // no value
  kText,          // one value
  kPath,          // one value, a file or folder; relative to the configuration file where one names it
  kPaths,         // paths separated by commas
  kOptionalBool,  // True or False; True without a value
};

enum class OptionStatus {
  kEffective,
  kDeprecated,  // works; `remark` says what to use instead
  kIgnored,     // accepted for the sake of scripts; `remark` says why nothing depends on it
  kRefused,     // an error; `remark` says what it is for, or what to do
};

struct OptionInfo {
  std::string_view name;         // without dashes
  std::string_view short_names;  // with dashes, separated by spaces: "-w -m"
  OptionKind kind = OptionKind::kText;
  OptionStatus status = OptionStatus::kEffective;
  std::string_view group;  // heading in --help
  std::string_view value;  // how --help shows the value: "FILE", "[1,3,224,224]"
  std::string_view help;
  std::string_view remark;  // of options that are not simply effective
};

// In the order of --help.
std::span<const OptionInfo> OptionTable();
// Null when there is none. `spelling`: "--batch", "-b", or a bare name, "batch".
const OptionInfo* FindOption(std::string_view spelling);
// "; did you mean --input_shape?", or nothing.
std::string SuggestOption(std::string_view name);

}  // namespace moir::mo
