// Interpolate: the data resized along some axes. Every mode is a product of one weighting per axis, so the axes are
// done one after another: y[i] = sum over k of weight[i][k] * x[index[i][k]]. in 0: data.  in 1: sizes of the axes.  in
// 2: scales.  in 3 (optional): axes, all when absent. attr shape_calculation_mode: whether sizes or scales count; the
// other follows from it. attr coordinate_transformation_mode: where result position i lies in the data:
//   half_pixel (i + 0.5) / scale - 0.5     pytorch_half_pixel the same, 0 for a result of one element    asymmetric i /
//   scale tf_half_pixel_for_nn (i + 0.5) / scale     align_corners i * (in - 1) / (out - 1)
// attr mode: nearest, rounded as nearest_mode says (simple: up when shrinking, down otherwise); linear_onnx between two
// neighbours; cubic over four with cube_coeff; linear: a triangle that antialias widens by the factor of shrinking.
// attr pads_begin, pads_end: zeros around the data beforehand.
#include <algorithm>
#include <cmath>

#include "graph/op_schema.h"

namespace moir::graph {
namespace {

struct Plan {
  Shape padded;
  std::vector<int64_t> axes, sizes;
  std::vector<double> scales;
};

std::vector<int64_t> Pads(const Node& node, std::string_view name, int64_t rank) {
  std::vector<int64_t> pads = node.Attr<std::vector<int64_t>>(name);
  if (static_cast<int64_t>(pads.size()) > rank ||
      std::any_of(pads.begin(), pads.end(), [](int64_t p) { return p < 0; })) {
    Fail(ErrorKind::kBadModel, "attribute ", name, ": got ", FormatAttribute(pads), ", expected at most ", rank,
         " numbers from 0");
  }
  pads.resize(static_cast<size_t>(rank), 0);
  return pads;
}

Plan MakePlan(const Node& node, const Shape& data, std::vector<int64_t> sizes, std::vector<double> scales,
              std::vector<int64_t> axes) {
  Plan plan{data, {}, std::move(sizes), std::move(scales)};
  const std::vector<int64_t> begin = Pads(node, "pads_begin", data.Rank()), end = Pads(node, "pads_end", data.Rank());
  for (int64_t i = 0; i < data.Rank(); ++i)
    plan.padded[i] += begin[static_cast<size_t>(i)] + end[static_cast<size_t>(i)];
  for (const int64_t axis : axes) plan.axes.push_back(data.NormalizeAxis(axis));
  const bool by_sizes = node.Attr<std::string>("shape_calculation_mode") == "sizes";
  if ((by_sizes ? plan.sizes.size() : plan.scales.size()) != plan.axes.size()) {
    Fail(ErrorKind::kBadModel, by_sizes ? "sizes" : "scales", ": got ",
         by_sizes ? plan.sizes.size() : plan.scales.size(), " values, expected ", plan.axes.size(), ", one per axis");
  }
  plan.sizes.resize(plan.axes.size());
  plan.scales.resize(plan.axes.size());
  for (size_t i = 0; i < plan.axes.size(); ++i) {
    const auto in = static_cast<double>(plan.padded[plan.axes[i]]);
    if (by_sizes) {
      plan.scales[i] = static_cast<double>(plan.sizes[i]) / in;
    } else {
      // Scales are f32 in files: 5 * 0.4f must be 2.
      plan.sizes[i] = static_cast<int64_t>(std::floor(in * (plan.scales[i] + 1e-6)));
    }
    if (plan.sizes[i] < 1 || in < 1)
      Fail(ErrorKind::kBadModel, "size of axis ", plan.axes[i], ": got ", plan.sizes[i], " from ", in,
           ", expected positive sizes");
  }
  return plan;
}

std::vector<int64_t> AllAxes(int64_t rank) {
  std::vector<int64_t> axes(static_cast<size_t>(rank));
  for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int64_t>(i);
  return axes;
}

void Infer(InferContext& op) {
  const bool by_sizes = op.Attr<std::string>("shape_calculation_mode") == "sizes";
  const std::optional<Tensor> scales = by_sizes ? std::nullopt : op.StaticInput(2);
  op.Require(by_sizes || scales, "scales", "a value that depends on the model's inputs", "a constant");
  const Plan plan = MakePlan(op.GetNode(), op.InputShape(0), by_sizes ? op.StaticIndices(1) : std::vector<int64_t>{},
                             scales ? scales->ToVector<double>() : std::vector<double>{},
                             op.InputCount() > 3 ? op.StaticIndices(3) : AllAxes(op.InputShape(0).Rank()));
  Shape shape = plan.padded;
  for (size_t i = 0; i < plan.axes.size(); ++i) shape[plan.axes[i]] = plan.sizes[i];
  op.SetOutput(0, shape);
}

// In T: which neighbour is nearest hangs on the rounding, and files and OpenVINO count in f32.
template <typename T>
T Coordinate(const std::string& mode, T i, T scale, int64_t in, int64_t out) {
  constexpr T kHalf = 0.5;
  if (mode == "half_pixel") return (i + kHalf) / scale - kHalf;
  if (mode == "pytorch_half_pixel") return out > 1 ? (i + kHalf) / scale - kHalf : T{0};
  if (mode == "asymmetric") return i / scale;
  if (mode == "tf_half_pixel_for_nn") return (i + kHalf) / scale;
  return out == 1 ? T{0} : i * static_cast<T>(in - 1) / static_cast<T>(out - 1);
}

double Nearest(const std::string& mode, double x, bool shrinks) {
  if (mode == "round_prefer_floor") return std::ceil(x - 0.5);
  if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  return shrinks ? std::ceil(x) : std::trunc(x);
}

struct Tap {
  int64_t index;
  double weight;
};

// Which elements of an axis make up result position `i`.
std::vector<Tap> Taps(const Node& node, int64_t i, double scale, int64_t in, int64_t out) {
  const auto& mode = node.Attr<std::string>("mode");
  const auto& coordinates = node.Attr<std::string>("coordinate_transformation_mode");
  const auto clamp = [in](double at) { return static_cast<int64_t>(std::clamp(at, 0.0, static_cast<double>(in - 1))); };
  if (mode == "nearest") {
    const float at = Coordinate(coordinates, static_cast<float>(i), static_cast<float>(scale), in, out);
    return {{clamp(Nearest(node.Attr<std::string>("nearest_mode"), at, scale < 1)), 1}};
  }
  const double x = Coordinate(coordinates, static_cast<double>(i), scale, in, out);
  if (mode == "linear_onnx") {
    const double inside = std::clamp(x, 0.0, static_cast<double>(in - 1));
    const double low = std::floor(inside);
    return {{clamp(low), 1 - (inside - low)}, {clamp(low + 1), inside - low}};
  }
  if (mode == "cubic") {
    const double a = node.Attr<double>("cube_coeff");
    const double base = std::floor(x), s = x - base;
    const double weights[] = {a * s * (s - 1) * (s - 1), ((a + 2) * s - (a + 3)) * s * s + 1,
                              ((-a - 2) * s + (2 * a + 3)) * s * s - a * s, -a * s * s * (s - 1)};
    std::vector<Tap> taps;
    for (int k = 0; k < 4; ++k) taps.push_back({clamp(base + k - 1), weights[k]});
    return taps;
  }
  const double narrowness = node.Attr<bool>("antialias") ? scale : 1.0;
  const double reach = scale > 1 ? 2 : std::ceil(2 / narrowness);
  const double center = std::round(x);
  std::vector<Tap> taps;
  double sum = 0;
  for (double at = center - reach; at <= center + reach; ++at) {
    const double weight = std::max(0.0, 1 - std::abs(narrowness * (x - at))) * narrowness;
    if (at < 0 || at >= static_cast<double>(in) || weight == 0) continue;
    taps.push_back({static_cast<int64_t>(at), weight});
    sum += weight;
  }
  for (Tap& tap : taps) tap.weight /= sum;
  return taps;
}

std::vector<double> ResizeAxis(const Node& node, const std::vector<double>& src, const Shape& shape, int64_t axis,
                               int64_t size, double scale) {
  const int64_t outer = shape.NumElements(0, axis), in = shape[axis], inner = shape.NumElements(axis + 1, shape.Rank());
  std::vector<double> dst(static_cast<size_t>(outer * size * inner), 0.0);
  for (int64_t i = 0; i < size; ++i) {
    for (const Tap& tap : Taps(node, i, scale, in, size)) {
      for (int64_t o = 0; o < outer; ++o) {
        const double* from = src.data() + (o * in + tap.index) * inner;
        double* to = dst.data() + (o * size + i) * inner;
        for (int64_t k = 0; k < inner; ++k) to[k] += tap.weight * from[k];
      }
    }
  }
  return dst;
}

void Evaluate(EvalContext& op) {
  const Node& node = op.GetNode();
  const Shape& data = op.Input(0).Shape();
  const Plan plan = MakePlan(node, data, op.Input(1).ToVector<int64_t>(), op.Input(2).ToVector<double>(),
                             op.InputCount() > 3 ? op.Input(3).ToVector<int64_t>() : AllAxes(data.Rank()));
  // The data within the padding.
  std::vector<double> values(static_cast<size_t>(plan.padded.NumElements()), 0.0);
  const std::vector<double> src = op.Input(0).ToVector<double>();
  const std::vector<int64_t> begin = Pads(node, "pads_begin", data.Rank()), strides = plan.padded.Strides();
  std::vector<int64_t> position(begin.size(), 0);
  for (const double value : src) {
    int64_t to = 0;
    for (size_t k = 0; k < position.size(); ++k) to += (position[k] + begin[k]) * strides[k];
    values[static_cast<size_t>(to)] = value;
    for (size_t k = position.size(); k-- > 0;) {
      if (++position[k] < data[static_cast<int64_t>(k)]) break;
      position[k] = 0;
    }
  }
  Shape shape = plan.padded;
  for (size_t i = 0; i < plan.axes.size(); ++i) {
    values = ResizeAxis(node, values, shape, plan.axes[i], plan.sizes[i], plan.scales[i]);
    shape[plan.axes[i]] = plan.sizes[i];
  }
  op.Output() = Tensor::FromValues<double>(shape, values).ConvertTo(op.Output().Type());
}

}  // namespace

OpSchema InterpolateSchema() {
  return {.name = "Interpolate",
          .opset = "opset4",
          .inputs = {"data", "sizes", "scales", OptionalInput("axes")},
          .attributes = {AttributeSchema::OneOf("mode", {"nearest", "linear", "linear_onnx", "cubic"}),
                         AttributeSchema::OneOf("shape_calculation_mode", {"sizes", "scales"}),
                         AttributeSchema::OneOf("coordinate_transformation_mode",
                                                {"half_pixel", "pytorch_half_pixel", "asymmetric",
                                                 "tf_half_pixel_for_nn", "align_corners"}),
                         AttributeSchema::OneOf("nearest_mode",
                                                {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple"}),
                         {"antialias", false},
                         {"pads_begin", std::vector<int64_t>{}},
                         {"pads_end", std::vector<int64_t>{}},
                         {"cube_coeff", -0.75}},
          .infer = Infer,
          .evaluate = Evaluate};
}

}  // namespace moir::graph
