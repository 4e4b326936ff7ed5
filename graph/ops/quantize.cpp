// Quantize: numbers under another scale, rounded to an integer type (halves to even, out of range to the nearest value
// of the type, NaN to 0) or, with destination f32, as they are.
//   v = (x + bias) * scale
//   v = v < 0 ? v * negative_slope : v
//   v = v + addend * addend_scale; with attribute single_rounding the product is not rounded before the sum
//   v = max(v, 0) with attribute relu
// in 0: x, f32 or an integer type.  in 1: scale, f32, broadcast to x.  in 2 (optional): bias, f32, broadcast to x; an
// empty tensor stands for none.  in 3 (optional): addend, f32 or an integer type, broadcast to x.
// out 0: the shape of x.
// All arithmetic is f32 in this order, so that results are those of oneDNN's 8-bit kernels to the last bit: no pass
// takes the operator apart.
#include <cmath>

#include "graph/ops/elementwise.h"

namespace moir::graph {
namespace {

bool Has(const Tensor& tensor) { return tensor.NumElements() > 0; }

void Infer(InferContext& op) {
  const Shape& data = op.InputShape(0);
  RequireNumeric(op, 0);
  for (size_t i = 1; i < op.InputCount(); ++i) {
    if (i < 3)
      op.Require(op.InputType(i) == ElementType::kF32, StrCat("element type of input ", i), op.InputType(i), "f32");
    else RequireNumeric(op, i);
    const bool absent = i > 1 && op.InputShape(i).NumElements() == 0;
    op.Require(absent || BroadcastsTo(op.InputShape(i), data), StrCat("shape of input ", i), op.InputShape(i),
               StrCat("one that broadcasts to ", data));
  }
  op.SetOutput(0, ParseElementType(op.Attr<std::string>("destination_type")), data);
}

// The values of input `index`, broadcast to the data's shape, as floats; `absent` where there is none.
std::vector<float> Broadcasted(EvalContext& op, size_t index, float absent) {
  const Shape& data = op.Input(0).Shape();
  std::vector<float> result(static_cast<size_t>(data.NumElements()), absent);
  if (index >= op.InputCount() || !Has(op.Input(index))) return result;
  const std::vector<float> values = op.Input(index).ToVector<float>();
  ForEachBroadcast(op.Input(index).Shape(), data, data, [&](size_t i, size_t, size_t k) { result[k] = values[i]; });
  return result;
}

void Evaluate(EvalContext& op) {
  std::vector<float> x = op.Input(0).ToVector<float>();
  const std::vector<float> scale = Broadcasted(op, 1, 1), bias = Broadcasted(op, 2, 0), addend = Broadcasted(op, 3, 0);
  const auto slope = static_cast<float>(op.Attr<double>("negative_slope"));
  const auto addend_scale = static_cast<float>(op.Attr<double>("addend_scale"));
  const bool single_rounding = op.Attr<bool>("single_rounding");
  const bool has_addend = op.InputCount() > 3 && Has(op.Input(3)), relu = op.Attr<bool>("relu");
  const bool rounds = op.Output().Type() != ElementType::kF32;
  for (size_t i = 0; i < x.size(); ++i) {
    float v = (x[i] + bias[i]) * scale[i];
    if (v < 0) v *= slope;
    if (has_addend && single_rounding) {
      v = std::fma(addend[i], addend_scale, v);
    } else if (has_addend) {
      const float scaled = addend[i] * addend_scale;
      v += scaled;
    }
    if (relu && !(v > 0)) v = 0;
    x[i] = rounds ? std::nearbyint(v) : v;
  }
  op.Output() = Tensor::FromValues<float>(op.Input(0).Shape(), x).ConvertTo(op.Output().Type());
}

}  // namespace

OpSchema QuantizeSchema() {
  return {.name = "Quantize",
          .opset = "moir",
          .inputs = {"data", "scale", OptionalInput("bias"), OptionalInput("addend")},
          .attributes = {AttributeSchema::OneOf("destination_type", {"i8", "u8", "i32", "f32"}),
                         {"negative_slope", 1.0},
                         {"addend_scale", 1.0},
                         {"single_rounding", false},
                         {"relu", false}},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph
