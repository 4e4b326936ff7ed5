// MaxPoolWithIndices: MaxPool of opset 8 on, with the positions of the largest elements and with dilated windows.
// in 0: data [N, C, D1..Ds], s = 1 to 3, numeric.  out 0: [N, C, ...].  out 1: for each, the place of the element (the
// first of equal ones) among those of the axes from `axis` on.
// Attributes as MaxPool, and dilations, axis (default 0), index_element_type.
#include <limits>

#include "graph/ops/elementwise.h"
#include "graph/ops/pooling.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  RequireNumeric(op, 0);
  InferPooling(op);
  op.InputShape(0).NormalizeAxis(op.Attr<int64_t>("axis"));
  op.SetOutput(1, ParseElementType(op.Attr<std::string>("index_element_type")), op.GetNode().Shape(0));
}

template <typename T>
void Evaluate(EvalContext& op) {
  const Shape& data = op.Input(0).Shape();
  const Window w = PoolingWindow(op.GetNode(), data);
  const int64_t plane_size = w.in[0] * w.in[1] * w.in[2];
  const int64_t period = data.NumElements(data.NormalizeAxis(op.Attr<int64_t>("axis")), data.Rank());
  const T* src = op.Input(0).Values<T>().data();
  T* dst = op.Output(0).MutableValues<T>().data();
  Tensor places(ElementType::kI64, op.Output(1).Shape());
  int64_t* place = places.MutableValues<int64_t>().data();
  for (int64_t plane = 0; plane < data[0] * data[1]; ++plane) {
    for (int64_t z = 0; z < w.out[0]; ++z) {
      for (int64_t y = 0; y < w.out[1]; ++y) {
        for (int64_t x = 0; x < w.out[2]; ++x) {
          T largest = std::numeric_limits<T>::lowest();
          int64_t at = 0;
          const Window::Sizes first = {z * w.strides[0] - w.pads_begin[0], y * w.strides[1] - w.pads_begin[1],
                                       x * w.strides[2] - w.pads_begin[2]};
          Window::Sizes k{};
          for (k[0] = 0; k[0] < w.kernel[0]; ++k[0]) {
            for (k[1] = 0; k[1] < w.kernel[1]; ++k[1]) {
              for (k[2] = 0; k[2] < w.kernel[2]; ++k[2]) {
                int64_t offset = 0;
                bool inside = true;
                for (size_t i = 0; i < Window::kMaxRank; ++i) {
                  const int64_t p = first[i] + k[i] * w.dilations[i];
                  inside = inside && p >= 0 && p < w.in[i];
                  offset = offset * w.in[i] + p;
                }
                if (!inside || !(src[plane * plane_size + offset] > largest)) continue;
                at = plane * plane_size + offset;
                largest = src[at];
              }
            }
          }
          *dst++ = largest;
          *place++ = period > 0 ? at % period : 0;
        }
      }
    }
  }
  op.Output(1) = places.ConvertTo(op.Output(1).Type());
}

}  // namespace

OpSchema MaxPoolWithIndicesSchema() {
  const std::vector<int64_t> none;
  return {.name = "MaxPoolWithIndices",
          .opset = "opset8",
          .inputs = {"data"},
          .attributes = {RequiredAttribute<std::vector<int64_t>>("kernel"),
                         {"strides", none},
                         {"pads_begin", none},
                         {"pads_end", none},
                         {"dilations", none},
                         AttributeSchema::OneOf("rounding_type", {"floor", "ceil"}),
                         AttributeSchema::OneOf("auto_pad", {"explicit", "same_upper", "same_lower", "valid"}),
                         {"axis", int64_t{0}},
                         AttributeSchema::OneOf("index_element_type", {"i64", "i32"})},
          .outputs = 2,
          .infer = Infer,
          .evaluate = [](EvalContext& op) {
            DispatchArithmetic(op.Input(0).Type(), [&](auto tag) { Evaluate<decltype(tag)>(op); });
          }};
}

}  // namespace moir::graph
