// The loops of poolings, included by loops.inc.h.

// kPixels neighbours of a row of the result, by the rows [y_begin, y_end) and columns [x_begin, x_end) of the window,
// whose first element lies at `from` for the first pixel.
template <bool kMax, int kPixels>
void PoolPixels(const PoolArguments& a, const float* from, int64_t y_begin, int64_t y_end, int64_t x_begin,
                int64_t x_end, float* to) {
  constexpr int kLanes = Vec::kLanes;
  const int64_t step = a.stride_x * kLanes;
  // NaN is never larger, so an element that is NaN leaves the maximum as it is.
  const Reg start = Vec::Set(kMax ? -__FLT_MAX__ : 0.0f);
  Reg result[kPixels];
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) result[p] = start;
  for (int64_t y = y_begin; y < y_end; ++y) {
    for (int64_t x = x_begin; x < x_end; ++x) {
      const float* source = from + (y * a.width + x) * kLanes;
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        const Reg value = Vec::Load(source + p * step);
        result[p] = kMax ? Vec::Max(result[p], value) : Vec::Add(result[p], value);
      }
    }
  }
  const int64_t elements = a.count_pads ? a.kernel_y * a.kernel_x : (y_end - y_begin) * (x_end - x_begin);
  const Reg divisor = Vec::Set(static_cast<float>(elements));
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) Vec::Store(to + p * kLanes, kMax ? result[p] : Vec::Div(result[p], divisor));
}

// The part [begin, end) of a window's `size` elements, from `first` on, that lies in [0, extent).
struct PoolRange {
  int64_t begin, end;
};
inline PoolRange PoolInside(int64_t first, int64_t size, int64_t extent) {
  return {first < 0 ? -first : 0, extent - first < size ? extent - first : size};
}

template <bool kMax>
void Pool(const PoolArguments& a) {
  constexpr int kLanes = Vec::kLanes;
  constexpr int kPixels = 8;
  float* to = a.result;
  for (int64_t y = a.first; y < a.first + a.count; ++y) {
    const int64_t top = y * a.stride_y - a.pad_top;
    const PoolRange rows = PoolInside(top, a.kernel_y, a.height);
    for (int64_t x = 0; x < a.out_width;) {
      const int64_t left = x * a.stride_x - a.pad_left;
      // As many pixels as see the whole width of the window.
      int64_t inside = left < 0 || left + a.kernel_x > a.width ? 0 : (a.width - a.kernel_x - left) / a.stride_x + 1;
      if (inside > a.out_width - x) inside = a.out_width - x;
      const float* from = a.plane + (top * a.width + left) * kLanes;
      if (inside >= kPixels) {
        PoolPixels<kMax, kPixels>(a, from, rows.begin, rows.end, 0, a.kernel_x, to);
        x += kPixels, to += kPixels * kLanes;
      } else if (inside >= kPixels / 2) {
        PoolPixels<kMax, kPixels / 2>(a, from, rows.begin, rows.end, 0, a.kernel_x, to);
        x += kPixels / 2, to += kPixels / 2 * kLanes;
      } else {
        const PoolRange columns = PoolInside(left, a.kernel_x, a.width);
        PoolPixels<kMax, 1>(a, from, rows.begin, rows.end, columns.begin, columns.end, to);
        ++x, to += kLanes;
      }
    }
  }
}
