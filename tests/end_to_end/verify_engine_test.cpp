// --verify with the engine: the quickstart's model agrees, an engine that computes something else is found out, and
// inputs come from files.
#include "mo/engine/engine_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "graph/error.h"
#include "graph/ir/ir_reader.h"
#include "ie_runtime/apps/common/npy.h"
#include "ie_runtime/apps/common/npz.h"
#include "mo/convert.h"
#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

using graph::ErrorKind;
using mo::Verification;
using mo::VerifyFault;
using mo::VerifyTools;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kDigits = MOIR_SOURCE_DIR "/examples/digits/";

class VerifyOnTheEngine : public ::testing::Test {
 protected:
  std::vector<std::string> Arguments(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--input_model", kDigits + "digits-0010.params", "--input_shape", "[1,1,32,32]",
                             "--output_dir", folder_.File("out"), "--model_name", "net", "--verify"});
    return more;
  }
  Verification Verify(const std::vector<std::string>& more, const VerifyTools& tools) const {
    return *mo::Convert(mo::ParseOptions(Arguments(more)), {}, tools).verification;
  }
  // Writes an array that counts up, times `scale`.
  template <typename T>
  Tensor Array(ElementType type, const Shape& shape, T scale) const {
    Tensor tensor(type, shape);
    for (size_t i = 0; i < tensor.GetSize(); ++i) tensor.Data<T>()[i] = static_cast<T>(static_cast<T>(i % 7) * scale);
    return tensor;
  }
  void WriteNpy(const std::string& name, const Tensor& tensor) const {
    const std::string header = apps::MakeNpyHeader(tensor.GetElementType(), tensor.GetShape());
    folder_.Write(name, header + std::string(static_cast<const char*>(tensor.Data()), tensor.GetByteSize()));
  }
  test::TempFolder folder_;
};

TEST_F(VerifyOnTheEngine, TheQuickstartAgreesInEveryVersionAndPrecision) {
  for (const char* version : {"2", "3", "4", "10", "11"}) {
    for (const char* f16 : {"False", "True"}) {
      SCOPED_TRACE(std::string(version) + " " + f16);
      const Verification verification =
          Verify({"--ir_version", version, "--compress_to_fp16", f16, "--verify_runs", "2"}, mo::EngineTools());
      EXPECT_THAT(verification.errors, IsEmpty());
      ASSERT_EQ(verification.result.outputs.size(), 1u);
      EXPECT_EQ(verification.result.outputs[0].output, "softmax");
      EXPECT_GT(verification.result.outputs[0].difference.largest_value, 0.1);
      ASSERT_FALSE(verification.notes.empty());
      EXPECT_THAT(verification.notes[0], HasSubstr("run by the engine"));
    }
  }
}

// An engine that adds to what the layer called `wrong` computes.
VerifyTools WrongEngine(const std::string& wrong) {
  VerifyTools tools = mo::EngineTools();
  const mo::GraphRunner right = tools.engine;
  tools.engine = [=](const graph::Graph& graph, std::span<const mo::NamedTensors> runs) {
    const std::unique_ptr<graph::Graph> changed = graph.Clone();
    if (graph::Node* node = changed->FindNode(wrong)) {
      const graph::Tensor ones = graph::Tensor::FromValues<float>({1}, {1.0F});
      graph::Node* constant = changed->AddConstant("one", ones);
      const std::vector<graph::Use> readers = node->Readers();
      graph::Node* sum = changed->Add("Add", "wrong", {node->Output(), constant->Output()});
      std::vector<graph::GraphOutput> outputs = changed->Outputs();
      for (graph::GraphOutput& output : outputs) {
        if (output.value == node->Output()) output.value = sum->Output();
      }
      changed->SetOutputs(outputs);
      for (const graph::Use& use : readers) changed->SetInput(use.node, use.index, sum->Output());
    }
    return right(*changed, runs);
  };
  return tools;
}

TEST_F(VerifyOnTheEngine, AnEngineThatIsWrongIsFoundOutWithTheLayer) {
  // Layers of the read-back graph, at the beginning, inside and at the end.
  const Verification good = Verify({}, mo::EngineTools());
  ASSERT_THAT(good.errors, IsEmpty());
  const auto read_back = graph::ReadIr(folder_.File("out/net.xml"));
  std::vector<std::string> layers;
  for (const graph::Node* node : read_back->TopologicalOrder()) {
    if (node->Is("Convolution") || node->Is("SoftMax") || node->Is("MaxPool")) layers.push_back(node->Name());
  }
  ASSERT_GE(layers.size(), 3u);
  size_t found = 0;
  for (const std::string& layer : layers) {
    SCOPED_TRACE(layer);
    const Verification verification = Verify({}, WrongEngine(layer));
    // What a later layer takes away again, a convolution's padding aside, is no fault.
    if (verification.result.Passed()) continue;
    ++found;
    const VerifyFault& fault = verification.result.faults[0];
    EXPECT_EQ(fault.place, VerifyFault::Place::kEngine);
    EXPECT_EQ(fault.layer, layer);
    EXPECT_NEAR(fault.difference.absolute, 1, 1e-3);
    EXPECT_THAT(verification.errors.back(), HasSubstr("the engine computes something else, first at layer \"" + layer));
  }
  EXPECT_GE(found, 3u);
}

TEST_F(VerifyOnTheEngine, AnEngineThatRefusesIsSaidToRefuse) {
  VerifyTools tools;
  tools.engine = [](const graph::Graph&, std::span<const mo::NamedTensors>) -> std::vector<std::vector<graph::Tensor>> {
    graph::Fail(ErrorKind::kUnsupported, "no such instruction");
  };
  const Verification verification = Verify({}, tools);
  EXPECT_EQ(verification.errors,
            std::vector<std::string>{"verify: the engine cannot run the files: no such instruction"});
}

TEST_F(VerifyOnTheEngine, TakesArraysAndPictures) {
  const Tensor array = Array<float>(ElementType::kF32, {1, 1, 32, 32}, 0.125F);
  WriteNpy("x.npy", array);
  apps::WriteNpz(folder_.File("x.npz"), {{"data", array}, {"other", array}});
  for (const std::string& input :
       {folder_.File("x.npy"), "data=" + folder_.File("x.npy"), folder_.File("x.npz"), kDigits + "digit_3.png"}) {
    SCOPED_TRACE(input);
    const Verification verification = Verify({"--verify_input", input}, mo::EngineTools());
    EXPECT_THAT(verification.errors, IsEmpty());
    EXPECT_THAT(verification.notes[0], HasSubstr("1 run on data = "));
  }
}

TEST_F(VerifyOnTheEngine, RefusesInputsThatDoNotFitBeforeItWrites) {
  WriteNpy("shape.npy", Array<float>(ElementType::kF32, {1, 1, 32, 31}, 1));
  WriteNpy("type.npy", Array<int64_t>(ElementType::kI64, {1, 1, 32, 32}, (int64_t{1} << 40) + 1));
  folder_.Write("no.npy", "not an array");
  apps::WriteNpz(folder_.File("names.npz"),
                 {{"a", Array<float>(ElementType::kF32, {2}, 1)}, {"b", Array<float>(ElementType::kF32, {2}, 1)}});
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {folder_.File("shape.npy"), {"\"data\"", "[1,1,32,31]", "[1,1,32,32]"}},
      {folder_.File("type.npy"), {"\"data\"", "f32", "i64"}},
      {folder_.File("no.npy"), {"no.npy"}},
      {folder_.File("absent.npy"), {"absent.npy"}},
      {folder_.File("names.npz"), {"\"data\"", "names.npz"}},
      {"image=" + folder_.File("shape.npy"), {"--verify_input", "no input \"image\"", "data"}}};
  for (const auto& [input, parts] : cases) {
    SCOPED_TRACE(input);
    const auto finished = test::RunProgram("mo", Arguments({"--verify_input", input}));
    EXPECT_EQ(finished.exit_code, 1);
    for (const std::string& part : parts) EXPECT_THAT(finished.errors, HasSubstr(part));
    EXPECT_FALSE(std::filesystem::exists(folder_.File("out/net.xml")));
  }
}

// The engine is in a program beside mo; mo does not need it for anything else.
TEST_F(VerifyOnTheEngine, MoAloneConvertsAndSaysWhatVerifyNeeds) {
  const std::string alone = folder_.File("mo");
  std::filesystem::copy_file(std::filesystem::read_symlink("/proc/self/exe").parent_path() / "mo", alone);
  const auto refused = test::RunProgram(alone, Arguments());
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_NE(refused.errors.find("--verify: " + alone + "-verify: cannot start: No such file or directory"),
            std::string::npos)
      << refused.errors;
  EXPECT_FALSE(std::filesystem::exists(folder_.File("out")));
  const auto converted =
      test::RunProgram(alone, {"--input_model", kDigits + "digits-0010.params", "--input_shape", "[1,1,32,32]",
                               "--output_dir", folder_.File("out"), "--model_name", "net"});
  EXPECT_EQ(converted.exit_code, 0) << converted.errors;
}

}  // namespace
}  // namespace moir
