// CTCGreedyDecoder: the most probable class of each step, without blanks and repetitions.
// in 0: probabilities [T, N, C]; the last class is the blank.  in 1: mask [T, N]: a sequence ends at its first 0.
// out 0: [N, T, 1, 1]: the classes of each sequence, then -1.
// attr ctc_merge_repeated: bool, default true: a class counts once when steps in a row have it.
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& shape = op.InputShape(0);
  op.Require(shape.Rank() == 3, "shape of probabilities", shape, "[T,N,C]");
  op.Require(shape[2] > 0, "number of classes", shape[2], "1 or more");
  op.Require(op.InputShape(1) == Shape({shape[0], shape[1]}), "shape of mask", op.InputShape(1),
             StrCat("[", shape[0], ",", shape[1], "]"));
  op.SetOutput(0, Shape{shape[1], shape[0], 1, 1});
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& shape = op.Input(0).Shape();
  const int64_t steps = shape[0], batch = shape[1], classes = shape[2];
  const bool merge = op.Attr<bool>("ctc_merge_repeated");
  const T* data = op.Input(0).Values<T>().data();
  const T* mask = op.Input(1).Values<T>().data();
  const auto y = op.Output().MutableValues<T>();
  std::fill(y.begin(), y.end(), T{-1});
  for (int64_t n = 0; n < batch; ++n) {
    T* next = y.data() + n * steps;
    int64_t before = -1;
    for (int64_t t = 0; t < steps && mask[t * batch + n] != T{0}; ++t) {
      const T* row = data + (t * batch + n) * classes;
      const int64_t best = std::max_element(row, row + classes) - row;
      if (best != classes - 1 && !(merge && best == before)) *next++ = static_cast<T>(best);
      before = best;
    }
  }
}

}  // namespace

OpSchema CTCGreedyDecoderSchema() {
  return {.name = "CTCGreedyDecoder",
          .inputs = {"data", "mask"},
          .attributes = {{"ctc_merge_repeated", true}},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
