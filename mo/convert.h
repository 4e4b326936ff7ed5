// convert: read -> optimize -> legalize -> write, the whole job of mo.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/ir/ir_writer.h"
#include "graph/pass.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/nd_params.h"
#include "mo/options.h"
#include "mo/progress.h"
#include "mo/report/model_report.h"
#include "mo/verify_conversion.h"

namespace moir::mo {

struct StepTime {
  std::string step;
  double seconds = 0;
};

struct ConvertReport {
  std::string xml_path, bin_path, mapping_path;
  std::vector<std::string> notes;  // in the order of the steps
  std::vector<graph::PassReport> passes;
  graph::IrWriteReport written;
  size_t operators_read = 0, operators_written = 0;
  std::vector<StepTime> times;
  ModelReport model;  // with --report
  // With --verify: how far the files are from the model. Its errors are the user's to hear; the files stay.
  std::optional<Verification> verification;
  double seconds = 0;
};

struct ReadResult : BuildResult {
  std::map<std::string, std::string> aliases;  // what the user may call an input, and its name in the graph
  NdParams nd;                                 // of models in .nd files
};

// The graph as the files state it, unoptimized: what --verify and the tests evaluate. Fills `notes`.
ReadResult ReadModel(const Options& options);

// For tests: faults that --verify must find.
struct ConvertFaults {
  std::function<void(PassList&passes)> optimize, legalize;         // changes the lists of passes
  std::function<void(const ConvertReport& report)> after_writing;  // changes the files
};

// Writes OUTPUT_DIR/MODEL_NAME.xml, .bin and .mapping, all three or none, and the report that is asked for. Throws
// graph::Error.
ConvertReport Convert(const Options& options, const ProgressListener& progress = {}, const VerifyTools& tools = {},
                      const ConvertFaults& faults = {});

}  // namespace moir::mo
