// Verifies a conversion: the graph as it was read against the files that were written, and, when they part, where.
//
// The meaning of a model is the plain evaluation of the graph that was read. What stands against it is, in this order,
//   the graph after each pass -> the files, read back and evaluated plainly -> the files, run by an engine.
// When the last one differs beyond the tolerance, the first stage that does is at fault. It is found by bisection, so
// that a model is evaluated a handful of times, and with it the first value, in the order of the computation, at which
// the stage parts from the one before it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/pass.h"
#include "mo/difference.h"

namespace moir::mo {

using NamedTensors = std::map<std::string, graph::Tensor>;

// Outputs of the graph in their order, for each of the runs (one tensor per Parameter).
using GraphRunner = std::function<std::vector<std::vector<graph::Tensor>>(const graph::Graph& graph,
                                                                          std::span<const NamedTensors> runs)>;

struct ListedPass {
  std::string list;  // "optimize" or "legalize"
  std::unique_ptr<graph::Pass> pass;
};

struct VerifyRequest {
  const graph::Graph* reference = nullptr;  // as read, with what the user wants done to inputs and outputs
  std::vector<NamedTensors> runs;           // values of its inputs
  double tolerance = 1e-4;                  // of the differences relative to the largest value of an output
  std::string xml_path, bin_path;
  bool settle_shapes = false;  // the files may leave sizes open: read them for the reference's
  GraphRunner engine;          // empty: the files are evaluated plainly

  // What the passes ran on, when it is not the reference: the means are in the files' <pre-process>. `pass_input_of`
  // makes its inputs from the reference's.
  const graph::Graph* pass_input = nullptr;
  std::function<NamedTensors(const NamedTensors&)> pass_input_of;
  // The passes once more, without those that were left out. Asked for when something differs.
  std::function<std::vector<ListedPass>()> make_passes;

  std::function<void(const std::string& what)> listener;  // hears what is being done
};

struct OutputDifference {
  std::string output;
  graph::Shape shape;
  Difference difference;  // the worst of all runs
  bool passed = false;
};

// The first stage that differs.
struct VerifyFault {
  enum class Place { kPass, kFiles, kEngine };
  Place place = Place::kFiles;
  std::string list, pass;  // of a pass
  std::string layer, op;   // the first that differs; empty when there was nothing to compare
  std::string value;       // under which name it was compared, where that is not the layer's
  Difference difference;   // there
  std::string problem;     // the files or the engine gave no numbers at all
};

struct VerifyResult {
  std::vector<OutputDifference> outputs;  // in the order of the reference's
  std::vector<VerifyFault> faults;        // none, or one
  bool Passed() const { return faults.empty(); }
};

// Throws graph::Error when the reference cannot be evaluated: an operator without plain evaluation (kUnsupported).
VerifyResult VerifyConversion(const VerifyRequest& request);

// Values for every Parameter, the same for the same seed everywhere: floats uniform in [0, 1), integers and booleans 0
// or 1.
NamedTensors UniformInputs(const graph::Graph& graph, uint64_t seed);

}  // namespace moir::mo
