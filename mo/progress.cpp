#include "mo/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "graph/strings.h"

namespace moir::mo {
namespace {

constexpr size_t kBarCells = 24;
constexpr auto kRedrawInterval = std::chrono::milliseconds(200);

double Clamped(double fraction) { return std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0.0; }

std::string Percent(double fraction, int digits) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f%%", digits, 100 * Clamped(fraction));
  return text;
}

}  // namespace

ProgressMode ChooseProgressMode(const Options& options, bool terminal) {
  if (options.silent) return ProgressMode::kNone;
  if (options.stream_output) return ProgressMode::kPercent;
  if (options.progress) return terminal ? ProgressMode::kBar : ProgressMode::kLines;
  return terminal ? ProgressMode::kLateBar : ProgressMode::kNone;
}

ProgressPrinter::ProgressPrinter(ProgressMode mode, std::ostream& out, size_t width, std::chrono::milliseconds delay)
    : mode_(mode), out_(out), width_(width), delay_(mode == ProgressMode::kBar ? std::chrono::milliseconds(0) : delay) {
  if (mode_ != ProgressMode::kBar && mode_ != ProgressMode::kLateBar) return;
  // Draws between events, too: one pass over a large model may take longer than all others.
  drawer_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, delay_, [this] { return finished_; })) return;
    while (!finished_) {
      Redraw();
      changed_.wait_for(lock, kRedrawInterval, [this] { return finished_; });
    }
  });
}

void ProgressPrinter::Show(const ProgressEvent& event) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  event_ = event;
  if (mode_ == ProgressMode::kLines) {
    out_ << "Progress: " << Percent(event.fraction, 1) << " " << event.what << '\n' << std::flush;
  } else if (mode_ == ProgressMode::kPercent) {
    const int percent = static_cast<int>(100 * Clamped(event.fraction));
    if (percent == last_percent_) return;
    last_percent_ = percent;
    out_ << "Progress: " << percent << "%\n" << std::flush;
  }
}

std::string ProgressPrinter::BarText() const {
  const auto filled = static_cast<size_t>(Clamped(event_.fraction) * static_cast<double>(kBarCells));
  const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "%.0f s", elapsed);
  std::string text = graph::StrCat("[", std::string(filled, '#'), std::string(kBarCells - filled, '.'), "] ",
                                   Percent(event_.fraction, 0), " ", seconds, " ", event_.what);
  // A line that wraps would not be overwritten.
  if (text.size() + 1 > width_) text.resize(width_ > 0 ? width_ - 1 : 0);
  return text;
}

void ProgressPrinter::Redraw() {
  std::string text = BarText();
  if (text == drawn_) return;
  // Spaces over what is left of a longer text; nothing is erased first, so nothing flickers.
  const size_t rest = drawn_.size() > text.size() ? drawn_.size() - text.size() : 0;
  out_ << '\r' << text << std::string(rest, ' ') << std::flush;
  drawn_ = std::move(text);
}

void ProgressPrinter::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  changed_.notify_all();
  if (drawer_.joinable()) drawer_.join();
  if (drawn_.empty()) return;
  out_ << '\r' << std::string(drawn_.size(), ' ') << '\r' << std::flush;
  drawn_.clear();
}

}  // namespace moir::mo
