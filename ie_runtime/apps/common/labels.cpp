#include "labels.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "fail.h"

namespace moir::apps {

std::vector<std::string> ReadLabels(const std::string& path, const std::string& model_path) {
  const std::string name =
      path.empty() ? std::filesystem::path(model_path).replace_extension(".labels").string() : path;
  std::ifstream file(name);
  if (!file) {
    if (path.empty()) return {};
    Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  }
  std::vector<std::string> labels;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    labels.push_back(line);
  }
  if (file.bad()) Fail(ErrorKind::kIo, name, ": cannot read: ", std::strerror(errno));
  while (!labels.empty() && labels.back().empty()) labels.pop_back();  // no classes, but the end of the file
  return labels;
}

}  // namespace moir::apps
