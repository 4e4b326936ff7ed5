// Included by loops_avx512.cpp, loops_bf16.cpp and loops_avx2.cpp, each with its own `Vec` (the vector's operations)
// and `kMaxRows`.
//
// Transforms: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks": a row of tile + 2 numbers is taken
// for a polynomial and evaluated at the points 0, p and -p for each p of TilePoints, and infinity. Each transform is
// applied to the columns, then to the rows.

using Reg = Vec::Reg;

// A block of channels in memory, Order::kBlocked: f32. `Last...` of loops_bf16.cpp are the others.
struct BlockedF32 {
  using Element = float;
  explicit BlockedF32(const Block&) {}
  static constexpr int64_t PixelStride() { return Vec::kLanes; }
  static Reg Load(const float* p) { return Vec::Load(p); }
  static void Store(float* p, Reg x) { Vec::Store(p, x); }
};

// d -> t, by B^T: row p is the polynomial of all points but p.
inline void InputPoints(const Reg (&d)[4], Reg (&t)[4]) {
  t[0] = Vec::Sub(d[2], d[0]);
  t[1] = Vec::Add(d[2], d[1]);
  t[2] = Vec::Sub(d[2], d[1]);
  t[3] = Vec::Sub(d[3], d[1]);
}

inline void InputPoints(const Reg (&d)[6], Reg (&t)[6]) {
  constexpr float a = TilePoints<4>::kPoints[0], b = TilePoints<4>::kPoints[1];
  const Reg a2 = Vec::Set(a * a), b2 = Vec::Set(b * b), sum = Vec::Set(a * a + b * b),
            product = Vec::Set(a * a * b * b);
  t[0] = Vec::MulAdd(product, d[0], Vec::NegMulAdd(sum, d[2], d[4]));
  const Reg even_a = Vec::NegMulAdd(b2, d[2], d[4]), odd_a = Vec::NegMulAdd(b2, d[1], d[3]);
  t[1] = Vec::MulAdd(Vec::Set(a), odd_a, even_a);
  t[2] = Vec::NegMulAdd(Vec::Set(a), odd_a, even_a);
  const Reg even_b = Vec::NegMulAdd(a2, d[2], d[4]), odd_b = Vec::NegMulAdd(a2, d[1], d[3]);
  t[3] = Vec::MulAdd(Vec::Set(b), odd_b, even_b);
  t[4] = Vec::NegMulAdd(Vec::Set(b), odd_b, even_b);
  t[5] = Vec::MulAdd(product, d[1], Vec::NegMulAdd(sum, d[3], d[5]));
}

// The polynomial of all points but p and -p, at p and at -p.
inline void InputPair(const Reg (&d)[8], float p, float q, float r, Reg& positive, Reg& negative) {
  const Reg sum = Vec::Set(q * q + r * r), product = Vec::Set(q * q * r * r), point = Vec::Set(p);
  const Reg even = Vec::MulAdd(product, d[2], Vec::NegMulAdd(sum, d[4], d[6]));
  const Reg odd = Vec::MulAdd(product, d[1], Vec::NegMulAdd(sum, d[3], d[5]));
  positive = Vec::MulAdd(point, odd, even);
  negative = Vec::NegMulAdd(point, odd, even);
}

inline void InputPoints(const Reg (&d)[8], Reg (&t)[8]) {
  constexpr float a = TilePoints<6>::kPoints[0], b = TilePoints<6>::kPoints[1], c = TilePoints<6>::kPoints[2];
  constexpr float a2 = a * a, b2 = b * b, c2 = c * c;
  const Reg e1 = Vec::Set(a2 + b2 + c2), e2 = Vec::Set(a2 * b2 + a2 * c2 + b2 * c2), e3 = Vec::Set(a2 * b2 * c2);
  t[0] = Vec::NegMulAdd(e3, d[0], Vec::MulAdd(e2, d[2], Vec::NegMulAdd(e1, d[4], d[6])));
  InputPair(d, a, b, c, t[1], t[2]);
  InputPair(d, b, a, c, t[3], t[4]);
  InputPair(d, c, a, b, t[5], t[6]);
  t[7] = Vec::NegMulAdd(e3, d[1], Vec::MulAdd(e2, d[3], Vec::NegMulAdd(e1, d[5], d[7])));
}

// m -> y, by A^T: y[i] is the sum of m at each point times the point's i-th power.
inline void OutputPoints(const Reg (&m)[4], Reg (&y)[2]) {
  y[0] = Vec::Add(Vec::Add(m[0], m[1]), m[2]);
  y[1] = Vec::Add(Vec::Sub(m[1], m[2]), m[3]);
}

inline void OutputPoints(const Reg (&m)[6], Reg (&y)[4]) {
  constexpr float a = TilePoints<4>::kPoints[0], b = TilePoints<4>::kPoints[1];
  const Reg even_a = Vec::Add(m[1], m[2]), odd_a = Vec::Sub(m[1], m[2]);
  const Reg even_b = Vec::Add(m[3], m[4]), odd_b = Vec::Sub(m[3], m[4]);
  y[0] = Vec::Add(Vec::Add(m[0], even_a), even_b);
  y[1] = Vec::MulAdd(Vec::Set(b), odd_b, Vec::Mul(Vec::Set(a), odd_a));
  y[2] = Vec::MulAdd(Vec::Set(b * b), even_b, Vec::Mul(Vec::Set(a * a), even_a));
  y[3] = Vec::MulAdd(Vec::Set(b * b * b), odd_b, Vec::MulAdd(Vec::Set(a * a * a), odd_a, m[5]));
}

// p * x + q * y + z
inline Reg Sum(float p, Reg x, float q, Reg y, Reg z) {
  return Vec::MulAdd(Vec::Set(p), x, Vec::MulAdd(Vec::Set(q), y, z));
}

inline void OutputPoints(const Reg (&m)[8], Reg (&y)[6]) {
  constexpr float a = TilePoints<6>::kPoints[0], b = TilePoints<6>::kPoints[1], c = TilePoints<6>::kPoints[2];
  constexpr float a2 = a * a, b2 = b * b, c2 = c * c;
  const Reg even_a = Vec::Add(m[1], m[2]), odd_a = Vec::Sub(m[1], m[2]);
  const Reg even_b = Vec::Add(m[3], m[4]), odd_b = Vec::Sub(m[3], m[4]);
  const Reg even_c = Vec::Add(m[5], m[6]), odd_c = Vec::Sub(m[5], m[6]);
  y[0] = Vec::Add(Vec::Add(m[0], even_a), Vec::Add(even_b, even_c));
  y[1] = Sum(c, odd_c, b, odd_b, Vec::Mul(Vec::Set(a), odd_a));
  y[2] = Sum(c2, even_c, b2, even_b, Vec::Mul(Vec::Set(a2), even_a));
  y[3] = Sum(c2 * c, odd_c, b2 * b, odd_b, Vec::Mul(Vec::Set(a2 * a), odd_a));
  y[4] = Sum(c2 * c2, even_c, b2 * b2, even_b, Vec::Mul(Vec::Set(a2 * a2), even_a));
  y[5] = Sum(c2 * c2 * c, odd_c, b2 * b2 * b, odd_b, Vec::MulAdd(Vec::Set(a2 * a2 * a), odd_a, m[7]));
}

// The columns of a tile of the source, transformed.
template <int kPoints, typename Source>
inline void InputColumns(const Source& source, const typename Source::Element* from, int64_t row_stride,
                         int64_t pixel_stride, float* columns) {
  constexpr int kLanes = Vec::kLanes;
  for (int c = 0; c < kPoints; ++c) {
    Reg d[kPoints], t[kPoints];
#pragma GCC unroll 8
    for (int r = 0; r < kPoints; ++r) d[r] = source.Load(from + r * row_stride + c * pixel_stride);
    InputPoints(d, t);
#pragma GCC unroll 8
    for (int r = 0; r < kPoints; ++r) Vec::Store(columns + (r * kPoints + c) * kLanes, t[r]);
  }
}

template <typename Source, int kSize>
void TransformInput(const InputArguments& a) {
  constexpr int kPoints = kSize + 2;
  constexpr int kLanes = Vec::kLanes;
  const Tiling& g = a.tiling;
  const Source source(a.block);
  const int64_t pixel = source.PixelStride();
  int64_t x = a.first % g.tiles_x, y = a.first / g.tiles_x % g.tiles_y, image = a.first / g.tiles_x / g.tiles_y;
  for (int64_t i = 0; i < a.count; ++i) {
    const int64_t top = y * kSize - a.pad_top, left = x * kSize - a.pad_left;
    const auto* from = static_cast<const typename Source::Element*>(a.plane) + image * g.image_stride;
    alignas(64) float columns[kPoints * kPoints * kLanes];
    if (top < 0 || left < 0 || top + kPoints > g.height || left + kPoints > g.width) {
      alignas(64) float border[kPoints * kPoints * kLanes];
      for (int64_t r = 0; r < kPoints; ++r) {
        for (int64_t c = 0; c < kPoints; ++c) {
          const bool inside = top + r >= 0 && top + r < g.height && left + c >= 0 && left + c < g.width;
          Vec::Store(border + (r * kPoints + c) * kLanes,
                     inside ? source.Load(from + ((top + r) * g.width + left + c) * pixel) : Vec::Set(0));
        }
      }
      InputColumns<kPoints>(BlockedF32(a.block), border, kPoints * kLanes, kLanes, columns);
    } else {
      InputColumns<kPoints>(source, from + (top * g.width + left) * pixel, g.width * pixel, pixel, columns);
    }
    float* to = a.v + i * kLanes;
    for (int r = 0; r < kPoints; ++r) {
      Reg d[kPoints], t[kPoints];
#pragma GCC unroll 8
      for (int c = 0; c < kPoints; ++c) d[c] = Vec::Load(columns + (r * kPoints + c) * kLanes);
      InputPoints(d, t);
#pragma GCC unroll 8
      for (int c = 0; c < kPoints; ++c) Vec::Store(to + c * a.e_stride, t[c]);
      to += kPoints * a.e_stride;
    }
    if (++x == g.tiles_x) {
      x = 0;
      if (++y == g.tiles_y) {
        y = 0;
        ++image;
      }
    }
  }
}

inline Reg Finished(Reg value, const Finish& finish, Reg slope) {
  switch (finish.kind) {
    case Finish::Kind::kNone: return value;
    case Finish::Kind::kRelu:
    case Finish::Kind::kPRelu: return Vec::Relu(value, slope);
    case Finish::Kind::kClip: return Vec::Min(Vec::Max(value, Vec::Set(finish.low)), Vec::Set(finish.high));
  }
  return value;
}

// The same for several values: one decision for all of them.
template <int kCount>
inline void FinishAll(Reg (&values)[kCount], const Finish& finish, Reg slope) {
  if (finish.kind == Finish::Kind::kClip) {
    const Reg low = Vec::Set(finish.low), high = Vec::Set(finish.high);
#pragma GCC unroll 16
    for (int i = 0; i < kCount; ++i) values[i] = Vec::Min(Vec::Max(values[i], low), high);
  } else if (finish.kind != Finish::Kind::kNone) {
#pragma GCC unroll 16
    for (int i = 0; i < kCount; ++i) values[i] = Vec::Relu(values[i], slope);
  }
}

template <typename Result, int kSize>
void TransformOutput(const OutputArguments& a) {
  constexpr int kPoints = kSize + 2;
  constexpr int kLanes = Vec::kLanes;
  const Tiling& g = a.tiling;
  const Result result(a.block);
  const int64_t pixel = result.PixelStride();
  auto* const plane = static_cast<typename Result::Element*>(a.plane);
  const auto* const sum = static_cast<const typename Result::Element*>(a.sum);
  int64_t x = a.first % g.tiles_x, y = a.first / g.tiles_x % g.tiles_y, image = a.first / g.tiles_x / g.tiles_y;
  const Reg bias = Vec::Load(a.bias);
  const Reg slope = a.slopes ? Vec::Load(a.slopes) : Vec::Set(a.finish.low);
  for (int64_t i = 0; i < a.count; ++i) {
    alignas(64) float columns[kSize * kPoints * kLanes];
    const float* from = a.m + i * kLanes;
    for (int c = 0; c < kPoints; ++c) {
      Reg m[kPoints], t[kSize];
#pragma GCC unroll 8
      for (int r = 0; r < kPoints; ++r) m[r] = Vec::Load(from + (r * kPoints + c) * a.e_stride);
      OutputPoints(m, t);
#pragma GCC unroll 8
      for (int r = 0; r < kSize; ++r) Vec::Store(columns + (r * kPoints + c) * kLanes, t[r]);
    }
    const int64_t top = y * kSize, left = x * kSize;
    const int64_t rows = g.height - top < kSize ? g.height - top : kSize;
    const int64_t width = g.width - left < kSize ? g.width - left : kSize;
    for (int64_t r = 0; r < rows; ++r) {
      Reg m[kPoints], t[kSize];
#pragma GCC unroll 8
      for (int c = 0; c < kPoints; ++c) m[c] = Vec::Load(columns + (r * kPoints + c) * kLanes);
      OutputPoints(m, t);
      const int64_t offset = image * g.image_stride + ((top + r) * g.width + left) * pixel;
#pragma GCC unroll 8
      for (int c = 0; c < kSize; ++c) {
        if (c >= width) break;
        Reg value = Vec::Add(t[c], bias);
        if (sum) value = Vec::Add(value, result.Load(sum + offset + c * pixel));
        result.Store(plane + offset + c * pixel, Finished(value, a.finish, slope));
      }
    }
    if (++x == g.tiles_x) {
      x = 0;
      if (++y == g.tiles_y) {
        y = 0;
        ++image;
      }
    }
  }
}

// kRows tiles, the first of which is `first`, and kVectors vectors of output channels: all sums stay in registers.
template <typename Result, int kRows, int kVectors>
void Round(const MultiplyArguments& a, int64_t first, const float* v, int64_t v_step, const char* next,
           int64_t next_step) {
  constexpr int kLanes = Vec::kLanes;
  Reg sum[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int k = 0; k < kVectors; ++k) sum[r][k] = Vec::Set(0);
  }
  if (a.v_block_stride == 0) {
    // Rows of large matrices: what is written, and added to when it was, comes into the cache meanwhile.
    const int64_t bytes = a.epilogue ? sizeof(typename Result::Element) : sizeof(float);
    const char* to = static_cast<const char*>(a.m) + first * a.m_row_stride * bytes;
#pragma GCC unroll 2
    for (int k = 0; k < kVectors; ++k) {
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r)
        __builtin_prefetch(to + (k * a.m_vector_stride + r * a.m_row_stride) * bytes, 1, 3);
    }
  }
  const float* u = a.u;
  for (int64_t block = 0; block < a.blocks; ++block) {
#pragma GCC unroll kUnrolledLanes
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      Reg w[kVectors];
#pragma GCC unroll 2
      for (int k = 0; k < kVectors; ++k) w[k] = Vec::Load(u + k * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const Reg factor = Vec::Set(v[r * kLanes + lane]);
#pragma GCC unroll 2
        for (int k = 0; k < kVectors; ++k) sum[r][k] = Vec::MulAdd(factor, w[k], sum[r][k]);
      }
      u += kVectors * kLanes;
      _mm_prefetch(next, _MM_HINT_T1);
      if constexpr (kVectors * kLanes > 16) _mm_prefetch(next + 64, _MM_HINT_T1);
      next += next_step;
    }
    v += v_step;
  }
  const int64_t m_offset = first * a.m_row_stride;
#pragma GCC unroll 2
  for (int k = 0; k < kVectors; ++k) {
    if (!a.epilogue) {
      float* to = static_cast<float*>(a.m) + m_offset + k * a.m_vector_stride;
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) Vec::Store(to + r * a.m_row_stride, sum[r][k]);
      continue;
    }
    using Element = typename Result::Element;
    const Epilogue& e = *a.epilogue;
    const Result result(Block{a.m_row_stride, e.channels - k * kLanes});
    Element* to = static_cast<Element*>(a.m) + m_offset + k * a.m_vector_stride;
    const Reg bias = Vec::Load(e.bias + k * kLanes);
    const Reg slope = e.slopes ? Vec::Load(e.slopes + k * kLanes) : Vec::Set(e.finish.low);
    Reg values[kRows];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) values[r] = Vec::Add(sum[r][k], bias);
    if (e.sum) {
      const Element* added = static_cast<const Element*>(e.sum) + m_offset + k * a.m_vector_stride;
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) values[r] = Vec::Add(values[r], result.Load(added + r * a.m_row_stride));
    }
    FinishAll(values, e.finish, slope);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) result.Store(to + r * a.m_row_stride, values[r]);
  }
}

template <typename Result, int kRows, int kVectors>
void RoundOf(int64_t rows, const MultiplyArguments& a, int64_t first, const float* v, int64_t v_step, const char* next,
             int64_t next_step) {
  if (rows == kRows) return Round<Result, kRows, kVectors>(a, first, v, v_step, next, next_step);
  if constexpr (kRows > 1) RoundOf<Result, kRows - 1, kVectors>(rows, a, first, v, v_step, next, next_step);
}

// Each round fetches its part of the next weights, which otherwise would wait for memory in the first round and leave
// it idle in the others.
template <typename Result, int kVectors>
void Multiply(const MultiplyArguments& a) {
  constexpr int kRows = kVectors == 1 ? kMaxRowsOfOneVector : kMaxRows;
  const bool apart = a.v_block_stride == 0;  // for any number of vectors
  const Rounds rounds(a.tiles, apart ? kMaxRows : kRows);
  const int64_t steps = a.blocks * Vec::kLanes;
  const int64_t step = (kVectors * Vec::kLanes * static_cast<int64_t>(sizeof(float)) + rounds.count - 1) / rounds.count;
  for (int64_t i = 0; i < rounds.count; ++i) {
    const int64_t begin = rounds.Begin(i), rows = rounds.Begin(i + 1) - begin;
    RoundOf<Result, kRows, kVectors>(rows, a, begin, a.v + begin * Vec::kLanes * (apart ? a.blocks : 1),
                                     apart ? rows * Vec::kLanes : a.v_block_stride,
                                     reinterpret_cast<const char*>(a.next_u) + i * steps * step, step);
  }
}

template <typename Source>
void Pack(const PackArguments& a) {
  constexpr int kLanes = Vec::kLanes;
  const Source source(a.block);
  const int64_t pixel = source.PixelStride();
  float* to = a.v;
  int64_t x = a.first % a.out_width, y = a.first / a.out_width;
  for (int64_t left = a.count; left > 0;) {
    // A row of the result, or what there is of it.
    const int64_t count = left < a.out_width - x ? left : a.out_width - x;
    const int64_t row = y * a.stride_y + a.offset_y;
    const bool inside = row >= 0 && row < a.height;
    const auto* from = static_cast<const typename Source::Element*>(a.plane) + row * a.width * pixel;
    for (int64_t i = 0; i < count; ++i, to += kLanes) {
      const int64_t column = (x + i) * a.stride_x + a.offset_x;
      Vec::Store(to, inside && column >= 0 && column < a.width ? source.Load(from + column * pixel) : Vec::Set(0));
    }
    left -= count;
    x = 0;
    ++y;
  }
}

#include "ie_runtime/kernels/blocked/depthwise.inc.h"

inline void Affine(const AffineArguments& a) {
  constexpr int kLanes = Vec::kLanes;
  const Reg scale = Vec::Load(a.scale), shift = Vec::Load(a.shift);
  const Reg slope = a.slopes ? Vec::Load(a.slopes) : Vec::Set(a.finish.low);
  for (int64_t i = 0; i < a.count; ++i) {
    const Reg value = Vec::MulAdd(scale, Vec::Load(a.source + i * kLanes), shift);
    Vec::Store(a.v + i * kLanes, Finished(value, a.finish, slope));
  }
}

#include "ie_runtime/kernels/blocked/pooling.inc.h"

template <typename Source, typename Result>
constexpr Loops MakeLoops(Order order, ElementType source, ElementType result) {
  return {Vec::kLanes,
          kMaxRows,
          order,
          source,
          result,
          {TransformInput<Source, 2>, TransformInput<Source, 4>, TransformInput<Source, 6>},
          {Multiply<Result, 1>, Multiply<Result, 2>},
          {TransformOutput<Result, 2>, TransformOutput<Result, 4>, TransformOutput<Result, 6>},
          Pack<Source>,
          nullptr,
          nullptr,
          nullptr,
          nullptr};
}

constexpr Loops MakeBlockedLoops() {
  Loops loops = MakeLoops<BlockedF32, BlockedF32>(Order::kBlocked, ElementType::kF32, ElementType::kF32);
  loops.depthwise = Depthwise;
  loops.affine = Affine;
  loops.max_pool = Pool<true>;
  loops.average_pool = Pool<false>;
  return loops;
}
