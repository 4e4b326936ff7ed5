// Shows how far a conversion is.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "mo/options.h"

namespace moir::mo {

struct ProgressEvent {
  double fraction = 0;  // of the whole work, 0 to 1
  std::string what;     // "optimize: fold-constants"
};
using ProgressListener = std::function<void(const ProgressEvent&)>;

enum class ProgressMode {
  kNone,
  kLateBar,  // one line that is rewritten, once the work takes longer than a second
  kBar,      // the same from the start
  kLines,    // a line per event
  kPercent,  // a line per whole percentage
};

// --silent: nothing. --stream_output: percentages. --progress: a bar on a terminal, lines elsewhere. Otherwise a late
// bar on a terminal.
ProgressMode ChooseProgressMode(const Options& options, bool terminal);

class ProgressPrinter {
 public:
  // `delay`: how long a late bar waits. `width`: columns of the terminal.
  ProgressPrinter(ProgressMode mode, std::ostream& out, size_t width = 80,
                  std::chrono::milliseconds delay = std::chrono::milliseconds(1000));
  ~ProgressPrinter() { Finish(); }
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  void Show(const ProgressEvent& event);
  // Takes the bar away, so that what follows starts on a clean line. Nothing is shown afterwards.
  void Finish();

 private:
  void Redraw();  // holds the lock
  std::string BarText() const;

  const ProgressMode mode_;
  std::ostream& out_;
  const size_t width_;
  const std::chrono::milliseconds delay_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  ProgressEvent event_;
  std::string drawn_;
  int last_percent_ = -1;
  std::thread drawer_;
};

}  // namespace moir::mo
