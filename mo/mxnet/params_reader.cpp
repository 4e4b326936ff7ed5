#include "mo/mxnet/params_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "graph/error.h"
#include "graph/strings.h"
#include "mo/faq.h"
#include "mo/mxnet/attributes.h"
#include "mo/mxnet/file_kind.h"

namespace moir::mo {

using namespace graph;

static_assert(std::endian::native == std::endian::little, "array files are little-endian and mapped as they are");

namespace {

constexpr uint32_t kMagicV1 = 0xF993FAC8;
constexpr uint32_t kMagicV2 = 0xF993FAC9;
constexpr uint32_t kMagicV3 = 0xF993FACA;
// MXNet itself stops at far fewer; a larger number is a damaged file.
constexpr int64_t kMaxRank = 32;
// A dense array of a sparse one may be this large whatever the file's size is, and this much larger than the file.
constexpr uint64_t kDenseLimit = uint64_t{1} << 28;
constexpr uint64_t kDenseFactor = 64;

enum Storage : int32_t { kDense = 0, kRowSparse = 1, kCsr = 2 };

// A typed array whose header has been read; the values follow in the file.
struct ArrayType {
  ElementType type = ElementType::kUndefined;
  graph::Shape shape;
  uint64_t bytes = 0;
};

class Reader {
 public:
  explicit Reader(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) {}

  Params Read() {
    const std::string_view start(reinterpret_cast<const char*>(file_->Data()), std::min<uint64_t>(file_->Size(), 4096));
    const bool list = start.size() >= sizeof(kArrayListMagic) && Peek<uint64_t>() == kArrayListMagic;
    if (!list) return ReadSingle(DescribeFileKind(start));

    Take<uint64_t>("the file's magic number");
    if (const auto reserved = Take<uint64_t>("reserved word"); reserved != 0)
      RefuseLast<uint64_t>("reserved word", reserved, "0");
    const uint64_t count = TakeCount("number of arrays", sizeof(uint32_t));
    std::vector<Tensor> tensors;
    for (uint64_t i = 0; i < count; ++i) {
      part_ = StrCat("array ", i, ": ");
      tensors.push_back(ReadArray());
    }
    part_.clear();
    const uint64_t name_count = TakeCount("number of names", sizeof(uint64_t));
    if (name_count != 0 && name_count != count)
      RefuseLast<uint64_t>("number of names", name_count, StrCat("0 or ", count));
    std::vector<Param> params;
    for (uint64_t i = 0; i < count; ++i) {
      std::string name;
      if (name_count > 0) {
        part_ = StrCat("name ", i, ": ");
        const uint64_t length = TakeCount("length", 1);
        name.assign(reinterpret_cast<const char*>(file_->Data() + offset_), length);
        offset_ += length;
      }
      params.push_back(MakeParam(std::move(name), std::move(tensors[i]), i, name_count > 0));
    }
    part_.clear();
    ExpectEnd();
    return Params(std::move(params), name_count > 0, file_->Path());
  }

 private:
  template <typename... Parts>
  [[noreturn]] void RefuseAt(uint64_t offset, const Parts&... parts) const {
    Fail(ErrorKind::kBadModel, file_->Path(), ": at byte ", offset, ": ", part_, parts...);
  }
  // Refuses the value that was taken last.
  template <typename T>
  [[noreturn]] void RefuseLast(std::string_view what, T got, std::string_view expected) const {
    RefuseAt(offset_ - sizeof(T), what, ": got ", got, ", expected ", expected);
  }

  uint64_t Left() const { return file_->Size() - offset_; }

  template <typename T>
  T Peek() const {
    T value;
    std::memcpy(&value, file_->Data() + offset_, sizeof(T));
    return value;
  }

  template <typename T>
  T Take(std::string_view what) {
    if (Left() < sizeof(T)) {
      RefuseAt(offset_, what, ": the file ends after ", Left(), Left() == 1 ? " byte" : " bytes", " more, expected ",
               sizeof(T));
    }
    const T value = Peek<T>();
    offset_ += sizeof(T);
    return value;
  }

  // A number of things of at least `size` bytes each, which must have room in the rest of the file.
  uint64_t TakeCount(std::string_view what, uint64_t size) {
    const auto count = Take<uint64_t>(what);
    if (count > Left() / size)
      RefuseLast<uint64_t>(what, count, StrCat("at most ", Left() / size, " in the ", Left(), " bytes that are left"));
    return count;
  }

  template <typename T>
  std::vector<int64_t> TakeDims(int64_t rank) {
    std::vector<int64_t> dims;
    for (int64_t i = 0; i < rank; ++i) dims.push_back(static_cast<int64_t>(Take<T>("size of an axis")));
    return dims;
  }

  // i32 rank, i64 dims. Nothing when the shape is unknown, which `numpy` rules write as -1.
  std::optional<std::vector<int64_t>> TakeShape(bool numpy) {
    const auto rank = Take<int32_t>("rank");
    if (rank < (numpy ? -1 : 0) || rank > kMaxRank) {
      RefuseLast<int32_t>("rank", rank, StrCat(numpy ? -1 : 0, " to ", kMaxRank));
    }
    std::vector<int64_t> dims = TakeDims<int64_t>(rank);
    const bool unknown = numpy && (rank < 0 || std::find(dims.begin(), dims.end(), -1) != dims.end());
    return unknown ? std::nullopt : std::optional(std::move(dims));
  }

  ElementType TakeType(std::string_view what) {
    const auto flag = Take<int32_t>(what);
    const ElementType type = ElementTypeOfFlag(flag);
    if (type != ElementType::kUndefined) return type;
    if (flag >= 8 && flag <= 11) {
      constexpr std::string_view kNames[] = {"int16", "uint16", "uint32", "uint64"};
      Fail(ErrorKind::kUnsupported, file_->Path(), ": at byte ", offset_ - sizeof(flag), ": ", part_, what,
           ": moir has no tensors of ", kNames[flag - 8], " (", flag, ")");
    }
    RefuseLast<int32_t>(what, flag, "a type number (0 to 12)");
  }

  // Checks that the values of such an array have room in the rest of the file.
  ArrayType CheckedType(ElementType type, const std::vector<int64_t>& dims) const {
    uint64_t bytes = ElementSize(type);
    bool fits = true;
    for (const int64_t size : dims) {
      if (size < 0) RefuseAt(offset_, "shape ", graph::Shape(dims), ": got a negative size");
      fits = fits && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes);
    }
    if (!fits || bytes > Left()) {
      RefuseAt(offset_, "values of ", graph::Shape(dims), " ", type, ": the file ends after ", Left(),
               " bytes more, expected ", fits ? std::to_string(bytes) : "more than 2^64");
    }
    return {type, graph::Shape(dims), bytes};
  }

  Tensor TakeValues(const ArrayType& array) {
    Tensor tensor = Tensor::Map(file_, offset_, array.type, array.shape);
    offset_ += array.bytes;
    return tensor;
  }

  void TakeContext() {
    Take<int32_t>("device");
    Take<int32_t>("device number");
  }

  Tensor ReadArray() {
    const auto magic = Take<uint32_t>("start of an array");
    if (magic == kMagicV2 || magic == kMagicV3) return ReadModern(magic == kMagicV3);
    if (magic != kMagicV1 && magic > kMaxRank) {
      RefuseLast<uint32_t>("start of an array", magic, StrCat("0xF993FAC8 to 0xF993FACA or a rank up to ", kMaxRank));
    }
    std::vector<int64_t> dims;
    if (magic == kMagicV1) {
      dims = *TakeShape(false);
    } else {
      dims = TakeDims<uint32_t>(magic);
    }
    if (dims.empty()) return {};
    TakeContext();
    return TakeValues(CheckedType(TakeType("type"), dims));
  }

  Tensor ReadModern(bool numpy) {
    const auto storage = Take<int32_t>("storage");
    if (storage != kDense && storage != kRowSparse && storage != kCsr)
      RefuseLast<int32_t>("storage", storage, "0 (dense), 1 (row_sparse) or 2 (csr)");
    if (numpy && storage != kDense)
      RefuseLast<int32_t>("storage", storage, "0 (dense) in an array of NumPy shape rules");
    const int indices = storage;  // row_sparse has one index array, csr two
    std::vector<int64_t> stored_dims;
    if (indices > 0) stored_dims = *TakeShape(false);
    const std::optional<std::vector<int64_t>> dims = TakeShape(numpy);
    if (!dims || (!numpy && dims->empty())) return {};
    TakeContext();
    const ElementType type = TakeType("type");
    if (indices == 0) return TakeValues(CheckedType(type, *dims));

    std::vector<std::pair<ElementType, std::vector<int64_t>>> headers;
    for (int i = 0; i < indices; ++i) {
      const ElementType index_type = TakeType("type of an index array");
      if (index_type != ElementType::kI64 && index_type != ElementType::kI32) {
        RefuseAt(offset_ - sizeof(int32_t), "type of an index array: got ", index_type, ", expected i64 or i32");
      }
      std::vector<int64_t> index_dims = *TakeShape(false);
      // Without stored values MXNet may leave the index arrays unshaped.
      if (index_dims.empty()) index_dims = {0};
      if (index_dims.size() != 1) RefuseAt(offset_, "index array of ", graph::Shape(index_dims), ": expected one axis");
      headers.emplace_back(index_type, std::move(index_dims));
    }
    const uint64_t values_at = offset_;
    // A fresh sparse array that holds nothing has no shape of stored values either.
    if (stored_dims.empty()) stored_dims = {0};
    const Tensor values = TakeValues(CheckedType(type, stored_dims));
    std::vector<std::vector<int64_t>> index_values;
    for (const auto& [index_type, index_dims] : headers)
      index_values.push_back(TakeValues(CheckedType(index_type, index_dims)).ToVector<int64_t>());
    CheckDenseSize(values_at, type, *dims);
    return storage == kRowSparse ? FromRows(values_at, values, index_values[0], *dims)
                                 : FromCsr(values_at, values, index_values[0], index_values[1], *dims);
  }

  void CheckDenseSize(uint64_t at, ElementType type, const std::vector<int64_t>& dims) const {
    uint64_t bytes = ElementSize(type);
    bool fits = true;
    for (const int64_t size : dims) {
      if (size < 0) RefuseAt(at, "shape ", graph::Shape(dims), ": got a negative size");
      fits = fits && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes);
    }
    if (!fits || bytes > std::max(kDenseLimit, file_->Size() * kDenseFactor)) {
      RefuseAt(at, "sparse array of ", graph::Shape(dims), ": too large to be made dense");
    }
  }

  // `values` are rows of the dense array, at ascending `rows`.
  Tensor FromRows(uint64_t at, const Tensor& values, const std::vector<int64_t>& rows,
                  const std::vector<int64_t>& dims) const {
    std::vector<int64_t> expected = dims;
    expected[0] = static_cast<int64_t>(rows.size());
    if (values.Shape() != graph::Shape(expected) && !(rows.empty() && values.NumElements() == 0)) {
      RefuseAt(at, "row_sparse values of ", values.Shape(), ": expected ", graph::Shape(expected), " for ", rows.size(),
               " row numbers");
    }
    Tensor dense(values.Type(), graph::Shape(dims));
    const size_t row_bytes = rows.empty() ? 0 : values.ByteSize() / rows.size();
    auto* to = static_cast<std::byte*>(dense.MutableData());
    const auto* from = static_cast<const std::byte*>(values.Data());
    int64_t last = -1;
    for (size_t i = 0; i < rows.size(); ++i) {
      CheckAscending(at, "row number", rows[i], last, dims[0]);
      last = rows[i];
      if (row_bytes > 0) std::memcpy(to + static_cast<size_t>(rows[i]) * row_bytes, from + i * row_bytes, row_bytes);
    }
    return dense;
  }

  // Row r holds values[starts[r] .. starts[r + 1]) at ascending `columns`.
  Tensor FromCsr(uint64_t at, const Tensor& values, const std::vector<int64_t>& starts,
                 const std::vector<int64_t>& columns, const std::vector<int64_t>& dims) const {
    if (dims.size() != 2) RefuseAt(at, "csr array of ", graph::Shape(dims), ": expected two axes");
    const auto count = static_cast<int64_t>(columns.size());
    if (values.Shape() != graph::Shape{count})
      RefuseAt(at, "csr values of ", values.Shape(), ": expected ", graph::Shape{count}, " for as many column numbers");
    Tensor dense(values.Type(), graph::Shape(dims));
    if (starts.empty() && count == 0) return dense;
    if (static_cast<int64_t>(starts.size()) - 1 != dims[0] || starts.front() != 0 || starts.back() != count) {
      RefuseAt(at, "csr row starts: got ", starts.size(), " that end at ", starts.empty() ? 0 : starts.back(),
               ", expected ", dims[0], " + 1 that end at ", count);
    }
    const size_t element = ElementSize(values.Type());
    auto* to = static_cast<std::byte*>(dense.MutableData());
    const auto* from = static_cast<const std::byte*>(values.Data());
    for (int64_t row = 0; row < dims[0]; ++row) {
      const int64_t begin = starts[static_cast<size_t>(row)];
      const int64_t end = starts[static_cast<size_t>(row) + 1];
      if (end < begin || end > count)
        RefuseAt(at, "csr row starts: got ", end, " after ", begin, ", expected ascending ones up to ", count);
      int64_t last = -1;
      for (int64_t i = begin; i < end; ++i) {
        const int64_t column = columns[static_cast<size_t>(i)];
        CheckAscending(at, "column number", column, last, dims[1]);
        last = column;
        std::memcpy(to + static_cast<size_t>(row * dims[1] + column) * element, from + static_cast<size_t>(i) * element,
                    element);
      }
    }
    return dense;
  }

  void CheckAscending(uint64_t at, std::string_view what, int64_t value, int64_t last, int64_t size) const {
    if (value <= last || value >= size)
      RefuseAt(at, what, ": got ", value, ", expected one in (", last, ", ", size, ")");
  }

  static Param MakeParam(std::string name, Tensor tensor, uint64_t position, bool named) {
    if (!named) return {ParamKind::kUnknown, std::to_string(position), std::move(tensor)};
    if (name.starts_with("arg:")) return {ParamKind::kArgument, name.substr(4), std::move(tensor)};
    if (name.starts_with("aux:")) return {ParamKind::kAuxiliary, name.substr(4), std::move(tensor)};
    return {ParamKind::kUnknown, std::move(name), std::move(tensor)};
  }

  void ExpectEnd() const {
    if (Left() > 0)
      RefuseAt(offset_, "got ", Left(), Left() == 1 ? " more byte" : " more bytes", ", expected the end of the file");
  }

  // One array without a list around it. The oldest form starts with a mere rank, as other files may; so whatever does
  // not end exactly where the file ends is reported as a foreign file.
  Params ReadSingle(std::string_view kind) {
    const bool modern = kind == "an MXNet array";
    if (!modern &&
        (!kind.empty() || file_->Size() < sizeof(uint32_t) || Peek<uint32_t>() == 0 || Peek<uint32_t>() > kMaxRank))
      RefuseForeign(kind);
    if (modern) {
      std::vector<Param> params{MakeParam("", ReadArray(), 0, false)};
      ExpectEnd();
      return Params(std::move(params), false, file_->Path());
    }
    Tensor tensor;
    try {
      tensor = ReadArray();
      ExpectEnd();
    } catch (const Error&) {
      RefuseForeign(kind);
    }
    return Params({MakeParam("", std::move(tensor), 0, false)}, false, file_->Path());
  }

  [[noreturn]] void RefuseForeign(std::string_view kind) const {
    if (!kind.empty())
      Fail(ErrorKind::kBadModel, file_->Path(), ": at byte 0: not an MXNet array file but ", kind, ", expected 0x112",
           FaqPointer(kFileType));
    std::ostringstream start;
    start << std::hex;
    for (uint64_t i = 0; i < std::min<uint64_t>(file_->Size(), 8); ++i)
      start << (i ? " " : "") << std::to_integer<int>(file_->Data()[i]);
    Fail(ErrorKind::kBadModel, file_->Path(), ": at byte 0: not an MXNet array file: got bytes ", start.str(),
         ", expected 0x112 as u64 (12 1 0 0 0 0 0 0)", FaqPointer(kFileType));
  }

  std::shared_ptr<const MappedFile> file_;
  uint64_t offset_ = 0;
  std::string part_;  // "array 3: "
};

std::string_view PrefixOf(ParamKind kind) {
  switch (kind) {
    case ParamKind::kArgument: return "arg:";
    case ParamKind::kAuxiliary: return "aux:";
    case ParamKind::kUnknown: break;
  }
  return "";
}

}  // namespace

Params::Params(std::vector<Param> params, bool named, std::string path)
    : params_(std::move(params)), named_(named), path_(std::move(path)) {
  for (size_t i = 0; i < params_.size(); ++i) {
    const Param& param = params_[i];
    const auto [known, added] = index_.try_emplace({param.kind, param.name}, i);
    if (!added && !params_[known->second].tensor.Equals(param.tensor)) {
      Fail(ErrorKind::kBadModel, path_, ": two different arrays are called \"", PrefixOf(param.kind), param.name, "\"");
    }
  }
}

std::optional<Tensor> Params::Find(ParamKind kind, std::string_view name) const {
  const auto found = index_.find({kind, std::string(name)});
  if (found == index_.end() || !params_[found->second].tensor.IsDefined()) return std::nullopt;
  return params_[found->second].tensor;
}

std::optional<Tensor> Params::Find(std::string_view name) const {
  for (const ParamKind kind : {ParamKind::kArgument, ParamKind::kAuxiliary, ParamKind::kUnknown}) {
    if (auto found = Find(kind, name)) return found;
  }
  return std::nullopt;
}

std::string Params::List() const {
  std::string text;
  for (const Param& param : params_) {
    text += StrCat(PrefixOf(param.kind), param.name, " ");
    text += param.tensor.IsDefined() ? StrCat(param.tensor.Type(), param.tensor.Shape(), "\n") : "none\n";
  }
  return text;
}

Params ReadParams(const std::string& path) { return Reader(MappedFile::Open(path)).Read(); }

}  // namespace moir::mo
