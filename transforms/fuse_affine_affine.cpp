// x * s1 + t1, then * s2 + t2, ...  =>  x * s + t with the constants multiplied out in f64: a chain of affine nodes
// becomes one Multiply and one Add, or one of them. Each node of the chain but the last has one reader.
//
// With scale_first, Add + Multiply also becomes Multiply + Add, the order that a scale-shift layer computes in; not
// behind a linear node, where the Add is its bias. Passes that push a scale into the weights behind it come before.
#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

class FuseAffineAffine final : public NodePass {
 public:
  FuseAffineAffine(FusingFilter filter, bool scale_first) : filter_(std::move(filter)), scale_first_(scale_first) {}
  std::string_view Name() const override { return "fuse-affine-affine"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& last, Rewriter& rewriter) const override {
    if (!IsAffineOperator(last)) return {};
    std::string why;
    std::optional<Affine> fused = MatchAffine(last, &why);
    if (!fused) return Declined(why);
    if (!filter_.Allows(last)) return Declined("kept by finegrain fusing");
    // The chain is taken by its last node, so that it is multiplied out once.
    if (last.Output(0).HasOneReader()) {
      Node& reader = *last.Readers()[0].node;
      const std::optional<Affine> next = MatchAffine(reader);
      if (next && filter_.Allows(reader) && Compose(*fused, *next)) return {};
    }
    size_t length = 1;
    bool ends_with_scale = !fused->shift;
    bool begins_with_shift = false;
    why = "there is no other affine node before it";
    while (true) {
      Node& before = *fused->data.node;
      const std::optional<Affine> step = MatchAffine(before);
      if (!step) break;
      if (!fused->data.HasOneReader()) {
        why = "the node before it has other readers";
        break;
      }
      if (!filter_.Allows(before)) {
        why = "the node before it is kept by finegrain fusing";
        break;
      }
      std::optional<Affine> composed = Compose(*step, *fused);
      if (!composed) {
        why = "the constants vary along different axes";
        break;
      }
      fused = std::move(composed);
      begins_with_shift = !step->scale;
      ++length;
    }
    if (length == 1) return Declined(why);
    const size_t needed = static_cast<size_t>(fused->scale && !AllEqual(*fused->scale, 1)) +
                          static_cast<size_t>(fused->shift && !AllEqual(*fused->shift, 0));
    const bool reorders = scale_first_ && length == 2 && needed == 2 && begins_with_shift && ends_with_scale &&
                          !Linear::Match(fused->data.node);
    if (needed >= length && !reorders) return Declined("one scale and one shift are left already");
    if ((fused->scale && !FitsType(*fused->scale, last.Type())) ||
        (fused->shift && !FitsType(*fused->shift, last.Type()))) {
      return Declined("the product of the constants is no finite number of type ", last.Type());
    }
    if (needed == 0 && last.Output(0).IsGraphOutput()) return Declined("the chain computes the identity of an output");
    rewriter.Replace(last, BuildAffine(rewriter, last.Name(), *fused));
    return Changed();
  }

 private:
  FusingFilter filter_;
  bool scale_first_;
};

}  // namespace

std::unique_ptr<Pass> MakeFuseAffineAffine(FusingFilter filter, bool scale_first) {
  return std::make_unique<FuseAffineAffine>(std::move(filter), scale_first);
}

}  // namespace moir::transforms
