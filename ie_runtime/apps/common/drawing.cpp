#include "drawing.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "fail.h"

namespace moir::apps {
namespace {

// Blue, green, red; neighbours are easy to tell apart, and each from black text.
const cv::Scalar kColours[] = {{86, 180, 255}, {255, 200, 80},  {120, 230, 120}, {120, 120, 255}, {230, 140, 230},
                               {90, 235, 240}, {235, 235, 110}, {190, 170, 255}, {160, 210, 60},  {210, 210, 210}};

// Where a corner lies: a pixel of the picture, for any finite number.
int ToPixel(double part, int64_t size) {
  return static_cast<int>(
      std::lround(std::clamp(part * static_cast<double>(size), 0.0, static_cast<double>(size - 1))));
}

}  // namespace

void DrawBox(Picture& picture, const Box& box, int64_t class_index, const std::string& text) {
  if (picture.channels != 3) Fail(ErrorKind::kInternal, "boxes are drawn into pictures with three channels");
  cv::Mat canvas(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3, picture.pixels.data());
  const cv::Scalar& colour = kColours[static_cast<size_t>(class_index) % std::size(kColours)];
  const int thickness = std::max(1, std::min(canvas.cols, canvas.rows) / 140);
  const cv::Point first(ToPixel(box.xmin, picture.width), ToPixel(box.ymin, picture.height));
  const cv::Point last(ToPixel(box.xmax, picture.width), ToPixel(box.ymax, picture.height));
  cv::rectangle(canvas, first, last, colour, thickness);

  constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
  constexpr int kMargin = 2;
  const double scale = std::clamp(std::min(canvas.cols, canvas.rows) / 800.0, 0.35, 1.5);
  int below = 0;
  const cv::Size size = cv::getTextSize(text, kFont, scale, 1, &below);
  const int height = size.height + below + 2 * kMargin, width = size.width + 2 * kMargin;
  const int left = std::max(0, std::min(first.x, canvas.cols - width));
  const int top = first.y >= height ? first.y - height : first.y;
  cv::rectangle(canvas, cv::Rect(left, top, width, height), colour, cv::FILLED);
  cv::putText(canvas, text, {left + kMargin, top + kMargin + size.height}, kFont, scale, cv::Scalar(0, 0, 0), 1,
              cv::LINE_AA);
}

}  // namespace moir::apps
