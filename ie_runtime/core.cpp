// Core: reads models and compiles them.
#include "ie_runtime/api_impl.h"
#include "ie_runtime/internal_api.h"

namespace moir {

using graph::StrCat;
using runtime::Checked;
using runtime::Translate;

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
  return Translate([&] { return runtime::CompileGraph(runtime::SettledGraph(impl).Clone(), properties); });
}

CompiledModel Core::CompileModel(const std::string& xml_path, const Properties& properties) const {
  return Translate([&] { return runtime::CompileGraph(graph::ReadIr(xml_path), properties); });
}

void Core::AddExtension(const std::string& library_path) {
  throw Error(ErrorKind::kUnsupported, StrCat(library_path, ": this build of the engine loads no extensions"));
}

}  // namespace moir
