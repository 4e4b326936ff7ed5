#include "mo/options.h"

#include <boost/program_options.hpp>
#include <filesystem>
#include <map>
#include <sstream>

#include "graph/error.h"

namespace moir::mo {
namespace {

namespace po = boost::program_options;
using graph::ErrorKind;
using graph::Fail;

po::options_description Describe() {
  const auto text = [] { return po::value<std::string>(); };
  po::options_description all("Options", 110, 70);

  po::options_description model("The model", 110, 70);
  model.add_options()("input_model,m", text(),
                      "weights: a .params or .nd file. PREFIX-symbol.json beside PREFIX-NNNN.params is the graph "
                      "unless --input_symbol names another")(
      "input_symbol", text(), "graph: a symbol.json file. Alone it is enough for a graph without weights")(
      "framework", text(), "mxnet, the only one; accepted for the sake of scripts")(
      "input", text(), "names of the inputs, separated by commas; an inner node cuts the graph there")(
      "input_shape", text(),
      "shapes in the order of --input: [1,3,224,224] or (1,3,224,224), several separated by commas; the batch may be "
      "-1 when --batch gives it")("batch,b", text(),
                                  "size of the first axis of every input whose shape leaves it open")(
      "output", text(),
      "names of the nodes that become the outputs, separated by commas; NAME.k is output k of a node");
  po::options_description pre("Preprocessing that becomes part of the model", 110, 70);
  pre.add_options()("mean_values", text(),
                    "subtracted per channel: (R,G,B), or NAME(R,G,B) for one of several inputs; also -ms")(
      "scale_values", text(), "divided by per channel, after the mean; same form")("scale,s", text(),
                                                                                   "one divisor for every input")(
      "reverse_input_channels", po::bool_switch(),
      "the application feeds BGR to a model trained on RGB, or the other way round")(
      "move_to_preprocess", po::bool_switch(),
      "write means to the <pre-process> section of the IR instead of into the graph; scales stay in the graph");
  po::options_description result("The result", 110, 70);
  result.add_options()("output_dir,o", text(), "folder of the result, made when missing (default: .)")(
      "model_name,n", text(), "stem of the result's files (default: that of the input)")(
      "data_type", text(), "FP32 (default; also float) or FP16 (also half): the type weights are stored in")(
      "ir_version", text(), "2, 3 (default) or 4: engines of 2018; 10 or 11: OpenVINO of today")(
      "generate_deprecated_IR_V2", po::bool_switch(), "the same as --ir_version 2")(
      "detection_output", po::bool_switch(),
      "write MultiBoxDetection as OpenVINO's layer DetectionOutput: boxes in its layout [1,1,N*K,7] instead of "
      "MXNet's [N,A,6]");
  po::options_description tuning("Optimizations", 110, 70);
  tuning.add_options()("disable_fusing", po::bool_switch(),
                       "do not fold scales, shifts and batch normalization into their neighbours")(
      "finegrain_fusing", text(), "regular expressions, separated by commas: nodes that are not fused")(
      "disable_gfusing", po::bool_switch(), "do not join parallel convolutions into a grouped one")(
      "disable_resnet_optimization", po::bool_switch(), "do not move strides up in residual networks")(
      "disable_pass", text(), "names of single passes to leave out, separated by commas")(
      "dump_passes", text(), "folder for the graph's text after every pass that changed it");
  po::options_description other("Other", 110, 70);
  other.add_options()("silent", po::bool_switch(), "print errors only")(
      "log_level", text(),
      "CRITICAL, ERROR (default), WARN, WARNING, INFO, DEBUG or NOTSET; INFO and DEBUG show what every pass did")(
      "version", po::bool_switch(), "print the version")("help,h", po::bool_switch(), "print this text");
  all.add(model).add(pre).add(result).add(tuning).add(other);
  return all;
}

// Spellings that program_options cannot express: two letters after one dash, and -w beside -m.
std::vector<std::string> NormalizeSpelling(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    if (argument == "-ms") argument = "--mean_values";
    if (argument == "-w") argument = "--input_model";
  }
  return arguments;
}

std::vector<std::string> OptionNames() {
  std::vector<std::string> names;
  const po::options_description described = Describe();
  for (const auto& option : described.options()) names.push_back(option->long_name());
  return names;
}

[[noreturn]] void FailOption(const std::string& option, const std::string& got, const std::string& expected) {
  Fail(ErrorKind::kBadOption, "--", option, ": got \"", got, "\", expected ", expected);
}

std::vector<std::string> ParseNames(const std::string& option, const std::string& text) {
  std::vector<std::string> names = graph::Split(text, ',');
  for (const std::string& name : names) {
    if (name.empty()) FailOption(option, text, "names separated by commas");
  }
  return names;
}

// One "(...)" or "[...]" group with the text in front of it.
struct Group {
  std::string name;
  std::vector<std::string> items;
};

// Cuts `text` into groups separated by commas; a bare list without brackets is one group.
std::vector<Group> ParseGroups(const std::string& option, const std::string& text, const std::string& expected) {
  std::vector<Group> groups;
  std::string_view rest = graph::Trim(text);
  if (!rest.empty() && rest.find_first_of("([") == std::string_view::npos) return {{"", graph::Split(rest, ',')}};
  while (true) {
    const size_t open = rest.find_first_of("([");
    if (open == std::string_view::npos) FailOption(option, text, expected);
    const char close = rest[open] == '(' ? ')' : ']';
    const size_t end = rest.find(close, open);
    if (end == std::string_view::npos) FailOption(option, text, expected + " (a bracket is not closed)");
    Group group{std::string(graph::Trim(rest.substr(0, open))), {}};
    const std::string_view inside = graph::Trim(rest.substr(open + 1, end - open - 1));
    if (inside.find_first_of("([") != std::string_view::npos) FailOption(option, text, expected);
    if (!inside.empty()) {
      group.items = graph::Split(inside, ',');
      // A trailing comma, as Python writes a tuple of one: (3,)
      if (group.items.size() > 1 && group.items.back().empty()) group.items.pop_back();
    }
    groups.push_back(std::move(group));
    rest = graph::Trim(rest.substr(end + 1));
    if (rest.empty()) return groups;
    if (rest.front() != ',') FailOption(option, text, expected);
    rest = graph::Trim(rest.substr(1));
  }
}

double ParsePositive(const std::string& option, const std::string& text) {
  const auto value = graph::ParseDouble(text);
  if (!value || !(*value > 0)) FailOption(option, text, "a positive number");
  return *value;
}

std::string HidePath(const std::string& path) { return "DIR/" + std::filesystem::path(path).filename().string(); }

// What goes into <meta_data>: deterministic, without the paths of the machine that converted.
void RecordParameters(const po::variables_map& given, Options& options) {
  const std::map<std::string, std::string> shown = {
      {"input_model", options.input_model.empty() ? "" : HidePath(options.input_model)},
      {"input_symbol", options.input_symbol.empty() ? "" : HidePath(options.input_symbol)},
      {"output_dir", "DIR"},
      {"dump_passes", "DIR"},
      {"data_type", options.f16 ? "half" : "float"},
      {"framework", "mxnet"},
      {"ir_version", std::to_string(options.ir_version)},
      {"log_level", options.log_level},
  };
  for (const std::string& name : OptionNames()) {
    if (name == "help") continue;
    const auto fixed = shown.find(name);
    const bool is_set = given.count(name) > 0 && !given[name].defaulted();
    const bool is_switch = given.count(name) > 0 && given[name].value().type() == typeid(bool);
    if (is_switch) {
      options.cli_parameters.emplace_back(name, given[name].as<bool>() ? "True" : "False");
    } else if (fixed != shown.end() &&
               (is_set || name == "data_type" || name == "framework" || name == "ir_version" || name == "log_level")) {
      options.cli_parameters.emplace_back(name, fixed->second);
    } else if (is_set) {
      options.cli_parameters.emplace_back(name, given[name].as<std::string>());
    } else {
      options.unset_cli_parameters.push_back(name);
    }
  }
  std::sort(options.cli_parameters.begin(), options.cli_parameters.end());
  std::sort(options.unset_cli_parameters.begin(), options.unset_cli_parameters.end());
}

po::variables_map ParseCommandLine(const std::vector<std::string>& arguments) {
  po::variables_map given;
  try {
    // No guessing of abbreviated names: a later option could change what a script means.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(
        po::command_line_parser(NormalizeSpelling(arguments)).options(Describe()).style(style).positional({}).run(),
        given);
    po::notify(given);
  } catch (const po::unknown_option& error) {
    const std::vector<std::string> names = OptionNames();
    const std::string name = error.get_option_name();
    const std::string near = graph::NearestName(name.substr(name.find_first_not_of('-')), names);
    Fail(ErrorKind::kBadOption, name, ": there is no such option", near.empty() ? "" : "; did you mean --" + near);
  } catch (const po::multiple_occurrences& error) {
    Fail(ErrorKind::kBadOption, error.get_option_name(), ": given more than once");
  } catch (const po::too_many_positional_options_error&) {
    Fail(ErrorKind::kBadOption, "an argument belongs to no option; the model is given with --input_model");
  } catch (const po::error& error) {
    Fail(ErrorKind::kBadOption, error.what());
  }
  return given;
}

}  // namespace

std::vector<std::vector<int64_t>> ParseShapes(const std::string& text) {
  const std::string expected = "shapes such as [1,3,224,224],[1,100]";
  std::vector<std::vector<int64_t>> shapes;
  for (const Group& group : ParseGroups("input_shape", text, expected)) {
    if (!group.name.empty()) FailOption("input_shape", text, expected);
    std::vector<int64_t> shape;
    for (const std::string& item : group.items) {
      const auto size = graph::ParseInt(item);
      if (!size || *size == 0 || *size < -1)
        FailOption("input_shape", text, expected + "; sizes are positive, or -1 for a batch given by --batch");
      shape.push_back(*size);
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<NamedValues> ParseNamedValues(const std::string& option, const std::string& text) {
  const std::string expected = "numbers such as (104,117,123), or data(104,117,123) for one of several inputs";
  std::vector<NamedValues> result;
  for (const Group& group : ParseGroups(option, text, expected)) {
    NamedValues values{group.name, {}};
    for (const std::string& item : group.items) {
      const auto number = graph::ParseDouble(item);
      if (!number) FailOption(option, text, expected);
      values.values.push_back(*number);
    }
    if (values.values.empty()) continue;  // "()" is the Model Optimizer's way to say none
    result.push_back(std::move(values));
  }
  bool named = false, unnamed = false;
  for (const NamedValues& values : result) (values.name.empty() ? unnamed : named) = true;
  if (named && unnamed) FailOption(option, text, "a name for every group of numbers, or for none");
  return result;
}

Options ParseOptions(const std::vector<std::string>& arguments) {
  const po::variables_map given = ParseCommandLine(arguments);
  const auto flag = [&](const char* name) { return given[name].as<bool>(); };
  const auto text = [&](const char* name) { return given.count(name) ? given[name].as<std::string>() : std::string(); };
  const auto has = [&](const char* name) { return given.count(name) > 0; };

  Options options;
  options.show_help = flag("help");
  options.show_version = flag("version");
  if (options.show_help || options.show_version) return options;

  options.input_model = text("input_model");
  options.input_symbol = text("input_symbol");
  if (options.input_model.empty() && options.input_symbol.empty()) {
    Fail(ErrorKind::kBadOption,
         "no model is given: --input_model names the .params file, --input_symbol the symbol.json");
  }
  if (has("framework") && text("framework") != "mxnet") FailOption("framework", text("framework"), "mxnet");
  if (has("input")) options.input = ParseNames("input", text("input"));
  if (has("input_shape")) options.input_shape = ParseShapes(text("input_shape"));
  if (has("output")) options.output = ParseNames("output", text("output"));
  if (has("batch")) {
    const auto batch = graph::ParseInt(text("batch"));
    if (!batch || *batch < 1) FailOption("batch", text("batch"), "a positive integer");
    options.batch = *batch;
  }
  if (!options.input_shape.empty() && !options.input.empty() && options.input.size() != options.input_shape.size()) {
    Fail(ErrorKind::kBadOption, "--input_shape: got ", options.input_shape.size(), " shapes for the ",
         options.input.size(), " names of --input");
  }

  if (has("scale") && has("scale_values"))
    Fail(ErrorKind::kBadOption, "--scale and --scale_values: both are given, expected one of them");
  if (has("scale")) options.scale = ParsePositive("scale", text("scale"));
  if (has("mean_values")) options.mean_values = ParseNamedValues("mean_values", text("mean_values"));
  if (has("scale_values")) options.scale_values = ParseNamedValues("scale_values", text("scale_values"));
  for (const NamedValues& values : options.scale_values) {
    for (const double value : values.values) {
      if (value == 0) FailOption("scale_values", text("scale_values"), "numbers other than 0");
    }
  }
  options.reverse_input_channels = flag("reverse_input_channels");
  options.move_to_preprocess = flag("move_to_preprocess");

  if (has("output_dir")) options.output_dir = text("output_dir");
  options.model_name = text("model_name");
  if (options.model_name.find('/') != std::string::npos)
    FailOption("model_name", options.model_name, "a name without a folder; --output_dir names that");
  if (has("data_type")) {
    const std::string type = text("data_type");
    if (type == "FP16" || type == "half") options.f16 = true;
    else if (type != "FP32" && type != "float") FailOption("data_type", type, "FP32, FP16, float or half");
  }
  if (has("ir_version")) {
    const auto version = graph::ParseInt(text("ir_version"));
    if (!version || !((*version >= 2 && *version <= 4) || *version == 10 || *version == 11))
      FailOption("ir_version", text("ir_version"), "2, 3, 4, 10 or 11");
    options.ir_version = static_cast<int>(*version);
  }
  if (flag("generate_deprecated_IR_V2")) {
    if (has("ir_version") && options.ir_version != 2)
      Fail(ErrorKind::kBadOption, "--generate_deprecated_IR_V2 and --ir_version ", options.ir_version,
           ": they contradict each other");
    options.ir_version = 2;
  }

  options.detection_output = flag("detection_output");
  options.disable_fusing = flag("disable_fusing");
  options.disable_gfusing = flag("disable_gfusing");
  options.disable_resnet_optimization = flag("disable_resnet_optimization");
  if (has("finegrain_fusing")) options.finegrain_fusing = ParseNames("finegrain_fusing", text("finegrain_fusing"));
  if (has("disable_pass")) options.disable_pass = ParseNames("disable_pass", text("disable_pass"));
  options.dump_passes = text("dump_passes");
  options.silent = flag("silent");
  if (has("log_level")) {
    options.log_level = text("log_level");
    const std::vector<std::string> levels = {"CRITICAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"};
    if (std::find(levels.begin(), levels.end(), options.log_level) == levels.end())
      FailOption("log_level", options.log_level, "one of " + graph::Join(levels, ", "));
  }
  RecordParameters(given, options);
  return options;
}

std::string HelpText() {
  std::ostringstream out;
  out << "mo: converts a trained MXNet model (symbol.json + .params) to IR (.xml + .bin + .mapping)\n\n"
         "usage: mo --input_model PREFIX-NNNN.params --input_shape [1,3,224,224] [options]\n\n"
      << Describe();
  return out.str();
}

}  // namespace moir::mo
