#include "ie_runtime/isa.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

struct Case {
  const char* data;
  const char* attributes;
  bool plain_average = false;  // average with counted padding and an overhang: no primitive says that
};
const Case kCases[] = {
    {"1,16,8,8", "kernel=[2,2] strides=[2,2]"},
    {"2,5,9,11", "kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]"},
    {"1,16,8,8", "kernel=[3,3] strides=[2,2] rounding_type=\"ceil\""},
    {"1,19,10,10", "kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] rounding_type=\"ceil\"", true},
    {"1,16,7,9", "kernel=[3,2] strides=[3,2] pads_begin=[0,1] pads_end=[2,0]"},
    {"1,16,6,6", "kernel=[6,6]"},
    {"1,16,7,7", "kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1]"},
    {"1,16,7,7", "kernel=[2,2] strides=[3,3] rounding_type=\"ceil\""},
    {"1,8,20", "kernel=[4] strides=[3] pads_begin=[1] pads_end=[2]"},
    {"1,8,5,6,7", "kernel=[2,3,2] strides=[2,1,2]"},
    {"1,16,9,9", "kernel=[3,3] strides=[2,2] auto_pad=\"same_upper\""},
    {"1,16,10,10", "kernel=[3,3] strides=[2,2] auto_pad=\"same_lower\""},
};

class PoolingKernel : public testing::TestWithParam<Case> {
 protected:
  // Behind a convolution, so that the data comes in its layout, and alone.
  static EngineRun Check(const std::string& pooling) {
    ExpectSameAsPlain(
        StrCat("x : f32[", GetParam().data, "]; p = ", pooling, " ", GetParam().attributes, "; return p"));
    std::string weights = "16,";
    const std::string data = GetParam().data;
    const size_t comma = data.find(',');
    weights += data.substr(comma + 1, data.find(',', comma + 1) - comma - 1);
    for (size_t i = data.find(',', comma + 1); i != std::string::npos; i = data.find(',', i + 1)) weights += ",1";
    return ExpectSameAsPlain(StrCat("x : f32[", data, "]; w : f32[", weights,
                                    "] = random(1); c = Convolution(x, w); p = ", pooling.substr(0, pooling.find('(')),
                                    "(c)", pooling.substr(pooling.find(')') + 1), " ", GetParam().attributes,
                                    "; return p"));
  }
};
TEST_P(PoolingKernel, Max) { EXPECT_NE(Check("MaxPool(x)").ExecType("p"), "plain"); }
TEST_P(PoolingKernel, AverageOverTheData) { EXPECT_NE(Check("AvgPool(x) exclude-pad=true").ExecType("p"), "plain"); }
TEST_P(PoolingKernel, AverageWithPadding) {
  EXPECT_EQ(Check("AvgPool(x) exclude-pad=false").ExecType("p") == "plain", GetParam().plain_average);
}
INSTANTIATE_TEST_SUITE_P(All, PoolingKernel, testing::ValuesIn(kCases));

// Poolings of our own: windows that hang over every side, rows of all lengths, channels that fill no
// block, several pictures.
TEST(PoolingKernel, BlocksOfChannels) {
  const std::vector<std::pair<int, const char*>> kData = {{8, "1,1"}, {10, "5,23"}, {21, "12,17"}, {16, "40,9"}};
  const char* const kWindows[] = {
      "kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1]",
      "kernel=[3,3] strides=[2,2] pads_begin=[2,2] pads_end=[2,1]",
      "kernel=[1,1] strides=[1,3]",
      "kernel=[4,3] strides=[3,1] pads_begin=[3,1] pads_end=[3,2]",
      "kernel=[5,5] strides=[1,2] pads_begin=[4,3] pads_end=[3,4]",
  };
  for (const auto& [channels, size] : kData) {
    for (const char* window : kWindows) {
      for (const char* op : {"MaxPool", "AvgPool", "AvgPool exclude-pad=true"}) {
        const std::string name(op), type = name.substr(0, name.find(' ')), flag = name.substr(type.size());
        const EngineRun run = ExpectSameAsPlain(
            StrCat("x : f32[2,", channels, ',', size, "]; w : f32[", channels, ',', channels,
                   ",1,1] = random(1); c = Convolution(x, w); p = ", type, "(c)",
                   type == "AvgPool" && flag.empty() ? " exclude-pad=false" : flag, ' ', window, "; return p"));
        EXPECT_EQ(run.ExecType("p").substr(0, 8) == "pooling:", EffectiveIsa() >= Isa::kAvx2)
            << channels << ' ' << window;
      }
    }
  }
}

TEST(ReduceMeanKernel, SpatialMeansKeepTheLayout) {
  const EngineRun run = ExpectSameAsPlain(
      "x : f32[1,16,5,6]; w : f32[32,16,1,1] = random(1); axes : i64[2] = {2, -1}; c = Convolution(x, w); m = "
      "ReduceMean(c, axes) keep_dims=true; return m");
  EXPECT_NE(run.ExecType("m"), "plain");
  EXPECT_LE(run.StepCount("Reorder"), 1u);
}
TEST(ReduceMeanKernel, OtherMeansAreRight) {
  ExpectSameAsPlain("x : f32[2,16,5,6]; axes : i64[1] = {1}; m = ReduceMean(x, axes) keep_dims=true; return m");
  ExpectSameAsPlain("x : f32[2,16,5,6]; axes : i64[2] = {2, 3}; m = ReduceMean(x, axes) keep_dims=false; return m");
}

}  // namespace
}  // namespace moir::runtime
