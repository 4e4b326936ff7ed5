#include "picture.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "fail.h"
#include "output_file.h"

namespace moir::apps {
namespace {

constexpr int64_t kLargestSide = 1 << 15;

void RequireReadable(const std::string& path) {
  // A folder can be opened but not read.
  std::ifstream file(path, std::ios::binary);
  if (!file || (file.peek() == std::ifstream::traits_type::eof() && file.bad())) {
    Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  }
}

// The same pixels as OpenCV sees them.
cv::Mat AsMat(const Picture& picture) {
  return {static_cast<int>(picture.height), static_cast<int>(picture.width), picture.channels == 1 ? CV_8UC1 : CV_8UC3,
          const_cast<uint8_t*>(picture.pixels.data())};
}

Picture AsPicture(const cv::Mat& mat) {
  Picture picture{.width = mat.cols, .height = mat.rows, .channels = mat.channels()};
  const auto row_size = static_cast<size_t>(mat.cols) * static_cast<size_t>(mat.channels());
  picture.pixels.reserve(row_size * static_cast<size_t>(mat.rows));
  for (int y = 0; y < mat.rows; ++y) {
    const uchar* row = mat.ptr<uchar>(y);
    picture.pixels.insert(picture.pixels.end(), row, row + row_size);
  }
  return picture;
}

}  // namespace

Picture LoadPicture(const std::string& path, int64_t channels) {
  if (channels != 1 && channels != 3) {
    Fail(ErrorKind::kBadOption, path, ": a picture for an input of ", channels, " channels, expected 1 or 3");
  }
  RequireReadable(path);
  cv::Mat mat;
  try {
    mat = cv::imread(path, channels == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
  } catch (const cv::Exception& error) {
    Fail(ErrorKind::kBadModel, path, ": not a picture that can be read: ", error.err);
  }
  if (mat.empty()) Fail(ErrorKind::kBadModel, path, ": not a picture that can be read");
  return AsPicture(mat);
}

Picture Resize(const Picture& picture, int64_t width, int64_t height) {
  if (height < 1 || width < 1 || height > kLargestSide || width > kLargestSide) {
    Fail(ErrorKind::kBadOption, "a picture of ", height, " x ", width, ", expected 1 to ", kLargestSide, " each");
  }
  if (picture.width == width && picture.height == height) return picture;
  cv::Mat mat;
  cv::resize(AsMat(picture), mat, cv::Size(static_cast<int>(width), static_cast<int>(height)), 0, 0, cv::INTER_LINEAR);
  return AsPicture(mat);
}

Picture Crop(const Picture& picture, int64_t x, int64_t y, int64_t width, int64_t height) {
  if (x < 0 || y < 0 || width < 1 || height < 1 || width > picture.width - x || height > picture.height - y)
    Fail(ErrorKind::kInternal, "a part that does not lie within the picture");
  return AsPicture(AsMat(picture)(
      cv::Rect(static_cast<int>(x), static_cast<int>(y), static_cast<int>(width), static_cast<int>(height))));
}

void CopyPixels(const Picture& picture, bool channels_last, float* values) {
  if (channels_last) {
    std::copy(picture.pixels.begin(), picture.pixels.end(), values);
    return;
  }
  const auto plane = static_cast<size_t>(picture.width * picture.height);
  const auto channels = static_cast<size_t>(picture.channels);
  for (size_t pixel = 0; pixel < plane; ++pixel) {
    for (size_t c = 0; c < channels; ++c)
      values[c * plane + pixel] = static_cast<float>(picture.pixels[pixel * channels + c]);
  }
}

namespace {

std::string Encode(const char* ending, const Picture& picture) {
  std::vector<uchar> bytes;
  if (!cv::imencode(ending, AsMat(picture), bytes))
    Fail(ErrorKind::kInternal, "a picture cannot be encoded as ", ending);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string EncodeJpeg(const Picture& picture) { return Encode(".jpg", picture); }

void WritePng(const std::string& path, const Picture& picture) { WriteFile(path, Encode(".png", picture)); }

Tensor ReadPicture(const std::string& path, int64_t channels, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > kLargestSide || width > kLargestSide) {
    Fail(ErrorKind::kBadOption, path, ": a picture for an input of ", height, " x ", width, ", expected 1 to ",
         kLargestSide, " each");
  }
  const Picture picture = Resize(LoadPicture(path, channels), width, height);
  Tensor tensor(ElementType::kF32, {1, channels, height, width});
  CopyPixels(picture, /*channels_last=*/false, tensor.Data<float>());
  return tensor;
}

bool IsPicture(const std::string& path) { return cv::haveImageReader(path); }

std::vector<std::string> ExpandPictures(const std::vector<std::string>& paths) {
  std::vector<std::string> result;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      RequireReadable(path);
      result.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file() && IsPicture(entry.path().string())) found.push_back(entry.path().string());
    }
    if (error) Fail(ErrorKind::kIo, path, ": cannot list: ", error.message());
    if (found.empty()) Fail(ErrorKind::kBadOption, path, ": there is no picture in this folder");
    std::sort(found.begin(), found.end());
    result.insert(result.end(), found.begin(), found.end());
  }
  return result;
}

}  // namespace moir::apps
