// classification_sample: which classes a model sees in pictures, in the manner of OpenVINO's sample of this name.
#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "../common/counters.h"
#include "../common/fail.h"
#include "../common/labels.h"
#include "../common/model.h"
#include "../common/picture_model.h"
#include "../common/program.h"
#include "../common/values.h"

namespace moir::apps {
namespace {

void PrintClasses(const Tensor& output, size_t count, const std::vector<std::string>& labels) {
  constexpr double kBarLength = 40;
  const Summary summary = Summarize(output, count);
  size_t width = 5;
  for (const IndexedValue& top : summary.top) {
    const auto index = static_cast<size_t>(top.index);
    if (index < labels.size()) width = std::max(width, labels[index].size());
  }
  std::printf("  class  %-*s  probability\n", static_cast<int>(width), labels.empty() ? "" : "label");
  for (const IndexedValue& top : summary.top) {
    const auto index = static_cast<size_t>(top.index);
    const auto bar = static_cast<size_t>(std::clamp(top.value, 0.0, 1.0) * kBarLength + 0.5);
    std::printf("  %5lld  %-*s  %.6f%s%s\n", static_cast<long long>(top.index), static_cast<int>(width),
                index < labels.size() ? labels[index].c_str() : "", top.value, bar > 0 ? "  " : "",
                std::string(bar, '#').c_str());
  }
  if (summary.not_finite > 0) std::printf("  %lld values are not finite\n", static_cast<long long>(summary.not_finite));
}

void Run(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  ModelOptions model_options;
  std::vector<std::string> inputs;
  std::string labels_path;
  size_t top = 10;
  int iterations = 1;
  po::options_description options("options", 120, 80);
  // clang-format off
  options.add_options()
      ("help,h", "print this text")
      ("model,m", po::value(&model_options.model)->value_name("FILE"), "the model's .xml; its .bin is beside it")
      ("input,i", po::value(&inputs)->multitoken()->value_name("FILE..."), "pictures, and folders of pictures")
      ("nt", po::value(&top)->default_value(10), "how many of the most probable classes to print")
      ("labels", po::value(&labels_path)->value_name("FILE"),
       "names of the classes, one per line; default: the model's .labels beside the .xml, if there is one")
      ("pc", po::bool_switch(&model_options.profile), "print how long each layer took")
      ("ni", po::value(&iterations)->default_value(1), "inferences per picture, for the time")
      ("input_shape", po::value(&model_options.shapes)->value_name("SHAPE"),
       "shape of the input, such as \"[1,3,224,224]\"; needed where the model leaves sizes open")
      ("extensions,l", po::value(&model_options.extensions)->value_name("LIB.so"), "a library of operators, repeatable")
      ("precision", po::value(&model_options.precision)->default_value("f32"), "f32 or bf16")
      ("threads", po::value(&model_options.threads)->default_value(0), "threads; 0: as many as the process may use");
  // clang-format on
  const auto values = ParseOptions(options, arguments, "input");
  if (values.count("help") > 0) {
    std::cout
        << "classification_sample -m model.xml -i picture...: prints the most probable classes of each picture\n\n"
        << options << "\nexit codes: 0 done, 1 the files or options are at fault, 2 a bug of moir\n";
    return;
  }
  if (inputs.empty())
    Fail(ErrorKind::kBadOption, "--input: expected pictures or folders of pictures (--help lists the options)");
  if (iterations < 1) Fail(ErrorKind::kBadOption, "--ni: got ", iterations, ", expected 1 or more");

  Core core;
  Model model = OpenModel(core, model_options);
  const PictureInput input = FindPictureInput(model, 1);
  const std::vector<Port> outputs = model.Outputs();
  if (outputs.size() != 1)
    Fail(ErrorKind::kBadOption, model.GetName(), ": the model has ", outputs.size(),
         " outputs, expected one with a number per class");
  const std::vector<std::string> pictures = ExpandPictures(inputs);
  const std::vector<std::string> labels = ReadLabels(labels_path, model_options.model);
  PictureRequest request(Compile(core, model, model_options), input);

  request.Infer();  // not measured: the first inference starts the threads and touches memory for the first time
  std::chrono::duration<double, std::milli> total{};
  for (const std::string& path : pictures) {
    const Picture picture = Resize(LoadPicture(path, input.channels), input.width, input.height);
    for (int i = 0; i < iterations; ++i) {
      request.Set(0, picture);
      const auto start = std::chrono::steady_clock::now();
      request.Infer();
      total += std::chrono::steady_clock::now() - start;
    }
    std::printf("%s\n", path.c_str());
    PrintClasses(request.Output(0), top, labels);
    std::printf("\n");
  }
  const double count = static_cast<double>(pictures.size()) * iterations;
  std::printf("%.0f inferences, %.3f ms on average, %.1f per second\n", count, total.count() / count,
              count * 1000.0 / total.count());
  if (model_options.profile) PrintCounters(request.Request().GetProfilingInfo());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("classification_sample", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
