// BoxNms: non-maximum suppression of rows that hold a box, a score and perhaps a class, as MXNet's _contrib_box_nms.
// in 0: data [.., boxes, width]; each leading index is a picture.  out 0: the same shape.
//
// Per picture: rows whose score is above valid_thresh, and whose class is not background_id, are sorted by score,
// equals in their order, and cut after topk. A row suppresses those behind it whose overlap is above overlap_thresh,
// among rows of its class only unless force_suppress or id_index < 0. Rows that are left come first; the others are -1
// throughout. in_format and out_format are corner or center (boxes.h); where they differ the boxes are converted,
// except those whose first number is negative. topk 0 means that the data is handed on as it is.
#include <algorithm>
#include <numeric>

#include "graph/ops/boxes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  const Shape& data = op.InputShape(0);
  op.Require(data.Rank() >= 2, "shape of data", data, "at least two axes");
  const int64_t width = data[data.Rank() - 1];
  const int64_t coordinates = op.Attr<int64_t>("coord_start"), score = op.Attr<int64_t>("score_index"),
                id = op.Attr<int64_t>("id_index");
  op.Require(width >= (id >= 0 ? 6 : 5), "width of a row", width, id >= 0 ? "at least 6" : "at least 5");
  op.Require(coordinates >= 0 && coordinates <= width - 4, "coord_start", coordinates,
             StrCat("0 to ", width - 4, ", so that four numbers are left of a row of ", width));
  const auto is_free = [&](int64_t index) {
    return index < width && (index < coordinates || index >= coordinates + 4);
  };
  op.Require(score >= 0 && is_free(score), "score_index", score, "a place beside the coordinates");
  op.Require(id < 0 || (is_free(id) && id != score), "id_index", id, "a place of its own");
  op.SetOutput(0, data);
}

template <typename T>
struct Suppression {
  explicit Suppression(const EvalContext& op)
      : overlap_threshold(static_cast<T>(static_cast<float>(op.Attr<double>("overlap_thresh")))),
        valid_threshold(static_cast<T>(static_cast<float>(op.Attr<double>("valid_thresh")))),
        background(static_cast<T>(op.Attr<int64_t>("background_id"))),
        topk(op.Attr<int64_t>("topk")),
        coordinates(op.Attr<int64_t>("coord_start")),
        score(op.Attr<int64_t>("score_index")),
        id(op.Attr<int64_t>("id_index")),
        per_class(id >= 0 && !op.Attr<bool>("force_suppress")),
        in_center(op.Attr<std::string>("in_format") == "center"),
        out_center(op.Attr<std::string>("out_format") == "center") {}

  bool Suppresses(const T* winner, const T* other) const {
    // MXNet compares classes as integers.
    if (per_class && ConvertElement<int32_t, T>(winner[id]) != ConvertElement<int32_t, T>(other[id])) return false;
    const T *a = winner + coordinates, *b = other + coordinates;
    const T shared = SharedArea(a, b, in_center);
    return shared / (BoxArea(a, in_center) + BoxArea(b, in_center) - shared) > overlap_threshold;
  }

  void ConvertFormat(T* box) const {
    if (in_center == out_center || box[0] < 0) return;
    const T a = box[0], b = box[1], c = box[2], d = box[3];
    if (out_center) {
      const T center[] = {(a + c) / 2, (b + d) / 2, c - a, d - b};
      std::copy_n(center, 4, box);
    } else {
      const T half_width = c / 2, half_height = d / 2;
      const T corners[] = {a - half_width, b - half_height, a + half_width, b + half_height};
      std::copy_n(corners, 4, box);
    }
  }

  void Run(const T* rows, int64_t count, int64_t width, T* dst) const {
    std::fill_n(dst, count * width, T(-1));
    std::vector<const T*> candidates;
    for (int64_t i = 0; i < count; ++i) {
      const T* row = rows + i * width;
      if (row[score] > valid_threshold && (id < 0 || row[id] != background)) candidates.push_back(row);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [this](const T* a, const T* b) { return a[score] > b[score]; });
    if (topk > 0 && static_cast<int64_t>(candidates.size()) > topk) candidates.resize(static_cast<size_t>(topk));
    std::vector<const T*> kept;
    for (const T* candidate : candidates) {
      if (std::any_of(kept.begin(), kept.end(), [&](const T* winner) { return Suppresses(winner, candidate); }))
        continue;
      kept.push_back(candidate);
      std::copy_n(candidate, width, dst);
      ConvertFormat(dst + coordinates);
      dst += width;
    }
  }

  T overlap_threshold, valid_threshold, background;
  int64_t topk, coordinates, score, id;
  bool per_class, in_center, out_center;
};

template <typename T>
void Suppress(EvalContext& op) {
  const Suppression<T> suppression(op);
  if (suppression.topk == 0) {
    op.Output() = op.Input(0);
    return;
  }
  const Shape& shape = op.Input(0).Shape();
  const int64_t pictures = shape.NumElements(0, shape.Rank() - 2), count = shape[shape.Rank() - 2],
                width = shape[shape.Rank() - 1];
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output().MutableValues<T>().data();
  for (int64_t p = 0; p < pictures; ++p)
    suppression.Run(src + p * count * width, count, width, dst + p * count * width);
}

}  // namespace

OpSchema BoxNmsSchema() {
  return {.name = "BoxNms",
          .opset = "moir",
          .inputs = {"data"},
          .attributes = {{"overlap_thresh", 0.5},
                         {"valid_thresh", 0.0},
                         {"topk", int64_t{-1}},
                         {"coord_start", int64_t{2}},
                         {"score_index", int64_t{1}},
                         {"id_index", int64_t{-1}},
                         {"background_id", int64_t{-1}},
                         {"force_suppress", false},
                         BoxFormatAttribute("in_format"),
                         BoxFormatAttribute("out_format")},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Suppress<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
