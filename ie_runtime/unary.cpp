#include "ie_runtime/unary.h"

#include <cmath>
#include <limits>

namespace moir::runtime {
namespace {

// The number when the input is a constant of one element.
std::optional<float> ConstantNumber(const Node& node, size_t input) {
  if (input >= node.InputCount()) return std::nullopt;
  const Tensor* constant = node.Input(input).Constant();
  if (!constant || constant->NumElements() != 1) return std::nullopt;
  return constant->ToVector<float>()[0];
}

// PRelu with one slope for all channels.
std::optional<float> UniformSlope(const Node& node) {
  const Tensor* slopes = node.Input(1).Constant();
  if (!slopes || slopes->NumElements() == 0 || slopes->NumElements() > (1 << 16)) return std::nullopt;
  const std::vector<float> values = slopes->ToVector<float>();
  for (const float value : values) {
    if (value != values[0]) return std::nullopt;
  }
  return values[0];
}

std::optional<UnaryMatch> MatchArithmetic(const Node& node) {
  const std::string& op = node.Op();
  size_t data = 0;
  std::optional<float> number = ConstantNumber(node, 1);
  if (!number || node.Input(0).Constant()) {
    number = ConstantNumber(node, 0);
    data = 1;
  }
  // A number of higher rank gives the result another shape.
  if (!number || node.Input(data).Constant() || node.Input(data).Shape() != node.Shape()) return std::nullopt;
  const float c = *number;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto match = [&](UnaryKind kind, float alpha, float beta) { return UnaryMatch{{kind, alpha, beta}, data}; };
  if (op == "Add") return match(UnaryKind::kLinear, 1, c);
  if (op == "Multiply") return match(UnaryKind::kLinear, c, 0);
  if (op == "Subtract") return data == 0 ? match(UnaryKind::kLinear, 1, -c) : match(UnaryKind::kLinear, -1, c);
  // A quotient is a product only when the reciprocal is exact.
  if (op == "Divide" && data == 0 && c != 0) {
    int exponent = 0;
    if (std::abs(std::frexp(c, &exponent)) == 0.5f && std::isfinite(1 / c)) return match(UnaryKind::kLinear, 1 / c, 0);
  }
  if (op == "Maximum") return match(UnaryKind::kClip, c, kInfinity);
  if (op == "Minimum") return match(UnaryKind::kClip, -kInfinity, c);
  if (op == "Power" && data == 0) {
    if (c == 1) return match(UnaryKind::kLinear, 1, 0);
    if (c == 2) return match(UnaryKind::kSquare, 0, 0);
    if (c == 0.5f) return match(UnaryKind::kSqrt, 0, 0);
  }
  return std::nullopt;
}

}  // namespace

std::optional<UnaryMatch> MatchUnary(const Node& node) {
  if (node.OutputCount() != 1 || node.Type() != ElementType::kF32 || node.InputCount() == 0 ||
      node.Input(0).Type() != ElementType::kF32)
    return std::nullopt;
  const std::string& op = node.Op();
  const auto match = [](UnaryKind kind, double alpha = 0, double beta = 0) {
    return UnaryMatch{{kind, static_cast<float>(alpha), static_cast<float>(beta)}, 0};
  };
  if (op == "ReLU") return match(UnaryKind::kRelu);
  if (op == "Clamp") return match(UnaryKind::kClip, node.Attr<double>("min"), node.Attr<double>("max"));
  if (op == "Elu") return match(UnaryKind::kElu, node.Attr<double>("alpha"));
  if (op == "Sigmoid") return match(UnaryKind::kSigmoid);
  if (op == "Tanh") return match(UnaryKind::kTanh);
  if (op == "Exp") return match(UnaryKind::kExp);
  if (op == "Log") return match(UnaryKind::kLog);
  if (op == "Sqrt") return match(UnaryKind::kSqrt);
  if (op == "Abs") return match(UnaryKind::kAbs);
  if (op == "Negative") return match(UnaryKind::kLinear, -1, 0);
  if (op == "SoftPlus") return match(UnaryKind::kSoftPlus);
  if (op == "HSwish") return match(UnaryKind::kHSwish);
  if (op == "Mish") return match(UnaryKind::kMish);
  if (op == "Swish") {
    if (node.InputCount() < 2) return match(UnaryKind::kSwish, 1);
    if (const auto beta = ConstantNumber(node, 1)) return match(UnaryKind::kSwish, *beta);
    return std::nullopt;
  }
  if (op == "Gelu")
    return match(node.Attr<std::string>("approximation_mode") == "TANH" ? UnaryKind::kGeluTanh : UnaryKind::kGeluErf);
  if (op == "PRelu") {
    if (const auto slope = UniformSlope(node)) return match(UnaryKind::kRelu, *slope);
    return std::nullopt;
  }
  if (node.InputCount() == 2) return MatchArithmetic(node);
  return std::nullopt;
}

float Apply(const UnaryFunction& f, float x) {
  switch (f.kind) {
    case UnaryKind::kRelu: return x > 0 ? x : f.alpha * x;
    case UnaryKind::kClip: return std::min(std::max(x, f.alpha), f.beta);
    case UnaryKind::kElu: return x > 0 ? x : f.alpha * std::expm1(x);
    case UnaryKind::kSigmoid: return 1 / (1 + std::exp(-x));
    case UnaryKind::kTanh: return std::tanh(x);
    case UnaryKind::kExp: return std::exp(x);
    case UnaryKind::kLog: return std::log(x);
    case UnaryKind::kSqrt: return std::sqrt(x);
    case UnaryKind::kAbs: return std::abs(x);
    case UnaryKind::kSquare: return x * x;
    case UnaryKind::kSoftPlus: return x > 20 ? x : std::log1p(std::exp(x));
    case UnaryKind::kGeluErf: return 0.5f * x * (1 + std::erf(x * 0.70710678f));
    case UnaryKind::kGeluTanh: return 0.5f * x * (1 + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
    case UnaryKind::kLinear: return f.alpha * x + f.beta;
    case UnaryKind::kPower: return f.alpha * std::pow(x, f.beta);
    case UnaryKind::kSwish: return x / (1 + std::exp(-f.alpha * x));
    case UnaryKind::kHSwish: return x * std::min(std::max(x + 3, 0.0f), 6.0f) / 6;
    case UnaryKind::kMish: return x * std::tanh(x > 20 ? x : std::log1p(std::exp(x)));
  }
  return x;
}

std::string_view UnaryKindName(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::kRelu: return "relu";
    case UnaryKind::kClip: return "clip";
    case UnaryKind::kElu: return "elu";
    case UnaryKind::kSigmoid: return "sigmoid";
    case UnaryKind::kTanh: return "tanh";
    case UnaryKind::kExp: return "exp";
    case UnaryKind::kLog: return "log";
    case UnaryKind::kSqrt: return "sqrt";
    case UnaryKind::kAbs: return "abs";
    case UnaryKind::kSquare: return "square";
    case UnaryKind::kSoftPlus: return "softplus";
    case UnaryKind::kGeluErf: return "gelu-erf";
    case UnaryKind::kGeluTanh: return "gelu-tanh";
    case UnaryKind::kLinear: return "linear";
    case UnaryKind::kPower: return "power";
    case UnaryKind::kSwish: return "swish";
    case UnaryKind::kHSwish: return "hswish";
    case UnaryKind::kMish: return "mish";
  }
  return "unknown";
}

}  // namespace moir::runtime
