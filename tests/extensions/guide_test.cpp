// docs/extending.md quotes files that are compiled and tested; the quotes are the files' text.
#include <gtest/gtest.h>

#include <set>

#include "tests/extensions/extension_testing.h"

namespace moir {
namespace {

const std::string kSource = MOIR_SOURCE_DIR;

// Between "// [NAME]" and "// [/NAME]".
std::string Section(const std::string& file, const std::string& name) {
  const std::string text = test::ReadText(kSource + "/" + file);
  const std::string begin = "// [" + name + "]\n", end = "// [/" + name + "]\n";
  const size_t from = text.find(begin), to = text.find(end);
  EXPECT_NE(from, std::string::npos) << name;
  EXPECT_NE(to, std::string::npos) << name;
  return from < to && to != std::string::npos ? text.substr(from + begin.size(), to - from - begin.size()) : "";
}

TEST(ExtensionGuide, QuotesFilesAsTheyAre) {
  const std::string guide = test::ReadText(kSource + "/docs/extending.md");
  std::set<std::string> quoted;
  const std::string mark = "<!-- ", fence = " -->\n```cpp\n";
  for (size_t at = guide.find(mark); at != std::string::npos; at = guide.find(mark, at + 1)) {
    const size_t colon = guide.find(": ", at), stop = guide.find(fence, at),
                 end = guide.find("```\n", stop + fence.size());
    ASSERT_TRUE(colon < stop && stop < end && end != std::string::npos) << guide.substr(at, 80);
    const std::string file = guide.substr(at + mark.size(), colon - at - mark.size());
    const std::string name = guide.substr(colon + 2, stop - colon - 2);
    EXPECT_EQ(guide.substr(stop + fence.size(), end - stop - fence.size()), Section(file, name))
        << file << ": " << name;
    quoted.insert(name);
  }
  EXPECT_EQ(quoted, (std::set<std::string>{"converter", "entry", "evaluation", "kernel", "pass", "schema"}));
}

// The pass that the guide, the interface and messages name as a place is one of mo's.
TEST(ExtensionGuide, NamesAPlaceThatIsThere) {
  EXPECT_NE(test::ReadText(kSource + "/transforms/fold_constants.cpp").find("\"fold-constants\""), std::string::npos);
}

}  // namespace
}  // namespace moir
