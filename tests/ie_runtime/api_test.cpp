// The public classes.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "ie_runtime/kernel_table.h"
#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

const char* const kModel = R"(
  data : f32[1,3,8,8]; scale : f32[1]
  w : f32[16,3,3,3] = random(1)
  c = Convolution(data, w)
  m = Multiply(c, scale)
  s = Softmax(m) axis=1
  return s as "prob", c as "features")";

Model MakeModel(const char* text = kModel) { return ParseModel(text); }
CompiledModel Compile(const Properties& properties = {}, const char* text = kModel) {
  return Core().CompileModel(MakeModel(text), properties);
}

TEST(Api, PortsHaveNamesTypesShapesAndOrder) {
  for (const auto& ports : {MakeModel().Inputs(), Compile().Inputs()}) {
    ASSERT_EQ(ports.size(), 2u);
    EXPECT_EQ(ports[0].name, "data");
    EXPECT_EQ(ports[1].name, "scale");
    EXPECT_EQ(ports[0].shape, (Shape{1, 3, 8, 8}));
    EXPECT_EQ(ports[0].type, ElementType::kF32);
  }
  for (const auto& ports : {MakeModel().Outputs(), Compile().Outputs()}) {
    ASSERT_EQ(ports.size(), 2u);
    EXPECT_EQ(ports[0].name, "prob");
    EXPECT_EQ(ports[1].name, "features");
  }
  EXPECT_EQ(Compile().Output("features").shape, (Shape{1, 16, 6, 6}));
  ExpectError(ErrorKind::kBadOption, "the model has no input \"dat\", expected one of data, scale",
              [] { Compile().Input("dat"); });
}

TEST(Api, TensorsOfTheCallerAreReadAndWrittenInPlace) {
  InferRequest request = Compile().CreateInferRequest();
  std::vector<float> data(3 * 64, 0.5f), features(16 * 36, -1.0f);
  request.SetTensor("data", Tensor(ElementType::kF32, {1, 3, 8, 8}, data.data()));
  request.SetTensor("features", Tensor(ElementType::kF32, {1, 16, 6, 6}, features.data()));
  *request.GetTensor("scale").Data<float>() = 2;
  request.Infer();
  const float* prob = request.GetTensor("prob").Data<float>();
  double sum = 0;
  for (int c = 0; c < 16; ++c) sum += prob[c * 36];
  EXPECT_NEAR(sum, 1, 1e-5);
  const std::vector<float> first = features;
  EXPECT_NE(first[0], -1.0f);
  // Values, not the tensor, changed: the next inference sees them.
  for (float& value : data) value = 1;
  request.Infer();
  EXPECT_NEAR(features[5], 2 * first[5], 1e-4);
  EXPECT_EQ(request.GetOutputTensor(1).Data(), features.data());
}

TEST(Api, OutputsOutliveTheRequest) {
  Tensor kept;
  {
    InferRequest request = Compile().CreateInferRequest();
    request.Infer();
    kept = request.GetOutputTensor(0);
  }
  EXPECT_NEAR(kept.Data<float>()[0], 1.0 / 16, 1e-6);
}

TEST(Api, RequestsOfOneModelRunInDifferentThreads) {
  const CompiledModel model = Compile({{"inference_num_threads", "1"}});
  std::vector<std::thread> threads;
  std::vector<float> results(4);
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      InferRequest request = model.CreateInferRequest();
      Tensor data = request.GetTensor("data");
      for (size_t k = 0; k < data.GetSize(); ++k) data.Data<float>()[k] = static_cast<float>(i);
      for (int round = 0; round < 20; ++round) request.Infer();
      results[i] = request.GetTensor("features").Data<float>()[7];
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results[0], 0);
  for (size_t i = 2; i < results.size(); ++i) EXPECT_NEAR(results[i], static_cast<float>(i) * results[1], 1e-4);
}

TEST(Api, WrongTensorsAreRefusedWithBothSides) {
  InferRequest request = Compile().CreateInferRequest();
  ExpectError(ErrorKind::kBadOption, "input \"data\": got u8[1,3,8,8], expected f32[1,3,8,8]", [&] {
    request.SetTensor("data", Tensor(ElementType::kU8, {1, 3, 8, 8}));
  });
  ExpectError(ErrorKind::kBadOption, "input \"data\": got f32[1,3,8], expected f32[1,3,8,8]", [&] {
    request.SetInputTensor(Tensor(ElementType::kF32, {1, 3, 8}));
  });
  ExpectError(ErrorKind::kBadOption, "output \"prob\": got undefined", [&] { request.SetOutputTensor(0, Tensor()); });
  ExpectError(ErrorKind::kBadOption, "expected one of data, scale (inputs), prob, features (outputs)",
              [&] { request.GetTensor("softmax"); });
  ExpectError(ErrorKind::kBadOption, "input 2: the model has 2", [&] { request.GetInputTensor(2); });
  ExpectError(ErrorKind::kBadOption, "f32", [&] { request.GetInputTensor(0).Data<int>(); });
  ExpectError(ErrorKind::kBadOption, "an empty InferRequest was used", [] { InferRequest().Infer(); });
}

TEST(Api, PropertiesAreCheckedAndReadBack) {
  EXPECT_EQ(Compile({{"inference_num_threads", "2"}}).GetProperty("inference_num_threads"), "2");
  EXPECT_EQ(Compile().GetProperty("inference_precision"), "f32");
  EXPECT_GT(std::stoul(Compile().GetProperty("memory_weights")), 0u);
  EXPECT_GT(std::stoul(Compile().GetProperty("memory_activations")), 0u);
  const std::string to_settle = Compile().GetProperty("memory_to_settle");
  EXPECT_EQ(std::to_string(std::stoull(to_settle)), to_settle);
  ExpectError(ErrorKind::kBadOption, "did you mean enable_profiling", [] { Compile({{"enable_profilin", "true"}}); });
  ExpectError(ErrorKind::kBadOption, "inference_num_threads: got \"two\"", [] {
    Compile({{"inference_num_threads", "two"}});
  });
  ExpectError(ErrorKind::kBadOption, "enable_profiling: got \"1\"", [] { Compile({{"enable_profiling", "1"}}); });
  // What is computed, not what was asked for.
  const bool has_bf16 = Core().GetProperty("optimization_capabilities").find("bf16") != std::string::npos;
  EXPECT_EQ(Compile({{"inference_precision", "bf16"}}).GetProperty("inference_precision"), has_bf16 ? "bf16" : "f32");
  ExpectError(ErrorKind::kBadOption, "got \"i8\", expected f32 or bf16", [] {
    Compile({{"inference_precision", "i8"}});
  });
  ExpectError(ErrorKind::kBadOption, "max_isa: got \"avx3\"", [] { Compile({{"max_isa", "avx3"}}); });
  ExpectError(ErrorKind::kBadOption, "\"speed\" is not known", [] { Compile().GetProperty("speed"); });
}

TEST(Api, ReshapeFollowsThroughTheModelOrChangesNothing) {
  Model model = MakeModel();
  model.Reshape({{"data", {2, 3, 10, 12}}});
  EXPECT_EQ(model.Output("features").shape, (Shape{2, 16, 8, 10}));
  ExpectError(ErrorKind::kBadModel, "\"c\"", [&] { model.Reshape({{"data", {2, 4, 10, 12}}}); });
  EXPECT_EQ(model.Output("features").shape, (Shape{2, 16, 8, 10}));
  ExpectError(ErrorKind::kBadOption, "no input \"image\"", [&] { model.Reshape({{"image", {1}}}); });
  InferRequest request = Core().CompileModel(model).CreateInferRequest();
  request.Infer();
  EXPECT_EQ(request.GetTensor("features").GetShape(), (Shape{2, 16, 8, 10}));
}

TEST(Api, ProfilingNamesLayersKernelsAndWhatWasFused) {
  InferRequest request =
      Compile({{"enable_profiling", "true"}},
              "x : f32[1,3,8,8]; w : f32[16,3,3,3] = random(1); c = Convolution(x, w); r = ReLU(c); return r")
          .CreateInferRequest();
  request.Infer();
  const std::vector<ProfilingInfo> infos = request.GetProfilingInfo();
  bool found = false;
  for (const ProfilingInfo& info : infos) {
    if (info.node_type != "Convolution") continue;
    found = true;
    EXPECT_EQ(info.node_name, "c");
    EXPECT_EQ(info.fused, std::vector<std::string>{"r"});
    EXPECT_FALSE(info.exec_type.empty());
    EXPECT_GT(info.microseconds, 0);
  }
  EXPECT_TRUE(found);
  ExpectError(ErrorKind::kBadOption, "enable_profiling", [] { Compile().CreateInferRequest().GetProfilingInfo(); });
}

TEST(Api, MissingFilesAreIoErrors) {
  ExpectError(ErrorKind::kIo, "no-such-file.xml", [] { Core().ReadModel("/no-such-file.xml"); });
}

#if defined(__x86_64__)
TEST(Denormals, AreFlushedDuringInferenceAndTheCallerKeepsItsState) {
  const unsigned before = _mm_getcsr();
  InferRequest request =
      Compile({{"inference_num_threads", "2"}}, "x : f32[1,4,64,64]; k : f32[1] = {0.5}; y = Multiply(x, k); return y")
          .CreateInferRequest();
  Tensor x = request.GetInputTensor();
  for (size_t i = 0; i < x.GetSize(); ++i) x.Data<float>()[i] = std::numeric_limits<float>::min();
  request.Infer();
  const Tensor y = request.GetOutputTensor();
  for (size_t i = 0; i < y.GetSize(); ++i)
    ASSERT_EQ(y.Data<float>()[i], 0) << "half of the smallest normal number, element " << i;
  EXPECT_EQ(_mm_getcsr(), before);
}
#endif

TEST(KernelTable, IsSortedWithoutDuplicates) {
  const auto ops = runtime::KernelOps();
  for (size_t i = 1; i < ops.size(); ++i) EXPECT_LT(ops[i - 1], ops[i]);
  for (const auto op : ops) EXPECT_NE(runtime::FindKernelFactory(op), nullptr) << op;
  EXPECT_EQ(runtime::FindKernelFactory("NoSuchOperator"), nullptr);
}

// A process of its own: the bound holds from the first compilation on.
TEST(MaxIsaDeathTest, BoundsTheKernels) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [](const char* environment, const Properties& given) {
    if (environment) setenv("MOIR_MAX_ISA", environment, 1);
    Properties properties = given;
    properties["enable_profiling"] = "true";
    const CompiledModel model = Compile(properties);
    InferRequest request = model.CreateInferRequest();
    request.Infer();
    for (const ProfilingInfo& info : request.GetProfilingInfo()) {
      if (info.exec_type.find("avx512") != std::string::npos) std::exit(3);
    }
    std::exit(model.GetProperty("max_isa") == "avx512_core" ? 4 : 0);
  };
  EXPECT_EXIT(run(nullptr, {{"max_isa", "avx2"}}), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(run("avx2", {}), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(run("sse41", {}), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace moir
