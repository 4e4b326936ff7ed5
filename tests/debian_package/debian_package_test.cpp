// cpack -G DEB: the packages are unpacked beside each other, and what is in them works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/subprocess.h"

namespace moir {
namespace {

namespace fs = std::filesystem;
using test::Finished;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSource = MOIR_SOURCE_DIR;
const std::string kFolder = MOIR_PACKAGE_TEST_DIR;
const std::string kVersion = MOIR_PROJECT_VERSION;

std::string RunChecked(const std::string& program, const std::vector<std::string>& arguments) {
  const Finished finished = test::RunProgram(program, arguments);
  EXPECT_EQ(finished.exit_code, 0) << program << ": " << finished.output << finished.errors;
  return finished.output;
}

std::string Field(const std::string& package, const std::string& name) {
  std::string value = RunChecked("/usr/bin/dpkg-deb", {"-f", package, name});
  while (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

TEST(DebianPackages, HoldWhatTheyPromise) {
  for (const char* tool : {"/usr/bin/dpkg-deb", "/usr/bin/dpkg-shlibdeps", "/usr/bin/file"})
    ASSERT_TRUE(fs::exists(tool)) << tool << " is missing: scripts/install_packages.sh full";
  fs::remove_all(kFolder);
  fs::create_directories(kFolder + "/unpacked");
  RunChecked(MOIR_CPACK, {"--config", MOIR_BUILD_DIR "/CPackConfig.cmake", "-G", "DEB", "-B", kFolder});
  std::string architecture = RunChecked("/usr/bin/dpkg", {"--print-architecture"});
  architecture.pop_back();
  const std::string programs = kFolder + "/moir_" + kVersion + "_" + architecture + ".deb",
                    development = kFolder + "/moir-dev_" + kVersion + "_" + architecture + ".deb";
  ASSERT_TRUE(fs::exists(programs));
  ASSERT_TRUE(fs::exists(development));

  EXPECT_EQ(Field(programs, "Package"), "moir");
  EXPECT_EQ(Field(programs, "Version"), kVersion);
  EXPECT_EQ(Field(development, "Package"), "moir-dev");
  EXPECT_EQ(Field(development, "Depends"), "moir (= " + kVersion + ")");
  EXPECT_THAT(Field(programs, "Maintainer"), HasSubstr("moir developers"));
  // What the programs and the library are linked with, and the versions.
  const std::string depends = Field(programs, "Depends");
  for (const char* library : {"libc6 (>= ", "libgomp1 (>= ", "dnnl", "libopencv-imgcodecs", "libpugixml1", "libstdc++6",
                              "libzip", "libboost-program-options"})
    EXPECT_THAT(depends, HasSubstr(library));
  EXPECT_THAT(depends, Not(HasSubstr("moir")));

  for (const std::string& package : {programs, development})
    RunChecked("/usr/bin/dpkg-deb", {"-x", package, kFolder + "/unpacked"});
  const std::string usr = kFolder + "/unpacked/usr";
  EXPECT_TRUE(fs::exists(usr + "/share/doc/moir/copyright"));
  EXPECT_TRUE(fs::exists(usr + "/share/doc/moir-dev/copyright"));
  EXPECT_TRUE(fs::exists(usr + "/include/moir/c/moir.h"));
  EXPECT_TRUE(fs::exists(usr + "/lib/libmoir.so." MOIR_SOVERSION));
  // The name that a linker asks for belongs to developers.
  EXPECT_THAT(RunChecked("/usr/bin/dpkg-deb", {"-c", programs}), Not(HasSubstr("libmoir.so -> ")));
  EXPECT_THAT(RunChecked("/usr/bin/dpkg-deb", {"-c", development}), HasSubstr("libmoir.so -> "));

  // From MXNet's files to MXNet's probabilities.
  const std::string digits = usr + "/share/doc/moir/examples/digits";
  RunChecked(usr + "/bin/mo", {"--input_model", digits + "/digits-0010.params", "--input_shape", "[1,1,32,32]",
                               "--output_dir", kFolder, "--verify"});
  const std::string inferred = RunChecked(
      usr + "/bin/infer", {"--model", kFolder + "/digits-0010.xml", "--input", "data=" + digits + "/digit_3.png"});
  EXPECT_THAT(inferred, HasSubstr("largest  [3] 0.952314"));
  std::ifstream file(kSource + "/examples/digits/expected.json");
  const nlohmann::json expected = nlohmann::json::parse(file);
  size_t compared = 0;
  for (const auto& [picture, answer] : expected.at("pictures").items()) {
    std::istringstream lines(RunChecked(usr + "/bin/classification_sample",
                                        {"-m", kFolder + "/digits-0010.xml", "-i", digits + "/" + picture, "--labels",
                                         digits + "/digits.labels", "-nt", "10"}));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      size_t index = 0;
      std::string label;
      double probability = 0;
      if (!(fields >> index >> label >> probability) || label == "inferences,") continue;
      ASSERT_LT(index, 10u);
      EXPECT_NEAR(probability, answer.at("probabilities").at(index).get<double>(), 2e-6) << picture;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 30u);
}

}  // namespace
}  // namespace moir
