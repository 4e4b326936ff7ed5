// Pictures: read from files, resized, and as input of a model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moir/tensor.h"

namespace moir::apps {

// 8 bits per value, rows from the top, the channels of a pixel beside each other: blue, green, red, or gray alone.
struct Picture {
  int64_t width = 0, height = 0, channels = 0;
  std::vector<uint8_t> pixels;
};

// The picture as it is in the file, with 3 channels or 1 (colour becomes gray, gray is repeated). JPEG, PNG, BMP and
// whatever else OpenCV was built to read. Throws kIo when the file cannot be opened, kBadModel when it is no picture.
Picture LoadPicture(const std::string& path, int64_t channels);

// Bilinearly, without keeping the proportions. Sizes from 1 to 32768, or kBadOption.
Picture Resize(const Picture& picture, int64_t width, int64_t height);

// The part of this size whose first pixel is (x, y); it must lie within the picture.
Picture Crop(const Picture& picture, int64_t x, int64_t y, int64_t width, int64_t height);

// Writes the pixels as floats 0 .. 255 to `values`: one plane per channel, or (`channels_last`) as they lie.
void CopyPixels(const Picture& picture, bool channels_last, float* values);

// The bytes of a JPEG file.
std::string EncodeJpeg(const Picture& picture);

// Writes a PNG file; it appears complete or not at all. Throws kIo.
void WritePng(const std::string& path, const Picture& picture);

// The picture as f32 of shape [1, channels, height, width], values 0 .. 255 as they are in the file (mean and scale are
// part of the model), resized when it has another size.
Tensor ReadPicture(const std::string& path, int64_t channels, int64_t height, int64_t width);

// Whether the file begins like a picture that LoadPicture knows.
bool IsPicture(const std::string& path);

// A list of files and folders; folders are replaced by the pictures in them (not deeper), sorted by name. Throws kIo
// for what does not exist, kBadOption for a folder without pictures.
std::vector<std::string> ExpandPictures(const std::vector<std::string>& paths);

}  // namespace moir::apps
