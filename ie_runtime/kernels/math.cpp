// Functions of one element that are seldom enough for plain C++: f32, plain layout, threads.
#include <cmath>
#include <map>

#include "ie_runtime/kernels/factories.h"
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

}  // namespace

std::optional<KernelChoice> MakeMath(const KernelContext& context) {
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
