// MultiBoxDetection of f32. The best classes are found for many anchors at once and boxes decoded in parallel.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/nms.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kRow = 6;

struct Arrays {
  Arrays(Workspace& workspace, int64_t anchors)
      : scores(workspace.Take<float>(anchors)),
        best(workspace.Take<int32_t>(anchors)),
        found(workspace.Take<int64_t>(anchors)),
        unsorted(workspace.Take<float>(anchors * kRow)),
        keys(workspace.Take<uint64_t>(anchors)),
        kept(workspace, anchors) {}
  float* scores;
  int32_t* best;
  int64_t* found;
  float* unsorted;
  uint64_t* keys;
  KeptBoxes kept;
};

struct Detector {
  int64_t classes, anchors, topk;
  float variances[4];
  float threshold, nms_threshold;
  bool clip, force_suppress;

  void Decode(const float* anchor, const float* offsets, float* box) const {
    const float width = anchor[2] - anchor[0], height = anchor[3] - anchor[1];
    const float anchor_x = (anchor[0] + anchor[2]) / 2.f, anchor_y = (anchor[1] + anchor[3]) / 2.f;
    const float x = offsets[0] * variances[0] * width + anchor_x, y = offsets[1] * variances[1] * height + anchor_y;
    const float half_width = std::exp(offsets[2] * variances[2]) * width / 2,
                half_height = std::exp(offsets[3] * variances[3]) * height / 2;
    const float corners[] = {x - half_width, y - half_height, x + half_width, y + half_height};
    for (size_t i = 0; i < 4; ++i) box[i] = clip ? std::max(0.0f, std::min(1.0f, corners[i])) : corners[i];
  }

  // probabilities [classes, anchors], offsets and boxes [anchors, 4], rows [anchors, 6].
  void Run(const float* probabilities, const float* offsets, const float* boxes, float* rows, Arrays& arrays) const {
    float* const scores = arrays.scores;
    int32_t* const best = arrays.best;
    ParallelFor(anchors, 2048, [&](int64_t begin, int64_t end) {
      constexpr int64_t kPiece = 1024;
      for (int64_t i = begin; i < end; i += kPiece)
        BestClasses(probabilities, classes, anchors, i, std::min(i + kPiece, end), scores, best);
    });
    int64_t count = 0;
    for (int64_t i = 0; i < anchors; ++i) {
      if (best[i] != 0 && !(scores[i] < threshold)) arrays.found[count++] = i;
    }
    ParallelFor(count, 512, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = arrays.found[i];
        float* row = rows + i * kRow;
        row[0] = static_cast<float>(best[at] - 1);
        row[1] = scores[at];
        Decode(boxes + at * 4, offsets + at * 4, row + 2);
      }
    });
    std::fill(rows + count * kRow, rows + anchors * kRow, -1.0f);
    if (count > 0 && nms_threshold > 0 && nms_threshold <= 1) Suppress(rows, count, arrays);
  }

  void Suppress(float* rows, int64_t count, Arrays& arrays) const {
    std::copy_n(rows, count * kRow, arrays.unsorted);
    for (int64_t i = 0; i < count; ++i) arrays.keys[i] = ScoreKey(rows[i * kRow + 1], static_cast<uint32_t>(i));
    const int64_t kept_rows = topk > 0 ? std::min(count, topk) : count;
    const auto keys = KeepBest({arrays.keys, static_cast<size_t>(count)}, kept_rows);
    for (int64_t i = kept_rows; i < count; ++i) rows[i * kRow] = -1;
    // An overlap equal to the threshold is too much here.
    KeptBoxes& kept = arrays.kept;
    kept.Reset({std::nextafter(nms_threshold, 0.0f), 0, 0});
    for (int64_t i = 0; i < kept_rows; ++i) {
      float* row = rows + i * kRow;
      std::copy_n(arrays.unsorted + int64_t{IndexOfKey(keys[static_cast<size_t>(i)])} * kRow, kRow, row);
      const CornerBox box{row[2],
                          row[3],
                          row[4],
                          row[5],
                          (row[4] - row[2]) * (row[5] - row[3]),
                          force_suppress ? 0 : static_cast<int32_t>(row[0])};
      if (kept.Suppresses(box)) row[0] = -1;
      else kept.Add(box);
    }
  }
};

}  // namespace

std::optional<KernelChoice> MakeMultiBoxDetection(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  if (!context.AllF32() || shape.NumElements() == 0 || shape[2] > int64_t{1} << 31) return std::nullopt;
  Detector detector{shape[1],
                    shape[2],
                    layer.Attr<int64_t>("nms_topk"),
                    {},
                    static_cast<float>(layer.Attr<double>("threshold")),
                    static_cast<float>(layer.Attr<double>("nms_threshold")),
                    layer.Attr<bool>("clip"),
                    layer.Attr<bool>("force_suppress")};
  const auto& variances = layer.Attr<std::vector<double>>("variances");
  for (size_t i = 0; i < 4; ++i) detector.variances[i] = static_cast<float>(variances[i]);
  KernelChoice choice;
  for (size_t i = 0; i < 3; ++i) choice.inputs.push_back(context.PlainInput(i));
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeWorkersKernel<Arrays>(
      "vector", shape[0], 1, detector.anchors, [detector](const Binding& memory, int64_t n, Arrays& arrays) {
        const auto input = [&](size_t i) { return reinterpret_cast<const float*>(memory.inputs[i]); };
        detector.Run(input(0) + n * detector.classes * detector.anchors, input(1) + n * detector.anchors * 4, input(2),
                     reinterpret_cast<float*>(memory.outputs[0]) + n * detector.anchors * kRow, arrays);
      });
  return choice;
}

}  // namespace moir::runtime
