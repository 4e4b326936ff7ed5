// ArgMax  =>  the smallest position whose element is the extreme one: ReduceMax, Equal, Select, ReduceMin. TopK would
// leave the order of equals open in old operation sets. The first NaN goes before all numbers: its position counts,
// that of numbers comes after as many places as there are. Rows of infinities, for which reductions may have no
// extreme, give 0.
#include <limits>

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
    std::vector<int64_t> dims(static_cast<size_t>(shape.Rank()), 1);
    dims[static_cast<size_t>(axis)] = size;
    const Value places = build.Positions(size, Shape(dims)), count = build.Number(static_cast<double>(size));
    Value numbers = data, not_number;
    if (IsFloat(data.Type())) {
      not_number = build.Op("NotEqual", {data, data});
      const Value last = build.Convert(
          build.Number(largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity()),
          data.Type());
      numbers = build.Select(not_number, last, data);
    }
    const Value extreme = build.Reduce(largest ? "ReduceMax" : "ReduceMin", numbers, {axis}, true);
    Value found = build.Select(build.Op("Equal", {numbers, extreme}), build.Add(places, count),
                               build.Number(2.0 * static_cast<double>(size)));
    if (not_number) found = build.Select(not_number, places, found);
    const Value first = build.Reduce("ReduceMin", found, {axis}, true);
    const Value position = build.Select(build.Op("Less", {first, count}), first, build.Subtract(first, count));
    const Value real = build.Select(build.Op("Less", {position, count}), position, build.Number(0));
    rewriter.Replace(node, build.Convert(real, node.Type()));
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeArgMax() { return std::make_unique<DecomposeArgMax>(); }

}  // namespace moir::transforms
