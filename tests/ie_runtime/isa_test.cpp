// MOIR_MAX_ISA bounds every test of this program, those of what is inside the engine, too: the public API alone looks
// at it. MOIR_TEST_BF16_RATE says how fast the CPU multiplies in bf16, on which the choice of kernels depends: 2 where
// it is not set, whatever the CPU.
#include "ie_runtime/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/properties.h"

namespace moir::runtime {
namespace {

class BoundOfTheProgram final : public testing::Environment {
 public:
  void SetUp() override {
    // What is a process of its own sets a bound of its own.
    if (GTEST_FLAG_GET(internal_run_death_test).empty()) ApplyMaxIsa(CompileSettings{});
    const char* rate = std::getenv("MOIR_TEST_BF16_RATE");
    blocked::SetBf16ProductRate(rate ? std::atof(rate) : 2);
  }
};
const testing::Environment* const kBound = testing::AddGlobalTestEnvironment(new BoundOfTheProgram);

TEST(Isa, IsWithinTheBoundOfTheProgram) {
  ASSERT_NE(kBound, nullptr);
  const char* bound = std::getenv("MOIR_MAX_ISA");
  if (!bound || !*bound) GTEST_SKIP() << "MOIR_MAX_ISA is not set";
  EXPECT_LE(EffectiveIsa(), ParseIsa(bound));
}

TEST(Isa, ProductsInBf16AreMeasuredToAPowerOfTwo) {
  const double rate = blocked::Bf16ProductRate();
  blocked::SetBf16ProductRate(0);
  const double measured = blocked::Bf16ProductRate();
  EXPECT_TRUE(measured == 0.5 || measured == 1 || measured == 2) << measured;
  if (!HasBf16(EffectiveIsa())) {
    EXPECT_EQ(measured, 0.5);
  }
  blocked::SetBf16ProductRate(rate);
  EXPECT_EQ(blocked::Bf16ProductRate(), rate);
}

}  // namespace
}  // namespace moir::runtime
