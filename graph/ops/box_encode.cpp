// BoxEncode: offsets of matched boxes against anchors, as MXNet's _contrib_box_encode; BoxDecode's counterpart.
// in 0: samples [N, A], above 0.5 where the anchor counts.  in 1: matches [N, A], the box of refs an anchor belongs to.
// in 2: anchors [N, A, 4].  in 3: refs [N, M, 4], both corners.  in 4, 5: means and stds [4].
// out 0: [N, A, 4]: (((x - ax) / aw, (y - ay) / ah, log(w / aw), log(h / ah)) - means) / stds, 0 for anchors that do
// not count.  out 1: [N, A, 4]: 1 for those that count, 0 for the others. A match that is no box of refs gives NaN;
// MXNet reads what happens to lie there.
#include <cmath>
#include <limits>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  for (size_t i = 1; i < 6; ++i) op.RequireSameType(0, i);
  const Shape& anchors = op.InputShape(2);
  op.Require(anchors.Rank() == 3 && anchors[2] == 4, "shape of anchors", anchors, "[N,boxes,4]");
  const Shape per_anchor{anchors[0], anchors[1]};
  op.Require(op.InputShape(0) == per_anchor, "shape of samples", op.InputShape(0), per_anchor.ToString());
  op.Require(op.InputShape(1) == per_anchor, "shape of matches", op.InputShape(1), per_anchor.ToString());
  const Shape& refs = op.InputShape(3);
  op.Require(refs.Rank() == 3 && refs[0] == anchors[0] && refs[2] == 4, "shape of refs", refs,
             StrCat("[", anchors[0], ",boxes,4]"));
  for (size_t i = 4; i < 6; ++i)
    op.Require(op.InputShape(i) == Shape{4}, i == 4 ? "shape of means" : "shape of stds", op.InputShape(i), "[4]");
  op.SetOutput(0, anchors);
  op.SetOutput(1, anchors);
}

template <typename T>
struct CenteredBox {
  explicit CenteredBox(const T* corners)
      : width(corners[2] - corners[0]),
        height(corners[3] - corners[1]),
        x(static_cast<T>(corners[0] + width * 0.5)),
        y(static_cast<T>(corners[1] + height * 0.5)) {}
  T width, height, x, y;
};

template <typename T>
void Encode(EvalContext& op) {
  const Shape& shape = op.Input(2).Shape();
  const int64_t anchors = shape[1], boxes = op.Input(3).Shape()[1];
  const auto samples = op.Input(0).Values<T>(), matches = op.Input(1).Values<T>();
  const T *means = op.Input(4).Values<T>().data(), *stds = op.Input(5).Values<T>().data();
  for (int64_t i = 0; i < shape[0] * anchors; ++i) {
    T* targets = op.Output(0).MutableValues<T>().data() + i * 4;
    T* masks = op.Output(1).MutableValues<T>().data() + i * 4;
    const bool counts = static_cast<double>(samples[static_cast<size_t>(i)]) > 0.5;
    std::fill_n(masks, 4, counts ? T(1) : T(0));
    std::fill_n(targets, 4, counts ? std::numeric_limits<T>::quiet_NaN() : T(0));
    const auto match = ConvertElement<int64_t, T>(matches[static_cast<size_t>(i)]);
    if (!counts || match < 0 || match >= boxes) continue;
    const CenteredBox<T> box(op.Input(3).Values<T>().data() + (i / anchors * boxes + match) * 4);
    const CenteredBox<T> anchor(op.Input(2).Values<T>().data() + i * 4);
    targets[0] = ((box.x - anchor.x) / anchor.width - means[0]) / stds[0];
    targets[1] = ((box.y - anchor.y) / anchor.height - means[1]) / stds[1];
    targets[2] = (std::log(box.width / anchor.width) - means[2]) / stds[2];
    targets[3] = (std::log(box.height / anchor.height) - means[3]) / stds[3];
  }
}

}  // namespace

OpSchema BoxEncodeSchema() {
  return {.name = "BoxEncode",
          .opset = "moir",
          .inputs = {"samples", "matches", "anchors", "refs", "means", "stds"},
          .outputs = 2,
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Encode<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
