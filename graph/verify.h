// Verify: whether a graph keeps its promises. Run by the pass runner after every pass.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "graph/graph.h"

namespace moir::graph {

// Throws kInternal with the first broken promise: reader lists match inputs, schemas are obeyed, settled types and
// shapes are what inference says, no cycle, outputs exist, names are unique.
void Verify(Graph& graph);

// Verifies one graph again and again. Shapes are inferred again only where something changed on which they depend since
// the last time: the node itself, the types, shapes or known values that it reads. (Values of large constants,
// which no shape follows from, are told from others by where they lie.) Everything else is looked at each time.
class RepeatedVerifier {
 public:
  // Throws as Verify does.
  void Verify(Graph& graph);

 private:
  std::unordered_map<const Node*, uint64_t> settled_;  // what the node's shapes were inferred from, as a hash
};

}  // namespace moir::graph
