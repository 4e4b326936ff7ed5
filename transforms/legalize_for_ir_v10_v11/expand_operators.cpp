// Operators that the IR version has no layer for, but that are defined in terms of others  =>  these others.
#include "graph/ir/ir_v10_v11_ops.h"
#include "graph/op_schema.h"
#include "graph/ops/expansion.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

using namespace graph;

class ExpandOperators final : public Pass {
 public:
  explicit ExpandOperators(int version) : version_(version) {}
  std::string_view Name() const override { return "expand-operators"; }

  void Run(Graph& graph, PassReport& report) const override {
    // An expansion may hold operators that are to be expanded themselves.
    for (bool again = true; again;) {
      again = false;
      for (Node* node : graph.TopologicalOrder()) {
        if (!node->Schema().expand || HasOpsetSpelling(*node, version_)) continue;
        ExpandNode(graph, node);
        ++report.changes;
        again = true;
      }
    }
  }

 private:
  int version_;
};

}  // namespace

std::unique_ptr<Pass> MakeExpandOperators(int version) { return std::make_unique<ExpandOperators>(version); }

}  // namespace moir::transforms
