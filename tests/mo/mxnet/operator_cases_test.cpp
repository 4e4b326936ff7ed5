// Every converter against MXNet: the cases of tests/data/mxnet_ops, converted and evaluated without any pass.
// Operators that have cases in tests/data/mxnet_operator_grids (operator_grids_test.cpp) need none here.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "graph/evaluate.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/op_table.h"
#include "mo/mxnet/ops/converters.h"
#include "tests/support/mxnet/operator_grids.h"
#include "tests/support/operator_cases.h"

namespace moir::test {
namespace {

using graph::ElementType;
using graph::Tensor;

// What MXNet 1.9.1 itself does not have; operators_test.cpp looks after them.
const std::set<std::string> kBeyondMxnet = {"LSoftmax", "MoonOutput", "ScaleShift", "WarpCTC"};

// What is refused whatever the node states; graph_builder_test.cpp looks after it.
bool IsAlwaysRefused(const mo::OpEntry& entry) {
  return entry.convert == mo::ConvertRandom || entry.convert == mo::ConvertValueDependent;
}

std::vector<std::string> AllOperators() {
  std::set<std::string> names;
  for (const mo::OpEntry& entry : mo::OpTable()) {
    const std::string name(entry.name);
    if (entry.TrainingOnly() || IsAlwaysRefused(entry) || kBeyondMxnet.contains(name)) continue;
    names.insert(name);
  }
  for (const std::string& name : OperatorGridFiles()) names.erase(std::string(mo::CanonicalOperator(name)));
  for (const std::string& name : OperatorsWithCases()) names.insert(name);
  return {names.begin(), names.end()};
}

// Relative to the largest value. Both sides round to f32 in their own order.
void ExpectClose(const Tensor& actual, const Tensor& expected, double tolerance) {
  ASSERT_EQ(actual.Shape(), expected.Shape());
  EXPECT_EQ(actual.Type(), expected.Type());
  const std::vector<double> a = actual.ToVector<double>(), b = expected.ToVector<double>();
  double largest = 1e-3;
  for (const double value : b) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (a[i] == b[i]) continue;
    ASSERT_LE(std::abs(a[i] - b[i]), tolerance * largest) << "element " << i << ": " << a[i] << ", MXNet " << b[i];
  }
}

void ExpectRefused(const OperatorCase& test) {
  try {
    BuildOperatorCase(test);
    ADD_FAILURE() << "converted, but MXNet refuses it";
  } catch (const graph::Error& error) {
    // Refused for what the node states, not for want of parameters.
    EXPECT_NE(std::string(error.what()).find("node \""), std::string::npos) << error.what();
  }
}

class OperatorCases : public testing::TestWithParam<std::string> {};

TEST_P(OperatorCases, EqualMxnet) {
  const std::vector<OperatorCase> cases = LoadOperatorCases(GetParam());
  ASSERT_FALSE(cases.empty()) << "no cases; add them to tests/oracle/operator_grids";
  for (const OperatorCase& test : cases) {
    SCOPED_TRACE(test.name);
    if (test.refused) {
      ExpectRefused(test);
      continue;
    }
    try {
      const mo::BuildResult built = BuildOperatorCase(test);
      std::map<std::string, Tensor> inputs;
      for (const auto& [name, tensor] : test.inputs) inputs.emplace(name, tensor);
      const std::vector<Tensor> outputs = graph::EvaluateGraph(*built.graph, inputs);
      ASSERT_EQ(outputs.size(), test.outputs.size());
      for (size_t i = 0; i < outputs.size(); ++i) {
        SCOPED_TRACE(i);
        ExpectClose(outputs[i], test.outputs[i], 1e-5);
      }
    } catch (const graph::Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  // Names of tests hold letters, digits and single underscores.
  std::string name;
  for (const char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Mxnet, OperatorCases, testing::ValuesIn(AllOperators()), TestName);

}  // namespace
}  // namespace moir::test
