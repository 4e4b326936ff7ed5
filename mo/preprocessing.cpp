#include "mo/preprocessing.h"

#include <algorithm>

#include "graph/error.h"
#include "mo/faq.h"
#include "mo/layout.h"
#include "mo/mean_image.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;

namespace {

using Steps = std::vector<transforms::InputPreprocess>;

std::string InputNames(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node* input : graph.Parameters()) names.push_back(input->Name());
  return graph::Join(names, ", ");
}

int64_t ChannelCount(const graph::Node& input, const transforms::InputPreprocess& step) {
  return step.channel_axis < input.Shape().Rank() ? input.Shape()[step.channel_axis] : 0;
}

// Position of the input that the user calls `name`, by itself or as it was written in --input.
std::optional<size_t> FindInput(const graph::Graph& graph, const InputAliases& aliases, const std::string& name) {
  const auto alias = aliases.find(name);
  for (size_t i = 0; i < graph.Parameters().size(); ++i) {
    const std::string& known = graph.Parameters()[i]->Name();
    if (known == name || (alias != aliases.end() && known == alias->second)) return i;
  }
  return std::nullopt;
}

size_t InputPosition(const graph::Graph& graph, const InputAliases& aliases, const char* option,
                     const std::string& name) {
  if (const auto position = FindInput(graph, aliases, name)) return *position;
  FailFaq(kUnknownInput, ErrorKind::kBadOption, "--", option, ": the model has no input \"", name, "\"; it has ",
          InputNames(graph));
}

void Assign(const graph::Graph& graph, const InputAliases& aliases, const char* option, int faq_of_groups,
            const std::vector<NamedValues>& groups, Steps& all,
            std::vector<double> transforms::InputPreprocess::*member) {
  if (!groups.empty() && groups.front().name.empty() && groups.size() != graph.Parameters().size()) {
    FailFaq(faq_of_groups, ErrorKind::kBadOption, "--", option, ": got ", groups.size(), " groups of numbers for the ",
            graph.Parameters().size(), " inputs of the model (", InputNames(graph), "); name the input: NAME(1,2,3)");
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    const size_t position = groups[i].name.empty() ? i : InputPosition(graph, aliases, option, groups[i].name);
    const graph::Node& input = *graph.Parameters()[position];
    const int64_t channels = ChannelCount(input, all[position]);
    if (static_cast<int64_t>(groups[i].values.size()) != channels) {
      const graph::Shape& shape = input.Shape();
      const bool last = shape.Rank() > 2 && shape[shape.Rank() - 1] == static_cast<int64_t>(groups[i].values.size());
      FailFaq(kWrongChannels, ErrorKind::kBadOption, "--", option, ": got ", groups[i].values.size(),
              " values for input \"", input.Name(), "\", expected ", channels, ", one per channel of ", shape,
              last ? "; when the channels come last, say so with --source_layout nhwc" : "");
    }
    all[position].*member = groups[i].values;
  }
}

void AssignMeanImages(const graph::Graph& graph, const Options& options, const InputAliases& aliases, Steps& all) {
  for (const auto& [name, file] : options.mean_image) {
    if (name.empty() && graph.Parameters().size() != 1) {
      FailFaq(kMeanGroups, ErrorKind::kBadOption, "--mean_image: the model has the inputs ", InputNames(graph),
              "; name one: NAME(FILE)");
    }
    const size_t position = name.empty() ? 0 : InputPosition(graph, aliases, "mean_image", name);
    if (all[position].mean_image.IsDefined())
      Fail(ErrorKind::kBadOption, "--mean_image: input \"", all[position].input, "\" comes twice");
    const graph::Node& input = *graph.Parameters()[position];
    const graph::Tensor image = ReadMeanImage(file);
    const std::vector<int64_t> dims(input.Shape().begin(), input.Shape().end());
    // [C,1,1]: one number per channel, which NumPy and MXNet would broadcast.
    const int64_t channels = ChannelCount(input, all[position]);
    if (channels > 0 && image.Shape() == graph::Shape{channels, 1, 1} && input.Shape().Rank() == 4) {
      all[position].mean = image.ToVector<double>();
      all[position].mean_image = image;
      continue;
    }
    if (dims.empty() || graph::Shape({dims.begin() + 1, dims.end()}) != image.Shape()) {
      Fail(ErrorKind::kBadOption, "--mean_image: ", file, ": got an image of shape ", image.Shape(), " for input \"",
           input.Name(), "\" of shape ", input.Shape(), ", expected that shape without the batch");
    }
    all[position].mean_image = image;
  }
  for (transforms::InputPreprocess& step : all) {
    if (!step.mean.empty()) step.mean_image = {};
  }
  if (options.move_to_preprocess && !options.mean_image.empty()) {
    Fail(ErrorKind::kBadOption,
         "--move_to_preprocess and --mean_image: only --mean_values can be moved to the IR's <pre-process>");
  }
}

// One input or output with the layouts that the user states for it.
struct Placed {
  bool is_output = false;
  size_t position = 0;
  LayoutSpec spec;
};

// Unnamed layouts are those of the inputs by position; one alone is for all inputs.
std::vector<Placed> PlaceLayouts(const graph::Graph& graph, const Options& options, const InputAliases& aliases) {
  std::vector<Placed> placed;
  const size_t inputs = graph.Parameters().size();
  const bool unnamed = !options.layouts.empty() && options.layouts[0].name.empty();
  if (unnamed && options.layouts.size() != inputs) {
    Fail(ErrorKind::kBadOption, "--", options.layout_option, ": got ", options.layouts.size(), " layouts for the ",
         inputs, " inputs of the model (", InputNames(graph), "); name them: NAME(nhwc)");
  }
  for (size_t i = 0; i < options.layouts.size(); ++i) {
    const LayoutSpec& spec = options.layouts[i];
    if (unnamed) {
      placed.push_back({false, i, spec});
      continue;
    }
    if (const auto input = FindInput(graph, aliases, spec.name)) {
      placed.push_back({false, *input, spec});
      continue;
    }
    size_t output = 0;
    while (output < graph.Outputs().size() && graph.Outputs()[output].name != spec.name) ++output;
    if (output == graph.Outputs().size()) {
      std::vector<std::string> names;
      for (const graph::GraphOutput& known : graph.Outputs()) names.push_back(known.name);
      FailFaq(kUnknownInput, ErrorKind::kBadOption, "--", options.layout_option,
              ": the model has no input or output \"", spec.name, "\"; it has ", InputNames(graph), " and ",
              graph::Join(names, ", "));
    }
    placed.push_back({true, output, spec});
  }
  return placed;
}

void AssignChannelAxes(const graph::Graph& graph, const Options& options, const InputAliases& aliases, Steps& all) {
  for (const Placed& placed : PlaceLayouts(graph, options, aliases)) {
    if (placed.is_output || placed.spec.source.empty()) continue;
    const graph::Node& input = *graph.Parameters()[placed.position];
    const auto axes =
        Layout(options.layout_option, placed.spec.source).Axes(input.Shape().Rank(), "input \"" + input.Name() + "\"");
    if (const auto channels = FindAxis(axes, "C")) all[placed.position].channel_axis = *channels;
  }
}

}  // namespace

std::vector<transforms::InputPreprocess> AssignPreprocessing(const graph::Graph& graph, const Options& options,
                                                             const InputAliases& aliases) {
  Steps all;
  for (const graph::Node* input : graph.Parameters()) all.push_back({.input = input->Name()});
  AssignChannelAxes(graph, options, aliases, all);
  Assign(graph, aliases, "mean_values", kMeanGroups, options.mean_values, all, &transforms::InputPreprocess::mean);
  Assign(graph, aliases, "scale_values", kScaleGroups, options.scale_values, all, &transforms::InputPreprocess::scale);
  AssignMeanImages(graph, options, aliases, all);
  bool reversed = false;
  for (size_t i = 0; i < all.size(); ++i) {
    const graph::Node& input = *graph.Parameters()[i];
    if (options.scale)
      all[i].scale.assign(static_cast<size_t>(std::max<int64_t>(ChannelCount(input, all[i]), 1)), *options.scale);
    if (options.reverse_input_channels && input.Shape().Rank() == 4 && ChannelCount(input, all[i]) == 3) {
      all[i].reverse_channels = reversed = true;
    }
    if (options.move_to_preprocess && !all[i].mean.empty() && all[i].channel_axis != 1) {
      Fail(ErrorKind::kBadOption, "--move_to_preprocess: the channels of input \"", input.Name(), "\" are axis ",
           all[i].channel_axis, ", expected axis 1: the IR's <pre-process> knows no other");
    }
  }
  if (options.reverse_input_channels && !reversed) {
    Fail(ErrorKind::kBadOption, "--reverse_input_channels: no input has the shape [N,3,H,W]; the model's inputs are ",
         InputNames(graph));
  }
  std::erase_if(all, [](const transforms::InputPreprocess& entry) {
    return entry.mean.empty() && entry.scale.empty() && !entry.reverse_channels && !entry.mean_image.IsDefined();
  });
  return all;
}

std::vector<transforms::LayoutChange> AssignLayouts(const graph::Graph& graph, const Options& options,
                                                    const InputAliases& aliases) {
  std::vector<transforms::LayoutChange> changes;
  for (const Placed& placed : PlaceLayouts(graph, options, aliases)) {
    const std::string name =
        placed.is_output ? graph.Outputs()[placed.position].name : graph.Parameters()[placed.position]->Name();
    const int64_t rank = placed.is_output ? graph.Outputs()[placed.position].value.Shape().Rank()
                                          : graph.Parameters()[placed.position]->Shape().Rank();
    const std::string what = (placed.is_output ? "output \"" : "input \"") + name + "\"";
    std::vector<std::string> inside, outside;
    if (!placed.spec.source.empty()) inside = Layout(options.layout_option, placed.spec.source).Axes(rank, what);
    if (!placed.spec.target.empty()) outside = Layout(options.layout_option, placed.spec.target).Axes(rank, what);
    if (inside.empty() || outside.empty()) continue;
    transforms::LayoutChange change{name, placed.is_output, {}};
    change.order = placed.is_output ? TransposeOrder(options.layout_option, inside, outside)
                                    : TransposeOrder(options.layout_option, outside, inside);
    if (!std::is_sorted(change.order.begin(), change.order.end())) changes.push_back(std::move(change));
  }
  if (options.move_to_preprocess && !changes.empty())
    Fail(ErrorKind::kBadOption, "--move_to_preprocess and --", options.layout_option,
         ": they exclude each other, because <pre-process> comes before the change of the layout");
  return changes;
}

std::map<std::string, std::string> FedLayouts(const graph::Graph& graph, const Options& options,
                                              const InputAliases& aliases) {
  std::map<std::string, std::string> layouts;
  for (const Placed& placed : PlaceLayouts(graph, options, aliases)) {
    if (placed.is_output) continue;
    const graph::Node& input = *graph.Parameters()[placed.position];
    const std::string& text = placed.spec.target.empty() ? placed.spec.source : placed.spec.target;
    if (text.empty()) continue;
    const std::vector<std::string> axes =
        Layout(options.layout_option, text).Axes(input.Shape().Rank(), "input \"" + input.Name() + "\"");
    layouts[input.Name()] = "[" + graph::Join(axes, ",") + "]";
  }
  return layouts;
}

}  // namespace moir::mo
