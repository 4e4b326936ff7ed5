#include "ie_runtime/kernels/vector_loops.h"

#include <cmath>
#include <cstring>

// The helpers that pass vectors by value are inlined everywhere, so how other instruction sets would pass them is no
// matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace moir::runtime {
namespace {

constexpr int64_t kLanes = 16;
// Wider than the CPU's registers it becomes several of them.
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

MOIR_VECTOR_CLONES void ReluLoop(const float* x, float* y, int64_t count, float slope) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : x[i] * slope;
}

MOIR_VECTOR_CLONES void PlainReluLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : 0;
}

MOIR_VECTOR_CLONES void ClipLoop(const float* x, float* y, int64_t count, float low, float high) {
  for (int64_t i = 0; i < count; ++i) {
    const float raised = x[i] < low ? low : x[i];
    y[i] = raised > high ? high : raised;
  }
}

MOIR_VECTOR_CLONES void SquareLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] * x[i];
}

MOIR_VECTOR_CLONES void AbsLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = std::fabs(x[i]);
}

// exp(x) = 2^n * exp(r) with x = n * log 2 + r, |r| <= log(2) / 2, and Taylor's polynomial of degree 7 for exp(r): off
// by less than 2 units in the last place for x in [-87, 88]; outside what the ends of that give. NaN stays.
[[gnu::always_inline]] inline float ExpWithin(float x) {
  const float raised = x < -87.0f ? -87.0f : x;
  const float clamped = raised > 88.0f ? 88.0f : raised;
  // Adding 1.5 * 2^23 rounds to the nearest integer, which is in the last bits of the sum then.
  const float rounded = clamped * 1.44269504f + 12582912.0f;
  const float n = rounded - 12582912.0f;
  // log 2 in two parts, so that the product is exact.
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float e = 1.0f / 5040;
  e = e * r + 1.0f / 720;
  e = e * r + 1.0f / 120;
  e = e * r + 1.0f / 24;
  e = e * r + 1.0f / 6;
  e = e * r + 0.5f;
  e = e * r + 1.0f;
  e = e * r + 1.0f;
  uint32_t bits;
  __builtin_memcpy(&bits, &rounded, sizeof(bits));
  bits = (bits + 127) << 23;
  float power;
  __builtin_memcpy(&power, &bits, sizeof(power));
  return e * power;
}

MOIR_VECTOR_CLONES void SigmoidLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = 1 / (1 + ExpWithin(-x[i]));
}

MOIR_VECTOR_CLONES void SwishLoop(const float* x, float* y, int64_t count, float beta) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] / (1 + ExpWithin(-beta * x[i]));
}

// tanh(x) = (1 - e) / (1 + e) with e = exp(-2 |x|); where that cancels, |x| < 0.5625, x + x^3 times a polynomial in x^2
// that meets (tanh(x) / x - 1) / x^2 in the five Chebyshev nodes there: off by 5e-9 of the result.
[[gnu::always_inline]] inline float Tanh(float x) {
  const float size = std::fabs(x), square = x * x;
  const float e = ExpWithin(-2 * size);
  const float large = (1 - e) / (1 + e);
  float p = -6.525572184e-3f;
  p = p * square + 2.126335346e-2f;
  p = p * square - 5.390175317e-2f;
  p = p * square + 1.3333073814e-1f;
  p = p * square - 3.3333331695e-1f;
  const float small = x + x * square * p;
  return std::copysign(size < 0.5625f ? small : large, x);  // -0 too
}

MOIR_VECTOR_CLONES void TanhLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = Tanh(x[i]);
}

// erfc(z) = exp(-z^2) * t * p(t) with t = 1 / (1 + 0.39 z) for z >= 0: the form of Abramowitz and Stegun 7.1.26, fitted
// to degree 6 so that the largest error is 1e-8. Of x and -x one takes erfc and the other 2 - erfc, so nothing cancels.
MOIR_VECTOR_CLONES void GeluErfLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float z = std::fabs(x[i]) * 0.70710678f;
    const float t = 1 / (1 + 0.39f * z);
    float p = -0.22753721f;
    p = p * t + 0.886664722f;
    p = p * t - 0.635400857f;
    p = p * t + 0.649559867f;
    p = p * t + 0.0913882268f;
    p = p * t + 0.235325249f;
    const float erfc = ExpWithin(-z * z) * t * p;
    y[i] = 0.5f * x[i] * (x[i] < 0 ? erfc : 2 - erfc);
  }
}

MOIR_VECTOR_CLONES void GeluTanhLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = 0.5f * x[i] * (1 + Tanh(0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
}

// Many extremes side by side, the i-th one of x[i], x[i + kWidth], ...; a NaN stays where it is and wins in the end.
// The width is more than the compiler unrolls, so that it makes vectors of the loop.
template <bool kLargest>
[[gnu::always_inline]] inline float ExtremeOf(const float* x, int64_t count) {
  constexpr int64_t kWidth = 128;
  const auto passes = [](float value, float best) __attribute__((always_inline)) {
    return (kLargest ? value > best : value < best) || value != value;
  };
  float best = x[0];
  int64_t i = 0;
  if (count >= kWidth) {
    float extremes[kWidth];
    for (int64_t k = 0; k < kWidth; ++k) extremes[k] = x[k];
    for (i = kWidth; i + kWidth <= count; i += kWidth) {
      for (int64_t k = 0; k < kWidth; ++k) {
        const float value = x[i + k], extreme = extremes[k];
        extremes[k] = passes(value, extreme) ? value : extreme;
      }
    }
    for (const float extreme : extremes) best = passes(extreme, best) ? extreme : best;
  }
  for (; i < count; ++i) best = passes(x[i], best) ? x[i] : best;
  return best;
}

// f is known at compile time in each of the clones below.
template <typename F>
[[gnu::always_inline]] inline void Loop(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y,
                                        int64_t count, F f) {
  if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < count; ++i) y[i] = f(a[i], b[i]);
  } else if (a_step == 1) {
    const float number = *b;
    for (int64_t i = 0; i < count; ++i) y[i] = f(a[i], number);
  } else if (b_step == 1) {
    const float number = *a;
    for (int64_t i = 0; i < count; ++i) y[i] = f(number, b[i]);
  } else {
    const float result = f(*a, *b);
    for (int64_t i = 0; i < count; ++i) y[i] = result;
  }
}

}  // namespace

MOIR_VECTOR_CLONES float LargestOf(const float* x, int64_t count) { return ExtremeOf<true>(x, count); }
MOIR_VECTOR_CLONES float SmallestOf(const float* x, int64_t count) { return ExtremeOf<false>(x, count); }

void UnaryLoop(const UnaryFunction& function, const float* x, float* y, int64_t count) {
  switch (function.kind) {
    case UnaryKind::kRelu:
      return function.alpha == 0 ? PlainReluLoop(x, y, count) : ReluLoop(x, y, count, function.alpha);
    case UnaryKind::kClip: return ClipLoop(x, y, count, function.alpha, function.beta);
    case UnaryKind::kLinear: return ScaleShiftLoop(x, y, count, function.alpha, function.beta);
    case UnaryKind::kSquare: return SquareLoop(x, y, count);
    case UnaryKind::kAbs: return AbsLoop(x, y, count);
    case UnaryKind::kSigmoid: return SigmoidLoop(x, y, count);
    case UnaryKind::kTanh: return TanhLoop(x, y, count);
    case UnaryKind::kGeluErf: return GeluErfLoop(x, y, count);
    case UnaryKind::kGeluTanh: return GeluTanhLoop(x, y, count);
    case UnaryKind::kSwish: return SwishLoop(x, y, count, function.alpha);
    default: break;
  }
  for (int64_t i = 0; i < count; ++i) y[i] = Apply(function, x[i]);
}

MOIR_VECTOR_CLONES void ScaleShiftLoop(const float* x, float* y, int64_t count, float scale, float shift) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] * scale + shift;
}

[[gnu::always_inline]] inline Lanes Load(const float* from) {
  Lanes value;
  __builtin_memcpy(&value, from, sizeof(value));
  return value;
}

// y = f(x, a, b) with one a and b per column, for rows of whole vectors: what depends on the column is loaded once.
template <typename F>
[[gnu::always_inline]] inline void VectorRows(const float* x, float* y, int64_t rows, int64_t width, const float* a,
                                              const float* b, F f) {
  for (int64_t column = 0; column < width; column += kLanes) {
    const Lanes first = Load(a + column), second = Load(b + column);
    for (int64_t row = 0; row < rows; ++row) {
      const Lanes value = f(Load(x + row * width + column), first, second);
      __builtin_memcpy(y + row * width + column, &value, sizeof(value));
    }
  }
}

// The same for rows of any width; f takes vectors and numbers.
template <typename F>
[[gnu::always_inline]] inline void ColumnRows(const float* x, float* y, int64_t rows, int64_t width, const float* a,
                                              const float* b, F f) {
  constexpr int64_t kHalf = kLanes / 2;
  if (width % kLanes == 0) return VectorRows(x, y, rows, width, a, b, f);
  if (width == kHalf && rows > 1) {
    // Values blocked by 8 channels: two rows are a row of a whole vector.
    float first[kLanes], second[kLanes];
    for (int64_t i = 0; i < kLanes; ++i) first[i] = a[i % kHalf], second[i] = b[i % kHalf];
    VectorRows(x, y, rows / 2, kLanes, first, second, f);
    x += rows / 2 * kLanes;
    y += rows / 2 * kLanes;
    rows %= 2;
  }
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; ++i) y[row * width + i] = f(x[row * width + i], a[i], b[i]);
  }
}

MOIR_VECTOR_CLONES void ScaleShiftRows(const float* x, float* y, int64_t rows, int64_t width, const float* scale,
                                       const float* shift) {
  ColumnRows(
      x, y, rows, width, scale, shift,
      [](const auto& value, const auto& a, const auto& b) __attribute__((always_inline)) { return value * a + b; });
}

MOIR_VECTOR_CLONES void ScaleShiftReluLoop(const float* x, float* y, int64_t count, float scale, float shift) {
  for (int64_t i = 0; i < count; ++i) {
    const float value = x[i] * scale + shift;
    y[i] = value > 0 ? value : 0;
  }
}

MOIR_VECTOR_CLONES void ScaleShiftReluRows(const float* x, float* y, int64_t rows, int64_t width, const float* scale,
                                           const float* shift) {
  ColumnRows(
      x, y, rows, width, scale, shift,
      [](const auto& value, const auto& a, const auto& b) __attribute__((always_inline)) {
        const auto sum = value * a + b;
        return sum > 0 ? sum : std::remove_cvref_t<decltype(value)>{};
      });
}

MOIR_VECTOR_CLONES void PReluRows(const float* x, float* y, int64_t rows, int64_t width, const float* slopes) {
  ColumnRows(
      x, y, rows, width, slopes, slopes,
      [](const auto& value, const auto& slope, const auto&)
          __attribute__((always_inline)) { return value > 0 ? value : value * slope; });
}

MOIR_VECTOR_CLONES void MaximumLoop(const float* a, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] > y[i] ? a[i] : y[i];
}

MOIR_VECTOR_CLONES void ExpOfDifferenceLoop(const float* x, const float* base, float* y, float* sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float difference = x[i] - base[i];
    const float result = difference < -87.0f ? 0.0f : ExpWithin(difference);
    y[i] = result;
    sums[i] += result;
  }
}

MOIR_VECTOR_CLONES void AddLoop(const float* a, const float* b, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

[[gnu::always_inline]] inline uint16_t ToBf16Bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  // What is cut off carries over when it is more than a half, or a half beside an odd number. A NaN must not carry.
  const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  const uint32_t quiet = bits >> 16 | 0x40;
  return static_cast<uint16_t>((bits & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded);
}
[[gnu::always_inline]] inline float FromBf16Bits(uint16_t x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof(value));
  return value;
}

MOIR_VECTOR_CLONES void ToBf16Loop(const float* x, BF16* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i].bits = ToBf16Bits(x[i]);
}

MOIR_VECTOR_CLONES void FromBf16Loop(const BF16* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = FromBf16Bits(x[i].bits);
}

// Calls run(f) with the function of the kind.
template <typename Run>
[[gnu::always_inline]] inline void WithFunction(BinaryKind kind, Run run) {
  switch (kind) {
    case BinaryKind::kAdd: return run([](float p, float q) { return p + q; });
    case BinaryKind::kSubtract: return run([](float p, float q) { return p - q; });
    case BinaryKind::kMultiply: return run([](float p, float q) { return p * q; });
    case BinaryKind::kDivide: return run([](float p, float q) { return p / q; });
    case BinaryKind::kMaximum: return run([](float p, float q) { return p > q ? p : q; });
    case BinaryKind::kMinimum: return run([](float p, float q) { return p < q ? p : q; });
    case BinaryKind::kSquaredDifference: return run([](float p, float q) { return (p - q) * (p - q); });
  }
}

MOIR_VECTOR_CLONES void BinaryLoop(BinaryKind kind, const float* a, int64_t a_step, const float* b, int64_t b_step,
                                   float* y, int64_t count) {
  WithFunction(
      kind, [&](auto f) __attribute__((always_inline)) { Loop(a, a_step, b, b_step, y, count, f); });
}

MOIR_VECTOR_CLONES void BinaryRows(BinaryKind kind, bool swapped, const float* a, const float* b, float* y,
                                   int64_t rows, int64_t width) {
  WithFunction(
      kind, [&](auto f) __attribute__((always_inline)) {
        if (rows > 1 && width <= kLanes * 4) {
          // Short rows: the columns' numbers stay in registers.
          for (int64_t row = 0; row < rows; ++row) {
            if (width == kLanes) {
              for (int64_t i = 0; i < kLanes; ++i) {
                const float value = a[row * kLanes + i];
                y[row * kLanes + i] = swapped ? f(b[i], value) : f(value, b[i]);
              }
            } else {
              for (int64_t i = 0; i < width; ++i) {
                const float value = a[row * width + i];
                y[row * width + i] = swapped ? f(b[i], value) : f(value, b[i]);
              }
            }
          }
          return;
        }
        for (int64_t row = 0; row < rows; ++row) {
          if (swapped) Loop(b, 1, a + row * width, 1, y + row * width, width, f);
          else Loop(a + row * width, 1, b, 1, y + row * width, width, f);
        }
      });
}

}  // namespace moir::runtime
