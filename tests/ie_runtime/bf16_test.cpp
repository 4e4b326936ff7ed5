// Models compiled for bf16, against the plain evaluation with operands that are numbers of bf16 already.
//
// The product of two such numbers is exact in f32, and sums are f32, so that a result that stays f32 is as close to the
// plain evaluation as one computed in f32 is (kSums). A value that is kept in bf16 is rounded to 8 bits: that adds at
// most half a unit in the last place, 2^-8 of its magnitude, so of the largest magnitude among all values of the graph.
// What follows in these graphs does not enlarge a difference (weights there have sums of at most 1), so that the bound
// of a result is the number of roundings on the way to it.
#include <algorithm>
#include <bit>

#include "ie_runtime/isa.h"
#include "ie_runtime/kernel_table.h"
#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/storage_types.h"
#include "tests/ie_runtime/convolution_cases.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

constexpr double kSums = 1e-5, kRounding = 0x1p-8;

Tensor Rounded(const Tensor& values) { return values.ConvertTo(ElementType::kBF16).ConvertTo(ElementType::kF32); }

// The weights of everything that multiplies.
void RoundWeights(Graph& graph) {
  for (Node* node : graph.TopologicalOrder()) {
    if (FindBf16Use(node->Op()) != Bf16Use::kMultiplies) continue;
    Node* weights = node->Input(1).node;
    if (weights->Is("Constant")) graph.SetConstant(weights, Rounded(weights->ConstantValue()));
  }
}

EngineRun RunInBf16(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  EngineRun run;
  CompileOptions options;
  options.threads = 2;
  options.precision = ElementType::kBF16;
  run.compiled = std::make_shared<const CompiledGraph>(graph.Clone(), options);
  Request request(run.compiled);
  run.outputs = RunRequest(request, inputs);
  const std::vector<Tensor> again = RunRequest(request, inputs);
  for (size_t i = 0; i < again.size(); ++i) ExpectClose(again[i], run.outputs[i], 0, "second inference");
  return run;
}

// The largest magnitude of all f32 values that the graph computes.
double LargestValue(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  const std::unique_ptr<Graph> all = graph.Clone();
  std::vector<graph::GraphOutput> outputs;
  for (Node* node : all->TopologicalOrder()) {
    if (!node->Is("Constant") && !node->Is("Parameter") && node->Type() == ElementType::kF32)
      outputs.push_back({node->Name(), node->Output()});
  }
  all->SetOutputs(std::move(outputs));
  double largest = 0;
  for (const Tensor& values : graph::EvaluateGraph(*all, inputs)) {
    for (const float value : values.ToVector<float>())
      largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  return largest;
}

// `roundings`: on the way to the output that has most of them.
EngineRun ExpectSameInBf16(const std::string& text, double roundings = 0) {
  const std::unique_ptr<Graph> graph = graph::ParseGraph(text);
  RoundWeights(*graph);
  std::map<std::string, Tensor> inputs = RandomInputs(*graph);
  for (auto& [name, value] : inputs) {
    if (value.Type() == ElementType::kF32) value = Rounded(value);
  }
  const std::vector<Tensor> expected = graph::EvaluateGraph(*graph, inputs);
  EngineRun run = RunInBf16(*graph, inputs);
  EXPECT_EQ(run.outputs.size(), expected.size());
  const double bound = (kSums + roundings * kRounding) * LargestValue(*graph, inputs);
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::vector<float> a = run.outputs[i].ToVector<float>(), b = expected[i].ToVector<float>();
    EXPECT_EQ(run.outputs[i].Shape(), expected[i].Shape());
    double difference = 0;
    for (size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
      EXPECT_TRUE(std::isfinite(a[k])) << k;
      difference = std::max(difference, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])));
    }
    EXPECT_LE(difference, bound) << "output " << i << " of\n" << text;
  }
  return run;
}

class Bf16 : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasBf16(EffectiveIsa())) GTEST_SKIP() << "the CPU has no instructions for bf16";
  }
};

// A convolution that changes nothing, so that what it reads becomes bf16.
std::string Read(const ConvolutionCase& c, const std::string& value) {
  return StrCat("\nones : f32[", c.out_channels, ",1,1", SpatialOnes(c), "] = fill(1)\nz = GroupConvolution(", value,
                ", ones); return z");
}

class Bf16Convolution : public Bf16, public testing::WithParamInterface<ConvolutionCase> {};
TEST_P(Bf16Convolution, ResultInF32IsNotRounded) {
  const EngineRun run = ExpectSameInBf16(ConvolutionText(GetParam(), "a = Add(c, b); r = ReLU(a); return r"));
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(Bf16Convolution, ResultInBf16IsRoundedOnce) {
  ExpectSameInBf16(ConvolutionText(GetParam(), "a = Add(c, b); r = ReLU(a)" + Read(GetParam(), "r")), 1);
}
TEST_P(Bf16Convolution, SumAndClamp) {
  // The data of Tanh, the summand that it gives, and the sum.
  const std::string other = "c2 = " + ConvolutionOp(GetParam()) + "(x, w) " + GetParam().attributes +
                            "\nt = Tanh(c2); m = Multiply(c, b); s = Add(m, t); r = Clamp(s) min=-1.5 max=3.0";
  const EngineRun run = ExpectSameInBf16(ConvolutionText(GetParam(), other + Read(GetParam(), "r")), 3);
  EXPECT_EQ(run.StepCount("Add") + run.StepCount("ScaleShift"), 0u);
}
TEST_P(Bf16Convolution, PReluAndSigmoid) {
  // The result before the slope is in bf16 where a chain applies it.
  const EngineRun run =
      ExpectSameInBf16(ConvolutionText(GetParam(), "p = PRelu(c, slope); s = Sigmoid(p)" + Read(GetParam(), "s")), 4);
  EXPECT_EQ(run.StepCount("PRelu") + run.StepCount("Unary"), 0u);
}
INSTANTIATE_TEST_SUITE_P(All, Bf16Convolution, testing::ValuesIn(kConvolutionCases), ConvolutionCaseName);

TEST_F(Bf16, ConvolutionsTakeTheFastKernels) {
  const std::unique_ptr<Graph> graph = graph::ParseGraph(R"(
    x : f32[1,3,32,32]; w1 : f32[32,3,7,7] = random(1); w2 : f32[32,1,1,3,3] = random(2); w3 : f32[64,32,1,1] = random(3)
    w4 : f32[64,64,3,3] = random(4)
    a = Convolution(x, w1) strides=[2,2] pads_begin=[3,3] pads_end=[3,3]; b = ReLU(a)
    c = GroupConvolution(b, w2) pads_begin=[1,1] pads_end=[1,1]; d = ReLU(c)
    e = Convolution(d, w3); f = ReLU(e)
    g = Convolution(f, w4) pads_begin=[1,1] pads_end=[1,1]; return g)");
  const EngineRun run = RunInBf16(*graph, RandomInputs(*graph));
  for (const char* layer : {"a", "c", "e", "g"}) {
    // The picture, which is f32, and its convolution.
    const bool in_f32 = *layer == 'a' && MultipliesFasterInF32();
    EXPECT_EQ(run.ExecType(layer).find("bf16") == std::string::npos, in_f32) << layer << ": " << run.ExecType(layer);
  }
  // The picture on its way in where no kernel of ours takes it, and the result.
  EXPECT_LE(run.StepCount("Reorder"), 2u);
}

TEST_F(Bf16, Deconvolutions) {
  for (const char* attributes : {"strides=[2,2]", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", ""}) {
    const std::string text = StrCat(
        "x : f32[2,32,7,9]; w : f32[32,48,4,4] = random(1); b : f32[1,48,1,1] = random(2); s : f32[48] = random(3)\n"
        "c = ConvolutionBackpropData(x, w) ",
        attributes, "\na = Add(c, b); p = PRelu(a, s)\n");
    const EngineRun run = ExpectSameInBf16(text + "return p");
    EXPECT_EQ(run.ExecType("c").rfind("amx_bf16", 0) == 0, EffectiveIsa() >= Isa::kAvx512CoreAmx) << attributes;
    ExpectSameInBf16(text + "v : f32[48,1,1,1,1] = fill(1); z = GroupConvolution(p, v); return z", 2);
  }
  // What is left to other kernels.
  for (const char* rest :
       {"w : f32[32,1,1,4,4] = random(1); c = GroupConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[1,1] "
        "pads_end=[1,1]",
        "w : f32[2,16,24,4,4] = random(1); c = GroupConvolutionBackpropData(x, w) strides=[2,2]",
        "w : f32[32,48,3,3] = random(1); c = ConvolutionBackpropData(x, w) dilations=[2,2]"}) {
    const EngineRun run = ExpectSameInBf16(StrCat("x : f32[1,32,7,9]; ", rest, "; return c"));
    EXPECT_NE(run.ExecType("c").rfind("amx_bf16", 0), 0u) << rest;
  }
}

TEST_F(Bf16, FullyConnectedStreamsRoundedWeights) {
  for (const int rows : {1, 3, 4}) {
    for (const bool transposed : {false, true}) {
      const std::string text = StrCat("x : f32[", rows, ",130]; w : f32[", transposed ? "77,130" : "130,77",
                                      "] = random(1); b : f32[1,77] = random(2)\nm = MatMul(x, w) transpose_b=",
                                      transposed ? "true" : "false", "; a = Add(m, b); r = ReLU(a); return r");
      EXPECT_EQ(ExpectSameInBf16(text).ExecType("m"), "stream");
    }
  }
  // The data need not be numbers of bf16.
  const std::unique_ptr<Graph> graph =
      graph::ParseGraph("x : f32[1,64]; w : f32[64,70] = random(1); m = MatMul(x, w); return m");
  RoundWeights(*graph);
  const auto inputs = RandomInputs(*graph);
  ExpectClose(RunInBf16(*graph, inputs).outputs[0], graph::EvaluateGraph(*graph, inputs)[0], kSums, "exact data");
}

TEST_F(Bf16, MatrixProducts) {
  ExpectSameInBf16(
      "x : f32[1,33,130]; w : f32[77,130] = random(1); b : f32[77] = random(2); m = MatMul(x, w) transpose_b=true; a = "
      "Add(m, b); return a");
  const EngineRun run = ExpectSameInBf16(
      "x : f32[40,64]; w : f32[64,96] = random(1); v : f32[96,32] = fill(0.0078125); m = MatMul(x, w); r = ReLU(m); "
      "n = MatMul(r, v); return n",
      1);
  EXPECT_EQ(run.ExecType("n").find("bf16") == std::string::npos, MultipliesFasterInF32()) << run.ExecType("n");
  ExpectSameInBf16("a : f32[2,3,20,17]; b : f32[2,3,17,24]; m = MatMul(a, b); return m");
  ExpectSameInBf16("a : f32[2,3,20,17]; b : f32[1,3,24,17]; m = MatMul(a, b) transpose_b=true; return m");
  ExpectSameInBf16("a : f32[17]; b : f32[17,24]; m = MatMul(a, b); return m");
  ExpectSameInBf16("a : f32[5,6,17]; w : f32[5,17,24] = random(1); m = MatMul(a, w); return m");
}

// Rows are pixels to the convolutions on AMX, where these take so many channels.
TEST_F(Bf16, MatrixProductsOfManyRows) {
  const bool amx = EffectiveIsa() >= Isa::kAvx512CoreAmx;
  for (const int rows : {5, 16, 33, 130}) {
    for (const int inner : {32, 37, 130}) {
      for (const int columns : {16, 77}) {
        const std::string text =
            StrCat("x : f32[", rows, ",", inner, "]; w : f32[", columns, ",", inner, "] = random(1); b : f32[", columns,
                   "] = random(2)\nm = MatMul(x, w) transpose_b=true; a = Add(m, b); ");
        for (const char* rest : {"return a", "r = ReLU(a); return r", "g = Gelu(a); return g"}) {
          const EngineRun run = ExpectSameInBf16(text + rest);
          EXPECT_EQ(run.ExecType("m").rfind("amx_bf16", 0) == 0, amx && inner != 37)
              << run.ExecType("m") << ": " << text << rest;
        }
      }
    }
  }
}

// Layers that follow their data, between a convolution and one that changes nothing.
TEST_F(Bf16, LayersBetweenConvolutions) {
  const auto between = [](const std::string& layers, int64_t channels, double roundings) {
    return ExpectSameInBf16(
        StrCat("x : f32[2,16,12,12]; w : f32[24,16,1,1] = random(1); v : f32[24,16,1,1] = random(2)\n"
               "s : f32[1,24,1,1] = random(3); t : f32[1,24,1,1] = random(4)\nc = Convolution(x, w)\nd = "
               "Convolution(x, v)\n",
               layers, "\nones : f32[", channels, ",1,1,1,1] = fill(1); z = GroupConvolution(y, ones); return z, q"),
        roundings);
  };
  // q keeps the convolution from taking the layer in.
  between("q = Tanh(c); m = Multiply(c, s); y = Add(m, t)", 24, 3);
  between("q = Tanh(c); m = Multiply(c, s); a = Add(m, t); y = ReLU(a)", 24, 3);
  between("q = Tanh(c); y = Sigmoid(c)", 24, 2);
  for (const char* window :
       {"kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", "kernel=[2,2] strides=[2,2]",
        "kernel=[3,5] strides=[1,3] pads_begin=[2,4] pads_end=[0,3]", "kernel=[12,12]",
        "kernel=[2,13] pads_begin=[0,1] pads_end=[0,2]", "kernel=[4,5] strides=[5,4] rounding_type=\"ceil\""})
    between(StrCat("q = Tanh(c); y = MaxPool(c) ", window), 24, 1);
  between("q = Tanh(c); y = AvgPool(c) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1] exclude-pad=true", 24,
          2);
  between("q = Tanh(c); y = Concat(c, d) axis=1", 48, 1);
  between("q = Tanh(c); e = Tanh(d); a = Add(c, e); y = ReLU(a)", 24, 4);
  between("q = Tanh(c); e = Tanh(d); y = Multiply(c, e)", 24, 4);
  between("q = Tanh(c); e = Tanh(d); y = Subtract(e, c)", 24, 4);
  between("q = Tanh(c); g : f32[2,24,1,1]; y = Multiply(c, g)", 24, 2);
  between("q = Tanh(c); g : f32[1,24,1,1]; y = Subtract(g, c)", 24, 2);
  between("q = Tanh(c); k : i64[4] = {2,24,144,1}; y = Reshape(c, k)", 24, 1);
  between("q = Tanh(c); k : i64[2] = {2,3}; y = ReduceMean(c, k) keep_dims=true", 24, 2);
}

TEST_F(Bf16, ConstantsAmongTheData) {
  // In each way in which a constant can lie beside the data.
  for (const char* shape : {"2,16,6,5", "1,16,6,5", "16,6,5", "6,5", "5", "1,1,6,5", "2,1,1,1", "2,16,1,1", "1"}) {
    for (const char* op : {"Add", "Subtract", "Multiply", "Maximum", "Minimum"}) {
      for (const char* order : {"(c, k)", "(k, c)"}) {
        ExpectSameInBf16(StrCat("x : f32[2,16,6,5]; w : f32[16,16,1,1] = fill(0.0625); c = Convolution(x, w); k : f32[",
                                shape, "] = random(2); a = ", op, order,
                                "; v : f32[8,16,1,1] = fill(0.0625); y = Convolution(a, v); return y"),
                         3);
      }
    }
  }
  for (const char* parts : {"(c, k)", "(k, c)", "(k, c, k)"}) {
    for (const int axis : {1, 2, 0}) {
      const auto graph =
          graph::ParseGraph(StrCat("x : f32[2,16,6,5]; w : f32[16,16,1,1] = fill(0.0625); c = Convolution(x, w); k : "
                                   "f32[2,16,6,5] = random(2); a "
                                   "= Concat",
                                   parts, " axis=", axis, "; return a"));
      const int64_t channels = graph->Outputs()[0].value.Shape()[1];
      ExpectSameInBf16(
          StrCat("x : f32[2,16,6,5]; w : f32[16,16,1,1] = fill(0.0625); c = Convolution(x, w); k : f32[2,16,6,5] = "
                 "random(2); a = Concat",
                 parts, " axis=", axis, "; v : f32[8,", channels,
                 ",1,1] = fill(0.015625); y = Convolution(a, v); return y"),
          3);
    }
  }
  ExpectSameInBf16(
      "x : f32[6,32]; w : f32[32,16] = fill(0.03125); m = MatMul(x, w); k : f32[6,16] = random(2); a = Concat(m, k) "
      "axis=1; s : f32[6,32] = random(3); b = Multiply(a, s); v : f32[32,8] = fill(0.03125); y = MatMul(b, v); return "
      "y",
      4);
}

TEST_F(Bf16, LongRowsOfChannels) {
  // More channels than a piece of a chain has floats.
  ExpectSameInBf16(
      "x : f32[1,8,2,2]; w : f32[4100,8,1,1] = random(1); s : f32[1,4100,1,1] = random(3); t : f32[1,4100,1,1] = "
      "random(4)\nc = Convolution(x, w); q = Tanh(c); m = Multiply(c, s); y = Add(m, t); g : f32[1,4100,1,1]; n = "
      "Multiply(y, g)\nv : f32[4100,1,1,1,1] = fill(1); z = GroupConvolution(n, v); return z, q",
      6);
}

// DenseNet's: each layer reads all that were computed before it.
TEST_F(Bf16, ConcatenationsThatAreOnlyScaledAreNotMade) {
  const std::string body = R"(
    x : f32[2,16,7,5]; w0 : f32[20,16,1,1] = random(1); c0 = Convolution(x, w0)
    w1 : f32[12,16,1,1] = random(2); d1 = Convolution(x, w1); j1 = Concat(c0, d1) axis=1
    k1 : f32[1,32,1,1] = random(3); t1 : f32[1,32,1,1] = random(4)
    m1 = Multiply(j1, k1); a1 = Add(m1, t1); r1 = ReLU(a1)
    u1 : f32[16,32,1,1] = fill(0.03125); e1 = Convolution(r1, u1); j2 = Concat(j1, e1) axis=-3
    k2 : f32[1,48,1,1] = random(5); m2 = Multiply(j2, k2)
    u2 : f32[32,48,1,1] = fill(0.015625); e2 = Convolution(m2, u2)
    )";
  EngineRun run = ExpectSameInBf16(body + "return e2", 6);
  EXPECT_EQ(run.StepCount("Concat") + run.StepCount("ScaleShift"), 0u);
  EXPECT_EQ(run.StepCount("ConcatScaleShift"), 2u);
  // The last one is read by something else, too: it is made, of all parts at once.
  for (const char* reader :
       {"p = MaxPool(j2) kernel=[2,2] strides=[1,1]; v : f32[8,48,1,1] = fill(0.015625); q = Convolution(p, v)",
        "q = Tanh(j2)", "n = Add(j2, m2); v : f32[8,48,1,1] = fill(0.0078125); q = Convolution(n, v)"}) {
    run = ExpectSameInBf16(body + reader + "; return e2, q", 6);
    EXPECT_EQ(run.StepCount("Concat"), 1u) << reader;
    EXPECT_EQ(run.StepCount("ConcatScaleShift"), 1u) << reader;
    EXPECT_EQ(run.StepCount("ScaleShift"), 1u) << reader;
  }
  // The model gives it out; the scaled one is no factor.
  run = ExpectSameInBf16(body + "return e2, j2", 6);
  EXPECT_EQ(run.StepCount("Concat"), 1u);
  run = ExpectSameInBf16(body + "return m2, e1", 6);
  EXPECT_EQ(run.StepCount("Concat"), 1u);
  EXPECT_EQ(run.StepCount("ConcatScaleShift"), 1u);
  // Joined along another axis; of a constant; behind it more than a ReLU.
  const std::string other = "x : f32[2,16,7,5]; w : f32[16,16,1,1] = random(1); c = Convolution(x, w)\n";
  for (const char* tail :
       {"j = Concat(c, x) axis=2; k : f32[1,16,1,1] = random(3); m = Multiply(j, k); v : f32[8,16,1,1] = fill(0.0625)",
        "o : f32[2,4,7,5] = random(2); j = Concat(c, o) axis=1; k : f32[1,20,1,1] = random(3); m = Multiply(j, k); v : "
        "f32[8,20,1,1] = fill(0.03125)",
        "j = Concat(c, x) axis=1; k : f32[1,32,1,1] = random(3); n = Multiply(j, k); m = Sigmoid(n); v : f32[8,32,1,1] "
        "= fill(0.03125)"}) {
    run = ExpectSameInBf16(other + tail + "; y = Convolution(m, v); return y", 4);
    EXPECT_EQ(run.StepCount("Concat"), 1u) << tail;
    EXPECT_EQ(run.StepCount("ConcatScaleShift"), 0u) << tail;
  }
}

TEST_F(Bf16, WhatIsNotMultipliedStaysF32) {
  const std::unique_ptr<Graph> graph = graph::ParseGraph(R"(
    x : f32[1,8,6,6]; w : f32[16,8,3,3] = random(1); v : f32[8,16,1,1] = random(2); axes : i64[2] = {2,3}
    c = Convolution(x, w); r = ReLU(c); p = MaxPool(r) kernel=[2,2] strides=[2,2]; d = Convolution(p, v)
    m = ReduceMean(d, axes) keep_dims=true; s = Softmax(m); return s, r)");
  const Plan plan(graph->Clone());
  const std::vector<ElementType> types = ChooseStorage(plan);
  std::map<std::string, ElementType> by_name;
  for (ValueId id = 0; id < plan.values.size(); ++id) by_name[plan.Value(id).name] = types[id];
  EXPECT_EQ(by_name.at("c"), ElementType::kF32);  // read by r alone, which is an output
  EXPECT_EQ(by_name.at("r"), ElementType::kF32);
  EXPECT_EQ(by_name.at("p"), ElementType::kBF16);
  EXPECT_EQ(by_name.at("d"), ElementType::kF32);
  EXPECT_EQ(by_name.at("m"), ElementType::kF32);
  EXPECT_EQ(by_name.at("s"), ElementType::kF32);
  EXPECT_EQ(by_name.at("w"), ElementType::kF32);
}

TEST_F(Bf16, FastRoundingIsTheSame) {
  std::vector<float> values = {0.0f, -0.0f, INFINITY, -INFINITY, std::nanf(""), 3e38f, -3.4e38f};
  for (uint32_t i = 0; i < 100000; ++i) values.push_back(std::bit_cast<float>(i * 21517u + 0x3F800000u));
  // Halves between two numbers of bf16, to even.
  for (uint32_t i = 0; i < 1000; ++i) values.push_back(std::bit_cast<float>(0x3F808000u + i * 0x10000u));
  std::erase_if(values, [](float value) { return value != 0 && std::abs(value) < 2e-38f; });
  for (const size_t count : {values.size(), size_t{1}, size_t{16}, size_t{31}, size_t{33}}) {
    std::vector<BF16> fast(count + 1), slow(count);
    fast[count].bits = 0x1234;
    ToBf16Fast(values.data(), fast.data(), static_cast<int64_t>(count));
    ToBf16Loop(values.data(), slow.data(), static_cast<int64_t>(count));
    for (size_t i = 0; i < count; ++i) {
      if (std::isnan(values[i])) EXPECT_TRUE(std::isnan(graph::ToFloat(fast[i]))) << i;
      else EXPECT_EQ(fast[i].bits, slow[i].bits) << values[i];
    }
    EXPECT_EQ(fast[count].bits, 0x1234);
  }
}

TEST(Bf16Rounding, IsThatOfTheGraphLibrary) {
  std::vector<float> values = {0.0f, -0.0f, 1.0f, INFINITY, -INFINITY, std::nanf(""), -std::nanf("1"), 1e-45f};
  for (uint32_t i = 0; i < 200000; ++i) values.push_back(std::bit_cast<float>(i * 21517u + 0x3F800000u));
  std::vector<BF16> rounded(values.size());
  ToBf16Loop(values.data(), rounded.data(), static_cast<int64_t>(values.size()));
  std::vector<float> back(values.size());
  FromBf16Loop(rounded.data(), back.data(), static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    const float expected = graph::ToFloat(graph::ToBF16(values[i]));
    if (std::isnan(expected)) ASSERT_TRUE(std::isnan(back[i])) << i;
    else ASSERT_EQ(std::bit_cast<uint32_t>(back[i]), std::bit_cast<uint32_t>(expected)) << values[i];
  }
}

}  // namespace
}  // namespace moir::runtime
