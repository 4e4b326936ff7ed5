// Text form of a graph: one line per node, for dumps and for tests.
//
//   x = Parameter() element_type="f32" shape=[1,3,8,8]
//   w = Constant() f32[2,3,3,3] {0.5, 1.0, ...}
//   y = Convolution(x, w) strides=[1,1] ...
//   a = Split(y, axis) num_splits=2
//   z = Add(a.0, a.1)
//   return z as "user_name", y
//
// In text that is parsed, attributes equal to the default may be left out, and a constant's values may be
// random(SEED) (uniform in [-1, 1); integers in [0, 10)), fill(V) or iota(). A shorter form for tests:
//   x : f32[1,3,8,8]                 a Parameter
//   w : f32[2,3,3,3] = random(1)     a Constant
// '#' starts a comment; ';' ends a line as a line break does. Names with other letters than [A-Za-z0-9_.:/-] are
// quoted.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace moir::graph {

struct PrintOptions {
  // Constants with more elements are printed as their first values and "..." and cannot be parsed back.
  int64_t max_elements = 1 << 20;
  bool shapes = true;  // " -> f32[1,2,6,6]" after every node; ignored by the parser
};
std::string PrintGraph(const Graph& graph, const PrintOptions& options = {});
// Throws kBadModel with the line number.
std::unique_ptr<Graph> ParseGraph(std::string_view text);

}  // namespace moir::graph
