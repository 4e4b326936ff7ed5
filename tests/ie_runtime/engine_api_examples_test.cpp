// The programs of docs/engine_api.md: compiled, run, and compared with what the text shows.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "moir/moir.h"
#include "moir/preprocess.h"
#include "tests/support/graph_testing.h"

namespace {

std::string TestFile(const std::string& path) { return std::string(MOIR_TEST_DATA_DIR) + "/../" + path; }

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

const std::string kClassifier = TestFile("data/ir_models/resnet_blocks_v11.xml");
const std::string kRecurrent = TestFile("data/states/recurrent.xml");

// clang-format off
// example: pictures
moir::CompiledModel CompileForPictures(moir::Core& core, const std::string& path) {
  moir::PrePostProcessor ppp(core.ReadModel(path));
  ppp.Input().Model().SetLayout("NCHW");
  ppp.Input().Tensor()
      .SetElementType(moir::ElementType::kU8)
      .SetLayout("NHWC")
      .SetColorFormat(moir::ColorFormat::kBgr);
  ppp.Input().Preprocess()
      .ConvertColor(moir::ColorFormat::kRgb)
      .Resize(moir::ResizeAlgorithm::kLinear)
      .Mean({123.675f, 116.28f, 103.53f})
      .Scale({58.395f, 57.12f, 57.375f});
  return core.CompileModel(ppp.Build());
}

// `pixels`: height x width x 3 bytes, as cv::imread gives them.
moir::Tensor Classify(moir::InferRequest& request, uint8_t* pixels, int64_t height, int64_t width) {
  request.SetInputTensor(moir::Tensor(moir::ElementType::kU8, {1, height, width, 3}, pixels));
  request.Infer();
  return request.GetOutputTensor();
}
// end

// example: measured
moir::CompiledModel CompileMeasured(moir::Core& core, const std::string& path, const std::string& folder) {
  return core.CompileModel(path, {{"kernel_choice", "measure"}, {"cache_dir", folder}});
}
// end

// example: states
void TwoSequences(moir::InferRequest& request, const std::vector<moir::Tensor>& sequence) {
  for (int round = 0; round < 2; ++round) {
    request.ResetState();
    for (const moir::Tensor& step : sequence) {
      request.SetInputTensor(step);
      request.Infer();
    }
  }
  for (moir::VariableState& state : request.QueryState()) {
    moir::Tensor value = state.GetState();  // to go on from here another time:
    state.SetState(value);
  }
}
// end

// example: cache
moir::CompiledModel Start(moir::Core& core, const std::string& path, const std::string& folder) {
  core.SetProperty("cache_dir", folder);
  return core.CompileModel(path);  // loaded_from_cache tells whether the folder had it
}
// end
// clang-format on

TEST(EngineApiExamples, AreThoseOfTheText) {
  const std::string source = ReadText(TestFile("ie_runtime/engine_api_examples_test.cpp"));
  const std::string manual = ReadText(TestFile("../docs/engine_api.md"));
  int found = 0;
  for (size_t at = source.find("\n// example: "); at != std::string::npos; at = source.find("\n// example: ", at + 1)) {
    const size_t begin = source.find('\n', at + 1) + 1, end = source.find("// end\n", begin);
    const std::string program = source.substr(begin, end - begin);
    EXPECT_NE(manual.find("```cpp\n" + program + "```\n"), std::string::npos) << program;
    ++found;
  }
  EXPECT_EQ(found, 4);
}

TEST(EngineApiExamples, Run) {
  moir::Core core;
  moir::InferRequest pictures = CompileForPictures(core, kClassifier).CreateInferRequest();
  std::vector<uint8_t> pixels(40 * 50 * 3, 100);
  EXPECT_GT(Classify(pictures, pixels.data(), 40, 50).GetSize(), 0U);
  EXPECT_GT(Classify(pictures, pixels.data(), 50, 40).GetSize(), 0U);
  moir::InferRequest recurrent = core.CompileModel(kRecurrent).CreateInferRequest();
  TwoSequences(recurrent, {moir::Tensor(moir::ElementType::kF32, {2, 3})});
  EXPECT_NE(recurrent.QueryState().at(0).GetState().Data<float>()[0], 0);
  moir::test::TempFolder folder;
  EXPECT_EQ(Start(core, kClassifier, folder.Path()).GetProperty("loaded_from_cache"), "false");
  EXPECT_EQ(Start(core, kClassifier, folder.Path()).GetProperty("loaded_from_cache"), "true");
  for (const char* from_cache : {"false", "true"})
    EXPECT_EQ(CompileMeasured(core, kClassifier, folder.Path()).GetProperty("loaded_from_cache"), from_cache);
}

}  // namespace
