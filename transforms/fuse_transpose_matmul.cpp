// MatMul(a, Transpose(b)) that swaps the last two axes  =>  MatMul(a, b) with transpose_b turned over; the same for a
// when b is no constant (data of dense layers stay untransposed, which is what their kernels want).
// Spares a copy of the weights above all: a transposed constant would have to be written out.
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

bool SwapsLastTwoAxes(const Node& transpose) {
  const std::optional<std::vector<int64_t>> order = ConstantIndices(transpose, 1);
  if (!order || order->size() < 2) return false;
  const auto rank = static_cast<int64_t>(order->size());
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t expected = i < rank - 2 ? i : (i == rank - 2 ? rank - 1 : rank - 2);
    if ((*order)[static_cast<size_t>(i)] != expected) return false;
  }
  return true;
}

class FuseTransposeMatMul final : public NodePass {
 public:
  std::string_view Name() const override { return "fuse-transpose-matmul"; }
  std::string_view Root() const override { return "MatMul"; }

  Outcome Run(Node& matmul, Rewriter& rewriter) const override {
    bool changed = false;
    std::string why = "no input is a Transpose";
    for (const size_t i : {size_t{0}, size_t{1}}) {
      Node* transpose = matmul.Input(i).Producer("Transpose");
      if (!transpose) continue;
      if (i == 0 && (matmul.Input(1).Constant() || IsTransposedConstant(matmul.Input(1)))) {
        why = "the data of a dense layer are transposed";
        continue;
      }
      if (!SwapsLastTwoAxes(*transpose)) {
        why = "the Transpose does not swap the last two axes";
        continue;
      }
      const char* attribute = i == 0 ? "transpose_a" : "transpose_b";
      rewriter.GetGraph().SetInput(&matmul, i, transpose->Input(0));
      rewriter.GetGraph().SetAttribute(&matmul, attribute, !matmul.Attr<bool>(attribute));
      rewriter.RemoveUnread(transpose);
      changed = true;
    }
    return changed ? Changed() : Declined(why);
  }

 private:
  static bool IsTransposedConstant(const Value& value) {
    const Node* transpose = value.Producer("Transpose");
    return transpose && transpose->Input(0).Constant();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeFuseTransposeMatMul() { return std::make_unique<FuseTransposeMatMul>(); }

}  // namespace moir::transforms
