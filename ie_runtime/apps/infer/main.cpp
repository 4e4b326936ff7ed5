// infer: one inference, so that anyone can compare numbers with NumPy.
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "../common/common_options.h"
#include "../common/counters.h"
#include "../common/inputs.h"
#include "../common/model.h"
#include "../common/npz.h"
#include "../common/program.h"
#include "../common/values.h"

namespace moir::apps {
namespace {

constexpr size_t kTopValues = 5;

// A column of names as wide as the longest.
size_t NameWidth(const std::vector<Port>& ports, size_t width = 0) {
  for (const Port& port : ports) width = std::max(width, port.name.size());
  return width;
}

void PrintInput(const InputValue& input, size_t width) {
  std::printf("input  %-*s  %s  %s\n", static_cast<int>(width), input.name.c_str(),
              Describe(input.tensor.GetElementType(), input.tensor.GetShape()).c_str(), input.origin.c_str());
}

void PrintOutput(const std::string& name, const Tensor& tensor, size_t width) {
  const Summary summary = Summarize(tensor, kTopValues);
  std::printf("output %-*s  %s", static_cast<int>(width), name.c_str(),
              Describe(tensor.GetElementType(), tensor.GetShape()).c_str());
  if (tensor.GetSize() > 0) std::printf("  min %g  max %g  mean %g", summary.min, summary.max, summary.mean);
  if (summary.not_finite > 0) std::printf("  not finite: %lld values", static_cast<long long>(summary.not_finite));
  std::printf("\n");
  if (summary.top.empty()) return;
  std::printf("       %*s  largest", static_cast<int>(width), "");
  for (const IndexedValue& top : summary.top)
    std::printf("  [%lld] %.6g", static_cast<long long>(top.index), top.value);
  std::printf("\n");
}

void Run(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  ModelOptions model_options;
  std::vector<std::string> inputs;
  std::string output;
  uint64_t seed = 0;
  auto options = OptionGroup(""), values_group = OptionGroup("values"), engine = OptionGroup("engine");
  AddModelOptions(values_group, model_options);
  // clang-format off
  values_group.add_options()
      ("input,i", po::value(&inputs)->value_name("[NAME=]FILE"),
       "values of an input, repeatable: .npy, .npz (the array NAME of it; without NAME= all inputs by name) or a "
       "picture. NAME= may be left out for a model with one input. Without --input: seeded random values, floats in "
       "[0, 1), integers 0 or 1")
      ("output,o", po::value(&output)->value_name("FILE.npz"), "write all outputs, by name, in the model's order")
      ("seed", po::value(&seed)->default_value(0)->value_name("N"), "of the random values");
  // clang-format on
  AddShapeOption(values_group, model_options);
  AddCountersOption(values_group, model_options);
  AddEngineOptions(engine, model_options);
  options.add(values_group).add(engine);
  const auto values = ParseOptions(options, arguments);
  if (values.count("help") > 0) {
    std::cout << "infer -m model.xml [-i NAME=FILE]... [-o FILE.npz]: runs one inference, prints what came out\n"
              << options << "\n"
              << kExitCodes;
    return;
  }

  Core core;
  const Model model = OpenModel(core, model_options);
  const std::vector<InputValue> given =
      inputs.empty() ? RandomInputs(model.Inputs(), seed) : ReadInputs(model.Inputs(), inputs);
  const CompiledModel compiled = Compile(core, model, model_options);
  InferRequest request = compiled.CreateInferRequest();
  for (size_t i = 0; i < given.size(); ++i) request.SetInputTensor(i, given[i].tensor);
  const auto start = std::chrono::steady_clock::now();
  request.Infer();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;

  NamedTensors results;
  const std::vector<Port> ports = compiled.Outputs();
  for (size_t i = 0; i < ports.size(); ++i) results.emplace_back(ports[i].name, request.GetOutputTensor(i));
  if (!output.empty()) WriteNpz(output, results);
  const size_t width = NameWidth(ports, NameWidth(model.Inputs()));
  for (const InputValue& input : given) PrintInput(input, width);
  for (const auto& [name, tensor] : results) PrintOutput(name, tensor, width);
  std::printf("inference took %.3f ms\n", took.count());
  if (!output.empty()) std::printf("wrote %s\n", output.c_str());
  if (model_options.profile) PrintCounters(request.GetProfilingInfo());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("infer", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
