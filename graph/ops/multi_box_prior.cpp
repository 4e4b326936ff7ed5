// MultiBoxPrior: SSD's anchor boxes around every position of a feature map, as MXNet's _contrib_MultiBoxPrior computes
// them. in 0: data [N, C, H, W], of which only H and W matter.  out 0: [1, H * W * (S + R - 1), 4], rows (xmin, ymin,
// xmax, ymax). Around the center ((x + offset_x) * step_x, (y + offset_y) * step_y) stand, in this order, a box for
// every size with the first ratio and a box for every further ratio with the first size:
//   half width = size * H / W * sqrt(ratio) / 2,  half height = size / sqrt(ratio) / 2
// steps and offsets are (y, x). Steps that are not positive mean 1 / H and 1 / W. clip limits coordinates to [0, 1].
// All arithmetic is f32, in MXNet's order of operations, so that results are equal to the last bit.
#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  op.Require(data.Rank() >= 4 && data[2] > 0 && data[3] > 0, "shape of data", data, "[N,C,H,W]");
  const auto& sizes = op.Attr<std::vector<double>>("sizes");
  const auto& ratios = op.Attr<std::vector<double>>("ratios");
  const auto& steps = op.Attr<std::vector<double>>("steps");
  const auto& offsets = op.Attr<std::vector<double>>("offsets");
  op.Require(!sizes.empty(), "sizes", "none", "at least one");
  op.Require(!ratios.empty(), "ratios", "none", "at least one");
  op.Require(steps.size() == 2 && steps[0] * steps[1] >= 0, "steps", FormatAttribute(steps),
             "(y, x), both given or both absent");
  op.Require(
      offsets.size() == 2 && std::all_of(offsets.begin(), offsets.end(), [](double o) { return o >= 0 && o <= 1; }),
      "offsets", FormatAttribute(offsets), "(y, x) within [0, 1]");
  op.SetOutput(0, Shape{1, data[2] * data[3] * static_cast<int64_t>(sizes.size() + ratios.size() - 1), 4});
}

template <typename T>
void MakeBoxes(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const auto height = static_cast<int>(data[2]), width = static_cast<int>(data[3]);
  const auto to_floats = [&](std::string_view name) {
    const auto& values = op.Attr<std::vector<double>>(name);
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> sizes = to_floats("sizes"), ratios = to_floats("ratios"), offsets = to_floats("offsets");
  std::vector<float> steps = to_floats("steps");
  if (steps[0] <= 0 || steps[1] <= 0) steps = {1.f / static_cast<float>(height), 1.f / static_cast<float>(width)};
  const bool clip = op.Attr<bool>("clip");
  T* dst = op.Output().MutableValues<T>().data();
  const auto put = [&](float value) { *dst++ = static_cast<T>(clip ? std::clamp(value, 0.f, 1.f) : value); };
  for (int y = 0; y < height; ++y) {
    const float center_y = (static_cast<float>(y) + offsets[0]) * steps[0];
    for (int x = 0; x < width; ++x) {
      const float center_x = (static_cast<float>(x) + offsets[1]) * steps[1];
      const auto put_box = [&](float size, float ratio) {
        const float root = std::sqrt(ratio);
        const float half_width = size * static_cast<float>(height) / static_cast<float>(width) * root / 2;
        const float half_height = size / root / 2;
        put(center_x - half_width);
        put(center_y - half_height);
        put(center_x + half_width);
        put(center_y + half_height);
      };
      for (const float size : sizes) put_box(size, ratios[0]);
      for (size_t i = 1; i < ratios.size(); ++i) put_box(sizes[0], ratios[i]);
    }
  }
}

}  // namespace

OpSchema MultiBoxPriorSchema() {
  return {.name = "MultiBoxPrior",
          .opset = "moir",
          .inputs = {"data"},
          .attributes = {{"sizes", std::vector<double>{1}},
                         {"ratios", std::vector<double>{1}},
                         {"steps", std::vector<double>{-1, -1}},
                         {"offsets", std::vector<double>{0.5, 0.5}},
                         {"clip", false}},
          .infer = Infer,
          .evaluate =
              [](EvalContext& op) {
                if (op.Output().Type() == ElementType::kF64) {
                  MakeBoxes<double>(op);
                } else {
                  MakeBoxes<float>(op);
                }
              },
          .reads_shape_only = true};
}

}  // namespace moir::graph
