// The programs themselves: the quickstart's model from checkpoint to classes with MXNet's numbers, and what they answer
// to wrong command lines and files.
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "ie_runtime/apps/common/npz.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir::apps {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;

class ProgramsTest : public ::testing::Test {
 protected:
  // The model is converted once for all tests.
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempFolder>();
    ConvertDigits(folder_->Path(), "digits");
    folder_->Write("digits.labels", ReadBytes(Digits("digits.labels")));
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string Model() { return folder_->File("digits.xml"); }
  static std::string File(const std::string& name) { return folder_->File(name); }

  static std::unique_ptr<test::TempFolder> folder_;
};
std::unique_ptr<test::TempFolder> ProgramsTest::folder_;

TEST_F(ProgramsTest, InferGivesTheProbabilitiesOfMxnet) {
  const auto expected = nlohmann::json::parse(ReadBytes(Digits("expected.json")));
  for (const auto& [picture, values] : expected["pictures"].items()) {
    SCOPED_TRACE(picture);
    const Finished run =
        RunProgram("infer", {"--model", Model(), "--input", "data=" + Digits(picture), "--output", File("out.npz")});
    ASSERT_EQ(run.exit_code, 0) << run.output << run.errors;
    const NamedTensors outputs = ReadNpz(File("out.npz"));
    ASSERT_EQ(outputs.size(), 1u);
    EXPECT_EQ(outputs[0].first, "softmax");
    ASSERT_EQ(outputs[0].second.GetShape(), (Shape{1, 10}));
    const auto probabilities = values["probabilities"].get<std::vector<double>>();
    const double largest = *std::max_element(probabilities.begin(), probabilities.end());
    for (size_t i = 0; i < probabilities.size(); ++i) {
      EXPECT_NEAR(outputs[0].second.Data<float>()[i], probabilities[i], 1e-5 * largest) << i;
    }
  }
}

TEST_F(ProgramsTest, InferPrintsInputsAndOutputs) {
  const Finished run = RunProgram("infer", {"-m", Model(), "-i", Digits("digit_5.png")});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("input  data"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("f32 [1,10]"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("largest  [5] 0.99999"), std::string::npos) << run.output;
}

TEST_F(ProgramsTest, InferIsRepeatableWithoutInputs) {
  const auto run = [&](const std::string& seed, const std::string& name) {
    const Finished done =
        RunProgram("infer", {"--model", Model(), "--seed", seed, "--output", File(name), "--threads", "1"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return ReadBytes(File(name));
  };
  const std::string first = run("1", "a.npz");
  EXPECT_EQ(first, run("1", "b.npz"));
  EXPECT_NE(first, run("2", "c.npz"));
}

TEST_F(ProgramsTest, InferRefusesWrongInputsAndFiles) {
  ExpectRefusal("infer", {}, "--model");
  ExpectRefusal("infer", {"--modle", "m.xml"}, "modle");
  ExpectRefusal("infer", {"--model", File("nothing.xml")}, "nothing.xml");
  ExpectRefusal("infer", {"--model", Digits("digits-symbol.json")}, "digits-symbol.json");
  ExpectRefusal("infer", {"--model", Model(), "--input", "datum=" + Digits("digit_3.png")}, "its inputs are: data");
  ExpectRefusal("infer", {"--model", Model(), "--input", NpyFixture("f32.npy")},
                "shape [2,3], the model expects [1,1,32,32]");
  ExpectRefusal("infer", {"--model", Model(), "--precision", "f8"}, "f8");
  ExpectRefusal("infer", {"--model", Model(), "--threads", "-1"}, "--threads");
  ExpectRefusal("infer", {"--model", Model(), "--output", File("no/folder/out.npz")}, "no/folder/out.npz");
  EXPECT_FALSE(std::filesystem::exists(File("no")));
}

TEST_F(ProgramsTest, InferLeavesNothingHalfWrittenOnAFullDisk) {
  const test::TempFolder empty;
  const Finished run = RunProgram("infer", {"--model", Model(), "--output", empty.File("out.npz")}, {.file_size = 100});
  EXPECT_EQ(run.exit_code, 1) << run.output << run.errors;
  EXPECT_NE(run.errors.find("out.npz: cannot write"), std::string::npos) << run.errors;
  EXPECT_TRUE(std::filesystem::is_empty(empty.Path()));
}

TEST_F(ProgramsTest, SampleClassifiesPicturesAndFolders) {
  const Finished run =
      RunProgram("classification_sample", {"-m", Model(), "-i", Digits("digit_8.png"), Digits(""), "-nt", "2"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  size_t position = 0;
  // The picture that was named, then the folder's in order; the labels come from the file beside the model.
  for (const std::string text : {"digit_8.png", "8  eight", "0.9995", "digit_3.png", "3  three", "0.9523", "8  eight",
                                 "digit_5.png", "5  five", "0.999994", "digit_8.png", "8  eight", "4 inferences"}) {
    position = run.output.find(text, position);
    ASSERT_NE(position, std::string::npos) << text << " is missing or out of order in\n" << run.output;
    position += text.size();
  }
}

TEST_F(ProgramsTest, SamplePrintsCountersOnRequestAlone) {
  const Finished plain = RunProgram("classification_sample", {"-m", Model(), "-i", Digits("digit_3.png")});
  EXPECT_EQ(plain.output.find("kernel"), std::string::npos) << plain.output;
  const Finished counted = RunProgram("classification_sample", {"-m", Model(), "-i", Digits("digit_3.png"), "-pc"});
  ASSERT_EQ(counted.exit_code, 0) << counted.errors;
  EXPECT_NE(counted.output.find("kernel"), std::string::npos) << counted.output;
  EXPECT_NE(counted.output.find("Convolution"), std::string::npos) << counted.output;
  EXPECT_NE(counted.output.find("total"), std::string::npos) << counted.output;
}

TEST_F(ProgramsTest, SampleTakesOnePictureAtATimeFromAModelOfLargerBatch) {
  ConvertDigits(folder_->Path(), "batch", 4);
  const Finished run =
      RunProgram("classification_sample", {"-m", File("batch.xml"), "-i", Digits("digit_5.png"), "-nt", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("0.999994"), std::string::npos) << run.output;
}

TEST_F(ProgramsTest, SampleRefusesWhatItCannotClassify) {
  ExpectRefusal("classification_sample", {"-m", Model()}, "--input");
  ExpectRefusal("classification_sample", {"-m", Model(), "-i", Model()}, "not a picture");
  ExpectRefusal("classification_sample", {"-m", Model(), "-i", File("nothing.png")}, "nothing.png");
  ExpectRefusal("classification_sample", {"-m", Model(), "-i", Digits("digit_3.png"), "--labels", File("nothing")},
                "nothing");
  ExpectRefusal("classification_sample", {"-m", Model(), "-i", Digits("digit_3.png"), "-ni", "0"}, "--ni");
}

TEST_F(ProgramsTest, HelpNamesTheOptions) {
  std::string engine;  // the last group, the same everywhere
  for (const std::string program : {"infer", "classification_sample", "classification_sample_async",
                                    "object_detection_sample_ssd", "validation_app", "benchmark_app"}) {
    SCOPED_TRACE(program);
    const Finished run = RunProgram(program, {"--help"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(RunProgram(program, {"-h"}).output, run.output);
    EXPECT_TRUE(run.output.starts_with(program + " -")) << run.output;
    EXPECT_TRUE(run.output.ends_with("exit codes: 0 done, 1 the files or options are at fault, 2 a bug of moir\n"));
    EXPECT_EQ(run.output.find(" arg "), std::string::npos) << "a value without a name";
    for (const std::string option : {"-m [ --model ] FILE", "-w [ --weights ] FILE", "-i [ --input ] ",
                                     "-l [ --extensions ] LIB.so|FOLDER,...", "-d [ --device ] NAME"})
      EXPECT_NE(run.output.find("\n  " + option), std::string::npos) << option;
    if (program == "benchmark_app") continue;  // has the names of OpenVINO's program
    for (const std::string option : {"--input_shape SHAPE", "--precision TYPE", "--threads N", "--pc "})
      EXPECT_NE(run.output.find("\n  " + option), std::string::npos) << option;
  }
}

TEST_F(ProgramsTest, AllRefuseTheSameInTheSameWords) {
  for (const std::string program : {"infer", "classification_sample", "classification_sample_async",
                                    "object_detection_sample_ssd", "validation_app", "benchmark_app"}) {
    SCOPED_TRACE(program);
    const std::vector<std::string> picture = {"-i", Digits("digit_3.png")};
    const auto refused = [&](std::vector<std::string> arguments, const std::string& text) {
      arguments.insert(arguments.end(), picture.begin(), picture.end());
      ExpectRefusal(program, arguments, text);
    };
    refused({}, "--model: expected the .xml file of a model (--help lists the options)");
    refused({"-m", Digits("digits-0010.params")}, "a file of MXNet, expected the .xml that mo makes of it");
    refused({"-m", Model(), "-d", "GPU"}, "--device: got GPU, expected CPU, the only device");
    refused({"-m", Model(), "-l", File("nothing.so")},
            "--extensions: " + File("nothing.so") + ": there is no such file");
    refused({"-m", Model(), "--precision", "f8"}, "property inference_precision: got \"f8\", expected f32 or bf16");
    refused({"-m", Model(), "--threads", "-1"}, "threads: got -1, expected 0 ");
    refused({"-m", Model(), "--input_shape", "[1,1"}, "shape: got \"[1,1\", expected [1,3,224,224]");
    if (program != "infer") continue;
    refused({"-m", File("nothing.xml")}, "nothing.xml");
    refused({"-m", File("digits.bin")}, "the weights, expected the .xml beside them");
    refused({"-m", Model(), "--extensions", folder_->Path()}, "no plug-in (.so) in this folder");
    refused({"-m", Model(), "--extensions", ","}, "expected LIB.so or a folder of them");
    refused({"-m", Model(), "-l", Digits("digits.labels")}, "digits.labels");
    refused({"-m", Model(), "--nonsense"}, "nonsense");
  }
}

}  // namespace
}  // namespace moir::apps
