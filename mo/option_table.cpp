#include "mo/option_table.h"

#include "graph/strings.h"

namespace moir::mo {
namespace {

constexpr auto kSwitch = OptionKind::kSwitch;
constexpr auto kText = OptionKind::kText;
constexpr auto kPath = OptionKind::kPath;
constexpr auto kPaths = OptionKind::kPaths;
constexpr auto kOptionalBool = OptionKind::kOptionalBool;
constexpr auto kEffective = OptionStatus::kEffective;
constexpr auto kDeprecated = OptionStatus::kDeprecated;
constexpr auto kIgnored = OptionStatus::kIgnored;
constexpr auto kRefused = OptionStatus::kRefused;

constexpr std::string_view kModel = "The model";
constexpr std::string_view kInputs = "Inputs and outputs";
constexpr std::string_view kPre = "Preprocessing that becomes part of the model";
constexpr std::string_view kResult = "The result";
constexpr std::string_view kTuning = "Optimizations";
constexpr std::string_view kNd = "Models in .nd files (style transfer)";
constexpr std::string_view kOther = "Messages and reports";
constexpr std::string_view kAccepted = "Accepted for the sake of scripts, without effect";
constexpr std::string_view kForeign = "Refused";

constexpr std::string_view kTensorFlow = "it belongs to models of TensorFlow";
constexpr std::string_view kCaffe = "it belongs to models of Caffe";
constexpr std::string_view kKaldi = "it belongs to models of Kaldi";

constexpr OptionInfo kOptions[] = {
    // ---- the model ----
    {"input_model", "-m -w", kPath, kEffective, kModel, "FILE",
     "weights: a .params or .nd file. PREFIX-symbol.json beside PREFIX-NNNN.params is the graph unless --input_symbol "
     "names another",
     ""},
    {"input_symbol", "", kPath, kEffective, kModel, "FILE",
     "graph: a symbol.json file. Alone it is enough for a graph without weights", ""},
    {"framework", "", kText, kEffective, kModel, "mxnet", "the framework of the model; mxnet is the only one", ""},
    {"config", "", kPath, kEffective, kModel, "FILE",
     "a JSON object of options by name, e.g. {\"input_model\": \"a.params\", \"batch\": 2}. Paths are relative to the "
     "file; the command line wins",
     ""},
    // ---- inputs and outputs ----
    {"input", "", kText, kEffective, kInputs, "NAME,...",
     "inputs, separated by commas: NAME[SHAPE]{TYPE}->VALUE, of which only the name is needed. K:NAME cuts the graph "
     "before input K of a node, NAME:K behind its output K; an inner node without a port is cut before its input. "
     "{TYPE} (f32, f16, i32, i64, u8, ...) is what the application will feed; ->VALUE, a number or [a,b,c], makes a "
     "constant of the input",
     ""},
    {"input_shape", "", kText, kEffective, kInputs, "[1,3,224,224]",
     "shapes in the order of --input: [1,3,224,224] or (1,3,224,224), several separated by commas; the batch may be -1 "
     "when --batch gives it",
     ""},
    {"batch", "-b", kText, kEffective, kInputs, "N", "size of the first axis of every input whose shape leaves it open",
     ""},
    {"output", "", kText, kEffective, kInputs, "NAME,...",
     "nodes that become the outputs, separated by commas; NAME:K or NAME.K is output K of a node, K:NAME what its "
     "input K reads",
     ""},
    {"freeze_placeholder_with_value", "", kText, kEffective, kInputs, "NAME->VALUE,...",
     "inputs that become constants: a number, True, False or an array [a b c]", ""},
    {"static_shape", "", kSwitch, kIgnored, kAccepted, "", "", "shapes are settled in any case"},
    // ---- preprocessing ----
    {"mean_values", "-ms", kText, kEffective, kPre, "(R,G,B)",
     "subtracted per channel: (R,G,B), or NAME(R,G,B) for one of several inputs", ""},
    {"mean_image", "", kPath, kEffective, kPre, "FILE",
     "subtracted per pixel: a mean image as MXNet's record iterator writes it (.bin, .nd), of the input's shape "
     "without "
     "the batch; NAME(FILE) for one of several inputs",
     ""},
    {"scale_values", "", kText, kEffective, kPre, "(R,G,B)", "divided by per channel, after the mean; same form", ""},
    {"scale", "-s", kText, kEffective, kPre, "X", "one divisor for every input", ""},
    {"reverse_input_channels", "", kSwitch, kEffective, kPre, "",
     "the application feeds BGR to a model trained on RGB, or the other way round", ""},
    {"layout", "", kText, kEffective, kPre, "nhwc->nchw",
     "layout of inputs and outputs: of the model, and behind -> the one that the IR shall have instead; "
     "NAME(nhwc->nchw) "
     "for one of several. Long form: [n,h,w,c]",
     ""},
    {"source_layout", "", kText, kEffective, kPre, "nhwc", "the layout of the model alone; same form", ""},
    {"target_layout", "", kText, kEffective, kPre, "nchw", "the layout that the IR shall have alone; same form", ""},
    {"move_to_preprocess", "", kSwitch, kEffective, kPre, "",
     "write means to the <pre-process> section of the IR instead of into the graph; scales stay in the graph", ""},
    // ---- the result ----
    {"output_dir", "-o", kPath, kEffective, kResult, "FOLDER", "folder of the result, made when missing (default: .)",
     ""},
    {"model_name", "-n", kText, kEffective, kResult, "NAME", "stem of the result's files (default: that of the input)",
     ""},
    {"ir_version", "", kText, kEffective, kResult, "N",
     "2, 3 (default) or 4: engines of 2018; 10 or 11: OpenVINO of today", ""},
    {"compress_to_fp16", "", kOptionalBool, kEffective, kResult, "[True|False]",
     "store weights in half the space, as FP16", ""},
    {"data_type", "", kText, kDeprecated, kResult, "TYPE",
     "FP32 (default; also float) or FP16 (also half): the type weights are stored in",
     "use --compress_to_fp16 for FP16"},
    {"generate_deprecated_IR_V2", "", kSwitch, kDeprecated, kResult, "", "the same as --ir_version 2",
     "use --ir_version 2"},
    {"detection_output", "", kSwitch, kEffective, kResult, "",
     "write MultiBoxDetection as OpenVINO's layer DetectionOutput: boxes in its layout [1,1,N*K,7] instead of MXNet's "
     "[N,A,6]",
     ""},
    // ---- optimizations ----
    {"disable_fusing", "", kSwitch, kEffective, kTuning, "",
     "do not fold scales, shifts and batch normalization into their neighbours", ""},
    {"finegrain_fusing", "", kText, kEffective, kTuning, "REGEX,...",
     "regular expressions, separated by commas: nodes that are not fused", ""},
    {"disable_gfusing", "", kSwitch, kEffective, kTuning, "", "do not join parallel convolutions into a grouped one",
     ""},
    {"disable_resnet_optimization", "", kSwitch, kEffective, kTuning, "", "do not move strides up in residual networks",
     ""},
    {"extensions", "", kPaths, kEffective, kTuning, "LIB|FOLDER,...",
     "plug-ins with operators, converters and passes (docs/extending.md); of a folder all that lie in it", ""},
    {"extensions_template", "", kText, kEffective, kTuning, "NAME",
     "do not convert: write a plug-in project for the model's unknown operators to --output_dir/NAME", ""},
    {"disable_pass", "", kText, kEffective, kTuning, "NAME,...", "single passes to leave out, separated by commas", ""},
    {"dump_passes", "", kPath, kEffective, kTuning, "FOLDER",
     "folder for the graph's text after every pass that changed it", ""},
    // ---- .nd files ----
    {"nd_prefix_name", "", kText, kEffective, kNd, "PREFIX",
     "PREFIX_args.nd and PREFIX_auxs.nd, searched beside the file of --pretrained_model_name, hold what was trained on "
     "top of it; needs --pretrained_model_name and --input_symbol",
     ""},
    {"pretrained_model_name", "", kPath, kEffective, kNd, "NAME", "the base model, NAME-0000.params", ""},
    {"save_params_from_nd", "", kSwitch, kEffective, kNd, "",
     "also write the merged parameters beside the symbol, as PREFIX-NNNN.params", ""},
    {"legacy_mxnet_model", "", kSwitch, kIgnored, kAccepted, "", "",
     "models of every version of MXNet are read without it"},
    // ---- messages ----
    {"silent", "", kSwitch, kEffective, kOther, "", "print errors only", ""},
    {"log_level", "", kText, kEffective, kOther, "LEVEL",
     "CRITICAL, ERROR (default), WARN, WARNING, INFO, DEBUG or NOTSET; INFO and DEBUG show what every pass did", ""},
    {"progress", "", kSwitch, kEffective, kOther, "", "print a line for every step and pass", ""},
    {"stream_output", "", kSwitch, kEffective, kOther, "",
     "print progress as plain lines, one per percentage, also on a terminal", ""},
    {"verify", "", kSwitch, kEffective, kOther, "",
     "run the files that were written and compare them with the model as it was read, evaluated plainly without any "
     "optimization: largest differences per output, and, when they are beyond the tolerance, the pass and the layer at "
     "fault (exit code 1; the files stay). A ResNet-50 takes two to three seconds more, finding a fault in it ten "
     "times that",
     ""},
    {"verify_input", "", kPaths, kEffective, kOther, "[NAME=]FILE,...",
     "inputs for --verify: .npy, .npz or pictures; NAME= for one of several. Default: random numbers, uniform in 0 .. "
     "1 (integers: 0 or 1), the same every time",
     ""},
    {"verify_runs", "", kText, kEffective, kOther, "N", "how many times to --verify, each with other random numbers",
     ""},
    {"verify_tolerance", "", kText, kEffective, kOther, "X",
     "the largest difference that passes, relative to the largest value of an output (default: 1e-4, with weights in "
     "FP16 1e-2)",
     ""},
    {"report", "", kPath, kEffective, kOther, "FILE.html",
     "write a report: what was read and what every pass did, operators, parameters, multiply-adds and memory per "
     "layer, "
     "the graph drawn; FILE.json has the same as data",
     ""},
    {"version", "", kSwitch, kEffective, kOther, "", "print the version", ""},
    {"help", "-h", kSwitch, kEffective, kOther, "", "print this text", ""},
    // ---- without effect ----
    {"enable_ssd_gluoncv", "", kSwitch, kIgnored, kAccepted, "", "", "SSD models of GluonCV are converted without it"},
    {"transform", "", kText, kIgnored, kAccepted, "\"\"", "",
     "of the Model Optimizer's transformations none applies to what mo writes; an empty text is accepted"},
    {"use_legacy_frontend", "", kSwitch, kIgnored, kAccepted, "", "", "there is one front end"},
    {"disable_nhwc_to_nchw", "", kSwitch, kIgnored, kAccepted, "", "",
     "MXNet's models keep the layout they state; see --layout"},
    {"disable_weights_compression", "", kSwitch, kIgnored, kAccepted, "", "",
     "weights are stored as --compress_to_fp16 or --data_type say"},
    {"enable_concat_optimization", "", kSwitch, kIgnored, kAccepted, "", "", "the engine joins in place what it can"},
    {"keep_shape_ops", "", kSwitch, kIgnored, kAccepted, "", "", "shapes are settled in any case"},
    {"share_weights", "", kOptionalBool, kIgnored, kAccepted, "", "", "weights are mapped from the file in any case"},
    // ---- refused ----
    {"use_new_frontend", "", kSwitch, kRefused, kForeign, "", "",
     "OpenVINO's newer front ends do not read MXNet models; leave it out"},
    {"generate_deprecated_IR_V7", "", kSwitch, kRefused, kForeign, "", "",
     "IR v7 is not written; --ir_version says what is"},
    {"legacy_ir_generation", "", kSwitch, kRefused, kForeign, "", "",
     "it chooses between two writers of the Model Optimizer; --ir_version chooses here"},
    {"transformations_config", "", kPath, kRefused, kForeign, "FILE", "",
     "it names transformations written for the Model Optimizer, which mo cannot run"},
    {"mean_file", "-mf", kPath, kRefused, kForeign, "FILE", "",
     "it reads mean images of Caffe; --mean_image reads those of MXNet"},
    {"mean_file_offsets", "-mo", kText, kRefused, kForeign, "(X,Y)", "",
     "it belongs to mean images of Caffe; a mean image of MXNet has the size of the input (--mean_image)"},
    {"input_proto", "-d", kPath, kRefused, kForeign, "FILE", "", kCaffe},
    {"caffe_parser_path", "", kPath, kRefused, kForeign, "FOLDER", "", kCaffe},
    {"k", "-k", kPath, kRefused, kForeign, "FILE", "", kCaffe},
    {"disable_omitting_optional", "", kSwitch, kRefused, kForeign, "", "", kCaffe},
    {"enable_flattening_nested_params", "", kSwitch, kRefused, kForeign, "", "", kCaffe},
    {"input_model_is_text", "", kSwitch, kRefused, kForeign, "", "", kTensorFlow},
    {"input_checkpoint", "", kPath, kRefused, kForeign, "FILE", "", kTensorFlow},
    {"input_meta_graph", "", kPath, kRefused, kForeign, "FILE", "", kTensorFlow},
    {"saved_model_dir", "", kPath, kRefused, kForeign, "FOLDER", "", kTensorFlow},
    {"saved_model_tags", "", kText, kRefused, kForeign, "TAGS", "", kTensorFlow},
    {"offload_unsupported_operations_to_tf", "", kSwitch, kRefused, kForeign, "", "", kTensorFlow},
    {"tensorboard_logdir", "", kPath, kRefused, kForeign, "FOLDER", "", kTensorFlow},
    {"tensorflow_custom_layer_libraries", "", kPaths, kRefused, kForeign, "FILES", "", kTensorFlow},
    {"tensorflow_custom_operations_config_update", "", kPath, kRefused, kForeign, "FILE", "", kTensorFlow},
    {"tensorflow_object_detection_api_pipeline_config", "", kPath, kRefused, kForeign, "FILE", "", kTensorFlow},
    {"tensorflow_operation_patterns", "", kText, kRefused, kForeign, "PATTERNS", "", kTensorFlow},
    {"tensorflow_subgraph_patterns", "", kText, kRefused, kForeign, "PATTERNS", "", kTensorFlow},
    {"tensorflow_use_custom_operations_config", "", kPath, kRefused, kForeign, "FILE", "", kTensorFlow},
    {"example_input", "", kText, kRefused, kForeign, "VALUE", "", "it belongs to models of PyTorch"},
    {"counts", "", kPath, kRefused, kForeign, "FILE", "", kKaldi},
    {"remove_output_softmax", "", kSwitch, kRefused, kForeign, "", "", kKaldi},
    {"remove_memory", "", kSwitch, kRefused, kForeign, "", "", kKaldi},
};

}  // namespace

std::span<const OptionInfo> OptionTable() { return kOptions; }

const OptionInfo* FindOption(std::string_view spelling) {
  const bool is_short = spelling.starts_with('-') && !spelling.starts_with("--");
  if (spelling.starts_with("--")) spelling.remove_prefix(2);
  for (const OptionInfo& option : kOptions) {
    if (!is_short && option.name == spelling && option.name != "k") return &option;
    if (!is_short || option.short_names.empty()) continue;
    for (const std::string& name : graph::Split(option.short_names, ' ')) {
      if (name == spelling) return &option;
    }
  }
  return nullptr;
}

std::string SuggestOption(std::string_view name) {
  while (name.starts_with('-')) name.remove_prefix(1);
  std::vector<std::string> names;
  for (const OptionInfo& option : kOptions) {
    if (option.status != OptionStatus::kRefused) names.emplace_back(option.name);
  }
  const std::string nearest = graph::NearestName(name, names);
  return nearest.empty() ? "" : "; did you mean --" + nearest + "?";
}

}  // namespace moir::mo
