// Removes nodes that no output of the graph needs. Parameters stay: they are the model's interface.
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class EliminateDeadCode final : public Pass {
 public:
  std::string_view Name() const override { return "eliminate-dead-code"; }
  void Run(Graph& graph, PassReport& report) const override { report.changes = graph.RemoveDead(); }
};

}  // namespace

std::unique_ptr<Pass> MakeEliminateDeadCode() { return std::make_unique<EliminateDeadCode>(); }

}  // namespace moir::transforms
