// Small networks of the families that people run in bf16, for tests of whole inferences. Each is a body, whose results
// are within bf16's roundings of the exact ones, and a tail that is computed in f32 from what the body gives.
#pragma once

namespace moir::test {

struct Bf16Net {
  const char* name;
  const char* body;     // graph/text.h, without "return"; weights become ones that keep the magnitude of what they read
  const char* results;  // of the body: what the tail reads, and what the model gives out at once
  const char* tail;     // reads results of the body, and constants of its own
  const char* outputs;  // of the tail
  // Kernels, or beginnings of their names, of which each does some layer of the body on a CPU with AMX.
  const char* kernels;
};

inline constexpr Bf16Net kBf16Nets[] = {
    {"residual", R"(
  x : f32[2,3,32,40]
  w1 : f32[32,3,7,7] = random(1); b1 : f32[1,32,1,1] = random(2)
  c1 = Convolution(x, w1) strides=[2,2] pads_begin=[3,3] pads_end=[3,3]; a1 = Add(c1, b1); r1 = ReLU(a1)
  p1 = MaxPool(r1) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
  w2 : f32[16,32,1,1] = random(3); c2 = Convolution(p1, w2); r2 = ReLU(c2)
  w3 : f32[16,16,3,3] = random(4); c3 = Convolution(r2, w3) pads_begin=[1,1] pads_end=[1,1]; r3 = ReLU(c3)
  w4 : f32[32,16,1,1] = random(5); b4 : f32[1,32,1,1] = random(6)
  c4 = Convolution(r3, w4); a4 = Add(c4, b4); s4 = Add(a4, p1); r4 = ReLU(s4)
  k5 : f32[1,32,1,1] = random(7); t5 : f32[1,32,1,1] = random(8)
  m5 = Multiply(r4, k5); a5 = Add(m5, t5); r5 = ReLU(a5)
  w5 : f32[32,32,3,3] = random(9)
  c5 = Convolution(r5, w5) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r6 = ReLU(c5)
  w6 : f32[64,32,3,3] = random(10); c6 = Convolution(r6, w6) pads_begin=[1,1] pads_end=[1,1]
  w7 : f32[64,32,1,1] = random(11); c7 = Convolution(r5, w7) strides=[2,2]
  s7 = Add(c6, c7); r7 = ReLU(s7)
  axes : i64[2] = {2, 3}; m = ReduceMean(r7, axes) keep_dims=true
  shape : i64[2] = {2, 64}; f = Reshape(m, shape) special_zero=false
  w8 : f32[10,64] = random(12); b8 : f32[10] = random(13); d = MatMul(f, w8) transpose_b=true; e = Add(d, b8)
)",
     "e", "y = Softmax(e) axis=1; n : i64[] = {3}; best = TopK(y, n) axis=1 mode=\"max\"\n", "y, best.0, best.1",
     "amx_bf16 pooling_bf16 stream"},
    {"inverted residuals", R"(
  x : f32[1,3,48,40]
  w1 : f32[8,3,3,3] = random(1); c1 = Convolution(x, w1) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
  r1 = Clamp(c1) min=0.0 max=6.0
  w2 : f32[8,1,1,3,3] = random(2); c2 = GroupConvolution(r1, w2) pads_begin=[1,1] pads_end=[1,1]
  r2 = Clamp(c2) min=0.0 max=6.0
  w3 : f32[16,8,1,1] = random(3); c3 = Convolution(r2, w3); r3 = ReLU(c3)
  w4 : f32[16,1,1,3,3] = random(4); b4 : f32[1,16,1,1] = random(5)
  c4 = GroupConvolution(r3, w4) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; a4 = Add(c4, b4)
  r4 = Clamp(a4) min=0.0 max=6.0
  w5 : f32[21,16,1,1] = random(6); c5 = Convolution(r4, w5)
  w6 : f32[64,21,1,1] = random(7); c6 = Convolution(c5, w6); r6 = ReLU(c6)
  w7 : f32[64,1,1,3,3] = random(8); c7 = GroupConvolution(r6, w7) pads_begin=[1,1] pads_end=[1,1]; r7 = ReLU(c7)
  w8 : f32[21,64,1,1] = random(9); c8 = Convolution(r7, w8); s8 = Add(c8, c5)
  w9 : f32[21,1,1,3,3] = random(10); k9 : f32[21] = random(11)
  c9 = GroupConvolution(s8, w9) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r9 = PRelu(c9, k9)
  w10 : f32[48,21,1,1] = random(12); c10 = Convolution(r9, w10); r10 = HSwish(c10)
  w11 : f32[48,1,1,6,5] = random(13); w12 : f32[48,48,1,1] = random(14); c11 = Convolution(r10, w12)
  c12 = GroupConvolution(c11, w11)
  shape : i64[2] = {1, 48}; f = Reshape(c12, shape) special_zero=false
)",
     "f", "n : i64[1] = {1}; y = NormalizeL2(f, n) eps=1e-10 eps_mode=\"add\"\n", "y", "amx_bf16 depthwise_bf16"},
    {"dense", R"(
  x : f32[2,16,18,14]
  k1 : f32[1,16,1,1] = random(1); t1 : f32[1,16,1,1] = random(2); m1 = Multiply(x, k1); a1 = Add(m1, t1); r1 = ReLU(a1)
  w1 : f32[48,16,1,1] = random(3); c1 = Convolution(r1, w1); q1 = ReLU(c1)
  v1 : f32[12,48,3,3] = random(4); d1 = Convolution(q1, v1) pads_begin=[1,1] pads_end=[1,1]; j1 = Concat(x, d1) axis=1
  k2 : f32[1,28,1,1] = random(5); t2 : f32[1,28,1,1] = random(6)
  m2 = Multiply(j1, k2); a2 = Add(m2, t2); r2 = ReLU(a2)
  w2 : f32[48,28,1,1] = random(7); c2 = Convolution(r2, w2); q2 = ReLU(c2)
  v2 : f32[12,48,3,3] = random(8); d2 = Convolution(q2, v2) pads_begin=[1,1] pads_end=[1,1]; j2 = Concat(j1, d2) axis=1
  k3 : f32[1,40,1,1] = random(9); m3 = Multiply(j2, k3); r3 = ReLU(m3)
  w3 : f32[20,40,1,1] = random(10); c3 = Convolution(r3, w3)
  p3 = AvgPool(c3) kernel=[2,2] strides=[2,2] exclude-pad=false
  w4 : f32[48,20,1,1] = random(11); c4 = Convolution(p3, w4); q4 = ReLU(c4)
  v4 : f32[16,48,3,3] = random(12); d4 = Convolution(q4, v4) pads_begin=[1,1] pads_end=[1,1]; j4 = Concat(p3, d4) axis=1
  w5 : f32[24,36,1,1] = random(13); c5 = Convolution(j4, w5)
)",
     "c5", "n : i64[1] = {1}; y = LRN(c5, n) alpha=0.01 beta=0.75 bias=2.0 size=5\n", "y",
     "amx_bf16 pooling_bf16 copy vector"},
    {"branches", R"(
  x : f32[1,32,15,13]
  w1 : f32[16,32,1,1] = random(1); c1 = Convolution(x, w1); r1 = ReLU(c1)
  w2 : f32[24,32,1,1] = random(2); c2 = Convolution(x, w2); r2 = ReLU(c2)
  w3 : f32[32,24,3,3] = random(3); c3 = Convolution(r2, w3) pads_begin=[1,1] pads_end=[1,1]; r3 = ReLU(c3)
  w4 : f32[16,32,1,1] = random(4); c4 = Convolution(x, w4); r4 = ReLU(c4)
  w5 : f32[16,16,1,7] = random(5); c5 = Convolution(r4, w5) pads_begin=[0,3] pads_end=[0,3]; r5 = ReLU(c5)
  w6 : f32[24,16,7,1] = random(6); c6 = Convolution(r5, w6) pads_begin=[3,0] pads_end=[3,0]; r6 = ReLU(c6)
  p7 = AvgPool(x) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1] exclude-pad=true
  w7 : f32[13,32,1,1] = random(7); c7 = Convolution(p7, w7); r7 = ReLU(c7)
  j = Concat(r1, r3, r6, r7) axis=1
  w8 : f32[24,85,3,3] = random(8); c8 = Convolution(j, w8) strides=[2,2]; r8 = ReLU(c8)
  p9 = MaxPool(j) kernel=[3,3] strides=[2,2]
  l = Concat(r8, p9) axis=1
  w10 : f32[32,109,1,1] = random(9); c10 = Convolution(l, w10); g10 = Sigmoid(c10)
  w11 : f32[32,32,1,1] = random(10); c11 = Convolution(g10, w11)
)",
     "c11", "a : i64[1] = {1}; y = MVN(c11, a) normalize_variance=true eps=1e-5\n", "y", "amx_bf16 pooling_bf16 copy"},
    {"single shot detector", R"(
  x : f32[1,3,34,34]
  w1 : f32[32,3,3,3] = random(1); c1 = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]; r1 = ReLU(c1)
  p1 = MaxPool(r1) kernel=[2,2] strides=[2,2] rounding_type="ceil"
  w2 : f32[32,32,3,3] = random(2); c2 = Convolution(p1, w2) strides=[2,2]; r2 = ReLU(c2)
  w3 : f32[64,32,3,3] = random(3); c3 = Convolution(r2, w3) dilations=[2,2] pads_begin=[2,2] pads_end=[2,2]; r3 = ReLU(c3)
  w4 : f32[32,64,3,3] = random(4)
  c4 = Convolution(r3, w4) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r4 = ReLU(c4)
  u1 : f32[24,64,3,3] = random(5); b1 : f32[1,24,1,1] = random(6)
  d1 = Convolution(r3, u1) pads_begin=[1,1] pads_end=[1,1]; e1 = Add(d1, b1)
  u2 : f32[16,64,3,3] = random(7); d2 = Convolution(r3, u2) pads_begin=[1,1] pads_end=[1,1]
  u3 : f32[24,32,3,3] = random(8); d3 = Convolution(r4, u3) pads_begin=[1,1] pads_end=[1,1]
  u4 : f32[16,32,3,3] = random(9); d4 = Convolution(r4, u4) pads_begin=[1,1] pads_end=[1,1]
)",
     "e1, d2, d3, d4", R"(
  last : i64[4] = {0, 2, 3, 1}; row : i64[2] = {1, -1}
  t1 = Transpose(e1, last); f1 = Reshape(t1, row) special_zero=false
  t2 = Transpose(d2, last); f2 = Reshape(t2, row) special_zero=false
  t3 = Transpose(d3, last); f3 = Reshape(t3, row) special_zero=false
  t4 = Transpose(d4, last); f4 = Reshape(t4, row) special_zero=false
  classes = Concat(f1, f3) axis=1; l = Concat(f2, f4) axis=1
  boxes : i64[3] = {1, -1, 6}; q = Reshape(classes, boxes) special_zero=false
  back : i64[3] = {0, 2, 1}; z = Transpose(q, back); p = Softmax(z) axis=1
  n : f32[1,320,4] = random(10); tenth : f32[4] = {0.1, 0.1, 0.1, 0.1}; mid : f32[4] = {0.3, 0.3, 0.7, 0.7}
  m = Multiply(n, tenth); anchors = Add(m, mid)
  y = MultiBoxDetection(p, l, anchors)
)",
     "y, p", "amx_bf16 pooling_bf16"},
    {"long short-term memory", R"(
  x : f32[2,16,4,12]
  w1 : f32[24,16,4,3] = random(1); c1 = Convolution(x, w1) pads_begin=[0,1] pads_end=[0,1]
  a1 : i64[1] = {2}; s1 = Squeeze(c1, a1)
)",
     "s1", R"(
  o : i64[3] = {0, 2, 1}; t = Transpose(s1, o)
  h : f32[2,2,10] = fill(0); c : f32[2,2,10] = fill(0); l : i64[2] = {12, 12}
  w : f32[2,40,24] = random(2); r : f32[2,40,10] = random(3); b : f32[2,40] = random(4)
  q = LSTMSequence(t, h, c, l, w, r, b) hidden_size=10 direction="bidirectional"
  y = Softmax(q.0) axis=3
)",
     "q.0, q.1, q.2, y", "bf16"},
    // Three steps, eight sequences at a time.
    {"unrolled long short-term memory", R"(
  x1 : f32[8,24]; x2 : f32[8,24]; x3 : f32[8,24]; h0 : f32[8,16]; k0 : f32[8,16]
  w : f32[64,24] = random(1); r : f32[64,16] = random(2); b : f32[1,64] = random(3); axis : i64[] = {1}
  m1 = MatMul(x1, w) transpose_b=true; a1 = Add(m1, b); n1 = MatMul(h0, r) transpose_b=true; g1 = Add(a1, n1)
  s1 = Split(g1, axis) num_splits=4; i1 = Sigmoid(s1.0); f1 = Sigmoid(s1.1); u1 = Tanh(s1.2); o1 = Sigmoid(s1.3)
  p1 = Multiply(f1, k0); q1 = Multiply(i1, u1); k1 = Add(p1, q1); v1 = Tanh(k1); h1 = Multiply(o1, v1)
  m2 = MatMul(x2, w) transpose_b=true; a2 = Add(m2, b); n2 = MatMul(h1, r) transpose_b=true; g2 = Add(a2, n2)
  s2 = Split(g2, axis) num_splits=4; i2 = Sigmoid(s2.0); f2 = Sigmoid(s2.1); u2 = Tanh(s2.2); o2 = Sigmoid(s2.3)
  p2 = Multiply(f2, k1); q2 = Multiply(i2, u2); k2 = Add(p2, q2); v2 = Tanh(k2); h2 = Multiply(o2, v2)
  m3 = MatMul(x3, w) transpose_b=true; a3 = Add(m3, b); n3 = MatMul(h2, r) transpose_b=true; g3 = Add(a3, n3)
  s3 = Split(g3, axis) num_splits=4; i3 = Sigmoid(s3.0); f3 = Sigmoid(s3.1); u3 = Tanh(s3.2); o3 = Sigmoid(s3.3)
  p3 = Multiply(f3, k2); q3 = Multiply(i3, u3); k3 = Add(p3, q3); v3 = Tanh(k3); h3 = Multiply(o3, v3)
)",
     "h3, k3", "y = Softmax(h3) axis=1; z = Exp(k3)\n", "y, z, h3", "bf16"},
    // Scores are f32 from the product to the softmax; the sums between layers are rounded for the products that read
    // them, and normalized as they are.
    {"transformer", R"(
  x : f32[2,12,32]
  w1 : f32[96,32] = random(2); b1 : f32[96] = random(3); q1 = MatMul(x, w1) transpose_b=true; q2 = Add(q1, b1)
  z : i64[5] = {2, 12, 3, 4, 8}; q3 = Reshape(q2, z) special_zero=false
  o : i64[5] = {2, 0, 3, 1, 4}; q4 = Transpose(q3, o); a0 : i64[] = {0}
  s = Split(q4, a0) num_splits=3
  first : i64[1] = {0}
  q = Squeeze(s.0, first); k = Squeeze(s.1, first); v = Squeeze(s.2, first)
  p = MatMul(q, k) transpose_b=true; scale : f32[1] = {0.35}; p2 = Multiply(p, scale)
  mask : f32[1,1,12,12] = random(4); m = Add(p2, mask); p3 = Softmax(m) axis=3
  c = MatMul(p3, v); o2 : i64[4] = {0, 2, 1, 3}; c2 = Transpose(c, o2)
  z2 : i64[3] = {2, 12, 32}; c3 = Reshape(c2, z2) special_zero=false
  w2 : f32[32,32] = random(5); d = MatMul(c3, w2) transpose_b=true; r = Add(d, x)
  axis : i64[1] = {2}; n = MVN(r, axis) normalize_variance=true eps=1e-5
  g : f32[32] = random(6); n2 = Multiply(n, g)
  w3 : f32[64,32] = random(7); f = MatMul(n2, w3) transpose_b=true; u = Gelu(f)
  w4 : f32[32,64] = random(8); f2 = MatMul(u, w4) transpose_b=true; e = Add(f2, n2)
)",
     "e", "last : i64[1] = {2}; y = MVN(e, last) normalize_variance=true eps=1e-5\n", "y", "bf16"},
    {"segmentation", R"(
  x : f32[1,3,20,24]
  w1 : f32[16,3,3,3] = random(1); c1 = Convolution(x, w1) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r1 = ReLU(c1)
  w2 : f32[32,16,3,3] = random(2)
  c2 = Convolution(r1, w2) dilations=[2,2] pads_begin=[2,2] pads_end=[2,2]; r2 = ReLU(c2)
  w3 : f32[32,16,4,4] = random(3); c3 = ConvolutionBackpropData(r2, w3) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
  w4 : f32[5,16,1,1] = random(4); c4 = Convolution(c3, w4)
  w5 : f32[5,16,1,1] = random(5); c5 = Convolution(r1, w5)
)",
     "c4, c5", R"(
  z : i64[2] = {20, 24}; f : f32[2] = {2, 2}; a : i64[2] = {2, 3}
  u = Interpolate(c5, z, f, a) shape_calculation_mode="sizes" mode="linear_onnx"
  j = Add(c4, u); y = ArgMax(j) axis=1
)",
     "y, j", "amx_bf16 bf16"},
};

}  // namespace moir::test
