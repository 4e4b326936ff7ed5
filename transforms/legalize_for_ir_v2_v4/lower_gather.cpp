// Gather(table, indices, axis)  =>  layer Gather, which reads indices as floats, truncates them and clamps them into
// the table:
//   indices = Clamp(Convert(x f32), 0, size - 1)  =>  x itself
//   constant integers                             =>  the same as f32 constants
#include <algorithm>

#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

// Whole numbers up to here are exact in f32.
constexpr int64_t kMaxIndex = int64_t{1} << 24;

class LowerGather final : public NodePass {
 public:
  std::string_view Name() const override { return "lower-gather"; }
  std::string_view Root() const override { return "Gather"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (!IsF32(node.Input(0))) return Declined("its table is not f32");
    if (node.Attr<int64_t>("batch_dims") != 0) return Declined("it has batch axes");
    const std::optional<std::vector<int64_t>> axis_input = ConstantIndices(node, 2);
    if (!axis_input) return Declined("its axis is no constant");
    const Shape& table = node.Input(0).Shape();
    const int64_t axis = table.NormalizeAxis((*axis_input)[0]);
    Value indices = node.Input(1);
    if (indices.Shape().Rank() == 0) return Declined("it has one index without axes");
    if (table[axis] == 0) return Declined("the table is empty, nothing can be clamped into it");
    if (table[axis] > kMaxIndex) return Declined("the table has more entries than f32 can count");
    const std::string name = node.Name();
    if (const Tensor* constant = indices.Constant()) {
      std::vector<int64_t> values = constant->ToVector<int64_t>();
      if (std::any_of(values.begin(), values.end(), [&](int64_t index) { return index < 0 || index >= table[axis]; }))
        return Declined("an index lies outside of the table");
      indices = rewriter.Constant(name + "/indices",
                                  Tensor::FromValues<int64_t>(constant->Shape(), values).ConvertTo(ElementType::kF32));
    } else {
      Node* clamp = indices.Producer("Clamp");
      if (!clamp || clamp->Attr<double>("min") != 0 ||
          clamp->Attr<double>("max") != static_cast<double>(table[axis] - 1))
        return Declined("its indices are not clamped into the table");
      Node* convert = clamp->Input(0).Producer("Convert");
      if (!convert || !IsInteger(convert->Type()) || ElementTypeName(convert->Type()).size() != 3 ||
          !IsF32(convert->Input(0)))
        return Declined("its indices are no f32 numbers made i32 or i64");
      indices = convert->Input(0);
    }
    rewriter.Replace(node, rewriter.Add("ie.Gather", name, {node.Input(0), indices}, {{"axis", axis}}));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeLowerGather() { return std::make_unique<LowerGather>(); }

}  // namespace moir::transforms
