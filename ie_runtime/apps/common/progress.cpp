#include "progress.h"

#include <unistd.h>

#include <cstdio>

namespace moir::apps {

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (terminal_ && done_ > 0) std::fputs("\r\033[K", stderr);
}

void Progress::Advance(size_t done) {
  constexpr size_t kBarLength = 40;
  done_ += done;
  const auto now = std::chrono::steady_clock::now();
  const size_t tenths = total_ == 0 ? 0 : done_ * 10 / total_;
  if (terminal_) {
    if (done_ < total_ && now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const size_t filled = total_ == 0 ? kBarLength : done_ * kBarLength / total_;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r%s [%s%s] %zu/%zu, %.1f per second\033[K", what_.c_str(), std::string(filled, '#').c_str(),
                 std::string(kBarLength - filled, ' ').c_str(), done_, total_,
                 seconds > 0 ? static_cast<double>(done_) / seconds : 0.0);
  } else if (tenths > tenths_) {
    tenths_ = tenths;
    std::fprintf(stderr, "%s: %zu of %zu pictures\n", what_.c_str(), done_, total_);
  }
}

}  // namespace moir::apps
