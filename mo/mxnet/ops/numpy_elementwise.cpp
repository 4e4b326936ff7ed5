// Element by element in the NumPy interface. Shapes broadcast, comparisons give booleans, arithmetic of different types
// takes place in their common type, quotients of integers are floats.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

struct Entry {
  std::string_view name;
  const char* op;
};

template <size_t kSize>
const char* Find(const Entry (&table)[kSize], std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(table) ? nullptr : found->op;
}

constexpr Entry kComparisons[] = {{"equal", "Equal"}, {"greater", "Greater"},      {"greater_equal", "GreaterEqual"},
                                  {"less", "Less"},   {"less_equal", "LessEqual"}, {"not_equal", "NotEqual"}};
constexpr Entry kBits[] = {{"bitwise_and", "BitwiseAnd"}, {"bitwise_or", "BitwiseOr"}, {"bitwise_xor", "BitwiseXor"}};

// The remainder has the divisor's sign, and is 0 for a divisor of 0.
Value Remainder(NodeConverter& node, Value a, Value b) {
  const Value zero = node.Scalar(0, a.Type(), "zero");
  const Value by_zero = node.Add("Equal", {b, zero}, {}, "by_zero");
  if (IsFloat(a.Type())) return node.Add("Select", {by_zero, zero, node.Add("FloorMod", {a, b})});
  // Whatever is divided by one leaves nothing.
  return node.Add("FloorMod", {a, node.Add("Select", {by_zero, node.Scalar(1, a.Type(), "one"), b}, {}, "divisor")});
}

// |a| with the sign of b as MXNet sees it: -0 counts as positive, a NaN as neither.
Value CopySign(NodeConverter& node, Value a, Value b) {
  const Value zero = node.Scalar(0, a.Type(), "zero");
  const auto both = [&](const char* compare) {
    return node.Add("LogicalAnd", {node.Add(compare, {a, zero}), node.Add(compare, {b, zero})});
  };
  const Value alike = node.Add("LogicalOr", {both("GreaterEqual"), both("Less")}, {}, "alike");
  return node.Add("Select", {alike, a, node.Add("Negative", {a})});
}

// a OP b of one type.
Value Combine(NodeConverter& node, std::string_view what, Value a, Value b) {
  const ElementType type = a.Type();
  if (const char* op = Find(kComparisons, what)) return node.Add(op, {a, b});
  if (const char* op = Find(kBits, what)) return node.Add(op, {a, b});
  if (type == ElementType::kBool) {
    // Sums and products of truth values; everything else of them is refused by MXNet, too.
    if (what == "add" || what == "maximum") return node.Add("LogicalOr", {a, b});
    if (what == "multiply" || what == "minimum" || what == "lcm") return node.Add("LogicalAnd", {a, b});
    if (what == "power")  // 0 to the power of 0 is 1
      return node.Add("LogicalOr", {a, node.Add("LogicalNot", {b})});
    node.Unsupported("booleans; convert them with astype first");
  }
  if (what == "add") return node.Add("Add", {a, b});
  if (what == "subtract") return node.Add("Subtract", {a, b});
  if (what == "multiply") return node.Add("Multiply", {a, b});
  if (what == "true_divide") return node.Add("Divide", {a, b});
  if (what == "mod") return Remainder(node, a, b);
  if (what == "copysign") return CopySign(node, a, b);
  if (what == "lcm") return node.Add("Lcm", {a, b});
  if (IsInteger(type)) {
    // MXNet computes with f32 and cuts towards zero.
    const ElementType wide = ElementType::kF32;
    return Cut(node, Combine(node, what, node.Convert(a, wide), node.Convert(b, wide)), type);
  }
  if (what == "power") return node.Add("Power", {a, b});
  if (what == "arctan2") return node.Add("Atan2", {a, b});
  if (what == "hypot") {
    return node.Add(
        "Sqrt",
        {node.Add("Add", {node.Add("Multiply", {a, a}, {}, "square_a"), node.Add("Multiply", {b, b}, {}, "square_b")},
                  {}, "sum")});
  }
  if (what == "ldexp") return node.Add("Multiply", {a, node.Add("Power", {node.Scalar(2, type, "two"), b})});
  node.Unsupported("no rule for \"", what, "\"");
}

std::string_view PlainName(const NodeConverter& node, std::string_view suffix = {}) {
  std::string_view name = node.Op();
  for (const std::string_view prefix : {"_npi_", "_npx_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

}  // namespace

void ConvertNumpyBinary(NodeConverter& node) {
  node.RequireInputs(2);
  const std::string_view what = PlainName(node);
  Value a = node.Input(0), b = node.Input(1);
  static constexpr std::string_view kMixed[] = {"add", "mod", "multiply", "power", "subtract", "true_divide"};
  if (std::find(std::begin(kMixed), std::end(kMixed), what) == std::end(kMixed)) {
    node.Require(a.Type() == b.Type(), "types ", a.Type(), " and ", b.Type(), ": expected equal types");
    return node.Output(Combine(node, what, a, b));
  }
  ElementType type = PromotedType(a.Type(), b.Type());
  if (what == "true_divide" && !IsFloat(type)) type = ElementType::kF32;
  a = node.Convert(a, type, "a");
  b = node.Convert(b, type, "b");
  node.Output(Combine(node, what, a, b));
}

// is_int tells whether the number was an integer where the model was made. Integers with another number become f64,
// booleans i64 or f64; comparisons take place in that type, too.
void ConvertNumpyScalar(NodeConverter& node) {
  node.RequireInputs(1);
  std::string_view what = PlainName(node, "_scalar");
  Value data = node.Input(0);
  const double number = node.Attrs().Double("scalar", 1.0);
  const bool is_int = node.Attrs().Bool("is_int", true);
  const bool compares = Find(kComparisons, what) != nullptr;
  const bool stays = Find(kBits, what) != nullptr || what == "lcm";
  ElementType type = data.Type();
  if (what == "true_divide" || what == "rtrue_divide") {
    if (!IsFloat(type)) type = ElementType::kF32;
  } else if (IsInteger(type) && !is_int && !stays) {
    type = ElementType::kF64;
  } else if (type == ElementType::kBool && !compares && !stays) {
    type = is_int ? ElementType::kI64 : ElementType::kF64;
  }
  data = node.Convert(data, type, "data");
  const Value scalar = NumpyScalar(node, number, type);
  // A leading r exchanges the two sides.
  static constexpr std::string_view kReversed[] = {"rarctan2", "rcopysign", "rldexp",      "rmod",
                                                   "rpower",   "rsubtract", "rtrue_divide"};
  const bool reversed = std::find(std::begin(kReversed), std::end(kReversed), what) != std::end(kReversed);
  if (reversed) what.remove_prefix(1);
  node.Output(reversed ? Combine(node, what, scalar, data) : Combine(node, what, data, scalar));
}

void ConvertNumpyUnary(NodeConverter& node) {
  node.RequireInputs(1);
  const Value x = node.Input(0);
  const ElementType type = x.Type();
  const std::string_view name = PlainName(node);
  const auto number = [&](double value, ElementType of) { return node.Scalar(value, of, "number"); };
  static constexpr Entry kAnyType[] = {
      {"absolute", "Abs"}, {"negative", "Negative"}, {"sign", "Sign"}, {"bitwise_not", "BitwiseNot"}, {"relu", "ReLU"}};
  static constexpr Entry kRounding[] = {{"ceil", "Ceiling"}, {"floor", "Floor"}};
  static constexpr Entry kFloat[] = {
      {"arccos", "Acos"}, {"arccosh", "Acosh"}, {"arcsin", "Asin"},     {"arcsinh", "Asinh"},
      {"arctan", "Atan"}, {"arctanh", "Atanh"}, {"cos", "Cos"},         {"cosh", "Cosh"},
      {"exp", "Exp"},     {"log", "Log"},       {"sigmoid", "Sigmoid"}, {"sin", "Sin"},
      {"sinh", "Sinh"},   {"sqrt", "Sqrt"},     {"tan", "Tan"},         {"tanh", "Tanh"}};
  static constexpr Entry kClasses[] = {
      {"isfinite", "IsFinite"}, {"isinf", "IsInf"}, {"isnan", "IsNaN"}, {"isneginf", "IsInf"}, {"isposinf", "IsInf"}};
  if (name == "logical_not") {
    return node.Output(type == ElementType::kBool ? node.Add("LogicalNot", {x})
                                                  : node.Add("Equal", {x, number(0, type)}));
  }
  if (const char* op = Find(kClasses, name)) {
    if (!IsFloat(type)) {
      // Integers are finite numbers.
      return node.Output(node.Add(name == "isfinite" ? "Equal" : "NotEqual", {x, x}));
    }
    graph::Attributes attributes;
    if (name == "isneginf") attributes["detect_positive"] = false;
    if (name == "isposinf") attributes["detect_negative"] = false;
    return node.Output(node.Add(op, {x}, attributes));
  }
  if (type == ElementType::kBool && name != "bitwise_not") node.Unsupported("booleans; convert them with astype first");
  if (const char* op = Find(kAnyType, name)) return node.Output(node.Add(op, {x}));
  if (const char* op = Find(kRounding, name))
    return node.Output(IsFloat(type) ? node.Add(op, {x}) : node.Reshape(x, x.Shape().Dims()));
  if (name == "square") return node.Output(node.Add("Multiply", {x, x}));
  if (name == "rint" || name == "trunc" || name == "fix") {
    if (!IsFloat(type)) return node.Output(node.Reshape(x, x.Shape().Dims()));
    // Halves go down: -ceil(-(x - 0.5)) without the rounding of x - 0.5 for large x, where x is whole already.
    if (name == "rint") return node.Output(node.Add("Ceiling", {node.Add("Subtract", {x, number(0.5, type)})}));
    return node.Output(node.Add("Multiply", {node.Add("Sign", {x}), node.Add("Floor", {node.Add("Abs", {x})})}));
  }
  if (const char* op = Find(kFloat, name))
    return node.Output(InFloat(node, x, [&](Value value) { return node.Add(op, {value}); }));
  constexpr double kPi = 3.14159265358979323846;
  const auto computed = [&](Value value) {
    const ElementType wide = value.Type();
    const auto times = [&](double by) { return node.Add("Multiply", {value, number(by, wide)}); };
    if (name == "degrees") return times(180 / kPi);
    if (name == "radians") return times(kPi / 180);
    if (name == "reciprocal") return node.Add("Divide", {number(1, wide), value});
    if (name == "expm1") return node.Add("Subtract", {node.Add("Exp", {value}), number(1, wide)});
    if (name == "log1p") return node.Add("Log", {node.Add("Add", {value, number(1, wide)})});
    // What follows misses whole numbers by a rounding error, which cutting would turn into one.
    if (!IsFloat(type)) node.Unsupported("data of ", type, "; convert it to float32 first");
    if (name == "log2" || name == "log10") {
      return node.Add("Multiply", {node.Add("Log", {value}), number(1 / std::log(name == "log2" ? 2.0 : 10.0), wide)});
    }
    if (name == "cbrt") {
      // Powers of negative numbers are not defined; the sign is put back.
      const Value size = node.Add("Power", {node.Add("Abs", {value}), number(1.0 / 3.0, wide)});
      return node.Add("Multiply", {node.Add("Sign", {value}), size});
    }
    node.Unsupported("no rule for \"", name, "\"");
  };
  node.Output(InFloat(node, x, computed));
}

// decimals: the position that is rounded to, counted behind the point.
void ConvertNumpyAround(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value x = node.Input(0);
  const int64_t decimals = attrs.Int("decimals", 0);
  if (!IsFloat(x.Type())) {
    if (decimals >= 0) return node.Output(node.Reshape(x, x.Shape().Dims()));
    // Digits of integers are cut off, not rounded.
    if (decimals < -9) attrs.Refuse("decimals", "a number from -9");
    const Value unit = node.Scalar(std::pow(10.0, static_cast<double>(-decimals)), x.Type(), "unit");
    return node.Output(node.Add("Multiply", {node.Add("Divide", {x, unit}, {{"m_pythondiv", false}}), unit}));
  }
  // One power of ten after the other, as MXNet does: the roundings decide ties.
  if (std::abs(decimals) > 30) attrs.Refuse("decimals", "a number within [-30, 30]");
  const Value ten = node.Scalar(10, x.Type(), "ten");
  const auto scaled = [&](Value value, bool up) {
    for (int64_t i = 0; i < std::abs(decimals); ++i) value = node.Add(up ? "Multiply" : "Divide", {value, ten});
    return value;
  };
  const Value whole = node.Add("Round", {scaled(x, decimals > 0)}, {{"mode", "half_to_even"}});
  node.Output(scaled(whole, decimals < 0));
}

// Replaces what is no finite number; the infinities by default by the largest numbers of the type.
void ConvertNumpyNanToNum(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  attrs.Ignore({"copy"});
  const Value x = node.Input(0);
  const double nan = attrs.Double("nan", 0.0);
  const std::optional<double> above = attrs.OptionalDouble("posinf"), below = attrs.OptionalDouble("neginf");
  if (!IsFloat(x.Type())) return node.Output(node.Reshape(x, x.Shape().Dims()));
  const double largest = x.Type() == ElementType::kF16   ? 65504.0
                         : x.Type() == ElementType::kF32 ? static_cast<double>(std::numeric_limits<float>::max())
                                                         : std::numeric_limits<double>::max();
  const auto replace = [&](Value value, const char* question, const graph::Attributes& attributes, double by) {
    return node.Add("Select", {node.Add(question, {x}, attributes), node.Scalar(by, x.Type()), value});
  };
  Value y = replace(x, "IsNaN", {}, nan);
  y = replace(y, "IsInf", {{"detect_negative", false}}, above.value_or(largest));
  node.Output(replace(y, "IsInf", {{"detect_positive", false}}, below.value_or(-largest)));
}

// condition ? x : y with everything broadcast; x and y may be numbers that the node states.
void ConvertNumpyWhere(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  const std::string& name = node.Op();
  Value condition = node.Input(0);
  Value x, y;
  if (name == "_npi_where") {
    node.RequireInputs(3);
    x = node.Input(1);
    y = node.Input(2);
    node.Require(x.Type() == y.Type(), "types ", x.Type(), " and ", y.Type(), ": expected equal types");
  } else if (name == "_npi_where_scalar2") {
    node.RequireInputs(1);
    x = node.Scalar(attrs.Double("x", 0.0), ElementType::kF32, "x");
    y = node.Scalar(attrs.Double("y", 0.0), ElementType::kF32, "y");
  } else {
    node.RequireInputs(2);
    const Value data = node.Input(1);
    const Value scalar = NumpyScalar(node, attrs.Double("scalar", 0.0), data.Type());
    x = name == "_npi_where_lscalar" ? scalar : data;
    y = name == "_npi_where_lscalar" ? data : scalar;
  }
  if (condition.Type() != ElementType::kBool)
    condition = node.Add("NotEqual", {condition, node.Scalar(0, condition.Type(), "zero")}, {}, "condition");
  node.Output(node.Add("Select", {condition, x, y}));
}

}  // namespace moir::mo
