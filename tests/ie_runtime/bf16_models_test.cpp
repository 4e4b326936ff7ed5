// Models in bf16 through the public API: files of compiled models, streams, other shapes, CPUs without bf16.
#include <cstring>
#include <thread>

#include "ie_runtime/isa.h"
#include "tests/ie_runtime/compiled_files_support.h"

namespace moir {
namespace {

bool HasBf16() { return runtime::HasBf16(runtime::EffectiveIsa()); }

Properties InBf16(Properties properties = {{"inference_num_threads", "1"}}) {
  properties["inference_precision"] = "bf16";
  return properties;
}

double LargestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double difference = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return difference;
}

double Largest(const std::vector<float>& values) {
  return LargestDifference(values, std::vector<float>(values.size()));
}

class Bf16Models : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasBf16()) GTEST_SKIP() << "the CPU has no instructions for bf16";
    f32_ = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}));
    bf16_ = Infer(Core().CompileModel(kModel + ".xml", InBf16()));
    // Ten layers and their weights are rounded.
    ASSERT_LT(LargestDifference(bf16_, f32_), 20 * 0x1p-8 * Largest(f32_));
    ASSERT_NE(bf16_, f32_);
  }
  test::TempFolder temp_;
  std::vector<float> f32_, bf16_;
};

TEST_F(Bf16Models, CacheHasOneFilePerPrecision) {
  const std::string folder = temp_.File("cache");
  const auto compile = [&](const Properties& properties, const std::vector<float>& expected) {
    const CompiledModel model = Core().CompileModel(kModel + ".xml", properties);
    EXPECT_EQ(Infer(model), expected);
    return FromCache(model);
  };
  EXPECT_FALSE(compile(InBf16(With(folder)), bf16_));
  EXPECT_TRUE(compile(InBf16(With(folder)), bf16_));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
  EXPECT_FALSE(compile(With(folder), f32_));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  EXPECT_TRUE(compile(With(folder), f32_));
  EXPECT_TRUE(compile(InBf16(With(folder)), bf16_));
  // Damaged: packed anew, to the same numbers.
  for (const std::string& file : FilesOf(folder)) {
    std::string bytes = ReadFile(file);
    for (size_t i = bytes.size() / 2; i < bytes.size(); i += 7) bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    WriteFile(file, bytes);
  }
  EXPECT_FALSE(compile(InBf16(With(folder)), bf16_));
  EXPECT_TRUE(compile(InBf16(With(folder)), bf16_));
}

TEST_F(Bf16Models, ExportedOnesGiveTheSameBits) {
  for (const char* mode : {"portable", "compiled"}) {
    SCOPED_TRACE(mode);
    Properties properties = InBf16();
    properties["export_mode"] = mode;
    const CompiledModel model = Core().CompileModel(kModel + ".xml", properties);
    std::stringstream stream;
    model.ExportModel(stream);
    const std::string bytes = stream.str();
    const CompiledModel imported = Core().ImportModel(stream, properties);
    EXPECT_EQ(imported.GetProperty("inference_precision"), "bf16");
    EXPECT_EQ(FromCache(imported), std::string(mode) == "compiled");
    EXPECT_EQ(Infer(imported), bf16_);
    std::stringstream again;
    imported.ExportModel(again);
    EXPECT_EQ(again.str(), bytes);
    // A file has no precision of its own: this model's weights are small, and are all there.
    std::stringstream same(bytes);
    const CompiledModel in_f32 = Core().ImportModel(same, {{"inference_num_threads", "1"}});
    EXPECT_EQ(in_f32.GetProperty("inference_precision"), "f32");
    EXPECT_FALSE(FromCache(in_f32));
    EXPECT_EQ(Infer(in_f32), f32_);
  }
}

TEST_F(Bf16Models, StreamsGiveTheSameBits) {
  const CompiledModel model = Core().CompileModel(
      kModel + ".xml",
      InBf16({{"performance_hint", "throughput"}, {"num_streams", "3"}, {"inference_num_threads", "3"}}));
  EXPECT_EQ(model.GetProperty("inference_precision"), "bf16");
  ASSERT_EQ(model.GetProperty("num_streams"), "3");
  // More requests than streams, each with another picture: the first one's is that of `bf16_`.
  std::vector<InferRequest> requests;
  std::vector<std::vector<float>> expected;
  InferRequest alone = Core().CompileModel(kModel + ".xml", InBf16()).CreateInferRequest();
  for (size_t k = 0; k < 7; ++k) {
    requests.push_back(model.CreateInferRequest());
    const Tensor input = requests[k].GetInputTensor();
    for (size_t i = 0; i < input.GetSize(); ++i)
      input.Data<float>()[i] = static_cast<float>((i + 31 * k) * 2654435761u % 1000) / 1000 - 0.5f;
    std::memcpy(alone.GetInputTensor().Data(), input.Data(), input.GetByteSize());
    alone.Infer();
    const Tensor output = alone.GetOutputTensor();
    expected.emplace_back(output.Data<float>(), output.Data<float>() + output.GetSize());
  }
  for (int round = 0; round < 3; ++round) {
    for (InferRequest& request : requests) request.StartAsync();
    for (size_t k = 0; k < requests.size(); ++k) {
      requests[k].Wait();
      const Tensor output = requests[k].GetOutputTensor();
      EXPECT_EQ(std::memcmp(output.Data(), expected[k].data(), output.GetByteSize()), 0) << k;
    }
  }
  EXPECT_NE(expected[0], expected[1]);
}

TEST_F(Bf16Models, OtherShapes) {
  const CompiledModel model = Core().CompileModel(kModel + ".xml", InBf16());
  Shape shape = model.Input().shape;
  const auto batch = static_cast<size_t>(shape[0]);
  shape[0] = 3;
  const CompiledModel three = model.Reshape({{model.Input().name, shape}});
  EXPECT_EQ(three.GetProperty("inference_precision"), "bf16");
  Model read = Core().ReadModel(kModel + ".xml");
  read.Reshape(shape);
  const std::vector<float> got = Infer(three);
  EXPECT_EQ(got, Infer(Core().CompileModel(read, InBf16())));
  const std::vector<float> exact = Infer(Core().CompileModel(read, {{"inference_num_threads", "1"}}));
  EXPECT_EQ(got.size(), bf16_.size() * 3 / batch);
  EXPECT_LT(LargestDifference(got, exact), 20 * 0x1p-8 * Largest(exact));
  EXPECT_NE(got, exact);
  // Back again.
  shape[0] = static_cast<int64_t>(batch);
  EXPECT_EQ(Infer(three.Reshape({{model.Input().name, shape}})), bf16_);
}

// Whatever the CPU: it is said what is computed in.
TEST(Bf16Fallback, IsF32WithoutInstructionsForBf16) {
  const test::TempFolder temp;
  const std::string folder = temp.File("cache");
  const CompiledModel f32 = Core().CompileModel(kModel + ".xml", With(folder));
  const CompiledModel model = Core().CompileModel(kModel + ".xml", InBf16(With(folder)));
  EXPECT_EQ(model.GetProperty("inference_precision"), HasBf16() ? "bf16" : "f32");
  // Without bf16 the model is that in f32, its cached weights included.
  EXPECT_EQ(FromCache(model), !HasBf16());
  EXPECT_EQ(Infer(model) == Infer(f32), !HasBf16());
  EXPECT_EQ(FilesOf(folder).size(), HasBf16() ? 2U : 1U);
  bool any = false;
  for (const RuntimeLayer& layer : model.GetRuntimeModel()) any = any || layer.precision == ElementType::kBF16;
  EXPECT_EQ(any, HasBf16());
  std::stringstream stream;
  model.ExportModel(stream);
  const CompiledModel imported = Core().ImportModel(stream, InBf16());
  EXPECT_EQ(imported.GetProperty("inference_precision"), HasBf16() ? "bf16" : "f32");
  EXPECT_EQ(Infer(imported), Infer(model));
}

}  // namespace
}  // namespace moir
