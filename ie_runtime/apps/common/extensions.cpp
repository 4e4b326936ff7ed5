#include "extensions.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>

#include "extensions/extension_api.h"
#include "fail.h"

namespace moir::apps {
namespace {

namespace fs = std::filesystem;

// Whether the library has the entry of a plug-in; one that cannot be loaded has none.
bool IsPlugin(const std::string& path) {
  const auto close = [](void* library) { dlclose(library); };
  const std::unique_ptr<void, decltype(close)> library(dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL), close);
  return library && dlsym(library.get(), MOIR_EXTENSION_ENTRY) != nullptr;
}

std::vector<std::string> PluginsOf(const std::string& folder) {
  std::vector<std::string> libraries;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".so" && IsPlugin(entry.path().string()))
      libraries.push_back(entry.path().string());
  }
  if (error) Fail(ErrorKind::kIo, folder, ": cannot list: ", error.message());
  if (libraries.empty()) Fail(ErrorKind::kBadOption, "--extensions: ", folder, ": no plug-in (.so) in this folder");
  std::sort(libraries.begin(), libraries.end());
  return libraries;
}

}  // namespace

void LoadExtensions(Core& core, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    std::istringstream list(argument);
    std::string path;
    bool any = false;
    while (std::getline(list, path, ',')) {
      if (path.empty()) continue;
      any = true;
      std::error_code error;
      if (!fs::exists(path, error))
        Fail(ErrorKind::kBadOption, "--extensions: ", path, ": there is no such file or folder");
      if (!fs::is_directory(path, error)) {
        core.AddExtension(path);
        continue;
      }
      for (const std::string& library : PluginsOf(path)) core.AddExtension(library);
    }
    if (!any) Fail(ErrorKind::kBadOption, "--extensions: got \"", argument, "\", expected LIB.so or a folder of them");
  }
}

}  // namespace moir::apps
