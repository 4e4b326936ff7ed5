#include "tests/support/quotes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace moir::test {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string WithoutIndentation(const std::string& text) {
  std::vector<std::string> lines;
  size_t common = std::string::npos;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) common = std::min(common, line.find_first_not_of(' '));
    lines.push_back(line);
  }
  std::string result;
  for (const std::string& line : lines) result += (line.empty() ? line : line.substr(common)) + "\n";
  return result;
}

std::string Section(const std::string& file, const std::string& name) {
  const std::string text = ReadText(std::string(MOIR_SOURCE_DIR) + "/" + file);
  for (const std::string comment : {"// ", "# "}) {
    const std::string begin = comment + "[" + name + "]\n", end = comment + "[/" + name + "]";
    const size_t from = text.find(begin);
    if (from == std::string::npos) continue;
    const size_t to = text.rfind('\n', text.find(end, from));
    if (to == std::string::npos || to < from + begin.size() - 1) break;
    return WithoutIndentation(text.substr(from + begin.size(), to + 1 - from - begin.size()));
  }
  ADD_FAILURE() << file << ": has no section " << name;
  return {};
}

}  // namespace

std::set<std::string> QuotedSections(const std::string& path) {
  const std::string guide = ReadText(path);
  std::set<std::string> quoted;
  const std::string mark = "<!-- ", close = " -->\n```";
  for (size_t at = guide.find(mark); at != std::string::npos; at = guide.find(mark, at + 1)) {
    const size_t colon = guide.find(": ", at), stop = guide.find(close, at),
                 code = guide.find('\n', stop + close.size()) + 1, end = guide.find("```\n", code);
    if (!(colon < stop && stop < code && code <= end && end != std::string::npos)) {
      ADD_FAILURE() << path << ": a quote that cannot be read: " << guide.substr(at, 80);
      return quoted;
    }
    const std::string file = guide.substr(at + mark.size(), colon - at - mark.size());
    const std::string name = guide.substr(colon + 2, stop - colon - 2);
    EXPECT_EQ(guide.substr(code, end - code), Section(file, name)) << file << ": " << name;
    quoted.insert(name);
  }
  return quoted;
}

}  // namespace moir::test
