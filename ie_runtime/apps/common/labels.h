// Names of a model's classes: a text file with one name per line, the first for class 0.
#pragma once

#include <string>
#include <vector>

namespace moir::apps {

// `path` when it is not empty (throws kIo when that cannot be read), otherwise MODEL.labels beside MODEL.xml, if there
// is one.
std::vector<std::string> ReadLabels(const std::string& path, const std::string& model_path);

}  // namespace moir::apps
