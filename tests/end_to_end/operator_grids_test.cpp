// Every case of MXNet's operators down the whole street: reader -> passes -> IR v3, v10 and v11 -> reader -> engine,
// against what MXNet 1.9.1 computed. The plain evaluation of the same cases is in
// tests/mo/mxnet/operator_grids_test.cpp.
#include "tests/support/mxnet/operator_grids.h"

#include <gtest/gtest.h>

#include <cstring>

#include "graph/pass.h"
#include "ie_runtime/internal_api.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/ir_testing.h"
#include "transforms/legalize_for_ir_v10_v11/legalize.h"
#include "transforms/legalize_for_ir_v2_v4/legalize.h"
#include "transforms/pipeline.h"

namespace moir {
namespace {

using test::Difference;
using test::GridCase;

std::unique_ptr<graph::Graph> Build(const GridCase& entry) {
  mo::Symbol symbol = mo::ParseSymbol(entry.symbol_text, "symbol.json");
  mo::UpgradeSymbol(symbol);
  mo::BuildOptions options;
  for (const auto& [name, tensor] : entry.inputs) options.inputs.push_back({name, tensor.Shape()});
  return mo::BuildGraph(symbol, entry.params, options).graph;
}

// Optimized, written as IR and read back.
std::unique_ptr<graph::Graph> ThroughIr(graph::Graph& graph, int version, const test::IrFiles& files) {
  transforms::MakePipeline({}).Run(graph);
  graph::PassRunner legalize;
  auto passes = version >= 10 ? transforms::MakeLegalizePassesV10V11(version)
                              : transforms::MakeLegalizePassesV2V4({.version = version});
  for (auto& pass : passes) legalize.Add(std::move(pass));
  legalize.Run(graph);
  files.Write(graph, {.version = version});
  return files.Read();
}

std::vector<graph::Tensor> Infer(std::unique_ptr<graph::Graph> graph,
                                 const std::map<std::string, graph::Tensor>& inputs) {
  const CompiledModel model = runtime::CompileGraph(std::move(graph), {{"inference_num_threads", "2"}});
  InferRequest request = model.CreateInferRequest();
  for (const Port& port : model.Inputs()) {
    const Tensor tensor(port.type, port.shape);
    // The readers widen f16 to f32.
    const graph::Tensor value = inputs.at(port.name).ConvertTo(graph::ParseElementType(ElementTypeName(port.type)));
    if (value.ByteSize() != tensor.GetByteSize())
      graph::Fail(graph::ErrorKind::kInternal, "input ", port.name, " has another size in the IR");
    std::memcpy(tensor.Data(), value.Data(), value.ByteSize());
    request.SetTensor(port.name, tensor);
  }
  request.Infer();
  std::vector<graph::Tensor> outputs;
  for (size_t i = 0; i < model.Outputs().size(); ++i) {
    const Tensor tensor = request.GetOutputTensor(i);
    graph::Tensor copy(graph::ParseElementType(ElementTypeName(tensor.GetElementType())),
                       graph::Shape(tensor.GetShape()));
    std::memcpy(copy.MutableData(), tensor.Data(), tensor.GetByteSize());
    outputs.push_back(std::move(copy));
  }
  return outputs;
}

// Operation sets leave the order of equals open where the operator itself does, as MXNet's sorts do.
bool HasOpenOrder(const graph::Graph& graph) {
  for (const graph::Node* node : graph.TopologicalOrder()) {
    if (node->Is("TopK") && !node->Attr<bool>("stable")) return true;
  }
  return false;
}

// Compares all cases of an operator that can be written as this version; returns how many.
size_t CompareCases(const std::string& name, int version) {
  const test::IrFiles files;
  size_t compared = 0;
  for (const GridCase& entry : test::LoadOperatorGrid(name)) {
    std::unique_ptr<graph::Graph> graph;
    try {
      graph = Build(entry);
    } catch (const graph::Error& error) {
      // What converters refuse is pinned case by case in tests/mo/mxnet/operator_grids_test.cpp.
      EXPECT_EQ(error.Kind(), graph::ErrorKind::kUnsupported) << entry.name << ": " << error.what();
      continue;
    }
    if (version >= 10 && HasOpenOrder(*graph)) continue;
    try {
      graph = ThroughIr(*graph, version, files);
    } catch (const graph::Error& error) {
      // Operators without a counterpart in operation sets; docs/operators.md counts them.
      EXPECT_TRUE(version >= 10 && error.Kind() == graph::ErrorKind::kUnsupported)
          << entry.name << ": " << error.what();
      continue;
    }
    try {
      const std::vector<graph::Tensor> outputs = Infer(std::move(graph), entry.inputs);
      if (outputs.size() != entry.outputs.size()) {
        ADD_FAILURE() << entry.name << ": " << outputs.size() << " outputs";
        continue;
      }
      for (size_t i = 0; i < outputs.size(); ++i) {
        const graph::Tensor& expected = entry.outputs[i].second;
        const bool widened = expected.Type() == graph::ElementType::kF16;
        EXPECT_EQ(Difference(widened ? outputs[i].ConvertTo(graph::ElementType::kF16) : outputs[i], expected), "")
            << entry.name << ": " << entry.outputs[i].first;
      }
      ++compared;
    } catch (const std::exception& error) {
      ADD_FAILURE() << entry.name << ": " << error.what();
    }
  }
  return compared;
}

class OperatorGridsEndToEnd : public ::testing::TestWithParam<std::string> {};

TEST_P(OperatorGridsEndToEnd, GiveWhatMXNetGives) { EXPECT_GT(CompareCases(GetParam(), 3), 0u); }

TEST_P(OperatorGridsEndToEnd, GiveWhatMXNetGivesFromV10) { CompareCases(GetParam(), 10); }

TEST_P(OperatorGridsEndToEnd, GiveWhatMXNetGivesFromV11) { CompareCases(GetParam(), 11); }

// Operators that moir converts: the others have nothing to compare.
std::vector<std::string> ConvertedOperators() {
  std::vector<std::string> names = test::OperatorGridFiles();
  std::erase_if(names, [](const std::string& name) { return !test::IsConverted(name); });
  return names;
}

std::string TestName(const ::testing::TestParamInfo<std::string>& parameter) { return parameter.param; }

INSTANTIATE_TEST_SUITE_P(MXNet, OperatorGridsEndToEnd, ::testing::ValuesIn(ConvertedOperators()), TestName);

TEST(OperatorGridsEndToEndList, CoversMostOperators) { EXPECT_GT(ConvertedOperators().size(), 450u); }

}  // namespace
}  // namespace moir
