// What the tests of plug-ins share.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir::test {

// A plug-in of extensions/, or one of tests/extensions/plugins ("test/NAME").
inline std::string Plugin(const std::string& name) { return std::string(MOIR_EXTENSIONS_DIR) + "/" + name + ".so"; }

// A symbol with one private operator over `data`, between nodes of MXNet.
inline std::string OneOperatorSymbol(const std::string& op, const std::string& attributes) {
  return R"({"nodes": [{"op": "null", "name": "data", "inputs": []},
    {"op": "tanh", "name": "before", "inputs": [[0,0,0]]},
    {"op": ")" +
         op + R"(", "name": "private", "inputs": [[1,0,0]], "attrs": {)" + attributes + R"(}},
    {"op": "sigmoid", "name": "after", "inputs": [[2,0,0]]}],
    "arg_nodes": [0], "heads": [[3,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})";
}

}  // namespace moir::test
