#include "ie_runtime/api_impl.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/techniques.h"

namespace moir {

using runtime::Checked;
using runtime::Translate;

const std::string& CompiledModel::GetName() const { return Checked(impl_, "CompiledModel").graph->Name(); }
std::vector<Port> CompiledModel::Inputs() const {
  return runtime::ToPorts(Checked(impl_, "CompiledModel").graph->InputPorts());
}
std::vector<Port> CompiledModel::Outputs() const {
  return runtime::ToPorts(Checked(impl_, "CompiledModel").graph->OutputPorts());
}
Port CompiledModel::Input(const std::string& name) const { return runtime::NamedPort(Inputs(), name, "input"); }
Port CompiledModel::Output(const std::string& name) const { return runtime::NamedPort(Outputs(), name, "output"); }
Port CompiledModel::Input(size_t index) const { return runtime::NumberedPort(Inputs(), index, "input"); }
Port CompiledModel::Output(size_t index) const { return runtime::NumberedPort(Outputs(), index, "output"); }

InferRequest CompiledModel::CreateInferRequest() const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  return Translate([&] {
    auto inference = std::make_shared<runtime::Inference>(impl.graph, impl.family->Profiling(),
                                                          impl.family->Settings().busy_waiting);
    return InferRequest(std::make_shared<InferRequest::Impl>(impl.family->GetStreams(), std::move(inference)));
  });
}

CompiledModel CompiledModel::Reshape(const std::map<std::string, Shape>& shapes) const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  return Translate([&] {
    auto reshaped = std::make_shared<Impl>();
    reshaped->family = impl.family;
    reshaped->graph = impl.family->Get(*impl.graph, shapes);
    return CompiledModel(std::move(reshaped));
  });
}

std::vector<RuntimeLayer> CompiledModel::GetRuntimeModel() const {
  const runtime::CompiledGraph& graph = *Checked(impl_, "CompiledModel").graph;
  std::vector<RuntimeLayer> layers;
  for (const runtime::InputPort& input : graph.InputPorts()) {
    if (!input.picture || input.plane > 0) continue;
    const runtime::GraphPort& port = graph.Inputs()[input.input];
    RuntimeLayer layer{port.name, "Preprocess", input.picture->ExecType(), {}, runtime::ToPublic(port.type)};
    layer.input_layouts.assign(input.picture->tensors.size(), "plain");
    layer.output_layouts = {"plain"};
    layer.output_shapes = {port.shape.Dims()};
    layers.push_back(std::move(layer));
  }
  for (const runtime::Step& step : graph.Steps()) {
    RuntimeLayer layer{step.name, step.type, step.kernel->ExecType(), step.fused};
    for (size_t i = 0; i < step.inputs.size(); ++i)
      layer.input_layouts.push_back(step.reads[i] ? graph.Layouts().at(step.inputs[i]).ToString() : "");
    for (const runtime::ValueId output : step.outputs) {
      const runtime::Layout& layout = graph.Layouts().at(output);
      layer.output_layouts.push_back(layout.ToString());
      layer.output_shapes.push_back(layout.Shape().Dims());
      if (layer.precision == ElementType::kUndefined) layer.precision = runtime::ToPublic(layout.Type());
    }
    layer.multiply_adds = step.multiply_adds;
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::string CompiledModel::GetProperty(const std::string& name) const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  const Properties& in_force = impl.family->Settings().in_force;
  if (const auto found = in_force.find(name); found != in_force.end()) return found->second;
  if (name == "enable_profiling") return *impl.family->Profiling() ? "true" : "false";
  if (name == "shape_cache_capacity") return std::to_string(impl.family->Capacity());
  if (name == "shape_cache_misses") return std::to_string(impl.family->Misses());
  if (name == "max_isa") return impl.family->MaxIsa();
  if (name == "loaded_from_cache") {
    const runtime::PackedConstants& packed = impl.graph->Packed();
    return packed.Found() > 0 && packed.Packed() == 0 ? "true" : "false";
  }
  if (name == "model_name") return impl.graph->Name();
  if (name == "memory_activations")
    return std::to_string(impl.graph->Memory().arena_bytes + impl.graph->ScratchpadBytes());
  if (name == "memory_weights") return std::to_string(impl.graph->WeightBytes());
  return Translate([&] { return runtime::DeviceProperty(name); });
}

void CompiledModel::SetProperty(const std::string& name, const std::string& value) {
  const Impl& impl = Checked(impl_, "CompiledModel");
  Translate([&] {
    if (name == "enable_profiling") {
      *impl.family->Profiling() = runtime::ReadProfiling(value);
    } else if (name == "shape_cache_capacity") {
      impl.family->SetCapacity(runtime::ReadShapeCacheCapacity(value));
    } else {
      GetProperty(name);  // throws for names that are not known
      graph::Fail(graph::ErrorKind::kBadOption, "property ", name, ": cannot change after CompileModel");
    }
  });
}

namespace runtime {

CompiledModel CompileModel(Model::Impl model, const Properties& properties, const PackedFor& packed_for) {
  CompileSettings settings = ReadProperties(properties);
  ApplyMaxIsa(settings);
  SettlePrecision(settings);
  ReadDisabledTechniques();
  if (!Uses(Technique::kBusyWaiting)) settings.busy_waiting = BusyWaiting::kOff;
  std::shared_ptr<PackedConstants> packed = packed_for ? packed_for(model, settings.compile) : nullptr;
  auto impl = std::make_shared<CompiledModel::Impl>();
  impl->family =
      std::make_shared<CompiledShapes>(std::move(model), std::move(settings), impl->graph, std::move(packed));
  return CompiledModel(std::move(impl));
}

CompiledModel CompileGraph(std::unique_ptr<graph::Graph> graph, const Properties& properties) {
  Model::Impl model;
  model.graph = std::move(graph);
  return CompileModel(std::move(model), properties);
}

}  // namespace runtime
}  // namespace moir
