// Tests that share the head of a text leave out its constants that the rest does not use.
#pragma once

#include <regex>
#include <string>
#include <vector>

namespace moir::test {

// The text without statements "NAME : ... = ..." (constants) whose name occurs nowhere else.
inline std::string WithUsedConstants(const std::string& text) {
  static const std::regex separator("[;\n]+"), definition(R"(\s*(\w+)\s*:[^=]*=.*)");
  std::string result;
  for (std::sregex_token_iterator statement(text.begin(), text.end(), separator, -1), end; statement != end;
       ++statement) {
    const std::string line = *statement;
    if (std::smatch match; std::regex_match(line, match, definition)) {
      const std::regex word("\\b" + match[1].str() + "\\b");
      if (std::distance(std::sregex_iterator(text.begin(), text.end(), word), std::sregex_iterator()) < 2) continue;
    }
    result += line + "\n";
  }
  return result;
}

}  // namespace moir::test
