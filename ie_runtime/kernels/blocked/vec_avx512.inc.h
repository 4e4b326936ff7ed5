// Included by the loops for AVX-512, in front of loops.inc.h: the vector's operations.

struct Vec {
  using Reg = __m512;
  static constexpr int kLanes = 16;
  static Reg Load(const float* p) { return _mm512_loadu_ps(p); }
  static void Store(float* p, Reg x) { _mm512_storeu_ps(p, x); }
  static Reg Set(float x) { return _mm512_set1_ps(x); }
  static Reg Add(Reg a, Reg b) { return _mm512_add_ps(a, b); }
  static Reg Sub(Reg a, Reg b) { return _mm512_sub_ps(a, b); }
  static Reg Mul(Reg a, Reg b) { return _mm512_mul_ps(a, b); }
  static Reg Div(Reg a, Reg b) { return _mm512_div_ps(a, b); }
  static Reg MulAdd(Reg a, Reg b, Reg c) { return _mm512_fmadd_ps(a, b, c); }      // a * b + c
  static Reg NegMulAdd(Reg a, Reg b, Reg c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a * b
  // The second operand is given back when one is NaN: the value's NaN goes through.
  static Reg Max(Reg x, Reg bound) { return _mm512_max_ps(bound, x); }
  static Reg Min(Reg x, Reg bound) { return _mm512_min_ps(bound, x); }
  static Reg Relu(Reg x, Reg slope) {
    const __mmask16 positive = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_mask_blend_ps(positive, _mm512_mul_ps(x, slope), x);
  }
};
constexpr int kMaxRows = 14;  // 28 of 32 registers hold sums
constexpr int kMaxRowsOfOneVector = kMaxRows;
constexpr int kUnrolledLanes = 2;
