#include "mo/mxnet/params_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ElementType;
using graph::ErrorKind;
using graph::Shape;
using graph::Tensor;
using Floats = std::vector<float>;

const std::string kData = MOIR_TEST_DATA_DIR "/mxnet_readers/";

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Builds files byte by byte.
class Bytes {
 public:
  template <typename T>
  Bytes& Put(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  Bytes& U32(uint32_t value) { return Put(value); }
  Bytes& I32(int32_t value) { return Put(value); }
  Bytes& U64(uint64_t value) { return Put(value); }
  Bytes& I64(int64_t value) { return Put(value); }
  Bytes& F32(std::initializer_list<float> values) {
    for (const float value : values) Put(value);
    return *this;
  }
  Bytes& Text(const std::string& text) {
    text_ += text;
    return *this;
  }
  Bytes& Header(uint64_t count) { return U64(0x112).U64(0).U64(count); }
  Bytes& Names(std::initializer_list<std::string> names) {
    U64(names.size());
    for (const std::string& name : names) U64(name.size()).Text(name);
    return *this;
  }
  Bytes& Shape64(std::initializer_list<int64_t> dims) {
    I32(static_cast<int32_t>(dims.size()));
    for (const int64_t size : dims) I64(size);
    return *this;
  }
  Bytes& ContextAndType(int32_t type, int32_t device = 1, int32_t number = 0) {
    return I32(device).I32(number).I32(type);
  }
  const std::string& Str() const { return text_; }

 private:
  std::string text_;
};

constexpr uint32_t kV1 = 0xF993FAC8, kV2 = 0xF993FAC9, kV3 = 0xF993FACA;

Params Read(const Bytes& bytes) {
  const test::TempFolder folder;
  return ReadParams(folder.Write("x.params", bytes.Str()));
}

void ExpectRefused(const Bytes& bytes, const std::vector<std::string>& parts) {
  const test::TempFolder folder;
  const std::string path = folder.Write("x.params", bytes.Str());
  std::vector<std::string> all = parts;
  all.push_back(path + ": at byte ");
  test::ExpectError([&] { ReadParams(path); }, ErrorKind::kBadModel, all);
}

// The values that the fixtures hold: element k is k % 7 - 2 (k % 7 in unsigned arrays, k % 2 in boolean ones).
void ExpectPattern(const Tensor& tensor, ElementType type, const Shape& shape) {
  EXPECT_EQ(tensor.Type(), type);
  ASSERT_EQ(tensor.Shape(), shape);
  const std::vector<double> values = tensor.ToVector<double>();
  for (size_t k = 0; k < values.size(); ++k) {
    const double expected = type == ElementType::kBool ? k % 2
                            : type == ElementType::kU8 ? k % 7
                                                       : static_cast<double>(k % 7) - 2;
    EXPECT_EQ(values[k], expected) << "element " << k << " of " << type << shape;
  }
}

TEST(ParamsReader, ReadsEveryTypeThatMXNetSaves) {
  const Params params = ReadParams(kData + "types.params");
  EXPECT_TRUE(params.Named());
  EXPECT_EQ(params.All().size(), 9U);
  const std::pair<const char*, ElementType> expected[] = {
      {"uint8", ElementType::kU8},  {"int8", ElementType::kI8},     {"float16", ElementType::kF16},
      {"bool", ElementType::kBool}, {"float32", ElementType::kF32}, {"float64", ElementType::kF64},
      {"int32", ElementType::kI32}, {"int64", ElementType::kI64},   {"bfloat16", ElementType::kBF16},
  };
  for (const auto& [name, type] : expected) {
    const auto tensor = params.Find(ParamKind::kArgument, name);
    ASSERT_TRUE(tensor) << name;
    ExpectPattern(*tensor, type, {3, 5});
  }
}

TEST(ParamsReader, MakesSparseArraysDense) {
  const Params params = ReadParams(kData + "sparse.params");
  EXPECT_EQ(params.All().size(), 5U);
  const auto values = [&](const char* name) { return params.Find(name)->ToVector<float>(); };
  EXPECT_EQ(params.Find("rows")->Shape(), (Shape{6, 3}));
  EXPECT_EQ(values("rows"), (Floats{0, 0, 0, -2, -1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0}));
  EXPECT_EQ(params.Find("matrix")->Shape(), (Shape{4, 5}));
  EXPECT_EQ(values("matrix"), (Floats{1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3, 4, 5, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(values("no_rows"), (Floats{0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(values("no_values"), (Floats{0, 0, 0, 0, 0, 0}));
  ExpectPattern(*params.Find("dense"), ElementType::kF32, {2, 2});
}

TEST(ParamsReader, ReadsFilesWithoutNames) {
  const Params params = ReadParams(kData + "unnamed.nd");
  EXPECT_FALSE(params.Named());
  ASSERT_EQ(params.All().size(), 2U);
  EXPECT_EQ(params.All()[0].name, "0");
  EXPECT_EQ(params.All()[1].name, "1");
  ExpectPattern(params.All()[0].tensor, ElementType::kF32, {4});
  ExpectPattern(*params.Find("1"), ElementType::kI32, {2, 3});
  EXPECT_TRUE(ReadParams(kData + "empty.nd").All().empty());
}

TEST(ParamsReader, ReadsASingleArray) {
  const Params params = ReadParams(kData + "single.nd");
  EXPECT_FALSE(params.Named());
  ASSERT_EQ(params.All().size(), 1U);
  ExpectPattern(params.All()[0].tensor, ElementType::kF32, {2, 3});
  EXPECT_EQ(Read(Bytes().U32(2).U32(1).U32(2).ContextAndType(0).F32({3, 4})).All()[0].tensor.ToVector<float>(),
            (Floats{3, 4}));
  EXPECT_EQ(Read(Bytes().U32(kV1).Shape64({2}).ContextAndType(0).F32({3, 4})).All()[0].tensor.ToVector<float>(),
            (Floats{3, 4}));
}

TEST(ParamsReader, ReadsBareAndPrefixedNames) {
  const Params bare = ReadParams(kData + "gluon.params");
  EXPECT_EQ(bare.All().size(), 8U);
  for (const Param& param : bare.All()) EXPECT_EQ(param.kind, ParamKind::kUnknown);
  ExpectPattern(*bare.Find("0.weight"), ElementType::kF32, {2, 1, 3, 3});
  const Params prefixed = ReadParams(kData + "exported-0000.params");
  EXPECT_EQ(prefixed.All().size(), 8U);
  EXPECT_TRUE(prefixed.Find(ParamKind::kArgument, "net_conv0_weight"));
  EXPECT_FALSE(prefixed.Find(ParamKind::kAuxiliary, "net_conv0_weight"));
  EXPECT_TRUE(prefixed.Find(ParamKind::kAuxiliary, "net_batchnorm0_running_var"));
  EXPECT_FALSE(prefixed.Find("arg:net_conv0_weight"));
  EXPECT_TRUE(Contains(prefixed.List(), "arg:net_conv0_weight f32[2,1,3,3]\n"));
  EXPECT_TRUE(Contains(prefixed.List(), "aux:net_batchnorm0_running_var f32[2]\n"));
}

TEST(ParamsReader, FollowsNumPysShapeRules) {
  const Params params = ReadParams(kData + "numpy.params");
  ExpectPattern(*params.Find("scalar"), ElementType::kF32, {});
  EXPECT_EQ(params.Find("none")->Shape(), (Shape{0, 3}));
  ExpectPattern(*params.Find("matrix"), ElementType::kF32, {2, 3});
  // Rank -1 and size -1 are "no array yet".
  const Params unknown =
      Read(Bytes().Header(2).U32(kV3).I32(0).I32(-1).U32(kV3).I32(0).Shape64({2, -1}).Names({"a", "b"}));
  EXPECT_FALSE(unknown.All()[0].tensor.IsDefined());
  EXPECT_FALSE(unknown.Find("b"));
  EXPECT_EQ(unknown.List(), "a none\nb none\n");
}

TEST(ParamsReader, ReadsEveryAgeInOneFile) {
  Bytes bytes;
  bytes.Header(5);
  bytes.U32(2).U32(1).U32(2).ContextAndType(0, 2, 3).F32({1, 2});   // oldest, saved from the third GPU
  bytes.U32(kV1).Shape64({1, 2}).ContextAndType(0, 3).F32({3, 4});  // pinned memory
  bytes.U32(kV2).I32(0).Shape64({1, 2}).ContextAndType(0).F32({5, 6});
  bytes.U32(kV3).I32(0).Shape64({1, 2}).ContextAndType(0, 5).F32({7, 8});
  bytes.U32(0);  // oldest, empty
  const Params params = Read(bytes.Names({"arg:a", "aux:b", "c", "arg:d", "e"}));
  ASSERT_EQ(params.All().size(), 5U);
  float expected = 1;
  for (size_t i = 0; i < 4; ++i, expected += 2) {
    EXPECT_EQ(params.All()[i].tensor.Shape(), (Shape{1, 2}));
    EXPECT_EQ(params.All()[i].tensor.ToVector<float>(), (Floats{expected, expected + 1}));
    EXPECT_EQ(params.All()[i].tensor.OwnedBytes(), 0U) << "dense arrays are views of the file";
  }
  EXPECT_EQ(params.All()[1].kind, ParamKind::kAuxiliary);
  EXPECT_FALSE(params.All()[4].tensor.IsDefined());
  // V1 and V2 arrays of rank 0 are empty as well.
  const Params empty = Read(Bytes().Header(2).U32(kV1).Shape64({}).U32(kV2).I32(0).Shape64({}).Names({}));
  EXPECT_FALSE(empty.All()[0].tensor.IsDefined());
  EXPECT_FALSE(empty.All()[1].tensor.IsDefined());
}

TEST(ParamsReader, FindsArgumentsBeforeStatesBeforeBareNames) {
  const auto one = [](float value) { return Bytes().U32(1).U32(1).ContextAndType(0).F32({value}).Str(); };
  const Params params = Read(
      Bytes().Header(4).Text(one(1)).Text(one(2)).Text(one(3)).Text(one(4)).Names({"w", "aux:w", "arg:w", "aux:v"}));
  EXPECT_EQ(params.Find("w")->ToVector<float>(), (Floats{3}));
  EXPECT_EQ(params.Find(ParamKind::kAuxiliary, "w")->ToVector<float>(), (Floats{2}));
  EXPECT_EQ(params.Find(ParamKind::kUnknown, "w")->ToVector<float>(), (Floats{1}));
  EXPECT_EQ(params.Find("v")->ToVector<float>(), (Floats{4}));
  EXPECT_FALSE(params.Find(ParamKind::kArgument, "v"));
  EXPECT_FALSE(params.Find("u"));
  // Two arrays of one name are one when they are equal.
  EXPECT_EQ(Read(Bytes().Header(2).Text(one(1)).Text(one(1)).Names({"w", "w"})).Find("w")->ToVector<float>(),
            (Floats{1}));
  const test::TempFolder folder;
  const std::string path =
      folder.Write("x.params", Bytes().Header(2).Text(one(1)).Text(one(2)).Names({"arg:w", "arg:w"}).Str());
  test::ExpectError([&] { ReadParams(path); }, ErrorKind::kBadModel,
                    {path + ": two different arrays are called \"arg:w\""});
}

TEST(ParamsReader, RefusesDamageWithOffsetAndExpectation) {
  ExpectRefused(Bytes().U64(0x112).U64(1).U64(0), {"at byte 8: reserved word: got 1, expected 0"});
  ExpectRefused(Bytes().U64(0x112).U64(0),
                {"at byte 16: number of arrays: the file ends after 0 bytes more, expected 8"});
  ExpectRefused(Bytes().Header(1), {"at byte 16: number of arrays: got 1, expected at most 0"});
  ExpectRefused(Bytes().Header(UINT64_MAX).U32(0), {"at byte 16: number of arrays: got 18446744073709551615"});
  ExpectRefused(Bytes().Header(1).U32(33), {"at byte 24: array 0: start of an array: got 33"});
  ExpectRefused(Bytes().Header(1).U32(0xF993FACB), {"at byte 24: array 0: start of an array"});
  ExpectRefused(Bytes().Header(1).U32(2).U32(1), {"at byte 32: array 0: size of an axis: the file ends"});
  ExpectRefused(Bytes().Header(1).U32(kV1).I32(-1), {"at byte 28: array 0: rank: got -1, expected 0 to 32"});
  ExpectRefused(Bytes().Header(1).U32(kV1).I32(1000), {"rank: got 1000"});
  ExpectRefused(Bytes().Header(1).U32(kV3).I32(0).I32(-2), {"at byte 32: array 0: rank: got -2, expected -1 to 32"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(3), {"at byte 28: array 0: storage: got 3, expected 0 (dense)"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(-1), {"storage: got -1"});
  ExpectRefused(Bytes().Header(1).U32(kV3).I32(1).Shape64({1}),
                {"storage: got 1, expected 0 (dense) in an array of NumPy"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({-2}).ContextAndType(0),
                {"at byte 56: array 0: shape [-2]: got a negative size"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({1}).ContextAndType(13).U32(0),
                {"at byte 52: array 0: type: got 13"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({1}).ContextAndType(-1).U32(0), {"type: got -1"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({3}).ContextAndType(0).F32({1, 2}),
                {"at byte 56: array 0: values of [3] f32: the file ends after 8 bytes more, expected 12"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({int64_t{1} << 40, int64_t{1} << 40}).ContextAndType(0),
                {"expected more than 2^64"});
  ExpectRefused(Bytes().Header(1).U32(kV2).I32(0).Shape64({INT64_MAX, 4, 0}).ContextAndType(0), {"at byte "});
  ExpectRefused(Bytes().Header(1).U32(2).U32(UINT32_MAX).U32(UINT32_MAX).ContextAndType(1),
                {"values of [4294967295,4294967295] f64"});
  const std::string good = Bytes().U32(1).U32(1).ContextAndType(0).F32({1}).Str();  // 24 bytes
  ExpectRefused(Bytes().Header(1).Text(good), {"at byte 48: number of names: the file ends"});
  ExpectRefused(Bytes().Header(2).Text(good).Text(good).Names({"a"}),
                {"at byte 72: number of names: got 1, expected 0 or 2"});
  ExpectRefused(Bytes().Header(1).Text(good).U64(UINT64_MAX), {"number of names: got 18446744073709551615"});
  ExpectRefused(Bytes().Header(1).Text(good).U64(1).U64(9).Text("x"),
                {"at byte 56: name 0: length: got 9, expected at most 1"});
  ExpectRefused(Bytes().Header(1).Text(good).Names({"a"}).Text("z"),
                {"at byte 65: got 1 more byte, expected the end of the file"});
  ExpectRefused(Bytes().U32(kV1).Shape64({1}).ContextAndType(0).F32({1, 2}), {"at byte 32: got 4 more bytes"});
  const test::TempFolder folder;
  const std::string path =
      folder.Write("x.params", Bytes().Header(1).U32(kV2).I32(0).Shape64({1}).ContextAndType(8).U32(0).Str());
  test::ExpectError([&] { ReadParams(path); }, ErrorKind::kUnsupported,
                    {path + ": at byte 52: array 0: type: moir has no tensors of int16"});
}

Bytes RowSparse(std::initializer_list<int64_t> stored, std::initializer_list<int64_t> dims, std::vector<int64_t> rows,
                int32_t index_type = 6) {
  Bytes bytes;
  bytes.Header(1)
      .U32(kV2)
      .I32(1)
      .Shape64(stored)
      .Shape64(dims)
      .ContextAndType(0)
      .I32(index_type)
      .Shape64({static_cast<int64_t>(rows.size())});
  bytes.F32({1, 2, 3, 4});
  for (const int64_t row : rows) bytes.I64(row);
  return bytes.Names({"w"});
}

Bytes Csr(std::initializer_list<int64_t> dims, std::vector<int64_t> starts, std::vector<int64_t> columns) {
  Bytes bytes;
  bytes.Header(1).U32(kV2).I32(2).Shape64({3}).Shape64(dims).ContextAndType(0);
  bytes.I32(6).Shape64({static_cast<int64_t>(starts.size())}).I32(6).Shape64({static_cast<int64_t>(columns.size())});
  bytes.F32({1, 2, 3});
  for (const int64_t start : starts) bytes.I64(start);
  for (const int64_t column : columns) bytes.I64(column);
  return bytes.Names({"w"});
}

TEST(ParamsReader, RefusesBrokenSparseArrays) {
  EXPECT_EQ(Read(RowSparse({2, 2}, {3, 2}, {0, 2})).Find("w")->ToVector<float>(), (Floats{1, 2, 0, 0, 3, 4}));
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {0, 3}), {"row number: got 3, expected one in (0, 3)"});
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {-1, 2}), {"row number: got -1"});
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {2, 0}), {"row number: got 0, expected one in (2, 3)"});
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {1, 1}), {"row number: got 1"});
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {0}), {"row_sparse values of [2,2]: expected [1,2] for 1 row numbers"});
  ExpectRefused(RowSparse({4}, {3, 2}, {0, 1}), {"row_sparse values of [4]"});
  ExpectRefused(RowSparse({2, 2}, {3, 2}, {0, 1}, 0), {"type of an index array: got f32"});
  ExpectRefused(RowSparse({2, 2}, {int64_t{1} << 40, 2}, {0, 1}), {"too large to be made dense"});
  ExpectRefused(RowSparse({2, 2}, {INT64_MAX, INT64_MAX}, {0, 1}), {"too large to be made dense"});
  ExpectRefused(RowSparse({2, 2}, {-3, 2}, {0, 1}), {"got a negative size"});
  ExpectRefused(RowSparse({-2, 2}, {3, 2}, {0, 1}), {"got a negative size"});

  EXPECT_EQ(Read(Csr({2, 3}, {0, 2, 3}, {0, 2, 1})).Find("w")->ToVector<float>(), (Floats{1, 0, 2, 0, 3, 0}));
  ExpectRefused(Csr({2, 3}, {0, 2, 3}, {0, 3, 1}), {"column number: got 3, expected one in (0, 3)"});
  ExpectRefused(Csr({2, 3}, {0, 2, 3}, {2, 0, 1}), {"column number: got 0"});
  ExpectRefused(Csr({2, 3}, {0, 2, 3}, {0, 2, -1}), {"column number: got -1"});
  ExpectRefused(Csr({2, 3}, {0, 4, 3}, {0, 2, 1}), {"csr row starts: got 4 after 0"});
  ExpectRefused(Csr({2, 3}, {0, -1, 3}, {0, 2, 1}), {"csr row starts: got -1"});
  ExpectRefused(Csr({2, 3}, {1, 2, 3}, {0, 2, 1}), {"csr row starts"});
  ExpectRefused(Csr({2, 3}, {0, 2, 2}, {0, 2, 1}), {"csr row starts"});
  ExpectRefused(Csr({2, 3}, {0, 3}, {0, 1, 2}), {"csr row starts: got 2"});
  ExpectRefused(Csr({2, 3}, {0, 2, 3}, {0, 2}), {"csr values of [3]: expected [2]"});
  ExpectRefused(Csr({6}, {0, 2, 3}, {0, 2, 1}), {"expected two axes"});
}

TEST(ParamsReader, NamesForeignFiles) {
  const std::pair<std::string, std::string> files[] = {
      {"", "empty"},
      {R"({"nodes": []})", "JSON"},
      {"\x89PNG\r\n\x1a\n", "PNG"},
      {"\xFF\xD8\xFF\xE0", "JPEG"},
      {"\x1F\x8B\x08", "gzip"},
      {"PK\x03\x04", "save it with mx.nd.save"},
      {"\x93NUMPY\x01", "NumPy"},
      {"<!DOCTYPE html>\n<html>", "HTML"},
      {"\n<HTML>", "HTML"},
      {"<?xml version=\"1.0\"?>", "XML"},
      {"version https://git-lfs.github.com/spec/v1\noid", "git-lfs"},
      {std::string("\x08\x07\x12\x07pytorch\x1a", 12), "ONNX"},
      {"\x80\x02}q", "pickle"},
      {"\x89HDF\r\n", "HDF5"},
      {"hello", "got bytes 68 65 6c 6c 6f, expected 0x112"},
      {std::string("\x12\x01\0\0\0\0\0\1", 8), "got bytes 12 1 0 0 0 0 0 1"},
      {std::string("\0\0\0\0\0\0\0\0\0\0\0\0", 12), "got bytes 0 0 0 0"},
      {std::string("\x02\0\0\0\1\0\0\0", 8), "not an MXNet array file"},
      {"a", "got bytes 61"},
  };
  for (const auto& [content, part] : files) ExpectRefused(Bytes().Text(content), {"at byte 0: ", part});
  test::ExpectError([] { ReadParams(kData + "old-symbol.json"); }, ErrorKind::kBadModel,
                    {"old-symbol.json: at byte 0: ", "JSON"});
  test::ExpectError([] { ReadParams(kData + "absent.params"); }, ErrorKind::kIo, {"absent.params"});
  test::ExpectError([] { ReadParams(kData); }, ErrorKind::kIo, {"folder"});
}

// What a damaged file may still be read as: as many arrays of as many bytes (of sparse ones the file has no say in
// those).
size_t TotalBytes(const Params& params) {
  size_t bytes = 0;
  for (const Param& param : params.All()) bytes += param.tensor.IsDefined() ? param.tensor.ByteSize() : 0;
  return bytes;
}

// Every cut is refused, every single flipped bit of the headers is refused or leaves the structure as it was.
void ExpectDamageIsFound(const Bytes& bytes, const std::string& what, bool sparse = false) {
  SCOPED_TRACE(what);
  const test::TempFolder folder;
  const std::string path = folder.Write("x.params", bytes.Str());
  const Params whole = ReadParams(path);
  size_t refused = 0;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (size_t bit = 0; bit < bytes.Str().size() * 8; ++bit) {
    if (sparse && bit % 8 != 0 && bit % 8 != 7) continue;  // large dense arrays take their time
    const char byte = bytes.Str()[bit / 8];
    file.seekp(static_cast<std::streamoff>(bit / 8)).put(static_cast<char>(byte ^ (1 << (bit % 8)))).flush();
    try {
      const Params params = ReadParams(path);
      EXPECT_EQ(params.All().size(), whole.All().size()) << "bit " << bit;
      if (!sparse) {
        EXPECT_EQ(TotalBytes(params), TotalBytes(whole)) << "bit " << bit;
      }
    } catch (const graph::Error& error) {
      ++refused;
      EXPECT_TRUE(error.Kind() == ErrorKind::kBadModel || error.Kind() == ErrorKind::kUnsupported) << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with(path + ": ")) << "bit " << bit << ": " << error.what();
    }
    file.seekp(static_cast<std::streamoff>(bit / 8)).put(byte).flush();
  }
  EXPECT_GT(refused, 100U);
  ASSERT_EQ(ReadParams(path).All().size(), whole.All().size()) << "the file is whole again";
  for (size_t size = bytes.Str().size(); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    test::ExpectError([&] { ReadParams(path); }, ErrorKind::kBadModel, {path + ": at byte "});
  }
}

TEST(ParamsReader, FindsDamageInEveryAge) {
  ExpectDamageIsFound(Bytes()
                          .Header(2)
                          .U32(2)
                          .U32(2)
                          .U32(3)
                          .ContextAndType(0)
                          .F32({1, 2, 3, 4, 5, 6})
                          .U32(1)
                          .U32(1)
                          .ContextAndType(4)
                          .I32(7)
                          .Names({"arg:w", "aux:v"}),
                      "oldest");
  ExpectDamageIsFound(
      Bytes().Header(1).U32(kV1).Shape64({2, 3}).ContextAndType(0).F32({1, 2, 3, 4, 5, 6}).Names({"arg:w"}), "V1");
  ExpectDamageIsFound(
      Bytes().Header(1).U32(kV2).I32(0).Shape64({2, 3}).ContextAndType(0).F32({1, 2, 3, 4, 5, 6}).Names({"arg:w"}),
      "V2");
  ExpectDamageIsFound(Bytes()
                          .Header(2)
                          .U32(kV3)
                          .I32(0)
                          .Shape64({2})
                          .ContextAndType(1)
                          .Put(1.0)
                          .Put(2.0)
                          .U32(kV3)
                          .I32(0)
                          .Shape64({})
                          .ContextAndType(0)
                          .F32({1})
                          .Names({"a", "b"}),
                      "V3");
  ExpectDamageIsFound(RowSparse({2, 2}, {3, 2}, {0, 2}), "row_sparse", true);
  ExpectDamageIsFound(Csr({2, 3}, {0, 2, 3}, {0, 2, 1}), "csr", true);
}

}  // namespace
}  // namespace moir::mo
