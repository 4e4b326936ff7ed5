// Functions of one element with which kernels finish their work (post-ops) or that are a layer of their own.
#pragma once

#include <optional>
#include <string_view>

#include "ie_runtime/common.h"

namespace moir::runtime {

enum class UnaryKind {
  kRelu,  // x > 0 ? x : alpha * x
  kClip,  // min(max(x, alpha), beta)
  kElu,   // x > 0 ? x : alpha * (exp(x) - 1)
  kSigmoid,
  kTanh,
  kExp,
  kLog,
  kSqrt,
  kAbs,
  kSquare,
  kSoftPlus,
  kGeluErf,
  kGeluTanh,
  kLinear,  // alpha * x + beta
  kPower,   // alpha * x ^ beta
  kSwish,   // x / (1 + exp(-alpha * x))
  kHSwish,  // x * min(max(x + 3, 0), 6) / 6
  kMish,    // x * tanh(log(1 + exp(x)))
};

struct UnaryFunction {
  UnaryKind kind;
  float alpha = 0, beta = 0;
  friend bool operator==(const UnaryFunction&, const UnaryFunction&) = default;
};

// The function when the node computes one of them from its input `data_input`, in f32: activations, and arithmetic
// with one constant number.
struct UnaryMatch {
  UnaryFunction function;
  size_t data_input = 0;
};
std::optional<UnaryMatch> MatchUnary(const Node& node);

float Apply(const UnaryFunction& function, float x);
std::string_view UnaryKindName(UnaryKind kind);

}  // namespace moir::runtime
