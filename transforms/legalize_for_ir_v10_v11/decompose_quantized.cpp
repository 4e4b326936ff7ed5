// Quantize              =>  the same arithmetic in f32 element-wise operators, Round and Clamp.
// QuantizedConvolution  =>  Convolution in f32, over as many channels at a time as keeps every sum below 2^24, so that
// it
//                           is exact; the parts are added as i32.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

constexpr double kExactInF32 = 16777216;

std::pair<double, double> RangeOf(ElementType type) {
  switch (type) {
    case ElementType::kI8: return {-128, 127};
    case ElementType::kU8: return {0, 255};
    default: return {-2147483648.0, 2147483520.0};  // the largest f32 below 2^31
  }
}

class DecomposeQuantized final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-quantized"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Is("Quantize")) return Quantize(node, rewriter);
    if (node.Is("QuantizedConvolution")) return Convolve(node, rewriter);
    return {};
  }

 private:
  static bool Has(const Node& node, size_t input) {
    return input < node.InputCount() && node.Input(input).Shape().NumElements() > 0;
  }

  // value + addend * scale, rounded once, for addends of 8 bits: the products with the upper 16 bits of the scale and
  // with the rest are exact in f32, and so is what the first sum loses (Knuth's two-sum).
  static Value AddScaled(Builder& build, Value value, Value addend, float scale) {
    const float upper = std::bit_cast<float>(std::bit_cast<uint32_t>(scale) & 0xFFFFFF00u);
    const Value product = build.Multiply(addend, build.Number(upper));
    const Value rest = build.Multiply(addend, build.Number(static_cast<double>(scale) - static_cast<double>(upper)));
    const Value sum = build.Add(value, product);
    const Value taken = build.Subtract(sum, value);
    const Value lost = build.Add(build.Subtract(value, build.Subtract(sum, taken)), build.Subtract(product, taken));
    return build.Add(sum, build.Add(lost, rest));
  }

  static Outcome Quantize(Node& node, Rewriter& rewriter) {
    Builder build(rewriter, node.Name());
    const ElementType type = node.Type();
    Value value = build.ToFloat(node.Input(0));
    // OpenVINO would turn (x + a) * b into x * b + a * b, and x * a + y into one operation: one value in a million is
    // rounded to another integer then, which the layers that follow spread. Apart() keeps it from that.
    const auto apart = [&](Value x) { return build.Apart(x); };
    if (Has(node, 2)) value = apart(build.Add(value, node.Input(2)));
    value = build.Multiply(value, node.Input(1));
    const Value zero = build.Number(0);
    if (const double slope = node.Attr<double>("negative_slope"); slope != 1)
      value = build.Select(build.Op("Less", {value, zero}), build.Multiply(value, build.Number(slope)), value);
    if (Has(node, 3)) {
      const Value addend = build.ToFloat(node.Input(3));
      const double scale = node.Attr<double>("addend_scale");
      const bool small = node.Input(3).Type() == ElementType::kI8 || node.Input(3).Type() == ElementType::kU8;
      value = node.Attr<bool>("single_rounding") && small
                  ? AddScaled(build, apart(value), addend, static_cast<float>(scale))
                  : build.Add(apart(value), apart(build.Multiply(addend, build.Number(scale))));
    }
    if (node.Attr<bool>("relu")) value = build.Select(build.Op("Greater", {value, zero}), value, zero);
    if (type != ElementType::kF32) {
      const auto [low, high] = RangeOf(type);
      value = build.Op("Round", {value}, {{"mode", std::string("half_to_even")}});
      value = build.Convert(build.Op("Clamp", {value}, {{"min", low}, {"max", high}}), type);
    }
    rewriter.Replace(node, value);
    return Changed();
  }

  static Outcome Convolve(Node& node, Rewriter& rewriter) {
    const Tensor* weights = node.Input(1).Constant();
    const int64_t groups = node.Attr<int64_t>("group");
    const Shape shape = node.Input(1).Shape();
    const auto largest_of = [](ElementType type) { return type == ElementType::kU8 ? 255.0 : 128.0; };
    const double largest = largest_of(node.Input(0).Type());
    // Weights that are quantized at run time may be as large as their type allows.
    const std::vector<float> values = weights
                                          ? weights->ToVector<float>()
                                          : std::vector<float>(static_cast<size_t>(shape.NumElements()),
                                                               static_cast<float>(largest_of(node.Input(1).Type())));
    const int64_t parts = Parts(values, shape, largest);
    if (parts == 0) return Declined("one channel of its weights is too large for exact sums in f32");
    if (parts > 1 && groups > 1) return Declined("its groups are too large for exact sums in f32");

    Builder build(rewriter, node.Name());
    const Value data = build.ToFloat(node.Input(0));
    const Value filters =
        weights ? build.Constant(weights->ConvertTo(ElementType::kF32)) : build.ToFloat(node.Input(1));
    const auto convolve = [&](Value x, Value w) {
      Attributes attributes;
      for (const char* name : {"strides", "pads_begin", "pads_end", "dilations"})
        attributes[name] = node.Attr<std::vector<int64_t>>(name);
      attributes["auto_pad"] = node.Attr<std::string>("auto_pad");
      return build.Convert(build.Op(groups > 1 ? "GroupConvolution" : "Convolution", {x, w}, attributes),
                           ElementType::kI32);
    };
    Value sum;
    if (groups > 1) {
      std::vector<int64_t> dims = shape.Dims();
      dims[0] /= groups;
      dims.insert(dims.begin(), groups);
      sum = convolve(data, build.Reshape(filters, Shape(dims)));
    } else {
      const int64_t step = (shape[1] + parts - 1) / parts;
      for (int64_t begin = 0; begin < shape[1]; begin += step) {
        const int64_t end = std::min(shape[1], begin + step);
        const Value part = convolve(build.Slice(data, 1, begin, end), build.Slice(filters, 1, begin, end));
        sum = sum ? build.Add(sum, part) : part;
      }
    }
    rewriter.Replace(node, sum);
    return Changed();
  }

  // Into how many parts the channels must be cut; 0 when even single channels are too many.
  static int64_t Parts(const std::vector<float>& weights, const Shape& shape, double largest) {
    const auto outputs = static_cast<size_t>(shape[0]), channels = static_cast<size_t>(shape[1]);
    const size_t taps = weights.size() / std::max<size_t>(1, outputs * channels);
    for (size_t parts = 1; parts <= channels; ++parts) {
      const size_t step = (channels + parts - 1) / parts;
      double worst = 0;
      for (size_t o = 0; o < outputs; ++o) {
        for (size_t begin = 0; begin < channels; begin += step) {
          double sum = 0;
          for (size_t i = begin * taps; i < std::min(channels, begin + step) * taps; ++i)
            sum += std::fabs(weights[o * channels * taps + i]);
          worst = std::max(worst, sum);
        }
      }
      if (worst * largest < kExactInF32) return static_cast<int64_t>(parts);
    }
    return 0;
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeQuantized() { return std::make_unique<DecomposeQuantized>(); }

}  // namespace moir::transforms
