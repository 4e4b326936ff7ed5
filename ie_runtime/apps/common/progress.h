// How far the work is: a bar on a terminal, otherwise a line per tenth. Goes to standard error.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace moir::apps {

class Progress {
 public:
  Progress(std::string what, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void Advance(size_t done);

 private:
  std::string what_;
  size_t total_, done_ = 0, tenths_ = 0;
  bool terminal_;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace moir::apps
