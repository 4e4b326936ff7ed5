#include "graph/ir/ir_v10_v11_constant.h"

#include <cstring>
#include <limits>

#include "graph/error.h"
#include "graph/ir/ir_v10_v11_layer.h"

namespace moir::graph {
namespace {

const std::string& RequiredText(const NetLayer& layer, std::string_view name) {
  const std::string* text = layer.FindAttribute(name);
  if (!text) Fail(ErrorKind::kBadModel, "attribute ", name, " is missing");
  return *text;
}

uint64_t Bytes(const NetLayer& layer, std::string_view name) {
  const std::string& text = RequiredText(layer, name);
  const std::optional<int64_t> value = ParseInt(Trim(text));
  if (!value || *value < 0)
    Fail(ErrorKind::kBadModel, "attribute ", name, ": got \"", text, "\", expected a whole number from 0 on");
  return static_cast<uint64_t>(*value);
}

// How a type that we lack is stored, and the type that holds its numbers.
struct Stored {
  const char* name;
  int bits;
  ElementType widened;
};
constexpr Stored kStored[] = {{"i4", 4, ElementType::kI8},    {"u4", 4, ElementType::kU8},
                              {"i16", 16, ElementType::kI32}, {"u16", 16, ElementType::kI32},
                              {"u32", 32, ElementType::kI64}, {"u64", 64, ElementType::kI64}};

template <typename From, typename To>
void Widen(const std::byte* data, std::span<To> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    From value;
    std::memcpy(&value, data + i * sizeof(From), sizeof(From));
    if constexpr (sizeof(From) == sizeof(To)) {
      if (value > static_cast<From>(std::numeric_limits<To>::max()))
        Fail(ErrorKind::kUnsupported, "the constant holds ", value, ", which is beyond 63 bits");
    }
    values[i] = static_cast<To>(value);
  }
}

// Two numbers a byte, the first in the low half.
template <typename To>
void WidenHalfBytes(const std::byte* data, bool has_sign, std::span<To> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    const int half = (std::to_integer<int>(data[i / 2]) >> (i % 2 == 0 ? 0 : 4)) & 15;
    values[i] = static_cast<To>(has_sign && half > 7 ? half - 16 : half);
  }
}

Tensor WidenedTensor(const Stored& stored, const std::byte* data, const Shape& shape) {
  Tensor tensor(stored.widened, shape);
  const std::string_view name = stored.name;
  if (name == "i4") WidenHalfBytes(data, true, tensor.MutableValues<int8_t>());
  if (name == "u4") WidenHalfBytes(data, false, tensor.MutableValues<uint8_t>());
  if (name == "i16") Widen<int16_t>(data, tensor.MutableValues<int32_t>());
  if (name == "u16") Widen<uint16_t>(data, tensor.MutableValues<int32_t>());
  if (name == "u32") Widen<uint32_t>(data, tensor.MutableValues<int64_t>());
  if (name == "u64") Widen<uint64_t>(data, tensor.MutableValues<int64_t>());
  return tensor;
}

}  // namespace

NetConstant ReadNetConstant(const NetLayer& layer, IrWeights& weights) {
  const std::string& type_name = RequiredText(layer, "element_type");
  const PartialShape declared = [&] {
    try {
      return PartialShape::Parse(RequiredText(layer, "shape"));
    } catch (const Error& error) {
      Fail(ErrorKind::kBadModel, "attribute shape: ", error.what());
    }
  }();
  if (!declared.IsStatic()) Fail(ErrorKind::kBadModel, "attribute shape: got ", declared, ", expected known sizes");
  const Shape shape = declared.ToShape();
  const int64_t count = shape.NumElements();
  const ElementType type = NetElementType(type_name);
  const Stored* stored = nullptr;
  for (const Stored& candidate : kStored) {
    if (type_name == candidate.name) stored = &candidate;
  }
  if (type == ElementType::kUndefined && !stored)
    Fail(ErrorKind::kUnsupported, "constants of element type ", type_name, " cannot be read");
  const auto bits = static_cast<uint64_t>(stored ? stored->bits : 8 * static_cast<int>(ElementSize(type)));
  if (count > std::numeric_limits<int64_t>::max() / 64)
    Fail(ErrorKind::kBadModel, "attribute shape: got ", shape, ", which no file holds");
  const uint64_t expected = (static_cast<uint64_t>(count) * bits + 7) / 8;
  const uint64_t offset = Bytes(layer, "offset"), size = Bytes(layer, "size");
  if (size != expected)
    Fail(ErrorKind::kBadModel, "attribute size: got ", size, ", expected ", expected, " bytes for ", type_name, shape);
  if (count == 0) return {Tensor(stored ? stored->widened : type, shape), {}};
  const std::shared_ptr<const MappedFile>& bin = weights.Open();
  if (offset > bin->Size() || size > bin->Size() - offset) {
    Fail(ErrorKind::kBadModel, "its ", size, " bytes lie at byte ", offset, ", but ", weights.Path(), " has ",
         bin->Size(), " bytes");
  }
  if (stored) return {WidenedTensor(*stored, bin->Data() + offset, shape), type_name};
  if (type == ElementType::kBool) {
    // Any byte but 0 counts as true; one that is neither 0 nor 1 is no bool in C++.
    Tensor tensor(ElementType::kBool, shape);
    const std::span<bool> values = tensor.MutableValues<bool>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = bin->Data()[offset + i] != std::byte{0};
    return {std::move(tensor), {}};
  }
  return {Tensor::Map(bin, offset, type, shape), {}};
}

}  // namespace moir::graph
