#include "mo/options.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "graph/error.h"
#include "mo/config_file.h"
#include "mo/faq.h"
#include "mo/layout.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Fail;
namespace fs = std::filesystem;

// Endings of files of other frameworks, which the Model Optimizer told apart by them.
std::string ForeignFramework(const std::string& path) {
  static const std::map<std::string, std::string> kEndings = {
      {".caffemodel", "Caffe"}, {".prototxt", "Caffe"},  {".pb", "TensorFlow"},
      {".pbtxt", "TensorFlow"}, {".meta", "TensorFlow"}, {".onnx", "ONNX"},
      {".nnet", "Kaldi"},       {".mdl", "Kaldi"},       {".pdmodel", "PaddlePaddle"}};
  const auto found = kEndings.find(fs::path(path).extension().string());
  return found == kEndings.end() ? "" : found->second;
}

std::string HidePath(const std::string& path) { return "DIR/" + fs::path(path).filename().string(); }

// What goes into <meta_data>: deterministic, without the paths of the machine that converted.
void RecordParameters(const GivenOptions& given, Options& options) {
  const std::map<std::string, std::string> always = {
      {"data_type", options.f16 ? "half" : "float"},
      {"framework", "mxnet"},
      {"ir_version", std::to_string(options.ir_version)},
      {"log_level", options.log_level},
  };
  for (const OptionInfo& option : OptionTable()) {
    if (option.status == OptionStatus::kRefused || option.name == "help" || option.name == "config") continue;
    if (option.name.starts_with("verify")) continue;  // the files are the same with and without
    const std::string name(option.name);
    const bool is_set = given.Has(name);
    if (const auto found = always.find(name); found != always.end()) {
      options.cli_parameters.emplace_back(name, found->second);
    } else if (option.kind == OptionKind::kSwitch) {
      options.cli_parameters.emplace_back(name, given.Flag(name) ? "True" : "False");
    } else if (!is_set) {
      options.unset_cli_parameters.push_back(name);
    } else if (name == "output_dir" || name == "dump_passes") {
      options.cli_parameters.emplace_back(name, "DIR");
    } else if (name == "mean_image") {
      std::vector<std::string> files;
      for (const auto& [input, file] : options.mean_image)
        files.push_back(input.empty() ? HidePath(file) : input + "(" + HidePath(file) + ")");
      options.cli_parameters.emplace_back(name, graph::Join(files, ","));
    } else if (option.kind == OptionKind::kPath || name == "nd_prefix_name") {
      options.cli_parameters.emplace_back(name, HidePath(given.Text(name)));
    } else if (option.kind == OptionKind::kPaths) {
      options.cli_parameters.emplace_back(name, given.Text(name).empty() ? "" : "DIR");
    } else {
      options.cli_parameters.emplace_back(name, given.Text(name));
    }
  }
  std::sort(options.cli_parameters.begin(), options.cli_parameters.end());
  std::sort(options.unset_cli_parameters.begin(), options.unset_cli_parameters.end());
}

void NoteStatus(const GivenOptions& given, Options& options) {
  for (const auto& [name, text] : given.All()) {
    const OptionInfo& option = *FindOption("--" + name);
    if (option.status == OptionStatus::kDeprecated) {
      options.warnings.push_back(graph::StrCat("--", name, " is deprecated: ", option.remark));
    } else if (option.status == OptionStatus::kIgnored && !(text.empty() && option.kind != OptionKind::kSwitch)) {
      options.notes.push_back(graph::StrCat("--", name, " has no effect: ", option.remark));
    }
  }
}

void ReadModelOptions(const GivenOptions& given, Options& options) {
  options.input_model = given.Text("input_model");
  options.input_symbol = given.Text("input_symbol");
  options.nd_prefix_name = given.Text("nd_prefix_name");
  options.pretrained_model_name = given.Text("pretrained_model_name");
  options.save_params_from_nd = given.Flag("save_params_from_nd");
  if (given.Has("framework") && given.Text("framework") != "mxnet") {
    FailFaq(kFramework, ErrorKind::kBadOption, "--framework: got \"", given.Text("framework"),
            "\", expected mxnet: mo converts models of MXNet only");
  }
  for (const std::string& path : {options.input_model, options.input_symbol}) {
    if (const std::string framework = ForeignFramework(path); !framework.empty() && !given.Has("framework")) {
      FailFaq(kFramework, ErrorKind::kBadOption, path, ": by its name a file of ", framework,
              ", expected .params, .nd or symbol.json of MXNet (if it is one, say so with --framework mxnet)");
    }
  }
  const std::vector<std::pair<const char*, bool>> nd = {
      {"--nd_prefix_name", !options.nd_prefix_name.empty()},
      {"--pretrained_model_name", !options.pretrained_model_name.empty()},
      {"--input_symbol", !options.input_symbol.empty()}};
  if (nd[0].second || nd[1].second || options.save_params_from_nd) {
    for (const auto& [name, is_given] : nd) {
      if (!is_given) {
        FailFaq(kNdOptions, ErrorKind::kBadOption, name,
                " is missing: --nd_prefix_name, --pretrained_model_name and --input_symbol go together");
      }
    }
  }
  if (options.input_model.empty() && options.input_symbol.empty()) {
    Fail(ErrorKind::kBadOption,
         "no model is given: --input_model names the .params file, --input_symbol the symbol.json");
  }
}

void ReadInputOptions(const GivenOptions& given, Options& options) {
  if (!given.Text("input").empty()) options.input = ParseInputs(given.Text("input"));
  if (given.Has("input_shape")) options.input_shape = ParseShapes(given.Text("input_shape"));
  if (!given.Text("output").empty()) options.output = ParseNames("output", given.Text("output"));
  if (given.Has("batch")) {
    const auto batch = graph::ParseInt(given.Text("batch"));
    if (!batch || *batch < 1) {
      FailFaq(kBatchNumber, ErrorKind::kBadOption, "--batch: got \"", given.Text("batch"),
              "\", expected a positive integer");
    }
    options.batch = *batch;
  }
  const bool shapes_of_input = std::any_of(options.input.begin(), options.input.end(),
                                           [](const InputSpec& input) { return input.shape.has_value(); });
  if (shapes_of_input && !options.input_shape.empty())
    Fail(ErrorKind::kBadOption, "--input and --input_shape: both state shapes, expected one of them");
  if (!options.input_shape.empty() && !options.input.empty()) {
    if (options.input.size() != options.input_shape.size()) {
      FailFaq(kShapesAndNames, ErrorKind::kBadOption, "--input_shape: got ", options.input_shape.size(),
              " shapes for the ", options.input.size(), " names of --input");
    }
    for (size_t i = 0; i < options.input.size(); ++i) options.input[i].shape = std::move(options.input_shape[i]);
    options.input_shape.clear();
  }
  // Both may be given as long as they say the same: a shape whose first size is left to --batch.
  std::vector<std::vector<int64_t>> shapes = options.input_shape;
  for (const InputSpec& input : options.input) {
    if (input.shape) shapes.push_back(*input.shape);
  }
  for (const std::vector<int64_t>& shape : shapes) {
    if (options.batch && !shape.empty() && shape[0] != -1 && shape[0] != *options.batch) {
      FailFaq(kShapeAndBatch, ErrorKind::kBadOption, "--batch ", *options.batch, " and the shape [",
              graph::Join(shape, ","), "]: they contradict each other; write -1 for the batch or leave out --batch");
    }
  }
  if (!given.Text("freeze_placeholder_with_value").empty())
    options.freeze = ParseFreezeValues(given.Text("freeze_placeholder_with_value"));
  for (const InputSpec& frozen : options.freeze) {
    for (InputSpec& input : options.input) {
      if (input.text != frozen.text) continue;
      if (input.value && input.value != frozen.value) {
        Fail(ErrorKind::kBadOption, "--freeze_placeholder_with_value: \"", frozen.text,
             "\" has another value in --input, expected one of them");
      }
    }
  }
}

void ReadPreprocessingOptions(const GivenOptions& given, Options& options) {
  if (given.Has("scale") && given.Has("scale_values")) {
    FailFaq(kScaleTwice, ErrorKind::kBadOption, "--scale and --scale_values: both are given, expected one of them");
  }
  if (given.Has("scale")) {
    options.scale = ParsePositive("scale", given.Text("scale"));
    if (*options.scale < 1) {
      options.warnings.push_back(graph::StrCat("--scale ", given.Text("scale"),
                                               " makes the input larger: it is divided by ", given.Text("scale"),
                                               ", not multiplied"));
    }
  }
  if (given.Has("mean_values")) options.mean_values = ParseNamedValues("mean_values", given.Text("mean_values"));
  if (given.Has("scale_values")) options.scale_values = ParseNamedValues("scale_values", given.Text("scale_values"));
  for (const NamedValues& values : options.scale_values) {
    if (std::find(values.values.begin(), values.values.end(), 0.0) != values.values.end())
      FailOption("scale_values", given.Text("scale_values"), "numbers other than 0");
  }
  if (given.Has("mean_image")) {
    options.mean_image = ParseNamedFiles("mean_image", given.Text("mean_image"));
    if (!options.mean_values.empty())
      Fail(ErrorKind::kBadOption, "--mean_image and --mean_values: both are given, expected one of them");
  }
  options.reverse_input_channels = given.Flag("reverse_input_channels");
  options.move_to_preprocess = given.Flag("move_to_preprocess");

  const bool one_sided = given.Has("source_layout") || given.Has("target_layout");
  if (given.Has("layout") && one_sided)
    Fail(ErrorKind::kBadOption, "--layout and --source_layout or --target_layout: they exclude each other");
  const auto merge = [&](const std::string& option, bool source, bool target) {
    if (given.Text(option).empty()) return;
    const std::vector<LayoutSpec> specs = ParseLayouts(option, given.Text(option), source, target);
    for (size_t i = 0; i < specs.size(); ++i) {
      if (!specs[i].source.empty()) Layout(option, specs[i].source);
      if (!specs[i].target.empty()) Layout(option, specs[i].target);
      if (!options.layouts.empty() && options.layouts[0].name.empty() != specs[i].name.empty())
        FailOption(option, given.Text(option), "names where the other side has them");
      const auto same = std::find_if(options.layouts.begin(), options.layouts.end(), [&](const LayoutSpec& known) {
        return specs[i].name.empty() ? static_cast<size_t>(&known - options.layouts.data()) == i
                                     : known.name == specs[i].name;
      });
      if (same == options.layouts.end()) options.layouts.push_back(specs[i]);
      else if (source) same->source = specs[i].source;
      else same->target = specs[i].target;
    }
    options.layout_option = option;
  };
  merge("layout", true, true);
  merge("source_layout", true, false);
  merge("target_layout", false, true);
}

void ReadResultOptions(const GivenOptions& given, Options& options) {
  if (!given.Text("output_dir").empty()) options.output_dir = given.Text("output_dir");
  options.model_name = given.Text("model_name");
  if (options.model_name.find('/') != std::string::npos)
    FailOption("model_name", options.model_name, "a name without a folder; --output_dir names that");
  if (given.Has("data_type")) {
    const std::string type = given.Text("data_type");
    if (type == "FP16" || type == "half") options.f16 = true;
    else if (type != "FP32" && type != "float") FailOption("data_type", type, "FP32, FP16, float or half");
  }
  if (given.Has("compress_to_fp16")) {
    const bool compress = given.Flag("compress_to_fp16");
    if (given.Has("data_type") && compress != options.f16) {
      Fail(ErrorKind::kBadOption, "--compress_to_fp16 ", given.Text("compress_to_fp16"), " and --data_type ",
           given.Text("data_type"), ": they contradict each other");
    }
    options.f16 = compress;
  }
  if (given.Has("ir_version")) {
    const auto version = graph::ParseInt(given.Text("ir_version"));
    if (!version || !((*version >= 2 && *version <= 4) || *version == 10 || *version == 11))
      FailOption("ir_version", given.Text("ir_version"), "2, 3, 4, 10 or 11");
    options.ir_version = static_cast<int>(*version);
  }
  if (given.Flag("generate_deprecated_IR_V2")) {
    if (given.Has("ir_version") && options.ir_version != 2)
      Fail(ErrorKind::kBadOption, "--generate_deprecated_IR_V2 and --ir_version ", options.ir_version,
           ": they contradict each other");
    options.ir_version = 2;
  }
  options.detection_output = given.Flag("detection_output");
}

bool IsIdentifier(const std::string& text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

void ReadTuningOptions(const GivenOptions& given, Options& options) {
  options.disable_fusing = given.Flag("disable_fusing");
  options.disable_gfusing = given.Flag("disable_gfusing");
  options.disable_resnet_optimization = given.Flag("disable_resnet_optimization");
  if (!given.Text("finegrain_fusing").empty())
    options.finegrain_fusing = ParseNames("finegrain_fusing", given.Text("finegrain_fusing"));
  if (!given.Text("disable_pass").empty())
    options.disable_pass = ParseNames("disable_pass", given.Text("disable_pass"));
  if (!given.Text("extensions").empty()) options.extensions = ParseNames("extensions", given.Text("extensions"));
  options.extensions_template = given.Text("extensions_template");
  if (given.Has("extensions_template") && !IsIdentifier(options.extensions_template))
    FailOption("extensions_template", options.extensions_template,
               "a name of letters, digits and \"_\", a letter first");
  options.dump_passes = given.Text("dump_passes");
  if (!given.Text("transform").empty()) {
    Fail(ErrorKind::kBadOption, "--transform: \"", given.Text("transform"),
         "\": no transformation of the Model Optimizer can be asked for, expected nothing or an empty text");
  }
}

void ReadVerifyOptions(const GivenOptions& given, Options& options) {
  options.verify = given.Flag("verify");
  for (const char* name : {"verify_input", "verify_runs", "verify_tolerance"}) {
    if (given.Has(name) && !options.verify)
      Fail(ErrorKind::kBadOption, "--", name, ": nothing is verified without --verify, expected both");
  }
  if (options.verify && options.detection_output) {
    Fail(ErrorKind::kBadOption,
         "--verify and --detection_output: they exclude each other, because the output gets another layout than the "
         "model's; verify the conversion without --detection_output");
  }
  if (!given.Text("verify_input").empty())
    options.verify_input = ParseNames("verify_input", given.Text("verify_input"));
  if (given.Has("verify_runs")) {
    constexpr int64_t kMostRuns = 1000;
    const auto runs = graph::ParseInt(given.Text("verify_runs"));
    if (!runs || *runs < 1 || *runs > kMostRuns)
      FailOption("verify_runs", given.Text("verify_runs"), graph::StrCat("a number from 1 to ", kMostRuns));
    if (*runs > 1 && !options.verify_input.empty()) {
      Fail(ErrorKind::kBadOption,
           "--verify_runs and --verify_input: every run would be the same, expected one of them");
    }
    options.verify_runs = static_cast<int>(*runs);
  }
  if (given.Has("verify_tolerance")) {
    const auto tolerance = graph::ParseDouble(given.Text("verify_tolerance"));
    if (!tolerance || !(*tolerance >= 0) || *tolerance > 1)
      FailOption("verify_tolerance", given.Text("verify_tolerance"), "a number from 0 to 1");
    options.verify_tolerance = *tolerance;
  }
}

void ReadMessageOptions(const GivenOptions& given, Options& options) {
  options.report = given.Text("report");
  if (given.Has("report") && !options.report.ends_with(".html") && !options.report.ends_with(".json"))
    FailOption("report", options.report, "a file that ends in .html or .json");
  options.silent = given.Flag("silent");
  options.progress = given.Flag("progress");
  options.stream_output = given.Flag("stream_output");
  if (given.Has("log_level")) {
    options.log_level = given.Text("log_level");
    const std::vector<std::string> levels = {"CRITICAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"};
    if (std::find(levels.begin(), levels.end(), options.log_level) == levels.end())
      FailOption("log_level", options.log_level, "one of " + graph::Join(levels, ", "));
  }
}

}  // namespace

Options ParseOptions(const std::vector<std::string>& arguments) {
  GivenOptions given = ParseCommandLine(arguments);
  Options options;
  options.show_help = given.Flag("help");
  options.show_version = given.Flag("version");
  if (options.show_help || options.show_version) return options;
  if (given.Has("config")) given.FillUp(ReadConfigFile(given.Text("config")));
  ReadModelOptions(given, options);
  ReadInputOptions(given, options);
  ReadPreprocessingOptions(given, options);
  ReadResultOptions(given, options);
  ReadTuningOptions(given, options);
  ReadVerifyOptions(given, options);
  ReadMessageOptions(given, options);
  NoteStatus(given, options);
  RecordParameters(given, options);
  options.given = std::move(given);
  return options;
}

}  // namespace moir::mo
