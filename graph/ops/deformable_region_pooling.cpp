// DeformableRegionPooling: means of samples in each cell of a grid laid over regions of a feature map, every cell moved
// by an offset of its own, as MXNet's _contrib_DeformablePSROIPooling. (OpenVINO's DeformablePSROIPooling has no grid
// other than that of the channels.)
// in 0: data [N, C, H, W], C >= output_dim * group_size^2, channel (o * group_size + y) * group_size + x.  in 1: rois
// [R, 5], rows (picture, xmin, ymin, xmax, ymax) in coordinates of the picture.  in 2 (optional): trans [R, 2 * K,
// part_size, part_size], offsets (x, y) for each of K classes, which share the output channels evenly, times trans_std
// in units of the region.  out 0: [R, output_dim, pooled_size, pooled_size]. The region reaches from round(xmin) *
// spatial_scale - 0.5 to (round(xmax) + 1) * spatial_scale - 0.5, over 0.1 elements at least. A cell is sampled at
// sample_per_part^2 points; the mean is over those that lie within half an element of the data, 0 when there are none.
// A region of a picture that does not exist gives 0.
#include <cmath>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Shape& rois = op.InputShape(1);
  const int64_t out = op.Attr<int64_t>("output_dim"), group = op.Attr<int64_t>("group_size"),
                pooled = op.Attr<int64_t>("pooled_size"), part = op.Attr<int64_t>("part_size"),
                samples = op.Attr<int64_t>("sample_per_part");
  op.Require(out > 0 && group > 0 && pooled > 0 && part > 0 && samples > 0 && samples <= 4096,
             "output_dim, group_size, pooled_size, part_size and sample_per_part",
             StrCat(out, ", ", group, ", ", pooled, ", ", part, " and ", samples), "positive numbers");
  op.Require(data.Rank() == 4 && data[1] >= Shape{out, group, group}.NumElements() && data[2] > 0 && data[3] > 0,
             "shape of data", data, StrCat("[N,C,H,W] with C from ", out, " * ", group, " * ", group));
  op.Require(rois.Rank() == 2 && rois[1] == 5, "shape of rois", rois, "[R,5]");
  if (op.InputCount() > 2) {
    const Shape& trans = op.InputShape(2);
    op.RequireSameType(0, 2);
    op.Require(trans.Rank() == 4 && trans[0] == rois[0] && trans[1] > 0 && trans[1] % 2 == 0 &&
                   out % (trans[1] / 2) == 0 && trans[2] == part && trans[3] == part,
               "shape of trans", trans, StrCat("[", rois[0], ",2 * K,", part, ",", part, "], K a divisor of ", out));
  }
  op.SetOutput(0, Shape{rois[0], out, pooled, pooled});
}

template <typename T>
T Sample(const T* plane, T x, T y, int64_t width) {
  const auto left = static_cast<int64_t>(std::floor(x)), right = static_cast<int64_t>(std::ceil(x)),
             top = static_cast<int64_t>(std::floor(y)), bottom = static_cast<int64_t>(std::ceil(y));
  const T dx = x - static_cast<T>(left), dy = y - static_cast<T>(top);
  return (1 - dx) * (1 - dy) * plane[top * width + left] + (1 - dx) * dy * plane[bottom * width + left] +
         dx * (1 - dy) * plane[top * width + right] + dx * dy * plane[bottom * width + right];
}

// A region along one axis.
template <typename T>
struct Extent {
  Extent(T low, T high, T scale, int64_t cells)
      : start(static_cast<T>(static_cast<double>(std::round(low) * scale) - 0.5)),
        size(std::max(
            static_cast<T>(static_cast<double>(static_cast<T>(static_cast<double>(std::round(high)) + 1.) * scale) -
                           0.5) -
                start,
            static_cast<T>(0.1))),
        cell(size / static_cast<T>(cells)) {}
  T start, size, cell;
};

template <typename T>
void Pool(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const int64_t height = data[2], width = data[3], pooled = out[2];
  const int64_t group = op.Attr<int64_t>("group_size"), part = op.Attr<int64_t>("part_size"),
                samples = op.Attr<int64_t>("sample_per_part");
  const auto scale = static_cast<T>(static_cast<float>(op.Attr<double>("spatial_scale")));
  const auto trans_std = static_cast<T>(static_cast<float>(op.Attr<double>("trans_std")));
  const T* trans = op.InputCount() > 2 ? op.Input(2).Values<T>().data() : nullptr;
  const int64_t classes = trans ? op.Input(2).Shape()[1] / 2 : 1, channels_per_class = out[1] / classes;
  // Where cell p of the grid lies in a grid of `cells` cells.
  const auto within = [pooled](int64_t p, int64_t cells) {
    return static_cast<int64_t>(std::floor(static_cast<T>(p) / static_cast<T>(pooled) * static_cast<T>(cells)));
  };
  const auto channel_cell = [&](int64_t p) {
    return std::clamp<int64_t>(
        static_cast<int64_t>(std::floor(static_cast<T>(p) * static_cast<T>(group) / static_cast<T>(pooled))), 0,
        group - 1);
  };
  T* dst = op.Output().MutableValues<T>().data();
  for (int64_t r = 0; r < out[0]; ++r, dst += out[1] * pooled * pooled) {
    const T* roi = op.Input(1).Values<T>().data() + r * 5;
    const auto picture = ConvertElement<int64_t, T>(roi[0]);
    if (picture < 0 || picture >= data[0]) continue;
    const Extent<T> across(roi[1], roi[3], scale, pooled), down(roi[2], roi[4], scale, pooled);
    const T sub_h = down.cell / static_cast<T>(samples), sub_w = across.cell / static_cast<T>(samples);
    for (int64_t i = 0; i < out[1] * pooled * pooled; ++i) {
      const int64_t px = i % pooled, py = i / pooled % pooled, o = i / pooled / pooled;
      T left = static_cast<T>(px) * across.cell + across.start, top = static_cast<T>(py) * down.cell + down.start;
      if (trans) {
        const T* offset =
            trans + (((r * classes + o / channels_per_class) * 2 * part + within(py, part)) * part + within(px, part));
        left += offset[0] * trans_std * across.size;
        top += offset[part * part] * trans_std * down.size;
      }
      const T* plane = op.Input(0).Values<T>().data() +
                       (picture * data[1] + (o * group + channel_cell(py)) * group + channel_cell(px)) * height * width;
      T sum = 0;
      int64_t count = 0;
      for (int64_t iy = 0; iy < samples; ++iy) {
        for (int64_t ix = 0; ix < samples; ++ix) {
          const T x = left + static_cast<T>(ix) * sub_w, y = top + static_cast<T>(iy) * sub_h;
          if (!(x >= T(-0.5)) || !(x <= static_cast<T>(width) - T(0.5)) || !(y >= T(-0.5)) ||
              !(y <= static_cast<T>(height) - T(0.5)))
            continue;
          sum += Sample(plane, std::clamp(x, T(0), static_cast<T>(width - 1)),
                        std::clamp(y, T(0), static_cast<T>(height - 1)), width);
          ++count;
        }
      }
      dst[i] = count == 0 ? T(0) : sum / static_cast<T>(count);
    }
  }
}

}  // namespace

OpSchema DeformableRegionPoolingSchema() {
  return {.name = "DeformableRegionPooling",
          .opset = "moir",
          .inputs = {"data", "rois", OptionalInput("trans")},
          .attributes = {RequiredAttribute<int64_t>("output_dim"),
                         RequiredAttribute<int64_t>("group_size"),
                         RequiredAttribute<int64_t>("pooled_size"),
                         RequiredAttribute<int64_t>("part_size"),
                         {"sample_per_part", int64_t{1}},
                         RequiredAttribute<double>("spatial_scale"),
                         {"trans_std", 0.0}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Pool<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
