// Means over the moved cells of regions (deformable_region_pooling.cpp), for some of the regions.
#pragma once

#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {

template <typename T>
class DeformableRegionPool {
 public:
  // trans: the shape of the offsets, null without.
  DeformableRegionPool(const Node& node, const Shape& data, const Shape& out, const Shape* trans)
      : data_(data),
        out_(out),
        group_(node.Attr<int64_t>("group_size")),
        part_(node.Attr<int64_t>("part_size")),
        samples_(node.Attr<int64_t>("sample_per_part")),
        scale_(static_cast<T>(static_cast<float>(node.Attr<double>("spatial_scale")))),
        trans_std_(static_cast<T>(static_cast<float>(node.Attr<double>("trans_std")))),
        classes_(trans ? (*trans)[1] / 2 : 1) {}

  // Regions [begin, end); regions of pictures that do not exist are left as they are, zero.
  void Run(const T* src, const T* rois, const T* trans, T* dst, int64_t begin, int64_t end) const {
    const int64_t pooled = out_[2], values = out_[1] * pooled * pooled;
    for (int64_t r = begin; r < end; ++r) {
      const T* roi = rois + r * 5;
      const auto picture = ConvertElement<int64_t, T>(roi[0]);
      if (picture < 0 || picture >= data_[0]) continue;
      const Extent across(roi[1], roi[3], scale_, pooled), down(roi[2], roi[4], scale_, pooled);
      for (int64_t i = 0; i < values; ++i) {
        const int64_t px = i % pooled, py = i / pooled % pooled, o = i / pooled / pooled;
        T left = static_cast<T>(px) * across.cell + across.start, top = static_cast<T>(py) * down.cell + down.start;
        if (trans) {
          const int64_t offsets = (r * classes_ + o / (out_[1] / classes_)) * 2 * part_;
          const T* offset = trans + (offsets + PartOf(py)) * part_ + PartOf(px);
          left += offset[0] * trans_std_ * across.size;
          top += offset[part_ * part_] * trans_std_ * down.size;
        }
        const int64_t channel = (o * group_ + GroupOf(py)) * group_ + GroupOf(px);
        dst[r * values + i] = Mean(src + (picture * data_[1] + channel) * data_[2] * data_[3], left, top,
                                   across.cell / static_cast<T>(samples_), down.cell / static_cast<T>(samples_));
      }
    }
  }

 private:
  // A region along one axis.
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

  // Where cell p of the result lies in the grid of the offsets, and in that of the channels.
  int64_t PartOf(int64_t p) const {
    return static_cast<int64_t>(std::floor(static_cast<T>(p) / static_cast<T>(out_[2]) * static_cast<T>(part_)));
  }
  int64_t GroupOf(int64_t p) const {
    const T at = std::floor(static_cast<T>(p) * static_cast<T>(group_) / static_cast<T>(out_[2]));
    return std::clamp<int64_t>(static_cast<int64_t>(at), 0, group_ - 1);
  }

  static T Sample(const T* plane, T x, T y, int64_t width) {
    const auto left = static_cast<int64_t>(std::floor(x)), right = static_cast<int64_t>(std::ceil(x)),
               top = static_cast<int64_t>(std::floor(y)), bottom = static_cast<int64_t>(std::ceil(y));
    const T dx = x - static_cast<T>(left), dy = y - static_cast<T>(top);
    return (1 - dx) * (1 - dy) * plane[top * width + left] + (1 - dx) * dy * plane[bottom * width + left] +
           dx * (1 - dy) * plane[top * width + right] + dx * dy * plane[bottom * width + right];
  }

  T Mean(const T* plane, T left, T top, T step_x, T step_y) const {
    const int64_t height = data_[2], width = data_[3];
    T sum = 0;
    int64_t count = 0;
    for (int64_t iy = 0; iy < samples_; ++iy) {
      for (int64_t ix = 0; ix < samples_; ++ix) {
        const T x = left + static_cast<T>(ix) * step_x, y = top + static_cast<T>(iy) * step_y;
        if (!(x >= T(-0.5)) || !(x <= static_cast<T>(width) - T(0.5)) || !(y >= T(-0.5)) ||
            !(y <= static_cast<T>(height) - T(0.5)))
          continue;
        sum += Sample(plane, std::clamp(x, T(0), static_cast<T>(width - 1)),
                      std::clamp(y, T(0), static_cast<T>(height - 1)), width);
        ++count;
      }
    }
    return count == 0 ? T(0) : sum / static_cast<T>(count);
  }

  Shape data_, out_;
  int64_t group_, part_, samples_;
  T scale_, trans_std_;
  int64_t classes_;
};

}  // namespace moir::graph
