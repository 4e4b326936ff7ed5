// The quickstart's classifier: what mo and the engine say about three pictures is what MXNet says.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

TEST(Digits, AreClassifiedAsByMXNet) {
  const std::string folder = MOIR_SOURCE_DIR "/examples/digits/";
  const test::TempFolder out;
  const auto converted = test::RunProgram("mo", {"--input_model", folder + "digits-0010.params", "--input_shape",
                                                 "[1,1,32,32]", "--output_dir", out.File("")});
  ASSERT_EQ(converted.exit_code, 0) << converted.errors;
  std::ifstream file(folder + "expected.json");
  const nlohmann::json expected = nlohmann::json::parse(file);
  size_t compared = 0;
  for (const auto& [picture, answer] : expected.at("pictures").items()) {
    const nlohmann::json& probabilities = answer.at("probabilities");
    const auto classified = test::RunProgram(
        "classification_sample",
        {"-m", out.File("digits-0010.xml"), "-i", folder + picture, "--labels", folder + "digits.labels", "-nt", "10"});
    ASSERT_EQ(classified.exit_code, 0) << classified.errors;
    // Lines of "class label probability bar" after a heading.
    std::istringstream lines(classified.output);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      size_t index = 0;
      std::string label;
      double probability = 0;
      // The last line is a summary that begins with a number, too: "1 inferences, ..."
      if (!(fields >> index >> label >> probability) || label == "inferences,") continue;
      ASSERT_LT(index, probabilities.size());
      EXPECT_NEAR(probability, probabilities.at(index).get<double>(), 2e-6) << picture << ", class " << index;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 30u);
}

}  // namespace
}  // namespace moir
