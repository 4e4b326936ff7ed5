// docs/extending.md quotes files that are compiled and tested; the quotes are the files' text.
#include <gtest/gtest.h>

#include <set>

#include "tests/extensions/extension_testing.h"
#include "tests/support/quotes.h"

namespace moir {
namespace {

const std::string kSource = MOIR_SOURCE_DIR;

TEST(ExtensionGuide, QuotesFilesAsTheyAre) {
  EXPECT_EQ(test::QuotedSections(kSource + "/docs/extending.md"),
            (std::set<std::string>{"converter", "entry", "evaluation", "head", "kernel", "pass", "schema"}));
}

// The pass that the guide, the interface and messages name as a place is one of mo's.
TEST(ExtensionGuide, NamesAPlaceThatIsThere) {
  EXPECT_NE(test::ReadText(kSource + "/transforms/fold_constants.cpp").find("\"fold-constants\""), std::string::npos);
}

}  // namespace
}  // namespace moir
