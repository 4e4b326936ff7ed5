// Types of tensor elements, named as in OpenVINO's IR: f32, f16, bf16, f64, i8, u8, i32, i64, boolean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>

#include "graph/error.h"

namespace moir::graph {

enum class ElementType : uint8_t { kUndefined, kBool, kF16, kBF16, kF32, kF64, kI8, kU8, kI32, kI64 };

// 16-bit floats are stored as their bits; arithmetic on them happens in f32.
struct F16 {
  uint16_t bits = 0;
  friend bool operator==(F16, F16) = default;
};
struct BF16 {
  uint16_t bits = 0;
  friend bool operator==(BF16, BF16) = default;
};
float ToFloat(F16 value);
float ToFloat(BF16 value);
F16 ToF16(float value);    // rounds to nearest even; overflow becomes infinity
BF16 ToBF16(float value);  // rounds to nearest even

size_t ElementSize(ElementType type);  // bytes; 0 for kUndefined
std::string_view ElementTypeName(ElementType type);
ElementType ParseElementType(std::string_view name);  // throws kBadModel
bool IsFloat(ElementType type);                       // f16, bf16, f32, f64
bool IsInteger(ElementType type);                     // i8, u8, i32, i64
inline std::ostream& operator<<(std::ostream& out, ElementType type) { return out << ElementTypeName(type); }

template <typename T>
struct ElementTypeOf;
template <>
struct ElementTypeOf<bool> {
  static constexpr ElementType kValue = ElementType::kBool;
};
template <>
struct ElementTypeOf<F16> {
  static constexpr ElementType kValue = ElementType::kF16;
};
template <>
struct ElementTypeOf<BF16> {
  static constexpr ElementType kValue = ElementType::kBF16;
};
template <>
struct ElementTypeOf<float> {
  static constexpr ElementType kValue = ElementType::kF32;
};
template <>
struct ElementTypeOf<double> {
  static constexpr ElementType kValue = ElementType::kF64;
};
template <>
struct ElementTypeOf<int8_t> {
  static constexpr ElementType kValue = ElementType::kI8;
};
template <>
struct ElementTypeOf<uint8_t> {
  static constexpr ElementType kValue = ElementType::kU8;
};
template <>
struct ElementTypeOf<int32_t> {
  static constexpr ElementType kValue = ElementType::kI32;
};
template <>
struct ElementTypeOf<int64_t> {
  static constexpr ElementType kValue = ElementType::kI64;
};

// Calls f with a value-initialized element of the type: DispatchType(t, [&](auto tag) { using T = decltype(tag); ...
// }).
template <typename F>
decltype(auto) DispatchType(ElementType type, F&& f) {
  switch (type) {
    case ElementType::kBool: return f(bool{});
    case ElementType::kF16: return f(F16{});
    case ElementType::kBF16: return f(BF16{});
    case ElementType::kF32: return f(float{});
    case ElementType::kF64: return f(double{});
    case ElementType::kI8: return f(int8_t{});
    case ElementType::kU8: return f(uint8_t{});
    case ElementType::kI32: return f(int32_t{});
    case ElementType::kI64: return f(int64_t{});
    case ElementType::kUndefined: break;
  }
  Fail(ErrorKind::kInternal, "dispatch on an undefined element type");
}

// The types with arithmetic of their own: f32, f64, i8, u8, i32, i64. Evaluations never see the other
// floats (see OpSchema::evaluate); boolean is refused.
template <typename F>
decltype(auto) DispatchArithmetic(ElementType type, F&& f) {
  switch (type) {
    case ElementType::kF32: return f(float{});
    case ElementType::kF64: return f(double{});
    case ElementType::kI8: return f(int8_t{});
    case ElementType::kU8: return f(uint8_t{});
    case ElementType::kI32: return f(int32_t{});
    case ElementType::kI64: return f(int64_t{});
    default: break;
  }
  Fail(ErrorKind::kUnsupported, "no arithmetic for element type ", ElementTypeName(type));
}

}  // namespace moir::graph
