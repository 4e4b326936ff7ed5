// What --report tells: what was read, what every pass did, what a run of the result costs.
//
// Costs are those of the optimized graph before it is lowered to the layers of an IR. Multiply-adds are counted for
// convolutions, matrix products and recurrent layers; everything else moves or maps data and counts none. Memory is
// what a run needs when every value has bytes of its own from its producer to its last reader: the sum of the values
// that live at the worst step, and the weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "graph/pass.h"

namespace moir::mo {

struct ReportFile {
  std::string path, what;
  uint64_t bytes = 0;
};

struct ReportValue {
  std::string name, type, shape;
};

struct ReportEdge {
  size_t from = 0;  // position in ModelReport::layers
  size_t output = 0;
};

struct ReportLayer {
  std::string name, op;
  std::vector<ReportEdge> inputs;  // without constants
  std::vector<ReportValue> outputs;
  std::vector<std::pair<std::string, std::string>> attributes;  // as text, defaults included
  std::vector<ReportValue> constants;
  uint64_t parameters = 0;  // elements of the constants that this layer is the first to read
  uint64_t multiply_adds = 0;
  uint64_t live_bytes = 0;             // of all values that live while the layer runs
  std::vector<std::string> is_output;  // names of the outputs of the model that it computes
};

// How far the written model is from the one that was read, for one output of the model.
struct ReportVerification {
  std::string output;
  double largest_difference = 0;  // absolute
  double largest_value = 0;       // of the reference
  bool passed = false;
  double relative_difference = 0;  // to the largest value
};

struct ModelReport {
  std::string model, tool_version;
  std::vector<ReportFile> files_read, files_written;
  std::vector<ReportValue> inputs, outputs;
  std::map<std::string, size_t> operators_read, operators_optimized;  // by name
  std::vector<ReportLayer> layers;                                    // in the order in which they run
  uint64_t parameters = 0, multiply_adds = 0;
  uint64_t weight_bytes = 0, live_bytes = 0;
  std::string live_layer;  // where live_bytes is reached
  std::vector<graph::PassReport> passes;
  std::vector<std::pair<std::string, double>> steps;  // seconds
  std::vector<std::string> engines, notes;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<ReportVerification> verification;  // empty when nothing was verified
  std::vector<std::string> verification_notes;   // what was compared, and what is at fault
};

// Operators by count, constants and inputs left out.
std::map<std::string, size_t> CountOperators(const graph::Graph& graph);
// Fills layers, inputs, outputs, operators_optimized and the sums from the optimized graph.
void DescribeGraph(const graph::Graph& graph, ModelReport& report);

// Writes the report as HTML or JSON, by the ending of the path. The file appears complete or not at all. Throws kIo.
void WriteReport(const std::string& path, const ModelReport& report);

}  // namespace moir::mo
