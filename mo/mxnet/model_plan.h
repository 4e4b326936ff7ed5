// ModelPlan: which nodes of a symbol are converted and what its variables are, decided before anything is converted.
#pragma once

#include <string>
#include <vector>

#include "mo/mxnet/graph_builder.h"

namespace moir::mo {

enum class NodeKind {
  kUnneeded,       // no output needs it
  kOperator,       // to be converted
  kInput,          // a variable, or a node at which the graph is cut
  kState,          // an input without a shape whose reader knows it
  kWeight,         // a variable with a parameter
  kMissingWeight,  // a variable that feeds a weight's place, without a parameter
};

struct ModelInput {
  size_t node = 0, output = 0;
  graph::Shape shape;
  graph::ElementType type = graph::ElementType::kF32;
  graph::ElementType computed_type = graph::ElementType::kF32;  // what the graph goes on with
};

struct ModelOutput {
  std::string name;  // "softmax", "split.1"
  SymbolInput source;
};

struct ModelPlan {
  std::vector<NodeKind> kinds;  // per node of the symbol
  std::vector<ModelInput> inputs;
  std::vector<ModelOutput> outputs;
  std::vector<std::string> notes;
};

// Throws kBadOption for names of inputs and outputs that are not there and for inputs without a shape (all listed),
// kUnsupported for operators moir does not have (all listed), kBadModel when nothing but losses is left.
ModelPlan MakePlan(const Symbol& symbol, const Params& params, const BuildOptions& options);

// The element type that a variable states (__dtype__), f32 without.
graph::ElementType VariableType(const SymbolNode& variable);

}  // namespace moir::mo
