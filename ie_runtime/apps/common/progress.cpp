#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace moir::apps {
namespace {

int Tenths(double part) { return static_cast<int>(std::clamp(part, 0.0, 1.0) * 10 + 1e-9); }

}  // namespace

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (terminal_ && shown_before_) std::fputs("\r\033[K", stderr);
}

bool ProgressBar::Due(double part) const {
  if (!terminal_) return Tenths(part) > tenths_;
  return part >= 1 || std::chrono::steady_clock::now() - shown_ >= std::chrono::milliseconds(100);
}

void ProgressBar::Show(double part, const std::string& text) {
  constexpr size_t kBarLength = 40;
  if (!Due(part)) return;
  tenths_ = Tenths(part);
  shown_ = std::chrono::steady_clock::now();
  shown_before_ = true;
  if (!terminal_) {
    std::fprintf(stderr, "%s: %s\n", what_.c_str(), text.c_str());
    return;
  }
  const auto filled = static_cast<size_t>(std::clamp(part, 0.0, 1.0) * kBarLength);
  std::fprintf(stderr, "\r%s [%s%s] %s\033[K", what_.c_str(), std::string(filled, '#').c_str(),
               std::string(kBarLength - filled, ' ').c_str(), text.c_str());
}

Progress::Progress(std::string what, std::string unit, size_t total)
    : bar_(std::move(what)), unit_(std::move(unit)), total_(total), start_(std::chrono::steady_clock::now()) {}

void Progress::Advance(size_t done) {
  done_ += done;
  const double part = total_ == 0 ? 1 : static_cast<double>(done_) / static_cast<double>(total_);
  if (!bar_.Due(part)) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  char text[128];
  std::snprintf(text, sizeof text, "%zu of %zu %s, %.1f per second", done_, total_, unit_.c_str(),
                seconds > 0 ? static_cast<double>(done_) / seconds : 0.0);
  bar_.Show(part, text);
}

}  // namespace moir::apps
