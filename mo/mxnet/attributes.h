// Attributes: the attributes of one MXNet node, read by type as MXNet's own parameter parser reads them.
//
// The value after the name is MXNet's default for an absent attribute; without one the attribute is required.
// Every getter throws kBadModel 'PLACE: attribute kernel: got "(3", expected ...'. What has been asked for is recorded,
// so that a converter which overlooks an attribute is noticed (Unread).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/element_type.h"
#include "mo/mxnet/symbol.h"

namespace moir::mo {

class Attributes {
 public:
  // `place` starts the messages: Symbol::PlaceOf(node).
  Attributes(AttributeMap values, std::string place) : values_(std::move(values)), place_(std::move(place)) {}

  // Whether the node states the attribute at all, "None" included. Counts as reading it.
  bool Has(std::string_view name) const;
  // Whether it is absent or "None". Counts as reading it.
  bool IsNone(std::string_view name) const;

  bool Bool(std::string_view name) const;  // True, true, 1, False, false, 0
  bool Bool(std::string_view name, bool absent) const;
  int64_t Int(std::string_view name) const;  // "3"; "3L" as Python 2 wrote it
  int64_t Int(std::string_view name, int64_t absent) const;
  double Double(std::string_view name) const;
  double Double(std::string_view name, double absent) const;
  std::string String(std::string_view name) const;
  std::string String(std::string_view name, std::string_view absent) const;
  // A string that is one of `allowed`.
  std::string OneOf(std::string_view name, std::initializer_list<std::string_view> allowed) const;
  std::string OneOf(std::string_view name, std::string_view absent,
                    std::initializer_list<std::string_view> allowed) const;

  // Tuples: "(1, 2)", "[1,2]", "(3,)", "()", "(1L, 2L)", and a bare "3" for one element.
  std::vector<int64_t> Ints(std::string_view name) const;
  std::vector<int64_t> Ints(std::string_view name, std::vector<int64_t> absent) const;  // "None" is absent
  // As above; `count` elements or the default, which an empty tuple stands for, too.
  std::vector<int64_t> Ints(std::string_view name, std::vector<int64_t> absent, size_t count) const;
  std::vector<double> Doubles(std::string_view name) const;
  std::vector<double> Doubles(std::string_view name, std::vector<double> absent) const;

  // Nothing when absent or "None".
  std::optional<bool> OptionalBool(std::string_view name) const;
  std::optional<int64_t> OptionalInt(std::string_view name) const;
  std::optional<double> OptionalDouble(std::string_view name) const;
  std::optional<std::vector<int64_t>> OptionalIntTuple(std::string_view name) const;
  // A tuple whose elements may be "None", as begin and end of slice: "(None, 0)". Required when `required`, else ()
  // when absent.
  std::vector<std::optional<int64_t>> OptionalInts(std::string_view name, bool required = true) const;

  // "float32", "float16", "float64", "bfloat16", "int8", "uint8", "int32", "int64", "bool", or MXNet's number of the
  // type
  // ("0" is float32). Other types throw kUnsupported.
  graph::ElementType DType(std::string_view name) const;
  graph::ElementType DType(std::string_view name, graph::ElementType absent) const;
  std::optional<graph::ElementType> OptionalDType(std::string_view name) const;

  // Marks attributes as seen that do not matter to the converter.
  void Ignore(std::initializer_list<std::string_view> names) const;
  // Stated attributes that nobody asked for, ascending, without those that never change what a model computes
  // at inference (workspace, cudnn_tune, momentum, grad_scale, ...).
  std::vector<std::string> Unread() const;

  const AttributeMap& Values() const { return values_; }
  const std::string& Place() const { return place_; }
  // Throws kBadModel: PLACE: attribute NAME: got VALUE, expected EXPECTED.
  [[noreturn]] void Refuse(std::string_view name, std::string_view expected) const;

 private:
  const std::string* Find(std::string_view name) const;       // marks it as read; null when absent
  const std::string& Require(std::string_view name) const;    // marks it as read
  const std::string* FindValue(std::string_view name) const;  // as Find, null for "None" as well

  AttributeMap values_;
  std::string place_;
  mutable std::set<std::string, std::less<>> read_;
};

// The element type of MXNet's type number (0 f32, 1 f64, 2 f16, 3 u8, 4 i32, 5 i8, 6 i64, 7 boolean, 12 bf16);
// kUndefined for others.
graph::ElementType ElementTypeOfFlag(int64_t flag);

}  // namespace moir::mo
