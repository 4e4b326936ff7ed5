#include "mo/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace moir::mo {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

ProgressMode Choose(bool silent, bool progress, bool stream, bool terminal) {
  Options options;
  options.silent = silent;
  options.progress = progress;
  options.stream_output = stream;
  return ChooseProgressMode(options, terminal);
}

TEST(Progress, ChoosesByOptionsAndTerminal) {
  EXPECT_EQ(Choose(false, false, false, false), ProgressMode::kNone);
  EXPECT_EQ(Choose(false, false, false, true), ProgressMode::kLateBar);
  EXPECT_EQ(Choose(false, true, false, true), ProgressMode::kBar);
  EXPECT_EQ(Choose(false, true, false, false), ProgressMode::kLines);
  EXPECT_EQ(Choose(false, true, true, true), ProgressMode::kPercent);
  EXPECT_EQ(Choose(false, false, true, false), ProgressMode::kPercent);
  EXPECT_EQ(Choose(true, true, true, true), ProgressMode::kNone);
}

TEST(Progress, PrintsLines) {
  std::ostringstream out;
  ProgressPrinter printer(ProgressMode::kLines, out);
  printer.Show({0.25, "read"});
  printer.Show({1, "done"});
  EXPECT_EQ(out.str(), "Progress: 25.0% read\nProgress: 100.0% done\n");
}

TEST(Progress, PrintsEveryPercentageOnce) {
  std::ostringstream out;
  ProgressPrinter printer(ProgressMode::kPercent, out);
  for (const double fraction : {0.0, 0.101, 0.105, 0.11, 2.0}) printer.Show({fraction, "x"});
  EXPECT_EQ(out.str(), "Progress: 0%\nProgress: 10%\nProgress: 11%\nProgress: 100%\n");
}

TEST(Progress, DrawsOneLineAndTakesItAway) {
  std::ostringstream out;
  {
    ProgressPrinter printer(ProgressMode::kBar, out, 40);
    for (int i = 0; i < 50; ++i) {
      printer.Show({0.5, "optimize: a pass with a very long name"});
      std::this_thread::sleep_for(milliseconds(10));
    }
  }
  const std::string text = out.str();
  EXPECT_THAT(text, HasSubstr("\r[############............] 50% "));
  EXPECT_EQ(text.find('\n'), std::string::npos);
  // No line is wider than the terminal, and the last thing is an empty one.
  for (const std::string& line : graph::Split(text, '\r')) EXPECT_LT(line.size(), 40u);
  EXPECT_EQ(text.back(), '\r');
  EXPECT_EQ(text.substr(text.size() - 10), std::string(9, ' ') + "\r");
}

TEST(Progress, ALateBarStaysAwayFromShortWork) {
  std::ostringstream out;
  {
    ProgressPrinter printer(ProgressMode::kLateBar, out, 80, milliseconds(60000));
    printer.Show({0.5, "read"});
  }
  EXPECT_EQ(out.str(), "");
  {
    ProgressPrinter printer(ProgressMode::kLateBar, out, 80, milliseconds(0));
    printer.Show({0.5, "read"});
    std::this_thread::sleep_for(milliseconds(300));
  }
  EXPECT_THAT(out.str(), HasSubstr("] 50% "));
}

}  // namespace
}  // namespace moir::mo
