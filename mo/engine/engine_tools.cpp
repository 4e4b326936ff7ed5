#include "mo/engine/engine_tools.h"

#include <cstring>

#include "graph/error.h"
#include "ie_runtime/apps/common/inputs.h"
#include "ie_runtime/internal_api.h"
#include "moir/moir.h"

namespace moir::mo {
namespace {

static_assert(static_cast<int>(graph::ElementType::kI64) == static_cast<int>(moir::ElementType::kI64));
static_assert(static_cast<int>(graph::ErrorKind::kInternal) == static_cast<int>(moir::ErrorKind::kInternal));

graph::ElementType ToGraph(moir::ElementType type) { return static_cast<graph::ElementType>(type); }

graph::Tensor ToGraph(const moir::Tensor& tensor) {
  graph::Tensor copy(ToGraph(tensor.GetElementType()), graph::Shape(tensor.GetShape()));
  if (copy.ByteSize() > 0) std::memcpy(copy.MutableData(), tensor.Data(), copy.ByteSize());
  return copy;
}

moir::Tensor ToEngine(const graph::Tensor& tensor) {
  moir::Tensor copy(static_cast<moir::ElementType>(tensor.Type()), tensor.Shape().Dims());
  if (tensor.ByteSize() > 0) std::memcpy(copy.Data(), tensor.Data(), tensor.ByteSize());
  return copy;
}

// The engine's errors as mo's.
template <typename F>
auto Translate(F&& f) {
  try {
    return f();
  } catch (const moir::Error& error) {
    throw graph::Error(static_cast<graph::ErrorKind>(error.Kind()), error.what());
  }
}

std::vector<std::vector<graph::Tensor>> RunOnEngine(const graph::Graph& graph, std::span<const NamedTensors> runs) {
  return Translate([&] {
    const CompiledModel model = runtime::CompileGraph(graph.Clone());
    InferRequest request = model.CreateInferRequest();
    std::vector<std::vector<graph::Tensor>> results;
    for (const NamedTensors& run : runs) {
      const std::vector<Port> inputs = model.Inputs();
      // 16-bit floats are exchanged as f32.
      for (size_t i = 0; i < inputs.size(); ++i)
        request.SetInputTensor(i, ToEngine(run.at(inputs[i].name).ConvertTo(ToGraph(inputs[i].type))));
      request.Infer();
      results.emplace_back();
      for (size_t i = 0; i < model.Outputs().size(); ++i) results.back().push_back(ToGraph(request.GetOutputTensor(i)));
    }
    return results;
  });
}

VerifyInputs ReadVerifyInputs(const graph::Graph& model, const std::vector<std::string>& arguments) {
  return Translate([&] {
    std::vector<Port> ports;
    for (const graph::Node* input : model.Parameters())
      ports.push_back({input->Name(), static_cast<moir::ElementType>(input->Type()), input->Shape().Dims()});
    VerifyInputs inputs;
    for (const apps::InputValue& value : apps::ReadInputs(ports, arguments, "--verify_input")) {
      inputs.values.emplace(value.name, ToGraph(value.tensor));
      inputs.origin += (inputs.origin.empty() ? "" : ", ") + value.name + " = " + value.origin;
    }
    return inputs;
  });
}

}  // namespace

VerifyTools EngineTools() { return {.engine = RunOnEngine, .read_inputs = ReadVerifyInputs}; }

}  // namespace moir::mo
