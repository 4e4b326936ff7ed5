// How a picture becomes as large as a model's input.
#pragma once

#include <string>

#include "../common/detections.h"
#include "../common/picture.h"

namespace moir::apps {

enum class PreprocessingType {
  kNone,         // pictures must have the input's size
  kResize,       // to the input's size, whatever their proportions
  kResizeCrop,   // to width x height, whatever their proportions; of this the middle
  kResizeShort,  // the shorter side to width, keeping the proportions; of this the middle
};

struct Preprocessing {
  PreprocessingType type = PreprocessingType::kResize;
  int64_t width = 0, height = 0;  // before the crop
};

struct Prepared {
  Picture picture;
  Box part;  // of the original that the result shows, in pixels
};

// Throws kBadOption when the pictures would be smaller than the input.
void CheckPreprocessing(const Preprocessing& how, int64_t width, int64_t height);

// `width` x `height`: of the model's input. Throws kBadOption for a picture of another size and kNone.
Prepared Prepare(const Picture& picture, const Preprocessing& how, int64_t width, int64_t height);

}  // namespace moir::apps
