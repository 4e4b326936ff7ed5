// GreedySuppression (set moir): which boxes of a sorted list are left when each one that is left removes those behind
// it that overlap it. The heart of non-maximum suppression; what is sorted, cut and handed on stands around it. in 0,
// 1, 2, 3: left, top, right, bottom [B, N].  in 4: areas [B, N].  in 5: candidates [B, N], 1 for boxes that take part,
// 0 for others.  in 6 (optional): classes [B, N]; boxes of other classes are left alone.  All are f32. out 0: kept [B,
// N], 1 for candidates that are left, 0 for all others.
//
//   overlap of j and i = shared / (area_j + area_i - shared)
//   shared = max(0, min(right) - max(left) + border) * max(0, min(bottom) - max(top) + border)
// attr threshold: overlaps above it remove, with inclusive those equal to it, too.  attr guarded: boxes whose union has
// no positive area do not overlap.
#include "graph/ops/greedy_suppression.h"

#include <algorithm>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

constexpr size_t kColumns = 5, kCandidates = 5, kClasses = 6;

void Infer(InferContext& op) {
  const Shape& shape = op.InputShape(0);
  op.Require(shape.Rank() == 2, "shape of left", shape, "[B,N]");
  for (size_t i = 0; i < op.InputCount(); ++i) {
    op.Require(op.InputType(i) == ElementType::kF32, StrCat("element type of input ", i), op.InputType(i), "f32");
    op.Require(op.InputShape(i) == shape, StrCat("shape of input ", i), op.InputShape(i), shape.ToString());
  }
  op.SetOutput(0, shape);
}

float SharedLength(float low_a, float high_a, float low_b, float high_b, float border) {
  const float length = std::min(high_a, high_b) - std::max(low_a, low_b) + border;
  return length > 0 ? length : 0;
}

void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const auto threshold = static_cast<float>(op.Attr<double>("threshold"));
  const auto border = static_cast<float>(op.Attr<int64_t>("border"));
  const bool inclusive = op.Attr<bool>("inclusive"), guarded = op.Attr<bool>("guarded");
  const auto boxes = static_cast<size_t>(shape[1]);
  for (size_t picture = 0; picture < static_cast<size_t>(shape[0]); ++picture) {
    const auto row = [&](size_t input) { return op.Input(input).Values<float>().data() + picture * boxes; };
    const float *left = row(0), *top = row(1), *right = row(2), *bottom = row(3), *area = row(4);
    const float* classes = op.InputCount() > kClasses ? row(kClasses) : nullptr;
    float* kept = op.Output().MutableValues<float>().data() + picture * boxes;
    std::copy_n(row(kCandidates), boxes, kept);
    for (size_t j = 0; j < boxes; ++j) {
      if (kept[j] == 0) continue;
      for (size_t i = j + 1; i < boxes; ++i) {
        if (classes && classes[i] != classes[j]) continue;
        const float shared = SharedLength(left[j], right[j], left[i], right[i], border) *
                             SharedLength(top[j], bottom[j], top[i], bottom[i], border);
        const float all = area[j] + area[i] - shared;
        const float overlap = guarded && all <= 0 ? 0 : shared / all;
        if (inclusive ? overlap >= threshold : overlap > threshold) kept[i] = 0;
      }
    }
  }
}

}  // namespace

std::unique_ptr<Graph> MakeSuppressionStep(const Node& suppression, int64_t batch) {
  auto graph = std::make_unique<Graph>(suppression.Name());
  const Shape shape{batch, suppression.Shape()[1]};
  const auto add = [&](std::string_view op, const char* name, std::vector<Value> inputs, Attributes attributes = {}) {
    return graph->Add(op, name, std::move(inputs), std::move(attributes))->Output();
  };
  const auto number = [&](const char* name, double value) {
    return graph->AddConstant(name, Tensor::Scalar(static_cast<float>(value)))->Output();
  };
  const auto indices = [&](const char* name, const std::vector<int64_t>& values) {
    return graph->AddConstant(name, Tensor::Indices(values))->Output();
  };
  const Value step = graph->AddParameter("step", ElementType::kI64, Shape{})->Output();
  const Value kept = graph->AddParameter("kept", ElementType::kF32, shape)->Output();
  std::vector<Value> columns;
  for (const char* name : {"left", "top", "right", "bottom", "areas"})
    columns.push_back(graph->AddParameter(name, ElementType::kF32, shape)->Output());

  const Value at = add("Reshape", "at", {step, indices("one", {1})});
  const Value axis = indices("axis", {1});
  const auto winner = [&](const char* name, Value column) { return add("Gather", name, {column, at, axis}); };
  const Value zero = number("zero", 0), one = number("unit", 1);
  const auto length = [&](const char* name, Value low, Value high) {
    Value shared =
        add("Subtract", name,
            {add("Minimum", name, {high, winner(name, high)}), add("Maximum", name, {low, winner(name, low)})});
    if (const int64_t border = suppression.Attr<int64_t>("border"))
      shared = add("Add", name, {shared, number(name, static_cast<double>(border))});
    return add("Maximum", name, {shared, zero});
  };
  const Value shared =
      add("Multiply", "shared", {length("width", columns[0], columns[2]), length("height", columns[1], columns[3])});
  const Value both = add("Add", "both", {winner("area", columns[4]), columns[4]});
  const Value all = add("Subtract", "union", {both, shared});
  Value overlap = add("Divide", "overlap", {shared, all});
  if (suppression.Attr<bool>("guarded"))
    overlap = add("Select", "guarded", {add("LessEqual", "empty", {all, zero}), zero, overlap});
  Value hit = add(suppression.Attr<bool>("inclusive") ? "GreaterEqual" : "Greater", "hit",
                  {overlap, number("threshold", suppression.Attr<double>("threshold"))});
  if (suppression.InputCount() > kClasses) {
    const Value classes = graph->AddParameter("classes", ElementType::kF32, shape)->Output();
    hit = add("LogicalAnd", "rival", {hit, add("Equal", "same", {classes, winner("class", classes)})});
  }
  std::vector<float> positions(static_cast<size_t>(shape[1]));
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<float>(i);
  const Value position =
      graph->AddConstant("position", Tensor::FromValues<float>(Shape{1, shape[1]}, positions))->Output();
  const Value now = add("Convert", "now", {at}, {{"destination_type", std::string("f32")}});
  hit = add("LogicalAnd", "behind", {hit, add("Greater", "later", {position, now})});
  const Value hits = add("Convert", "hits", {hit}, {{"destination_type", std::string("f32")}});
  const Value removed = add("Multiply", "removed", {hits, winner("alive", kept)});
  const Value left = add("Multiply", "left", {kept, add("Subtract", "spared", {one, removed})});
  const Value last = add("ReduceMax", "last", {add("Multiply", "places", {left, position}), indices("axes", {0, 1})},
                         {{"keep_dims", false}});
  graph->AddOutput("left", left);
  graph->AddOutput("more", add("Greater", "more", {add("Reshape", "last_place", {last, indices("flat", {1})}), now}));
  return graph;
}

OpSchema GreedySuppressionSchema() {
  static_assert(kCandidates == kColumns);
  return {.name = "GreedySuppression",
          .opset = "moir",
          .inputs = {"left", "top", "right", "bottom", "areas", "candidates", OptionalInput("classes")},
          .attributes = {RequiredAttribute<double>("threshold"),
                         {"inclusive", false},
                         {"guarded", false},
                         AttributeSchema{"border", int64_t{0}}.Within(0, 1)},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph
