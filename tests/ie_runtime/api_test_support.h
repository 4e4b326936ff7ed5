// Small models through the public classes, for the tests of these.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "graph/text.h"
#include "ie_runtime/internal_api.h"
#include "moir/moir.h"
#include "tests/support/api_testing.h"

namespace moir {

inline Model ParseModel(const std::string& text) { return runtime::ModelFromGraph(graph::ParseGraph(text)); }

// y = x + 1 over 64 floats.
inline CompiledModel CompilePlusOne(const Properties& properties = {{"inference_num_threads", "1"}}) {
  return Core().CompileModel(ParseModel("x : f32[1,4,4,4]; k : f32[1] = {1}; y = Add(x, k); return y as \"y\""),
                             properties);
}

// Some ten milliseconds or more of convolutions, in many steps.
inline CompiledModel CompileSlow(const Properties& properties, int layers = 60) {
  std::string text = "x : f32[1,64,32,32]; w : f32[64,64,3,3] = random(1)\n";
  std::string last = "x";
  for (int i = 0; i < layers; ++i) {
    const std::string next = "c" + std::to_string(i);
    text += next + " = Convolution(" + last + ", w) pads_begin=[1,1] pads_end=[1,1]\n";
    last = next + "t";
    text += last + " = Tanh(" + next + ")\n";
  }
  return Core().CompileModel(ParseModel(text + "return " + last + " as \"y\""), properties);
}

}  // namespace moir
