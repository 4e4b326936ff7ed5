#include "options.h"

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <map>

#include "../common/common_options.h"
#include "../common/fail.h"
#include "../common/picture_model.h"
#include "../common/program.h"

namespace moir::apps {
namespace {

PreprocessingType ParseType(const std::string& text) {
  static const std::map<std::string, PreprocessingType> kTypes = {{"None", PreprocessingType::kNone},
                                                                  {"Resize", PreprocessingType::kResize},
                                                                  {"ResizeCrop", PreprocessingType::kResizeCrop},
                                                                  {"ResizeShort", PreprocessingType::kResizeShort}};
  const auto found = kTypes.find(text);
  if (found == kTypes.end())
    Fail(ErrorKind::kBadOption, "-ppType: got ", text, ", expected None, Resize, ResizeCrop or ResizeShort");
  return found->second;
}

void RequirePart(const char* name, double value) {
  if (!(value >= 0 && value <= 1)) Fail(ErrorKind::kBadOption, name, ": got ", value, ", expected 0 to 1");
}

}  // namespace

bool ParseValidationOptions(const std::vector<std::string>& arguments, ValidationOptions& options) {
  namespace po = boost::program_options;
  std::string task = "C", type = "Resize", kind = "SSD", pixels = "inclusive";
  int64_t size = 0, width = 0, height = 0;
  auto all = OptionGroup(""), general = OptionGroup("models and pictures"),
       preprocessing = OptionGroup("pre-processing"), classification = OptionGroup("classification (-t C)"),
       detection = OptionGroup("object detection (-t OD)"), results = OptionGroup("results"),
       engine = OptionGroup("engine");
  AddModelOptions(general, options.model);
  // clang-format off
  general.add_options()
      ("task,t", po::value(&task)->default_value("C")->value_name("C|OD"), "C: classification, OD: object detection")
      ("m2", po::value(&options.second_model)->value_name("FILE"),
       "a second model for the same pictures: where the two disagree")
      ("input,i", po::value(&options.input)->value_name("PATH"),
       "classification: a folder with one folder of pictures per class, or a list: lines \"PICTURE CLASS\", or MXNet's "
       ".lst. Detection: a folder of pictures, or a list of them, one per line. Paths in a list are relative to it")
      ("list", po::value(&options.list)->value_name("FILE"),
       "detection: take only these pictures of the folder: names, with or without ending, such as VOC's "
       "ImageSets/Main/test.txt")
      ("batch,b", po::value(&options.batch)->default_value(0)->value_name("N"),
       "pictures that a model looks at together; 0: as many as it was made for");
  preprocessing.add_options()
      ("ppType", po::value(&type)->default_value("Resize")->value_name("TYPE"),
       "None: pictures have the input's size; Resize: to that size, whatever their proportions; ResizeCrop: likewise to "
       "-ppWidth x -ppHeight, then the middle of that; ResizeShort: the shorter side to -ppSize, keeping proportions, "
       "then the middle, as MXNet and GluonCV do")
      ("ppSize", po::value(&size)->value_name("N"), "width and height for ResizeCrop, shorter side for ResizeShort")
      ("ppWidth", po::value(&width)->value_name("N"), "width for ResizeCrop")
      ("ppHeight", po::value(&height)->value_name("N"), "height for ResizeCrop");
  classification.add_options()
      ("Czb", po::value(&options.zero_is_background)->default_value(false, "false")->value_name("BOOL"),
       "true: the model's class 0 is the background, and the pictures' classes begin at its class 1")
      ("output_name", po::value(&options.output_name)->value_name("NAME"),
       "the output that has the classes, for a model with several");
  detection.add_options()
      ("ODkind", po::value(&kind)->default_value("SSD")->value_name("KIND"), "the only kind: boxes as of MultiBoxDetection, DetectionOutput or GluonCV")
      ("ODa", po::value(&options.annotations)->value_name("FOLDER"), "annotations: STEM.xml as of the PASCAL VOC challenge")
      ("ODc", po::value(&options.labels)->value_name("FILE"), "the same as --labels")
      ("ODsubdir", po::value(&options.subfolder)->value_name("NAME"),
       "the folder below -i that has the pictures, such as JPEGImages")
      ("iou", po::value(&options.overlap)->default_value(0.5, "0.5")->value_name("X"), "overlap from which on a box counts as found")
      ("pixels", po::value(&pixels)->default_value("inclusive")->value_name("WHICH"),
       "inclusive: a box includes its last pixel, its width is xmax - xmin + 1, as in VOC's kit and GluonCV; exclusive: "
       "xmax - xmin, as in MXNet's SSD example")
      ("origin", po::value(&options.origin)->default_value(1)->value_name("N"),
       "what the annotations call the first pixel: 1 as in VOC, or 0")
      ("threshold", po::value(&options.threshold)->default_value(0.5, "0.5")->value_name("X"),
       "least score of the boxes in the confusion matrix, in pictures and in the comparison of two models; average "
       "precisions take all boxes");
  results.add_options()
      ("dump", po::value(&options.dump)->value_name("FILE.csv"), "write what was expected and predicted per picture")
      ("report", po::value(&options.report)->value_name("FILE.html"),
       "write a page with curves, confusion matrix and the worst pictures; one file that needs nothing else");
  // clang-format on
  AddShapeOption(general, options.model);
  AddLabelsOption(general, options.labels);
  general.add_options()("lbl", po::value(&options.labels)->value_name("FILE"), "the same as --labels");
  AddCountersOption(results, options.model);
  AddEngineOptions(engine, options.model);
  all.add(general).add(preprocessing).add(classification).add(detection).add(results).add(engine);
  if (ParseOptions(all, arguments).count("help") > 0) {
    std::cout << "validation_app -t C|OD -m model.xml -i pictures: how often a model is right\n"
              << all << "\n"
              << kExitCodes;
    return false;
  }
  if (task != "C" && task != "OD") Fail(ErrorKind::kBadOption, "-t: got ", task, ", expected C or OD");
  options.detection = task == "OD";
  if (kind != "SSD") Fail(ErrorKind::kBadOption, "-ODkind: got ", kind, ", expected SSD");
  if (pixels != "inclusive" && pixels != "exclusive")
    Fail(ErrorKind::kBadOption, "--pixels: got ", pixels, ", expected inclusive or exclusive");
  options.inclusive = pixels == "inclusive";
  if (options.origin != 0 && options.origin != 1)
    Fail(ErrorKind::kBadOption, "--origin: got ", options.origin, ", expected 0 or 1");
  RequirePart("--iou", options.overlap);
  if (options.overlap == 0) Fail(ErrorKind::kBadOption, "--iou: got 0, expected more");
  RequirePart("--threshold", options.threshold);
  if (options.input.empty()) Fail(ErrorKind::kBadOption, "--input: expected pictures (--help lists the options)");
  CheckBatch(options.batch);
  if (options.detection && options.annotations.empty())
    Fail(ErrorKind::kBadOption, "-ODa: expected the folder of the annotations");
  if (!options.detection && !(options.annotations.empty() && options.subfolder.empty() && options.list.empty()))
    Fail(ErrorKind::kBadOption, "-ODa, -ODsubdir and --list belong to object detection, expected -t OD with them");
  if (options.detection && (options.zero_is_background || !options.output_name.empty()))
    Fail(ErrorKind::kBadOption, "-Czb and --output_name belong to classification, expected -t C with them");
  constexpr int64_t kLargestSide = 1 << 15;
  for (const int64_t side : {size, width, height}) {
    if (side < 0 || side > kLargestSide)
      Fail(ErrorKind::kBadOption, "-ppSize, -ppWidth, -ppHeight: got ", side, ", expected 1 to ", kLargestSide);
  }
  options.preprocessing.type = ParseType(type);
  options.preprocessing.width = width != 0 ? width : size;
  options.preprocessing.height = height != 0 ? height : size;
  const bool crops = options.preprocessing.type == PreprocessingType::kResizeCrop ||
                     options.preprocessing.type == PreprocessingType::kResizeShort;
  if (!crops && (size != 0 || width != 0 || height != 0))
    Fail(ErrorKind::kBadOption, "-ppSize, -ppWidth, -ppHeight: got one with -ppType ", type,
         ", expected ResizeCrop or ResizeShort");
  return true;
}

}  // namespace moir::apps
