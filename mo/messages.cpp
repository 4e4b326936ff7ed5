#include "mo/messages.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "graph/strings.h"
#include "mo/version.h"

namespace moir::mo {
namespace {

constexpr size_t kWidth = 110;
constexpr size_t kHelpColumn = 34;

// `text` in lines that start at `column`; the first goes on where the output stands.
void Wrap(std::ostream& out, std::string_view text, size_t column) {
  size_t at = column;
  for (const std::string& word : graph::Split(text, ' ')) {
    if (at > column && at + 1 + word.size() > kWidth) {
      out << '\n' << std::string(column, ' ');
      at = column;
    } else if (at > column) {
      out << ' ';
      ++at;
    }
    out << word;
    at += word.size();
  }
  out << '\n';
}

std::string Heading(const OptionInfo& option) {
  std::string text = "  ";
  if (!option.short_names.empty()) {
    for (const std::string& name : graph::Split(option.short_names, ' ')) text += name + ", ";
  }
  text += option.name.size() == 1 ? std::string() : "--" + std::string(option.name);
  if (text.ends_with(", ")) text.resize(text.size() - 2);
  if (!option.value.empty()) text += " " + std::string(option.value);
  return text;
}

std::string Description(const OptionInfo& option) {
  switch (option.status) {
    case OptionStatus::kEffective: return std::string(option.help);
    case OptionStatus::kDeprecated: return graph::StrCat(option.help, " (deprecated: ", option.remark, ")");
    case OptionStatus::kIgnored:
    case OptionStatus::kRefused: return std::string(option.remark);
  }
  return {};
}

struct ArgumentLine {
  std::string label, value;
};

std::string ValueOr(const Options& options, const char* name, const std::string& otherwise) {
  const std::string text = options.given.Text(name);
  return text.empty() ? otherwise : text;
}

}  // namespace

std::string UsageText() {
  return "usage: mo --input_model PREFIX-NNNN.params --input_shape [1,3,224,224] [options]\n"
         "       mo --config FILE.json [options]\n"
         "       mo --help\n";
}

std::string HelpText() {
  std::ostringstream out;
  out << "mo: converts a trained MXNet model (symbol.json + .params) to IR (.xml + .bin + .mapping)\n\n"
      << UsageText() << "\nValues follow their option or an equals sign: --batch 2, --batch=2, -b 2.\n";
  std::vector<std::string_view> groups;
  for (const OptionInfo& option : OptionTable()) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  // What has no effect and what is refused comes last, wherever the table has it.
  std::stable_sort(groups.begin(), groups.end(), [](std::string_view a, std::string_view b) {
    const auto late = [](std::string_view group) {
      return group.starts_with("Refused") ? 2 : group.starts_with("Accepted") ? 1 : 0;
    };
    return late(a) < late(b);
  });
  for (const std::string_view group : groups) {
    out << '\n' << group << ":\n";
    for (const OptionInfo& option : OptionTable()) {
      if (option.group != group) continue;
      const std::string heading = Heading(option);
      out << heading;
      if (heading.size() + 2 > kHelpColumn) out << '\n' << std::string(kHelpColumn, ' ');
      else out << std::string(kHelpColumn - heading.size(), ' ');
      Wrap(out, Description(option), kHelpColumn);
    }
  }
  return out.str();
}

std::string ArgumentsText(const Options& options) {
  const auto yes = [](bool value) { return std::string(value ? "True" : "False"); };
  const std::string open = "Not specified", inherited = "Not specified, inherited from the model";
  namespace fs = std::filesystem;
  const std::string stem = fs::path(options.input_model.empty() ? options.input_symbol : options.input_model).stem();
  const std::vector<ArgumentLine> common = {
      {"Path to the Input Model", ValueOr(options, "input_model", open)},
      {"Path for generated IR", options.output_dir == "." ? fs::current_path().string() : options.output_dir},
      {"IR output name", options.model_name.empty() ? stem : options.model_name},
      {"IR version", std::to_string(options.ir_version)},
      {"Log level", options.log_level},
      {"Batch", options.batch ? std::to_string(*options.batch) : inherited},
      {"Input layers", ValueOr(options, "input", inherited)},
      {"Output layers", ValueOr(options, "output", inherited)},
      {"Input shapes", ValueOr(options, "input_shape", inherited)},
      {"Frozen inputs", ValueOr(options, "freeze_placeholder_with_value", open)},
      {"Source layout", ValueOr(options, "source_layout", open)},
      {"Target layout", ValueOr(options, "target_layout", open)},
      {"Layout", ValueOr(options, "layout", open)},
      {"Mean values", ValueOr(options, "mean_values", open)},
      {"Mean image", ValueOr(options, "mean_image", open)},
      {"Scale values", ValueOr(options, "scale_values", open)},
      {"Scale factor", ValueOr(options, "scale", open)},
      {"Precision of IR", options.f16 ? "FP16" : "FP32"},
      {"Enable fusing", yes(!options.disable_fusing)},
      {"Enable grouped convolutions fusing", yes(!options.disable_gfusing)},
      {"Move mean values to preprocess section", yes(options.move_to_preprocess)},
      {"Reverse input channels", yes(options.reverse_input_channels)},
  };
  const std::vector<ArgumentLine> mxnet = {
      {"Symbol file", ValueOr(options, "input_symbol", open)},
      {"Prefix of the _args.nd and _auxs.nd files", ValueOr(options, "nd_prefix_name", open)},
      {"Base model of the .nd files", ValueOr(options, "pretrained_model_name", open)},
      {"Write the merged parameters", yes(options.save_params_from_nd)},
      {"Model of an old version of MXNet", yes(options.given.Flag("legacy_mxnet_model"))},
      {"Stride optimization of residual networks", yes(!options.disable_resnet_optimization)},
  };
  std::ostringstream out;
  out << "Model Optimizer arguments:\nCommon parameters:\n";
  for (const ArgumentLine& line : common) out << "\t- " << line.label << ": \t" << line.value << '\n';
  out << "MXNet specific parameters:\n";
  for (const ArgumentLine& line : mxnet) out << "\t- " << line.label << ": \t" << line.value << '\n';
  out << "Model Optimizer version: \t" << kVersion << '\n';
  return out.str();
}

}  // namespace moir::mo
