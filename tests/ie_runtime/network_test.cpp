// Small networks end to end: fusion, layouts, memory sharing and repeated inference together.
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

TEST(Network, LeNet) {
  const EngineRun run = ExpectSameAsPlain(R"(
    data : f32[1,1,28,28]
    w1 : f32[20,1,5,5] = random(1); b1 : f32[1,20,1,1] = random(2)
    w2 : f32[50,20,5,5] = random(3); b2 : f32[1,50,1,1] = random(4)
    w3 : f32[64,800] = random(5); b3 : f32[1,64] = random(6)
    w4 : f32[10,64] = random(7); b4 : f32[1,10] = random(8)
    flat : i64[2] = {1, 800}
    c1 = Convolution(data, w1)
    a1 = Add(c1, b1)
    t1 = Tanh(a1)
    p1 = MaxPool(t1) kernel=[2,2] strides=[2,2]
    c2 = Convolution(p1, w2)
    a2 = Add(c2, b2)
    t2 = Tanh(a2)
    p2 = MaxPool(t2) kernel=[2,2] strides=[2,2]
    f = Reshape(p2, flat)
    m3 = MatMul(f, w3) transpose_b=true
    a3 = Add(m3, b3)
    t3 = Tanh(a3)
    m4 = MatMul(t3, w4) transpose_b=true
    a4 = Add(m4, b4)
    prob = Softmax(a4) axis=1
    return prob)");
  EXPECT_EQ(run.StepCount("Add"), 0u);
  EXPECT_EQ(run.StepCount("Unary"), 0u);
  EXPECT_EQ(run.ExecType("m3"), "stream");
}

TEST(Network, ResidualBlocksWithProjection) {
  const EngineRun run = ExpectSameAsPlain(R"(
    data : f32[1,3,32,32]
    w0 : f32[32,3,7,7] = random(1); b0 : f32[1,32,1,1] = random(2)
    w1 : f32[32,32,1,1] = random(3); w2 : f32[32,32,3,3] = random(4); w3 : f32[64,32,1,1] = random(5); wp : f32[64,32,1,1] = random(6)
    w4 : f32[32,64,1,1] = random(7); w5 : f32[64,32,3,3] = random(8)
    c0 = Convolution(data, w0) strides=[2,2] pads_begin=[3,3] pads_end=[3,3]
    s0 = Add(c0, b0)
    r0 = ReLU(s0)
    p0 = MaxPool(r0) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
    c1 = Convolution(p0, w1)
    r1 = ReLU(c1)
    c2 = Convolution(r1, w2) pads_begin=[1,1] pads_end=[1,1]
    r2 = ReLU(c2)
    c3 = Convolution(r2, w3)
    cp = Convolution(p0, wp)
    sum1 = Add(c3, cp)
    r3 = ReLU(sum1)
    c4 = Convolution(r3, w4)
    r4 = ReLU(c4)
    c5 = Convolution(r4, w5) pads_begin=[1,1] pads_end=[1,1]
    sum2 = Add(r3, c5)
    r5 = ReLU(sum2)
    g = AvgPool(r5) kernel=[8,8] exclude-pad=false
    return g)");
  EXPECT_EQ(run.StepCount("Add"), 0u);
  // At most for the first convolution: everything stays in the layout of its result.
  EXPECT_LE(run.StepCount("Reorder"), 1u);
}

TEST(Network, DenseBlockConcatenatesInPlace) {
  const EngineRun run = ExpectSameAsPlain(R"(
    data : f32[1,16,9,9]
    s1 : f32[1,16,1,1] = random(1); h1 : f32[1,16,1,1] = random(2); w1 : f32[32,16,3,3] = random(3)
    s2 : f32[1,48,1,1] = random(4); h2 : f32[1,48,1,1] = random(5); w2 : f32[16,48,3,3] = random(6)
    w0 : f32[16,16,1,1] = random(9)
    x0 = Convolution(data, w0)
    m1 = Multiply(x0, s1); a1 = Add(m1, h1); r1 = ReLU(a1)
    c1 = Convolution(r1, w1) pads_begin=[1,1] pads_end=[1,1]
    x1 = Concat(x0, c1) axis=1
    m2 = Multiply(x1, s2); a2 = Add(m2, h2); r2 = ReLU(a2)
    c2 = Convolution(r2, w2) pads_begin=[1,1] pads_end=[1,1]
    x2 = Concat(x1, c2) axis=1
    p = AvgPool(x2) kernel=[9,9] exclude-pad=false
    return p)");
  Request request(run.compiled);
  // Every part is written where the concatenation has it: no concatenation runs.
  const auto& placements = run.compiled->Memory().placements;
  for (const Step& step : run.compiled->Steps()) {
    if (step.type != "Concat") continue;
    for (const ValueId part : step.inputs) EXPECT_EQ(placements[part].index, placements[step.outputs[0]].index);
  }
}

TEST(Network, TwoRequestsKeepTheirActivationsApart) {
  const auto graph = graph::ParseGraph(R"(
    x : f32[1,3,8,8]; w : f32[8,3,3,3] = random(1)
    c = Convolution(x, w); r = Tanh(c); s = Softmax(r) axis=1
    return s, c as "conv")");
  const auto first = RandomInputs(*graph, 1), second = RandomInputs(*graph, 2);
  const auto compiled = std::make_shared<const CompiledGraph>(graph->Clone(), CompileOptions{1, false});
  Request a(compiled), b(compiled);
  const auto out_a = RunRequest(a, first);
  RunRequest(b, second);
  a.Infer();
  EXPECT_TRUE(out_a[0].Equals(Tensor::Wrap(a.Output(0), ElementType::kF32, out_a[0].Shape())));
  ExpectClose(out_a[1], graph::EvaluateGraph(*graph, first)[1], 1e-4, "conv");
}

TEST(Network, OutputsMayBeInputsConstantsAndTwins) {
  ExpectSameAsPlain(R"(
    x : f32[2,5]; k : f32[3] = random(1); y : f32[2,5]
    r = ReLU(x)
    s = Add(r, y)
    return x as "input", k as "constant", r as "twin", r as "twin2", s)");
}

}  // namespace
}  // namespace moir::runtime
