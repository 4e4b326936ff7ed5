// MOIR_MAX_ISA bounds every test of this program, those of what is inside the engine, too: the public API alone looks
// at it.
#include "ie_runtime/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "ie_runtime/properties.h"

namespace moir::runtime {
namespace {

class BoundOfTheProgram final : public testing::Environment {
 public:
  void SetUp() override {
    // What is a process of its own sets a bound of its own.
    if (GTEST_FLAG_GET(internal_run_death_test).empty()) ApplyMaxIsa(CompileSettings{});
  }
};
const testing::Environment* const kBound = testing::AddGlobalTestEnvironment(new BoundOfTheProgram);

TEST(Isa, IsWithinTheBoundOfTheProgram) {
  ASSERT_NE(kBound, nullptr);
  const char* bound = std::getenv("MOIR_MAX_ISA");
  if (!bound || !*bound) GTEST_SKIP() << "MOIR_MAX_ISA is not set";
  EXPECT_LE(EffectiveIsa(), ParseIsa(bound));
}

}  // namespace
}  // namespace moir::runtime
