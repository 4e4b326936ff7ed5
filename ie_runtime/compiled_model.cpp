#include "ie_runtime/api_impl.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/isa.h"

namespace moir {

using runtime::Checked;
using runtime::Translate;

const std::string& CompiledModel::GetName() const { return Checked(impl_, "CompiledModel").graph->Name(); }
std::vector<Port> CompiledModel::Inputs() const {
  return runtime::ToPorts(Checked(impl_, "CompiledModel").graph->Inputs(), false);
}
std::vector<Port> CompiledModel::Outputs() const {
  return runtime::ToPorts(Checked(impl_, "CompiledModel").graph->Outputs(), true);
}
Port CompiledModel::Input(const std::string& name) const { return runtime::NamedPort(Inputs(), name, "input"); }
Port CompiledModel::Output(const std::string& name) const { return runtime::NamedPort(Outputs(), name, "output"); }
Port CompiledModel::Input(size_t index) const { return runtime::NumberedPort(Inputs(), index, "input"); }
Port CompiledModel::Output(size_t index) const { return runtime::NumberedPort(Outputs(), index, "output"); }

InferRequest CompiledModel::CreateInferRequest() const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  return Translate([&] {
    auto inference = std::make_shared<runtime::Inference>(impl.graph, impl.profiling);
    return InferRequest(std::make_shared<InferRequest::Impl>(impl.streams, std::move(inference)));
  });
}

std::string CompiledModel::GetProperty(const std::string& name) const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  if (const auto found = impl.settings.in_force.find(name); found != impl.settings.in_force.end()) return found->second;
  if (name == "enable_profiling") return *impl.profiling ? "true" : "false";
  if (name == "max_isa") return impl.max_isa;
  if (name == "model_name") return impl.graph->Name();
  if (name == "memory_activations")
    return std::to_string(impl.graph->Memory().arena_bytes + impl.graph->ScratchpadBytes());
  if (name == "memory_weights") return std::to_string(impl.graph->WeightBytes());
  return Translate([&] { return runtime::DeviceProperty(name); });
}

namespace runtime {

CompiledModel CompileGraph(std::unique_ptr<graph::Graph> graph, const Properties& properties) {
  auto impl = std::make_shared<CompiledModel::Impl>();
  impl->settings = ReadProperties(properties);
  ApplyMaxIsa(impl->settings);
  impl->graph = std::make_shared<const CompiledGraph>(std::move(graph), impl->settings.compile);
  impl->max_isa = IsaName(EffectiveIsa());
  impl->profiling = std::make_shared<std::atomic<bool>>(impl->settings.profiling);
  impl->streams =
      std::make_shared<Streams>(impl->settings.streams, impl->settings.compile.threads, impl->settings.affinity);
  return CompiledModel(std::move(impl));
}

}  // namespace runtime
}  // namespace moir
