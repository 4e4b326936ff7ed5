// Bilinear sampling of regions of a feature map on a regular grid: what the ROIAlign operators share.
#pragma once

#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {

// Four neighbours of a point in a plane and their weights; all weights are zero for points outside.
template <typename T>
struct BilinearTap {
  int64_t at[4] = {0, 0, 0, 0};
  T weights[4] = {0, 0, 0, 0};
};

// Points up to one element outside count as lying on the border.
template <typename T>
BilinearTap<T> MakeBilinearTap(T y, T x, int64_t height, int64_t width) {
  BilinearTap<T> tap;
  if (!(y >= -1) || !(y <= static_cast<T>(height)) || !(x >= -1) || !(x <= static_cast<T>(width))) return tap;
  y = std::max(y, T(0));
  x = std::max(x, T(0));
  auto top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  int64_t bottom = top + 1, right = left + 1;
  if (top >= height - 1) y = static_cast<T>(bottom = top = height - 1);
  if (left >= width - 1) x = static_cast<T>(right = left = width - 1);
  const T low_y = y - static_cast<T>(top), low_x = x - static_cast<T>(left), high_y = T(1) - low_y,
          high_x = T(1) - low_x;
  tap.at[0] = top * width + left;
  tap.at[1] = top * width + right;
  tap.at[2] = bottom * width + left;
  tap.at[3] = bottom * width + right;
  tap.weights[0] = high_y * high_x;
  tap.weights[1] = high_y * low_x;
  tap.weights[2] = low_y * high_x;
  tap.weights[3] = low_y * low_x;
  return tap;
}

// A region of a picture, its corner before rotation by (sine, cosine) and shift.
template <typename T>
struct SampledRegion {
  T start_y, start_x, height, width;
  T sine = 0, cosine = 1, shift_y = 0, shift_x = 0;
};

// Samples per cell along an axis: `ratio`, or as many as there are elements when it is not positive. At most 2^12, so
// that regions of absurd size end.
template <typename T>
int64_t SamplesPerCell(int64_t ratio, T size, int64_t pooled) {
  if (ratio > 0) return ratio;
  return std::clamp<int64_t>(ConvertElement<int64_t, T>(std::ceil(size / static_cast<T>(pooled))), 0, int64_t{1} << 12);
}

// The samples of the cells of a region.
template <typename T>
class RegionSampler {
 public:
  RegionSampler(const SampledRegion<T>& region, int64_t pooled_h, int64_t pooled_w, int64_t ratio, int64_t height,
                int64_t width)
      : region_(region),
        pooled_w_(pooled_w),
        height_(height),
        width_(width),
        samples_y_(SamplesPerCell(ratio, region.height, pooled_h)),
        samples_x_(SamplesPerCell(ratio, region.width, pooled_w)),
        cell_h_(region.height / static_cast<T>(pooled_h)),
        cell_w_(region.width / static_cast<T>(pooled_w)) {}

  int64_t PerCell() const { return samples_y_ * samples_x_; }

  // visit(tap) for every sample of a cell.
  template <typename F>
  void ForEach(int64_t cell, const F& visit) const {
    for (int64_t iy = 0; iy < samples_y_; ++iy) {
      const T y = Position(region_.start_y, cell_h_, cell / pooled_w_, iy, samples_y_);
      for (int64_t ix = 0; ix < samples_x_; ++ix) {
        const T x = Position(region_.start_x, cell_w_, cell % pooled_w_, ix, samples_x_);
        visit(MakeBilinearTap(y * region_.cosine - x * region_.sine + region_.shift_y,
                              x * region_.cosine + y * region_.sine + region_.shift_x, height_, width_));
      }
    }
  }

 private:
  static T Position(T start, T cell_size, int64_t cell, int64_t sample, int64_t samples) {
    return start + static_cast<T>(cell) * cell_size +
           static_cast<T>(static_cast<float>(sample) + .5f) * cell_size / static_cast<T>(samples);
  }

  SampledRegion<T> region_;
  int64_t pooled_w_, height_, width_, samples_y_, samples_x_;
  T cell_h_, cell_w_;
};

// dst[c * channel_stride] = the mean over the samples of a cell in plane c of `planes`, 0 when there are none.
template <typename T>
void SampleCell(const RegionSampler<T>& sampler, int64_t cell, const T* planes, int64_t plane_stride, int64_t channels,
                T* dst, int64_t channel_stride) {
  sampler.ForEach(cell, [&](const BilinearTap<T>& tap) {
    for (int64_t c = 0; c < channels; ++c) {
      const T* plane = planes + c * plane_stride;
      dst[c * channel_stride] += tap.weights[0] * plane[tap.at[0]] + tap.weights[1] * plane[tap.at[1]] +
                                 tap.weights[2] * plane[tap.at[2]] + tap.weights[3] * plane[tap.at[3]];
    }
  });
  for (int64_t c = 0; c < channels && sampler.PerCell() > 0; ++c)
    dst[c * channel_stride] /= static_cast<T>(sampler.PerCell());
}

// How a region's corners c become coordinates of the feature map.
enum class RegionAlignment {
  kAsymmetric,      // c * scale, and regions are at least one element wide
  kHalfPixelForNn,  // c * scale - 0.5
  kHalfPixel        // (c + 0.5) * scale - 0.5
};

inline RegionAlignment ParseRegionAlignment(std::string_view aligned_mode) {
  return aligned_mode == "asymmetric"   ? RegionAlignment::kAsymmetric
         : aligned_mode == "half_pixel" ? RegionAlignment::kHalfPixel
                                        : RegionAlignment::kHalfPixelForNn;
}

template <typename T>
SampledRegion<T> RegionOfCorners(const T* corners, float scale, RegionAlignment alignment) {
  const bool asymmetric = alignment == RegionAlignment::kAsymmetric;
  const T before = alignment == RegionAlignment::kHalfPixel ? T(0.5) : T(0), offset = asymmetric ? T(0) : T(0.5),
          factor = static_cast<T>(scale);
  const T x = (corners[0] + before) * factor - offset, y = (corners[1] + before) * factor - offset;
  T width = (corners[2] + before) * factor - offset - x, height = (corners[3] + before) * factor - offset - y;
  if (asymmetric) {
    width = std::max(width, T(1));
    height = std::max(height, T(1));
  }
  return {y, x, height, width};
}

// The region of RROIAlign's roi (picture, center x, center y, width, height, degrees).
template <typename T>
SampledRegion<T> RotatedRegion(const T* roi, float scale) {
  const T factor = static_cast<T>(scale);
  const T width = std::max(roi[3] * factor, T(1)), height = std::max(roi[4] * factor, T(1));
  const auto angle = static_cast<T>(roi[5] * 3.14159265358979323846 / 180.0);
  return {-height / 2, -width / 2, height, width, std::sin(angle), std::cos(angle), roi[2] * factor, roi[1] * factor};
}

// data [N, C, H, W] and pooled sizes of an operator with attributes pooled_h and pooled_w.
inline void RequireRegionData(InferContext& op) {
  const Shape& data = op.InputShape(0);
  op.Require(IsFloat(op.InputType(0)), "element type of input 0", op.InputType(0), "f16, bf16, f32 or f64");
  op.RequireSameType(0, 1);
  op.Require(data.Rank() == 4, "shape of data", data, "[N,C,H,W]");
  const int64_t height = op.Attr<int64_t>("pooled_h"), width = op.Attr<int64_t>("pooled_w");
  op.Require(height > 0 && width > 0, "pooled_h and pooled_w", StrCat(height, " x ", width), "positive sizes");
  // The number of samples times their number per cell stays far below what overflows.
  op.Require(op.Attr<int64_t>("sampling_ratio") <= int64_t{1} << 12, "sampling_ratio",
             op.Attr<int64_t>("sampling_ratio"), "at most 4096");
}

}  // namespace moir::graph
