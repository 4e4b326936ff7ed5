// The public classes over the engine.
#include <algorithm>
#include <optional>

#include "graph/extension/extension_registry.h"
#include "graph/ir/ir_reader.h"
#include "graph/op_schema.h"
#include "ie_runtime/api_error.h"
#include "ie_runtime/compiled_graph.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/properties.h"
#include "ie_runtime/request.h"
#include "moir/moir.h"

namespace moir {

using graph::StrCat;
using runtime::Translate;

struct Model::Impl {
  std::unique_ptr<graph::Graph> graph;           // null while shapes of inputs are open
  std::shared_ptr<const graph::NetModel> net;    // of IR v10 and v11: makes the graph anew for other shapes
  std::map<std::string, graph::Shape> shapes{};  // given to `net` so far
};

struct CompiledModel::Impl {
  std::shared_ptr<const runtime::CompiledGraph> graph;
  std::string max_isa;
};

struct InferRequest::Impl {
  explicit Impl(const std::shared_ptr<const runtime::CompiledGraph>& graph)
      : request(graph, runtime::Request::Ports::kOfCaller) {}
  runtime::Request request;
  std::vector<Tensor> inputs, outputs;
};

namespace {

ElementType ToPublic(graph::ElementType type) { return static_cast<ElementType>(type); }

// 16-bit floats are computed, and therefore exchanged, as f32.
ElementType PortType(graph::ElementType type) {
  const bool half = type == graph::ElementType::kF16 || type == graph::ElementType::kBF16;
  return half ? ElementType::kF32 : ToPublic(type);
}

Port ToPort(const runtime::GraphPort& port) { return {port.name, ToPublic(port.type), port.shape.Dims()}; }

std::vector<Port> ToPorts(const std::vector<runtime::GraphPort>& ports) {
  std::vector<Port> result;
  for (const auto& port : ports) result.push_back(ToPort(port));
  return result;
}

std::optional<size_t> FindPort(const std::vector<Port>& ports, const std::string& name) {
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name == name) return i;
  }
  return std::nullopt;
}

std::string Names(const std::vector<Port>& ports) {
  std::string names;
  for (const Port& port : ports) names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

Port NamedPort(const std::vector<Port>& ports, const std::string& name, const char* what) {
  const auto index = FindPort(ports, name);
  if (!index)
    throw Error(ErrorKind::kBadOption,
                StrCat("the model has no ", what, " \"", name, "\", expected one of ", Names(ports)));
  return ports[*index];
}

template <typename Impl>
Impl& Checked(const std::shared_ptr<Impl>& impl, const char* what) {
  if (!impl) throw Error(ErrorKind::kBadOption, StrCat("an empty ", what, " was used"));
  return *impl;
}

void CheckTensor(const Port& port, const Tensor& tensor, const char* what) {
  if (tensor.GetElementType() == port.type && tensor.GetShape() == port.shape) return;
  throw Error(ErrorKind::kBadOption, StrCat(what, " \"", port.name, "\": got ",
                                            ElementTypeName(tensor.GetElementType()), ShapeToString(tensor.GetShape()),
                                            ", expected ", ElementTypeName(port.type), ShapeToString(port.shape)));
}

// The graph; an error that lists the inputs when shapes are open.
const graph::Graph& SettledGraph(const Model::Impl& impl) {
  if (!impl.graph) Translate([&] { impl.net->Build(impl.shapes); });
  return *impl.graph;
}

// The shape that an input has been given, or what is known of it: -1 stands for an open size.
Shape KnownShape(const Model::Impl& impl, const graph::NetInput& input) {
  if (const auto given = impl.shapes.find(input.name); given != impl.shapes.end()) return given->second.Dims();
  Shape shape;
  if (!input.shape.HasRank()) return {-1};
  for (const graph::SizeRange& size : input.shape.Dims()) shape.push_back(size.IsKnown() ? size.min : -1);
  return shape;
}

}  // namespace

const std::string& Model::GetName() const {
  const Impl& impl = Checked(impl_, "Model");
  return impl.graph ? impl.graph->Name() : impl.net->Name();
}

std::vector<Port> Model::Inputs() const {
  std::vector<Port> ports;
  const Impl& impl = Checked(impl_, "Model");
  if (!impl.graph) {
    for (const graph::NetInput& input : impl.net->Inputs())
      ports.push_back({input.name, PortType(input.type), KnownShape(impl, input)});
    return ports;
  }
  for (const graph::Node* node : impl.graph->Parameters())
    ports.push_back({node->Name(), PortType(node->Type()), node->Shape().Dims()});
  return ports;
}

std::vector<Port> Model::Outputs() const {
  std::vector<Port> ports;
  for (const graph::GraphOutput& output : SettledGraph(Checked(impl_, "Model")).Outputs()) {
    ports.push_back({output.name, PortType(output.value.Type()), output.value.Shape().Dims()});
  }
  return ports;
}

Port Model::Input(const std::string& name) const { return NamedPort(Inputs(), name, "input"); }
Port Model::Output(const std::string& name) const { return NamedPort(Outputs(), name, "output"); }

void Model::Reshape(const std::map<std::string, Shape>& shapes) {
  Impl& impl = Checked(impl_, "Model");
  for (const auto& [name, shape] : shapes) Input(name);
  if (impl.net) {
    // Shapes are settled anew from the file: what was computed from the old ones must not stay.
    Translate([&] {
      std::map<std::string, graph::Shape> all = impl.shapes;
      for (const auto& [name, shape] : shapes) all[name] = graph::Shape(shape);
      const bool settled =
          std::all_of(impl.net->Inputs().begin(), impl.net->Inputs().end(),
                      [&](const graph::NetInput& input) { return input.shape.IsStatic() || all.contains(input.name); });
      if (settled) impl.graph = impl.net->Build(all);
      impl.shapes = std::move(all);
    });
    return;
  }
  Translate([&] {
    // On a copy: a shape that does not fit must leave the model as it was.
    std::unique_ptr<graph::Graph> changed = impl.graph->Clone();
    for (graph::Node* parameter : std::vector<graph::Node*>(changed->Parameters())) {
      const auto found = shapes.find(parameter->Name());
      if (found != shapes.end()) changed->SetParameterShape(parameter, graph::Shape(found->second));
    }
    changed->InferAll();
    impl.graph = std::move(changed);
  });
}

const std::string& CompiledModel::GetName() const { return Checked(impl_, "CompiledModel").graph->Name(); }
std::vector<Port> CompiledModel::Inputs() const { return ToPorts(Checked(impl_, "CompiledModel").graph->Inputs()); }
std::vector<Port> CompiledModel::Outputs() const { return ToPorts(Checked(impl_, "CompiledModel").graph->Outputs()); }
Port CompiledModel::Input(const std::string& name) const { return NamedPort(Inputs(), name, "input"); }
Port CompiledModel::Output(const std::string& name) const { return NamedPort(Outputs(), name, "output"); }

InferRequest CompiledModel::CreateInferRequest() const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  return Translate([&] {
    auto request = std::make_shared<InferRequest::Impl>(impl.graph);
    for (size_t i = 0; i < impl.graph->Inputs().size(); ++i) {
      const Port port = ToPort(impl.graph->Inputs()[i]);
      request->inputs.emplace_back(port.type, port.shape);
      request->request.SetInput(i, request->inputs.back().Data());
    }
    for (size_t i = 0; i < impl.graph->Outputs().size(); ++i) {
      const Port port = ToPort(impl.graph->Outputs()[i]);
      request->outputs.emplace_back(port.type, port.shape);
      request->request.SetOutput(i, request->outputs.back().Data());
    }
    return InferRequest(std::move(request));
  });
}

std::string CompiledModel::GetProperty(const std::string& name) const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  if (name == "inference_num_threads") return std::to_string(impl.graph->Threads());
  if (name == "inference_precision") return "f32";
  if (name == "enable_profiling") return impl.graph->Profiling() ? "true" : "false";
  if (name == "max_isa") return impl.max_isa;
  if (name == "memory_activations")
    return std::to_string(impl.graph->Memory().arena_bytes + impl.graph->ScratchpadBytes());
  if (name == "memory_weights") return std::to_string(impl.graph->WeightBytes());
  throw Error(ErrorKind::kBadOption, StrCat("property \"", name, "\" is not known"));
}

namespace {

// Inputs first, then outputs: a name may stand for either.
struct PortIndex {
  bool is_input;
  size_t index;
};
PortIndex FindTensor(const runtime::CompiledGraph& graph, const std::string& name) {
  const std::vector<Port> inputs = ToPorts(graph.Inputs()), outputs = ToPorts(graph.Outputs());
  if (const auto index = FindPort(inputs, name)) return {true, *index};
  if (const auto index = FindPort(outputs, name)) return {false, *index};
  throw Error(ErrorKind::kBadOption, StrCat("the model has no input or output \"", name, "\", expected one of ",
                                            Names(inputs), " (inputs), ", Names(outputs), " (outputs)"));
}

void CheckIndex(size_t index, size_t count, const char* what) {
  if (index >= count) throw Error(ErrorKind::kBadOption, StrCat(what, " ", index, ": the model has ", count));
}

}  // namespace

void InferRequest::SetTensor(const std::string& name, const Tensor& tensor) {
  const PortIndex port = FindTensor(Checked(impl_, "InferRequest").request.GetGraph(), name);
  if (port.is_input) SetInputTensor(port.index, tensor);
  else SetOutputTensor(port.index, tensor);
}

void InferRequest::SetInputTensor(size_t index, const Tensor& tensor) {
  Impl& impl = Checked(impl_, "InferRequest");
  CheckIndex(index, impl.inputs.size(), "input");
  CheckTensor(ToPort(impl.request.GetGraph().Inputs()[index]), tensor, "input");
  Translate([&] { impl.request.SetInput(index, tensor.Data()); });
  impl.inputs[index] = tensor;
}

void InferRequest::SetOutputTensor(size_t index, const Tensor& tensor) {
  Impl& impl = Checked(impl_, "InferRequest");
  CheckIndex(index, impl.outputs.size(), "output");
  CheckTensor(ToPort(impl.request.GetGraph().Outputs()[index]), tensor, "output");
  Translate([&] { impl.request.SetOutput(index, tensor.Data()); });
  impl.outputs[index] = tensor;
}

Tensor InferRequest::GetTensor(const std::string& name) const {
  const PortIndex port = FindTensor(Checked(impl_, "InferRequest").request.GetGraph(), name);
  return port.is_input ? GetInputTensor(port.index) : GetOutputTensor(port.index);
}

Tensor InferRequest::GetInputTensor(size_t index) const {
  const Impl& impl = Checked(impl_, "InferRequest");
  CheckIndex(index, impl.inputs.size(), "input");
  return impl.inputs[index];
}

Tensor InferRequest::GetOutputTensor(size_t index) const {
  const Impl& impl = Checked(impl_, "InferRequest");
  CheckIndex(index, impl.outputs.size(), "output");
  return impl.outputs[index];
}

void InferRequest::Infer() {
  Impl& impl = Checked(impl_, "InferRequest");
  Translate([&] { impl.request.Infer(); });
}

std::vector<ProfilingInfo> InferRequest::GetProfilingInfo() const {
  const Impl& impl = Checked(impl_, "InferRequest");
  if (!impl.request.GetGraph().Profiling()) {
    throw Error(ErrorKind::kBadOption, "profiling: the model was compiled without the property enable_profiling");
  }
  std::vector<ProfilingInfo> infos;
  for (const runtime::StepTime& time : impl.request.Times()) {
    infos.push_back(
        {time.step->name, time.step->type, time.step->kernel->ExecType(), time.step->fused, time.microseconds});
  }
  return infos;
}

struct Core::Impl {};

Core::Core() : impl_(std::make_shared<Impl>()) {}

Model Core::ReadModel(const std::string& xml_path, const std::string& bin_path) const {
  return Translate([&] {
    graph::OpenedIr opened = graph::OpenIr(xml_path, bin_path);
    auto impl = std::make_shared<Model::Impl>();
    impl->graph = std::move(opened.graph);
    impl->net = std::move(opened.net);
    return Model(std::move(impl));
  });
}

CompiledModel Core::CompileModel(const Model& model, const Properties& properties) const {
  const Model::Impl& impl = Checked(model.impl_, "Model");
  return Translate([&] { return runtime::CompileGraph(SettledGraph(impl).Clone(), properties); });
}

CompiledModel Core::CompileModel(const std::string& xml_path, const Properties& properties) const {
  return Translate([&] { return runtime::CompileGraph(graph::ReadIr(xml_path), properties); });
}

void Core::AddExtension(const std::string& library_path) {
  Translate([&] { graph::LoadExtension(library_path); });
}

}  // namespace moir

namespace moir::runtime {

Model ModelFromGraph(std::unique_ptr<graph::Graph> graph) {
  auto impl = std::make_shared<Model::Impl>();
  impl->graph = std::move(graph);
  return Model(std::move(impl));
}

CompiledModel CompileGraph(std::unique_ptr<graph::Graph> graph, const Properties& properties) {
  const CompileOptions options = ReadProperties(properties);
  auto impl = std::make_shared<CompiledModel::Impl>();
  impl->graph = std::make_shared<const CompiledGraph>(std::move(graph), options);
  impl->max_isa = IsaName(EffectiveIsa());
  return CompiledModel(std::move(impl));
}

}  // namespace moir::runtime
