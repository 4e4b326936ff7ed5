#include "convert.h"

#include <bit>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <type_traits>

#include "fail.h"

namespace moir::apps {
namespace {

// f16 in either direction; OpenCV has it for every processor.
void ConvertHalf(const void* from, int from_type, void* to, int to_type, size_t count) {
  constexpr size_t kPiece = size_t{1} << 20;  // cv::Mat counts columns with an int
  const auto element_size = [](int type) { return type == CV_16F ? sizeof(uint16_t) : sizeof(float); };
  for (size_t done = 0; done < count; done += kPiece) {
    const int columns = static_cast<int>(std::min(kPiece, count - done));
    auto* source = static_cast<std::byte*>(const_cast<void*>(from)) + done * element_size(from_type);
    cv::Mat target(1, columns, to_type, static_cast<std::byte*>(to) + done * element_size(to_type));
    cv::Mat(1, columns, from_type, source).convertTo(target, to_type);
  }
}

// f16 and bf16 as f32; others as they are.
Tensor Widened(const Tensor& tensor) {
  const ElementType type = tensor.GetElementType();
  if (type != ElementType::kF16 && type != ElementType::kBF16) return tensor;
  Tensor result(ElementType::kF32, tensor.GetShape());
  if (type == ElementType::kF16) {
    ConvertHalf(tensor.Data(), CV_16F, result.Data(), CV_32F, tensor.GetSize());
  } else {
    const auto* source = tensor.Data<uint16_t>();
    auto* target = result.Data<float>();
    for (size_t i = 0; i < tensor.GetSize(); ++i)
      target[i] = std::bit_cast<float>(static_cast<uint32_t>(source[i]) << 16);
  }
  return result;
}

// An f32 tensor as f16 or bf16, rounded to nearest even.
Tensor Narrowed(const Tensor& tensor, ElementType type) {
  Tensor result(type, tensor.GetShape());
  if (type == ElementType::kF16) {
    ConvertHalf(tensor.Data(), CV_32F, result.Data(), CV_16F, tensor.GetSize());
    return result;
  }
  const auto* source = tensor.Data<float>();
  auto* target = result.Data<uint16_t>();
  for (size_t i = 0; i < tensor.GetSize(); ++i) {
    const auto bits = std::bit_cast<uint32_t>(source[i]);
    constexpr uint16_t kQuietNan = 0x7fc0;
    target[i] = std::isnan(source[i]) ? kQuietNan : static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
  return result;
}

template <typename F>
void Dispatch(ElementType type, F&& f) {
  switch (type) {
    case ElementType::kBool: return f(bool{});
    case ElementType::kF32: return f(float{});
    case ElementType::kF64: return f(double{});
    case ElementType::kI8: return f(int8_t{});
    case ElementType::kU8: return f(uint8_t{});
    case ElementType::kI32: return f(int32_t{});
    case ElementType::kI64: return f(int64_t{});
    default: Fail(ErrorKind::kInternal, "no conversion for element type ", ElementTypeName(type));
  }
}

template <typename To, typename From>
bool Fits(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_floating_point_v<To>) {
    return true;
  } else if constexpr (std::is_same_v<To, bool>) {
    return value == From{0} || value == From{1};
  } else if constexpr (std::is_floating_point_v<From>) {
    // The limits of To, the upper one plus one, are powers of two and exact in From.
    constexpr From kEnd = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * 2;
    return value >= static_cast<From>(std::numeric_limits<To>::min()) && value < kEnd && value == std::trunc(value);
  } else if constexpr (std::is_floating_point_v<To>) {
    if constexpr (std::numeric_limits<From>::digits <= std::numeric_limits<To>::digits) {
      return true;
    } else {
      constexpr From kLargest = From{1} << std::numeric_limits<To>::digits;
      return value >= -kLargest && value <= kLargest;
    }
  } else {
    const auto wide = static_cast<int64_t>(value);
    return wide >= static_cast<int64_t>(std::numeric_limits<To>::min()) &&
           wide <= static_cast<int64_t>(std::numeric_limits<To>::max());
  }
}

}  // namespace

Tensor ConvertTo(const Tensor& tensor, ElementType type, const std::string& place) {
  if (tensor.GetElementType() == type) return tensor;
  if (type == ElementType::kF16 || type == ElementType::kBF16)
    return Narrowed(ConvertTo(tensor, ElementType::kF32, place), type);
  const Tensor source = Widened(tensor);
  if (source.GetElementType() == type) return source;
  Tensor result(type, tensor.GetShape());
  Dispatch(source.GetElementType(), [&](auto from) {
    Dispatch(type, [&](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      const From* values = source.Data<From>();
      To* converted = result.Data<To>();
      for (size_t i = 0; i < source.GetSize(); ++i) {
        if (!Fits<To>(values[i])) {
          Fail(ErrorKind::kBadOption, place, ": element ", i, ": ", +values[i], " cannot become ",
               ElementTypeName(type), " without change, and values are ", ElementTypeName(tensor.GetElementType()));
        }
        converted[i] = static_cast<To>(values[i]);
      }
    });
  });
  return result;
}

}  // namespace moir::apps
