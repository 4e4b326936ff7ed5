// libmoir.so shows the names of its public headers and no others.
#include <gtest/gtest.h>

#include <filesystem>
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
  // "Model|Tensor|...", and functions likewise.
  std::string classes, functions;
  for (const auto& entry : std::filesystem::directory_iterator(kSource + "/include/moir")) {
    if (entry.path().extension() != ".h") continue;
    const std::string header = ReadText(entry.path());
    const std::regex declaration(R"((class MOIR_API (\w+))|(\nMOIR_API [\w:* ]*?(\w+)\())");
    for (std::sregex_iterator match(header.begin(), header.end(), declaration), end; match != end; ++match) {
      std::string& list = (*match)[2].matched ? classes : functions;
      list += (list.empty() ? "" : "|") + std::string((*match)[2].matched ? (*match)[2] : (*match)[4]);
    }
  }
  EXPECT_NE(classes.find("CompiledModel"), std::string::npos) << classes;
  EXPECT_NE(functions.find("ElementSize"), std::string::npos) << functions;
  const std::regex expected("(moir::(" + classes + ")::(?!Impl).*)|(moir::(" + functions +
                            R"()(\[abi:cxx11\])?\(.*)|((typeinfo|typeinfo name|vtable) for moir::Error))");
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

// The applications are examples of what can be done with the public headers.
TEST(Applications, SeeNothingButThePublicHeaders) {
  const std::regex quoted("#include \"([^\"]+)\"");
  const std::filesystem::path apps = kSource + "/ie_runtime/apps";
  size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(apps)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".txt") continue;
    const std::string text = ReadText(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), quoted), end; match != end; ++match) {
      const std::string header = (*match)[1];
      ++read;
      // The second is public as well: plug-ins include it.
      if (header.rfind("moir/", 0) == 0 || header == "extensions/extension_api.h") continue;
      // A header of the applications, from the file's folder or from the root.
      const std::filesystem::path beside = (entry.path().parent_path() / header).lexically_normal();
      const std::filesystem::path from_root = std::filesystem::path(kSource) / header;
      const auto own = [&](const std::filesystem::path& path) {
        return path.string().rfind(apps.string() + "/", 0) == 0 && std::filesystem::exists(path);
      };
      EXPECT_TRUE(own(beside) || own(from_root)) << entry.path() << " includes " << header;
    }
  }
  EXPECT_GT(read, 50u);
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
