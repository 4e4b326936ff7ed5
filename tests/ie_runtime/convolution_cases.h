// Convolutions of all kinds, for the tests of their kernels in f32 and in bf16.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "ie_runtime/common.h"

namespace moir::runtime {

struct ConvolutionCase {
  const char* name;
  const char* data;     // shape
  const char* weights;  // shape
  const char* attributes;
  int64_t out_channels;
  bool grouped = false;
};

inline constexpr ConvolutionCase kConvolutionCases[] = {
    {"first layer", "1,3,19,17", "24,3,7,7", "strides=[2,2] pads_begin=[3,3] pads_end=[3,3]", 24},
    {"first layer, window of 3", "2,3,37,61", "16,3,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[0,1]", 16},
    {"first layer, many strips", "1,4,71,402", "3,4,4,4", "pads_begin=[1,2] pads_end=[2,1]", 3},
    {"first layer, dilation", "2,2,40,1101", "5,2,3,3", "strides=[3,2] dilations=[7,2] pads_begin=[9,2] pads_end=[9,2]",
     5},
    {"one channel", "1,1,12,12", "20,1,5,5", "", 20},
    {"odd channels", "1,7,9,11", "13,7,3,3", "pads_begin=[1,1] pads_end=[1,1]", 13},
    {"odd channels beyond a block", "2,33,8,8", "17,33,3,3", "pads_begin=[1,1] pads_end=[1,1]", 17},
    {"pointwise", "1,48,7,9", "64,48,1,1", "", 64},
    {"pointwise, batch 3", "3,64,5,5", "80,64,1,1", "", 80},
    {"pointwise with many weights", "1,600,3,5", "520,600,1,1", "", 520},
    {"pointwise with many weights and strides", "2,520,5,6", "530,520,1,1", "strides=[2,2]", 530},
    {"pointwise with many weights and pads", "1,512,3,3", "520,512,1,1", "pads_begin=[1,0] pads_end=[0,2]", 520},
    {"pointwise with strides", "2,32,9,9", "48,32,1,1", "strides=[2,2]", 48},
    {"winograd", "1,64,14,14", "64,64,3,3", "pads_begin=[1,1] pads_end=[1,1]", 64},
    {"winograd, odd size, batch 2", "2,32,13,15", "48,32,3,3", "pads_begin=[1,1] pads_end=[1,1]", 48},
    {"winograd, no padding", "1,32,12,12", "32,32,3,3", "", 32},
    {"window of 3, strides", "2,32,13,15", "48,32,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 48},
    {"asymmetric pads", "1,16,9,9", "16,16,3,3", "pads_begin=[0,1] pads_end=[2,0]", 16},
    {"wide asymmetric pads", "1,32,9,9", "32,32,3,3", "pads_begin=[0,0] pads_end=[3,4]", 32},
    {"dilation", "1,16,15,15", "32,16,3,3", "dilations=[2,3] pads_begin=[2,3] pads_end=[2,3]", 32},
    {"strides that leave a rest", "1,16,10,11", "16,16,3,3", "strides=[2,3]", 16},
    {"rectangular", "1,16,9,21", "32,16,1,7", "pads_begin=[0,3] pads_end=[0,3]", 32},
    {"1-D", "2,16,30", "24,16,5", "strides=[2] pads_begin=[2] pads_end=[1]", 24},
    {"3-D", "1,4,6,7,8", "18,4,3,3,3", "strides=[1,2,1] pads_begin=[1,0,1] pads_end=[1,1,0]", 18},
    {"same upper", "1,16,10,10", "16,16,4,4", "strides=[2,2] auto_pad=\"same_upper\"", 16},
    {"same lower", "1,16,10,10", "16,16,4,4", "strides=[3,3] auto_pad=\"same_lower\"", 16},
    {"depthwise", "1,32,14,14", "32,1,1,3,3", "pads_begin=[1,1] pads_end=[1,1]", 32, true},
    {"depthwise, odd channels, strides", "2,21,11,11", "21,1,1,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]",
     21, true},
    {"depthwise, 16 channels", "2,16,7,13", "16,1,1,3,3", "pads_begin=[1,1] pads_end=[1,1]", 16, true},
    {"depthwise, 16 channels, strides", "1,16,9,19", "16,1,1,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 16,
     true},
    {"depthwise, 16 channels, strides, no padding", "2,16,7,7", "16,1,1,3,3", "strides=[1,2]", 16, true},
    {"depthwise, 8 channels, dilation", "1,8,12,17", "8,1,1,3,3", "dilations=[2,3] pads_begin=[2,1] pads_end=[2,4]", 8,
     true},
    {"depthwise, 8 channels, strides", "2,8,6,20", "8,1,1,3,3", "strides=[2,2] pads_begin=[1,0] pads_end=[1,1]", 8,
     true},
    {"depthwise, 8 channels, narrow", "1,8,6,5", "8,1,1,3,3", "pads_begin=[1,1] pads_end=[1,1]", 8, true},
    {"depthwise, 4 channels", "1,4,5,16", "4,1,1,3,3", "pads_begin=[1,1] pads_end=[1,1]", 4, true},
    {"depthwise, 4 channels, strides", "1,4,5,33", "4,1,1,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 4,
     true},
    {"depthwise, strides of 3", "1,16,9,31", "16,1,1,3,3", "strides=[2,3]", 16, true},
    {"depthwise, one element, odd channels", "2,77,6,14", "77,1,1,1,1", "", 77, true},
    {"depthwise multiplier", "1,8,9,9", "8,2,1,3,3", "", 16, true},
    {"groups of whole blocks", "1,64,8,8", "4,16,16,3,3", "pads_begin=[1,1] pads_end=[1,1]", 64, true},
    {"groups of odd channels", "1,20,8,8", "4,3,5,3,3", "pads_begin=[1,1] pads_end=[1,1]", 12, true},
    {"small groups", "2,32,8,8", "8,4,4,3,3", "strides=[2,2] pads_begin=[1,1] pads_end=[1,1]", 32, true},
};

inline std::string ConvolutionCaseName(const testing::TestParamInfo<ConvolutionCase>& test) {
  std::string name = test.param.name;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

inline std::string ConvolutionOp(const ConvolutionCase& c) { return c.grouped ? "GroupConvolution" : "Convolution"; }

// ",1" for each spatial axis.
inline std::string SpatialOnes(const ConvolutionCase& c) {
  std::string ones;
  const std::string_view data = c.data;
  for (int64_t i = std::count(data.begin(), data.end(), ','); i > 1; --i) ones += ",1";
  return ones;
}

// c = the case's convolution of x; `tail` goes on, with b, one number per channel, and slope.
inline std::string ConvolutionText(const ConvolutionCase& c, const std::string& tail) {
  return StrCat("x : f32[", c.data, "]\nw : f32[", c.weights, "] = random(1)\nb : f32[1,", c.out_channels,
                SpatialOnes(c), "] = random(2)\nslope : f32[", c.out_channels, "] = random(3)\nc = ", ConvolutionOp(c),
                "(x, w) ", c.attributes, "\n", tail);
}

}  // namespace moir::runtime
