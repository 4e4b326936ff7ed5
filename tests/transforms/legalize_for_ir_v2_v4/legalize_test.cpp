// The whole way of an IR: a graph of opset operators is legalized, written in every version and read back, with the
// same numbers; what is read, legalized and written again gives the same files.
#include "transforms/legalize_for_ir_v2_v4/legalize.h"

#include <gtest/gtest.h>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

struct Model {
  const char* name;
  const char* text;
  bool old_engine;  // nothing but layers of the 2018 engine
};

void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }

const Model kModels[] = {
    {"LeNet",
     R"(data : f32[1,1,28,28]; w1 : f32[6,1,5,5] = random(1); b1 : f32[1,6,1,1] = random(2); w2 : f32[16,6,5,5] = random(3); b2 : f32[1,16,1,1] = random(4)
      w3 : f32[20,256] = random(5); b3 : f32[20] = random(6); w4 : f32[10,20] = random(7); b4 : f32[10] = random(8); p : i64[2] = {0,-1}
      c1 = Convolution(data, w1); a1 = Add(c1, b1); r1 = ReLU(a1); p1 = MaxPool(r1) kernel=[2,2] strides=[2,2]
      c2 = Convolution(p1, w2); a2 = Add(c2, b2); r2 = Tanh(a2); p2 = MaxPool(r2) kernel=[2,2] strides=[2,2]
      f = Reshape(p2, p) special_zero=true; m3 = MatMul(f, w3) transpose_b=true; a3 = Add(m3, b3); r3 = ReLU(a3)
      m4 = MatMul(r3, w4) transpose_b=true; a4 = Add(m4, b4); softmax = Softmax(a4) axis=1; return softmax)",
     true},
    {"Residual",
     R"(x : f32[2,4,6,6]; w : f32[4,4,3,3] = random(1); g : f32[4] = random(2); b : f32[4] = random(3); m : f32[4] = random(4); v : f32[4] = fill(2)
      n = BatchNormInference(x, g, b, m, v) epsilon=1e-5; r = ReLU(n); c = Convolution(r, w) pads_begin=[1,1] pads_end=[1,1]; s = Add(c, x)
      a : i64[2] = {2,3}; y = ReduceMean(s, a) keep_dims=true; return y)",
     true},
    {"SqueezeAndExcite",
     R"(x : f32[1,4,5,5]; w : f32[2,4,1,1] = random(1); u : f32[4,2,1,1] = random(2); a : i64[2] = {2,3}
      g = ReduceMean(x, a) keep_dims=true; c = Convolution(g, w); r = ReLU(c); e = Convolution(r, u); s = Sigmoid(e); y = Multiply(x, s); return y)",
     true},
    {"Detection",
     R"(x : f32[1,4,4,4]; w : f32[8,4,3,3] = random(1); v : f32[16,4,3,3] = random(2); o : i64[4] = {0,2,3,1}; p : i64[2] = {0,-1}; q : i64[3] = {0,-1,2}; t : i64[3] = {0,2,1}
      c = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]; ct = Transpose(c, o); cf = Reshape(ct, p) special_zero=true; cr = Reshape(cf, q) special_zero=true; cc = Transpose(cr, t)
      s = Softmax(cc) axis=1; l = Convolution(x, v) pads_begin=[1,1] pads_end=[1,1]; lt = Transpose(l, o); lf = Reshape(lt, p) special_zero=true
      b = MultiBoxPrior(x) sizes=[0.3,0.4] ratios=[1.0,2.0,0.5]; y = MultiBoxDetection(s, lf, b) nms_topk=10; return y)",
     false},
    {"TwoHeads",
     R"(x : f32[2,6]; a : i64[] = {1}; s = Split(x, a) num_splits=3; p = ReLU(s.0); q = Tanh(s.1); r = Add(s.1, q); return p as "first", s.1 as "second", r as "third", q)",
     true},
    {"Embedding",
     R"(x : f32[2,5]; t : f32[10,4] = random(1); z : i64[] = {0}; i = Convert(x) destination_type="i32"; c = Clamp(i) min=0.0 max=9.0; e = Gather(t, c, z)
      w : f32[3,4] = random(2); b : f32[3] = random(3); m = MatMul(e, w) transpose_b=true; y = Add(m, b); return y)",
     true},
    {"Sequence",
     R"(x : f32[2,3,4]; h : f32[2,1,5] = fill(0); c : f32[2,1,5] = fill(0); l : i64[2] = {3,3}; w : f32[1,20,4] = random(1); r : f32[1,20,5] = random(2); b : f32[1,20] = random(3)
      s = LSTMSequence(x, h, c, l, w, r, b) hidden_size=5; y = Tanh(s.0); return y, s.1 as "state", s.2 as "cell")",
     false},
    {"Arithmetic",
     R"(x : f32[2,3,4]; z : f32[2,3,4]; c : f32[] = {2}; d : f32[3,1] = random(1); a = Subtract(x, z); b = Minimum(a, x); e = Divide(b, c); f = Multiply(e, d); g = Divide(f, z)
      h = Power(x, c); i = Add(g, h); j = SquaredDifference(i, x); return j)",
     false},
    {"Mixed",
     R"(x : f32[3,4]; k : i64[] = {2}; t = TopK(x, k) axis=1 mode="max" sort="value" index_element_type="i64"; f = Convert(t.1) destination_type="f32"; y = Add(f, t.0)
      g = Greater(x, x); h = LogicalNot(g); return y, h, t.1 as "indices")",
     false},
    {"Line",
     R"(x : f32[1,4,16]; w : f32[6,4,3] = random(1); b : f32[1,6,1] = random(2); c = Convolution(x, w) pads_begin=[1] pads_end=[1]; a = Add(c, b); r = ReLU(a)
      p = MaxPool(r) kernel=[2] strides=[2]; return p)",
     true},
    {"Shapes",
     R"(x : f32[1,2,3,4]; a : i64[1] = {0}; s = Squeeze(x, a); u = Unsqueeze(s, a); b : i64[2] = {0,1}; e : i64[2] = {2,3}; st : i64[2] = {1,1}; ax : i64[2] = {2,3}; c = Slice(u, b, e, st, ax)
      r : i64[4] = {1,1,2,1}; t = Tile(c, r); y = Concat(t, t) axis=1; return y)",
     true},
};

std::vector<graph::PassReport> Legalize(Graph& graph, int version) {
  graph::PassRunner runner;
  for (auto& pass : transforms::MakeLegalizePassesV2V4({.version = version})) runner.Add(std::move(pass));
  return runner.Run(graph);
}

class LegalizeForIr : public testing::TestWithParam<Model> {};

TEST_P(LegalizeForIr, GivesTheSameNumbersInEveryVersion) {
  try {
    const auto original = graph::ParseGraph(GetParam().text);
    for (const int version : {2, 3, 4}) {
      SCOPED_TRACE("version " + std::to_string(version));
      const auto legalized = original->Clone();
      Legalize(*legalized, version);
      ExpectSameResults(*legalized, *original, 1e-5);
      const IrFiles files;
      const graph::IrWriteReport report = files.Write(*legalized, {.version = version});
      EXPECT_EQ(report.engines[0].rfind("OpenVINO 2018", 0) == 0, GetParam().old_engine) << report.engines[0];
      const auto read = files.Read();
      graph::Verify(*read);
      ExpectSameResults(*read, *original, 1e-5);
      // Every output is its layer's name; nothing is lost or gained on a second trip.
      for (const auto& output : legalized->Outputs()) EXPECT_EQ(output.value.node->Name(), output.name);
      Legalize(*read, version);
      const IrFiles again;
      again.Write(*read, {.version = version});
      const auto read_again = again.Read();
      ExpectSameResults(*read_again, *original, 1e-5);
    }
  } catch (const graph::Error& error) {
    FAIL() << error.what();
  }
}

TEST_P(LegalizeForIr, GivesCloseNumbersInHalfPrecision) {
  try {
    const auto original = graph::ParseGraph(GetParam().text);
    const auto legalized = original->Clone();
    Legalize(*legalized, 3);
    const IrFiles files;
    files.Write(*legalized, {.version = 3, .f16 = true});
    ExpectSameResults(*files.Read(), *original, 5e-2);
  } catch (const graph::Error& error) {
    FAIL() << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Models, LegalizeForIr, testing::ValuesIn(kModels),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(LegalizeForIrPasses, HaveDifferentNames) {
  graph::PassRunner runner;
  for (auto& pass : transforms::MakeLegalizePassesV2V4({})) runner.Add(std::move(pass));
  std::vector<std::string> names = runner.Names();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace moir::test
