#include "ie_runtime/apps/validation_app/average_precision.h"

#include <nlohmann/json.hpp>

#include "ie_runtime/apps/validation_app/detection.h"
#include "tests/ie_runtime/apps/app_testing.h"

namespace moir::apps {
namespace {

using Truth = std::vector<std::vector<TruthBox>>;

Box BoxFrom(const nlohmann::json& values, size_t at) {
  return {values[at].get<double>(), values[at + 1].get<double>(), values[at + 2].get<double>(),
          values[at + 3].get<double>()};
}

nlohmann::json ReadData(const std::string& name) {
  return nlohmann::json::parse(ReadBytes(std::string(MOIR_TEST_DATA_DIR) + "/apps/" + name));
}

// Objects per picture, and detections per class.
Truth TruthOf(const nlohmann::json& set) {
  Truth truth(set["pictures"].get<size_t>());
  for (const auto& object : set["objects"])
    truth.at(object[0].get<size_t>()).push_back({object[1].get<int64_t>(), BoxFrom(object, 3), object[2] == 1});
  return truth;
}
std::vector<ScoredBox> DetectionsOf(const nlohmann::json& set, int64_t index) {
  std::vector<ScoredBox> detections;
  for (const auto& entry : set["detections"]) {
    if (entry[1] == index)
      detections.push_back({entry[0].get<size_t>(), {index, entry[2].get<double>(), BoxFrom(entry, 3)}});
  }
  return detections;
}

// COCO's average precision: the mean over 101 points of recall.
double HundredPoints(const ClassCurve& curve) {
  double sum = 0;
  for (size_t point = 0; point <= 100; ++point) {
    double best = 0;
    for (size_t i = 0; i < curve.recall.size(); ++i) {
      if (curve.recall[i] >= static_cast<double>(point) / 100) best = std::max(best, curve.precision[i]);
    }
    sum += best;
  }
  return sum / 101;
}

// Evaluators that know nothing of GluonCV's, where definitions agree (tests/oracle/make_detection_figures.py).
TEST(AveragePrecisionTest, IsThatOfTwoOtherEvaluators) {
  const auto sets = ReadData("average_precision.json"), figures = ReadData("detection_figures.json")["sets"];
  ASSERT_EQ(sets.size(), figures.size());
  size_t of_coco = 0, between = 0;
  for (size_t i = 0; i < sets.size(); ++i) {
    for (size_t index = 0; index < 3; ++index) {
      SCOPED_TRACE(testing::Message() << "set " << i << ", class " << index);
      const auto kind = static_cast<int64_t>(index);
      const ClassCurve curve =
          ComputeCurve(kind, DetectionsOf(sets[i], kind), TruthOf(sets[i]), 0.5, /*inclusive=*/false);
      EXPECT_NEAR(curve.eleven_points, figures[i]["11point"][index].get<double>(), 1e-6);
      EXPECT_NEAR(curve.all_points, figures[i]["allpoint"][index].get<double>(), 1e-6);
      between += curve.all_points > 0.01 && curve.all_points < 0.99;
      if (figures[i]["coco"].is_null()) continue;
      ++of_coco;
      EXPECT_NEAR(HundredPoints(curve), figures[i]["coco"][index].get<double>(), 1e-6);
    }
  }
  EXPECT_GE(of_coco, 20u);
  EXPECT_GE(between, 10u);
}

TEST(AveragePrecisionTest, IsThatOfGluonCv) {
  const auto sets = ReadData("average_precision.json");
  ASSERT_EQ(sets.size(), 10u);
  size_t ignored = 0, found = 0, wrong = 0;
  for (const auto& set : sets) {
    const Truth truth = TruthOf(set);
    double eleven = 0, all = 0;
    for (int64_t index = 0; index < 3; ++index) {
      const std::vector<ScoredBox> detections = DetectionsOf(set, index);
      std::vector<MatchResult> results;
      const ClassCurve curve = ComputeCurve(index, detections, truth, 0.5, /*inclusive=*/true, &results);
      EXPECT_GT(curve.objects, 0u);
      EXPECT_NEAR(curve.eleven_points, set["11point"][static_cast<size_t>(index)].get<double>(), 1e-6) << index;
      EXPECT_NEAR(curve.all_points, set["allpoint"][static_cast<size_t>(index)].get<double>(), 1e-6) << index;
      eleven += curve.eleven_points / 3;
      all += curve.all_points / 3;
      for (const MatchResult result : results) {
        ignored += result == MatchResult::kIgnored;
        found += result == MatchResult::kTrue;
        wrong += result == MatchResult::kFalse;
      }
    }
    EXPECT_NEAR(eleven, set["11point"][3].get<double>(), 1e-6);
    EXPECT_NEAR(all, set["allpoint"][3].get<double>(), 1e-6);
  }
  EXPECT_GT(ignored, 5u);
  EXPECT_GT(found, 30u);
  EXPECT_GT(wrong, 30u);
}

TEST(AveragePrecisionTest, OverlapCountsTheLastPixelOrNot) {
  const Box a{0, 0, 9, 9}, b{5, 0, 14, 9};
  EXPECT_DOUBLE_EQ(Overlap(a, b, true), 50.0 / 150);
  EXPECT_DOUBLE_EQ(Overlap(a, b, false), 36.0 / 126);
  EXPECT_DOUBLE_EQ(Overlap(a, {9, 9, 20, 20}, true), 1.0 / (100 + 144 - 1));
  EXPECT_EQ(Overlap(a, {9, 9, 20, 20}, false), 0);
  EXPECT_EQ(Overlap(a, {10, 0, 20, 9}, true), 0);
  EXPECT_EQ(Overlap({3, 3, 3, 3}, {3, 3, 3, 3}, false), 0);
  EXPECT_EQ(Overlap({3, 3, 3, 3}, {3, 3, 3, 3}, true), 1);
}

TEST(AveragePrecisionTest, SecondDetectionOfAnObjectIsFalse) {
  const Truth truth = {{{0, {0, 0, 9, 9}, false}}};
  const std::vector<ScoredBox> detections = {{0, {0, 0.5, {0, 0, 9, 9}}}, {0, {0, 0.9, {0, 0, 9, 8}}}};
  std::vector<MatchResult> results;
  const ClassCurve curve = ComputeCurve(0, detections, truth, 0.5, true, &results);
  EXPECT_EQ(results, (std::vector<MatchResult>{MatchResult::kFalse, MatchResult::kTrue}));
  EXPECT_EQ(curve.precision, (std::vector<double>{1, 0.5}));
  EXPECT_EQ(curve.recall, (std::vector<double>{1, 1}));
}

TEST(AveragePrecisionTest, OverlapOfExactlyTheThresholdCounts) {
  const Truth truth = {{{0, {0, 0, 9, 9}, false}}};
  const std::vector<ScoredBox> detections = {{0, {0, 0.5, {0, 0, 9, 4}}}};
  EXPECT_EQ(ComputeCurve(0, detections, truth, 0.5, true).all_points, 1);
  EXPECT_EQ(ComputeCurve(0, detections, truth, 0.51, true).all_points, 0);
}

// Three of ten objects: recall 0.3 reaches the fourth point although 3 * 0.1 is more than 0.3 in floats.
TEST(AveragePrecisionTest, ReachesPointsExactly) {
  Truth truth(1);
  std::vector<ScoredBox> detections;
  for (int i = 0; i < 10; ++i) {
    const Box box{i * 20.0, 0, i * 20.0 + 9, 9};
    truth[0].push_back({0, box, false});
    if (i < 3) detections.push_back({0, {0, 1.0 - i * 0.1, box}});
  }
  EXPECT_DOUBLE_EQ(ComputeCurve(0, detections, truth, 0.5, true).eleven_points, 4.0 / 11);
}

TEST(AveragePrecisionTest, IsNoneWithoutObjects) {
  const Truth truth = {{{0, {0, 0, 9, 9}, true}, {1, {0, 0, 9, 9}, false}}};
  const ClassCurve curve =
      ComputeCurve(0, {{0, {0, 0.5, {0, 0, 9, 9}}}, {0, {0, 0.4, {50, 50, 59, 59}}}}, truth, 0.5, true);
  EXPECT_EQ(curve.objects, 0u);
  EXPECT_EQ(curve.eleven_points, 0);
  EXPECT_EQ(curve.precision, std::vector<double>{0});
}

TEST(EvaluateTest, CountsWhatIsFoundMissedAndConfused) {
  std::vector<DataItem> items(2);
  items[0].boxes = {{0, {0, 0, 9, 9}, false}, {1, {20, 0, 29, 9}, false}, {1, {40, 0, 49, 9}, true}};
  items[1].boxes = {{0, {0, 0, 9, 9}, false}};
  std::vector<ReadPictureInfo> pictures(2);
  pictures[1].problem = "unreadable";
  DetectionResult result;
  result.boxes = {{{{0, 0.9, {0, 0, 9, 9}}},
                   {{0, 0.8, {20, 0, 29, 9}}},
                   {{1, 0.7, {40, 0, 49, 9}}},
                   {{1, 0.6, {70, 0, 79, 9}}},
                   {{1, 0.1, {20, 0, 29, 9}}}},
                  {}};
  const ValidationOptions options;
  Evaluate(items, pictures, options, 3, result);
  EXPECT_EQ(result.objects, 2u);
  EXPECT_EQ(result.difficult, 1u);
  EXPECT_EQ(result.classes_with_objects, 2u);
  EXPECT_EQ(result.counts[0].found, 1u);
  EXPECT_EQ(result.counts[0].missed, 1u);
  EXPECT_EQ(result.counts[0].wrong, 2u);
  EXPECT_EQ(result.counts[1].missed, 0u) << "a picture that was left out";
  const std::map<std::pair<int64_t, int64_t>, size_t> confusion = {{{0, 0}, 1}, {{1, 0}, 1}, {{-1, 1}, 1}};
  EXPECT_EQ(result.confusion, confusion);
  EXPECT_DOUBLE_EQ(result.all_points, (1.0 + 0.5) / 2);
  EXPECT_EQ(result.boxes[0][2].result, MatchResult::kIgnored);
  EXPECT_EQ(result.boxes[0][4].result, MatchResult::kTrue) << "below the threshold of pictures, not of precision";
}

TEST(EvaluateTest, CountsBoxesWithoutPartners) {
  const ValidationOptions options;
  const std::vector<FoundBox> a = {{{0, 0.9, {0, 0, 9, 9}}}, {{1, 0.9, {20, 0, 29, 9}}}, {{1, 0.4, {60, 0, 69, 9}}}};
  const std::vector<FoundBox> b = {{{0, 0.6, {0, 0, 9, 8}}}, {{0, 0.9, {20, 0, 29, 9}}}};
  EXPECT_EQ(CountDisagreements(a, a, options), 0u);
  EXPECT_EQ(CountDisagreements(a, b, options), 2u);
  EXPECT_EQ(CountDisagreements(b, {}, options), 2u);
}

}  // namespace
}  // namespace moir::apps
