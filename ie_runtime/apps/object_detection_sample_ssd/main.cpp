// object_detection_sample_ssd: the boxes that a detector finds in pictures, in the manner of OpenVINO's sample of this
// name.
#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "../common/common_options.h"
#include "../common/counters.h"
#include "../common/detections.h"
#include "../common/drawing.h"
#include "../common/fail.h"
#include "../common/labels.h"
#include "../common/model.h"
#include "../common/output_file.h"
#include "../common/picture_model.h"
#include "../common/program.h"

namespace moir::apps {
namespace {

struct SampleOptions {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string labels, output;
  double threshold = 0.5;
  int64_t batch = 0, zoom = 1;
};

// The class's name, or "#7" where there are no labels.
std::string LabelOf(int64_t class_index, const std::vector<std::string>& labels, const SampleOptions& options) {
  if (labels.empty()) return "#" + std::to_string(class_index);
  if (class_index >= static_cast<int64_t>(labels.size())) {
    Fail(ErrorKind::kBadOption, "the model finds class ", class_index, ", and ",
         options.labels.empty() ? "the labels beside the model" : options.labels, " names ", labels.size(),
         " classes, 0 to ", labels.size() - 1);
  }
  return labels[static_cast<size_t>(class_index)];
}

std::string WithScore(const std::string& label, double score) {
  char text[32];
  std::snprintf(text, sizeof text, " %.2f", score);
  return label + text;
}

// FILE.png for one picture, FILE_0.png, FILE_1.png ... for several.
std::string OutputPath(const std::string& path, size_t index, size_t count) {
  if (count == 1) return path;
  const std::filesystem::path file(path);
  return (file.parent_path() / (file.stem().string() + "_" + std::to_string(index) + file.extension().string()))
      .string();
}

class Sample {
 public:
  Sample(const SampleOptions& options, const std::vector<std::string>& labels) : options_(options), labels_(labels) {}

  // Prints the boxes of a picture and writes it with them.
  void Show(const std::string& path, const std::vector<Detection>& detections, size_t index, size_t count) const {
    Picture picture = LoadPicture(path, 3);
    std::printf("%s (%lld x %lld)\n", path.c_str(), static_cast<long long>(picture.width),
                static_cast<long long>(picture.height));
    size_t width = 5;
    for (const Detection& found : detections)
      width = std::max(width, LabelOf(found.class_index, labels_, options_).size());
    if (detections.empty()) std::printf("  nothing with a score of %g or more\n", options_.threshold);
    else std::printf("  class  %-*s     score     xmin     ymin     xmax     ymax\n", static_cast<int>(width), "label");
    const auto columns = static_cast<double>(picture.width), rows = static_cast<double>(picture.height);
    for (const Detection& found : detections) {
      std::printf("  %5lld  %-*s  %.6f  %7.1f  %7.1f  %7.1f  %7.1f\n", static_cast<long long>(found.class_index),
                  static_cast<int>(width), LabelOf(found.class_index, labels_, options_).c_str(), found.score,
                  found.box.xmin * columns, found.box.ymin * rows, found.box.xmax * columns, found.box.ymax * rows);
    }
    if (options_.output.empty()) {
      std::printf("\n");
      return;
    }
    picture = Resize(picture, picture.width * options_.zoom, picture.height * options_.zoom);
    for (const Detection& found : detections) {
      DrawBox(picture, found.box, found.class_index,
              WithScore(LabelOf(found.class_index, labels_, options_), found.score));
    }
    const std::string output = OutputPath(options_.output, index, count);
    WritePng(output, picture);
    std::printf("wrote %s\n\n", output.c_str());
  }

 private:
  const SampleOptions& options_;
  const std::vector<std::string>& labels_;
};

// False when only the help was asked for.
bool ParseSampleOptions(const std::vector<std::string>& arguments, SampleOptions& options) {
  namespace po = boost::program_options;
  auto all = OptionGroup(""), what = OptionGroup("pictures"), results = OptionGroup("results"),
       engine = OptionGroup("engine");
  AddModelOptions(what, options.model);
  // clang-format off
  what.add_options()
      ("input,i", po::value(&options.inputs)->multitoken()->value_name("FILE..."),
       "pictures, and folders of pictures; they may have any size")
      ("batch,b", po::value(&options.batch)->default_value(0)->value_name("N"),
       "pictures that the model looks at together; 0: as many as it was made for");
  results.add_options()
      ("threshold,t", po::value(&options.threshold)->default_value(0.5, "0.5")->value_name("X"), "least score of a box")
      ("output", po::value(&options.output)->value_name("FILE.png"),
       "write the picture with its boxes; several pictures become FILE_0.png, FILE_1.png ...")
      ("zoom", po::value(&options.zoom)->default_value(1)->value_name("N"),
       "enlarge written pictures so many times, for small ones");
  // clang-format on
  AddShapeOption(what, options.model);
  AddLabelsOption(results, options.labels);
  AddCountersOption(results, options.model);
  AddEngineOptions(engine, options.model);
  all.add(what).add(results).add(engine);
  if (ParseOptions(all, arguments, "input").count("help") > 0) {
    std::cout << "object_detection_sample_ssd -m model.xml -i picture... [--output FILE.png]: prints and draws the "
                 "boxes that a detector finds\n"
              << all
              << "\nThe model's output is [N,A,6] as of MXNet's MultiBoxDetection, [1,1,R,7] as of DetectionOutput, or "
                 "GluonCV's\n"
                 "three: classes [N,A,1], scores [N,A,1] and corners [N,A,4] in pixels of the input.\n"
                 "Corners are printed in pixels, from the left and upper edge of the picture.\n"
              << kExitCodes;
    return false;
  }
  if (options.inputs.empty())
    Fail(ErrorKind::kBadOption, "--input: expected pictures or folders of pictures (--help lists the options)");
  CheckBatch(options.batch);
  if (options.zoom < 1 || options.zoom > 32)
    Fail(ErrorKind::kBadOption, "--zoom: got ", options.zoom, ", expected 1 to 32");
  if (!(options.threshold >= 0 && options.threshold <= 1))
    Fail(ErrorKind::kBadOption, "--threshold: got ", options.threshold, ", expected 0 to 1");
  const std::string extension = std::filesystem::path(options.output).extension().string();
  if (!options.output.empty() && extension != ".png")
    Fail(ErrorKind::kBadOption, "--output: got ", options.output, ", expected a name that ends in .png");
  if (!options.output.empty()) RequireWritable(options.output);
  return true;
}

void Run(const std::vector<std::string>& arguments) {
  SampleOptions options;
  if (!ParseSampleOptions(arguments, options)) return;
  Core core;
  Model model = OpenModel(core, options.model);
  const PictureInput input = FindPictureInput(model, options.batch);
  const DetectionOutputs outputs = FindDetectionOutputs(model, input.width, input.height);
  const std::vector<std::string> pictures = ExpandPictures(options.inputs);
  const std::vector<std::string> labels = ReadLabels(options.labels, options.model.model);
  PictureRequest request(Compile(core, model, options.model), input);
  const Sample sample(options, labels);

  request.Infer();  // not measured: the first inference starts the threads and touches memory for the first time
  std::chrono::duration<double, std::milli> total{};
  int inferences = 0;
  const auto batch = static_cast<size_t>(input.batch);
  for (size_t first = 0; first < pictures.size(); first += batch) {
    const size_t count = std::min(batch, pictures.size() - first);
    for (size_t i = 0; i < count; ++i) {
      const Picture picture = LoadPicture(pictures[first + i], input.channels);
      request.Set(static_cast<int64_t>(i), Resize(picture, input.width, input.height));
    }
    const auto start = std::chrono::steady_clock::now();
    request.Infer();
    total += std::chrono::steady_clock::now() - start;
    ++inferences;
    std::vector<size_t> not_finite;
    const auto found = ReadDetections(outputs, request.Outputs(outputs.indices), input.batch, options.threshold,
                                      options.model.model, &not_finite);
    for (size_t i = 0; i < count; ++i) {
      sample.Show(pictures[first + i], found[i], first + i, pictures.size());
      if (not_finite[i] > 0)
        std::printf("%s: %zu boxes are not finite and were left out\n\n", pictures[first + i].c_str(), not_finite[i]);
    }
  }
  std::printf("%zu pictures, %d inferences of %zu, %.3f ms on average\n", pictures.size(), inferences, batch,
              total.count() / inferences);
  if (options.model.profile) PrintCounters(request.Request().GetProfilingInfo());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("object_detection_sample_ssd", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
