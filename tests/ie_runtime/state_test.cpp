// States that a request keeps: steps one by one against one long sequence.
#include <cmath>

#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

constexpr int kSteps = 6;

// An LSTM over `length` inputs of 3 numbers, 4 units.
std::string Lstm(int length) {
  const std::string count = std::to_string(length);
  return "x : f32[2," + count + ",3]; h : f32[2,1,4]; c : f32[2,1,4]; lengths : i64[2] = {" + count + ", " + count +
         R"(}
    w : f32[1,16,3] = random(1); r : f32[1,16,4] = random(2); b : f32[1,16] = random(3)
    l = LSTMSequence(x, h, c, lengths, w, r, b) hidden_size=4 direction="forward"
    return l.0 as "y", l.1 as "h_out", l.2 as "c_out")";
}

CompiledModel Stateful(const Properties& properties = {}) {
  Model model = ParseModel(Lstm(1));
  model.AddState("h_out", "h");
  model.AddState("c_out", "c");
  return Core().CompileModel(model, properties);
}

float Value(int row, int step, int i) { return std::sin(static_cast<float>(row * 31 + step * 7 + i)); }

// y[2, kSteps, 4] of the long sequence, from zeros.
std::vector<float> Expected() {
  InferRequest request = Core().CompileModel(ParseModel(Lstm(kSteps))).CreateInferRequest();
  float* x = request.GetTensor("x").Data<float>();
  for (int row = 0; row < 2; ++row) {
    for (int step = 0; step < kSteps; ++step) {
      for (int i = 0; i < 3; ++i) *x++ = Value(row, step, i);
    }
  }
  request.Infer();
  const Tensor y = request.GetTensor("y");
  return {y.Data<float>(), y.Data<float>() + y.GetSize()};
}

void Step(InferRequest& request, int step, bool asynchronously = false) {
  float* x = request.GetTensor("x").Data<float>();
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 3; ++i) *x++ = Value(row, step, i);
  }
  if (asynchronously) {
    request.StartAsync();
    request.Wait();
  } else {
    request.Infer();
  }
}

void ExpectStep(const InferRequest& request, const std::vector<float>& expected, int step) {
  const Tensor y = request.GetTensor("y");
  ASSERT_EQ(y.GetSize(), 8U);
  for (size_t row = 0; row < 2; ++row) {
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(y.Data<float>()[row * 4 + i], expected[(row * kSteps + static_cast<size_t>(step)) * 4 + i], 1e-6)
          << step << " " << row << " " << i;
    }
  }
}

TEST(State, StepsAreOneLongSequence) {
  const std::vector<float> expected = Expected();
  EXPECT_GT(std::abs(expected[0] - expected[4]), 1e-3f);  // the sequence goes somewhere
  const CompiledModel model = Stateful();
  ASSERT_EQ(model.Inputs().size(), 1U);
  ASSERT_EQ(model.Outputs().size(), 1U);
  EXPECT_EQ(model.Output().name, "y");
  InferRequest request = model.CreateInferRequest(), other = model.CreateInferRequest();
  for (int step = 0; step < kSteps; ++step) {
    Step(request, step, step % 2 == 1);
    ExpectStep(request, expected, step);
    // Another request has a state of its own, and stays behind.
    if (step % 3 == 0) {
      Step(other, step / 3);
      ExpectStep(other, expected, step / 3);
    }
  }
  request.ResetState();
  Step(request, 0);
  ExpectStep(request, expected, 0);
}

TEST(State, IsReadSetAndReset) {
  const std::vector<float> expected = Expected();
  InferRequest request = Stateful().CreateInferRequest();
  std::vector<VariableState> states = request.QueryState();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].GetName(), "h");
  EXPECT_EQ(states[1].GetName(), "c");
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(states[0].GetState().Data<float>()[i], 0);
  for (int step = 0; step < 3; ++step) Step(request, step);
  // The hidden state is the last output.
  const Tensor h = states[0].GetState(), c = states[1].GetState();
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(h.Data<float>()[i], request.GetTensor("y").Data<float>()[i]);
  Step(request, 3);
  Step(request, 4);
  // Back to where it was.
  states[0].SetState(h);
  states[1].SetState(c);
  Step(request, 3);
  ExpectStep(request, expected, 3);
  states[0].Reset();
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(states[0].GetState().Data<float>()[i], 0);
  EXPECT_NE(states[1].GetState().Data<float>()[0], 0);
  ExpectError(ErrorKind::kBadOption, "state \"h\": got f32[2,4], expected f32[2,1,4]", [&] {
    states[0].SetState(Tensor(ElementType::kF32, {2, 4}));
  });
  // It lives on without its request.
  request = InferRequest();
  EXPECT_NE(states[1].GetState().Data<float>()[0], 0);
}

// Tensors of the caller that are set between inferences bind layers anew, which must not mix up the two blocks.
TEST(State, TensorsChangeBetweenSteps) {
  const std::vector<float> expected = Expected();
  InferRequest request = Stateful().CreateInferRequest();
  std::vector<Tensor> kept;
  for (int step = 0; step < kSteps; ++step) {
    if (step != 1 && step != 4) {
      kept.emplace_back(ElementType::kF32, Shape{2, 1, 3});
      request.SetTensor("x", kept.back());
      kept.emplace_back(request.GetTensor("y").GetElementType(), request.GetTensor("y").GetShape());
      request.SetTensor("y", kept.back());
    }
    Step(request, step);
    ExpectStep(request, expected, step);
  }
}

TEST(State, CanceledInferenceLeavesIt) {
  const std::vector<float> expected = Expected();
  const CompiledModel model = Stateful({{"num_streams", "1"}});
  InferRequest request = model.CreateInferRequest();
  Step(request, 0);
  for (int round = 0; round < 20; ++round) {
    const Tensor before = request.QueryState()[1].GetState();
    request.StartAsync();
    request.Cancel();
    try {
      request.Wait();
      request.QueryState()[1].SetState(before);
      continue;  // it was done already
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kCanceled);
    }
    const Tensor after = request.QueryState()[1].GetState();
    for (size_t i = 0; i < 8; ++i) EXPECT_EQ(before.Data<float>()[i], after.Data<float>()[i]);
  }
}

TEST(State, FollowsTheBatch) {
  Model model = ParseModel(
      "x : f32[1,3]; s : f32[1,3]; n = Add(x, s); k : f32[1] = {2}; y = Multiply(n, k); return n as \"sum\", y as "
      "\"y\"");
  model.SetLayout("x", "NC");
  model.SetLayout("s", "NC");
  model.AddState("sum", "s");
  model.SetBatch(4);
  EXPECT_EQ(model.States(), std::vector<std::string>{"s"});
  const CompiledModel compiled = Core().CompileModel(model);
  InferRequest request = compiled.CreateInferRequest();
  Fill(request.GetInputTensor(), 1.5f);
  request.Infer();
  request.Infer();
  EXPECT_EQ(request.GetOutputTensor().GetShape(), (Shape{4, 3}));
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[11], 6.0f);
  const CompiledModel two = compiled.Reshape({{"x", {2, 3}}, {"s", {2, 3}}});
  EXPECT_EQ(two.CreateInferRequest().QueryState()[0].GetState().GetShape(), (Shape{2, 3}));
  ExpectError(ErrorKind::kBadOption, "state \"s\": is f32[4,3], its output \"sum\" f32[", [&] {
    Model wrong = model;
    wrong.Reshape({{"x", {1, 3}}});
    wrong.Reshape({{"x", {2, 4, 3}}, {"s", {4, 3}}});
    Core().CompileModel(wrong);
  });
}

TEST(State, Errors) {
  Model model = ParseModel("x : f32[1,3]; s : f32[1,4]; a = Abs(x); b = Abs(s); return a as \"a\", b as \"b\"");
  ExpectError(ErrorKind::kBadOption, "state \"s\": is f32[1,4], output \"a\" f32[1,3], expected the same",
              [&] { model.AddState("a", "s"); });
  ExpectError(ErrorKind::kBadOption, "the model has no output \"c\"", [&] { model.AddState("c", "s"); });
  ExpectError(ErrorKind::kBadOption, "the model has no input \"t\"", [&] { model.AddState("b", "t"); });
  model.AddState("b", "s");
  ExpectError(ErrorKind::kBadOption, "the model has no output \"b\", expected one of a",
              [&] { model.AddState("b", "s"); });
  const CompiledModel compiled = CompileSlow({{"num_streams", "1"}});
  InferRequest request = compiled.CreateInferRequest();
  EXPECT_TRUE(request.QueryState().empty());
  request.StartAsync();
  ExpectError(ErrorKind::kBusy, "ResetState on a request that runs", [&] { request.ResetState(); });
  request.Wait();
}

}  // namespace
}  // namespace moir
