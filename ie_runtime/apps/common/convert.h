// Conversion of values to the element type that a model wants.
#pragma once

#include <string>

#include "moir/tensor.h"

namespace moir::apps {

// Floats round to the nearest; everything else must survive exactly (token ids as i64 for a model that takes f32, say).
// Throws kBadOption with `place`, the position and the value otherwise. The tensor itself when it has the type already.
Tensor ConvertTo(const Tensor& tensor, ElementType type, const std::string& place);

}  // namespace moir::apps
