// The table of converters: sorted, without doubles, and under the names that aliases lead to.
#include "mo/mxnet/op_table.h"

#include <gtest/gtest.h>

#include <set>

#include "mo/mxnet/dialects.h"

namespace moir::mo {
namespace {

TEST(OpTable, IsSortedAndFindsEveryEntry) {
  std::string_view last;
  for (const OpEntry& entry : OpTable()) {
    EXPECT_LT(last, entry.name);
    EXPECT_EQ(FindOpEntry(entry.name), &entry);
    last = entry.name;
  }
  EXPECT_FALSE(FindOpEntry("Conv"));
  EXPECT_FALSE(FindOpEntry(""));
  EXPECT_FALSE(FindOpEntry("zzz"));
}

// Aliases are resolved before the table is asked: an entry under an alias would never be found.
TEST(OpTable, HoldsRegisteredNamesOnly) {
  for (const OpEntry& entry : OpTable()) EXPECT_EQ(CanonicalOperator(entry.name), entry.name);
}

TEST(OpTable, RepeatsTheLastRole) {
  const OpEntry* norm = FindOpEntry("BatchNorm");
  ASSERT_TRUE(norm);
  EXPECT_EQ(norm->Role(0), 'd');
  EXPECT_EQ(norm->Role(1), 'w');
  EXPECT_EQ(norm->Role(4), 'w');
  for (const OpEntry& entry : OpTable())
    EXPECT_EQ(entry.roles.find_first_not_of("dwsl"), std::string_view::npos) << entry.name;
  EXPECT_TRUE(FindOpEntry("_contrib_MultiBoxTarget")->TrainingOnly());
  EXPECT_FALSE(FindOpEntry("SoftmaxOutput")->TrainingOnly());
}

}  // namespace
}  // namespace moir::mo
