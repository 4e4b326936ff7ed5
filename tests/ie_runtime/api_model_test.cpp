// Models from memory, their shapes and layouts, defaults of a Core, and compiled models for several shapes.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "graph/ir/ir_writer.h"
#include "tests/ie_runtime/api_test_support.h"
#include "tests/support/ir_testing.h"

namespace moir {
namespace {

const char* const kClassifier = R"(
  data : f32[2,3,8,8]
  w : f32[4,3,3,3] = random(1); v : f32[4,5] = random(2)
  c = Convolution(data, w) pads_begin=[1,1] pads_end=[1,1]
  axes : i64[2] = {2, 3}
  p = ReduceMean(c, axes) keep_dims=false
  m = MatMul(p, v)
  return m as "m")";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> RunOnce(const CompiledModel& model) {
  InferRequest request = model.CreateInferRequest();
  const Tensor input = request.GetInputTensor();
  for (size_t i = 0; i < input.GetSize(); ++i) input.Data<float>()[i] = static_cast<float>(i % 7) - 3;
  request.Infer();
  const Tensor output = request.GetOutputTensor();
  return {output.Data<float>(), output.Data<float>() + output.GetSize()};
}

class ModelInMemory : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    graph::IrWriteOptions options;
    options.version = GetParam();
    files_.Write(*graph::ParseGraph(kClassifier), options);
    xml_ = ReadFile(files_.Xml());
    bin_ = ReadFile(files_.Bin());
  }
  test::IrFiles files_;
  std::string xml_, bin_;
};

TEST_P(ModelInMemory, ComputesWhatTheFilesDoAndKeepsTheWeights) {
  const std::vector<float> expected = RunOnce(Core().CompileModel(files_.Xml()));
  auto owner = std::make_shared<std::string>(bin_);
  const std::weak_ptr<std::string> watch = owner;
  const auto bytes = static_cast<int64_t>(bin_.size());
  {
    CompiledModel compiled;
    {
      const Model model = Core().ReadModel(xml_, Tensor(ElementType::kU8, {bytes}, owner, owner->data()));
      owner.reset();
      EXPECT_FALSE(watch.expired());
      compiled = Core().CompileModel(model);
      EXPECT_EQ(RunOnce(compiled), expected);
      // Compiling has used the weights up in its own way; they are still there for another time.
      EXPECT_EQ(*watch.lock(), bin_);
      EXPECT_EQ(RunOnce(Core().CompileModel(model)), expected);
    }
    EXPECT_EQ(RunOnce(compiled), expected);
  }
  EXPECT_TRUE(watch.expired());
}

TEST_P(ModelInMemory, MayLieAtAnyAddress) {
  std::string moved = "x" + bin_;
  const Tensor weights(ElementType::kU8, {static_cast<int64_t>(bin_.size())}, moved.data() + 1);
  EXPECT_EQ(RunOnce(Core().CompileModel(Core().ReadModel(xml_, weights))), RunOnce(Core().CompileModel(files_.Xml())));
}

TEST_P(ModelInMemory, DamageIsFoundAsInFiles) {
  const Tensor small(ElementType::kU8, {16});
  ExpectError(ErrorKind::kBadModel, "the weights in memory has 16",
              [&] { Core().CompileModel(Core().ReadModel(xml_, small)); });
  ExpectError(ErrorKind::kBadModel, "the weights in memory has 0",
              [&] { Core().CompileModel(Core().ReadModel(xml_, Tensor())); });
  ExpectError(ErrorKind::kBadModel, "model in memory: line",
              [&] { Core().ReadModel(xml_.substr(0, xml_.size() / 2), small); });
  ExpectError(ErrorKind::kBadModel, "model in memory: line 1", [&] { Core().ReadModel(std::string(), small); });
  const Tensor region(Tensor(ElementType::kU8, {4, 4}), {0, 0}, {4, 2});
  ExpectError(ErrorKind::kBadOption, "the tensor has gaps", [&] { Core().ReadModel(xml_, region); });
}

INSTANTIATE_TEST_SUITE_P(Versions, ModelInMemory, testing::Values(3, 10, 11));

TEST(ModelShapes, OfTheOnlyInputAndByNumber) {
  Model model = ParseModel(kClassifier);
  model.Reshape(Shape{1, 3, 10, 10});
  EXPECT_EQ(model.Input().shape, (Shape{1, 3, 10, 10}));
  model.Reshape(0, {3, 3, 5, 6});
  EXPECT_EQ(model.Output().shape, (Shape{3, 5}));
  ExpectError(ErrorKind::kBadOption, "input 1: the model has 1", [&] { model.Reshape(1, {1}); });
  Model two = ParseModel("a : f32[1]; b : f32[1]; c = Add(a, b); return c");
  ExpectError(ErrorKind::kBadOption, "the model has 2 inputs (a, b), say which", [&] { two.Reshape(Shape{2}); });
}

TEST(ModelLayout, SetBatchChangesTheAxisN) {
  Model model = ParseModel(
      "a : f32[1,3,8,8]; b : f32[8,1]; c : f32[5]\n"
      "f = Abs(a); g = Abs(b); h = Abs(c); return f as \"f\", g as \"g\", h as \"h\"");
  EXPECT_EQ(model.GetLayout("a"), "");
  ExpectError(ErrorKind::kBadOption, "the layout of input \"a\" is not known, expected SetLayout first",
              [&] { model.SetBatch(4); });
  model.SetLayout("a", "[n,c,h,w]");
  model.SetLayout("b", "...N");
  model.SetLayout("c", "?");
  EXPECT_EQ(model.GetLayout("a"), "NCHW");
  model.SetBatch(4);
  EXPECT_EQ(model.Input("a").shape, (Shape{4, 3, 8, 8}));
  EXPECT_EQ(model.Output("g").shape, (Shape{8, 4}));
  EXPECT_EQ(model.Input("c").shape, (Shape{5}));
  ExpectError(ErrorKind::kBadOption, "batch: got 0, expected 1 or more", [&] { model.SetBatch(0); });
  model.SetLayout("a", "CDHW");
  model.SetLayout("b", "CH");
  ExpectError(ErrorKind::kBadOption, "no input's layout has an axis N", [&] { model.SetBatch(2); });
  ExpectError(ErrorKind::kBadOption, "got \"NCH\", expected as many axes as the shape [4,3,8,8] has",
              [&] { model.SetLayout("a", "NCH"); });
  ExpectError(ErrorKind::kBadOption, "where N stands twice", [&] { model.SetLayout("a", "NCNW"); });
  ExpectError(ErrorKind::kBadOption, "expected one letter per axis", [&] { model.SetLayout("a", "N,CH"); });
  ExpectError(ErrorKind::kBadOption, "no input \"d\"", [&] { model.SetLayout("d", "N"); });
  EXPECT_EQ(model.GetLayout("a"), "CDHW");
}

TEST(ModelLayout, IsReadFromFiles) {
  const std::unique_ptr<graph::Graph> graph = graph::ParseGraph(kClassifier);
  test::IrFiles files;
  graph::IrWriteOptions options;
  options.version = 3;
  files.Write(*graph, options);
  Model old = Core().ReadModel(files.Xml());
  EXPECT_EQ(old.GetLayout("data"), "NCHW");
  old.SetBatch(5);
  EXPECT_EQ(RunOnce(Core().CompileModel(old)).size(), 25u);
  options.version = 11;
  files.Write(*graph, options);
  EXPECT_EQ(Core().ReadModel(files.Xml()).GetLayout("data"), "");
  options.layouts["data"] = "[N,C,H,W]";
  files.Write(*graph, options);
  EXPECT_EQ(Core().ReadModel(files.Xml()).GetLayout("data"), "NCHW");
}

TEST(ModelLayout, SetBatchNeedsTheOtherSizes) {
  const std::string folder = MOIR_TEST_DATA_DIR "/ir_models/";
  Model model = Core().ReadModel(folder + "bert_open_batch_v11.xml");
  const std::vector<Port> inputs = model.Inputs();
  for (const Port& input : inputs) model.SetLayout(input.name, "N...");
  ExpectError(ErrorKind::kBadOption, "other sizes of input \"ids\" are open, too: [3,-1]", [&] { model.SetBatch(3); });
  std::map<std::string, Shape> shapes;
  for (const Port& input : inputs) shapes[input.name] = {1, 6};
  model.Reshape(shapes);
  model.SetBatch(3);
  for (const Port& input : inputs) EXPECT_EQ(model.Input(input.name).shape, (Shape{3, 6}));
  EXPECT_NO_THROW(Core().CompileModel(model).CreateInferRequest().Infer());
}

TEST(CoreProperties, AreTheDefaultsOfCompileModel) {
  Core core;
  core.SetProperty("inference_num_threads", "1");
  core.SetProperty({{"enable_profiling", "true"}, {"num_streams", "1"}});
  EXPECT_EQ(core.GetProperty("inference_num_threads"), "1");
  const Model model = ParseModel(kClassifier);
  EXPECT_EQ(core.CompileModel(model).GetProperty("enable_profiling"), "true");
  EXPECT_EQ(core.CompileModel(model, {{"enable_profiling", "false"}}).GetProperty("enable_profiling"), "false");
  EXPECT_EQ(Core().CompileModel(model).GetProperty("enable_profiling"), "false");
  ExpectError(ErrorKind::kBadOption, "did you mean num_streams", [&] { core.SetProperty("num_strems", "1"); });
  // All or nothing.
  ExpectError(ErrorKind::kBadOption, "got \"x\"", [&] {
    core.SetProperty({{"enable_profiling", "false"}, {"num_streams", "x"}});
  });
  EXPECT_EQ(core.GetProperty("enable_profiling"), "true");
  EXPECT_FALSE(core.GetProperty("full_device_name").empty());
  EXPECT_NE(core.GetProperty("supported_properties").find("performance_hint,"), std::string::npos);
  ExpectError(ErrorKind::kBadOption, "is a compiled model's", [&] { core.GetProperty("memory_weights"); });
  ExpectError(ErrorKind::kBadOption, "is not known", [&] { core.GetProperty("speed"); });
}

TEST(CompiledShapes, GiveTheNumbersOfAModelOfThatShape) {
  Model model = ParseModel(kClassifier);
  const CompiledModel two = Core().CompileModel(model);
  const CompiledModel seven = two.Reshape({{"data", {7, 3, 6, 9}}});
  EXPECT_EQ(seven.Output().shape, (Shape{7, 5}));
  EXPECT_EQ(two.Output().shape, (Shape{2, 5}));
  const std::vector<float> before = RunOnce(two);
  // What becomes of the model afterwards is nothing to what was compiled from it.
  model.Reshape(Shape{7, 3, 6, 9});
  EXPECT_EQ(RunOnce(seven), RunOnce(Core().CompileModel(model)));
  EXPECT_EQ(RunOnce(two), before);
  EXPECT_EQ(RunOnce(seven.Reshape({{"data", {2, 3, 8, 8}}})), before);
  ExpectError(ErrorKind::kBadModel, "\"c\"", [&] { two.Reshape({{"data", {2, 4, 8, 8}}}); });
  ExpectError(ErrorKind::kBadOption, "no input \"dat\"", [&] { two.Reshape({{"dat", {2, 4, 8, 8}}}); });
  ExpectError(ErrorKind::kBadOption, "shape_cache_capacity 0, so nothing was kept", [&] {
    Core().CompileModel(model, {{"shape_cache_capacity", "0"}}).Reshape({{"data", {1, 3, 8, 8}}});
  });
}

// The misses tell what was at hand.
TEST(CompiledShapes, RememberThoseUsedLast) {
  CompiledModel model = Core().CompileModel(ParseModel(kClassifier), {{"shape_cache_capacity", "2"}});
  const auto batch = [&](int64_t size) { return model.Reshape({{"data", {size, 3, 8, 8}}}); };
  const auto misses = [&] { return std::stoi(model.GetProperty("shape_cache_misses")); };
  EXPECT_EQ(misses(), 1);  // the model itself
  batch(2);
  EXPECT_EQ(misses(), 1);
  batch(3);
  batch(2);
  batch(3);
  EXPECT_EQ(misses(), 2);
  batch(4);  // 2 goes
  batch(3);
  EXPECT_EQ(misses(), 3);
  batch(2);  // 4 goes
  EXPECT_EQ(misses(), 4);
  batch(3);
  EXPECT_EQ(misses(), 4);
  model.SetProperty("shape_cache_capacity", "1");
  EXPECT_EQ(model.GetProperty("shape_cache_capacity"), "1");
  batch(3);
  EXPECT_EQ(misses(), 4);
  batch(2);
  EXPECT_EQ(misses(), 5);
}

TEST(CompiledShapes, MayBeAskedForInManyThreads) {
  const CompiledModel model = Core().CompileModel(
      ParseModel(kClassifier),
      {{"shape_cache_capacity", "3"}, {"inference_num_threads", "1"}, {"performance_hint", "latency"}});
  std::vector<std::vector<float>> expected;
  for (int64_t size = 1; size <= 5; ++size) expected.push_back(RunOnce(model.Reshape({{"data", {size, 3, 8, 8}}})));
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 10; ++i) {
        const size_t size = (i * (t + 1) + t) % 5 + 1;
        if (RunOnce(model.Reshape({{"data", {static_cast<int64_t>(size), 3, 8, 8}}})) != expected[size - 1]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(CompiledModelProperties, ThatMayChangeDo) {
  CompiledModel model = Core().CompileModel(ParseModel(kClassifier));
  InferRequest request = model.CreateInferRequest();
  ExpectError(ErrorKind::kBadOption, "enable_profiling", [&] { request.GetProfilingInfo(); });
  model.SetProperty("enable_profiling", "true");
  request.Infer();
  EXPECT_FALSE(request.GetProfilingInfo().empty());
  ExpectError(ErrorKind::kBadOption, "num_streams: cannot change after CompileModel",
              [&] { model.SetProperty("num_streams", "2"); });
  ExpectError(ErrorKind::kBadOption, "is not known", [&] { model.SetProperty("streams", "2"); });
  ExpectError(ErrorKind::kBadOption, "expected true or false", [&] { model.SetProperty("enable_profiling", "yes"); });
}

TEST(RuntimeModel, ShowsStepsKernelsAndLayouts) {
  const CompiledModel model = Core().CompileModel(
      ParseModel("x : f32[1,16,8,8]; w : f32[16,16,3,3] = random(1); c = Convolution(x, w); r = ReLU(c)\n"
                 "return r as \"r\""));
  const std::vector<RuntimeLayer> layers = model.GetRuntimeModel();
  const auto convolution =
      std::find_if(layers.begin(), layers.end(), [](const RuntimeLayer& layer) { return layer.type == "Convolution"; });
  ASSERT_NE(convolution, layers.end());
  EXPECT_EQ(convolution->name, "c");
  EXPECT_EQ(convolution->fused, std::vector<std::string>{"r"});
  EXPECT_EQ(convolution->precision, ElementType::kF32);
  EXPECT_EQ(convolution->output_shapes, (std::vector<Shape>{{1, 16, 6, 6}}));
  EXPECT_EQ(convolution->output_layouts.size(), 1u);
  EXPECT_EQ(convolution->multiply_adds, 16u * 36 * 16 * 9);
  EXPECT_EQ(layers.back().multiply_adds, 0u) << layers.back().type;
  EXPECT_FALSE(convolution->exec_type.empty());
  ASSERT_GE(convolution->input_layouts.size(), 2u);
  EXPECT_EQ(convolution->input_layouts[1], "") << "weights are packed when the model is compiled";
  // The outputs are plain at the end.
  EXPECT_EQ(layers.back().output_layouts.at(0), "plain");
}

}  // namespace
}  // namespace moir
