#include "ie_runtime/kernels/vector_loops.h"

#include <cmath>

namespace moir::runtime {
namespace {

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

void UnaryLoop(const UnaryFunction& function, const float* x, float* y, int64_t count) {
  switch (function.kind) {
    case UnaryKind::kRelu:
      return function.alpha == 0 ? PlainReluLoop(x, y, count) : ReluLoop(x, y, count, function.alpha);
    case UnaryKind::kClip: return ClipLoop(x, y, count, function.alpha, function.beta);
    case UnaryKind::kLinear: return ScaleShiftLoop(x, y, count, function.alpha, function.beta);
    case UnaryKind::kSquare: return SquareLoop(x, y, count);
    case UnaryKind::kAbs: return AbsLoop(x, y, count);
    default: break;
  }
  for (int64_t i = 0; i < count; ++i) y[i] = Apply(function, x[i]);
}

MOIR_VECTOR_CLONES void ScaleShiftLoop(const float* x, float* y, int64_t count, float scale, float shift) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] * scale + shift;
}

MOIR_VECTOR_CLONES void ScaleShiftRows(const float* x, float* y, int64_t rows, int64_t width, const float* scale,
                                       const float* shift) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; ++i) y[row * width + i] = x[row * width + i] * scale[i] + shift[i];
  }
}

MOIR_VECTOR_CLONES void PReluRows(const float* x, float* y, int64_t rows, int64_t width, const float* slopes) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; ++i) {
      const float value = x[row * width + i];
      y[row * width + i] = value > 0 ? value : value * slopes[i];
    }
  }
}

MOIR_VECTOR_CLONES void AddLoop(const float* a, const float* b, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
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
  WithFunction(kind, [&](auto f) __attribute__((always_inline)) { Loop(a, a_step, b, b_step, y, count, f); });
}

MOIR_VECTOR_CLONES void BinaryRows(BinaryKind kind, bool swapped, const float* a, const float* b, float* y,
                                   int64_t rows, int64_t width) {
  WithFunction(kind, [&](auto f) __attribute__((always_inline)) {
    for (int64_t row = 0; row < rows; ++row) {
      if (swapped) Loop(b, 1, a + row * width, 1, y + row * width, width, f);
      else Loop(a + row * width, 1, b, 1, y + row * width, width, f);
    }
  });
}

}  // namespace moir::runtime
