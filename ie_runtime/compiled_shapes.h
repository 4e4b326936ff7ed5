// CompiledShapes: one model compiled for several shapes of its inputs, with everything that these have in common. May
// be used in several threads.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ie_runtime/properties.h"
#include "ie_runtime/streams.h"
#include "moir/moir.h"

namespace moir::runtime {

class CompiledShapes {
 public:
  // Compiles the model as it is: `first` becomes that. The model is kept to make others from when the settings ask for
  // a cache.
  // `packed`: packed weights that came with the model, or null.
  CompiledShapes(Model::Impl model, CompileSettings settings, std::shared_ptr<const CompiledGraph>& first,
                 std::shared_ptr<PackedConstants> packed = nullptr);
  ~CompiledShapes();

  const CompileSettings& Settings() const { return settings_; }
  const std::string& MaxIsa() const { return max_isa_; }
  const std::shared_ptr<std::atomic<bool>>& Profiling() const { return profiling_; }
  const std::shared_ptr<Streams>& GetStreams() const { return streams_; }

  // The model for these shapes of inputs; the others' shapes are those of `like`. Throws kBadOption when no model was
  // kept, and what reshaping and compiling throw.
  std::shared_ptr<const CompiledGraph> Get(const CompiledGraph& like,
                                           const std::map<std::string, ::moir::Shape>& shapes);

  size_t Capacity() const { return capacity_; }
  size_t Misses() const { return misses_; }  // how often a model was compiled, the first time included
  // Forgets what is too much. Throws kBadOption when no model was kept.
  void SetCapacity(size_t capacity);

 private:
  std::shared_ptr<const CompiledGraph> Compile(std::unique_ptr<Graph> graph, ModelOrigin origin,
                                               const ModelInterface& interface,
                                               std::shared_ptr<PackedConstants> packed) const;
  std::shared_ptr<const CompiledGraph> Find(const std::map<std::string, ::moir::Shape>& shapes);
  void Add(const std::shared_ptr<const CompiledGraph>& graph);
  void Shrink();

  const CompileSettings settings_;
  std::string max_isa_;
  std::shared_ptr<std::atomic<bool>> profiling_;
  std::shared_ptr<Streams> streams_;
  std::shared_ptr<const Model::Impl> model_;  // null: not kept
  std::mutex compiling_;                      // one shape after the other: the second who asks finds it
  std::mutex mutex_;                          // of what follows
  std::atomic<size_t> capacity_;
  std::atomic<size_t> misses_{0};
  std::list<std::shared_ptr<const CompiledGraph>> graphs_;  // used last first
};

}  // namespace moir::runtime
