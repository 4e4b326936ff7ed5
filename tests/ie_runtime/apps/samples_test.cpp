// The detector of examples/shapes from checkpoint to boxes, with MXNet's numbers, and the programs to copy from.
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "ie_runtime/apps/common/picture.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;

constexpr const char* kSample = "object_detection_sample_ssd";

std::string Pictured(const std::string& name) { return Shapes("validation/JPEGImages/" + name); }

class SamplesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempFolder>();
    ConvertShapes(folder_->Path(), "shapes");
    ConvertShapes(folder_->Path(), "layer", 1, {"--detection_output"});
    ConvertShapes(folder_->Path(), "nhwc", 1, {"--layout", "data(nchw->nhwc)"});
    ConvertDigits(folder_->Path(), "digits");
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::string File(const std::string& name) { return folder_->File(name); }

  static std::unique_ptr<test::TempFolder> folder_;
};
std::unique_ptr<test::TempFolder> SamplesTest::folder_;

struct Printed {
  int64_t class_index = 0;
  std::string label;
  double values[5] = {};  // score, corners in pixels
};

// The boxes that the sample prints, by file name of the picture.
std::map<std::string, std::vector<Printed>> ParseOutput(const std::string& text) {
  std::map<std::string, std::vector<Printed>> result;
  std::istringstream lines(text);
  std::string picture;
  for (std::string line; std::getline(lines, line);) {
    if (const size_t end = line.find(".png ("); end != std::string::npos && line[0] != ' ') {
      picture = std::filesystem::path(line.substr(0, end + 4)).filename().string();
      result[picture];
    }
    std::istringstream fields(line);
    Printed box;
    if (line.starts_with("  ") && fields >> box.class_index >> box.label >> box.values[0] >> box.values[1] >>
                                      box.values[2] >> box.values[3] >> box.values[4])
      result[picture].push_back(box);
  }
  return result;
}

// All pictures of the set, in this model: what MXNet found, in any order.
void ExpectMxnetsBoxes(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"-i", Shapes("validation/JPEGImages"), "--labels", Shapes("shapes.labels")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Finished run = RunProgram(kSample, all);
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto found = ParseOutput(run.output);
  const auto expected = nlohmann::json::parse(ReadBytes(ValidationFigures()))["shapes"]["pictures"];
  const std::vector<std::string> names = {"circle", "square", "triangle", "star"};
  ASSERT_EQ(found.size(), expected.size());
  size_t compared = 0;
  for (const auto& [picture, boxes] : expected.items()) {
    SCOPED_TRACE(picture);
    ASSERT_EQ(found.count(picture), 1u);
    EXPECT_EQ(found.at(picture).size(), boxes.size());
    for (const auto& box : boxes) {
      const auto same = [&](const Printed& other) {
        if (other.class_index != box[0].get<int64_t>() || other.label != names.at(box[0].get<size_t>())) return false;
        if (std::abs(other.values[0] - box[1].get<double>()) > 1e-4) return false;
        for (size_t i = 1; i < 5; ++i) {
          // Printed with one decimal.
          if (std::abs(other.values[i] - box[i + 1].get<double>()) > 0.06) return false;
        }
        return true;
      };
      EXPECT_EQ(std::count_if(found.at(picture).begin(), found.at(picture).end(), same), 1) << box << "\n"
                                                                                            << run.output;
      ++compared;
    }
  }
  EXPECT_GT(compared, 70u);
}

TEST_F(SamplesTest, FindsTheBoxesOfMxnet) { ExpectMxnetsBoxes({"-m", File("shapes.xml")}); }
TEST_F(SamplesTest, FindsThemSevenPicturesAtATime) { ExpectMxnetsBoxes({"-m", File("shapes.xml"), "-b", "7"}); }
TEST_F(SamplesTest, FindsThemInTheLayoutOfDetectionOutput) { ExpectMxnetsBoxes({"-m", File("layer.xml")}); }
TEST_F(SamplesTest, FindsThemInBatchesOfDetectionOutput) { ExpectMxnetsBoxes({"-m", File("layer.xml"), "-b", "3"}); }
TEST_F(SamplesTest, FindsThemWithChannelsLast) { ExpectMxnetsBoxes({"-m", File("nhwc.xml"), "-b", "2"}); }

TEST_F(SamplesTest, WritesThePictureWithItsBoxes) {
  const std::string output = File("found.png");
  const Finished run = RunProgram(
      kSample, {"-m", File("shapes.xml"), "-i", Pictured("011.png"), "--output", output, "--zoom", "3", "-t", "0.9"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("wrote " + output), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("#3"), std::string::npos) << "without labels\n" << run.output;
  const Picture before = LoadPicture(Pictured("011.png"), 3), after = LoadPicture(output, 3);
  ASSERT_EQ(after.width, before.width * 3);
  ASSERT_EQ(after.height, before.height * 3);
  const Picture large = Resize(before, after.width, after.height);
  size_t changed = 0;
  for (size_t i = 0; i < large.pixels.size(); i += 3) changed += large.pixels[i] != after.pixels[i];
  EXPECT_GT(changed, 1000u);
  EXPECT_LT(changed, large.pixels.size() / 3 / 4);
}

TEST_F(SamplesTest, NumbersThePicturesThatItWrites) {
  const test::TempFolder folder;
  const Finished run = RunProgram(kSample, {"-m", File("shapes.xml"), "-i", Pictured("001.png"), Pictured("002.png"),
                                            "--output", folder.File("out.png")});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(std::filesystem::exists(folder.File("out_0.png")));
  EXPECT_TRUE(std::filesystem::exists(folder.File("out_1.png")));
}

TEST_F(SamplesTest, SaysSoWhenNothingIsFound) {
  const Finished run = RunProgram(kSample, {"-m", File("shapes.xml"), "-i", Digits("digit_3.png"), "-t", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("nothing with a score of 1 or more"), std::string::npos) << run.output;
}

TEST_F(SamplesTest, RefusesWhatItCannotDetect) {
  const std::string model = File("shapes.xml"), picture = Pictured("011.png");
  ExpectRefusal(kSample, {"-m", model}, "--input");
  ExpectRefusal(kSample, {"-m", File("digits.xml"), "-i", picture},
                "\"softmax\" is f32 [1,10], expected one with boxes: [N,A,6]");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "--labels", folder_->Write("two.labels", "circle\nsquare\n")},
                "two.labels names 2 classes");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "--labels", File("nothing.labels")}, "nothing.labels");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "-t", "1.5"}, "--threshold: got 1.5, expected 0 to 1");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "-t", "nan"}, "--threshold");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "-b", "-2"}, "--batch: got -2");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "--output", File("out.jpg")}, "ends in .png");
  ExpectRefusal(kSample, {"-m", model, "-i", picture, "--output", File("no/folder/out.png")}, "cannot write");
  ExpectRefusal(kSample, {"-m", model, "-i", model}, "not a picture");
  ExpectRefusal(kSample, {"-m", File("nothing.xml"), "-i", picture}, "nothing.xml");
}

TEST_F(SamplesTest, HelloClassificationSaysTheClass) {
  const Finished run = RunProgram("hello_classification", {File("digits.xml"), Digits("digit_5.png")});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.output.find("class 5, score 0.99999"), 0u) << run.output;
  ExpectRefusal("hello_classification", {File("digits.xml")}, "usage");
  ExpectRefusal("hello_classification", {File("digits.xml"), File("nothing.png")}, "nothing.png: not a picture");
  ExpectRefusal("hello_classification", {File("nothing.xml"), Digits("digit_5.png")}, "nothing.xml");
}

TEST_F(SamplesTest, HelloReshapeSsdTakesAllPicturesAtOnce) {
  for (const std::string model : {"shapes.xml", "layer.xml"}) {
    SCOPED_TRACE(model);
    const Finished run =
        RunProgram("hello_reshape_ssd", {File(model), Pictured("011.png"), Pictured("013.png"), Pictured("000.png")});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_EQ(run.output.find("input [3,3,96,96]"), 0u) << run.output;
    EXPECT_NE(run.output.find("011.png: class 1, score 0.998"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("013.png: class 2, score 0.947"), std::string::npos) << run.output;
  }
  ExpectRefusal("hello_reshape_ssd", {File("digits.xml"), Pictured("011.png")}, "no picture: [1,1,32,32]");
  ExpectRefusal("hello_reshape_ssd", {File("shapes.xml")}, "usage");
}

}  // namespace
}  // namespace moir::apps
