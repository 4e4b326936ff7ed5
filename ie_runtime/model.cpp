#include <algorithm>

#include "ie_runtime/api_impl.h"

namespace moir {

using runtime::Checked;
using runtime::Translate;

namespace {

// 16-bit floats are computed, and therefore exchanged, as f32.
ElementType PortType(graph::ElementType type) {
  const bool half = type == graph::ElementType::kF16 || type == graph::ElementType::kBF16;
  return half ? ElementType::kF32 : runtime::ToPublic(type);
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
      ports.push_back({input.name, PortType(input.type), KnownShape(impl, input), false, ports.size()});
    return ports;
  }
  for (const graph::Node* node : impl.graph->Parameters())
    ports.push_back({node->Name(), PortType(node->Type()), node->Shape().Dims(), false, ports.size()});
  return ports;
}

std::vector<Port> Model::Outputs() const {
  std::vector<Port> ports;
  for (const graph::GraphOutput& output : runtime::SettledGraph(Checked(impl_, "Model")).Outputs()) {
    ports.push_back({output.name, PortType(output.value.Type()), output.value.Shape().Dims(), true, ports.size()});
  }
  return ports;
}

Port Model::Input(const std::string& name) const { return runtime::NamedPort(Inputs(), name, "input"); }
Port Model::Output(const std::string& name) const { return runtime::NamedPort(Outputs(), name, "output"); }

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

namespace runtime {

std::vector<Port> ToPorts(const std::vector<GraphPort>& ports, bool is_output) {
  std::vector<Port> result;
  for (const GraphPort& port : ports)
    result.push_back({port.name, ToPublic(port.type), port.shape.Dims(), is_output, result.size()});
  return result;
}

std::string PortNames(const std::vector<Port>& ports) {
  std::string names;
  for (const Port& port : ports) names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

Port NamedPort(const std::vector<Port>& ports, const std::string& name, const char* what) {
  for (const Port& port : ports) {
    if (port.name == name) return port;
  }
  throw ::moir::Error(::moir::ErrorKind::kBadOption,
                      StrCat("the model has no ", what, " \"", name, "\", expected one of ", PortNames(ports)));
}

void CheckIndex(size_t index, size_t count, const char* what) {
  if (index >= count)
    throw ::moir::Error(::moir::ErrorKind::kBadOption, StrCat(what, " ", index, ": the model has ", count));
}

Port NumberedPort(const std::vector<Port>& ports, size_t index, const char* what) {
  CheckIndex(index, ports.size(), what);
  return ports[index];
}

const graph::Graph& SettledGraph(const Model::Impl& impl) {
  if (!impl.graph) Translate([&] { impl.net->Build(impl.shapes); });
  return *impl.graph;
}

Model ModelFromGraph(std::unique_ptr<graph::Graph> graph) {
  auto impl = std::make_shared<Model::Impl>();
  impl->graph = std::move(graph);
  return Model(std::move(impl));
}

}  // namespace runtime
}  // namespace moir
