// ArgMax  =>  the smallest position whose element is the extreme one: ReduceMax, Equal, Select, ReduceMin. TopK would
// leave the order of equals open in old operation sets.
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// Whole numbers up to here are exact in f32.
constexpr int64_t kMaxPosition = int64_t{1} << 24;

class DecomposeArgMax final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-arg-max"; }
  std::string_view Root() const override { return "ArgMax"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const Value data = node.Input(0);
    const Shape& shape = data.Shape();
    const int64_t axis = shape.NormalizeAxis(node.Attr<int64_t>("axis")), size = shape[axis];
    if (size > kMaxPosition) return Declined("the axis is longer than f32 can count");
    Builder build(rewriter, node.Name());
    const bool largest = node.Attr<std::string>("mode") == "max";
    const Value extreme = build.Reduce(largest ? "ReduceMax" : "ReduceMin", data, {axis}, true);
    std::vector<int64_t> dims(static_cast<size_t>(shape.Rank()), 1);
    dims[static_cast<size_t>(axis)] = size;
    const Value places = build.Select(build.Op("Equal", {data, extreme}), build.Positions(size, Shape(dims)),
                                      build.Number(static_cast<double>(size)));
    rewriter.Replace(node, build.Convert(build.Reduce("ReduceMin", places, {axis}, true), node.Type()));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeArgMax() { return std::make_unique<DecomposeArgMax>(); }

}  // namespace moir::transforms
