// Core: reads models and compiles them.
#include "graph/extension/extension_registry.h"
#include "ie_runtime/api_impl.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/layout_text.h"

namespace moir {

using graph::StrCat;
using runtime::Checked;
using runtime::Translate;

namespace {

std::shared_ptr<Model::Impl> ToModel(graph::OpenedIr opened) {
  auto impl = std::make_shared<Model::Impl>();
  impl->graph = std::move(opened.graph);
  impl->net = std::move(opened.net);
  impl->TakeStates(std::move(opened.states));
  if (!impl->net) {
    for (const graph::Node* input : impl->graph->Parameters()) {
      const std::string layout = runtime::DefaultLayout(static_cast<size_t>(input->Shape().Rank()));
      if (!layout.empty()) impl->layouts[input->Name()] = layout;
    }
    return impl;
  }
  for (const graph::NetInput& input : impl->net->Inputs()) {
    if (input.layout.empty()) continue;
    // It is there for SetBatch; a file whose layouts we do not read runs all the same.
    try {
      const std::string layout = runtime::NormalizeLayout(input.layout, input.name);
      if (input.shape.HasRank() && runtime::LayoutFits(layout, input.shape.Dims().size()))
        impl->layouts[input.name] = layout;
    } catch (const graph::Error&) {
      continue;
    }
  }
  return impl;
}

std::shared_ptr<Model::Impl> OpenFiles(const std::string& xml_path, const std::string& bin_path) {
  std::shared_ptr<Model::Impl> model = ToModel(graph::OpenIr(xml_path, bin_path));
  model->source = runtime::ReadModelSource(xml_path, bin_path);
  return model;
}

}  // namespace

namespace runtime {

Model::Impl OpenModel(std::shared_ptr<const ModelSource> source) {
  std::shared_ptr<const graph::MappedFile> weights = source->Weights();
  if (!weights) weights = graph::MappedFile::FromMemory(source->Name(), nullptr, 0, nullptr);
  Model::Impl model = std::move(*ToModel(graph::OpenIr(source->Name(), source->Xml(), std::move(weights))));
  model.source = std::move(source);
  return model;
}

}  // namespace runtime

Core::Core() : impl_(std::make_shared<Impl>()) {}

Model Core::ReadModel(const std::string& xml_path, const std::string& bin_path) const {
  return Translate([&] { return Model(OpenFiles(xml_path, bin_path)); });
}

Model Core::ReadModel(const std::string& xml_text, const Tensor& weights) const {
  if (!weights.IsContinuous())
    throw Error(ErrorKind::kBadOption, "weights of a model in memory: the tensor has gaps, expected bytes in a row");
  if (!weights.Data() && weights.GetSize() > 0)
    throw Error(ErrorKind::kBadOption, "weights of a model in memory: the tensor's memory is a null pointer");
  return Translate([&] {
    auto keeper = std::make_shared<const Tensor>(weights);
    auto bytes = graph::MappedFile::FromMemory("the weights in memory", weights.Data(), weights.GetByteSize(),
                                               std::move(keeper));
    return Model(std::make_shared<Model::Impl>(runtime::OpenModel(
        std::make_shared<const runtime::ModelSource>("model in memory", xml_text, std::move(bytes)))));
  });
}

CompiledModel Core::CompileModel(const Model& model, const Properties& properties) const {
  const Model::Impl& impl = Checked(model.impl_, "Model");
  return Translate([&] { return runtime::CompileModel(impl, Checked(impl_, "Core").Merged(properties)); });
}

CompiledModel Core::CompileModel(const std::string& xml_path, const Properties& properties) const {
  return Translate([&] {
    return runtime::CompileModel(std::move(*OpenFiles(xml_path, {})), Checked(impl_, "Core").Merged(properties));
  });
}

void Core::SetProperty(const Properties& properties) {
  Translate([&] {
    // Each must be right by itself; whether they go together is seen when a model is compiled.
    for (const auto& property : properties) runtime::ReadProperties({property});
  });
  Impl& impl = Checked(impl_, "Core");
  const std::lock_guard lock(impl.mutex);
  for (const auto& [name, value] : properties) impl.defaults[name] = value;
}

void Core::SetProperty(const std::string& name, const std::string& value) { SetProperty({{name, value}}); }

std::string Core::GetProperty(const std::string& name) const {
  const Properties defaults = Checked(impl_, "Core").Merged({});
  if (const auto found = defaults.find(name); found != defaults.end()) return found->second;
  return Translate([&] {
    runtime::CompileSettings settings = runtime::ReadProperties(defaults);
    runtime::SettlePrecision(settings);
    if (const auto found = settings.in_force.find(name); found != settings.in_force.end()) return found->second;
    if (name == "enable_profiling") return std::string(settings.profiling ? "true" : "false");
    if (name == "shape_cache_capacity") return std::to_string(settings.shape_cache_capacity);
    if (name == "max_isa") return std::string();
    if (name == "model_name" || name == "loaded_from_cache" || name == "memory_activations" ||
        name == "memory_weights" || name == "shape_cache_misses")
      graph::Fail(graph::ErrorKind::kBadOption, "property ", name, ": is a compiled model's");
    return runtime::DeviceProperty(name);
  });
}

void Core::AddExtension(const std::string& library_path) {
  Translate([&] { graph::LoadExtension(library_path); });
}

}  // namespace moir
