#include "graph/element_type.h"

#include <Eigen/Core>
#include <bit>

namespace moir::graph {

float ToFloat(F16 value) {
  return static_cast<float>(Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(value.bits)));
}
float ToFloat(BF16 value) { return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16); }
F16 ToF16(float value) { return F16{Eigen::half_impl::float_to_half_rtne(value).x}; }
BF16 ToBF16(float value) { return BF16{Eigen::bfloat16_impl::float_to_bfloat16_rtne<false>(value).value}; }

namespace {
struct TypeRow {
  ElementType type;
  size_t size;
  std::string_view name;
};
constexpr TypeRow kTypes[] = {
    {ElementType::kUndefined, 0, "undefined"},
    {ElementType::kBool, 1, "boolean"},
    {ElementType::kF16, 2, "f16"},
    {ElementType::kBF16, 2, "bf16"},
    {ElementType::kF32, 4, "f32"},
    {ElementType::kF64, 8, "f64"},
    {ElementType::kI8, 1, "i8"},
    {ElementType::kU8, 1, "u8"},
    {ElementType::kI32, 4, "i32"},
    {ElementType::kI64, 8, "i64"},
};
const TypeRow& Row(ElementType type) { return kTypes[static_cast<size_t>(type)]; }
}  // namespace

size_t ElementSize(ElementType type) { return Row(type).size; }
std::string_view ElementTypeName(ElementType type) { return Row(type).name; }

ElementType ParseElementType(std::string_view name) {
  for (const TypeRow& row : kTypes) {
    if (row.name == name && row.type != ElementType::kUndefined) return row.type;
  }
  Fail(ErrorKind::kBadModel, "element type \"", name,
       "\": expected one of boolean, f16, bf16, f32, f64, i8, u8, i32, i64");
}

bool IsFloat(ElementType type) {
  return type == ElementType::kF16 || type == ElementType::kBF16 || type == ElementType::kF32 ||
         type == ElementType::kF64;
}
bool IsInteger(ElementType type) {
  return type == ElementType::kI8 || type == ElementType::kU8 || type == ElementType::kI32 || type == ElementType::kI64;
}

}  // namespace moir::graph
