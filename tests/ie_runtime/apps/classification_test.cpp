// What the programs that classify share: which output has the classes, several pictures at a time, synchronously or
// not, and numbers that are none.
#include "ie_runtime/apps/common/classification.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include "graph/graph.h"
#include "graph/text.h"
#include "ie_runtime/internal_api.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/ir_testing.h"

namespace moir::apps {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;
using Arguments = std::vector<std::string>;

TEST(FindClassOutput, TakesTheOnlyOneOrTheOneNamed) {
  const auto find = [](const std::string& text, const std::string& name) {
    return FindClassOutput(runtime::ModelFromGraph(graph::ParseGraph(text)), 2, name);
  };
  EXPECT_EQ(find("x : f32[2,5]; return x as \"p\"", ""), 0u);
  EXPECT_EQ(find("x : f32[2,5,1,1]; return x as \"p\"", "p"), 0u);
  EXPECT_EQ(find("x : f32[2,7,3]; y : f32[2,5]; return x as \"map\", y as \"p\"", "p"), 1u);
  ExpectError(ErrorKind::kBadOption,
              "there are 2 outputs (\"map\" is f32 [2,7,3], \"p\" is f32 [2,5]), expected --output_name",
              [&] { find("x : f32[2,7,3]; y : f32[2,5]; return x as \"map\", y as \"p\"", ""); });
  ExpectError(ErrorKind::kBadOption, "output \"map\" is f32 [2,7,3], expected [2,classes]",
              [&] { find("x : f32[2,7,3]; y : f32[2,5]; return x as \"map\", y as \"p\"", "map"); });
  ExpectError(ErrorKind::kBadOption, "--output_name: got \"q\", which",
              [&] { find("x : f32[2,5]; return x as \"p\"", "q"); });
  ExpectError(ErrorKind::kBadOption, "expected [2,classes]", [&] { find("x : f32[3,5]; return x as \"p\"", ""); });
}

class ClassificationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempFolder>();
    ConvertDigits(folder_->Path(), "digits");
    folder_->Write("digits.labels", ReadBytes(Digits("digits.labels")));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::string File(const std::string& name) { return folder_->File(name); }
  // The answers, without the line about time.
  static std::string Answers(const std::string& program, const Arguments& more) {
    Arguments arguments = {
        "-m", File("digits.xml"), "-i", Digits("validation/five"), Digits("validation/two"), Digits("digit_3.png")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished run = RunProgram(program, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const size_t end = run.output.find(" inferences, ");
    return end == std::string::npos ? run.output : run.output.substr(0, run.output.rfind('\n', end) + 1);
  }
  static std::unique_ptr<test::TempFolder> folder_;
};
std::unique_ptr<test::TempFolder> ClassificationTest::folder_;

TEST_F(ClassificationTest, SeveralAtATimeGiveTheSameAnswersInTheSameOrder) {
  // One thread per inference everywhere: sums are then added in the same order.
  const std::string expected = Answers("classification_sample", {"-threads", "1"});
  EXPECT_NE(expected.find("five/000.png\n  class"), std::string::npos) << expected;
  EXPECT_NE(expected.find("  3  three"), std::string::npos) << expected;
  for (const Arguments& more :
       {Arguments{"-nireq", "1", "-threads", "1"}, Arguments{"-nireq", "3", "-threads", "1"},
        Arguments{"-nireq", "50", "-threads", "1"}, Arguments{"-nireq", "2", "-ni", "3", "-threads", "1"}})
    EXPECT_EQ(Answers("classification_sample_async", more), expected) << more[1];
  // Batches that do not divide the pictures.
  const std::string batches = Answers("classification_sample", {"-b", "4", "-threads", "1"});
  EXPECT_EQ(Answers("classification_sample_async", {"-b", "4", "-nireq", "2", "-threads", "1"}), batches);
  EXPECT_EQ(std::count(batches.begin(), batches.end(), '\n'), std::count(expected.begin(), expected.end(), '\n'));
  ExpectRefusal("classification_sample_async", {"-m", File("digits.xml"), "-i", Digits("digit_3.png"), "-nireq", "-1"},
                "--nireq: got -1, expected 0 to 4096");
  ExpectRefusal("classification_sample_async", {"-m", File("digits.xml")}, "--input: expected");
}

// A model of which classes are NaN where the picture is white: infinity - infinity.
class NotFiniteTest : public ClassificationTest {
 protected:
  void SetUp() override {
    const auto graph = graph::ParseGraph(R"(
      x : f32[1,1,2,2]; axes : i64[2] = {2, 3}; o : f32[1,3] = {1, 0, 1}
      e = Exp(x); m = ReduceMax(e, axes); s = Subtract(m, m); c = Multiply(s, o); p = Add(c, o); return p as "p")");
    files_.Write(*graph);
    Write("white", 255);
    Write("black", 0);
  }
  void Write(const std::string& name, int value) {
    // PGM, in text.
    std::string pixels = "P2\n2 2\n255\n";
    for (int i = 0; i < 4; ++i) pixels += std::to_string(value) + "\n";
    const std::string folder = files_.Folder().Path() + "/set/" + (value > 0 ? "0" : "1");
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/" + name + ".pgm") << pixels;
  }
  test::IrFiles files_;
};

TEST_F(NotFiniteTest, IsReportedAndHasNoRank) {
  const std::string set = files_.Folder().Path() + "/set";
  const Finished sample = RunProgram("classification_sample", {"-m", files_.Xml(), "-i", set + "/0", set + "/1"});
  ASSERT_EQ(sample.exit_code, 0) << sample.errors;
  EXPECT_NE(sample.output.find("values are not finite; NaN has no rank"), std::string::npos) << sample.output;
  EXPECT_EQ(sample.output.find("nan"), std::string::npos) << sample.output;
  const std::string report = files_.Folder().Path() + "/report.html";
  const Finished app = RunProgram("validation_app", {"-m", files_.Xml(), "-i", set, "--report", report});
  ASSERT_EQ(app.exit_code, 0) << app.errors;
  EXPECT_NE(app.output.find("NOT FINITE values of 1 pictures are NaN or infinite; the first: 0/white.pgm"),
            std::string::npos)
      << app.output;
  EXPECT_NE(ReadBytes(report).find("not finite"), std::string::npos);
}

}  // namespace
}  // namespace moir::apps
