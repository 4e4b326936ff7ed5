// From a graph to the public classes, for tests and for tools that have no IR.
#pragma once

#include <functional>
#include <memory>

#include "graph/graph.h"
#include "moir/moir.h"

namespace moir::runtime {

class PackedConstants;
struct CompileOptions;

Model ModelFromGraph(std::unique_ptr<graph::Graph> graph);
// `packed_for` gives packed weights that came with the model, for these threads and this precision, or null.
using PackedFor =
    std::function<std::shared_ptr<PackedConstants>(const Model::Impl& model, const CompileOptions& options)>;
CompiledModel CompileModel(Model::Impl model, const Properties& properties, const PackedFor& packed_for = {});
CompiledModel CompileGraph(std::unique_ptr<graph::Graph> graph, const Properties& properties = {});

}  // namespace moir::runtime
