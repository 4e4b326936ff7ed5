// Reductions, searches, sorting and selections.
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

TEST(ReduceKernel, EveryKindOverAnyAxes) {
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"}) {
    for (const char* axes :
         {"{0}", "{1}", "{2}", "{3}", "{0,1}", "{1,2}", "{2,3}", "{0,2}", "{1,3}", "{0,3}", "{0,1,2,3}", "{1,2,3}"}) {
      const std::string list = StrCat("a : i64[", (std::string(axes).size() - 1) / 2, "] = ", axes);
      for (const char* keep : {"true", "false"}) {
        const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[2,3,5,7]; h : f32[] = {0.7}; s = Add(x, h); ", list,
                                                       "; y = ", op, "(s, a) keep_dims=", keep, "; return y"));
        EXPECT_NE(run.ExecType("y"), "plain") << op << " " << axes;
      }
    }
    if (op == std::string("ReduceProd")) continue;  // of that many it is a denormal number, which the engine flushes
    // Longer than one piece and than the lanes.
    ExpectSameAsPlain(StrCat("x : f32[3,1030]; a : i64[1] = {1}; y = ", op, "(x, a); return y"));
    ExpectSameAsPlain(StrCat("x : f32[37,530]; a : i64[1] = {0}; y = ", op, "(x, a); return y"));
    ExpectSameAsPlain(StrCat("x : f32[2,300,3,300]; a : i64[2] = {0,2}; y = ", op, "(x, a); return y"));
    ExpectSameAsPlain(StrCat("x : f32[1,1]; a : i64[2] = {0,1}; y = ", op, "(x, a); return y"));
  }
  EXPECT_EQ(ExpectSameAsPlain("x : i64[2,3]; a : i64[1] = {1}; y = ReduceSum(x, a); return y").ExecType("y"), "plain");
}

TEST(ReduceKernel, NanWins) {
  for (const char* op : {"ReduceMax", "ReduceMin", "ReduceSum"}) {
    for (const char* axis : {"0", "1"}) {
      ExpectSameAsPlain(
          StrCat("x : f32[300,300]; z : f32[1,300] = random(3); q = Greater(x, z); i : f32[] = {0}; n = "
                 "Divide(i, i); m = Select(q, n, x); a : i64[1] = {",
                 axis, "}; y = ", op, "(m, a); return y"));
    }
  }
}

TEST(MvnKernel, AxesAndModes) {
  for (const char* mode : {"inside_sqrt", "outside_sqrt"}) {
    for (const char* scaled : {"true", "false"}) {
      for (const char* axes :
           {"[1] = {2}", "[1] = {0}", "[2] = {1,2}", "[2] = {-2,-3}", "[3] = {0,1,2}", "[1] = {1}"}) {
        const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[3,5,300]; h : f32[] = {20}; s = Add(x, h); a : i64",
                                                       axes, "; y = MVN(s, a) normalize_variance=", scaled,
                                                       " eps=0.001 eps_mode=\"", mode, "\"; return y"));
        EXPECT_EQ(run.ExecType("y"), "vector");
      }
    }
  }
  // Axes that are not neighbours.
  ExpectSameAsPlain("x : f32[3,5,7]; a : i64[2] = {0,2}; y = MVN(x, a) normalize_variance=true eps=1e-5; return y");
}

TEST(ArgMaxKernel, AxesTiesAndNan) {
  for (const char* mode : {"max", "min"}) {
    for (const char* type : {"i32", "i64"}) {
      for (const char* axis : {"0", "1", "2", "-1"}) {
        const std::string attributes = StrCat(" axis=", axis, " mode=\"", mode, "\" index_element_type=\"", type, "\"");
        const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[3,37,5]; y = ArgMax(x)", attributes, "; return y"));
        EXPECT_EQ(run.ExecType("y"), "vector");
        ExpectSameAsPlain(StrCat("x : f32[2,20,300]; y = ArgMax(x)", attributes, "; return y"));
        // Few values: ties.
        ExpectSameAsPlain(StrCat("x : f32[3,37,5]; c = Round(x); y = ArgMax(c)", attributes, "; return y"));
        ExpectSameAsPlain(StrCat("x : f32[2,3,300]; h : f32[] = {0.99}; s = Add(x, h); c = Sqrt(s); y = ArgMax(c)",
                                 attributes, "; return y"));
        // Some NaN: square roots of negative numbers.
        ExpectSameAsPlain(StrCat("x : f32[3,37,5]; h : f32[] = {0.9}; s = Add(x, h); c = Sqrt(s); y = ArgMax(c)",
                                 attributes, "; return y"));
      }
    }
  }
  ExpectSameAsPlain("x : i32[3,5]; y = ArgMax(x) axis=1; return y");
}

TEST(TopKKernel, ModesOrdersAndTies) {
  for (const char* mode : {"max", "min"}) {
    for (const char* sort : {"value", "index"}) {
      for (const char* stable : {"true", "false"}) {
        for (const char* axis : {"0", "1", "2"}) {
          for (const char* k : {"1", "2", "3"}) {
            const std::string top = StrCat("k : i64[] = {", k, "}; t = TopK(c, k) axis=", axis, " mode=\"", mode,
                                           "\" sort=\"", sort, "\" stable=", stable, "; return t.0, t.1");
            const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[3,50,4]; c = Negative(x); ", top));
            EXPECT_EQ(run.ExecType("t"), "sort");
            ExpectSameAsPlain(StrCat("x : f32[3,50,4]; c = Round(x); ", top));
          }
        }
        for (const char* k : {"0", "5", "20", "60", "64"}) {
          const std::string top =
              StrCat("k : i64[] = {", k, "}; t = TopK(c, k) axis=1 index_element_type=\"i64\" mode=\"", mode,
                     "\" sort=\"", sort, "\" stable=", stable, "; return t.0, t.1");
          ExpectSameAsPlain(StrCat("x : f32[4,64]; c = Negative(x); ", top));
          ExpectSameAsPlain(StrCat("x : f32[4,64]; c = Round(x); ", top));
          ExpectSameAsPlain(StrCat("x : f32[4,64]; c = Sqrt(x); ", top));  // NaN
        }
      }
    }
  }
  ExpectSameAsPlain("x : i64[3,9]; k : i64[] = {4}; t = TopK(x, k) axis=1 stable=false; return t.0, t.1");
}

TEST(CumSumKernel, AxesAndDirections) {
  for (const char* exclusive : {"true", "false"}) {
    for (const char* reverse : {"true", "false"}) {
      for (const char* axis : {"0", "1", "2", "-1"}) {
        const EngineRun run =
            ExpectSameAsPlain(StrCat("x : f32[3,9,300]; a : i64[] = {", axis,
                                     "}; y = CumSum(x, a) exclusive=", exclusive, " reverse=", reverse, "; return y"));
        EXPECT_EQ(run.ExecType("y"), "vector");
      }
    }
  }
  ExpectSameAsPlain("x : i32[3,4]; a : i64[] = {1}; y = CumSum(x, a); return y");
}

TEST(GatherElementsKernel, AxesAndTypes) {
  for (const char* type : {"f32", "i64", "boolean"}) {
    for (const char* index : {"i32", "i64"}) {
      const auto run = [&](const char* shape, int axis) {
        const EngineRun got = ExpectSameAsPlain(StrCat("x : ", type, "[5,6,7]; i : ", index, shape,
                                                       "; y = GatherElements(x, i) axis=", axis, "; return y"));
        EXPECT_EQ(got.ExecType("y"), "move");
      };
      run("[3,6,7]", 0);
      run("[5,1,7]", 1);
      run("[5,6,9]", 2);
    }
  }
  ExpectSameAsPlain("x : f32[2,3]; i : i64[2,2] = {-1, 0, -3, 2}; y = GatherElements(x, i) axis=-1; return y");
}

TEST(GatherNdKernel, RowsAndElements) {
  for (const char* index : {"i32", "i64"}) {
    for (const char* shape : {"[1]", "[5,1]", "[2,3,2]", "[4,3]"}) {
      const EngineRun run =
          ExpectSameAsPlain(StrCat("x : f32[4,5,6]; i : ", index, shape, "; y = GatherND(x, i); return y"));
      EXPECT_EQ(run.ExecType("y"), "move");
    }
  }
  ExpectSameAsPlain("x : i64[4,5]; i : i64[2,2] = {-1, 0, 3, -5}; y = GatherND(x, i); return y");
  ExpectSameAsPlain("x : f32[4,5,6]; i : i64[4,2,1]; y = GatherND(x, i) batch_dims=1; return y");
}

TEST(GatherNdKernel, AnIndexOutsideIsAnError) {
  for (const char* text : {"x : f32[3,2]; i : i64[1,2]; y = GatherND(x, i); return y",
                           "x : f32[3,2]; i : i64[1,2]; y = GatherElements(x, i) axis=0; return y"}) {
    const auto graph = graph::ParseGraph(text);
    Request request(std::make_shared<const CompiledGraph>(graph->Clone(), CompileOptions{1, false}));
    static_cast<int64_t*>(request.Input(1))[0] = 3;
    static_cast<int64_t*>(request.Input(1))[1] = 0;
    try {
      request.Infer();
      ADD_FAILURE() << "no error";
    } catch (const std::exception& error) {
      EXPECT_NE(std::string(error.what()).find("index 3 is outside the 3 elements of axis 0"), std::string::npos)
          << error.what();
    }
  }
}

TEST(OneHotKernel, AxesAndTypes) {
  for (const char* axis : {"0", "1", "2", "-1"}) {
    for (const char* values : {"on : f32[] = {2.5}; off : f32[] = {-1}", "on : i32[] = {7}; off : i32[] = {0}",
                               "on : u8[] = {9}; off : u8[] = {1}"}) {
      for (const char* index : {"i32", "i64"}) {
        ExpectSameAsPlain(StrCat("i : ", index, "[3,4]; d : i64[] = {3}; ", values,
                                 "; y = OneHot(i, d, on, off) axis=", axis, "; return y"));
      }
    }
  }
}

TEST(ReverseSequenceKernel, AxesAndLengths) {
  for (const char* lengths : {"i32[4] = {1,3,0,5}", "i64[4] = {5,5,5,5}", "f32[4] = {2,1.5,4,5}"}) {
    ExpectSameAsPlain(
        StrCat("x : f32[5,4,3]; l : ", lengths, "; y = ReverseSequence(x, l) batch_axis=1 seq_axis=0; return y"));
    ExpectSameAsPlain(
        StrCat("x : i64[4,2,5]; l : ", lengths, "; y = ReverseSequence(x, l) batch_axis=0 seq_axis=2; return y"));
  }
}

TEST(SelectKernel, BroadcastsAndTypes) {
  const std::string shapes[] = {"[3,4,17]", "[1]", "[4,1]", "[3,1,17]", "[17]"};
  for (const std::string& a : shapes) {
    for (const std::string& b : shapes) {
      for (const char* c : {"[3,4,17]", "[3,1,1]", "[17]"}) {
        for (const char* type : {"f32", "i64"}) {
          ExpectSameAsPlain(
              StrCat("c : boolean", c, "; a : ", type, a, "; b : ", type, b, "; y = Select(c, a, b); return y"));
        }
      }
    }
  }
}

TEST(ComparisonKernel, EveryKindAndBroadcasts) {
  for (const char* op : {"Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"}) {
    for (const char* type : {"f32", "i32", "boolean", "i64"}) {
      for (const char* b : {"[3,4,17]", "[1]", "[4,1]", "[3,1,17]"}) {
        ExpectSameAsPlain(
            StrCat("a : ", type, "[3,4,17]; b : ", type, b, "; y = ", op, "(a, b); z = ", op, "(b, a); return y, z"));
      }
    }
  }
  for (const char* op : {"LogicalAnd", "LogicalOr", "LogicalXor"})
    ExpectSameAsPlain(StrCat("a : boolean[3,40]; b : boolean[40]; y = ", op, "(a, b); return y"));
}

TEST(ConvertKernel, EveryPair) {
  const char* types[] = {"f32", "i32", "i64", "u8", "i8", "boolean", "f64"};
  for (const char* from : types) {
    for (const char* to : types)
      ExpectSameAsPlain(StrCat("x : ", from, "[3,7]; y = Convert(x) destination_type=\"", to, "\"; return y"));
  }
}

}  // namespace
}  // namespace moir::runtime
