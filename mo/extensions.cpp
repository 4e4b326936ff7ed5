#include "mo/extensions.h"

#include <algorithm>
#include <filesystem>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "mo/mxnet/extension_converters.h"
#include "transforms/extension_passes.h"
#include "transforms/pipeline.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ErrorKind;
using graph::StrCat;

// "2 operators" or nothing.
void Count(size_t count, const char* what, std::vector<std::string>& parts) {
  if (count > 0) parts.push_back(StrCat(count, " ", what, count > 1 ? "s" : ""));
}

std::string Load(const std::string& path) {
  const std::vector<std::string> passes = transforms::PipelinePassNames();
  const graph::ExtensionLibrary& library = graph::LoadExtension(path, [&](const graph::ExtensionLibrary& candidate) {
    CheckExtensionConverters(candidate);
    transforms::CheckExtensionPasses(candidate, passes);
  });
  std::vector<std::string> parts;
  Count(library.operators.size(), "operator", parts);
  Count(library.converters.size(), "converter", parts);
  Count(library.passes.size(), "pass", parts);
  return StrCat("extension ", path, library.name.empty() ? "" : StrCat(" (", library.name, " ", library.version, ")"),
                ": ", parts.empty() ? "nothing" : graph::Join(parts, ", "));
}

std::vector<std::string> SharedLibraries(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path().string());
  }
  if (error) graph::Fail(ErrorKind::kIo, folder, ": the folder cannot be read: ", error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> LoadExtensions(const std::vector<std::string>& paths) {
  std::vector<std::string> notes;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error))
        graph::Fail(ErrorKind::kBadOption, "--extensions: ", path, ": there is no such file or folder");
      notes.push_back(Load(path));
      continue;
    }
    size_t loaded = 0;
    for (const std::string& file : SharedLibraries(path)) {
      if (graph::IsExtension(file)) {
        notes.push_back(Load(file));
        ++loaded;
      } else {
        notes.push_back(StrCat("--extensions: ", file, " is no plug-in of moir and was left out"));
      }
    }
    if (loaded == 0) {
      notes.push_back(StrCat("--extensions: ", path,
                             " holds no plug-in of moir (.so); extensions in Python, which the "
                             "Model Optimizer reads, are not read"));
    }
  }
  return notes;
}

}  // namespace moir::mo
