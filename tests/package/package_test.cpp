// The installed product, as its users have it: moved to a folder of its own, with programs, libraries, and projects
// outside of the tree that build against it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/extensions/extension_testing.h"

namespace moir {
namespace {

namespace fs = std::filesystem;
using test::Finished;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSource = MOIR_SOURCE_DIR;
// The same folder every time, so that a compiler cache helps.
const std::string kFolder = MOIR_PACKAGE_TEST_DIR;
const std::string kPrefix = kFolder + "/moved";

std::string Installed(const std::string& path) { return kPrefix + "/" + path; }
std::string Program(const std::string& name) { return Installed(std::string(MOIR_INSTALL_BINDIR) + "/" + name); }
std::string LibraryFolder() { return Installed(MOIR_INSTALL_LIBDIR); }

class Package : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(kFolder);
    fs::create_directories(kFolder);
    const Finished installed =
        test::RunProgram(MOIR_CMAKE, {"--install", MOIR_BUILD_DIR, "--prefix", kFolder + "/installed"});
    ASSERT_EQ(installed.exit_code, 0) << installed.output << installed.errors;
    // Whatever depends on the first place does not work from here on.
    fs::rename(kFolder + "/installed", kPrefix);
    const Finished converted =
        test::RunProgram(Program("mo"), {"--input_model", kSource + "/examples/digits/digits-0010.params",
                                         "--input_shape", "[1,1,32,32]", "--output_dir", kFolder});
    ASSERT_EQ(converted.exit_code, 0) << converted.output << converted.errors;
    std::ifstream file(kSource + "/examples/digits/expected.json");
    expected_ = nlohmann::json::parse(file);
  }

  static void Configure(const std::string& project, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"-S",
                                          project,
                                          "-B",
                                          project + "/build",
                                          "-G",
                                          MOIR_GENERATOR,
                                          std::string("-DCMAKE_MAKE_PROGRAM=") + MOIR_MAKE_PROGRAM,
                                          std::string("-DCMAKE_CXX_COMPILER=") + MOIR_CXX,
                                          std::string("-DCMAKE_C_COMPILER=") + MOIR_CC,
                                          "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror",
                                          "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror",
                                          "-DCMAKE_PREFIX_PATH=" + kPrefix};
    if (!std::string(MOIR_CCACHE).empty()) {
      arguments.push_back(std::string("-DCMAKE_CXX_COMPILER_LAUNCHER=") + MOIR_CCACHE);
      arguments.push_back(std::string("-DCMAKE_C_COMPILER_LAUNCHER=") + MOIR_CCACHE);
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished configured = test::RunProgram(MOIR_CMAKE, arguments);
    ASSERT_EQ(configured.exit_code, 0) << configured.output << configured.errors;
  }

  static void Build(const std::string& project, const std::vector<std::string>& more = {}) {
    Configure(project, more);
    if (HasFatalFailure()) return;
    const Finished built = test::RunProgram(MOIR_CMAKE, {"--build", project + "/build"});
    ASSERT_EQ(built.exit_code, 0) << built.output << built.errors;
  }

  // The program prints the class and its probability of a picture, which are MXNet's.
  static void ExpectDigits(const std::string& program) {
    size_t compared = 0;
    for (const auto& [picture, answer] : expected_.at("pictures").items()) {
      const std::string pgm = kSource + "/examples/consumer/" + picture.substr(0, picture.find('.')) + ".pgm";
      const Finished finished = test::RunProgram(program, {kFolder + "/digits-0010.xml", pgm});
      ASSERT_EQ(finished.exit_code, 0) << program << ": " << finished.errors;
      std::istringstream fields(finished.output);
      size_t best = 0;
      double probability = 0;
      ASSERT_TRUE(fields >> best >> probability) << finished.output;
      EXPECT_EQ(best, answer.at("class").get<size_t>()) << program;
      EXPECT_NEAR(probability, answer.at("probabilities").at(best).get<double>(), 2e-6) << program;
      ++compared;
    }
    EXPECT_EQ(compared, 3u);
  }

  // MXNet's numbers for data/extensions/soft_threshold, by the installed programs and the plug-in.
  static void ExpectSoftThreshold(const std::string& plugin) {
    const std::string out = fs::path(plugin).parent_path();
    const Finished converted =
        test::RunProgram(Program("mo"), {"--input_model", test::Data("soft_threshold-0000.params"), "--input_symbol",
                                         test::Data("soft_threshold-symbol.json"), "--input_shape", "[2,3,4,5]",
                                         "--output_dir", out, "--model_name", "m", "--extensions", plugin, "--verify"});
    ASSERT_EQ(converted.exit_code, 0) << converted.output << converted.errors;
    const Finished run =
        test::RunProgram(Program("infer"), {"--model", out + "/m.xml", "--extensions", plugin, "--input",
                                            "data=" + test::Data("soft_threshold.npz"), "--output", out + "/out.npz"});
    ASSERT_EQ(run.exit_code, 0) << run.output << run.errors;
    test::ExpectOutputs("soft_threshold", apps::ReadNpz(out + "/out.npz"));
    const Finished without = test::RunProgram(Program("infer"), {"--model", out + "/m.xml"});
    EXPECT_EQ(without.exit_code, 1);
    EXPECT_THAT(without.errors, HasSubstr("SoftThreshold"));
  }

  static nlohmann::json expected_;
};
nlohmann::json Package::expected_;

// The libmoir.so that the program loads; empty when it needs none.
std::string EngineOf(const std::string& program) {
  const Finished listed = test::RunProgram("/usr/bin/env", {"ldd", program});
  EXPECT_EQ(listed.exit_code, 0) << program << ": " << listed.errors;
  std::istringstream lines(listed.output);
  // "libmoir.so.0.1 => /prefix/bin/../lib/libmoir.so.0.1 (0x00007f)"
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, Not(HasSubstr("not found"))) << program;
    const size_t path = line.find("=> ") + 3;
    if (line.find("libmoir") != std::string::npos)
      return fs::path(line.substr(path, line.rfind(" (") - path)).lexically_normal();
  }
  return {};
}

TEST_F(Package, ProgramsRunFromTheirFolder) {
  EXPECT_EQ(EngineOf(Program("mo")), "");  // it has the engine inside
  for (const char* name : {"infer", "classification_sample", "object_detection_sample_ssd", "hello_classification",
                           "hello_reshape_ssd", "validation_app"})
    EXPECT_EQ(EngineOf(Program(name)), LibraryFolder() + "/libmoir.so." MOIR_SOVERSION);
  const Finished classified = test::RunProgram(
      Program("classification_sample"),
      {"-m", kFolder + "/digits-0010.xml", "-i", Installed("share/doc/moir/examples/digits/digit_3.png"), "--labels",
       Installed("share/doc/moir/examples/digits/digits.labels"), "-nt", "1"});
  ASSERT_EQ(classified.exit_code, 0) << classified.errors;
  EXPECT_THAT(classified.output, HasSubstr("3  three  0.9523"));
}

TEST_F(Package, DoesNotNameWhereItWasBuilt) {
  size_t read = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kPrefix)) {
    const std::string path = entry.path();
    const bool text = path.ends_with(".cmake") || path.ends_with(".pc") || path.ends_with(".h");
    if (!entry.is_regular_file() || !text) continue;
    ++read;
    const std::string content = test::ReadText(path);
    EXPECT_THAT(content, Not(HasSubstr(kSource))) << path;
    EXPECT_THAT(content, Not(HasSubstr(kFolder))) << path;
  }
  EXPECT_GE(read, 10u);
}

TEST_F(Package, BuildsProgramsWithCMake) {
  const std::string project = kFolder + "/consumer";
  fs::copy(kSource + "/examples/consumer", project);
  ASSERT_NO_FATAL_FAILURE(Build(project));
  for (const char* program : {"classify", "classify_c", "classify_static"}) ExpectDigits(project + "/build/" + program);
  EXPECT_EQ(EngineOf(project + "/build/classify"), LibraryFolder() + "/libmoir.so." MOIR_SOVERSION);
  EXPECT_EQ(EngineOf(project + "/build/classify_static"), "");
  const Finished failed = test::RunProgram(project + "/build/classify", {"/no/such.xml", "/no/such.pgm"});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.errors, HasSubstr("error: /no/such.xml"));
}

TEST_F(Package, BuildsProgramsWithPkgConfig) {
  const std::string project = kFolder + "/consumer_make";
  fs::copy(kSource + "/examples/consumer", project);
  const Finished built =
      test::RunProgram("/usr/bin/env", {"PKG_CONFIG_PATH=" + LibraryFolder() + "/pkgconfig", "make", "-C", project,
                                        std::string("CXX=") + MOIR_CXX, std::string("CC=") + MOIR_CC,
                                        "CFLAGS=-Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L"});
  ASSERT_EQ(built.exit_code, 0) << built.output << built.errors;
  ExpectDigits(project + "/classify");
  ExpectDigits(project + "/classify_c");
}

TEST_F(Package, VersionsAreCompatibleWithinAMinorOne) {
  const std::string project = kFolder + "/versions";
  fs::create_directories(project);
  const std::string version = MOIR_PROJECT_VERSION;
  const size_t dot = version.find('.'), second = version.find('.', dot + 1);
  const int major = std::stoi(version), minor = std::stoi(version.substr(dot + 1));
  std::ofstream(project + "/CMakeLists.txt")
      << "cmake_minimum_required(VERSION 3.16)\nproject(versions LANGUAGES NONE)\n"
      << "foreach(version " << version.substr(0, second) << " " << version << " " << major << "." << minor + 1 << " "
      << major + 1 << ".0)\n"
      << "  find_package(moir ${version} QUIET CONFIG)\n  message(STATUS \"asked ${version}: ${moir_FOUND}\")\n"
      << "endforeach()\n";
  const Finished asked =
      test::RunProgram(MOIR_CMAKE, {"-S", project, "-B", project + "/build", "-DCMAKE_PREFIX_PATH=" + kPrefix, "-G",
                                    MOIR_GENERATOR, std::string("-DCMAKE_MAKE_PROGRAM=") + MOIR_MAKE_PROGRAM});
  ASSERT_EQ(asked.exit_code, 0) << asked.output << asked.errors;
  EXPECT_THAT(asked.output, HasSubstr("asked " + version.substr(0, second) + ": 1"));
  EXPECT_THAT(asked.output, HasSubstr("asked " + version + ": 1"));
  EXPECT_THAT(asked.output, HasSubstr("asked " + std::to_string(major) + "." + std::to_string(minor + 1) + ": 0"));
  EXPECT_THAT(asked.output, HasSubstr("asked " + std::to_string(major + 1) + ".0: 0"));
}

// The blocks of docs/extending.md that begin with "```LANGUAGE", in order; `name` is that of the quoted section.
std::string GuideBlock(const std::string& guide, const std::string& before) {
  const size_t at = guide.find(before);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the guide has no " << before;
    return {};
  }
  const size_t begin = guide.find('\n', guide.find("```", at)) + 1, end = guide.find("```", begin);
  return guide.substr(begin, end - begin);
}

// A plug-in made of what the guide says and nothing else.
TEST_F(Package, BuildsThePlugInOfTheGuide) {
  const std::string project = kFolder + "/my_layers";
  fs::create_directories(project);
  const std::string guide = test::ReadText(Installed("share/doc/moir/docs/extending.md"));
  std::ofstream source(project + "/my_layers.cpp");
  for (const char* part : {"head", "schema", "evaluation", "converter", "kernel", "pass", "entry"})
    source << GuideBlock(guide, "<!-- extensions/template_layer.cpp: " + std::string(part) + " -->") << "\n";
  source.close();
  std::ofstream(project + "/CMakeLists.txt") << GuideBlock(guide, "```cmake");
  ASSERT_NO_FATAL_FAILURE(Build(project));
  const std::string plugin = project + "/build/my_layers.so";
  ExpectSoftThreshold(plugin);

  // validation_app: three pictures, each of one colour; the class is the channel that has it.
  const std::string set = project + "/set";
  const char* const kColours[] = {"blue", "green", "red"};
  for (int c = 0; c < 3; ++c) {
    fs::create_directories(set + "/" + kColours[c]);
    std::ofstream picture(set + "/" + kColours[c] + "/1.ppm", std::ios::binary);
    picture << "P6\n4 4\n255\n";
    for (int pixel = 0; pixel < 16; ++pixel) {
      for (int channel = 2; channel >= 0; --channel) picture.put(static_cast<char>(channel == c ? 200 : 10));
    }
  }
  std::ofstream(project + "/labels") << "blue\ngreen\nred\n";
  std::ofstream(project + "/colours-symbol.json") << R"json({"nodes": [
    {"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "first_threshold", "inputs": []},
    {"op": "SoftThreshold", "name": "first", "inputs": [[0,0,0],[1,0,0]], "attrs": {"slope": "0.01"}},
    {"op": "Pooling", "name": "pool", "inputs": [[2,0,0]], "attrs": {"global_pool": "True", "kernel": "(1, 1)",
      "pool_type": "avg"}},
    {"op": "Flatten", "name": "flat", "inputs": [[3,0,0]]}, {"op": "softmax", "name": "prob", "inputs": [[4,0,0]]}],
    "arg_nodes": [0,1], "heads": [[5,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})json";
  const Finished converted =
      test::RunProgram(Program("mo"), {"--input_model", test::Data("soft_threshold-0000.params"), "--input_symbol",
                                       project + "/colours-symbol.json", "--input_shape", "[1,3,4,4]", "--output_dir",
                                       project, "--model_name", "colours", "--extensions", plugin, "--verify"});
  ASSERT_EQ(converted.exit_code, 0) << converted.output << converted.errors;
  const std::vector<std::string> validation = {"-t", "C", "-m",       project + "/colours.xml",
                                               "-i", set, "--labels", project + "/labels"};
  const Finished without = test::RunProgram(Program("validation_app"), validation);
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.errors, HasSubstr("SoftThreshold"));
  std::vector<std::string> with = validation;
  with.insert(with.end(), {"--extensions", plugin});
  const Finished validated = test::RunProgram(Program("validation_app"), with);
  ASSERT_EQ(validated.exit_code, 0) << validated.output << validated.errors;
  EXPECT_THAT(validated.output, HasSubstr("top-1      1.000000  (3)")) << validated.output;
}

TEST_F(Package, ShippedPlugInsWork) {
  fs::create_directories(kFolder + "/shipped");
  fs::copy(LibraryFolder() + "/moir/extensions/template_layer.so", kFolder + "/shipped/template_layer.so");
  ExpectSoftThreshold(kFolder + "/shipped/template_layer.so");
}

// mo's template: with the headers beside it, and with those of the package.
TEST_F(Package, BuildsTheTemplateProject) {
  const Finished finished =
      test::RunProgram(Program("mo"), {"--input_model", test::Data("soft_threshold-0000.params"), "--input_symbol",
                                       test::Data("soft_threshold-symbol.json"), "--extensions_template", "template",
                                       "--output_dir", kFolder});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const std::string project = kFolder + "/template";
  for (const char* header : {"extension.h", "extension_api.h"}) {
    EXPECT_EQ(test::ReadText(project + "/" + header),
              test::ReadText(Installed(std::string("include/moir/extension/") + header)));
    fs::remove(project + "/" + header);
  }
  ASSERT_NO_FATAL_FAILURE(Build(project));
  const Finished unfilled = test::RunProgram(
      Program("mo"), {"--input_model", test::Data("soft_threshold-0000.params"), "--input_symbol",
                      test::Data("soft_threshold-symbol.json"), "--input_shape", "[2,3,4,5]", "--output_dir", kFolder,
                      "--model_name", "unfilled", "--extensions", project + "/build/template.so", "--verify"});
  EXPECT_EQ(unfilled.exit_code, 1);
  EXPECT_THAT(unfilled.errors, HasSubstr("the formula of SoftThreshold has not been filled in"));
}

}  // namespace
}  // namespace moir
