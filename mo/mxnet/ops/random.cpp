// Random numbers. An inference has none: MXNet draws new ones at every run, so nothing could be compared with it. What
// has no choice (a distribution of width 0) is a constant; everything else is refused with the way out.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

// The one value that the distribution has, if so.
std::optional<double> OnlyValue(const NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::string& name = node.Op();
  const bool numpy = name.starts_with("_npi_");
  const auto attribute = [&](std::string_view key, double absent) -> std::optional<double> {
    // In the NumPy interface None says that the parameter is an input.
    if (numpy && attrs.IsNone(key)) return std::nullopt;
    return attrs.Double(key, absent);
  };
  if (name == "_random_uniform" || name == "_random_uniform_like" || name == "_npi_uniform" ||
      name == "_npi_uniform_n") {
    const auto low = attribute("low", 0), high = attribute("high", 1);
    if (low && high && *low == *high) return low;
  }
  if (name == "_random_normal" || name == "_random_normal_like" || name == "_npi_normal" || name == "_npi_normal_n") {
    const auto location = attribute("loc", 0), scale = attribute("scale", 1);
    if (location && scale && *scale == 0) return location;
  }
  return std::nullopt;
}

}  // namespace

void ConvertRandom(NodeConverter& node) {
  const std::optional<double> value = OnlyValue(node);
  if (!value) {
    node.Unsupported("random numbers, which differ from run to run; give them as an input by cutting the graph here ",
                     "(--input ", node.Name(), " with its --input_shape), or take the operator out of the model");
  }
  const auto& attrs = node.Attrs();
  attrs.Ignore({"ctx"});
  if (node.Op().ends_with("_like")) {
    node.RequireInputs(1);
    const Value data = node.Input(0);
    return node.Output(
        node.Add("Broadcast", {node.Scalar(*value, data.Type()), node.Indices(data.Shape().Dims(), "shape")}));
  }
  node.RequireInputs(0);
  const Shape shape(attrs.Ints(node.Op().starts_with("_npi_") ? "size" : "shape", std::vector<int64_t>{}));
  for (const int64_t size : shape) {
    if (size < 1) node.Unsupported("a shape that follows from the reader");
  }
  if (shape.Rank() == 0 && !node.GetSymbol().numpy_shapes) node.Unsupported("a shape that follows from the reader");
  const ElementType type = attrs.OptionalDType("dtype").value_or(ElementType::kF32);
  node.Output(node.Add("Broadcast", {node.Scalar(*value, type), node.Indices(shape.Dims(), "shape")}));
}

}  // namespace moir::mo
