// validation_app on the sets of examples/: the figures are those that MXNet's networks reach in Python.
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;
using Arguments = std::vector<std::string>;

constexpr const char* kApp = "validation_app";

Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class ValidationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempFolder>();
    ConvertDigits(folder_->Path(), "digits");
    ConvertShapes(folder_->Path(), "shapes");
    ConvertShapes(folder_->Path(), "layer", 1, {"--detection_output"});
    figures_ = nlohmann::json::parse(ReadBytes(ValidationFigures()));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::string File(const std::string& name) { return folder_->File(name); }

  static Arguments DigitsSet() {
    return {"-t", "C", "-m", File("digits.xml"), "-i", Digits("validation"), "--labels", Digits("digits.labels")};
  }
  static Arguments ShapesSet(const std::string& model = "shapes.xml") {
    return {"-t",        "OD",
            "-m",        File(model),
            "-i",        Shapes("validation"),
            "-ODsubdir", "JPEGImages",
            "-ODa",      Shapes("validation/Annotations"),
            "-ODc",      Shapes("shapes.labels")};
  }
  static std::string Output(const Arguments& arguments) {
    const Finished run = RunProgram(kApp, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    return run.output;
  }
  // The last two numbers of the line that begins with `name`.
  static std::pair<double, double> LastNumbers(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(name + " ")) continue;
      std::istringstream words(line);
      std::vector<std::string> all;
      for (std::string word; words >> word;) all.push_back(word);
      if (all.size() > 2) return {std::stod(all[all.size() - 2]), std::stod(all.back())};
    }
    ADD_FAILURE() << "no line \"" << name << "\" in\n" << text;
    return {};
  }
  static void ExpectPrecisionsOfMxnet(const std::string& text, const std::string& overlap) {
    const auto& eleven = figures_["shapes"]["ap"]["11point_" + overlap];
    const auto& all = figures_["shapes"]["ap"]["allpoint_" + overlap];
    for (const std::string name : {"circle", "square", "triangle", "star", "mAP"}) {
      const auto [a, b] = LastNumbers(text, name);
      EXPECT_NEAR(a, eleven[name].get<double>(), 1e-5) << name;
      EXPECT_NEAR(b, all[name].get<double>(), 1e-5) << name;
    }
  }

  static std::unique_ptr<test::TempFolder> folder_;
  static nlohmann::json figures_;
};
std::unique_ptr<test::TempFolder> ValidationTest::folder_;
nlohmann::json ValidationTest::figures_;

// Lines of a CSV file without quoted fields, split.
std::vector<std::vector<std::string>> ReadCsv(const std::string& path) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream text(ReadBytes(path));
  for (std::string line; std::getline(text, line);) {
    EXPECT_TRUE(line.ends_with('\r'));
    line.pop_back();
    std::vector<std::string>& fields = lines.emplace_back(1);
    for (const char c : line) {
      if (c == ',') fields.emplace_back();
      else fields.back() += c;
    }
  }
  return lines;
}

TEST_F(ValidationTest, TopOneIsThatOfMxnetPictureByPicture) {
  const std::string text = Output(DigitsSet() + Arguments{"-b", "16", "--dump", File("digits.csv")});
  const auto& figures = figures_["digits"];
  EXPECT_NEAR(std::stod(text.substr(text.find("top-1") + 5)), figures["top1"].get<double>(), 1e-6) << text;
  EXPECT_NEAR(std::stod(text.substr(text.find("top-5") + 5)), figures["top5"].get<double>(), 1e-6) << text;
  EXPECT_LT(figures["top1"].get<double>(), 1) << "a set without errors shows nothing";

  std::istringstream names(ReadBytes(Digits("digits.labels")));
  std::vector<std::string> labels;
  for (std::string name; names >> name;) labels.push_back(name);
  const auto lines = ReadCsv(File("digits.csv"));
  ASSERT_EQ(lines.size(), figures["pictures"].size() + 1);
  for (size_t i = 1; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i].size(), 13u);
    const auto& answer = figures["pictures"].at(lines[i][1]);
    EXPECT_EQ(lines[i][2], lines[i][1].substr(0, lines[i][1].find('/')));
    EXPECT_EQ(lines[i][3], labels.at(answer[0].get<size_t>())) << lines[i][1];
    // Six digits on either side, and sums in another order where kernels use other instructions.
    EXPECT_NEAR(std::stod(lines[i][4]), answer[1].get<double>(), 1e-5) << lines[i][1];
  }
}

TEST_F(ValidationTest, AveragePrecisionsAreThoseOfMxnet) {
  ExpectPrecisionsOfMxnet(Output(ShapesSet()), "0.5");
  ExpectPrecisionsOfMxnet(Output(ShapesSet() + Arguments{"-b", "7", "--iou", "0.75"}), "0.75");
  ExpectPrecisionsOfMxnet(Output(ShapesSet("layer.xml") + Arguments{"-b", "3"}), "0.5");
}

// The whole program against two other evaluators on MXNet's boxes, where definitions agree
// (tests/oracle/make_detection_figures.py).
TEST_F(ValidationTest, AveragePrecisionsAreThoseOfOtherEvaluators) {
  const auto figures =
      nlohmann::json::parse(ReadBytes(std::string(MOIR_TEST_DATA_DIR) + "/apps/detection_figures.json"))["shapes"];
  const std::string text = Output(ShapesSet() + Arguments{"--pixels", "exclusive", "--dump", File("exclusive.csv")});
  struct Class {
    std::vector<std::pair<double, bool>> found;  // minus the score, whether it is true
    double objects = 0;
  };
  std::map<std::string, Class> classes;
  for (const auto& line : ReadCsv(File("exclusive.csv"))) {
    if (line[2] == "expected" && line[9].empty()) classes[line[3]].objects += 1;
    if (line[2] == "predicted" && line[9] != "ignored")
      classes[line[3]].found.emplace_back(-std::stod(line[4]), line[9] == "true");
  }
  ASSERT_EQ(classes.size(), figures["names"].size());
  for (size_t i = 0; i < figures["names"].size(); ++i) {
    const std::string name = figures["names"][i];
    const auto [eleven, all] = LastNumbers(text, name);
    EXPECT_NEAR(eleven, figures["11point"][i].get<double>(), 1e-5) << name;
    EXPECT_NEAR(all, figures["allpoint"][i].get<double>(), 1e-5) << name;
    // COCO's 101 points, from the program's own list of boxes.
    Class& boxes = classes[name];
    std::sort(boxes.found.begin(), boxes.found.end());
    double best[101] = {}, right = 0;
    for (size_t k = 0; k < boxes.found.size(); ++k) {
      right += boxes.found[k].second;
      for (int point = 0; point <= 100 && right / boxes.objects >= point / 100.0; ++point)
        best[point] = std::max(best[point], right / static_cast<double>(k + 1));
    }
    EXPECT_NEAR(std::accumulate(std::begin(best), std::end(best), 0.0) / 101, figures["coco"][i].get<double>(), 1e-5)
        << name;
  }
}

TEST_F(ValidationTest, OtherConventionsOfBoxesGiveOtherPrecisions) {
  const auto check = [&](const Arguments& more, const std::string& name) {
    const double precision = LastNumbers(Output(ShapesSet() + Arguments{"--iou", "0.75"} + more), "mAP").second;
    const auto& figures = figures_["shapes"]["ap"];
    EXPECT_NEAR(precision, figures[name]["mAP"].get<double>(), 1e-5) << name;
    EXPECT_NE(figures[name]["mAP"], figures["allpoint_0.75"]["mAP"]);
  };
  check({"--pixels", "exclusive"}, "allpoint_0.75_exclusive");
  check({"--origin", "0"}, "allpoint_0.75_origin0");
}

TEST_F(ValidationTest, DumpsBoxes) {
  Output(ShapesSet() + Arguments{"--dump", File("shapes.csv")});
  size_t expected = 0, difficult = 0, found = 0;
  const auto lines = ReadCsv(File("shapes.csv"));
  for (const auto& line : lines) {
    ASSERT_EQ(line.size(), 10u);
    expected += line[2] == "expected" && line[9].empty();
    difficult += line[9] == "difficult";
    found += line[2] == "predicted" && line[9] == "true";
  }
  EXPECT_EQ(expected, 81u);
  EXPECT_EQ(difficult, 5u);
  EXPECT_GT(found, 70u);
}

TEST_F(ValidationTest, WritesAPageThatNeedsNothingElse) {
  const auto check = [&](const Arguments& arguments, const Arguments& parts) {
    Output(arguments + Arguments{"--report", File("report.html")});
    const std::string html = ReadBytes(File("report.html"));
    for (const std::string& part : parts) EXPECT_NE(html.find(part), std::string::npos) << part;
    EXPECT_EQ(html.find("<script"), std::string::npos);
    EXPECT_EQ(html.find("href="), std::string::npos);
    for (size_t at = html.find("src="); at != std::string::npos; at = html.find("src=", at + 1))
      EXPECT_EQ(html.compare(at, 15, "src=\"data:image"), 0);
  };
  check(DigitsSet(), {"top-1", "0.9800", "Confusion", "<td class=\"right\" style=\"--share:100%\">15</td>",
                      "Worst pictures", "five/000.png", "expected five"});
  check(ShapesSet(), {"0.9663", "0.9788", "Precision over recall", "<polyline", "(nothing)", "missed", "6 of 6"});
}

TEST_F(ValidationTest, TwoModelsSideBySide) {
  const std::string same = Output(ShapesSet("layer.xml") + Arguments{"-m2", File("shapes.xml")});
  EXPECT_NE(same.find("the models disagree on 0 of 40 pictures"), std::string::npos) << same;

  // The same network for pictures in the other order of channels.
  const Finished mo = RunProgram("mo", {"--input_model", Shapes("shapes-0030.params"), "--input_shape", "[1,3,96,96]",
                                        "--output_dir", folder_->Path(), "--model_name", "worse"});
  ASSERT_EQ(mo.exit_code, 0) << mo.errors;
  const std::string other = Output(
      ShapesSet() + Arguments{"-m2", File("worse.xml"), "--report", File("two.html"), "--dump", File("two.csv")});
  EXPECT_EQ(other.find("disagree on 0 of"), std::string::npos) << other;
  EXPECT_NE(other.find("first 1 found, 0 missed, 0 wrong; second"), std::string::npos) << other;
  EXPECT_NE(ReadBytes(File("two.html")).find("Where the models disagree"), std::string::npos);
  const auto lines = ReadCsv(File("two.csv"));
  EXPECT_EQ(lines[1][0], "1");
  EXPECT_EQ(lines.back()[0], "2");
}

TEST_F(ValidationTest, LeavesOutWhatIsUnreadableAndSaysSo) {
  folder_->Write("set/three/bad.png", "not a picture");
  std::filesystem::copy_file(Digits("validation/three/001.png"), File("set/three/good.png"),
                             std::filesystem::copy_options::overwrite_existing);
  const Arguments arguments = {"-m", File("digits.xml"), "-i", File("set"), "--labels", Digits("digits.labels")};
  const std::string text = Output(arguments);
  EXPECT_NE(text.find("left out: 1\n  three/bad.png: "), std::string::npos) << text;
  EXPECT_NE(text.find("pictures   1\n"), std::string::npos) << text;
  std::filesystem::remove(File("set/three/good.png"));
  ExpectRefusal(kApp, arguments, "none of 1 pictures could be used; the first: three/bad.png: ");
}

TEST_F(ValidationTest, LeavesOutPicturesOfAnotherSizeThanTheirAnnotation) {
  std::filesystem::create_directories(File("od"));
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(Shapes("validation/JPEGImages/000.png"), File("od/000.png"), overwrite);
  std::filesystem::copy_file(Shapes("validation/JPEGImages/000.png"), File("od/001.png"), overwrite);
  folder_->Write("list.txt", "000\n001\n002.png\n");
  const std::string text = Output({"-t", "OD", "-m", File("shapes.xml"), "-i", File("od"), "--list", File("list.txt"),
                                   "-ODa", Shapes("validation/Annotations"), "-ODc", Shapes("shapes.labels")});
  EXPECT_NE(text.find("left out: 2\n  002.png: there is no such picture"), std::string::npos) << text;
  EXPECT_NE(text.find("001.png: it has 101 x 117 pixels, its annotation is for"), std::string::npos) << text;
  EXPECT_NE(text.find("pictures   1 with 1 objects"), std::string::npos) << text;
}

TEST_F(ValidationTest, ZeroMayBeTheBackground) {
  // Folder "one" is class 0 of these labels, and class 1 of the network.
  const std::string labels = folder_->Write("from_one", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
  folder_->Write("list_of_one.txt",
                 Digits("validation/one/000.png") + " one\n" + Digits("validation/two/000.png") + " 1\n");
  // Paths in a list may be absolute.
  const std::string text = Output(
      {"-m", File("digits.xml"), "-i", File("list_of_one.txt"), "--labels", labels, "-Czb", "true", "-ppType", "None"});
  EXPECT_NE(text.find("top-1      1.000000  (2)"), std::string::npos) << text;
  ExpectRefusal(kApp, {"-m", File("digits.xml"), "-i", folder_->Write("nine.txt", "a.png 9\n"), "-Czb", "true"},
                "tells 9 classes apart, the background not counted");
}

TEST_F(ValidationTest, CropsAreThoseAskedFor) {
  // Enlarged to 36 and cropped to 32 the digits are still read, mostly.
  for (const std::string type : {"ResizeCrop", "ResizeShort"}) {
    const std::string text = Output(DigitsSet() + Arguments{"-ppType", type, "-ppSize", "36"});
    const double top1 = std::stod(text.substr(text.find("top-1") + 5));
    EXPECT_GT(top1, 0.7) << text;
    EXPECT_LT(top1, 1) << text;
  }
  // What the crop leaves out the detector cannot find, but what it finds is where it was.
  const double map =
      LastNumbers(Output(ShapesSet() + Arguments{"-ppType", "ResizeCrop", "-ppSize", "104"}), "mAP").second;
  EXPECT_GT(map, 0.7);
}

TEST_F(ValidationTest, RefusesWrongCommandLines) {
  ExpectRefusal(kApp, {}, "--input: expected pictures");
  ExpectRefusal(kApp, {"-t", "SS", "-i", "x"}, "-t: got SS, expected C or OD");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-ppType", "Crop"}, "-ppType: got Crop");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-ppSize", "40"}, "expected ResizeCrop");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-ppType", "ResizeCrop", "-ppSize", "20"}, "pictures become 20 x 20");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-ppType", "ResizeShort", "-ppSize", "9000000000000000000"},
                "expected 1 to 32768");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-b", "9000000000000000000"}, "--batch: got 9000000000000000000");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"-ODsubdir", "x"}, "expected -t OD");
  ExpectRefusal(kApp, ShapesSet() + Arguments{"-Czb", "true"}, "expected -t C");
  ExpectRefusal(kApp, ShapesSet() + Arguments{"-ODkind", "YOLO"}, "-ODkind: got YOLO, expected SSD");
  ExpectRefusal(kApp, ShapesSet() + Arguments{"--iou", "1.5"}, "--iou: got 1.5");
  ExpectRefusal(kApp, ShapesSet() + Arguments{"--origin", "2"}, "--origin: got 2");
  ExpectRefusal(kApp, ShapesSet() + Arguments{"--pixels", "half"}, "--pixels: got half");
  ExpectRefusal(kApp, {"-t", "OD", "-m", File("shapes.xml"), "-i", Shapes("validation/JPEGImages")}, "-ODa: expected");
  ExpectRefusal(kApp,
                {"-t", "OD", "-m", File("shapes.xml"), "-i", Shapes("validation/JPEGImages"), "-ODa",
                 Shapes("validation/Annotations")},
                "-ODc: expected a file");
  ExpectRefusal(kApp,
                {"-t", "OD", "-m", File("shapes.xml"), "-i", Shapes("validation/JPEGImages"), "-ODa",
                 Shapes("validation/Annotations"), "-ODc", folder_->Write("three", "circle\nsquare\nstar\n")},
                "three lacks the classes \"triangle\"");
  ExpectRefusal(kApp,
                {"-t", "C", "-m", File("shapes.xml"), "-i", Digits("validation"), "--labels", Digits("digits.labels")},
                "with a number per class");
  ExpectRefusal(kApp,
                {"-t", "OD", "-m", File("digits.xml"), "-i", Shapes("validation/JPEGImages"), "-ODa",
                 Shapes("validation/Annotations"), "-ODc", Shapes("shapes.labels")},
                "boxes");
  ExpectRefusal(kApp, DigitsSet() + Arguments{"--dump", File("no/folder.csv")}, "no/folder.csv: cannot write");
}

}  // namespace
}  // namespace moir::apps
