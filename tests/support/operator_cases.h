// The operator cases of tests/data/mxnet_ops: small MXNet graphs with MXNet's own results, made by
// tests/oracle/make_operator_cases.py. Needs moir_mo.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "graph/tensor.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/symbol_reader.h"

namespace moir::test {

struct OperatorCase {
  std::string op, name;
  std::string symbol;  // JSON
  mo::Params params;
  std::vector<std::pair<std::string, graph::Tensor>> inputs;
  std::vector<graph::Tensor> outputs;  // what MXNet computed
  bool refused = false;                // MXNet does not accept the graph; there are no outputs
};

inline std::string OperatorCaseFolder() { return std::string(MOIR_TEST_DATA_DIR) + "/mxnet_ops"; }

// The operators that have cases, sorted.
inline std::vector<std::string> OperatorsWithCases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(OperatorCaseFolder())) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// All cases of one operator; empty when there is no file.
inline std::vector<OperatorCase> LoadOperatorCases(const std::string& op) {
  const std::string stem = OperatorCaseFolder() + "/" + op;
  std::ifstream file(stem + ".json");
  if (!file) return {};
  const auto entries = nlohmann::json::parse(file);
  const mo::Params all = mo::ReadParams(stem + ".params");
  // CASE/KIND:NAME, in the file's order.
  struct Array {
    std::string kind, name;
    graph::Tensor tensor;
  };
  std::map<std::string, std::vector<Array>> arrays;
  for (const mo::Param& param : all.All()) {
    const size_t slash = param.name.rfind('/'), colon = param.name.find(':', slash);
    arrays[param.name.substr(0, slash)].push_back(
        {param.name.substr(slash + 1, colon - slash - 1), param.name.substr(colon + 1), param.tensor});
  }
  std::vector<OperatorCase> cases;
  for (const auto& entry : entries) {
    OperatorCase result;
    result.op = op;
    result.name = entry.at("name");
    result.symbol = entry.at("symbol").dump();
    result.refused = entry.value("refused", false);
    std::vector<mo::Param> params;
    std::map<size_t, graph::Tensor> outputs;
    for (const Array& array : arrays[result.name]) {
      if (array.kind == "in") result.inputs.emplace_back(array.name, array.tensor);
      if (array.kind == "arg") params.push_back({mo::ParamKind::kArgument, array.name, array.tensor});
      if (array.kind == "aux") params.push_back({mo::ParamKind::kAuxiliary, array.name, array.tensor});
      if (array.kind == "out") outputs[std::stoul(array.name)] = array.tensor;
    }
    if (result.refused) {
      for (const auto& [name, dims] : entry.at("inputs").items()) {
        result.inputs.emplace_back(
            name, graph::Tensor(graph::ElementType::kF32, graph::Shape(dims.get<std::vector<int64_t>>())));
      }
    }
    for (auto& [position, tensor] : outputs) result.outputs.push_back(std::move(tensor));
    result.params = mo::Params(std::move(params), true, stem + ".params");
    cases.push_back(std::move(result));
  }
  return cases;
}

// The graph of a case, unoptimized. For refused cases parameters have the shapes their readers expect nowhere stated,
// so that only the attributes and input shapes can be at fault.
inline mo::BuildResult BuildOperatorCase(const OperatorCase& test) {
  mo::Symbol symbol = mo::ParseSymbol(test.symbol, test.op + "/" + test.name);
  mo::UpgradeSymbol(symbol);
  mo::BuildOptions options;
  options.model_name = "case";
  for (const auto& [name, tensor] : test.inputs) {
    // Labels that the graph does not read are no inputs of the result.
    options.inputs.push_back({name, tensor.Shape()});
  }
  return mo::BuildGraph(symbol, test.params, options);
}

}  // namespace moir::test
