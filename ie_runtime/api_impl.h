// What the handles of the public API point to, and what their files share.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "graph/ir/ir_reader.h"
#include "ie_runtime/api_error.h"
#include "ie_runtime/compiled_shapes.h"
#include "ie_runtime/inference.h"
#include "ie_runtime/model_source.h"
#include "ie_runtime/properties.h"
#include "moir/moir.h"

namespace moir {

struct Model::Impl {
  std::shared_ptr<const graph::Graph> graph;             // null while shapes of inputs are open; never changed
  std::shared_ptr<const graph::NetModel> net;            // of IR v10 and v11: makes the graph anew for other shapes
  std::map<std::string, graph::Shape> shapes{};          // given to `net` so far
  std::map<std::string, std::string> layouts{};          // of inputs, "NCHW"
  std::shared_ptr<const runtime::ModelSource> source{};  // null: from no file
  std::vector<runtime::StatePair> states{};
  std::shared_ptr<const runtime::ProcessingSteps> processing{};  // null: none; of outputs, they are in `graph`

  // The model with other shapes of inputs (of their tensors, where they are pictures); what is not named stays. Throws
  // graph::Error and leaves this one as it is.
  __attribute__((visibility("hidden"))) Impl Reshaped(const std::map<std::string, Shape>& other) const;
  // Adds the states of the file, or tells those that are there already what they start from.
  __attribute__((visibility("hidden"))) void TakeStates(std::vector<graph::NetState> of_file);
  // Shape of an input of the graph as far as it is known, -1 else.
  __attribute__((visibility("hidden"))) Shape InputShape(const std::string& input) const;
};

struct CompiledModel::Impl {
  std::shared_ptr<runtime::CompiledShapes> family;  // with the same model for other shapes
  std::shared_ptr<const runtime::CompiledGraph> graph;
};

struct Core::Impl {
  std::mutex mutex;
  Properties defaults;

  // `given` go before what was set.
  Properties Merged(const Properties& given) {
    const std::lock_guard lock(mutex);
    Properties merged = given;
    merged.insert(defaults.begin(), defaults.end());
    return merged;
  }
};

// Keeps the memory alive, and does not count as a handle of the request.
struct VariableState::Impl {
  std::shared_ptr<runtime::Inference> inference;
  size_t index;
};

struct InferRequest::Impl {
  ~Impl() { inference->Abandon(*streams); }
  // The inference goes first: what a stream runs keeps itself alive, but not the stream.
  std::shared_ptr<runtime::Streams> streams;
  std::shared_ptr<runtime::Inference> inference;
};

namespace runtime {

inline ::moir::ElementType ToPublic(graph::ElementType type) { return static_cast<::moir::ElementType>(type); }
template <typename RuntimePort>
std::vector<Port> ToPorts(const std::vector<RuntimePort>& ports) {
  std::vector<Port> result;
  for (const RuntimePort& port : ports) result.push_back(port.port);
  return result;
}

// Throws kBadOption; the message lists the names.
Port NamedPort(const std::vector<Port>& ports, const std::string& name, const char* what);
Port NumberedPort(const std::vector<Port>& ports, size_t index, const char* what);
std::string PortNames(const std::vector<Port>& ports);
void CheckIndex(size_t index, size_t count, const char* what);

// The graph; an error that lists the inputs when shapes are open.
const graph::Graph& SettledGraph(const Model::Impl& impl);

// What a handle points to; kBadOption for an empty one.
template <typename Impl>
Impl& Checked(const std::shared_ptr<Impl>& impl, const char* what) {
  if (!impl) throw ::moir::Error(::moir::ErrorKind::kBadOption, StrCat("an empty ", what, " was used"));
  return *impl;
}

}  // namespace runtime
}  // namespace moir
