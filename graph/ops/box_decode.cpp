// BoxDecode: boxes from offsets regressed against anchors, as MXNet's _contrib_box_decode.
// in 0: data [N, A, 4].  in 1: anchors [1, A, 4], corner or center as attr format says.  out 0: [N, A, 4], corners.
//   x = dx * std0 * width + anchor_x,  y = dy * std1 * height + anchor_y
//   half width = exp(dw * std2) * width / 2,  half height = exp(dh * std3) * height / 2
// clip > 0 is the largest exponent.
#include <cmath>

#include "graph/ops/boxes.h"
#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireFloat(op, 0);
  op.RequireSameType(0, 1);
  const Shape& data = op.InputShape(0);
  const Shape& anchors = op.InputShape(1);
  op.Require(data.Rank() == 3 && data[2] == 4, "shape of data", data, "[N,boxes,4]");
  op.Require(anchors.Rank() >= 3 && anchors[anchors.Rank() - 1] == 4 && anchors.NumElements() == data[1] * 4,
             "shape of anchors", anchors, StrCat("[1,", data[1], ",4]"));
  op.SetOutput(0, data);
}

template <typename T>
void Decode(EvalContext& op) {
  const bool center = op.Attr<std::string>("format") == "center";
  T stds[4];
  const char* const names[] = {"std0", "std1", "std2", "std3"};
  for (size_t k = 0; k < 4; ++k) stds[k] = static_cast<T>(static_cast<float>(op.Attr<double>(names[k])));
  const T clip = static_cast<T>(static_cast<float>(op.Attr<double>("clip")));
  const auto data = op.Input(0).Values<T>(), anchors = op.Input(1).Values<T>();
  T* dst = op.Output().MutableValues<T>().data();
  for (size_t i = 0; i < data.size(); i += 4, dst += 4) {
    const T* anchor = anchors.data() + i % anchors.size();
    T x = anchor[0], y = anchor[1], width = anchor[2], height = anchor[3];
    if (!center) {
      width -= x;
      height -= y;
      x += width * T(0.5);
      y += height * T(0.5);
    }
    const T* offset = data.data() + i;
    const T box_x = offset[0] * stds[0] * width + x, box_y = offset[1] * stds[1] * height + y;
    T log_width = offset[2] * stds[2], log_height = offset[3] * stds[3];
    if (clip > 0) {
      log_width = log_width < clip ? log_width : clip;
      log_height = log_height < clip ? log_height : clip;
    }
    const T half_width = std::exp(log_width) * width * T(0.5), half_height = std::exp(log_height) * height * T(0.5);
    dst[0] = box_x - half_width;
    dst[1] = box_y - half_height;
    dst[2] = box_x + half_width;
    dst[3] = box_y + half_height;
  }
}

}  // namespace

OpSchema BoxDecodeSchema() {
  return {.name = "BoxDecode",
          .opset = "moir",
          .inputs = {"data", "anchors"},
          .attributes = {{"std0", 1.0},
                         {"std1", 1.0},
                         {"std2", 1.0},
                         {"std3", 1.0},
                         {"clip", -1.0},
                         AttributeSchema::OneOf("format", {"center", "corner"})},
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchFloat(op.Input(0).Type(), [&](auto tag) { Decode<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
