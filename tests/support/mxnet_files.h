// Small MXNet files made by tests.
#pragma once

#include <map>
#include <string>

#include "graph/tensor.h"

namespace moir::test {

// A .params file in the form MXNet 1.x writes (array header V2). Keys are "arg:NAME" and "aux:NAME".
void WriteParams(const std::string& path, const std::map<std::string, graph::Tensor>& arrays);
void WriteText(const std::string& path, const std::string& text);
std::string ReadText(const std::string& path);

}  // namespace moir::test
