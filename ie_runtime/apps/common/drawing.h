// Boxes drawn into pictures.
#pragma once

#include <string>

#include "detections.h"
#include "picture.h"

namespace moir::apps {

// Draws the box, clipped to the picture (3 channels), in the class's colour, with `text` above it, or below its upper
// edge where there is no room.
void DrawBox(Picture& picture, const Box& box, int64_t class_index, const std::string& text);

}  // namespace moir::apps
