// BipartiteMatching  =>  its pairs one after the other: the best score of free rows and columns, the first of equals,
// by ReduceMax and Select.
#include <algorithm>
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// About twenty nodes each.
constexpr int64_t kMostPairs = 256;
constexpr int64_t kExactInF32 = int64_t{1} << 24;

class DecomposeBipartiteMatching final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-bipartite-matching"; }
  std::string_view Root() const override { return "BipartiteMatching"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const ElementType type = node.Type();
    if (type == ElementType::kF64) return Declined("its scores are f64");
    const Shape& shape = node.Input(0).Shape();
    if (shape.NumElements() == 0) return Declined("it has no scores");
    const int64_t rank = shape.Rank(), rows = shape[rank - 2], columns = shape[rank - 1];
    const int64_t topk = node.Attr<int64_t>("topk");
    const int64_t pairs = std::min(std::min(rows, columns), topk > 0 ? topk + 1 : rows);
    if (pairs > kMostPairs) return Declined("it may make more than ", kMostPairs, " pairs");
    if (rows > kExactInF32 / columns) return Declined("it has more scores than f32 can count");
    Builder build(rewriter, node.Name());
    const bool ascend = node.Attr<bool>("is_ascend");
    const int64_t batch = shape.NumElements(0, rank - 2), size = rows * columns;
    const Value worst =
        build.Number(ascend ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity());
    const Value threshold = build.Number(node.Attr<double>("threshold")), zero = build.Number(0);
    const Value places = build.Reshape(build.Positions(size, Shape{size}), Shape{1, rows, columns});
    const Value of_row = build.Positions(rows, Shape{1, rows, 1}),
                of_column = build.Positions(columns, Shape{1, 1, columns});
    Value scores = build.Reshape(build.ToFloat(node.Input(0)), Shape{batch, rows, columns});
    // Numbers from 1 on, 0 for those without a partner.
    Value row_sum, column_sum;
    for (int64_t pair = 0; pair < pairs; ++pair) {
      const Value best = build.Reduce(ascend ? "ReduceMin" : "ReduceMax", scores, {1, 2}, true);
      const Value counts = build.Op(ascend ? "Less" : "Greater", {best, threshold});
      const Value equal = build.And(build.Op("Equal", {scores, best}), counts);
      const Value first =
          build.Reduce("ReduceMin", build.Select(equal, places, build.Number(static_cast<double>(size))), {1, 2}, true);
      const Value here = build.ToFloat(build.Op("Equal", {places, first}));
      const Value one = build.Number(1);
      const Value in_row = build.Reduce("ReduceSum", build.Multiply(here, build.Add(of_column, one)), {2}, true),
                  in_column = build.Reduce("ReduceSum", build.Multiply(here, build.Add(of_row, one)), {1}, true);
      row_sum = row_sum ? build.Add(row_sum, in_row) : in_row;
      column_sum = column_sum ? build.Add(column_sum, in_column) : in_column;
      if (pair + 1 == pairs) break;
      const Value taken = build.Op("Greater", {build.Add(in_row, in_column), zero});  // the whole row and column
      scores = build.Select(taken, worst, scores);
    }
    const auto result = [&](Value sum, size_t output) {
      const Value number = build.Subtract(sum, build.Number(1));
      rewriter.ReplaceValue(node.Output(output), build.Convert(build.Reshape(number, node.Shape(output)), type));
    };
    result(row_sum, 0);
    result(column_sum, 1);
    rewriter.RemoveUnread(&node);
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeBipartiteMatching() { return std::make_unique<DecomposeBipartiteMatching>(); }

}  // namespace moir::transforms
