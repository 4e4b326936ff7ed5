// States that a request keeps: steps one by one against one long sequence.
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "ie_runtime/apps/common/npz.h"
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

// Files with ReadValue and Assign, against OpenVINO (tests/oracle/make_state_cases.py).
struct StateCase {
  std::string xml, bin;
  Tensor x, y;
};

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

StateCase ReadCase(const std::string& name) {
  const std::string path = std::string(MOIR_TEST_DATA_DIR) + "/states/" + name;
  StateCase result{ReadBytes(path + ".xml"), ReadBytes(path + ".bin"), {}, {}};
  for (const auto& [key, tensor] : apps::ReadNpz(path + ".npz")) (key == "x" ? result.x : result.y) = tensor;
  return result;
}

Model ReadModel(StateCase& from) {
  return Core().ReadModel(from.xml, Tensor(ElementType::kU8, {static_cast<int64_t>(from.bin.size())}, from.bin.data()));
}

void ExpectSteps(const CompiledModel& model, const StateCase& expected) {
  constexpr int64_t kResetAt = 4;
  InferRequest request = model.CreateInferRequest();
  ASSERT_EQ(request.QueryState().size(), 1U);
  EXPECT_EQ(request.QueryState()[0].GetName(), "hidden");
  const int64_t steps = expected.x.GetShape()[0];
  ASSERT_EQ(steps, 6);
  for (int64_t step = 0; step < steps; ++step) {
    if (step == kResetAt) request.ResetState();
    request.SetInputTensor(Tensor(ElementType::kF32, {2, 3}, expected.x.Data<float>() + step * 6));
    request.Infer();
    const Tensor y = request.GetOutputTensor();
    ASSERT_EQ(y.GetShape(), (Shape{2, 4}));
    for (size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(y.Data<float>()[i], expected.y.Data<float>()[static_cast<size_t>(step) * 8 + i], 1e-6) << step;
  }
}

TEST(StateFiles, RecurrentNetwork) {
  StateCase file = ReadCase("recurrent");
  const Model model = ReadModel(file);
  EXPECT_EQ(model.States(), std::vector<std::string>{"hidden"});
  ASSERT_EQ(model.Inputs().size(), 1U);
  ASSERT_EQ(model.Outputs().size(), 1U);
  const CompiledModel compiled = Core().CompileModel(model);
  ExpectSteps(compiled, file);
  std::stringstream stream;
  compiled.ExportModel(stream);
  ExpectSteps(Core().ImportModel(stream), file);
}

TEST(StateFiles, OperatorsOfVersionThree) {
  StateCase file = ReadCase("recurrent");
  file.xml = std::regex_replace(file.xml, std::regex("opset6"), "opset3");
  file.xml = std::regex_replace(file.xml, std::regex(" variable_type=\"f32\" variable_shape=\"2,4\""), "");
  file.xml = std::regex_replace(file.xml, std::regex("version=\"11\""), "version=\"10\"");
  ExpectSteps(Core().CompileModel(ReadModel(file)), file);
}

TEST(StateFiles, StartsWithZerosWithoutAnInitialValue) {
  StateCase file = ReadCase("recurrent");
  // The ReadValue without its input port and edge: the layer with the initial value stays, unread.
  file.xml = std::regex_replace(
      file.xml, std::regex("(type=\"ReadValue\"[^>]*>\\s*<data[^>]*>)\\s*<input>[\\s\\S]*?</input>"), "$1");
  std::smatch id;
  ASSERT_TRUE(std::regex_search(file.xml, id, std::regex("<layer id=\"(\\d+)\"[^>]*type=\"ReadValue\"")));
  file.xml = std::regex_replace(file.xml, std::regex("<edge [^>]*to-layer=\"" + id[1].str() + "\"[^>]*/>"), "");
  InferRequest request = Core().CompileModel(ReadModel(file)).CreateInferRequest();
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(request.QueryState()[0].GetState().Data<float>()[i], 0);
}

TEST(StateFiles, OpenBatch) {
  StateCase file = ReadCase("recurrent_open_batch");
  Model model = ReadModel(file);
  EXPECT_EQ(model.Input().shape, (Shape{-1, 3}));
  model.Reshape(Shape{1, 3});
  const CompiledModel one = Core().CompileModel(model);
  EXPECT_EQ(one.CreateInferRequest().QueryState()[0].GetState().GetShape(), (Shape{1, 4}));
  EXPECT_EQ(one.CreateInferRequest().QueryState()[0].GetState().Data<float>()[3], 0.25f);
  // The state has as many rows as the input, in another compiled model too.
  ExpectSteps(one.Reshape({{"x", {2, 3}}}), file);
  model.Reshape(Shape{2, 3});
  ExpectSteps(Core().CompileModel(model), file);
}

TEST(StateFiles, Errors) {
  const StateCase file = ReadCase("recurrent");
  const auto fails = [&](ErrorKind kind, const std::string& part, const std::string& from, const std::string& to) {
    StateCase changed = file;
    changed.xml = std::regex_replace(changed.xml, std::regex(from), to);
    ASSERT_NE(changed.xml, file.xml);
    ExpectError(kind, part, [&] { ReadModel(changed); });
  };
  fails(ErrorKind::kBadModel, "variable \"other\": it has an Assign and no ReadValue",
        "<data variable_id=\"hidden\" />", "<data variable_id=\"other\" />");
  fails(ErrorKind::kBadModel, "attribute variable_id", "<data variable_id=\"hidden\" />", "");
  fails(ErrorKind::kBadModel, "initial value: got f32[2,4], expected f32 2,5", "variable_shape=\"2,4\"",
        "variable_shape=\"2,5\"");
}

TEST(States, WrongUse) {
  InferRequest request = Stateful().CreateInferRequest();
  std::vector<VariableState> states = request.QueryState();
  ASSERT_EQ(states.size(), 2U);
  const Tensor before = states[0].GetState();
  ExpectError(ErrorKind::kBadOption, "null pointer",
              [&] { states[0].SetState(Tensor(before.GetElementType(), before.GetShape(), nullptr)); });
  ExpectError(ErrorKind::kBadOption, "state \"h\": got undefined[], expected f32[2,1,4]",
              [&] { states[0].SetState(Tensor()); });
  VariableState taken = std::move(states[0]);
  ExpectError(ErrorKind::kBadOption, "empty VariableState", [&] { states[0].GetState(); });
  ExpectError(ErrorKind::kBadOption, "empty VariableState", [&] { states[0].SetState(before); });
  ExpectError(ErrorKind::kBadOption, "empty VariableState", [&] { states[0].Reset(); });
  // A state outlives its request.
  request = InferRequest();
  taken.SetState(before);
  EXPECT_EQ(taken.GetState().GetShape(), before.GetShape());
}

}  // namespace
}  // namespace moir
