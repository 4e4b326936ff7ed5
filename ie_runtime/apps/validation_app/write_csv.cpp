// The answers for every picture as comma-separated values (RFC 4180; texts in quotes where they need them).
//
// Classification: model,picture,expected,class1,score1 ... class5,score5
// Detection:      model,picture,kind,class,score,xmin,ymin,xmax,ymax,result
//   kind "expected": an object; result "difficult" or empty
//   kind "predicted": a box; result "true", "false", or "ignored" when it finds a difficult object
// Boxes are in pixels counted from 0. `model` is 1, or 2 for the second model.
#include "../common/csv.h"
#include "../common/output_file.h"
#include "validation.h"

namespace moir::apps {
namespace {

constexpr size_t kTop = 5;

std::string Corners(const Box& box) {
  return CsvNumber(box.xmin) + "," + CsvNumber(box.ymin) + "," + CsvNumber(box.xmax) + "," + CsvNumber(box.ymax);
}

std::string ClassificationLines(const Validation& validation, size_t model, size_t item) {
  const DataItem& data = validation.set.items[item];
  std::string line = std::to_string(model + 1) + "," + CsvText(data.name) + "," +
                     CsvText(LabelOf(data.class_index, validation.labels));
  const auto& top = validation.classification[model].top[item];
  for (size_t i = 0; i < kTop; ++i) {
    line += i < top.size() ? "," + CsvText(LabelOf(top[i].index, validation.labels)) + "," + CsvNumber(top[i].value)
                           : std::string(",,");
  }
  return line + "\r\n";
}

std::string DetectionLines(const Validation& validation, size_t model, size_t item) {
  const DataItem& data = validation.set.items[item];
  const std::string start = std::to_string(model + 1) + "," + CsvText(data.name) + ",";
  std::string lines;
  for (const TruthBox& object : data.boxes) {
    lines += start + "expected," + CsvText(LabelOf(object.class_index, validation.labels)) + ",," +
             Corners(object.box) + (object.difficult ? ",difficult\r\n" : ",\r\n");
  }
  for (const FoundBox& found : validation.detection[model].boxes[item]) {
    const char* result = found.result == MatchResult::kTrue    ? "true"
                         : found.result == MatchResult::kFalse ? "false"
                                                               : "ignored";
    lines += start + "predicted," + CsvText(LabelOf(found.detection.class_index, validation.labels)) + "," +
             CsvNumber(found.detection.score) + "," + Corners(found.detection.box) + "," + result + "\r\n";
  }
  return lines;
}

}  // namespace

void WriteCsv(const std::string& path, const Validation& validation) {
  const bool detection = validation.options.detection;
  std::string text = detection ? "model,picture,kind,class,score,xmin,ymin,xmax,ymax,result\r\n"
                               : "model,picture,expected,class1,score1,class2,score2,class3,score3,class4,score4,"
                                 "class5,score5\r\n";
  for (size_t model = 0; model < validation.models.size(); ++model) {
    for (size_t item = 0; item < validation.set.items.size(); ++item) {
      if (!validation.pictures[item].problem.empty()) continue;
      text += detection ? DetectionLines(validation, model, item) : ClassificationLines(validation, model, item);
    }
  }
  WriteFile(path, text);
}

}  // namespace moir::apps
