#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/graph_testing.h"

namespace moir::test {

TempFolder::TempFolder() {
  // mkdtemp replaces the last six letters, which must be X.
  std::string pattern = (std::filesystem::temp_directory_path() / ("moir-test-" + std::string(6, 'X'))).string();
  if (!::mkdtemp(pattern.data())) graph::Fail(ErrorKind::kIo, pattern, ": cannot make a temporary folder");
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempFolder::Write(std::string_view name, std::string_view content) const {
  const std::string path = File(name);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file) graph::Fail(ErrorKind::kIo, path, ": cannot write");
  return path;
}

std::string TempFolder::Read(std::string_view name) const {
  std::ifstream file(File(name), std::ios::binary);
  if (!file) graph::Fail(ErrorKind::kIo, File(name), ": cannot read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace moir::test
