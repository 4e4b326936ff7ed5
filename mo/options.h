// The command line of mo.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace moir::mo {

// Numbers for one input; an empty name means "the input at this position".
struct NamedValues {
  std::string name;
  std::vector<double> values;
};

struct Options {
  std::string input_model;   // .params or .nd; empty for a graph without weights
  std::string input_symbol;  // symbol.json; empty: PREFIX-symbol.json beside input_model
  std::string model_name;    // empty: the stem of the input file
  std::string output_dir = ".";

  std::vector<std::string> input;                 // names, in order
  std::vector<std::vector<int64_t>> input_shape;  // one per input; -1 in first place is filled from `batch`
  std::optional<int64_t> batch;
  std::vector<std::string> output;

  std::optional<double> scale;
  std::vector<NamedValues> mean_values;
  std::vector<NamedValues> scale_values;
  bool reverse_input_channels = false;
  bool move_to_preprocess = false;

  bool f16 = false;
  int ir_version = 3;
  bool detection_output = false;
  bool disable_fusing = false;
  bool disable_resnet_optimization = false;
  bool disable_gfusing = false;
  std::vector<std::string> finegrain_fusing;  // regular expressions over node names
  std::vector<std::string> disable_pass;
  std::string dump_passes;  // folder for the graph's text after every pass; empty: none

  bool silent = false;
  std::string log_level = "ERROR";
  bool show_help = false;
  bool show_version = false;

  // Every option with the value in force, in the form <meta_data> holds them: paths are replaced by DIR/NAME.
  std::vector<std::pair<std::string, std::string>> cli_parameters;
  std::vector<std::string> unset_cli_parameters;
};

// Throws graph::Error (kBadOption) naming the option. `arguments` excludes the program's name.
Options ParseOptions(const std::vector<std::string>& arguments);
// The text of --help.
std::string HelpText();

// "[1,3,224,224]", "(1,3,224,224)", several separated by commas.
std::vector<std::vector<int64_t>> ParseShapes(const std::string& text);
// "(1,2,3)", "[1,2,3]", several separated by commas, or "data(1,2,3),info[4]".
std::vector<NamedValues> ParseNamedValues(const std::string& option, const std::string& text);

}  // namespace moir::mo
