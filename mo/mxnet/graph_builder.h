// Graph builder: from a symbol and its parameters to a graph of operators.
//
// What is an input, a weight or a label is found out here: variables with a parameter are constants, variables that
// feed only the label slots of training heads are dropped, the others are inputs, whose shapes the user gives. Training
// heads become what they are at inference.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "mo/mxnet/params_reader.h"
#include "mo/mxnet/symbol.h"

namespace moir::mo {

struct InputOption {
  std::string name;  // a variable, or a node at whose output the graph is cut; empty: the input at this position
  std::optional<graph::Shape> shape;       // nothing: from the file (__shape__), else an error; -1 first: `batch`
  std::optional<graph::ElementType> type;  // what the application feeds; nothing: what the graph computes with
};

struct BuildOptions {
  std::string model_name;
  std::vector<InputOption> inputs;  // empty: every variable that is neither weight nor label
  std::vector<std::string>
      outputs;  // "softmax", "split.1", "softmax_output", "split_output1"; empty: the symbol's heads
  std::optional<int64_t> batch;
};

struct BuildResult {
  std::unique_ptr<graph::Graph> graph;
  // What the user should know: training heads removed, labels dropped, parameters nothing reads.
  std::vector<std::string> notes;
};

// Throws graph::Error with everything that is wrong at once: unsupported operators (name, count, nodes, nearest known
// name, what to do), missing and mismatching parameters, inputs without a shape, attributes that cannot be expressed.
// The symbol has been upgraded (UpgradeSymbol).
BuildResult BuildGraph(const Symbol& symbol, const Params& params, const BuildOptions& options);

}  // namespace moir::mo
