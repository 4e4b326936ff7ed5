// Nodes whose value follows from constants and settled shapes  =>  Constant
#include "graph/evaluate.h"
#include "graph/op_schema.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

// Anything larger is cheaper to compute than to store.
constexpr int64_t kMaxElements = int64_t{1} << 24;

class FoldShapeConstants final : public NodePass {
 public:
  std::string_view Name() const override { return "fold-shape-constants"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.OutputCount() != 1 || node.InputCount() == 0) return {};
    bool known = true;
    for (const Value& input : node.Inputs()) known = known && (node.Schema().reads_shape_only || input.Constant());
    if (!known) return {};
    const std::optional<Tensor> value = EvaluateStatic(node.Output(), kMaxElements);
    if (!value) return Declined("its value is too large, or it has no plain evaluation");
    const std::string name = node.Name();
    const Value constant = rewriter.Constant(name, *value);
    rewriter.Replace(node, constant);
    rewriter.GetGraph().Rename(constant.node, name);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeFoldShapeConstants() { return std::make_unique<FoldShapeConstants>(); }

}  // namespace moir::transforms
