// Pieces that the converters of MXNet's NumPy interface (_np_*, _npi_*, _npx_*) share.
#pragma once

#include <cmath>

#include "mo/mxnet/node_converter.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {

// The type of a result of values of two types: the wider float, else the float, else the wider integer. Unlike NumPy,
// MXNet does not widen f16 beside integers.
inline ElementType PromotedType(ElementType a, ElementType b) {
  if (a == b) return a;
  if (IsFloat(a) != IsFloat(b)) return IsFloat(a) ? a : b;
  if (a == ElementType::kBool || b == ElementType::kBool) return a == ElementType::kBool ? b : a;
  if (ElementSize(a) == ElementSize(b)) return ElementType::kI32;  // u8 and i8
  return ElementSize(a) > ElementSize(b) ? a : b;
}

// MXNet converts a scalar attribute to the element type as C does: cut towards zero.
inline Value NumpyScalar(NodeConverter& node, double number, ElementType type) {
  return node.Scalar(IsInteger(type) ? std::trunc(number) : number, type);
}

// Conversion as MXNet's processors do it: floats are cut towards zero, and what does not fit in 8 bits wraps around.
inline Value Cut(NodeConverter& node, Value x, ElementType type) {
  if (IsFloat(x.Type()) && (type == ElementType::kI8 || type == ElementType::kU8))
    x = node.Convert(x, ElementType::kI32, "whole");
  return node.Convert(x, type, "cut");
}

// Float arithmetic for integers, whose results are cut towards zero: `compute` sees f64 instead.
template <typename Compute>
Value InFloat(NodeConverter& node, Value x, Compute compute) {
  if (IsFloat(x.Type())) return compute(x);
  return Cut(node, compute(node.Convert(x, ElementType::kF64)), x.Type());
}

// The axes that attribute axis names, ascending; all when it is absent. (An empty tuple names none.)
inline std::vector<int64_t> NumpyAxes(NodeConverter& node, int64_t rank) {
  const auto given = node.Attrs().OptionalIntTuple("axis");
  if (!given) return AxisRange(0, rank);
  std::vector<int64_t> axes;
  for (const int64_t axis : *given) {
    if (rank == 0 && (axis == 0 || axis == -1)) continue;  // NumPy lets scalars have an axis here
    axes.push_back(node.Axis(axis, rank));
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) node.Attrs().Refuse("axis", "every axis once");
  return axes;
}

// Reshape to sizes that may be 0.
inline Value ReshapeTo(NodeConverter& node, Value data, const std::vector<int64_t>& dims,
                       std::string_view suffix = "reshape") {
  return node.Add("Reshape", {data, node.Indices(dims, StrCat(suffix, "/pattern"))}, {{"special_zero", false}}, suffix);
}

// All inputs of a node that states their number in num_args.
inline std::vector<Value> NumpyInputs(NodeConverter& node) {
  const int64_t stated = node.Attrs().Int("num_args", static_cast<int64_t>(node.InputCount()));
  if (stated != static_cast<int64_t>(node.InputCount()) || stated < 1)
    node.Attrs().Refuse("num_args", StrCat("the ", node.InputCount(), " inputs of the node"));
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.InputCount(); ++i) inputs.push_back(node.Input(i));
  return inputs;
}

}  // namespace moir::mo
