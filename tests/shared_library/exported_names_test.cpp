// libmoir.so shows the names of its public headers and no others.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "moir/moir.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

const std::string kSource = MOIR_SOURCE_DIR;

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Demangled.
std::set<std::string> ExportedNames() {
  const test::Finished listed = test::RunProgram(MOIR_NM, {"-D", "--defined-only", "-C", MOIR_LIBRARY});
  EXPECT_EQ(listed.exit_code, 0) << listed.errors;
  std::set<std::string> names;
  std::istringstream lines(listed.output);
  // "0000000000012340 T moir::Core::Core()"
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(line.find(' ') + 3));
  return names;
}

TEST(ExportedNames, OfTheCInterfaceAreThoseOfItsHeader) {
  const std::string header = ReadText(kSource + "/include/moir/c/moir.h");
  const std::regex declaration(R"(MOIR_API [a-z_ *]*?\b(moir_[a-z_]+)\()");
  std::set<std::string> declared, exported;
  for (std::sregex_iterator match(header.begin(), header.end(), declaration), end; match != end; ++match)
    declared.insert((*match)[1]);
  for (const std::string& name : ExportedNames()) {
    if (name.find("::") == std::string::npos) exported.insert(name);
  }
  EXPECT_EQ(exported, declared);
  EXPECT_GT(declared.size(), 70u);
}

TEST(ExportedNames, OfCppAreTheClassesAndFunctionsOfItsHeaders) {
  const std::regex expected(
      R"((moir::(Core|Model|CompiledModel|InferRequest|Tensor)::)"
      R"((?!Impl).*)|(moir::(GetVersion|ElementTypeName|ElementSize|NumElements|ShapeToString)(\[abi:cxx11\])?\(.*))"
      R"(|((typeinfo|typeinfo name|vtable) for moir::Error))");
  std::set<std::string> foreign;
  size_t shown = 0;
  for (const std::string& name : ExportedNames()) {
    if (name.find("moir_") == 0) continue;
    if (std::regex_match(name, expected)) ++shown;
    else foreign.insert(name);
  }
  EXPECT_EQ(foreign, std::set<std::string>());
  EXPECT_GT(shown, 50u);
}

TEST(Version, IsTheProjects) {
  EXPECT_STREQ(GetVersion(), MOIR_PROJECT_VERSION);
  // Programs ask for the name without what may change compatibly.
  const test::Finished dynamic = test::RunProgram("/usr/bin/readelf", {"-d", MOIR_LIBRARY});
  ASSERT_EQ(dynamic.exit_code, 0) << dynamic.errors;
  EXPECT_NE(dynamic.output.find("[libmoir.so." MOIR_SOVERSION "]"), std::string::npos) << dynamic.output;
}

}  // namespace
}  // namespace moir
