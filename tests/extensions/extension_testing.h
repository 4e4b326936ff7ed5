// What the tests of plug-ins share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ie_runtime/apps/common/npz.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace moir::test {

// A plug-in of extensions/, or one of tests/extensions/plugins ("test/NAME").
inline std::string Plugin(const std::string& name) { return std::string(MOIR_EXTENSIONS_DIR) + "/" + name + ".so"; }

inline std::string Data(const std::string& name) { return std::string(MOIR_TEST_DATA_DIR) + "/extensions/" + name; }

// Every expected output of data/extensions/MODEL.npz against `values`.
inline void ExpectOutputs(const std::string& model, const apps::NamedTensors& values) {
  size_t compared = 0;
  for (const auto& [name, expected] : apps::ReadNpz(Data(model + ".npz"))) {
    if (name == "data") continue;
    const auto found =
        std::find_if(values.begin(), values.end(), [&, &key = name](const auto& v) { return v.first == key; });
    ASSERT_NE(found, values.end()) << name;
    const moir::Tensor& actual = found->second;
    ASSERT_EQ(actual.GetShape(), expected.GetShape()) << name;
    float largest = 0, difference = 0;
    for (size_t i = 0; i < expected.GetSize(); ++i) {
      const float a = actual.Data<float>()[i], e = expected.Data<float>()[i];
      ASSERT_FALSE(std::isnan(a)) << name;
      largest = std::max(largest, std::fabs(e));
      difference = std::max(difference, std::fabs(a - e));
    }
    EXPECT_GT(largest, 0) << name;
    EXPECT_LE(difference, 1e-4f * largest) << name;
    ++compared;
  }
  EXPECT_GE(compared, 2u);
}

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
