#include "mo/preprocessing.h"

#include "graph/error.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;

namespace {

// Channels of an image input [N, C, H, W]; of other ranks axis 1 all the same, as mean values go along it.
int64_t ChannelCount(const graph::Node& input) { return input.Shape().Rank() >= 2 ? input.Shape()[1] : 0; }

std::string InputNames(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node* input : graph.Parameters()) names.push_back(input->Name());
  return graph::Join(names, ", ");
}

void Assign(const graph::Graph& graph, const char* option, const std::vector<NamedValues>& groups,
            std::vector<transforms::InputPreprocess>& all, std::vector<double> transforms::InputPreprocess::*member) {
  if (!groups.empty() && groups.front().name.empty() && groups.size() != graph.Parameters().size()) {
    Fail(ErrorKind::kBadOption, "--", option, ": got ", groups.size(), " groups of numbers for the ",
         graph.Parameters().size(), " inputs of the model (", InputNames(graph), "); name the input: NAME(1,2,3)");
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    size_t position = i;
    if (!groups[i].name.empty()) {
      position = 0;
      while (position < all.size() && all[position].input != groups[i].name) ++position;
      if (position == all.size())
        Fail(ErrorKind::kBadOption, "--", option, ": the model has no input \"", groups[i].name, "\"; it has ",
             InputNames(graph));
    }
    const graph::Node& input = *graph.Parameters()[position];
    if (static_cast<int64_t>(groups[i].values.size()) != ChannelCount(input)) {
      Fail(ErrorKind::kBadOption, "--", option, ": got ", groups[i].values.size(), " values for input \"", input.Name(),
           "\", expected ", ChannelCount(input), ", one per channel of ", input.Shape());
    }
    all[position].*member = groups[i].values;
  }
}

}  // namespace

std::vector<transforms::InputPreprocess> AssignPreprocessing(const graph::Graph& graph, const Options& options) {
  std::vector<transforms::InputPreprocess> all;
  for (const graph::Node* input : graph.Parameters()) all.push_back({.input = input->Name()});
  Assign(graph, "mean_values", options.mean_values, all, &transforms::InputPreprocess::mean);
  Assign(graph, "scale_values", options.scale_values, all, &transforms::InputPreprocess::scale);
  bool reversed = false;
  for (size_t i = 0; i < all.size(); ++i) {
    const graph::Node& input = *graph.Parameters()[i];
    if (options.scale)
      all[i].scale.assign(static_cast<size_t>(std::max<int64_t>(ChannelCount(input), 1)), *options.scale);
    if (options.reverse_input_channels && input.Shape().Rank() == 4 && ChannelCount(input) == 3) {
      all[i].reverse_channels = reversed = true;
    }
  }
  if (options.reverse_input_channels && !reversed) {
    Fail(ErrorKind::kBadOption, "--reverse_input_channels: no input has the shape [N,3,H,W]; the model's inputs are ",
         InputNames(graph));
  }
  std::erase_if(all, [](const transforms::InputPreprocess& entry) {
    return entry.mean.empty() && entry.scale.empty() && !entry.reverse_channels;
  });
  return all;
}

}  // namespace moir::mo
