#include "transforms/structure.h"

#include <algorithm>
#include <array>

namespace moir::transforms {
namespace {

// Sorted.
constexpr std::string_view kUnary[] = {"Abs",     "Acos",     "Acosh",    "Asin",     "Asinh",   "Atan", "Atanh",
                                       "Ceiling", "Clamp",    "Convert",  "Cos",      "Cosh",    "Elu",  "Erf",
                                       "Exp",     "Floor",    "Gelu",     "HSigmoid", "HSwish",  "Log",  "LogicalNot",
                                       "Mish",    "Negative", "ReLU",     "Round",    "Sigmoid", "Sign", "Sin",
                                       "Sinh",    "SoftPlus", "SoftSign", "Sqrt",     "Tan",     "Tanh"};
constexpr std::string_view kBinary[] = {
    "Add",       "Divide",     "Equal",     "FloorMod",          "Greater", "GreaterEqual", "Less",
    "LessEqual", "LogicalAnd", "LogicalOr", "LogicalXor",        "Maximum", "Minimum",      "Mod",
    "Multiply",  "NotEqual",   "Power",     "SquaredDifference", "Subtract"};
static_assert(std::is_sorted(std::begin(kUnary), std::end(kUnary)));
static_assert(std::is_sorted(std::begin(kBinary), std::end(kBinary)));

}  // namespace

bool IsUnaryElementwise(const Node& node) {
  return std::binary_search(std::begin(kUnary), std::end(kUnary), std::string_view(node.Op()));
}

bool IsBinaryElementwise(const Node& node) {
  return std::binary_search(std::begin(kBinary), std::end(kBinary), std::string_view(node.Op()));
}

std::vector<int64_t> SpatialAttribute(const Node& node, std::string_view name, int64_t fallback) {
  const auto& values = node.Attr<std::vector<int64_t>>(name);
  if (!values.empty()) return values;
  return std::vector<int64_t>(static_cast<size_t>(node.Input(0).Shape().Rank() - 2), fallback);
}

bool AllAre(const std::vector<int64_t>& values, int64_t value) {
  return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == value; });
}

std::vector<int64_t> KernelSizes(const Node& convolution) {
  const Shape& weights = convolution.Input(1).Shape();
  return {weights.begin() + (convolution.Is("GroupConvolution") ? 3 : 2), weights.end()};
}

bool EveryWindowMeetsData(const Node& pool) {
  const auto& auto_pad = pool.Attr<std::string>("auto_pad");
  if (auto_pad != "explicit" && auto_pad != "valid") return false;
  std::vector<int64_t> pads_begin = SpatialAttribute(pool, "pads_begin", 0);
  if (auto_pad == "valid") pads_begin.assign(pads_begin.size(), 0);
  return EveryWindowMeetsData(pool, pool.Input(0).Shape(), pads_begin);
}

bool EveryWindowMeetsData(const Node& pool, const Shape& data, const std::vector<int64_t>& pads_begin) {
  const auto& kernel = pool.Attr<std::vector<int64_t>>("kernel");
  const std::vector<int64_t> strides = SpatialAttribute(pool, "strides", 1);
  for (size_t i = 0; i < kernel.size(); ++i) {
    const auto axis = static_cast<int64_t>(i) + 2;
    const int64_t last_window = (pool.Shape()[axis] - 1) * strides[i] - pads_begin[i];
    if (pads_begin[i] >= kernel[i] || last_window >= data[axis]) return false;
  }
  return true;
}

std::optional<std::vector<int64_t>> ConstantIndices(const Node& node, size_t input) {
  if (input >= node.InputCount()) return std::nullopt;
  const Tensor* constant = node.Input(input).Constant();
  if (!constant) return std::nullopt;
  return constant->ToVector<int64_t>();
}

}  // namespace moir::transforms
