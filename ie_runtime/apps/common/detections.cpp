#include "detections.h"

#include <cmath>

#include "convert.h"
#include "fail.h"
#include "model.h"

namespace moir::apps {
namespace {

constexpr int64_t kMxnetRow = 6, kDetectionOutputRow = 7;

bool IsMxnetLayout(const Shape& shape) { return shape.size() == 3 && shape[2] == kMxnetRow; }
bool IsDetectionOutputLayout(const Shape& shape) {
  return shape.size() == 4 && shape[0] == 1 && shape[1] == 1 && shape[3] == kDetectionOutputRow;
}

// A number that should be an index; -1 for a negative one, which marks an empty row.
int64_t ToIndex(float value, const char* what, size_t row, const std::string& place) {
  constexpr float kLargest = 1 << 24;  // up to here f32 has every whole number
  if (value < 0) return -1;
  if (!(value <= kLargest) || value != std::floor(value))
    Fail(ErrorKind::kBadModel, place, ": row ", row, ": ", what, " ", value, ", expected a whole number");
  return static_cast<int64_t>(value);
}

void AddDetection(const float* values, size_t row, double threshold, const std::string& place,
                  std::vector<Detection>& detections) {
  const int64_t class_index = ToIndex(values[0], "class", row, place);
  if (class_index < 0) return;
  for (size_t i = 1; i < kMxnetRow; ++i) {
    if (!std::isfinite(values[i])) return;
  }
  if (values[1] < threshold) return;
  detections.push_back({class_index, values[1], {values[2], values[3], values[4], values[5]}});
}

}  // namespace

size_t FindDetectionOutput(const Model& model) {
  const std::vector<Port> outputs = model.Outputs();
  std::vector<size_t> found;
  std::string all;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Port& port = outputs[i];
    if (IsMxnetLayout(port.shape) || IsDetectionOutputLayout(port.shape)) found.push_back(i);
    all += (i == 0 ? "\"" : ", \"") + port.name + "\" is " + Describe(port.type, port.shape);
  }
  if (found.size() != 1) {
    Fail(ErrorKind::kBadOption, model.GetName(), ": output ", all, ", expected ", found.empty() ? "one" : "only one",
         " with boxes: [N,A,6] as of MultiBoxDetection or [1,1,R,7] as of "
         "DetectionOutput");
  }
  return found[0];
}

std::vector<std::vector<Detection>> ReadDetections(const Tensor& output, int64_t batch, double threshold,
                                                   const std::string& place) {
  const Shape& shape = output.GetShape();
  const bool mxnet_layout = IsMxnetLayout(shape);
  if (!mxnet_layout && !IsDetectionOutputLayout(shape))
    Fail(ErrorKind::kInternal, place, ": no boxes in ", ShapeToString(shape));
  if (mxnet_layout && shape[0] != batch)
    Fail(ErrorKind::kBadModel, place, ": boxes of ", shape[0], " pictures, expected ", batch);
  const Tensor converted = ConvertTo(output, ElementType::kF32, place);
  const float* values = converted.Data<float>();
  std::vector<std::vector<Detection>> detections(static_cast<size_t>(batch));
  const auto rows = static_cast<size_t>(mxnet_layout ? shape[0] * shape[1] : shape[2]);
  for (size_t row = 0; row < rows; ++row) {
    if (mxnet_layout) {
      AddDetection(values + row * kMxnetRow, row, threshold, place, detections[row / static_cast<size_t>(shape[1])]);
      continue;
    }
    const float* fields = values + row * kDetectionOutputRow;
    const int64_t picture = ToIndex(fields[0], "picture", row, place);
    if (picture < 0) break;
    if (picture >= batch)
      Fail(ErrorKind::kBadModel, place, ": row ", row, ": picture ", picture, " of a batch of ", batch);
    AddDetection(fields + 1, row, threshold, place, detections[static_cast<size_t>(picture)]);
  }
  return detections;
}

}  // namespace moir::apps
