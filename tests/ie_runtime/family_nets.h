// Small networks with the layers of each family of models that people run: for tests of whole inferences, where layers
// alone would not do.
#pragma once

namespace moir::test {

struct FamilyNet {
  const char* name;
  const char* text;  // graph/text.h
};

inline constexpr FamilyNet kFamilyNets[] = {
    // First layer, pooling, residual sum, strides, pointwise, a head with probabilities.
    {"residual", R"(
  x : f32[1,3,64,64]
  w1 : f32[16,3,7,7] = random(1); b1 : f32[1,16,1,1] = random(2)
  c1 = Convolution(x, w1) strides=[2,2] pads_begin=[3,3] pads_end=[3,3]
  a1 = Add(c1, b1); r1 = ReLU(a1)
  p1 = MaxPool(r1) kernel=[3,3] strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
  w2 : f32[16,16,3,3] = random(3); c2 = Convolution(p1, w2) pads_begin=[1,1] pads_end=[1,1]; r2 = ReLU(c2)
  w3 : f32[16,16,3,3] = random(4); c3 = Convolution(r2, w3) pads_begin=[1,1] pads_end=[1,1]
  s3 = Add(c3, p1); r3 = ReLU(s3)
  w4 : f32[32,16,1,1] = random(5); c4 = Convolution(r3, w4) strides=[2,2]
  axes : i64[2] = {2, 3}; m = ReduceMean(c4, axes) keep_dims=true
  shape : i64[2] = {1, 32}; f = Reshape(m, shape) special_zero=false
  w5 : f32[10,32] = random(6); b5 : f32[10] = random(7)
  d = MatMul(f, w5) transpose_b=true; e = Add(d, b5)
  y = Softmax(e) axis=1
  return y)"},
    // Depthwise, clamps, hard swish, squeeze and excitation, grouped convolutions with shuffled channels.
    {"mobile", R"(
  x : f32[1,3,32,32]
  w1 : f32[16,3,3,3] = random(1); c1 = Convolution(x, w1) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]
  r1 = Clamp(c1) min=0.0 max=6.0
  w2 : f32[16,1,1,3,3] = random(2); c2 = GroupConvolution(r1, w2) pads_begin=[1,1] pads_end=[1,1]
  r2 = HSwish(c2)
  axes : i64[2] = {2, 3}; m = ReduceMean(r2, axes) keep_dims=true
  w3 : f32[8,16,1,1] = random(3); c3 = Convolution(m, w3); r3 = ReLU(c3)
  w4 : f32[16,8,1,1] = random(4); c4 = Convolution(r3, w4); third : f32[] = {0.2}; half : f32[] = {0.5}
  g4 = HardSigmoid(c4, third, half)
  s4 = Multiply(r2, g4)
  w5 : f32[32,16,1,1] = random(5); c5 = Convolution(s4, w5); r5 = Sigmoid(c5)
  w6 : f32[4,8,8,3,3] = random(6); c6 = GroupConvolution(r5, w6) pads_begin=[1,1] pads_end=[1,1]
  cut : i64[5] = {1, 4, 8, 16, 16}; z6 = Reshape(c6, cut) special_zero=false
  order : i64[5] = {0, 2, 1, 3, 4}; t6 = Transpose(z6, order)
  join : i64[4] = {1, 32, 16, 16}; y = Reshape(t6, join) special_zero=false
  return y)"},
    // Concatenations in place, scales and shifts between them.
    {"dense", R"(
  x : f32[1,16,16,16]
  k1 : f32[1,16,1,1] = random(1); s1 = Multiply(x, k1); r1 = ReLU(s1)
  w1 : f32[16,16,3,3] = random(2); c1 = Convolution(r1, w1) pads_begin=[1,1] pads_end=[1,1]
  j1 = Concat(r1, c1) axis=1
  k2 : f32[1,32,1,1] = random(3); s2 = Multiply(j1, k2); r2 = ReLU(s2)
  w2 : f32[16,32,1,1] = random(4); c2 = Convolution(r2, w2)
  j2 = Concat(j1, c2) axis=1
  a = AvgPool(j2) kernel=[2,2] strides=[2,2] exclude-pad=true
  n : i64[1] = {1}; l = LRN(a, n) alpha=0.0001 beta=0.75 bias=2.0 size=5
  return l as "y")"},
    // Faces: a slope per channel, embeddings of length one.
    {"face", R"(
  x : f32[1,3,24,24]
  w1 : f32[16,3,3,3] = random(1); k1 : f32[16] = random(2)
  c1 = Convolution(x, w1); r1 = PRelu(c1, k1)
  p1 = MaxPool(r1) kernel=[2,2] strides=[2,2] rounding_type="ceil"
  w2 : f32[16,1,1,11,11] = random(3); c2 = GroupConvolution(p1, w2)
  shape : i64[2] = {1, 16}; f = Reshape(c2, shape) special_zero=false
  w3 : f32[16,32] = random(4); d = MatMul(f, w3); k3 : f32[32] = random(5); r3 = PRelu(d, k3)
  n : i64[1] = {1}; y = NormalizeL2(r3, n) eps=1e-10 eps_mode="add"
  return y)"},
    // Boxes with classes over two maps.
    {"ssd", R"(
  x : f32[1,16,8,8]
  w1 : f32[24,16,3,3] = random(1); c1 = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]
  w2 : f32[16,16,3,3] = random(2); c2 = Convolution(x, w2) pads_begin=[1,1] pads_end=[1,1]
  w3 : f32[16,16,3,3] = random(3); d = Convolution(x, w3) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r = ReLU(d)
  w4 : f32[24,16,3,3] = random(4); c4 = Convolution(r, w4) pads_begin=[1,1] pads_end=[1,1]
  w5 : f32[16,16,3,3] = random(5); c5 = Convolution(r, w5) pads_begin=[1,1] pads_end=[1,1]
  last : i64[4] = {0, 2, 3, 1}; row : i64[2] = {1, -1}
  t1 = Transpose(c1, last); f1 = Reshape(t1, row) special_zero=false
  t2 = Transpose(c2, last); f2 = Reshape(t2, row) special_zero=false
  t4 = Transpose(c4, last); f4 = Reshape(t4, row) special_zero=false
  t5 = Transpose(c5, last); f5 = Reshape(t5, row) special_zero=false
  classes = Concat(f1, f4) axis=1; l = Concat(f2, f5) axis=1
  boxes : i64[3] = {1, -1, 6}; q = Reshape(classes, boxes) special_zero=false
  back : i64[3] = {0, 2, 1}; z = Transpose(q, back); p = Softmax(z) axis=1
  n : f32[1,320,4] = random(6); half : f32[4] = {0.1, 0.1, 0.1, 0.1}; mid : f32[4] = {0.3, 0.3, 0.7, 0.7}
  m = Multiply(n, half); anchors = Add(m, mid)
  y = MultiBoxDetection(p, l, anchors)
  return y)"},
    // Anchors of a grid, decoded, and the best of them.
    {"yolo", R"(
  x : f32[1,16,6,6]
  w1 : f32[16,16,1,1] = random(1); c1 = Convolution(x, w1); r1 = ReLU(c1) 
  e : i64[2] = {12, 12}; f : f32[2] = {2, 2}; a : i64[2] = {2, 3}
  u = Interpolate(r1, e, f, a) shape_calculation_mode="sizes" mode="nearest"
  w2 : f32[18,16,1,1] = random(2); c2 = Convolution(u, w2)
  s : i64[4] = {1, 3, 6, 144}; z = Reshape(c2, s) special_zero=false
  o : i64[4] = {0, 1, 3, 2}; t = Transpose(z, o); v : i64[3] = {1, 432, 6}; h = Reshape(t, v) special_zero=false
  axis : i64[] = {2}; lengths : i64[3] = {2, 2, 2}
  d = VariadicSplit(h, axis, lengths)
  c = Sigmoid(d.0); xy = Sigmoid(d.1); wh = Exp(d.2)
  j = Concat(c, xy, wh) axis=2
  y = BoxNms(j) in_format="center" topk=100 valid_thresh=0.3
  k : i64[] = {10}; best = TopK(c, k) axis=1 mode="max"
  return y, best.0)"},
    // Two stages: proposals, then what lies in each.
    {"rcnn", R"(
  x : f32[1,16,9,11]; info : f32[1,3]
  w1 : f32[12,16,1,1] = random(1); c1 = Convolution(x, w1)
  z : i64[4] = {1, 2, 54, 11}; q = Reshape(c1, z) special_zero=false; p = Softmax(q) axis=1
  z2 : i64[4] = {1, 12, 9, 11}; s = Reshape(p, z2) special_zero=false
  w2 : f32[24,16,1,1] = random(2); c2 = Convolution(x, w2)
  k : f32[3] = {10, 10, 0}; m = Multiply(info, k); t : f32[3] = {140, 160, 1}; i = Add(m, t)
  r = MultiProposal(s, c2, i) scales=[2.0,4.0] ratios=[0.5,1.0,2.0] rpn_pre_nms_top_n=100 rpn_post_nms_top_n=20
  g = ROIPooling(x, r.0) pooled_h=3 pooled_w=3 spatial_scale=0.0625
  g2 = PSROIPooling(x, r.0) output_dim=4 group_size=2 spatial_scale=0.0625
  f : i64[2] = {-1, 144}; h = Reshape(g, f) special_zero=false
  w3 : f32[32,144] = random(3); d = MatMul(h, w3) transpose_b=true; b = ReLU(d)
  w4 : f32[5,32] = random(4); e = MatMul(b, w4) transpose_b=true; y = Softmax(e) axis=1
  return y, g2)"},
    // Segmentation: dilated, enlarged by a deconvolution and by interpolation, cut to size, the best class.
    {"segmentation", R"(
  x : f32[1,3,20,24]
  w1 : f32[16,3,3,3] = random(1); c1 = Convolution(x, w1) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r1 = ReLU(c1)
  w2 : f32[16,16,3,3] = random(2)
  c2 = Convolution(r1, w2) dilations=[2,2] pads_begin=[2,2] pads_end=[2,2]; r2 = ReLU(c2)
  w3 : f32[16,5,4,4] = random(3)
  c3 = ConvolutionBackpropData(r2, w3) strides=[2,2]
  b : i64[2] = {1, 1}; e : i64[2] = {21, 25}; st : i64[2] = {1, 1}; a : i64[2] = {2, 3}
  s = Slice(c3, b, e, st, a)
  w4 : f32[5,16,1,1] = random(4); c4 = Convolution(r1, w4)
  z : i64[2] = {20, 24}; f : f32[2] = {2, 2}
  u = Interpolate(c4, z, f, a) shape_calculation_mode="sizes" mode="linear_onnx"
  j = Add(s, u)
  y = ArgMax(j) axis=1
  return y, j)"},
    // Style: reflected borders, instance normalization, pictures out of channels.
    {"style", R"(
  x : f32[1,3,16,16]
  p : i64[4] = {0, 0, 1, 1}; r = Pad(x, p, p) pad_mode="reflect"
  w1 : f32[16,3,3,3] = random(1); c1 = Convolution(r, w1)
  a : i64[2] = {2, 3}; n = MVN(c1, a) normalize_variance=true eps=1e-5
  g : f32[1,16,1,1] = random(2); m = Multiply(n, g); t = Tanh(m)
  w2 : f32[12,16,3,3] = random(3); c2 = Convolution(t, w2) pads_begin=[1,1] pads_end=[1,1]
  z : i64[6] = {1, 3, 2, 2, 16, 16}; q = Reshape(c2, z) special_zero=false
  o : i64[6] = {0, 1, 4, 2, 5, 3}; s = Transpose(q, o)
  e : i64[4] = {1, 3, 32, 32}; y = Reshape(s, e) special_zero=false
  return y)"},
    // Text in pictures: columns of features through two recurrent layers.
    {"recurrent", R"(
  x : f32[1,16,1,12]; h : f32[1,2,10]; c : f32[1,2,10]; h2 : f32[1,1,8]
  a : i64[1] = {2}; s = Squeeze(x, a); o : i64[3] = {0, 2, 1}; t = Transpose(s, o)
  l : i64[1] = {12}
  w : f32[2,40,16] = random(1); r : f32[2,40,10] = random(2); b : f32[2,40] = random(3)
  q = LSTMSequence(t, h, c, l, w, r, b) hidden_size=10 direction="bidirectional"
  o4 : i64[4] = {0, 2, 1, 3}; t4 = Transpose(q.0, o4); z : i64[3] = {1, 12, 20}; f = Reshape(t4, z) special_zero=false
  w2 : f32[1,24,20] = random(4); r2 : f32[1,24,8] = random(5); b2 : f32[1,24] = random(6)
  g = GRUSequence(f, h2, l, w2, r2, b2) hidden_size=8 direction="forward" linear_before_reset=false
  z3 : i64[2] = {12, 8}; e = Reshape(g.0, z3) special_zero=false
  w3 : f32[20,8] = random(7); d = MatMul(e, w3) transpose_b=true; y = Softmax(d) axis=1
  return y, q.1)"},
    // Attention over embedded tokens.
    {"attention", R"(
  tokens : i64[1,16]
  table : f32[40,32] = random(1); a0 : i64[] = {0}; e = Gather(table, tokens, a0)
  w1 : f32[96,32] = random(2); b1 : f32[96] = random(3); q1 = MatMul(e, w1) transpose_b=true; q2 = Add(q1, b1)
  z : i64[5] = {1, 16, 3, 4, 8}; q3 = Reshape(q2, z) special_zero=false
  o : i64[5] = {2, 0, 3, 1, 4}; q4 = Transpose(q3, o)
  s = Split(q4, a0) num_splits=3
  first : i64[1] = {0}
  q = Squeeze(s.0, first); k = Squeeze(s.1, first); v = Squeeze(s.2, first)
  p = MatMul(q, k) transpose_b=true; scale : f32[1] = {0.35}; p2 = Multiply(p, scale)
  lengths : f32[1,1,1,16] = random(4); m = Add(p2, lengths); p3 = Softmax(m) axis=3
  c = MatMul(p3, v); o2 : i64[4] = {0, 2, 1, 3}; c2 = Transpose(c, o2)
  z2 : i64[3] = {1, 16, 32}; c3 = Reshape(c2, z2) special_zero=false
  w2 : f32[32,32] = random(5); d = MatMul(c3, w2) transpose_b=true; r = Add(d, e)
  axis : i64[1] = {2}; n = MVN(r, axis) normalize_variance=true eps=1e-5
  g : f32[32] = random(6); n2 = Multiply(n, g)
  w3 : f32[64,32] = random(7); f = MatMul(n2, w3) transpose_b=true; u = Gelu(f)
  w4 : f32[32,64] = random(8); f2 = MatMul(u, w4) transpose_b=true; y = Add(f2, n2)
  return y)"},
    // 8-bit weights and values.
    {"quantized", R"(
  x : f32[1,8,12,12]
  s1 : f32[1] = {100}; q = Quantize(x, s1) destination_type="u8"
  wr : f32[16,8,3,3] = random(1); ws : f32[1] = {130}; w = Quantize(wr, ws) destination_type="i8"
  c = QuantizedConvolution(q, w) pads_begin=[1,1] pads_end=[1,1]
  s2 : f32[1] = {0.001}; d = Quantize(c, s2) destination_type="f32"
  p = MaxPool(d) kernel=[2,2] strides=[2,2]
  return p as "y")"},
    // Offsets, gathers and comparisons: layers of newer detectors and of post-processing.
    {"indices", R"(
  x : f32[1,8,10,10]; o : f32[1,18,10,10]
  w : f32[8,8,3,3] = random(1)
  d = DeformableConvolution(x, o, w) pads_begin=[1,1] pads_end=[1,1]
  zero : f32[1] = {0}; g = Greater(d, zero); s = Select(g, d, x)
  a : i64[1] = {1}; m = ReduceMax(s, a) keep_dims=true; b = Subtract(s, m)
  z : i64[2] = {8, 100}; f = Reshape(b, z) special_zero=false
  i : i64[3] = {4, 0, 2}; a0 : i64[] = {0}; r = Gather(f, i, a0)
  k : i64[] = {5}; t = TopK(r, k) axis=1 mode="max" index_element_type="i64"
  e = GatherElements(r, t.1) axis=1
  y = Concat(t.0, e) axis=1
  return y)"},
};

}  // namespace moir::test
