// One layer each, of a size at which its kernel's inner loops are what counts.
#pragma once

#include "tests/ie_runtime/family_nets.h"

namespace moir::test {

inline constexpr FamilyNet kLayerNets[] = {
    {"first-7x7", R"(x : f32[1,3,40,40]; w : f32[32,3,7,7] = random(1)
       y = Convolution(x, w) strides=[2,2] pads_begin=[3,3] pads_end=[3,3]; return y)"},
    {"3x3", R"(x : f32[1,32,14,14]; w : f32[32,32,3,3] = random(1)
       c = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]; y = ReLU(c); return y)"},
    {"3x3-stride-2", R"(x : f32[1,32,14,14]; w : f32[32,32,3,3] = random(1)
       y = Convolution(x, w) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"3x3-late", R"(x : f32[1,160,7,7]; w : f32[160,160,3,3] = random(1)
       y = Convolution(x, w) pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"1x1", R"(x : f32[1,64,14,14]; w : f32[64,64,1,1] = random(1); c = Convolution(x, w); y = ReLU(c); return y)"},
    {"1x1-late", R"(x : f32[1,512,4,4]; w : f32[544,512,1,1] = random(1); y = Convolution(x, w); return y)"},
    {"depthwise", R"(x : f32[1,64,14,14]; w : f32[64,1,1,3,3] = random(1)
       y = GroupConvolution(x, w) pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"grouped", R"(x : f32[1,64,14,14]; w : f32[8,8,8,3,3] = random(1)
       y = GroupConvolution(x, w) pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"deconvolution", R"(x : f32[1,32,7,7]; w : f32[32,16,4,4] = random(1)
       y = ConvolutionBackpropData(x, w) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; return y)"},
    {"max-pool", R"(x : f32[1,3,28,28]; w : f32[32,3,1,1] = random(1); c = Convolution(x, w)
       y = MaxPool(c) kernel=[3,3] strides=[2,2]; return y)"},
    {"mean", R"(x : f32[1,64,14,14]; a : i64[2] = {2, 3}; y = ReduceMean(x, a) keep_dims=true; return y)"},
    {"fully-connected", R"(x : f32[1,512]; w : f32[200,512] = random(1); b : f32[200] = random(2)
       m = MatMul(x, w) transpose_b=true; a = Add(m, b); y = ReLU(a); return y)"},
    {"scale-shift", R"(x : f32[1,32,28,28]; k : f32[1,32,1,1] = random(1); m = Multiply(x, k); y = ReLU(m); return y)"},
    {"sigmoid", R"(x : f32[1,32,28,28]; y = Sigmoid(x); return y)"},
    {"gate", R"(x : f32[1,32,28,28]; g : f32[1,32,1,1]; y = Multiply(x, g); return y)"},
    {"softmax", R"(x : f32[64,100]; y = Softmax(x) axis=1; return y)"},
    {"lstm", R"(x : f32[1,8,32]; h : f32[1,1,32]; c : f32[1,1,32]; l : i64[1] = {8}
       w : f32[1,128,32] = random(1); r : f32[1,128,32] = random(2); b : f32[1,128] = random(3)
       s = LSTMSequence(x, h, c, l, w, r, b) hidden_size=32 direction="forward"; return s.0 as "y")"},
};

}  // namespace moir::test
