// Element by element: operators of two tensors (of one shape, or broadcast), of a tensor and a number, and of one
// tensor. Comparisons give numbers, 1 and 0, in the type of their data.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

// a OP b for an operator's plain name ("add", "greater_equal", "hypot").
Value Combine(NodeConverter& node, std::string_view what, Value a, Value b) {
  struct Entry {
    std::string_view what;
    const char* op;
  };
  static constexpr Entry kArithmetic[] = {{"add", "Add"},         {"div", "Divide"},   {"maximum", "Maximum"},
                                          {"minimum", "Minimum"}, {"mul", "Multiply"}, {"power", "Power"},
                                          {"sub", "Subtract"}};
  static constexpr Entry kComparisons[] = {
      {"equal", "Equal"}, {"greater", "Greater"},        {"greater_equal", "GreaterEqual"},
      {"lesser", "Less"}, {"lesser_equal", "LessEqual"}, {"not_equal", "NotEqual"}};
  static constexpr Entry kLogic[] = {
      {"logical_and", "LogicalAnd"}, {"logical_or", "LogicalOr"}, {"logical_xor", "LogicalXor"}};
  const auto find = [&](auto& table) -> const char* {
    const auto found =
        std::find_if(std::begin(table), std::end(table), [&](const Entry& entry) { return entry.what == what; });
    return found == std::end(table) ? nullptr : found->op;
  };
  const ElementType type = a.Type();
  if (IsInteger(type) && (what == "div" || what == "hypot")) {
    // Quotients and roots are cut towards zero; the graph's integer division rounds down.
    const ElementType wide = ElementType::kF64;
    return node.Convert(Combine(node, what, node.Convert(a, wide), node.Convert(b, wide)), type, "cut");
  }
  if (const char* op = find(kArithmetic)) return node.Add(op, {a, b});
  if (const char* op = find(kComparisons)) return node.Convert(node.Add(op, {a, b}), a.Type());
  if (const char* op = find(kLogic)) {
    const auto truth = [&](Value x) {
      return node.Add("NotEqual", {x, node.Scalar(0, x.Type(), "zero")}, {}, "truth");
    };
    return node.Convert(node.Add(op, {truth(a), truth(b)}), a.Type());
  }
  if (what == "mod") {
    // The result has the divisor's sign, and is 0 for a divisor of 0.
    const Value zero = node.Scalar(0, a.Type(), "zero");
    return node.Add("Select", {node.Add("Equal", {b, zero}), zero, node.Add("FloorMod", {a, b})});
  }
  if (what == "hypot") {
    return node.Add(
        "Sqrt",
        {node.Add("Add", {node.Add("Multiply", {a, a}, {}, "square_a"), node.Add("Multiply", {b, b}, {}, "square_b")},
                  {}, "sum")});
  }
  node.Unsupported("no rule for \"", what, "\"");
}

std::string_view Without(std::string_view name, std::string_view prefix, std::string_view suffix = {}) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

}  // namespace

void ConvertBinary(NodeConverter& node) {
  node.RequireInputs(2);
  const Value a = node.Input(0), b = node.Input(1);
  const std::string_view name = node.Op();
  std::string_view what = name;
  if (name.starts_with("broadcast_")) {
    what = Without(name, "broadcast_");
  } else {
    what = name == "_grad_add" ? "add" : Without(Without(name, "elemwise_"), "_");
    // MXNet compares one number with another of shape (1,) freely, anything else must be of one shape.
    node.Require(a.Shape() == b.Shape(), "shapes ", a.Shape(), " and ", b.Shape(), ": expected equal shapes");
  }
  node.Output(Combine(node, what, a, b));
}

void ConvertScalar(NodeConverter& node) {
  node.RequireInputs(1);
  node.Attrs().Ignore({"is_int"});
  const Value data = node.Input(0);
  const double number = node.Attrs().Double("scalar", 1.0);
  std::string_view what = Without(node.Op(), "_", "_scalar");
  if (!IsFloat(data.Type()) && number != std::floor(number)) {
    node.Unsupported("attribute scalar: got ", number, ", expected an integer for data of ", data.Type());
  }
  const Value scalar = node.Scalar(number, data.Type());
  // A leading r exchanges the two sides.
  static constexpr std::string_view kReversed[] = {"rdiv", "rminus", "rmod", "rpower"};
  const bool reversed = std::find(std::begin(kReversed), std::end(kReversed), what) != std::end(kReversed);
  if (reversed) what.remove_prefix(1);
  if (what == "plus") what = "add";
  if (what == "minus") what = "sub";
  const Value y = reversed ? Combine(node, what, scalar, data) : Combine(node, what, data, scalar);
  node.Output(y);
}

void ConvertUnary(NodeConverter& node) {
  node.RequireInputs(1);
  const Value x = node.Input(0);
  const std::string& name = node.Op();
  struct Entry {
    std::string_view name;
    const char* op;
  };
  static constexpr Entry kDirect[] = {{"abs", "Abs"},           {"arccos", "Acos"},
                                      {"arccosh", "Acosh"},     {"arcsin", "Asin"},
                                      {"arcsinh", "Asinh"},     {"arctan", "Atan"},
                                      {"arctanh", "Atanh"},     {"ceil", "Ceiling"},
                                      {"cos", "Cos"},           {"cosh", "Cosh"},
                                      {"erf", "Erf"},           {"erfinv", "ErfInv"},
                                      {"gamma", "Gamma"},       {"gammaln", "LogGamma"},
                                      {"exp", "Exp"},           {"floor", "Floor"},
                                      {"log", "Log"},           {"negative", "Negative"},
                                      {"relu", "ReLU"},         {"sigmoid", "Sigmoid"},
                                      {"sign", "Sign"},         {"_contrib_sign_ste", "Sign"},
                                      {"sin", "Sin"},           {"sinh", "Sinh"},
                                      {"softsign", "SoftSign"}, {"sqrt", "Sqrt"},
                                      {"tan", "Tan"},           {"tanh", "Tanh"}};
  // Integers get the function's value cut towards zero.
  const bool cut = IsInteger(x.Type()) && (name == "erfinv" || name == "gamma" || name == "gammaln");
  for (const Entry& entry : kDirect) {
    if (entry.name != name) continue;
    if (!cut) return node.Output(node.Add(entry.op, {x}));
    return node.Output(node.Convert(node.Add(entry.op, {node.Convert(x, ElementType::kF64, "wide")}), x.Type(), "cut"));
  }
  const auto number = [&](double value, std::string_view suffix) { return node.Scalar(value, x.Type(), suffix); };
  const auto times = [&](Value value, double by) { return node.Add("Multiply", {value, number(by, "factor")}); };
  const auto root = [&](Value value) {
    // Powers of negative numbers are not defined; the sign is put back.
    const Value size = node.Add("Power", {node.Add("Abs", {value}), number(1.0 / 3.0, "third")});
    return node.Add("Multiply", {node.Add("Sign", {value}), size});
  };
  const auto inverse = [&](Value value) { return node.Add("Divide", {number(1, "one"), value}); };
  constexpr double kPi = 3.14159265358979323846;
  if (name == "square") return node.Output(node.Add("Multiply", {x, x}));
  if (name == "reciprocal") return node.Output(inverse(x));
  if (name == "rsqrt") return node.Output(inverse(node.Add("Sqrt", {x})));
  if (name == "cbrt") return node.Output(root(x));
  if (name == "rcbrt") return node.Output(inverse(root(x)));
  if (name == "expm1") return node.Output(node.Add("Subtract", {node.Add("Exp", {x}), number(1, "one")}));
  if (name == "log1p") return node.Output(node.Add("Log", {node.Add("Add", {x, number(1, "one")})}));
  if (name == "log2") return node.Output(times(node.Add("Log", {x}), 1 / std::log(2.0)));
  if (name == "log10") return node.Output(times(node.Add("Log", {x}), 1 / std::log(10.0)));
  if (name == "degrees") return node.Output(times(x, 180 / kPi));
  if (name == "radians") return node.Output(times(x, kPi / 180));
  if (name == "round" || name == "_contrib_round_ste")
    return node.Output(node.Add("Round", {x}, {{"mode", "half_away_from_zero"}}));
  // Halves go down: -ceil(-(x - 0.5)) without the rounding of x - 0.5 for large x, where x is whole already.
  if (name == "rint") return node.Output(node.Add("Ceiling", {node.Add("Subtract", {x, number(0.5, "half")})}));
  if (name == "fix" || name == "trunc")
    return node.Output(node.Add("Multiply", {node.Add("Sign", {x}), node.Add("Floor", {node.Add("Abs", {x})})}));
  if (name == "logical_not") return node.Output(node.Convert(node.Add("Equal", {x, number(0, "zero")}), x.Type()));
  if (name == "hard_sigmoid") {
    const double alpha = node.Attrs().Double("alpha", 0.2), beta = node.Attrs().Double("beta", 0.5);
    return node.Output(node.Add("HardSigmoid", {x, number(alpha, "alpha"), number(beta, "beta")}));
  }
  node.Unsupported("no rule for \"", name, "\"");
}

// The sum of all inputs.
void ConvertAddN(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (stated < 1 || stated != static_cast<int64_t>(node.InputCount()))
    node.Attrs().Refuse("num_args", StrCat("the ", node.InputCount(), " inputs of the node"));
  Value sum = node.Input(0);
  for (size_t i = 1; i < node.InputCount(); ++i) {
    const Value next = node.Input(i);
    node.Require(next.Shape() == sum.Shape(), "input ", i, ": got shape ", next.Shape(), ", expected ", sum.Shape());
    sum = node.Add("Add", {sum, next});
  }
  node.Output(sum);
}

// Both bounds are required.
void ConvertClip(NodeConverter& node) {
  node.RequireInputs(1);
  const double low = node.Attrs().Double("a_min"), high = node.Attrs().Double("a_max");
  if (low > high) {
    // Clamp's bounds are in order. MXNet looks at the upper one first.
    const Value x = node.Input(0);
    const Value upper = node.Scalar(high, x.Type(), "high");
    node.Output(node.Add("Select", {node.Add("Greater", {x, upper}), upper,
                                    node.Add("Maximum", {x, node.Scalar(low, x.Type(), "low")})}));
    return;
  }
  node.Output(node.Add("Clamp", {node.Input(0)}, {{"min", low}, {"max", high}}));
}

void ConvertCast(NodeConverter& node) {
  node.RequireInputs(1);
  node.Output(node.Convert(node.Input(0), node.Attrs().DType("dtype")));
}

// With s = scalar: 0.5 (s x)^2 where |x| < 1 / s^2, |x| - 0.5 / s^2 elsewhere. With m = min(|x|, 1 / s^2) both are
// 0.5 s^2 m^2 + |x| - m.
void ConvertSmoothL1(NodeConverter& node) {
  node.RequireInputs(1);
  const Value x = node.Input(0);
  const double square = node.Attrs().Double("scalar", 1.0) * node.Attrs().Double("scalar", 1.0);
  node.Attrs().Ignore({"is_int"});
  const Value size = node.Add("Abs", {x});
  const Value near = node.Add("Minimum", {size, node.Scalar(1 / square, x.Type(), "bound")});
  const Value parabola = node.Add(
      "Multiply", {node.Add("Multiply", {near, near}, {}, "square"), node.Scalar(square / 2, x.Type(), "factor")}, {},
      "parabola");
  node.Output(node.Add("Add", {parabola, node.Add("Subtract", {size, near})}));
}

// condition != 0 ? x : y; a condition of one axis picks rows.
void ConvertWhere(NodeConverter& node) {
  node.RequireInputs(3);
  Value condition = node.Input(0);
  const Value x = node.Input(1), y = node.Input(2);
  node.Require(x.Shape() == y.Shape(), "shapes ", x.Shape(), " and ", y.Shape(), ": expected equal shapes");
  if (condition.Shape() != x.Shape()) {
    node.Require(condition.Shape().Rank() == 1 && x.Shape().Rank() > 0 && condition.Shape()[0] == x.Shape()[0],
                 "condition of shape ", condition.Shape(), ", expected ", x.Shape());
    std::vector<int64_t> rows(static_cast<size_t>(x.Shape().Rank()), 1);
    rows[0] = -1;
    condition = node.Reshape(condition, rows, "rows");
  }
  node.Output(node.Add("Select", {node.Add("NotEqual", {condition, node.Scalar(0, condition.Type(), "zero")}), x, y}));
}

}  // namespace moir::mo
