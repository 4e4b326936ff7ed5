#include "transforms/fusing_filter.h"

#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::transforms {
namespace {

bool Allows(const std::vector<std::string>& patterns, std::string_view name) {
  graph::Graph graph;
  return FusingFilter(patterns).Allows(*graph.AddParameter(std::string(name), graph::ElementType::kF32, {1}));
}

TEST(FusingFilter, AllowsEverythingWithoutPatterns) { EXPECT_TRUE(Allows({}, "conv0")); }
TEST(FusingFilter, MatchesFromTheFirstLetter) {
  EXPECT_FALSE(Allows({"conv"}, "conv0"));
  EXPECT_FALSE(Allows({".*v0"}, "conv0"));
  EXPECT_TRUE(Allows({"v0"}, "conv0"));
}
TEST(FusingFilter, TriesEveryPattern) {
  EXPECT_FALSE(Allows({"relu", "fc[12]"}, "fc2"));
  EXPECT_TRUE(Allows({"relu", "fc[12]"}, "fc3"));
}
TEST(FusingFilter, RefusesAMalformedPattern) {
  test::ExpectError([] { FusingFilter({"fc[1"}); }, graph::ErrorKind::kBadOption, {"fc[1", "no regular expression"});
}

}  // namespace
}  // namespace moir::transforms
