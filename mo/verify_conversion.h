// --verify: what VerifyConversion needs, from the options and the graph that was read; its result as text.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mo/options.h"
#include "mo/progress.h"
#include "mo/report/model_report.h"
#include "mo/verify.h"
#include "transforms/pipeline.h"

namespace moir::mo {

struct VerifyInputs {
  NamedTensors values;
  std::string origin;  // for the user
};

// What the conversion library does not have itself; the program takes it from the engine.
struct VerifyTools {
  GraphRunner engine;  // empty: the files are evaluated plainly
  // Values for the Parameters of a graph from the arguments of --verify_input. Empty: it is refused.
  std::function<VerifyInputs(const graph::Graph& model, const std::vector<std::string>& arguments)> read_inputs;
};

using PassList = std::vector<std::unique_ptr<graph::Pass>>;

struct Verification {
  VerifyResult result;
  std::vector<std::string> notes;   // what was compared, and how
  std::vector<std::string> errors;  // what differs, and where; empty when all is well
};

class ConversionVerifier {
 public:
  // Takes a copy of `read`, the graph as it was read, and the values that it will be fed. `pipeline` is what the
  // conversion runs. Throws kBadOption for --verify_input that does not fit.
  ConversionVerifier(const graph::Graph& read, const Options& options, transforms::PipelineOptions pipeline,
                     const std::map<std::string, std::string>& aliases, const VerifyTools& tools);

  // `optimize` and `legalize` make the conversion's passes once more, the first for other options.
  struct PassMakers {
    std::function<PassList(const transforms::PipelineOptions&)> optimize;
    std::function<PassList()> legalize;
  };
  Verification Run(const std::string& xml_path, const std::string& bin_path, const PassMakers& makers,
                   std::function<void(const std::string&)> listener) const;

 private:
  void ReadInputs(const std::map<std::string, std::string>& aliases);
  const Options& options_;
  const VerifyTools& tools_;
  transforms::PipelineOptions pipeline_;
  std::unique_ptr<graph::Graph> reference_;
  std::unique_ptr<graph::Graph> without_means_;  // with --move_to_preprocess
  std::vector<NamedTensors> runs_;
  std::string origin_;
};

// The figures in the form of a report.
std::vector<ReportVerification> VerificationFigures(const VerifyResult& result);

}  // namespace moir::mo
