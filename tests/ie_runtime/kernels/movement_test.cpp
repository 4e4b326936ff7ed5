// Operators that move elements: Concat, Split, Reshape, Transpose, Slice, Tile, Broadcast, Pad, Gather.
#include "ie_runtime/isa.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

TEST(ConcatKernel, LayoutsAndAxes) {
  for (const char* batch : {"1", "2"}) {
    for (const int first : {16, 32, 5}) {
      for (const int second : {16, 7}) {
        const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[", batch, ",3,5,6]; w1 : f32[", first,
                                                       ",3,1,1] = random(1); w2 : f32[", second,
                                                       ",3,1,1] = random(2)\nc1 = Convolution(x, w1); c2 = "
                                                       "Convolution(x, w2); k = Concat(c1, c2) axis=1; w3 : f32[4,",
                                                       first + second,
                                                       ",3,3] = random(3); d = Convolution(k, w3); e = Concat(c2, c2) "
                                                       "axis=-1; f = Concat(x, c1) axis=1; return d, e, f"));
        // With SSE4.1 oneDNN's convolutions of matrix products give plain results.
        const size_t most = EffectiveIsa() < Isa::kAvx2 || first % 16 != 0 ? 8 : 4;
        EXPECT_LE(run.StepCount("Reorder"), most);
      }
    }
  }
  ExpectSameAsPlain("x : f32[2,3]; y : f32[4,3]; k = Concat(x, y) axis=0; return k");
  ExpectSameAsPlain("x : i64[2,3]; k : i64[2,1] = {7, 8}; c = Concat(x, k, x) axis=1; return c");
  ExpectSameAsPlain("x : f32[2,3]; c = Concat(x, x) axis=0; s = ReLU(x); d = Concat(s, s, c) axis=0; return c, d");
}

TEST(ConcatKernel, NestedConcatenationsAreWrittenInPlace) {
  const EngineRun run = ExpectSameAsPlain(R"(
    x : f32[1,16,4,4]; w : f32[16,16,1,1] = random(1)
    a = Convolution(x, w); b = Convolution(a, w); k1 = Concat(a, b) axis=1
    w2 : f32[16,32,1,1] = random(2); c = Convolution(k1, w2); k2 = Concat(k1, c) axis=1
    d = MaxPool(k2) kernel=[2,2]; e = Concat(d, d) axis=1
    return e)");
  Request request(run.compiled);
  RunRequest(request, RandomInputs(*graph::ParseGraph("x : f32[1,16,4,4]; return x")));
  size_t ran = 0;
  for (const StepTime& time : request.Times()) ran += time.step->type == "Concat";
  EXPECT_EQ(ran, 1u);  // the last one: the same part cannot lie in two places
}

TEST(SplitKernel, LayoutsAndAxes) {
  for (const char* batch : {"1", "2"}) {
    for (const int channels : {32, 12}) {
      ExpectSameAsPlain(
          StrCat("x : f32[", batch, ",3,5,6]; w : f32[", channels,
                 ",3,1,1] = random(1); axis : i64[] = {1}; c = Convolution(x, w); s = Split(c, axis) num_splits=2\n",
                 "t = Tanh(s.0); w3 : f32[4,", channels / 2,
                 ",3,3] = random(3); d = Convolution(s.1, w3); return t, d, s.0 as \"first\""));
    }
  }
  ExpectSameAsPlain(
      "x : f32[2,7]; axis : i64[] = {-1}; lengths : i64[3] = {2, 1, 4}; s = VariadicSplit(x, axis, lengths); r = "
      "ReLU(s.2); return s.0, r, s.1");
  ExpectSameAsPlain(
      "x : f32[6,2]; axis : i64[] = {0}; s = Split(x, axis) num_splits=3; k = Concat(s.2, s.0, s.1) axis=0; a = "
      "Add(s.0, s.1); return k, a");
}

TEST(ReshapeKernel, ViewsAndChainsOfViews) {
  ExpectSameAsPlain(
      "x : f32[2,3,4]; p : i64[2] = {2, 12}; r = Reshape(x, p); a : i64[1] = {0}; u = Unsqueeze(r, a); s = Squeeze(u, "
      "a); t = Tanh(s); return r, t, s");
  ExpectSameAsPlain(
      "x : f32[1,3,5,6]; w : f32[20,3,1,1] = random(1); c = Convolution(x, w); p : i64[2] = {1, 600}; r = Reshape(c, "
      "p); t = ReLU(r); q = Reshape(r, p); k = Concat(q, t) axis=1; return k");
  ExpectSameAsPlain("x : i64[2,3]; p : i64[1] = {6}; r = Reshape(x, p); return r");
}

TEST(TransposeKernel, OrdersTypesAndLayouts) {
  for (const char* order : {"0,2,3,1", "0,3,1,2", "1,0,2,3", "3,2,1,0", "0,1,3,2", "0,1,2,3"}) {
    ExpectSameAsPlain(StrCat("x : f32[2,3,4,5]; o : i64[4] = {", order, "}; t = Transpose(x, o); return t"));
    ExpectSameAsPlain(StrCat("x : i64[2,3,4,5]; o : i64[4] = {", order, "}; t = Transpose(x, o); return t"));
    ExpectSameAsPlain(StrCat("x : f32[1,3,4,5]; w : f32[21,3,1,1] = random(1); c = Convolution(x, w); o : i64[4] = {",
                             order, "}; t = Transpose(c, o); return t"));
  }
  ExpectSameAsPlain("x : f32[4,5]; o : i64[2] = {1,0}; t = Transpose(x, o); return t");
}

TEST(TransposeKernel, HeadsOfADetector) {
  const EngineRun run = ExpectSameAsPlain(R"(
    x : f32[1,16,6,6]; w : f32[24,16,3,3] = random(1); w2 : f32[24,16,3,3] = random(2); o : i64[4] = {0,2,3,1}; p : i64[2] = {0,-1}
    c = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]; t = Transpose(c, o); f = Reshape(t, p) special_zero=true
    d = Convolution(x, w2); u = Transpose(d, o); g = Reshape(u, p) special_zero=true
    k = Concat(f, g) axis=1
    return k)");
  Request request(run.compiled);
  RunRequest(request, RandomInputs(*graph::ParseGraph("x : f32[1,16,6,6]; return x")));
  for (const StepTime& time : request.Times())
    EXPECT_NE(time.step->type, "Concat") << "the transposed heads are written where the concatenation has them";
}

TEST(SliceKernel, StepsAxesAndViews) {
  for (const char* cut : {"{1}; e : i64[1] = {3}; s : i64[1] = {1}; a : i64[1] = {0}",
                          "{0}; e : i64[1] = {100}; s : i64[1] = {2}; a : i64[1] = {2}",
                          "{-1}; e : i64[1] = {-100}; s : i64[1] = {-1}; a : i64[1] = {1}",
                          "{1}; e : i64[1] = {-1}; s : i64[1] = {1}; a : i64[1] = {-1}"}) {
    ExpectSameAsPlain(
        StrCat("x : f32[4,5,6]; b : i64[1] = ", cut, "; y = Slice(x, b, e, s, a); t = Tanh(y); return y, t"));
    ExpectSameAsPlain(StrCat("x : i64[4,5,6]; b : i64[1] = ", cut, "; y = Slice(x, b, e, s, a); return y"));
  }
  ExpectSameAsPlain(
      "x : f32[4,5]; b : i64[2] = {1,4}; e : i64[2] = {4,0}; s : i64[2] = {2,-2}; y = Slice(x, b, e, s); return y");
  // Channels of a blocked value: on a block's border and elsewhere.
  for (const char* range :
       {"{16}; e : i64[1] = {32}", "{32}; e : i64[1] = {40}", "{3}; e : i64[1] = {21}", "{0}; e : i64[1] = {16}"}) {
    ExpectSameAsPlain(StrCat(
        "x : f32[1,3,4,5]; w : f32[40,3,1,1] = random(1); c = Convolution(x, w); b : i64[1] = ", range,
        "; s : i64[1] = {1}; a : i64[1] = {1}; y = Slice(c, b, e, s, a); t = Tanh(y); z = Tanh(c); return t, z"));
  }
}

TEST(TileKernel, RepeatsAndBroadcasts) {
  ExpectSameAsPlain("x : f32[2,3]; r : i64[2] = {3,2}; t = Tile(x, r); return t");
  ExpectSameAsPlain("x : f32[2,3]; r : i64[3] = {2,1,4}; t = Tile(x, r); return t");
  ExpectSameAsPlain("x : f32[2,1,3]; s : i64[4] = {2,2,4,3}; t = Broadcast(x, s); return t");
  ExpectSameAsPlain("x : i64[1,3]; s : i64[2] = {4,3}; t = Broadcast(x, s); return t");
}

TEST(PadKernel, ConstantsAndMirrors) {
  ExpectSameAsPlain("x : f32[2,3,4]; b : i64[3] = {0,1,2}; e : i64[3] = {1,0,3}; p = Pad(x, b, e); return p");
  ExpectSameAsPlain(
      "x : f32[2,3,4]; b : i64[3] = {0,1,2}; e : i64[3] = {1,0,3}; v : f32[] = {2.5}; p = Pad(x, b, e, v) "
      "pad_mode=\"constant\"; return p");
  ExpectSameAsPlain(
      "x : i64[3,4]; b : i64[2] = {1,2}; e : i64[2] = {1,0}; v : i64[] = {-7}; p = Pad(x, b, e, v); return p");
  for (const char* mode : {"edge", "reflect", "symmetric"}) {
    for (const char* data :
         {"x : f32[3,4]; b : i64[2] = {1,2}; e : i64[2] = {1,0}; ", "x : i64[5]; b : i64[1] = {4}; e : i64[1] = {3}; ",
          "x : f32[2,3,9,70]; b : i64[4] = {0,0,5,3}; e : i64[4] = {0,0,8,69}; ",
          "v : f32[4,3,5]; x = Convert(v) destination_type=\"u8\"; b : i64[3] = {3,0,4}; e : i64[3] "
          "= {2,1,1}; ",
          "x : f32[2,2,3,2]; b : i64[4] = {1,1,0,0}; e : i64[4] = {0,1,2,0}; "}) {
      const EngineRun run = ExpectSameAsPlain(StrCat(data, "p = Pad(x, b, e) pad_mode=\"", mode, "\"; return p"), 0);
      EXPECT_EQ(run.ExecType("p"), "move");
    }
  }
}

TEST(GatherKernel, RowsOfAnyAxis) {
  for (const char* axis : {"0", "1", "-1"}) {
    for (const char* type : {"i64", "i32"}) {
      ExpectSameAsPlain(
          StrCat("x : f32[4,5,6]; i : ", type, "[2,3]; a : i64[] = {", axis, "}; g = Gather(x, i, a); return g"));
    }
  }
  ExpectSameAsPlain(
      "t : f32[9,5] = random(1); i : i32[4] = {-1, 0, 8, -9}; n : i32[4]; k = Add(i, n); m : i32[1] = {8}; j = "
      "Minimum(k, m); a : i64[] = {0}; g = Gather(t, j, a); return g");
  ExpectSameAsPlain("x : f32[2,5,3]; i : i64[2,4]; a : i64[] = {1}; g = Gather(x, i, a) batch_dims=1; return g");
}

TEST(GatherKernel, AnIndexOutsideIsAnError) {
  const auto graph = graph::ParseGraph("x : f32[3,2]; i : i64[1]; a : i64[] = {0}; g = Gather(x, i, a); return g");
  Request request(std::make_shared<const CompiledGraph>(graph->Clone(), CompileOptions{1, false}));
  *static_cast<int64_t*>(request.Input(1)) = 3;
  try {
    request.Infer();
    FAIL() << "expected an error";
  } catch (const graph::Error& error) {
    EXPECT_NE(std::string(error.what()).find("index 3 is outside the 3 elements of axis 0"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace moir::runtime
