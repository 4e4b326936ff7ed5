// classification_sample: which classes a model sees in pictures, in the manner of OpenVINO's sample of this name.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "../common/classification.h"
#include "../common/common_options.h"
#include "../common/counters.h"
#include "../common/labels.h"
#include "../common/picture_model.h"
#include "../common/program.h"

namespace moir::apps {
namespace {

void Run(const std::vector<std::string>& arguments) {
  ClassificationOptions options;
  auto all = OptionGroup(""), pictures_group = OptionGroup("pictures"), engine = OptionGroup("engine");
  AddClassificationOptions(pictures_group, options);
  AddEngineOptions(engine, options.model);
  all.add(pictures_group).add(engine);
  if (ParseOptions(all, arguments, "input").count("help") > 0) {
    std::cout << "classification_sample -m model.xml -i picture...: prints the most probable classes of each picture\n"
              << all << "\n"
              << kExitCodes;
    return;
  }
  CheckClassificationOptions(options);

  Core core;
  Model model = OpenModel(core, options.model);
  const PictureInput input = FindPictureInput(model, options.batch);
  const size_t output = FindClassOutput(model, input.batch, options.output_name);
  const std::vector<std::string> pictures = ExpandPictures(options.inputs);
  const std::vector<std::string> labels = ReadLabels(options.labels, options.model.model);
  PictureRequest request(Compile(core, model, options.model), input);

  request.Infer();  // not measured: the first inference starts the threads and touches memory for the first time
  std::chrono::duration<double, std::milli> total{};
  const auto batch = static_cast<size_t>(input.batch);
  size_t inferences = 0;
  for (size_t first = 0; first < pictures.size(); first += batch) {
    const size_t count = std::min(batch, pictures.size() - first);
    std::vector<Picture> loaded;
    for (size_t i = 0; i < count; ++i)
      loaded.push_back(Resize(LoadPicture(pictures[first + i], input.channels), input.width, input.height));
    for (int repeat = 0; repeat < options.iterations; ++repeat) {
      for (size_t i = 0; i < count; ++i) request.Set(static_cast<int64_t>(i), loaded[i]);
      const auto start = std::chrono::steady_clock::now();
      request.Infer();
      total += std::chrono::steady_clock::now() - start;
      ++inferences;
    }
    for (size_t i = 0; i < count; ++i) {
      std::printf("%s\n", pictures[first + i].c_str());
      PrintClasses(request.Output(output), static_cast<int64_t>(i), options, labels);
      std::printf("\n");
    }
  }
  const auto count = static_cast<double>(inferences);
  std::printf("%zu inferences, %.3f ms on average, %.1f per second\n", inferences, total.count() / count,
              count * 1000.0 / total.count());
  if (options.model.profile) PrintCounters(request.Request().GetProfilingInfo());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("classification_sample", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
