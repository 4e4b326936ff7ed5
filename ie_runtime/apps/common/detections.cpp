#include "detections.h"

#include <algorithm>
#include <cmath>

#include "convert.h"
#include "fail.h"
#include "model.h"

namespace moir::apps {
namespace {

constexpr size_t kMxnetRow = 6, kDetectionOutputRow = 7, kCorners = 4;

bool IsMxnetLayout(const Shape& shape) { return shape.size() == 3 && shape[2] == kMxnetRow; }
bool IsDetectionOutputLayout(const Shape& shape) {
  return shape.size() == 4 && shape[0] == 1 && shape[1] == 1 && shape[3] == kDetectionOutputRow;
}
// Classes, scores and corners from here on.
bool IsGluonCvLayout(const std::vector<Port>& outputs, size_t first) {
  if (first + 3 > outputs.size()) return false;
  const Shape& corners = outputs[first + 2].shape;
  if (corners.size() != 3 || corners[2] != kCorners) return false;
  const Shape column = {corners[0], corners[1], 1};
  return outputs[first].shape == column && outputs[first + 1].shape == column;
}

// A number that should be an index; -1 for a negative one, which marks an empty row.
int64_t ToIndex(float value, const char* what, size_t row, const std::string& place) {
  constexpr float kLargest = 1 << 24;  // up to here f32 has every whole number
  if (value < 0) return -1;
  if (!(value <= kLargest) || value != std::floor(value))
    Fail(ErrorKind::kBadModel, place, ": row ", row, ": ", what, " ", value, ", expected a whole number");
  return static_cast<int64_t>(value);
}

// Turns rows into detections.
class Reader {
 public:
  Reader(const DetectionOutputs& outputs, int64_t batch, double threshold, const std::string& place)
      : outputs_(outputs),
        threshold_(threshold),
        place_(place),
        found_(static_cast<size_t>(batch)),
        not_finite_(found_.size()) {}

  void Add(size_t row, int64_t picture, float class_value, float score, const float* corners) {
    const int64_t class_index = ToIndex(class_value, "class", row, place_);
    if (class_index < 0) return;
    if (!std::isfinite(score) || !std::all_of(corners, corners + kCorners, [](float x) { return std::isfinite(x); })) {
      ++not_finite_[static_cast<size_t>(picture)];
      return;
    }
    if (score < threshold_) return;
    found_[static_cast<size_t>(picture)].push_back({class_index,
                                                    score,
                                                    {corners[0] / outputs_.width, corners[1] / outputs_.height,
                                                     corners[2] / outputs_.width, corners[3] / outputs_.height}});
  }

  // The picture of a row of DetectionOutput; -1 at the end of rows.
  int64_t PictureOf(size_t row, float value) const {
    const int64_t picture = ToIndex(value, "picture", row, place_);
    if (picture >= static_cast<int64_t>(found_.size()))
      Fail(ErrorKind::kBadModel, place_, ": row ", row, ": picture ", picture, " of a batch of ", found_.size());
    return picture;
  }

  std::vector<std::vector<Detection>> Result(std::vector<size_t>* not_finite) {
    if (not_finite) *not_finite = std::move(not_finite_);
    return std::move(found_);
  }

 private:
  const DetectionOutputs& outputs_;
  double threshold_;
  const std::string& place_;
  std::vector<std::vector<Detection>> found_;
  std::vector<size_t> not_finite_;  // rows per picture
};

}  // namespace

DetectionOutputs FindDetectionOutputs(const Model& model, int64_t width, int64_t height) {
  const std::vector<Port> outputs = model.Outputs();
  std::vector<DetectionOutputs> found;
  std::string all;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Port& port = outputs[i];
    if (IsMxnetLayout(port.shape) || IsDetectionOutputLayout(port.shape)) found.push_back({{i}});
    if (IsGluonCvLayout(outputs, i))
      found.push_back({{i, i + 1, i + 2}, static_cast<double>(width), static_cast<double>(height)});
    all += (i == 0 ? "\"" : ", \"") + port.name + "\" is " + Describe(port.type, port.shape);
  }
  if (found.size() != 1) {
    Fail(ErrorKind::kBadOption, model.GetName(), ": output ", all, ", expected ", found.empty() ? "one" : "only one",
         " with boxes: [N,A,6] as of MultiBoxDetection, [1,1,R,7] as of DetectionOutput, or GluonCV's three, [N,A,1], "
         "[N,A,1] and [N,A,4]");
  }
  return found[0];
}

std::vector<std::vector<Detection>> ReadDetections(const DetectionOutputs& outputs, const std::vector<Tensor>& values,
                                                   int64_t batch, double threshold, const std::string& place,
                                                   std::vector<size_t>* not_finite) {
  if (values.empty() || values.size() != outputs.indices.size())
    Fail(ErrorKind::kInternal, place, ": ", values.size(), " outputs with boxes, expected ", outputs.indices.size());
  Reader reader(outputs, batch, threshold, place);
  const Shape& shape = values[0].GetShape();
  const bool detection_output = values.size() == 1 && IsDetectionOutputLayout(shape);
  if (!detection_output && shape[0] != batch)
    Fail(ErrorKind::kBadModel, place, ": boxes of ", shape[0], " pictures, expected ", batch);
  std::vector<Tensor> floats;
  for (const Tensor& value : values) floats.push_back(ConvertTo(value, ElementType::kF32, place));
  const float* first = floats[0].Data<float>();
  if (detection_output) {
    for (size_t row = 0; row < static_cast<size_t>(shape[2]); ++row) {
      const float* fields = first + row * kDetectionOutputRow;
      const int64_t picture = reader.PictureOf(row, fields[0]);
      if (picture < 0) break;
      reader.Add(row, picture, fields[1], fields[2], fields + 3);
    }
    return reader.Result(not_finite);
  }
  const auto rows = static_cast<size_t>(shape[0] * shape[1]);
  for (size_t row = 0; row < rows; ++row) {
    const auto picture = static_cast<int64_t>(row) / shape[1];
    if (values.size() == 1) {
      const float* fields = first + row * kMxnetRow;
      reader.Add(row, picture, fields[0], fields[1], fields + 2);
    } else {
      reader.Add(row, picture, first[row], floats[1].Data<float>()[row], floats[2].Data<float>() + row * kCorners);
    }
  }
  return reader.Result(not_finite);
}

}  // namespace moir::apps
