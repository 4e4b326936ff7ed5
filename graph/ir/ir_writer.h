// Writes a legalized graph as deploy IR: topology (.xml), weights (.bin) and names (.mapping).
//
// v2, v3, v4: the graph must have been through the passes of transforms/legalize_for_ir_v2_v4. Nodes "ie.TYPE" become
// layers of that type, constants become blobs of the layer that reads them or Const layers, every other operator
// becomes a layer of type "moir.OPERATOR" that our engine and our extension library execute.
// v10, v11: the graph must have been through the passes of transforms/legalize_for_ir_v10_v11. Every operator becomes a
// layer of an OpenVINO operation set; operators of our own are an error. Those of plug-ins become layers of the type
// that the plug-in names (v2 to v4), or of the set "extension".
//
// Weights go from where they lie straight to the .bin in pieces of a few megabytes; equal blobs are stored once.
// The three files appear together or not at all.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace moir::graph {

// What the engine does to an input before the first layer: y[c] = (x[c] - mean[c]) * scale[c]. (The 2018 CPU plug-in
// takes means only.)
struct PreProcess {
  std::string input;          // name of the Parameter
  std::vector<double> mean;   // per channel; empty: none
  std::vector<double> scale;  // per channel, factors (not divisors); empty: none
};

// Sizes that are not settled: per output of a node, which axes. Their number in the graph is only an example.
using OpenSizes = std::map<std::pair<const Node*, size_t>, std::vector<bool>>;

struct IrWriteOptions {
  int version = 3;  // 2, 3, 4, 10 or 11
  // v2 to v4: weights and layers in FP16. v10 and v11: weights in FP16, each converted back to f32 by a layer; those
  // that f16 cannot hold stay f32.
  bool f16 = false;
  // Recorded in <meta_data>, in this order.
  std::vector<std::pair<std::string, std::string>> cli_parameters;
  std::vector<std::string> unset_cli_parameters;
  std::string tool_version;
  std::vector<PreProcess> pre_process;         // v2 to v4 only
  OpenSizes open_sizes;                        // v10 and v11 only
  std::map<std::string, std::string> layouts;  // v11: of inputs by name, "[N,C,H,W]"
  // v10 and v11: by a node's name, why it was not taken apart; for errors.
  std::map<std::string, std::string> reasons;
};

struct IrWriteReport {
  uint64_t bin_bytes = 0;
  uint64_t denormals_flushed = 0;    // f32 weights below the smallest normal number, written as zero
  uint64_t blobs_shared = 0;         // blobs that are stored once for several readers
  uint64_t f16_overflows = 0;        // finite f32 weights that f16 cannot hold, written as the largest f16
  uint64_t f16_kept = 0;             // v10, v11: constants that stayed f32 because f16 cannot hold all their values
  uint64_t f16_underflows = 0;       // f32 weights other than zero that became zero in f16
  std::vector<std::string> notes;    // anything the user should know, one sentence each
  std::vector<std::string> engines;  // who can run the files
};

// Throws kIo with the system's reason when a file cannot be written (nothing is left behind then), kUnsupported when
// the graph holds what this version of the IR cannot say.
IrWriteReport WriteIrV2V4(const Graph& legalized, const std::string& xml_path, const std::string& bin_path,
                          const std::string& mapping_path, const IrWriteOptions& options);
IrWriteReport WriteIrV10V11(const Graph& legalized, const std::string& xml_path, const std::string& bin_path,
                            const std::string& mapping_path, const IrWriteOptions& options);

}  // namespace moir::graph
