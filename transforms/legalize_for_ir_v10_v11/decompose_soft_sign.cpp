// SoftSign, which came with opset9  =>  x / (1 + |x|), for IR v10.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class DecomposeSoftSign final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-soft-sign"; }
  std::string_view Root() const override { return "SoftSign"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    Builder build(rewriter, node.Name());
    const Value x = node.Input(0), one = build.Convert(build.Number(1), x.Type());
    rewriter.Replace(node, build.Divide(x, build.Add(build.Op("Abs", {x}), one)));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeSoftSign() { return std::make_unique<DecomposeSoftSign>(); }

}  // namespace moir::transforms
