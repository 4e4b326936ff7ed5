// Pictures as input of a model.
#pragma once

#include <string>
#include <vector>

#include "moir/tensor.h"

namespace moir::apps {

// The picture as f32 of shape [1, channels, height, width], values 0 .. 255 as they are in the file (mean and scale are
// part of the model). `channels` is 3, in the order blue, green, red, or 1, gray. A picture of another size is resized
// bilinearly without keeping its proportions. JPEG, PNG, BMP and whatever else OpenCV was built to read.
// Throws kIo when the file cannot be opened, kBadModel when it is no picture.
Tensor ReadPicture(const std::string& path, int64_t channels, int64_t height, int64_t width);

// Whether the file begins like a picture that ReadPicture knows.
bool IsPicture(const std::string& path);

// A list of files and folders; folders are replaced by the pictures in them (not deeper), sorted by name. Throws kIo
// for what does not exist, kBadOption for a folder without pictures.
std::vector<std::string> ExpandPictures(const std::vector<std::string>& paths);

}  // namespace moir::apps
