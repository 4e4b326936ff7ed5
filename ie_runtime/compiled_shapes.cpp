#include "ie_runtime/compiled_shapes.h"

#include "ie_runtime/api_impl.h"
#include "ie_runtime/byte_hash.h"
#include "ie_runtime/cache_folder.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

ModelInterface InterfaceOf(const Model::Impl& model) { return {model.processing, model.states}; }

std::map<std::string, ::moir::Shape> InputShapes(const CompiledGraph& graph) {
  std::map<std::string, ::moir::Shape> shapes;
  for (const StatePort& state : graph.StatePorts()) shapes[state.name] = graph.Inputs()[state.input].shape.Dims();
  for (const InputPort& input : graph.InputPorts()) shapes[input.port.name] = input.port.shape;
  return shapes;
}

}  // namespace

CompiledShapes::CompiledShapes(Model::Impl model, CompileSettings settings, std::shared_ptr<const CompiledGraph>& first,
                               std::shared_ptr<PackedConstants> packed)
    : settings_(std::move(settings)),
      profiling_(std::make_shared<std::atomic<bool>>(settings_.profiling)),
      streams_(std::make_shared<Streams>(settings_.streams, settings_.compile.threads, settings_.affinity)),
      capacity_(settings_.shape_cache_capacity) {
  if (settings_.busy_waiting == BusyWaiting::kOff) StopBusyWaiting();
  std::unique_ptr<Graph> graph = SettledGraph(model).Clone();
  ModelOrigin origin = OriginOf(model);
  // What is not needed again goes before the weights are packed.
  if (capacity_ == 0 || model.net) model.graph = nullptr;
  first = Compile(std::move(graph), std::move(origin), InterfaceOf(model), std::move(packed));
  max_isa_ = IsaName(EffectiveIsa());
  if (capacity_ == 0) return;
  model_ = std::make_shared<const Model::Impl>(std::move(model));
  Add(first);
}

CompiledShapes::~CompiledShapes() = default;

std::shared_ptr<const CompiledGraph> CompiledShapes::Compile(std::unique_ptr<Graph> graph, ModelOrigin origin,
                                                             const ModelInterface& interface,
                                                             std::shared_ptr<PackedConstants> packed) const {
  CompileOptions options = settings_.compile;
  // All streams' threads, as far as there are CPUs for them.
  options.packing_threads =
      std::max(options.threads, std::min(options.threads * settings_.streams, AvailableThreads()));
  const ThreadCountScope count(options.packing_threads);
  const CacheFolder folder(settings_.cache_dir, settings_.cache_max_size);
  const bool cached = !packed && origin.source && !settings_.cache_dir.empty();
  uint64_t key = cached ? PackingKey(origin, options.threads, options.precision, settings_.cache_dir) : 0;
  // Files of what was measured are others, one for each time that it may take.
  if (cached && options.measuring_seconds > 0) key = HashText(StrCat(key, " measured in ", options.measuring_seconds));
  if (cached) {
    packed = std::make_shared<PackedConstants>(key);
    folder.Load(*packed, key);
  }
  options.packed = std::move(packed);
  // Without a model to make others from nothing else of it is kept, either.
  if (settings_.shape_cache_capacity > 0) options.origin = std::move(origin);
  auto compiled = std::make_shared<const CompiledGraph>(std::move(graph), options, interface);
  if (cached) {
    if (compiled->Packed().HasNews()) folder.Save(compiled->Packed(), key);
    folder.Trim(key);
  }
  return compiled;
}

std::shared_ptr<const CompiledGraph> CompiledShapes::Get(const CompiledGraph& like,
                                                         const std::map<std::string, ::moir::Shape>& shapes) {
  if (!model_) {
    Fail(ErrorKind::kBadOption, "model \"", like.Name(),
         "\": was compiled with shape_cache_capacity 0, so nothing was kept to make other shapes from");
  }
  std::map<std::string, ::moir::Shape> wanted = InputShapes(like);
  for (const auto& [name, shape] : shapes) {
    if (!wanted.contains(name)) NamedPort(ToPorts(like.InputPorts()), name, "input");
    wanted[name] = shape;
  }
  if (std::shared_ptr<const CompiledGraph> found = Find(wanted)) return found;
  const std::lock_guard lock(compiling_);
  if (std::shared_ptr<const CompiledGraph> found = Find(wanted)) return found;
  if (model_->source) RequireAllWeights(*model_->source, like.Name(), "Reshape to shapes that are not compiled");
  const Model::Impl reshaped = model_->Reshaped(wanted);
  const auto graph = Compile(SettledGraph(reshaped).Clone(), OriginOf(reshaped), InterfaceOf(reshaped), nullptr);
  Add(graph);
  return graph;
}

std::shared_ptr<const CompiledGraph> CompiledShapes::Find(const std::map<std::string, ::moir::Shape>& shapes) {
  const std::lock_guard lock(mutex_);
  for (auto graph = graphs_.begin(); graph != graphs_.end(); ++graph) {
    if (InputShapes(**graph) != shapes) continue;
    graphs_.splice(graphs_.begin(), graphs_, graph);
    return graphs_.front();
  }
  return nullptr;
}

void CompiledShapes::Add(const std::shared_ptr<const CompiledGraph>& graph) {
  ++misses_;
  const std::lock_guard lock(mutex_);
  graphs_.push_front(graph);
  Shrink();
}

void CompiledShapes::Shrink() {
  while (graphs_.size() > capacity_) graphs_.pop_back();
}

void CompiledShapes::SetCapacity(size_t capacity) {
  if (!model_ && capacity > 0)
    Fail(ErrorKind::kBadOption, "property shape_cache_capacity: was 0 when the model was compiled, which is final");
  const std::lock_guard lock(mutex_);
  capacity_ = capacity;
  Shrink();
}

}  // namespace moir::runtime
