#include "ie_runtime/kernels/blocked/loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma GCC push_options
#pragma GCC target("avx2,fma")

namespace moir::runtime::blocked {
namespace {

struct Vec {
  using Reg = __m256;
  static constexpr int kLanes = 8;
  static Reg Load(const float* p) { return _mm256_loadu_ps(p); }
  static void Store(float* p, Reg x) { _mm256_storeu_ps(p, x); }
  static Reg Set(float x) { return _mm256_set1_ps(x); }
  static Reg Add(Reg a, Reg b) { return _mm256_add_ps(a, b); }
  static Reg Sub(Reg a, Reg b) { return _mm256_sub_ps(a, b); }
  static Reg Mul(Reg a, Reg b) { return _mm256_mul_ps(a, b); }
  static Reg Div(Reg a, Reg b) { return _mm256_div_ps(a, b); }
  static Reg MulAdd(Reg a, Reg b, Reg c) { return _mm256_fmadd_ps(a, b, c); }      // a * b + c
  static Reg NegMulAdd(Reg a, Reg b, Reg c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
  // The second operand is given back when one is NaN: the value's NaN goes through.
  static Reg Max(Reg x, Reg bound) { return _mm256_max_ps(bound, x); }
  static Reg Min(Reg x, Reg bound) { return _mm256_min_ps(bound, x); }
  static Reg Relu(Reg x, Reg slope) {
    const Reg positive = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ);
    return _mm256_blendv_ps(_mm256_mul_ps(x, slope), x, positive);
  }
};
constexpr int kMaxRows = 6;              // 12 of 16 registers hold sums
constexpr int kMaxRowsOfOneVector = 12;  // 6 sums would wait for each other
constexpr int kUnrolledLanes = 4;

#include "ie_runtime/kernels/blocked/loops.inc.h"

}  // namespace

const Loops kLoopsAvx2 = MakeBlockedLoops();

}  // namespace moir::runtime::blocked

#pragma GCC pop_options
#endif
