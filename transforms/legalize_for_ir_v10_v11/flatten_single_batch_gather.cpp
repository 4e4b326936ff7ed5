// Gather with batch axes that hold one element  =>  Gather without batch axes. OpenVINO 2023 and 2026 read other memory
// there.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class FlattenSingleBatchGather final : public NodePass {
 public:
  std::string_view Name() const override { return "flatten-single-batch-gather"; }
  std::string_view Root() const override { return "Gather"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Shape data = node.Input(0).Shape(), indices = node.Input(1).Shape();
    int64_t batch = node.Attr<int64_t>("batch_dims");
    if (batch < 0) batch += indices.Rank();
    if (batch == 0) return {};
    if (data.NumElements(0, batch) != 1) return Declined("its batch axes hold several elements");
    Builder build(rewriter, node.Name());
    const Value flat =
        build.Reshape(node.Input(1), Shape(std::vector<int64_t>(indices.begin() + batch, indices.end())));
    rewriter.Replace(node, build.Op("Gather", {node.Input(0), flat, node.Input(2)}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeFlattenSingleBatchGather() { return std::make_unique<FlattenSingleBatchGather>(); }

}  // namespace moir::transforms
