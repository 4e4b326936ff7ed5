#include "picture.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "fail.h"

namespace moir::apps {
namespace {

void RequireReadable(const std::string& path) {
  // A folder can be opened but not read.
  std::ifstream file(path, std::ios::binary);
  if (!file || (file.peek() == std::ifstream::traits_type::eof() && file.bad())) {
    Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  }
}

}  // namespace

Tensor ReadPicture(const std::string& path, int64_t channels, int64_t height, int64_t width) {
  if (channels != 1 && channels != 3) {
    Fail(ErrorKind::kBadOption, path, ": a picture for an input of ", channels, " channels, expected 1 or 3");
  }
  constexpr int64_t kLargestSide = 1 << 15;
  if (height < 1 || width < 1 || height > kLargestSide || width > kLargestSide) {
    Fail(ErrorKind::kBadOption, path, ": a picture for an input of ", height, " x ", width, ", expected 1 to ",
         kLargestSide, " each");
  }
  RequireReadable(path);
  cv::Mat picture;
  try {
    picture = cv::imread(path, channels == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
    if (!picture.empty() && (picture.rows != height || picture.cols != width)) {
      cv::resize(picture, picture, cv::Size(static_cast<int>(width), static_cast<int>(height)), 0, 0, cv::INTER_LINEAR);
    }
  } catch (const cv::Exception& error) {
    Fail(ErrorKind::kBadModel, path, ": not a picture that can be read: ", error.err);
  }
  if (picture.empty()) Fail(ErrorKind::kBadModel, path, ": not a picture that can be read");
  Tensor tensor(ElementType::kF32, {1, channels, height, width});
  auto* planes = tensor.Data<float>();
  const auto plane = static_cast<size_t>(height * width);
  for (int y = 0; y < picture.rows; ++y) {
    const uchar* row = picture.ptr<uchar>(y);
    for (int x = 0; x < picture.cols; ++x) {
      const size_t pixel = static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x);
      for (int64_t c = 0; c < channels; ++c)
        planes[static_cast<size_t>(c) * plane + pixel] = static_cast<float>(*row++);
    }
  }
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
