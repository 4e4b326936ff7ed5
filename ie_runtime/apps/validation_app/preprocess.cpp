#include "preprocess.h"

#include <algorithm>

#include "../common/fail.h"

namespace moir::apps {
namespace {

// The middle of the resized picture, and where that lies in the original.
Prepared CropMiddle(const Picture& original, const Picture& resized, int64_t width, int64_t height) {
  const int64_t x = (resized.width - width) / 2, y = (resized.height - height) / 2;
  const double per_column = static_cast<double>(original.width) / static_cast<double>(resized.width);
  const double per_row = static_cast<double>(original.height) / static_cast<double>(resized.height);
  return {Crop(resized, x, y, width, height),
          {static_cast<double>(x) * per_column, static_cast<double>(y) * per_row,
           static_cast<double>(x + width) * per_column, static_cast<double>(y + height) * per_row}};
}

}  // namespace

void CheckPreprocessing(const Preprocessing& how, int64_t width, int64_t height) {
  const bool crop = how.type == PreprocessingType::kResizeCrop;
  if (crop && (how.width < width || how.height < height)) {
    Fail(ErrorKind::kBadOption, "-ppType ResizeCrop: pictures become ", how.width, " x ", how.height,
         " (-ppWidth x -ppHeight, or -ppSize), expected at least the model's ", width, " x ", height);
  }
  if (how.type == PreprocessingType::kResizeShort && how.width < std::max(width, height)) {
    Fail(ErrorKind::kBadOption, "-ppType ResizeShort: the shorter side becomes ", how.width,
         " (-ppSize), expected at least ", std::max(width, height), ": the model's input is ", width, " x ", height);
  }
}

Prepared Prepare(const Picture& picture, const Preprocessing& how, int64_t width, int64_t height) {
  switch (how.type) {
    case PreprocessingType::kNone:
      if (picture.width != width || picture.height != height) {
        Fail(ErrorKind::kBadOption, "it has ", picture.width, " x ", picture.height, " pixels, the model's input ",
             width, " x ", height, ", and -ppType None keeps sizes");
      }
      break;
    case PreprocessingType::kResize: break;
    case PreprocessingType::kResizeCrop:
      return CropMiddle(picture, Resize(picture, how.width, how.height), width, height);
    case PreprocessingType::kResizeShort: {
      // The longer side is rounded down, as MXNet's resize_short does.
      const bool high = picture.height > picture.width;
      const int64_t longer =
          how.width * std::max(picture.width, picture.height) / std::min(picture.width, picture.height);
      return CropMiddle(picture, Resize(picture, high ? how.width : longer, high ? longer : how.width), width, height);
    }
  }
  const auto right = static_cast<double>(picture.width), bottom = static_cast<double>(picture.height);
  return {Resize(picture, width, height), {0, 0, right, bottom}};
}

}  // namespace moir::apps
