// How far the work is: a bar on a terminal, otherwise a line per tenth. Goes to standard error.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace moir::apps {

class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();  // wipes the bar off the terminal
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // `part` of the work is done, 0 to 1; `text` says it in numbers. Most calls show nothing.
  void Show(double part, const std::string& text);
  // Whether Show would show anything now, so that texts need not be made in vain.
  bool Due(double part) const;

 private:
  std::string what_;
  bool terminal_, shown_before_ = false;
  int tenths_ = 0;
  std::chrono::steady_clock::time_point shown_;
};

// Of so many things.
class Progress {
 public:
  Progress(std::string what, std::string unit, size_t total);
  void Advance(size_t done);

 private:
  ProgressBar bar_;
  std::string unit_;
  size_t total_, done_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace moir::apps
