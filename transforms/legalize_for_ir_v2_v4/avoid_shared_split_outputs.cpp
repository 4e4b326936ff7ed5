// An output of a layer Split with several readers  =>  an identity layer between, which they read
// The 2018 engine connects further readers of any output to the first one.
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

class AvoidSharedSplitOutputs final : public NodePass {
 public:
  std::string_view Name() const override { return "avoid-shared-split-outputs"; }
  std::string_view Root() const override { return "ie.Split"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    bool changed = false;
    for (size_t i = 0; i < node.OutputCount(); ++i) {
      if (node.Readers(i).size() < 2) continue;
      const std::vector<Use> readers = node.Readers(i);
      const Value identity = PowerLayer(rewriter, StrCat(node.Name(), "/", i), node.Output(i), 1, 1, 0);
      for (const Use& use : readers) rewriter.GetGraph().SetInput(use.node, use.index, identity);
      changed = true;
    }
    return changed ? Changed() : Outcome{};
  }
};

}  // namespace

std::unique_ptr<Pass> MakeAvoidSharedSplitOutputs() { return std::make_unique<AvoidSharedSplitOutputs>(); }

}  // namespace moir::transforms
