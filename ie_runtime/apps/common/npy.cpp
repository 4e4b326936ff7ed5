#include "npy.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "fail.h"

namespace moir::apps {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct Descr {
  ElementType type;
  std::string_view name;  // without the byte order
};
constexpr std::array<Descr, 8> kDescrs = {{{ElementType::kBool, "b1"},
                                           {ElementType::kF16, "f2"},
                                           {ElementType::kF32, "f4"},
                                           {ElementType::kF64, "f8"},
                                           {ElementType::kI8, "i1"},
                                           {ElementType::kI32, "i4"},
                                           {ElementType::kI64, "i8"},
                                           {ElementType::kU8, "u1"}}};

uint64_t LittleEndian(std::span<const std::byte> bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

ElementType ParseDescr(const std::string& descr, const std::string& place) {
  const bool one_byte = descr.size() == 3 && descr[2] == '1';
  if (!descr.empty() && (descr[0] == '<' || (one_byte && (descr[0] == '|' || descr[0] == '>')))) {
    for (const Descr& known : kDescrs) {
      if (descr.substr(1) == known.name) return known.type;
    }
  }
  Fail(ErrorKind::kUnsupported, place, ": array of type \"", descr,
       "\": expected little-endian f16, f32, f64, i8, u8, i32, i64 or bool (astype makes one)");
}

// Reads the header's dict: string keys; values are strings, True, False or tuples of integers.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& place) : text_(text), place_(place) {}

  NpyHeader Parse() {
    NpyHeader header;
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<Shape> shape;
    Expect('{');
    while (!Accept('}')) {
      const std::string key = String();
      Expect(':');
      if (key == "descr" && !descr) {
        if (Peek() == '[') Fail(ErrorKind::kUnsupported, place_, ": a structured array, expected one type");
        descr = String();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = Boolean();
      } else if (key == "shape" && !shape) {
        shape = Tuple();
      } else {
        Damaged("unexpected or repeated key \"" + key + "\"");
      }
      if (!Accept(',') && Peek() != '}') Damaged("expected , or }");
    }
    if (Peek() != '\0' || position_ != text_.size()) Damaged("something follows the dict");
    if (!descr || !fortran_order || !shape) Damaged("expected the keys descr, fortran_order and shape");
    header.type = ParseDescr(*descr, place_);
    header.fortran_order = *fortran_order;
    header.shape = *std::move(shape);
    return header;
  }

 private:
  [[noreturn]] void Damaged(const std::string& what) const {
    Fail(ErrorKind::kBadModel, place_, ": header of the array, at character ", position_, ": ", what);
  }
  // The next character that is not white space, '\0' at the end.
  char Peek() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool Accept(char wanted) {
    if (Peek() != wanted || position_ == text_.size()) return false;
    ++position_;
    return true;
  }
  void Expect(char wanted) {
    if (!Accept(wanted)) Damaged(std::string("expected ") + wanted);
  }
  std::string String() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') Damaged("expected a string");
    const size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) Damaged("the string does not end");
    std::string result(text_.substr(position_ + 1, end - position_ - 1));
    position_ = end + 1;
    return result;
  }
  bool Boolean() {
    Peek();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(position_).starts_with(word)) {
        position_ += word.size();
        return value;
      }
    }
    Damaged("expected True or False");
  }
  Shape Tuple() {
    Shape shape;
    Expect('(');
    while (!Accept(')')) {
      shape.push_back(Integer());
      if (!Accept(',') && Peek() != ')') Damaged("expected , or )");
    }
    return shape;
  }
  int64_t Integer() {
    Peek();
    const size_t start = position_;
    int64_t value = 0;
    for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_) {
      const int digit = text_[position_] - '0';
      if (value > (std::numeric_limits<int64_t>::max() - digit) / 10) Damaged("the size is too large");
      value = value * 10 + digit;
    }
    if (position_ == start) Damaged("expected a size");
    if (position_ < text_.size() && text_[position_] == 'L') ++position_;  // written by Python 2
    return value;
  }

  std::string_view text_;
  const std::string& place_;
  size_t position_ = 0;
};

// Copies column-major values into row-major order: walks the target, keeping the source's offset like an odometer.
void CopyFromFortranOrder(const std::byte* source, std::byte* target, const Shape& shape, size_t element_size) {
  std::vector<size_t> strides(shape.size());
  size_t stride = element_size;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= static_cast<size_t>(shape[axis]);
  }
  std::vector<int64_t> index(shape.size(), 0);
  size_t offset = 0;
  for (int64_t left = NumElements(shape); left > 0; --left, target += element_size) {
    std::memcpy(target, source + offset, element_size);
    for (size_t axis = shape.size(); axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * static_cast<size_t>(shape[axis]);
      index[axis] = 0;
    }
  }
}

}  // namespace

uint64_t NpyHeaderSize(std::span<const std::byte> prologue, const std::string& place) {
  const std::string_view text(reinterpret_cast<const char*>(prologue.data()), prologue.size());
  if (!text.starts_with(kMagic))
    Fail(ErrorKind::kBadModel, place, ": not a NumPy array: expected \\x93NUMPY at byte 0");
  if (prologue.size() < kNpyPrologue)
    Fail(ErrorKind::kBadModel, place, ": ends at byte ", prologue.size(), ", inside the array's header");
  const int major = std::to_integer<int>(prologue[6]);
  if (major < 1 || major > 3)
    Fail(ErrorKind::kUnsupported, place, ": array format version ", major, ", expected 1, 2 or 3");
  return major == 1 ? 10 + LittleEndian(prologue.subspan(8, 2)) : 12 + LittleEndian(prologue.subspan(8, 4));
}

NpyHeader ParseNpyHeader(std::span<const std::byte> start, const std::string& place) {
  const uint64_t size = NpyHeaderSize(start, place);
  if (size > start.size()) {
    Fail(ErrorKind::kBadModel, place, ": ends at byte ", start.size(), ", inside the array's header of ", size,
         " bytes");
  }
  const size_t dict = std::to_integer<int>(start[6]) == 1 ? 10 : 12;
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  NpyHeader header = HeaderParser(text.substr(dict, size - dict), place).Parse();
  header.data_offset = size;
  header.data_size = ElementSize(header.type);
  bool empty = false;
  for (const int64_t dim : header.shape) {
    empty |= dim == 0;
    if (dim == 0) continue;
    if (static_cast<uint64_t>(dim) > (uint64_t{1} << 62) / header.data_size) {
      Fail(ErrorKind::kBadModel, place, ": array of shape ", ShapeToString(header.shape),
           " is too large for any memory");
    }
    header.data_size *= static_cast<uint64_t>(dim);
  }
  if (empty) header.data_size = 0;
  return header;
}

Tensor ParseNpy(std::span<const std::byte> bytes, const std::string& place) {
  const NpyHeader header = ParseNpyHeader(bytes, place);
  if (bytes.size() - header.data_offset != header.data_size) {
    Fail(ErrorKind::kBadModel, place, ": ", bytes.size() - header.data_offset, " bytes of values, expected ",
         header.data_size, " for ", ElementTypeName(header.type), ShapeToString(header.shape));
  }
  const std::byte* values = bytes.data() + header.data_offset;
  if (header.type == ElementType::kBool) {
    // A bool that is neither 0 nor 1 is undefined behaviour wherever it is read.
    const auto wrong = std::find_if(values, values + header.data_size, [](std::byte b) { return b > std::byte{1}; });
    if (wrong != values + header.data_size) {
      Fail(ErrorKind::kBadModel, place, ": at byte ", wrong - bytes.data(), ": got ", std::to_integer<int>(*wrong),
           " for a bool, expected 0 or 1");
    }
  }
  Tensor tensor(header.type, header.shape);
  if (header.fortran_order) {
    CopyFromFortranOrder(values, static_cast<std::byte*>(tensor.Data()), header.shape, ElementSize(header.type));
  } else if (header.data_size > 0) {
    std::memcpy(tensor.Data(), values, header.data_size);
  }
  return tensor;
}

Tensor ReadNpy(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (!file || size < 0) Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  file.seekg(0);
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  if (!file.read(reinterpret_cast<char*>(bytes.data()), size))
    Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  return ParseNpy(bytes, path);
}

std::string MakeNpyHeader(ElementType type, const Shape& shape) {
  const auto known = std::find_if(kDescrs.begin(), kDescrs.end(), [&](const Descr& d) { return d.type == type; });
  if (known == kDescrs.end()) Fail(ErrorKind::kUnsupported, "NumPy has no element type ", ElementTypeName(type));
  std::string dict = "{'descr': '";
  dict += ElementSize(type) == 1 ? '|' : '<';
  dict += known->name;
  dict += "', 'fortran_order': False, 'shape': (";
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    dict += std::to_string(shape[axis]);
    dict += axis + 1 < shape.size() ? ", " : shape.size() == 1 ? "," : "";
  }
  dict += "), }";
  constexpr size_t kPrologue = 10;
  constexpr size_t kAlignment = 64;
  const size_t total = (kPrologue + dict.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  dict.append(total - kPrologue - dict.size() - 1, ' ');
  dict += '\n';
  std::string result(kMagic);
  result += '\x01';
  result += '\0';
  result += static_cast<char>(dict.size() & 0xff);
  result += static_cast<char>(dict.size() >> 8);
  return result + dict;
}

}  // namespace moir::apps
