// From arguments to options by name, as text: "--option value", "--option=value", "-b 4", "-b4", "-b=4".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mo/option_table.h"

namespace moir::mo {

class GivenOptions {
 public:
  bool Has(std::string_view name) const { return values_.contains(name); }
  // Empty when the option was not given. Switches have the text "True".
  std::string Text(std::string_view name) const;
  bool Flag(std::string_view name) const { return Text(name) == "True"; }
  const std::map<std::string, std::string, std::less<>>& All() const { return values_; }
  void Set(std::string_view name, std::string text) { values_.insert_or_assign(std::string(name), std::move(text)); }
  // Takes from `defaults` what is not given here.
  void FillUp(const GivenOptions& defaults);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// Throws kBadOption: unknown options (with the nearest name), missing and unwanted values, repetition, and every option
// that is refused, with the reason.
GivenOptions ParseCommandLine(const std::vector<std::string>& arguments);

// "True" or "False" for what Python takes for one: true, yes, on, 1, y, t. Throws kBadOption.
std::string ParseBool(std::string_view option, std::string_view text);
// Throws when the option's status is kRefused; `place` goes in front of the message.
void CheckNotRefused(const OptionInfo& option, const std::string& place = "");

}  // namespace moir::mo
