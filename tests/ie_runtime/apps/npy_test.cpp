#include "ie_runtime/apps/common/npy.h"

#include <bit>
#include <cstring>

#include "tests/ie_runtime/apps/app_testing.h"

namespace moir::apps {
namespace {

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  return std::vector<T>(tensor.Data<T>(), tensor.Data<T>() + tensor.GetSize());
}

template <typename T>
void ExpectFixture(const std::string& name, ElementType type, const std::vector<T>& values) {
  SCOPED_TRACE(name);
  const Tensor tensor = ReadNpy(NpyFixture(name));
  EXPECT_EQ(tensor.GetElementType(), type);
  EXPECT_EQ(tensor.GetShape(), (Shape{2, 3}));
  EXPECT_EQ(Values<T>(tensor), values);
}

std::string FileWith(const std::string& dict, const std::string& values) {
  std::string file("\x93NUMPY\x01\0", 8);
  file += static_cast<char>(dict.size() & 0xff);
  file += static_cast<char>(dict.size() >> 8);
  return file + dict + values;
}

Tensor Parse(const std::string& file) { return ParseNpy(std::as_bytes(std::span(file)), "a.npy"); }

constexpr std::string_view kDict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";

TEST(NpyTest, ReadsEveryTypeAsNumPyWritesIt) {
  const std::vector<float> halves = {-1, -0.5, 0, 0.5, 1, 1.5};
  ExpectFixture<float>("f32.npy", ElementType::kF32, halves);
  ExpectFixture<double>("f64.npy", ElementType::kF64, {-1, -0.5, 0, 0.5, 1, 1.5});
  ExpectFixture<uint16_t>("f16.npy", ElementType::kF16, {0xbc00, 0xb800, 0, 0x3800, 0x3c00, 0x3e00});
  ExpectFixture<int8_t>("i8.npy", ElementType::kI8, {-2, -1, 0, 1, 2, 3});
  ExpectFixture<uint8_t>("u8.npy", ElementType::kU8, {0, 1, 2, 3, 4, 5});
  ExpectFixture<int32_t>("i32.npy", ElementType::kI32, {-2, -1, 0, 1, 2, 3});
  ExpectFixture<int64_t>("i64.npy", ElementType::kI64, {-2, -1, 0, 1, 2, 3});
  ExpectFixture<bool>("bool.npy", ElementType::kBool, {false, true, false, true, false, true});
}

TEST(NpyTest, ReadsEveryVersionAndFortranOrder) {
  const std::vector<float> halves = {-1, -0.5, 0, 0.5, 1, 1.5};
  ExpectFixture<float>("version2.npy", ElementType::kF32, halves);
  ExpectFixture<float>("version3.npy", ElementType::kF32, halves);
  ExpectFixture<float>("f32_fortran.npy", ElementType::kF32, halves);
}

TEST(NpyTest, ReordersFortranOrderOfThreeAxes) {
  std::string values(24, '\0');
  for (int i = 0; i < 24; ++i) values[static_cast<size_t>(i)] = static_cast<char>(i);
  const Tensor tensor = Parse(FileWith("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3, 4), }", values));
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) EXPECT_EQ(tensor.Data<int8_t>()[i * 12 + j * 4 + k], i + 2 * j + 6 * k);
    }
  }
}

TEST(NpyTest, ReadsScalarsAndEmptyArrays) {
  const Tensor scalar = ReadNpy(NpyFixture("scalar.npy"));
  EXPECT_EQ(scalar.GetShape(), Shape{});
  EXPECT_EQ(Values<float>(scalar), std::vector<float>{2.5});
  const Tensor empty = ReadNpy(NpyFixture("empty.npy"));
  EXPECT_EQ(empty.GetShape(), (Shape{0, 4}));
  EXPECT_EQ(empty.GetSize(), 0u);
}

TEST(NpyTest, WritesTheHeaderThatNumPyWrites) {
  for (const std::string name : {"f16", "f32", "f64", "i8", "u8", "i32", "i64", "bool", "scalar", "empty"}) {
    SCOPED_TRACE(name);
    const std::string file = ReadBytes(NpyFixture(name + ".npy"));
    const Tensor tensor = ReadNpy(NpyFixture(name + ".npy"));
    std::string written = MakeNpyHeader(tensor.GetElementType(), tensor.GetShape());
    written.append(static_cast<const char*>(tensor.Data()), tensor.GetByteSize());
    // NumPy leaves more room for a growing first axis or less, from version to version; the dict and the values must
    // agree.
    const auto without_padding = [](const std::string& bytes) {
      const size_t end = bytes.find("}");
      return bytes.substr(10, end - 9) + bytes.substr(bytes.find('\n', end));
    };
    EXPECT_EQ(without_padding(written), without_padding(file));
    EXPECT_EQ((written.size() - tensor.GetByteSize()) % 64, 0u);
  }
}

TEST(NpyTest, RoundTripsOneAxis) {
  const std::string file = MakeNpyHeader(ElementType::kU8, {3}) + "abc";
  const Tensor tensor = Parse(file);
  EXPECT_EQ(tensor.GetShape(), Shape{3});
  EXPECT_EQ(Values<uint8_t>(tensor), (std::vector<uint8_t>{'a', 'b', 'c'}));
}

TEST(NpyTest, AcceptsAnyOrderOfKeysQuotesAndPythonTwosLongs) {
  const Tensor tensor = Parse(FileWith("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|u1\"}", "xy"));
  EXPECT_EQ(tensor.GetShape(), Shape{2});
}

TEST(NpyTest, RefusesTypesItDoesNotKnowByName) {
  ExpectError(ErrorKind::kUnsupported, ">f4", [] { ReadNpy(NpyFixture("big_endian.npy")); });
  ExpectError(ErrorKind::kUnsupported, "<c8", [] { ReadNpy(NpyFixture("complex.npy")); });
  ExpectError(ErrorKind::kUnsupported, "structured", [] { ReadNpy(NpyFixture("structured.npy")); });
  ExpectError(ErrorKind::kUnsupported, "bf16", [] { MakeNpyHeader(ElementType::kBF16, {1}); });
}

TEST(NpyTest, RefusesEveryTruncation) {
  const std::string file = ReadBytes(NpyFixture("f32.npy"));
  for (size_t size = 0; size < file.size(); ++size) {
    SCOPED_TRACE(size);
    ExpectError(ErrorKind::kBadModel, "a.npy", [&] { Parse(file.substr(0, size)); });
  }
  EXPECT_NO_THROW(Parse(file));
  ExpectError(ErrorKind::kBadModel, "25 bytes of values, expected 24", [&] { Parse(file + "x"); });
}

TEST(NpyTest, RefusesOtherVersionsAndFiles) {
  std::string file = ReadBytes(NpyFixture("f32.npy"));
  file[6] = 4;
  ExpectError(ErrorKind::kUnsupported, "version 4", [&] { Parse(file); });
  ExpectError(ErrorKind::kBadModel, "not a NumPy array", [] { Parse("PK\3\4 and more than twelve bytes"); });
  ExpectError(ErrorKind::kIo, "nothing.npy", [] { ReadNpy("nothing.npy"); });
}

TEST(NpyTest, RefusesDamagedHeaders) {
  const std::string good(kDict);
  EXPECT_NO_THROW(Parse(FileWith(good, std::string(8, '\0'))));
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return FileWith(text.replace(text.find(from), from.size(), to), std::string(8, '\0'));
  };
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"{", ""},
                                                                                 {"'descr'", "descr"},
                                                                                 {"'descr'", "'desc'"},
                                                                                 {"'fortran_order'", "'descr'"},
                                                                                 {"False", "0"},
                                                                                 {":", ""},
                                                                                 {"(1, 2)", "(1, -2)"},
                                                                                 {"(1, 2)", "(1, 2"},
                                                                                 {"(1, 2)", "(1 2)"},
                                                                                 {"(1, 2)", "(1, a)"},
                                                                                 {"'shape': (1, 2), ", ""},
                                                                                 {"}", "} x"},
                                                                                 {", }", ""}}) {
    SCOPED_TRACE(from + " -> " + to);
    ExpectError(ErrorKind::kBadModel, "header of the array", [&] { Parse(replaced(from, to)); });
  }
}

TEST(NpyTest, RefusesSizesThatOverflow) {
  for (const std::string shape : {"(9223372036854775807, 9223372036854775807)", "(4294967296, 4294967296)",
                                  "(99999999999999999999,)", "(9223372036854775807, 4, 0)"}) {
    SCOPED_TRACE(shape);
    ExpectError(ErrorKind::kBadModel, "too large", [&] {
      Parse(FileWith("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }", "12345678"));
    });
  }
  EXPECT_EQ(Parse(FileWith("{'descr': '<f4', 'fortran_order': True, 'shape': (1000000, 4, 0), }", "")).GetSize(), 0u);
}

TEST(NpyTest, RefusesBooleansThatAreNeither) {
  const std::string dict = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_NO_THROW(Parse(FileWith(dict, std::string("\1\0", 2))));
  ExpectError(ErrorKind::kBadModel, "got 2 for a bool", [&] { Parse(FileWith(dict, "\1\2")); });
}

}  // namespace
}  // namespace moir::apps
