#include "mo/verify_conversion.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "graph/error.h"
#include "transforms/passes.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Fail;
using graph::StrCat;
using graph::Tensor;

constexpr double kToleranceF32 = 1e-4, kToleranceF16 = 1e-2;
constexpr int kFirstOpsetVersion = 10;

std::string Number(double value, int digits = 3) {
  if (std::isnan(value)) return "nan";  // whatever its sign
  char text[32];
  std::snprintf(text, sizeof(text), "%.*g", digits, value);
  return text;
}

std::string DifferenceText(const Difference& difference, const graph::Shape* shape) {
  if (!difference.problem.empty()) return difference.problem;
  std::string text = "largest difference " + Number(difference.absolute);
  if (difference.largest_value > 0)
    text += ", " + Number(difference.Relative()) + " of the largest value " + Number(difference.largest_value);
  if (shape && difference.position >= 0) {
    text += " (at " + PositionText(*shape, difference.position) + ": got " + Number(difference.actual, 9) +
            ", expected " + Number(difference.reference, 9) + ")";
  }
  return text;
}

std::string LayerText(const VerifyFault& fault) {
  if (fault.layer.empty()) return "no single layer of it shows the difference";
  return StrCat("first at layer \"", fault.layer, "\" (", fault.op,
                fault.value.empty() ? "" : ", value \"" + fault.value + "\"",
                "): ", DifferenceText(fault.difference, nullptr));
}

std::string FaultText(const VerifyFault& fault, const std::string& xml_path) {
  switch (fault.place) {
    case VerifyFault::Place::kPass:
      return StrCat("they part in pass ", fault.pass, " (", fault.list, "), ", LayerText(fault),
                    fault.list == "optimize" ? StrCat("; --disable_pass ", fault.pass, " leaves the pass out") : "");
    case VerifyFault::Place::kFiles:
      if (!fault.problem.empty()) return StrCat("the files cannot be run: ", fault.problem);
      return StrCat("every pass is right; the fault lies in the files (", xml_path, "), ", LayerText(fault));
    case VerifyFault::Place::kEngine:
      if (!fault.problem.empty()) return StrCat("the engine cannot run the files: ", fault.problem);
      return StrCat("every pass and the files are right; the engine computes something else, ", LayerText(fault));
  }
  return {};
}

// What the user wants done to inputs and outputs, as the conversion does it, but for the means when they stay outside.
void ApplyWishes(graph::Graph& graph, const transforms::PipelineOptions& pipeline,
                 const std::vector<std::string>& left_out, bool means_outside) {
  graph::PassRunner runner;
  const auto add = [&](std::unique_ptr<graph::Pass> pass) {
    if (std::find(left_out.begin(), left_out.end(), pass->Name()) == left_out.end()) runner.Add(std::move(pass));
  };
  if (!pipeline.preprocess.empty()) add(transforms::MakeApplyInputPreprocessing(pipeline.preprocess, means_outside));
  if (!pipeline.layouts.empty()) add(transforms::MakeApplyLayouts(pipeline.layouts));
  runner.Run(graph);
}

// x - mean per channel (axis 1): what the files' <pre-process> does before the graph.
NamedTensors SubtractMeans(NamedTensors inputs, const std::vector<transforms::InputPreprocess>& preprocess) {
  for (const transforms::InputPreprocess& step : preprocess) {
    if (step.mean.empty()) continue;
    Tensor& tensor = inputs.at(step.input);
    const std::vector<double> means = transforms::InParameterOrder(step, step.mean);
    std::vector<double> values = tensor.ToVector<double>();
    const auto channels = static_cast<size_t>(tensor.Shape()[1]);
    const auto plane = static_cast<size_t>(tensor.Shape().Strides()[1]);
    for (size_t i = 0; i < values.size(); ++i) values[i] -= means[means.size() == 1 ? 0 : i / plane % channels];
    tensor = Tensor::FromValues<double>(tensor.Shape(), values).ConvertTo(tensor.Type());
  }
  return inputs;
}

}  // namespace

ConversionVerifier::ConversionVerifier(const graph::Graph& read, const Options& options,
                                       transforms::PipelineOptions pipeline,
                                       const std::map<std::string, std::string>& aliases, const VerifyTools& tools)
    : options_(options), tools_(tools), pipeline_(std::move(pipeline)), reference_(read.Clone()) {
  if (pipeline_.move_means_to_preprocess) {
    without_means_ = read.Clone();
    ApplyWishes(*without_means_, pipeline_, options.disable_pass, /*means_outside=*/true);
  }
  ApplyWishes(*reference_, pipeline_, options.disable_pass, /*means_outside=*/false);
  ReadInputs(aliases);
}

void ConversionVerifier::ReadInputs(const std::map<std::string, std::string>& aliases) {
  if (options_.verify_input.empty()) {
    for (int run = 0; run < options_.verify_runs; ++run)
      runs_.push_back(UniformInputs(*reference_, static_cast<uint64_t>(run) + 1));
    origin_ = StrCat("random inputs, uniform in 0 .. 1, seed 1",
                     options_.verify_runs > 1 ? StrCat(" .. ", options_.verify_runs) : "");
    return;
  }
  if (!tools_.read_inputs) {
    Fail(
        ErrorKind::kUnsupported,
        "--verify_input: this mo was built without the engine, whose readers of arrays and pictures it needs; leave it "
        "out, and random numbers are taken");
  }
  std::vector<std::string> arguments = options_.verify_input;
  for (std::string& argument : arguments) {
    for (const auto& [alias, name] : aliases) {
      if (argument.starts_with(alias + "=")) argument = name + argument.substr(alias.size());
    }
  }
  VerifyInputs inputs = tools_.read_inputs(*reference_, arguments);
  runs_ = {std::move(inputs.values)};
  origin_ = inputs.origin;
}

Verification ConversionVerifier::Run(const std::string& xml_path, const std::string& bin_path, const PassMakers& makers,
                                     std::function<void(const std::string&)> listener) const {
  VerifyRequest request;
  request.reference = reference_.get();
  request.runs = runs_;
  request.tolerance = options_.verify_tolerance.value_or(options_.f16 ? kToleranceF16 : kToleranceF32);
  request.xml_path = xml_path;
  request.bin_path = bin_path;
  request.settle_shapes = options_.ir_version >= kFirstOpsetVersion;
  request.engine = tools_.engine;
  if (without_means_) {
    request.pass_input = without_means_.get();
    request.pass_input_of = [this](const NamedTensors& run) { return SubtractMeans(run, pipeline_.preprocess); };
  }
  request.make_passes = [&] {
    // The wishes have been applied already.
    transforms::PipelineOptions pipeline = pipeline_;
    pipeline.preprocess.clear();
    pipeline.layouts.clear();
    pipeline.listener = {};
    std::vector<ListedPass> passes;
    for (std::unique_ptr<graph::Pass>& pass : makers.optimize(pipeline)) {
      const std::vector<std::string>& left_out = options_.disable_pass;
      if (std::find(left_out.begin(), left_out.end(), pass->Name()) == left_out.end())
        passes.push_back({"optimize", std::move(pass)});
    }
    for (std::unique_ptr<graph::Pass>& pass : makers.legalize()) passes.push_back({"legalize", std::move(pass)});
    return passes;
  };
  request.listener = std::move(listener);

  Verification verification;
  verification.result = VerifyConversion(request);
  verification.notes.push_back(
      StrCat("verified: ", runs_.size(), runs_.size() == 1 ? " run" : " runs", " on ", origin_,
             "; the model as read, evaluated plainly, against the files, ",
             tools_.engine ? "run by the engine" : "evaluated plainly (this mo was built without the engine)",
             "; tolerance ", Number(request.tolerance)));
  // Without any numbers of the files there is nothing to say about single outputs.
  const bool compared = verification.result.Passed() || verification.result.faults[0].problem.empty();
  for (const OutputDifference& output : verification.result.outputs) {
    if (!compared) break;
    const std::string text = StrCat("output \"", output.output,
                                    "\": ", DifferenceText(output.difference, output.passed ? nullptr : &output.shape));
    if (output.passed) verification.notes.push_back("verified: " + text);
    else verification.errors.push_back("verify: " + text + ", beyond the tolerance " + Number(request.tolerance));
  }
  for (const VerifyFault& fault : verification.result.faults)
    verification.errors.push_back("verify: " + FaultText(fault, xml_path));
  return verification;
}

std::vector<ReportVerification> VerificationFigures(const VerifyResult& result) {
  std::vector<ReportVerification> figures;
  for (const OutputDifference& output : result.outputs) {
    figures.push_back({output.output, output.difference.absolute, output.difference.largest_value, output.passed,
                       output.difference.Relative()});
  }
  return figures;
}

}  // namespace moir::mo
