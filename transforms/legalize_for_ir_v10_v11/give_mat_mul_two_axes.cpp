// MatMul of vectors  =>  MatMul of matrices with one row or column: OpenVINO's CPU plug-in crashes on two vectors.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class GiveMatMulTwoAxes final : public NodePass {
 public:
  std::string_view Name() const override { return "give-mat-mul-two-axes"; }
  std::string_view Root() const override { return "MatMul"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Shape a = node.Input(0).Shape(), b = node.Input(1).Shape(), result = node.Shape();
    if (a.Rank() > 1 && b.Rank() > 1) return {};
    Builder build(rewriter, node.Name());
    // A vector is a row on the left and a column on the right, whatever its transposition.
    Attributes attributes = node.Attributes();
    if (a.Rank() == 1) attributes["transpose_a"] = false;
    if (b.Rank() == 1) attributes["transpose_b"] = false;
    const Value left = a.Rank() == 1 ? build.Reshape(node.Input(0), Shape{1, a[0]}) : node.Input(0);
    const Value right = b.Rank() == 1 ? build.Reshape(node.Input(1), Shape{b[0], 1}) : node.Input(1);
    rewriter.Replace(node, build.Reshape(build.Op("MatMul", {left, right}, attributes), result));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeGiveMatMulTwoAxes() { return std::make_unique<GiveMatMulTwoAxes>(); }

}  // namespace moir::transforms
