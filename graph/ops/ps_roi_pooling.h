// Means over the cells of regions (ps_roi_pooling.cpp), for some of the regions.
#pragma once

#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {

template <typename T>
struct PositionSensitivePool {
  Shape data, out;
  T scale;

  // Regions [begin, end); cells without elements and regions of pictures that do not exist are left as they are, zero.
  void Run(const T* src, const T* rois, T* dst, int64_t begin, int64_t end) const {
    const int64_t cells = out[2] * out[3];
    for (int64_t r = begin; r < end; ++r) {
      const T* roi = rois + r * 5;
      const auto picture = ConvertElement<int64_t, T>(roi[0]);
      if (picture < 0 || picture >= data[0]) continue;
      for (int64_t cell = 0; cell < cells; ++cell) {
        const Interval y = Part(roi[2], roi[4], cell / out[3], out[2], data[2]),
                       x = Part(roi[1], roi[3], cell % out[3], out[3], data[3]);
        if (y.begin >= y.end || x.begin >= x.end) continue;
        for (int64_t i = cell; i < out[1] * cells; i += cells) {
          const T* plane = src + (picture * data[1] + i) * data[2] * data[3];
          T sum = 0;
          for (int64_t h = y.begin; h < y.end; ++h) {
            for (int64_t w = x.begin; w < x.end; ++w) sum += plane[h * data[3] + w];
          }
          dst[r * out[1] * cells + i] = sum / static_cast<T>((y.end - y.begin) * (x.end - x.begin));
        }
      }
    }
  }

 private:
  struct Interval {
    int64_t begin, end;
  };
  // Part p of `count` of a side of a region, within an axis of `size` elements.
  Interval Part(T low, T high, int64_t p, int64_t count, int64_t size) const {
    const T start = std::round(low) * scale;
    const T end = static_cast<T>(static_cast<double>(std::round(high)) + 1.) * scale;
    const T step = std::max(end - start, static_cast<T>(0.1)) / static_cast<T>(count);
    const auto clamp = [size](T x) { return std::clamp<int64_t>(ConvertElement<int64_t, T>(x), 0, size); };
    return {clamp(std::floor(static_cast<T>(p) * step + start)),
            clamp(std::ceil(static_cast<T>(p + 1) * step + start))};
  }
};

}  // namespace moir::graph
