// The C interface: programs written in C (checks.c) run, and what they print is compared.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "ie_runtime/apps/common/picture.h"
#include "tests/support/graph_testing.h"
#include "tests/support/quotes.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

const std::string kSource = MOIR_SOURCE_DIR;

// The number of checks in the program's last line, "N checks, 0 failed".
int Checks(const std::string& output) {
  const size_t line = output.rfind('\n', output.size() - 2) + 1;
  return std::stoi(output.substr(line));
}

class CApi : public ::testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(CApi, Checks) {
  const auto [name, least] = GetParam();
  std::vector<std::string> arguments = {name};
  if (arguments[0] == "extensions") arguments.push_back(std::string(MOIR_EXTENSIONS_DIR) + "/template_layer.so");
  const test::Finished finished = test::RunProgram("moir_c_api_checks", arguments);
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_GE(Checks(finished.output), least) << finished.output;
}

INSTANTIATE_TEST_SUITE_P(C, CApi,
                         ::testing::Values(std::pair("versions", 15), std::pair("ports", 50), std::pair("models", 60),
                                           std::pair("properties", 25), std::pair("tensors", 60),
                                           std::pair("requests", 35), std::pair("asynchronous", 100),
                                           std::pair("callbacks", 40), std::pair("layers", 20),
                                           std::pair("extensions", 20), std::pair("handles", 200),
                                           std::pair("arguments", 70), std::pair("lifetimes", 60),
                                           std::pair("states", 50), std::pair("exports", 25),
                                           std::pair("preprocessing", 50)),
                         [](const auto& instance) { return instance.param.first; });

TEST(CApiPrograms, CountWhatTheyCompare) {
  EXPECT_EQ(test::RunProgram("moir_c_api_checks", {"no_such_case"}).exit_code, 2);
}

// MXNet's probabilities, from both programs in C: the one of the checks in three ways, and the example.
TEST(CApiPrograms, ClassifyDigitsAsMXNet) {
  const test::TempFolder out;
  const auto converted = test::RunProgram("mo", {"--input_model", kSource + "/examples/digits/digits-0010.params",
                                                 "--input_shape", "[1,1,32,32]", "--output_dir", out.File("")});
  ASSERT_EQ(converted.exit_code, 0) << converted.errors;
  std::ifstream file(kSource + "/examples/digits/expected.json");
  const nlohmann::json expected = nlohmann::json::parse(file);
  std::map<std::string, size_t> compared;
  for (const auto& [picture, answer] : expected.at("pictures").items()) {
    const std::string pgm = kSource + "/examples/consumer/" + picture.substr(0, picture.find('.')) + ".pgm";
    const apps::Picture png = apps::LoadPicture(kSource + "/examples/digits/" + picture, 1);
    ASSERT_EQ(apps::LoadPicture(pgm, 1).pixels, apps::Resize(png, 32, 32).pixels) << pgm;

    const auto finished = test::RunProgram("moir_c_api_checks", {"digits", out.File("digits-0010.xml"), pgm});
    ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
    std::istringstream lines(finished.output);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      std::string mode;
      size_t index = 0;
      double probability = 0;
      if (!(fields >> mode >> index >> probability)) continue;
      ASSERT_LT(index, 10u);
      EXPECT_NEAR(probability, answer.at("probabilities").at(index).get<double>(), 2e-6) << mode << " " << picture;
      ++compared[mode];
    }
    const auto classified = test::RunProgram("moir_example_classify_c", {out.File("digits-0010.xml"), pgm});
    ASSERT_EQ(classified.exit_code, 0) << classified.errors;
    std::istringstream fields(classified.output);
    size_t best = 0;
    double probability = 0;
    ASSERT_TRUE(fields >> best >> probability) << classified.output;
    EXPECT_EQ(best, answer.at("class").get<size_t>());
    EXPECT_NEAR(probability, answer.at("probabilities").at(best).get<double>(), 2e-6) << picture;
  }
  EXPECT_EQ(compared, (std::map<std::string, size_t>{{"async", 30}, {"callback", 30}, {"sync", 30}}));
}

TEST(CApiPrograms, TheExampleSaysWhatIsWrong) {
  const auto finished = test::RunProgram("moir_example_classify_c", {"/no/such.xml", "/no/such.pgm"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.errors.find("/no/such.xml"), std::string::npos) << finished.errors;
  EXPECT_NE(finished.errors.find("(i/o error)"), std::string::npos) << finished.errors;
}

// A function that the checks of misuse forget is one that may crash.
TEST(CApiPrograms, MisuseEveryFunction) {
  const auto read = [](const std::string& path) {
    std::ifstream file(kSource + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const std::string header = read("/include/moir/c/moir.h"), misuse = read("/tests/c_api/misuse.c");
  // What tensors are made of is checked with them; the others take nothing that could be wrong.
  const std::set<std::string> elsewhere = {
      "moir_element_size", "moir_element_type_name", "moir_last_error",          "moir_status_name",
      "moir_tensor_wrap",  "moir_tensor_wrap_owned", "moir_tensor_wrap_strided", "moir_version"};
  const std::regex declaration(R"(MOIR_API [a-z_ *]*?\b(moir_[a-z_]+)\()");
  size_t functions = 0;
  for (std::sregex_iterator match(header.begin(), header.end(), declaration), end; match != end; ++match, ++functions) {
    const std::string name = (*match)[1];
    EXPECT_EQ(misuse.find(name + "(") == std::string::npos, elsewhere.contains(name)) << name;
  }
  EXPECT_GT(functions, 100u);
}

TEST(CApiGuide, QuotesFilesAsTheyAre) {
  EXPECT_EQ(test::QuotedSections(kSource + "/docs/c_api.md"),
            (std::set<std::string>{"check", "compile", "infer", "ports", "release"}));
}

}  // namespace
}  // namespace moir
