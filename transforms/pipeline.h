// The passes that every target gets, in their order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/pass.h"
#include "transforms/notifying_pass.h"
#include "transforms/passes.h"

namespace moir::transforms {

struct PipelineOptions {
  bool disable_fusing = false;                // --disable_fusing: no scale or shift goes into weights
  bool disable_gfusing = false;               // --disable_gfusing: Split + Convolutions + Concat stay
  bool disable_resnet_optimization = false;   // --disable_resnet_optimization: strides stay where they are
  std::vector<std::string> finegrain_fusing;  // --finegrain_fusing: regular expressions of node names, see FusingFilter
  std::vector<InputPreprocess> preprocess;    // --mean_values, --scale_values, --scale, --reverse_input_channels
  std::vector<LayoutChange> layouts;          // --layout, --source_layout, --target_layout
  bool move_means_to_preprocess =
      false;  // --move_to_preprocess: means are written to the IR's <pre-process>, not into the graph
  std::vector<std::string>
      keep_operators;     // not folded to constants: the target has layers for them, e.g. MultiBoxPrior
  PassListener listener;  // is told of every pass that begins
};

// Throws kBadOption for malformed regular expressions. Unknown inputs and wrong numbers of values are found when it
// runs.
PassRunner MakePipeline(const PipelineOptions& options);
// Names of the passes in their order when no option leaves one out, without those of plug-ins.
std::vector<std::string> PipelinePassNames();
// The same passes one by one, for who runs some of them only.
std::vector<std::unique_ptr<graph::Pass>> MakePipelinePasses(const PipelineOptions& options);

}  // namespace moir::transforms
