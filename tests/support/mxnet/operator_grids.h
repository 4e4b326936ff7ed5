// What MXNet computes for single operators: the cases of tests/data/mxnet_operator_grids, written by
// tests/oracle/make_operator_grids.py, which describes the files.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/tensor.h"
#include "mo/mxnet/params_reader.h"

namespace moir::test {

struct GridCase {
  std::string name;         // attributes and shapes: "kernel=(3 3),pad=(1 1),1x4x7x6"
  std::string symbol_text;  // symbol.json as MXNet writes it
  std::map<std::string, graph::Tensor> inputs;
  mo::Params params;                                           // the checkpoint: arguments and auxiliary states
  std::vector<std::pair<std::string, graph::Tensor>> outputs;  // by MXNet's names, in order
};

// The operators with cases, sorted. Throws std::runtime_error when there are none.
std::vector<std::string> OperatorGridFiles();

// Whether moir has a converter for the operator or for the one that it is an alias of.
bool IsConverted(const std::string& operator_name);

// The cases of one operator; tensors are views of the mapped file. Throws graph::Error or std::runtime_error for files
// that do not belong together.
std::vector<GridCase> LoadOperatorGrid(const std::string& operator_name);

// Empty when they agree in type and shape, and in values: |a - b| <= 1e-4 * max(1e-3, max|b|) for floats (half
// precision: one rounding step), equal otherwise.
std::string Difference(const graph::Tensor& actual, const graph::Tensor& expected);

}  // namespace moir::test
