// Loops over floats that the compiler vectorizes, built for several instruction sets and chosen when the program
// starts.
#pragma once

#include <cstdint>

#include "ie_runtime/common.h"
#include "ie_runtime/unary.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MOIR_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MOIR_VECTOR_CLONES
#endif

namespace moir::runtime {

// y = f(x)
void UnaryLoop(const UnaryFunction& function, const float* x, float* y, int64_t count);
// y = x * scale + shift
void ScaleShiftLoop(const float* x, float* y, int64_t count, float scale, float shift);
// The same for rows of `width` with one scale and shift per column.
void ScaleShiftRows(const float* x, float* y, int64_t rows, int64_t width, const float* scale, const float* shift);
// The same, then max(y, 0).
void ScaleShiftReluLoop(const float* x, float* y, int64_t count, float scale, float shift);
void ScaleShiftReluRows(const float* x, float* y, int64_t rows, int64_t width, const float* scale, const float* shift);
// y = x > 0 ? x : slope * x, with one slope per column.
void PReluRows(const float* x, float* y, int64_t rows, int64_t width, const float* slopes);
// y = max(a, y)
void MaximumLoop(const float* a, float* y, int64_t count);
// y = exp(x - base), for x <= base; sums += y
void ExpOfDifferenceLoop(const float* x, const float* base, float* y, float* sums, int64_t count);
// y = a + b
void AddLoop(const float* a, const float* b, float* y, int64_t count);

// To the nearest bf16, halfway to the even one, and back.
void ToBf16Loop(const float* x, BF16* y, int64_t count);
void FromBf16Loop(const BF16* x, float* y, int64_t count);

// The largest and the smallest of one element or more; NaN when there is one.
float LargestOf(const float* x, int64_t count);
float SmallestOf(const float* x, int64_t count);

enum class BinaryKind { kAdd, kSubtract, kMultiply, kDivide, kMaximum, kMinimum, kSquaredDifference };
// y[i] = f(a[i * a_step], b[i * b_step]); steps are 0 or 1.
void BinaryLoop(BinaryKind kind, const float* a, int64_t a_step, const float* b, int64_t b_step, float* y,
                int64_t count);

// The same for rows of `width` of a, with one b per column; `swapped`: f(b, a).
void BinaryRows(BinaryKind kind, bool swapped, const float* a, const float* b, float* y, int64_t rows, int64_t width);

}  // namespace moir::runtime
