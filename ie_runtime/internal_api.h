// From a graph to the public classes, for tests and for tools that have no IR.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "moir/moir.h"

namespace moir::runtime {

Model ModelFromGraph(std::unique_ptr<graph::Graph> graph);
CompiledModel CompileModel(Model::Impl model, const Properties& properties);
CompiledModel CompileGraph(std::unique_ptr<graph::Graph> graph, const Properties& properties = {});

}  // namespace moir::runtime
