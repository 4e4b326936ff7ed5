// docs/operators.md says what the tables say.
#include "tests/manual/operators_manual.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace moir::test {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// It takes all operators through all passes.
const std::string& Manual() {
  static const std::string text = OperatorsManual();
  return text;
}

TEST(OperatorsManual, IsUpToDate) {
  EXPECT_TRUE(ReadText(MOIR_SOURCE_DIR "/docs/operators.md") == Manual())
      << "run moir_operators_manual > docs/operators.md";
}

TEST(OperatorsManual, TellsWhereOperatorsGo) {
  const std::string& manual = Manual();
  const auto has = [&](const std::string& part) { return manual.find(part) != std::string::npos; };
  EXPECT_TRUE(has("| `Convolution`, also"));
  EXPECT_TRUE(has("`_random_normal`"));
  EXPECT_TRUE(has("| Training: optimizers"));
  EXPECT_FALSE(has("`_backward_"));
}

}  // namespace
}  // namespace moir::test
