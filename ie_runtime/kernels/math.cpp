// Functions of one element that are seldom enough for plain C++, and what a float is like: f32, plain layout, threads.
#include <cmath>
#include <limits>
#include <map>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using Function = float (*)(float);

Function FindFunction(const std::string& op) {
  static const std::map<std::string, Function> kFunctions = {
      {"Acos", [](float x) { return std::acos(x); }},    {"Acosh", [](float x) { return std::acosh(x); }},
      {"Asin", [](float x) { return std::asin(x); }},    {"Asinh", [](float x) { return std::asinh(x); }},
      {"Atan", [](float x) { return std::atan(x); }},    {"Atanh", [](float x) { return std::atanh(x); }},
      {"Ceiling", [](float x) { return std::ceil(x); }}, {"Cos", [](float x) { return std::cos(x); }},
      {"Cosh", [](float x) { return std::cosh(x); }},    {"Erf", [](float x) { return std::erf(x); }},
      {"Floor", [](float x) { return std::floor(x); }},  {"Sin", [](float x) { return std::sin(x); }},
      {"Sinh", [](float x) { return std::sinh(x); }},    {"SoftSign", [](float x) { return x / (1 + std::fabs(x)); }},
      {"Tan", [](float x) { return std::tan(x); }},
  };
  const auto found = kFunctions.find(op);
  return found == kFunctions.end() ? nullptr : found->second;
}

// Loops that become vectors.
MOIR_VECTOR_CLONES void SignLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? 1.0f : x[i] < 0 ? -1.0f : x[i];
}
MOIR_VECTOR_CLONES void RoundToEvenLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = __builtin_rintf(x[i]);
}
MOIR_VECTOR_CLONES void RoundAwayLoop(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = __builtin_roundf(x[i]);
}
MOIR_VECTOR_CLONES void IsNanLoop(const float* x, uint8_t* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] != x[i];
}
// Infinities have the bits of one number for each sign.
MOIR_VECTOR_CLONES void IsOneOfLoop(const float* x, uint8_t* y, int64_t count, float first, float second) {
  for (int64_t i = 0; i < count; ++i) y[i] = (x[i] == first) | (x[i] == second);
}
MOIR_VECTOR_CLONES void IsFiniteLoop(const float* x, uint8_t* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] - x[i] == 0;
}
MOIR_VECTOR_CLONES void NotLoop(const uint8_t* x, uint8_t* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] == 0;
}

// A kernel of one input and output, in plain layout: loop(x, y, count).
template <typename From, typename To, typename Loop>
KernelChoice MakeLoop(const KernelContext& context, Loop loop) {
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  if (sizeof(From) == sizeof(To)) choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [loop, count = context.OutputShape().NumElements()](const Binding& memory) {
    const From* x = reinterpret_cast<const From*>(memory.inputs[0]);
    To* y = reinterpret_cast<To*>(memory.outputs[0]);
    ParallelFor(count, 16384, [&](int64_t begin, int64_t end) { loop(x + begin, y + begin, end - begin); });
  });
  return choice;
}

std::optional<KernelChoice> MakeVectorLoop(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  if (layer.op == "LogicalNot") return MakeLoop<uint8_t, uint8_t>(context, NotLoop);
  if (context.Input(0).type != ElementType::kF32) return std::nullopt;
  if (layer.op == "Sign") return MakeLoop<float, float>(context, SignLoop);
  if (layer.op == "Round") {
    const bool to_even = layer.Attr<std::string>("mode") == "half_to_even";
    return MakeLoop<float, float>(context, to_even ? RoundToEvenLoop : RoundAwayLoop);
  }
  if (layer.op == "IsNaN") return MakeLoop<float, uint8_t>(context, IsNanLoop);
  if (layer.op == "IsFinite") return MakeLoop<float, uint8_t>(context, IsFiniteLoop);
  if (layer.op == "IsInf") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNone = std::numeric_limits<float>::quiet_NaN();
    const float positive = layer.Attr<bool>("detect_positive") ? kInfinity : kNone;
    const float negative = layer.Attr<bool>("detect_negative") ? -kInfinity : kNone;
    return MakeLoop<float, uint8_t>(context, [positive, negative](const float* x, uint8_t* y, int64_t count) {
      IsOneOfLoop(x, y, count, positive, negative);
    });
  }
  return std::nullopt;
}

}  // namespace

std::optional<KernelChoice> MakeMath(const KernelContext& context) {
  if (context.OutputShape().NumElements() == 0) return std::nullopt;
  if (auto choice = MakeVectorLoop(context)) return choice;
  const Function function = FindFunction(context.GetLayer().op);
  if (!function || !context.AllF32()) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("math", [function, count = context.OutputShape().NumElements()](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    ParallelFor(count, 2048, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) y[i] = function(x[i]);
    });
  });
  return choice;
}

}  // namespace moir::runtime
