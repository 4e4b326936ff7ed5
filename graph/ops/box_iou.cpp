// BoxIou: intersection over union of every box of one list with every box of another, as MXNet's _contrib_box_iou.
// in 0: lhs [A.., 4].  in 1: rhs [B.., 4].  out 0: [A.., B..]: shared / (area + area - shared), 0 where nothing is
// shared.  attr format: corner or center (boxes.h).
#include "graph/ops/boxes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  std::vector<int64_t> dims;
  for (size_t i = 0; i < 2; ++i) {
    const Shape& shape = op.InputShape(i);
    op.Require(shape.Rank() >= 2 && shape[shape.Rank() - 1] == 4, i == 0 ? "shape of lhs" : "shape of rhs", shape,
               "boxes along an axis and four numbers along the last");
    dims.insert(dims.end(), shape.begin(), shape.end() - 1);
  }
  op.SetOutput(0, Shape(std::move(dims)));
}

template <typename T>
void Overlap(EvalContext& op) {
  const bool center = op.Attr<std::string>("format") == "center";
  const auto lhs = op.Input(0).Values<T>(), rhs = op.Input(1).Values<T>();
  T* dst = op.Output().MutableValues<T>().data();
  for (size_t a = 0; a < lhs.size(); a += 4) {
    for (size_t b = 0; b < rhs.size(); b += 4) {
      const T *left = lhs.data() + a, *right = rhs.data() + b;
      const T shared = SharedArea(left, right, center);
      *dst++ = shared <= 0 ? T(0) : shared / (BoxArea(left, center) + BoxArea(right, center) - shared);
    }
  }
}

}  // namespace

OpSchema BoxIouSchema() {
  return {.name = "BoxIou",
          .opset = "moir",
          .inputs = {"lhs", "rhs"},
          .attributes = {BoxFormatAttribute("format")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Overlap<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
