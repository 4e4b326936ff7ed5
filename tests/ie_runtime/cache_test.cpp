// Compiled models on disk: the cache, export and import.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "moir/preprocess.h"
#include "tests/ie_runtime/api_test_support.h"
#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

namespace fs = std::filesystem;

// Convolutions of several kinds and a classifier, a few kilobytes.
const std::string kModel = std::string(MOIR_TEST_DATA_DIR) + "/ir_models/resnet_blocks_v11";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Properties With(const std::string& folder, const char* threads = "1") {
  return {{"cache_dir", folder}, {"inference_num_threads", threads}};
}

std::vector<float> Infer(const CompiledModel& model) {
  InferRequest request = model.CreateInferRequest();
  for (size_t k = 0; k < model.Inputs().size(); ++k) {
    const Tensor input = request.GetInputTensor(k);
    for (size_t i = 0; i < input.GetSize(); ++i) {
      const auto value = static_cast<float>(i * 2654435761u % 1000);
      if (input.GetElementType() == ElementType::kU8) input.Data<uint8_t>()[i] = static_cast<uint8_t>(value / 4);
      else input.Data<float>()[i] = value / 1000 - 0.5f;
    }
  }
  request.Infer();
  const Tensor output = request.GetOutputTensor();
  return {output.Data<float>(), output.Data<float>() + output.GetSize()};
}

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path().string());
  return files;
}

bool FromCache(const CompiledModel& model) { return model.GetProperty("loaded_from_cache") == "true"; }

class Cache : public testing::Test {
 protected:
  void SetUp() override { expected_ = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}})); }
  // Numbers are the same bits wherever the weights come from.
  bool Compile(const std::string& folder, const std::string& model = kModel) {
    const CompiledModel compiled = Core().CompileModel(model + ".xml", With(folder));
    EXPECT_EQ(Infer(compiled), expected_);
    return FromCache(compiled);
  }
  test::TempFolder temp_;
  std::vector<float> expected_;
};

TEST_F(Cache, SecondCompilationTakesWhatTheFirstPacked) {
  const std::string folder = temp_.File("made/when/missing");
  EXPECT_FALSE(Compile(folder));
  ASSERT_EQ(FilesOf(folder).size(), 1U);
  EXPECT_TRUE(Compile(folder));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
  // The same files elsewhere are the same model, in memory too.
  fs::copy_file(kModel + ".xml", temp_.File("copy.xml"));
  fs::copy_file(kModel + ".bin", temp_.File("copy.bin"));
  EXPECT_TRUE(Compile(folder, temp_.File("copy")));
  std::string bin = ReadFile(kModel + ".bin");
  const Model in_memory = Core().ReadModel(ReadFile(kModel + ".xml"),
                                           Tensor(ElementType::kU8, {static_cast<int64_t>(bin.size())}, bin.data()));
  EXPECT_TRUE(FromCache(Core().CompileModel(in_memory, With(folder))));
  EXPECT_EQ(Core().CompileModel(in_memory, With(folder)).GetProperty("cache_dir"), folder);
  EXPECT_FALSE(FromCache(Core().CompileModel(in_memory, With(""))));
}

// The weights are the file's pages, for as long as something runs on them.
TEST_F(Cache, WeightsAreMapped) {
  const auto mapped = [] { return ReadFile("/proc/self/maps").find(".moirpack") != std::string::npos; };
  const std::string folder = temp_.File("cache");
  Compile(folder);
  EXPECT_FALSE(mapped());
  InferRequest request = Core().CompileModel(kModel + ".xml", With(folder)).CreateInferRequest();
  EXPECT_TRUE(mapped());
  // The file may go, or become another one, while a request uses it.
  for (const std::string& file : FilesOf(folder)) fs::remove(file);
  request.Infer();
  EXPECT_TRUE(mapped());
  request = InferRequest();
  EXPECT_FALSE(mapped());
}

// Models that keep nothing to make others from.
TEST_F(Cache, WithoutAShapeCache) {
  Properties properties = With(temp_.File("cache"));
  properties["shape_cache_capacity"] = "0";
  EXPECT_FALSE(FromCache(Core().CompileModel(kModel + ".xml", properties)));
  const CompiledModel model = Core().CompileModel(kModel + ".xml", properties);
  EXPECT_TRUE(FromCache(model));
  EXPECT_EQ(Infer(model), expected_);
  std::stringstream stream;
  ExpectError(ErrorKind::kUnsupported, "shape_cache_capacity 0", [&] { model.ExportModel(stream); });
  std::stringstream whole;
  Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}).ExportModel(whole);
  const CompiledModel imported = Core().ImportModel(whole, properties);
  EXPECT_TRUE(FromCache(imported));
  EXPECT_EQ(Infer(imported), expected_);
}

TEST_F(Cache, AnythingThatMattersMakesAnotherFile) {
  const std::string folder = temp_.File("cache");
  Compile(folder);
  // Threads.
  EXPECT_FALSE(FromCache(Core().CompileModel(kModel + ".xml", With(folder, "2"))));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  // One bit of the weights.
  std::string bin = ReadFile(kModel + ".bin");
  fs::copy_file(kModel + ".xml", temp_.File("copy.xml"));
  bin[bin.size() / 2] = static_cast<char>(bin[bin.size() / 2] ^ 1);
  WriteFile(temp_.File("copy.bin"), bin);
  EXPECT_FALSE(FromCache(Core().CompileModel(temp_.File("copy.xml"), With(folder))));
  // A blank in the topology.
  fs::copy_file(kModel + ".bin", temp_.File("copy.bin"), fs::copy_options::overwrite_existing);
  WriteFile(temp_.File("copy.xml"), ReadFile(kModel + ".xml") + "\n");
  EXPECT_FALSE(FromCache(Core().CompileModel(temp_.File("copy.xml"), With(folder))));
  EXPECT_EQ(FilesOf(folder).size(), 4U);
  // Shapes.
  Model model = Core().ReadModel(kModel + ".xml");
  Shape shape = model.Input().shape;
  shape[0] = 2;
  const CompiledModel one = Core().CompileModel(model, With(folder));
  EXPECT_TRUE(FromCache(one));
  EXPECT_FALSE(FromCache(one.Reshape({{model.Input().name, shape}})));
  model.Reshape(shape);
  EXPECT_TRUE(FromCache(Core().CompileModel(model, With(folder))));
  EXPECT_EQ(FilesOf(folder).size(), 5U);
}

TEST_F(Cache, DamagedFilesAreWrittenAnew) {
  const std::string folder = temp_.File("cache");
  Compile(folder);
  const std::string path = FilesOf(folder).at(0), whole = ReadFile(path);
  const auto check = [&](const std::string& bytes) {
    WriteFile(path, bytes);
    EXPECT_FALSE(Compile(folder));
    EXPECT_EQ(ReadFile(path).size(), whole.size());
    EXPECT_TRUE(Compile(folder));
  };
  for (const size_t size : {size_t{0}, size_t{7}, size_t{39}, size_t{41}, whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    check(whole.substr(0, size));
  }
  check(whole + "more");
  check(std::string(whole.size(), '\xff'));
  check(ReadFile(kModel + ".bin"));
  for (const size_t at : {size_t{0}, size_t{8}, size_t{12}, size_t{17}, size_t{25}, size_t{33}, size_t{40}, size_t{48},
                          size_t{56}, size_t{64}, whole.size() / 2, whole.size() * 3 / 4}) {
    SCOPED_TRACE(at);
    std::string bytes = whole;
    for (size_t i = at; i < bytes.size() && i < at + 64; i += 16) bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    check(bytes);
  }
}

TEST_F(Cache, FolderThatCannotBeWritten) {
  WriteFile(temp_.File("file"), "a file, no folder");
  EXPECT_FALSE(Compile(temp_.File("file")));
  EXPECT_FALSE(Compile(temp_.File("file/below")));
  EXPECT_FALSE(Compile("/proc/moir"));
  // A folder where the file should be.
  const std::string folder = temp_.File("cache");
  Compile(folder);
  const std::string path = FilesOf(folder).at(0);
  fs::remove(path);
  fs::create_directories(path + "/inside");
  EXPECT_FALSE(Compile(folder));
  EXPECT_EQ(FilesOf(folder), std::vector<std::string>{path});  // and nothing half-written beside it
}

// Run by the tests below, in processes of their own.
TEST(CacheProcess, Compiles) {
  const char* folder = std::getenv("MOIR_TEST_CACHE");
  if (!folder) GTEST_SKIP() << "MOIR_TEST_CACHE says where";
  const std::vector<float> expected = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}));
  for (int round = 0; round < 30; ++round) {
    const CompiledModel model = Core().CompileModel(kModel + ".xml", With(folder));
    EXPECT_EQ(Infer(model), expected);
    if (round < 20) {
      for (const std::string& file : FilesOf(folder)) fs::remove(file);
    }
  }
}

test::Finished CompileInAnotherProcess(const test::Limits& limits = {}) {
  return test::RunProgram("moir_ie_runtime_tests", {"--gtest_filter=CacheProcess.Compiles"}, limits);
}

TEST_F(Cache, ProcessesRace) {
  const std::string folder = temp_.File("cache");
  fs::create_directories(folder);
  setenv("MOIR_TEST_CACHE", folder.c_str(), 1);
  test::Finished first, second;
  std::thread other([&] { first = CompileInAnotherProcess(); });
  second = CompileInAnotherProcess();
  other.join();
  unsetenv("MOIR_TEST_CACHE");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(first.output.find("[  PASSED  ] 1 test"), std::string::npos) << first.output;
  EXPECT_TRUE(Compile(folder));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
}

TEST_F(Cache, FullDisk) {
  const std::string folder = temp_.File("cache");
  fs::create_directories(folder);
  setenv("MOIR_TEST_CACHE", folder.c_str(), 1);
  const test::Finished finished = CompileInAnotherProcess({.file_size = 1000});
  unsetenv("MOIR_TEST_CACHE");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_TRUE(FilesOf(folder).empty());
}

TEST_F(Cache, ExportAndImport) {
  const CompiledModel model = Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}});
  std::stringstream stream;
  stream << "before";
  stream.seekg(6);
  model.ExportModel(stream);
  const CompiledModel imported = Core().ImportModel(stream, {{"inference_num_threads", "1"}});
  EXPECT_TRUE(FromCache(imported));
  EXPECT_EQ(Infer(imported), expected_);
  EXPECT_EQ(imported.GetName(), model.GetName());
  // Again from the imported one; with other properties it is packed anew.
  std::stringstream again;
  imported.ExportModel(again);
  EXPECT_EQ(again.str(), stream.str().substr(6));
  const CompiledModel other = Core().ImportModel(again, {{"inference_num_threads", "2"}});
  EXPECT_FALSE(FromCache(other));
  const std::vector<float> values = Infer(other);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected_[i], 1e-5f);
  Shape shape = imported.Input().shape;
  shape[0] = 2;
  EXPECT_EQ(imported.Reshape({{imported.Input().name, shape}}).Input().shape, shape);
}

TEST_F(Cache, ExportKeepsStepsShapesAndStates) {
  // y = x + s, s' = y.
  const char* xml = R"(<net name="sums" version="11"><layers>
    <layer id="0" name="x" type="Parameter" version="opset1"><data element_type="f32" shape="?,2,4,3"/>
      <output><port id="0" precision="FP32" names="x"/></output></layer>
    <layer id="1" name="s" type="Parameter" version="opset1"><data element_type="f32" shape="?,2,4,3"/>
      <output><port id="0" precision="FP32" names="s"/></output></layer>
    <layer id="2" name="sum" type="Add" version="opset1"><data auto_broadcast="numpy"/>
      <input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32" names="sum"/></output></layer>
    <layer id="3" name="half" type="Abs" version="opset1">
      <input><port id="0"/></input><output><port id="1" precision="FP32" names="y"/></output></layer>
    <layer id="4" name="r0" type="Result" version="opset1"><input><port id="0"/></input></layer>
    <layer id="5" name="r1" type="Result" version="opset1"><input><port id="0"/></input></layer></layers>
    <edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
    <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/><edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
    <edge from-layer="2" from-port="2" to-layer="4" to-port="0"/><edge from-layer="3" from-port="1" to-layer="5" to-port="0"/>
    </edges></net>)";
  Model model = Core().ReadModel(xml, Tensor());
  model.Reshape({{"x", {1, 2, 4, 3}}, {"s", {1, 2, 4, 3}}});
  model.AddState(model.Output(0).name, "s");
  PrePostProcessor ppp(model);
  ppp.Input("x").Model().SetLayout("NCHW");
  ppp.Input("x").Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input("x").Preprocess().Mean({1, 2}).Scale(2);
  ppp.Output().Model().SetLayout("NCHW");
  ppp.Output().Tensor().SetLayout("NHWC");
  const CompiledModel compiled = Core().CompileModel(ppp.Build());
  std::stringstream stream;
  compiled.ExportModel(stream);
  const CompiledModel imported = Core().ImportModel(stream);
  for (const CompiledModel& one : {compiled, imported}) {
    ASSERT_EQ(one.Inputs().size(), 1U);
    EXPECT_EQ(one.Input().type, ElementType::kU8);
    EXPECT_EQ(one.Input().shape, (Shape{1, 4, 3, 2}));
    InferRequest request = one.CreateInferRequest();
    for (size_t i = 0; i < 24; ++i) request.GetInputTensor().Data<uint8_t>()[i] = static_cast<uint8_t>(10 * i);
    for (int round = 1; round < 4; ++round) {
      request.Infer();
      for (size_t i = 0; i < 24; ++i) {
        const float value = (static_cast<float>(10 * i) - static_cast<float>(1 + i % 2)) / 2;
        EXPECT_EQ(request.GetOutputTensor().Data<float>()[i], std::abs(value * static_cast<float>(round)));
      }
    }
  }
}

TEST_F(Cache, ImportOfWhatIsNoModel) {
  const CompiledModel model = Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}});
  std::stringstream stream;
  model.ExportModel(stream);
  const std::string whole = stream.str();
  const auto import = [&](const std::string& bytes) {
    std::stringstream from(bytes);
    return Core().ImportModel(from, {{"inference_num_threads", "1"}});
  };
  ExpectError(ErrorKind::kBadModel, "is cut off", [&] { import(""); });
  ExpectError(ErrorKind::kBadModel, "the stream holds something else", [&] { import(ReadFile(kModel + ".xml")); });
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60)
    ExpectError(ErrorKind::kBadModel, "exported model: ", [&] { import(whole.substr(0, size)); });
  // Nothing that is changed leads to other numbers: it is refused or, in the packed weights, packed anew.
  for (size_t at = 0; at < whole.size(); at += 1 + whole.size() / 150) {
    SCOPED_TRACE(at);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    try {
      EXPECT_EQ(Infer(import(bytes)), expected_);
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kBadModel) << error.what();
    }
  }
  ExpectError(ErrorKind::kUnsupported, "was not read from a file", [] {
    std::stringstream into;
    CompilePlusOne().ExportModel(into);
  });
  ExpectError(ErrorKind::kIo, "could not write to the stream", [&] {
    std::ofstream closed;
    closed.setstate(std::ios::badbit);
    model.ExportModel(closed);
  });
}

}  // namespace
}  // namespace moir
