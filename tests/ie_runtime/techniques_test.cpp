// Without any one of the engine's techniques every net gives the same numbers, and the technique is really left out.
#include "ie_runtime/techniques.h"

#include <set>

#include "ie_runtime/isa.h"
#include "tests/ie_runtime/api_test_support.h"
#include "tests/ie_runtime/engine_test_support.h"
#include "tests/ie_runtime/family_nets.h"

namespace moir::runtime {
namespace {

class WithoutTechniques {
 public:
  explicit WithoutTechniques(std::string_view names) { DisableTechniques(names); }
  ~WithoutTechniques() { DisableTechniques(""); }
};

class Techniques : public testing::TestWithParam<TechniqueName> {};

TEST_P(Techniques, GiveTheSameNumbersWhenLeftOut) {
  const WithoutTechniques without(GetParam().name);
  EXPECT_FALSE(Uses(GetParam().technique));
  for (const test::FamilyNet& net : test::kFamilyNets) ExpectSameAsPlain(net.text);
}
INSTANTIATE_TEST_SUITE_P(All, Techniques, testing::ValuesIn(TechniqueNames().begin(), TechniqueNames().end()),
                         [](const auto& test) { return std::string(test.param.name); });

// Layers and kernels of a net, and how many bytes lie in its arena.
struct Look {
  std::multiset<std::string> layers;
  std::string kernels;
  size_t arena = 0;
};
Look LookAt(const char* text, const char* without) {
  const WithoutTechniques left_out(without);
  const EngineRun run = ExpectSameAsPlain(text);
  Look look;
  for (const Step& step : run.compiled->Steps()) {
    look.layers.insert(step.type);
    look.kernels += step.kernel->ExecType() + " ";
  }
  look.arena = run.compiled->Memory().arena_bytes;
  return look;
}

TEST(TechniquesLeftOut, ShowInThePlan) {
  const char* const kFused =
      R"(x : f32[1,32,20,20]; p : i64[4] = {0,0,1,1}; z = Pad(x, p, p); w : f32[32,32,3,3] = random(1)
    k : f32[1,32,1,1] = random(2); c = Convolution(z, w); b = Multiply(c, k); v : f32[32,32,1,1] = random(3)
    d = Convolution(x, v); s = Add(b, d); r = ReLU(s); e = Concat(r, d) axis=1; return e)";
  const Look all = LookAt(kFused, "");
  EXPECT_EQ(all.layers.count("Pad") + all.layers.count("ScaleShift") + all.layers.count("Add") +
                all.layers.count("Unary") + all.layers.count("Multiply"),
            0u);
  EXPECT_EQ(LookAt(kFused, "fuse_pad").layers.count("Pad"), 1u);
  EXPECT_EQ(LookAt(kFused, "fuse_bias").layers.count("ScaleShift"), 1u);
  EXPECT_EQ(LookAt(kFused, "fuse_scale_shift").layers.count("Multiply"), 1u);
  EXPECT_EQ(LookAt(kFused, "fuse_sum").layers.count("Add"), 1u);
  EXPECT_EQ(LookAt(kFused, "fuse_unary").layers.count("Unary"), 1u);
  EXPECT_GT(LookAt(kFused, "concat_in_place").arena, all.arena);
  EXPECT_EQ(LookAt(kFused, "winograd,blocked_layout").kernels.find("winograd"), std::string::npos);
  EXPECT_EQ(all.kernels.find("winograd") != std::string::npos, EffectiveIsa() >= Isa::kAvx2);
  const char* const kChain =
      "x : f32[64,64]; y : f32[64,64]; a = Add(x, y); b = Multiply(a, y); c = Add(b, x); return c";
  EXPECT_GT(LookAt(kChain, "in_place").arena, LookAt(kChain, "").arena);
  const char* const kDense =
      "x : f32[1,64]; w : f32[64,64] = random(1); m = MatMul(x, w); s : i64[2] = {8, 8}; r = Reshape(m, s) "
      "special_zero=false; t = Tanh(r); return t";
  EXPECT_NE(LookAt(kDense, "").kernels.find("stream"), std::string::npos);
  EXPECT_EQ(LookAt(kDense, "stream").kernels.find("stream"), std::string::npos);
  EXPECT_GT(LookAt(kDense, "views").arena, LookAt(kDense, "").arena);
}

TEST(TechniquesLeftOut, ShowInThePlanOfBf16) {
  if (!HasBf16(EffectiveIsa())) GTEST_SKIP() << "the CPU has no instructions for bf16";
  const auto graph = graph::ParseGraph(R"(x : f32[1,16,6,6]; w : f32[16,16,1,1] = random(1); c = Convolution(x, w)
    j = Concat(x, c) axis=1; k : f32[1,32,1,1] = random(2); m = Multiply(j, k); v : f32[16,32,1,1] = random(3)
    d = Convolution(m, v); return d)");
  const auto inputs = RandomInputs(*graph);
  const auto run = [&](const char* without, const std::string& type) {
    const WithoutTechniques left_out(without);
    EngineRun result;
    result.compiled = std::make_shared<const CompiledGraph>(
        graph->Clone(), CompileOptions{.threads = 2, .precision = ElementType::kBF16});
    Request request(result.compiled);
    result.outputs = RunRequest(request, inputs);
    EXPECT_EQ(result.StepCount(type), 1u);
    return result.outputs[0];
  };
  // Each value is rounded as often: the same bits.
  ExpectClose(run("fuse_concat", "Concat"), run("", "ConcatScaleShift"), 0, "fuse_concat");
}

TEST(TechniquesLeftOut, AreKnownNames) {
  std::set<std::string_view> names;
  for (const TechniqueName& technique : TechniqueNames()) EXPECT_TRUE(names.insert(technique.name).second);
  ::setenv("MOIR_DISABLE", "winograd,fuse_some", 1);
  ExpectError(::moir::ErrorKind::kBadOption, "MOIR_DISABLE: got \"fuse_some\", expected some of winograd, packed, ",
              [] { CompilePlusOne(); });
  ::setenv("MOIR_DISABLE", "winograd,fuse_sum", 1);
  CompilePlusOne();
  EXPECT_FALSE(Uses(Technique::kWinograd) || Uses(Technique::kFuseSum));
  EXPECT_TRUE(Uses(Technique::kPacked));
  ::unsetenv("MOIR_DISABLE");
  CompilePlusOne();
  EXPECT_TRUE(Uses(Technique::kWinograd));
}

}  // namespace
}  // namespace moir::runtime
