// Runs graphs through the engine and compares with the plain evaluation.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "graph/evaluate.h"
#include "graph/text.h"
#include "ie_runtime/compiled_graph.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/request.h"

namespace moir::runtime {

// Whether a model compiled for bf16 computes in f32 what can be computed in either.
inline bool MultipliesFasterInF32() { return EffectiveIsa() < Isa::kAvx512CoreAmx && blocked::Bf16ProductRate() < 1; }

// Seeded values in [-1, 1) for every Parameter; integers in [0, 4).
inline std::map<std::string, Tensor> RandomInputs(const Graph& graph, uint32_t seed = 1) {
  std::map<std::string, Tensor> inputs;
  uint64_t state = seed * 2654435761u + 12345;
  for (const Node* parameter : graph.Parameters()) {
    std::vector<double> values(static_cast<size_t>(parameter->Shape().NumElements()));
    for (double& value : values) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double unit = static_cast<double>(state >> 11) * 0x1.0p-53;
      value = graph::IsFloat(parameter->Type()) ? unit * 2 - 1 : std::floor(unit * 4);
    }
    inputs[parameter->Name()] = Tensor::FromValues<double>(parameter->Shape(), values).ConvertTo(parameter->Type());
  }
  return inputs;
}

inline std::vector<Tensor> RunRequest(Request& request, const std::map<std::string, Tensor>& inputs) {
  const CompiledGraph& graph = request.GetGraph();
  for (size_t i = 0; i < graph.Inputs().size(); ++i) {
    const Tensor& value = inputs.at(graph.Inputs()[i].name);
    std::memcpy(request.Input(i), value.Data(), value.ByteSize());
  }
  request.Infer();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < graph.Outputs().size(); ++i) {
    Tensor output(graph.Outputs()[i].type, graph.Outputs()[i].shape);
    std::memcpy(output.MutableData(), request.Output(i), output.ByteSize());
    outputs.push_back(output);
  }
  return outputs;
}

// max |a - b| <= tolerance * max |b|; integers and booleans must be equal.
inline void ExpectClose(const Tensor& got, const Tensor& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(got.Type(), expected.Type()) << what;
  ASSERT_EQ(got.Shape(), expected.Shape()) << what;
  const std::vector<double> a = got.ToVector<double>(), b = expected.ToVector<double>();
  double largest = 0, difference = 0;
  size_t where = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (a[i] == b[i]) {  // infinities too
      if (std::isfinite(b[i])) largest = std::max(largest, std::abs(b[i]));
      continue;
    }
    largest = std::max(largest, std::abs(b[i]));
    const double d = std::isnan(a[i]) || std::isnan(b[i]) ? INFINITY : std::abs(a[i] - b[i]);
    if (d > difference) {
      difference = d;
      where = i;
    }
  }
  const double bound = graph::IsFloat(got.Type()) ? tolerance * largest : 0;
  EXPECT_LE(difference, bound) << what << ": element " << where << " is " << (a.empty() ? 0 : a[where]) << ", expected "
                               << (b.empty() ? 0 : b[where]);
}

struct EngineRun {
  std::shared_ptr<const CompiledGraph> compiled;
  std::vector<Tensor> outputs;

  // The kernel that computes the layer, or an empty string when there is no such step.
  std::string ExecType(const std::string& layer) const {
    for (const Step& step : compiled->Steps()) {
      if (step.name == layer && step.type != "Reorder") return step.kernel->ExecType();
    }
    return "";
  }
  size_t StepCount(const std::string& type) const {
    size_t count = 0;
    for (const Step& step : compiled->Steps()) count += step.type == type;
    return count;
  }
};

// Compiles and runs the graph twice, which must give the same numbers, and compares with the plain evaluation.
inline EngineRun ExpectSameAsPlain(const std::string& text, double tolerance = 1e-4, int threads = 2) {
  const std::unique_ptr<Graph> graph = graph::ParseGraph(text);
  const auto inputs = RandomInputs(*graph);
  const std::vector<Tensor> expected = graph::EvaluateGraph(*graph, inputs);
  EngineRun run;
  run.compiled = std::make_shared<const CompiledGraph>(graph->Clone(), CompileOptions{threads, false});
  Request request(run.compiled);
  run.outputs = RunRequest(request, inputs);
  const std::vector<Tensor> again = RunRequest(request, inputs);
  EXPECT_EQ(run.outputs.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ExpectClose(run.outputs[i], expected[i], tolerance, graph::StrCat("output ", i, " of\n", text));
    ExpectClose(again[i], run.outputs[i], 0, graph::StrCat("second inference, output ", i, " of\n", text));
  }
  return run;
}

}  // namespace moir::runtime
