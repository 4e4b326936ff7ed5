// The command line of mo, understood: what ParseOptions makes of the arguments and the configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mo/command_line.h"
#include "mo/option_values.h"

namespace moir::mo {

struct Options {
  std::string input_model;   // .params or .nd; empty for a graph without weights
  std::string input_symbol;  // symbol.json; empty: PREFIX-symbol.json beside input_model
  std::string model_name;    // empty: the stem of the input file
  std::string output_dir = ".";

  std::vector<InputSpec> input;                   // in order; with the shapes of --input_shape when both are given
  std::vector<std::vector<int64_t>> input_shape;  // by position, when --input is not given
  std::optional<int64_t> batch;
  std::vector<std::string> output;
  std::vector<InputSpec> freeze;  // --freeze_placeholder_with_value: inputs that become constants

  std::optional<double> scale;
  std::vector<NamedValues> mean_values;
  std::vector<NamedValues> scale_values;
  std::vector<std::pair<std::string, std::string>> mean_image;  // input (empty: the only one) and file
  bool reverse_input_channels = false;
  bool move_to_preprocess = false;
  std::vector<LayoutSpec> layouts;
  std::string layout_option = "layout";  // the option they came from, for messages

  bool f16 = false;  // --compress_to_fp16 or --data_type
  int ir_version = 3;
  bool detection_output = false;
  bool disable_fusing = false;
  bool disable_resnet_optimization = false;
  bool disable_gfusing = false;
  std::vector<std::string> finegrain_fusing;  // regular expressions over node names
  std::vector<std::string> disable_pass;
  std::vector<std::string> extensions;  // libraries of plug-ins, and folders
  std::string extensions_template;      // name of the project to write instead of an IR; empty: none
  std::string dump_passes;              // folder for the graph's text after every pass; empty: none

  // Style-transfer models: PREFIX_args.nd and PREFIX_auxs.nd on top of the parameters of a base model.
  std::string nd_prefix_name, pretrained_model_name;
  bool save_params_from_nd = false;

  bool verify = false;
  std::vector<std::string> verify_input;   // FILE or NAME=FILE; empty: random numbers
  int verify_runs = 1;                     // with random numbers
  std::optional<double> verify_tolerance;  // empty: by the type of the weights

  std::string report;  // FILE.html or FILE.json; empty: none
  bool silent = false;
  bool progress = false, stream_output = false;
  std::string log_level = "ERROR";
  bool show_help = false;
  bool show_version = false;

  // What the user should know of the options themselves: deprecated and ignored ones, odd values.
  std::vector<std::string> warnings, notes;
  GivenOptions given;  // as text

  // Every option with the value in force, in the form <meta_data> holds them: paths are replaced by DIR/NAME.
  std::vector<std::pair<std::string, std::string>> cli_parameters;
  std::vector<std::string> unset_cli_parameters;
};

// Throws graph::Error (kBadOption) naming the option. `arguments` excludes the program's name.
Options ParseOptions(const std::vector<std::string>& arguments);

}  // namespace moir::mo
