// The loops of depthwise convolutions, included by loops.inc.h.

// Pixels of a row of the result and what they see.
struct DepthwisePart {
  const float* from;       // the first element of the filter for the first pixel, maybe beside the source
  int64_t column;          // of that in the source
  int64_t y_begin, y_end;  // rows of the filter that lie in the source
};

// kPixels pixels. kBeside: some of them see columns beside the source. kWidth, kStride: of the filter, along rows; 0:
// any.
template <int kPixels, bool kBeside, int kWidth, int kStride>
void DepthwisePixels(const DepthwiseArguments& a, const DepthwisePart& part, float* to) {
  constexpr int kLanes = Vec::kLanes;
  alignas(64) static constexpr float kZeros[kLanes] = {};
  const auto load = [&](const float* row, int64_t column) {
    const bool seen = !kBeside || static_cast<uint64_t>(part.column + column) < static_cast<uint64_t>(a.width);
    return Vec::Load(seen ? row + column * kLanes : kZeros);
  };
  const Reg bias = Vec::Load(a.bias);
  Reg sum[kPixels];
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) sum[p] = bias;
  for (int64_t y = part.y_begin; y < part.y_end; ++y) {
    const float* row = part.from + y * a.width * kLanes;
    if constexpr (kWidth > 0) {
      // Each column is loaded once for all the pixels that see it.
      const float* weights = a.weights + y * kWidth * kLanes;
      Reg w[kWidth];
#pragma GCC unroll 8
      for (int x = 0; x < kWidth; ++x) w[x] = Vec::Load(weights + x * kLanes);
#pragma GCC unroll 32
      for (int column = 0; column < (kPixels - 1) * kStride + kWidth; ++column) {
        const Reg value = load(row, column);
#pragma GCC unroll 8
        for (int x = 0; x < kWidth; ++x) {
          const int p = (column - x) / kStride;
          if (column >= x && (column - x) % kStride == 0 && p < kPixels) sum[p] = Vec::MulAdd(w[x], value, sum[p]);
        }
      }
    } else {
      for (int64_t x = 0; x < a.kernel_x; ++x) {
        const Reg w = Vec::Load(a.weights + (y * a.kernel_x + x) * kLanes);
#pragma GCC unroll 8
        for (int p = 0; p < kPixels; ++p) sum[p] = Vec::MulAdd(w, load(row, x + p * a.stride_x), sum[p]);
      }
    }
  }
  const Reg slope = a.slopes ? Vec::Load(a.slopes) : Vec::Set(a.finish.low);
  FinishAll(sum, a.finish, slope);
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) Vec::Store(to + p * kLanes, sum[p]);
}

template <int kWidth, int kStride>
void DepthwiseOf(const DepthwiseArguments& a) {
  constexpr int kLanes = Vec::kLanes;
  float* to = a.v;
  int64_t x = a.first % a.out_width, y = a.first / a.out_width;
  for (int64_t left = a.count; left > 0;) {
    // A row of the result, or what there is of it.
    const int64_t length = left < a.out_width - x ? left : a.out_width - x;
    const int64_t top = y * a.stride_y - a.pad_top;
    DepthwisePart part{};
    part.y_begin = top < 0 ? -top : 0;
    part.y_end = top + a.kernel_y > a.height ? a.height - top : a.kernel_y;
    // A few pixels alone would wait for their own sums: the last ones are computed with some that are done already.
    const int64_t pixels = length >= 8 ? 8 : length >= 4 ? 4 : 1;
    for (int64_t done = 0; done < length; done += pixels) {
      if (done + pixels > length) done = length - pixels;
      part.column = (x + done) * a.stride_x - a.pad_left;
      part.from = a.plane + (top * a.width + part.column) * kLanes;
      const bool inside = part.column >= 0 && part.column + (pixels - 1) * a.stride_x + a.kernel_x <= a.width;
      float* const at = to + done * kLanes;
      if (pixels == 8 && inside) DepthwisePixels<8, false, kWidth, kStride>(a, part, at);
      else if (pixels == 8) DepthwisePixels<8, true, kWidth, kStride>(a, part, at);
      else if (pixels == 4) DepthwisePixels<4, true, kWidth, kStride>(a, part, at);
      else DepthwisePixels<1, true, kWidth, kStride>(a, part, at);
    }
    to += length * kLanes;
    left -= length;
    x = 0;
    ++y;
  }
}

inline void Depthwise(const DepthwiseArguments& a) {
  if (a.kernel_x == 3 && a.stride_x == 1) return DepthwiseOf<3, 1>(a);
  if (a.kernel_x == 3 && a.stride_x == 2) return DepthwiseOf<3, 2>(a);
  if (a.kernel_x == 5 && a.stride_x == 1) return DepthwiseOf<5, 1>(a);
  if (a.kernel_x == 5 && a.stride_x == 2) return DepthwiseOf<5, 2>(a);
  DepthwiseOf<0, 0>(a);
}
