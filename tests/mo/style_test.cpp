// Models in .nd files and mean images, against what MXNet computed (tests/oracle/make_style_fixtures.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/ir/ir_reader.h"
#include "mo/convert.h"
#include "mo/mean_image.h"
#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/params_writer.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using moir::test::ReadText;
using ::testing::HasSubstr;

class Style : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-style-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    for (const auto& entry : fs::directory_iterator(fs::path(MOIR_TEST_DATA_DIR) / "mxnet_style"))
      fs::copy(entry.path(), folder_ / entry.path().filename());
    fs::rename(At("style-0003.params"), At("merged.params"));
    expected_ = ReadParams(At("expected.nd"));
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }

  std::vector<std::string> NdArguments() const {
    return {"--nd_prefix_name",
            "style",
            "--pretrained_model_name",
            At("base-0003.params"),
            "--input_symbol",
            At("style-symbol.json"),
            "--input_shape",
            "[2,3,5,5]",
            "--output_dir",
            At("out"),
            "--model_name",
            "net"};
  }
  std::vector<std::string> MergedArguments(std::vector<std::string> more) const {
    more.insert(more.end(), {"--input_model", At("merged.params"), "--input_symbol", At("style-symbol.json"),
                             "--input_shape", "[2,3,5,5]", "--output_dir", At("out"), "--model_name", "net"});
    return more;
  }
  // The IR's numbers for the input of the fixture, beside MXNet's.
  ConvertReport ExpectNumbers(const std::vector<std::string>& arguments, const std::string& name) {
    ConvertReport report = Convert(ParseOptions(arguments));
    const auto graph = graph::ReadIr(At("out/net.xml"), At("out/net.bin"));
    const Tensor actual = graph::EvaluateGraph(*graph, {{"data", *expected_.Find("input")}})[0];
    const Tensor expected = *expected_.Find(name);
    EXPECT_EQ(actual.Shape(), expected.Shape());
    const auto a = actual.ToVector<double>(), b = expected.ToVector<double>();
    double largest = 0;
    for (const double value : b) largest = std::max(largest, std::abs(value));
    EXPECT_GT(largest, 0);
    for (size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * largest) << name << " " << i;
    return report;
  }

  fs::path folder_;
  Params expected_;
};

TEST_F(Style, MergesTheNdFilesWithTheBaseModel) { ExpectNumbers(NdArguments(), "output"); }

TEST_F(Style, TheInputModelNamesTheResultOnly) {
  std::vector<std::string> arguments = NdArguments();
  arguments.insert(arguments.end(), {"--input_model", At("net.nd"), "--save_params_from_nd"});
  arguments.erase(std::find(arguments.begin(), arguments.end(), "--model_name"), arguments.begin() + 12);
  const ConvertReport report = ExpectNumbers(arguments, "output");
  EXPECT_THAT(report.notes, ::testing::Contains(HasSubstr("names the result only")));
  EXPECT_TRUE(fs::exists(At("style-0003.params")));
}

TEST_F(Style, FindsTheBaseModelByItsShortName) {
  std::vector<std::string> arguments = NdArguments();
  arguments[3] = At("base-0003");
  ExpectNumbers(arguments, "output");
}

TEST_F(Style, FindsNdFilesThatAreNotBesideTheBaseModel) {
  fs::create_directories(At("nd"));
  for (const char* name : {"style_args.nd", "style_auxs.nd"}) fs::rename(At(name), At(std::string("nd/") + name));
  std::vector<std::string> arguments = NdArguments();
  arguments[1] = At("nd/style");
  ExpectNumbers(arguments, "output");
}

TEST_F(Style, SavesTheMergedParametersAsMxnetWould) {
  std::vector<std::string> arguments = NdArguments();
  arguments.push_back("--save_params_from_nd");
  ExpectNumbers(arguments, "output");
  EXPECT_FALSE(ReadText(At("style-0003.params")).empty());
  EXPECT_EQ(ReadText(At("style-0003.params")), ReadText(At("merged.params")));
  // Once more: the file is there already and holds the same.
  ExpectNumbers(arguments, "output");
}

TEST_F(Style, KeepsAFileThatHoldsOtherParameters) {
  fs::copy(At("base-0003.params"), At("style-0003.params"));
  std::vector<std::string> arguments = NdArguments();
  arguments.push_back("--save_params_from_nd");
  try {
    Convert(ParseOptions(arguments));
    ADD_FAILURE() << "replaced a file";
  } catch (const graph::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("style-0003.params"));
    EXPECT_THAT(error.what(), HasSubstr("move it away"));
  }
  EXPECT_EQ(ReadText(At("style-0003.params")), ReadText(At("base-0003.params")));
  EXPECT_FALSE(fs::exists(At("out/net.xml")));
}

TEST_F(Style, NeedsAnEpochToSave) {
  fs::rename(At("base-0003.params"), At("base.params"));
  std::vector<std::string> arguments = NdArguments();
  arguments[3] = At("base.params");
  ExpectNumbers(arguments, "output");
  arguments.push_back("--save_params_from_nd");
  try {
    Convert(ParseOptions(arguments));
    ADD_FAILURE() << "saved without an epoch";
  } catch (const graph::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("question #48"));
  }
}

TEST_F(Style, SaysWhichFilesAreMissing) {
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& part) {
    try {
      Convert(ParseOptions(arguments));
      ADD_FAILURE() << "accepted; expected " << part;
    } catch (const graph::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  std::vector<std::string> arguments = NdArguments();
  arguments[3] = At("none");
  refused(arguments, "none-0000.params");
  arguments = NdArguments();
  arguments[1] = "other";
  refused(arguments, "other_args.nd");
  fs::remove(At("style_auxs.nd"));
  const ConvertReport report = Convert(ParseOptions(NdArguments()));
  EXPECT_THAT(report.notes, ::testing::Contains(HasSubstr("style_auxs.nd was not found")));
}

// ---- mean images ----

TEST_F(Style, SubtractsAMeanImage) {
  ExpectNumbers(MergedArguments({"--mean_image", At("mean.bin")}), "without_mean");
  ExpectNumbers(MergedArguments({"--mean_image", "data(" + At("mean.bin") + ")"}), "without_mean");
  ExpectNumbers(MergedArguments({"--mean_image", At("mean.bin"), "--scale_values", "(50,60,70)"}),
                "without_mean_scaled");
  ExpectNumbers(MergedArguments({"--mean_image", At("mean.bin"), "--reverse_input_channels"}), "reversed_without_mean");
}

TEST_F(Style, AMeanImageThatIsFlatFoldsAsMeanValuesDo) {
  ExpectNumbers(MergedArguments({"--mean_image", At("flat_mean.nd")}), "without_flat_mean");
  const std::string image = ReadText(At("out/net.bin"));
  ExpectNumbers(MergedArguments({"--mean_values", "(104,117,123)"}), "without_flat_mean");
  EXPECT_FALSE(image.empty());
  EXPECT_EQ(image, ReadText(At("out/net.bin")));
}

TEST_F(Style, OneNumberPerChannelIsForEveryPixel) {
  test::WriteParams(At("channels.nd"),
                    {{"mean", Tensor::FromValues<float>(Shape{1, 3, 1, 1}, {104.0f, 117.0f, 123.0f})}});
  ExpectNumbers(MergedArguments({"--mean_image", At("channels.nd")}), "without_flat_mean");
}

TEST_F(Style, RefusesMeanImagesThatDoNotFit) {
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    try {
      Convert(ParseOptions(MergedArguments(std::move(arguments))));
      ADD_FAILURE() << "accepted; expected " << part;
    } catch (const graph::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused({"--mean_image", At("mean.bin"), "--mean_values", "(1,2,3)"}, "--mean_image and --mean_values");
  refused({"--mean_image", At("mean.bin"), "--move_to_preprocess"}, "only --mean_values can be moved");
  refused({"--mean_image", "date(" + At("mean.bin") + ")"}, "no input \"date\"");
  refused({"--mean_image", "data(" + At("mean.bin") + "),data(" + At("flat_mean.nd") + ")"}, "comes twice");
  refused({"--mean_image", At("style_args.nd")}, "got 3 arrays, expected one");
  refused({"--mean_image", At("style-symbol.json")}, "JSON");
  test::WriteParams(At("small.nd"), {{"mean_img", Tensor(ElementType::kF32, Shape{3, 5, 4})}});
  refused({"--mean_image", At("small.nd")}, "got an image of shape [3,5,4] for input \"data\" of shape [2,3,5,5]");
  test::WriteParams(At("flat.nd"), {{"mean_img", Tensor(ElementType::kF32, Shape{75})}});
  refused({"--mean_image", At("flat.nd")}, "expected [C,H,W]");
  Tensor broken(ElementType::kF32, Shape{3, 5, 5});
  broken.MutableValues<float>()[7] = std::nanf("");
  test::WriteParams(At("broken.nd"), {{"mean_img", broken}});
  refused({"--mean_image", At("broken.nd")}, "expected finite numbers");
}

TEST_F(Style, ReadsWhatItWrites) {
  WriteParamsFile(At("copy.nd"), expected_);
  EXPECT_EQ(ReadText(At("copy.nd")), ReadText(At("expected.nd")));
}

}  // namespace
}  // namespace moir::mo
