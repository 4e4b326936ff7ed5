// Points of feature maps between elements, gathered and interpolated.
#pragma once

#include "transforms/legalize_for_ir_v10_v11/builder.h"

namespace moir::transforms {

// elements [K] or rows [K, C]; first (i64): where each point's plane of height x width elements begins in them; y and x
// (f32): its place, within the plane; all three broadcast to one shape S. Returns S or S + [C].
Value BilinearSamples(Builder& build, Value elements, Value first, Value y, Value x, int64_t height, int64_t width);

}  // namespace moir::transforms
