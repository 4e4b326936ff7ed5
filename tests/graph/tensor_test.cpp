#include "graph/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::MappedFile;

TEST(TensorTest, StartsAsZeros) {
  const Tensor x(ElementType::kI32, {2, 3});
  EXPECT_EQ(x.NumElements(), 6);
  EXPECT_EQ(x.ByteSize(), 24u);
  for (const int32_t value : x.Values<int32_t>()) EXPECT_EQ(value, 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(x.Data()) % 64, 0u);
  EXPECT_FALSE(Tensor().IsDefined());
  ExpectError([&] { x.Values<float>(); }, ErrorKind::kInternal, {"tensor of i32 asked for as f32"});
}

TEST(TensorTest, ValuesOfAllSizesAreAligned) {
  for (const int64_t size : {0, 1, 15, 16, 17, 1000, 1023, 1024, 1025, 5000, 100000}) {
    const Tensor zeros(ElementType::kF32, {size});
    const Tensor converted = zeros.ConvertTo(ElementType::kF64);
    for (const Tensor& tensor : {zeros, converted}) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.Data()) % 64, 0u) << size;
      const std::vector<double> values = tensor.ToVector<double>();
      EXPECT_EQ(values, std::vector<double>(static_cast<size_t>(size))) << size;
    }
  }
}

TEST(TensorTest, CopiesShareUntilOneIsWritten) {
  Tensor a = Tensor::FromValues<float>({3}, {1, 2, 3});
  Tensor b = a;
  EXPECT_EQ(a.Data(), b.Data());
  b.MutableValues<float>()[0] = 9;
  EXPECT_NE(a.Data(), b.Data());
  ExpectValues<float>(a, {3}, {1, 2, 3});
  ExpectValues<float>(b, {3}, {9, 2, 3});
  // Nobody else holds b's values now: writing keeps them in place.
  const void* before = b.Data();
  b.MutableValues<float>()[1] = 8;
  EXPECT_EQ(b.Data(), before);
}

TEST(TensorTest, WrapWritesIntoForeignMemory) {
  float memory[2] = {1, 2};
  Tensor x = Tensor::Wrap(memory, ElementType::kF32, {2});
  x.MutableValues<float>()[1] = 5;
  EXPECT_EQ(memory[1], 5);
  EXPECT_EQ(x.OwnedBytes(), 0u);
  // Multiplied factors live in memory of the tensor's own, and copies are apart again.
  Tensor scaled = x.Scaled(0, {2, 3});
  ExpectValues<float>(scaled, {2}, {2, 15});
  Tensor copy = scaled;
  copy.MutableValues<float>()[0] = 7;
  ExpectValues<float>(scaled, {2}, {2, 15});
  EXPECT_EQ(memory[0], 1);
}

TEST(TensorTest, MapsAFile) {
  const TempFolder folder;
  const float values[4] = {1, 2, 3, 4};
  const std::string path =
      folder.Write("w.bin", "...." + std::string(reinterpret_cast<const char*>(values), sizeof(values)));
  const auto file = MappedFile::Open(path);
  EXPECT_EQ(file->Size(), 20u);
  Tensor x = Tensor::Map(file, 4, ElementType::kF32, {2, 2});
  ExpectValues<float>(x, {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(x.Data(), file->Data() + 4);
  EXPECT_EQ(x.OwnedBytes(), 0u);
  Tensor copy = x;
  copy.MutableValues<float>()[0] = 9;
  EXPECT_EQ(copy.OwnedBytes(), 16u);
  ExpectValues<float>(x, {2, 2}, {1, 2, 3, 4});
  // Not aligned for its type: the values move, the tensor owns them.
  EXPECT_EQ(Tensor::Map(file, 2, ElementType::kF32, {1}).OwnedBytes(), 4u);
  EXPECT_EQ(Tensor::Map(file, 3, ElementType::kU8, {17}).OwnedBytes(), 0u);
  ExpectError([&] { Tensor::Map(file, 8, ElementType::kF32, {4}); }, ErrorKind::kBadModel,
              {"w.bin: at byte 8: [4] of f32 does not fit in the file's 20 bytes"});
  ExpectError([&] { Tensor::Map(file, 21, ElementType::kU8, {0}); }, ErrorKind::kBadModel, {"does not fit"});
  ExpectError([&] { Tensor::Map(file, 0, ElementType::kF64, Shape{int64_t{1} << 61}); }, ErrorKind::kBadModel,
              {"does not fit"});
  ExpectError(
      [&] {
        Tensor::Map(file, 0, ElementType::kF32, (Shape{int64_t{1} << 40, int64_t{1} << 40}));
      },
      ErrorKind::kBadModel, {"63 bits"});
  ExpectValues<float>(x, {2, 2}, {1, 2, 3, 4});
  file->Release(0, 20);
  ExpectValues<float>(x, {2, 2}, {1, 2, 3, 4});
}

TEST(MappedFileTest, SaysWhyItCannotOpen) {
  const TempFolder folder;
  ExpectError([&] { MappedFile::Open(folder.File("none")); }, ErrorKind::kIo, {"none: cannot open: No such file"});
  ExpectError([&] { MappedFile::Open(folder.Path()); }, ErrorKind::kIo, {"cannot read: it is a folder"});
  EXPECT_EQ(MappedFile::Open(folder.Write("empty", ""))->Size(), 0u);
}

TEST(TensorTest, FactorsWaitUntilTheyAreNeeded) {
  const Tensor x = Tensor::FromValues<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor rows = x.Scaled(0, {10, 100});
  EXPECT_TRUE(rows.HasPendingFactors());
  EXPECT_FALSE(x.HasPendingFactors());
  const Tensor both = rows.Scaled(1, {1, 0, -1}).Scaled(0, {2, 1}).Scaled(-1, {1, 1, 2});
  ExpectValues<float>(both, {2, 3}, {20, 0, -120, 400, 0, -1200});
  EXPECT_FALSE(both.HasPendingFactors());
  ExpectValues<float>(rows.Reshaped({3, 2}), {3, 2}, {10, 20, 30, 400, 500, 600});
  ExpectValues<float>(x, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(rows.ConvertTo(ElementType::kI32).Values<int32_t>()[5], 600);
  const Tensor half = Tensor::FromValues<float>({2}, {0.1f, 3}).ConvertTo(ElementType::kF16).Scaled(0, {3, 2});
  EXPECT_EQ(half.ToVector<float>()[1], 6);
  ExpectError([&] { Tensor(ElementType::kI32, {1}).Scaled(0, {1}); }, ErrorKind::kInternal,
              {"factors on a tensor of i32"});
  ExpectError([&] { x.Scaled(1, {1}); }, ErrorKind::kInternal, {"1 factors for axis 1"});
}

TEST(TensorTest, AWriterOfAScaledTensorLeavesItsCopiesAlone) {
  Tensor a = Tensor::FromValues<float>({2}, {1, 2}).Scaled(0, {3, 4});
  Tensor b = a;
  a.MutableValues<float>()[0] = 0;
  ExpectValues<float>(a, {2}, {0, 8});
  ExpectValues<float>(b, {2}, {3, 8});
}

TEST(TensorTest, StreamsInPieces) {
  const Tensor x = Tensor::FromValues<float>({2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  for (const bool scaled : {false, true}) {
    const Tensor source = scaled ? x.Scaled(0, {1, 10}).Scaled(1, {1, 2, 3, 4, 5}) : x;
    for (const size_t piece : {size_t{1}, size_t{4}, size_t{12}, size_t{15}, size_t{40}, size_t{1000}}) {
      SCOPED_TRACE(piece);
      std::vector<float> values;
      source.Stream(piece, [&](const std::byte* bytes, size_t size) {
        EXPECT_LE(size, std::max<size_t>(piece, 4));
        const size_t old = values.size();
        values.resize(old + size / 4);
        std::memcpy(values.data() + old, bytes, size);
      });
      EXPECT_EQ(source.HasPendingFactors(), scaled);
      EXPECT_EQ(values, (scaled ? std::vector<float>{1, 4, 9, 16, 25, 60, 140, 240, 360, 500}
                                : std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    }
  }
  size_t calls = 0;
  Tensor(ElementType::kF32, {0}).Stream(16, [&](const std::byte*, size_t) { ++calls; });
  EXPECT_EQ(calls, 0u);
}

TEST(TensorTest, EqualsLooksAtTypeShapeAndBytes) {
  const Tensor x = Tensor::FromValues<float>({4}, {1, 2, 3, 4});
  EXPECT_TRUE(x.Equals(Tensor::FromValues<float>({4}, {1, 2, 3, 4})));
  EXPECT_FALSE(x.Equals(Tensor::FromValues<float>({4}, {1, 2, 3, 5})));
  EXPECT_FALSE(x.Equals(x.Reshaped({2, 2})));
  EXPECT_FALSE(Tensor(ElementType::kF32, {1}).Equals(Tensor(ElementType::kI32, {1})));
  const float nan = std::nanf("");
  EXPECT_TRUE(Tensor::Scalar(nan).Equals(Tensor::Scalar(nan)));
  EXPECT_TRUE(Tensor().Equals(Tensor()));
  // Factors count, and large tensors are compared piece by piece to the end.
  EXPECT_TRUE(x.Scaled(0, {1, 1, 1, 2}).Equals(Tensor::FromValues<float>({4}, {1, 2, 3, 8})));
  EXPECT_FALSE(x.Scaled(0, {1, 1, 1, 2}).Equals(x));
  Tensor large = RandomTensor(ElementType::kF32, {2, 30000}, 3);
  const Tensor doubled = large.Scaled(0, {2, 2});
  Tensor expected = large;
  for (float& value : expected.MutableValues<float>()) value *= 2;
  EXPECT_TRUE(doubled.Equals(expected));
  expected.MutableValues<float>()[59999] += 1;
  EXPECT_FALSE(doubled.Equals(expected));
}

TEST(TensorTest, ConvertsBetweenTypes) {
  const Tensor x = Tensor::FromValues<float>({4}, {-1.7f, 0, 1e10f, 2.5f});
  EXPECT_EQ(x.ToVector<int32_t>(), (std::vector<int32_t>{-1, 0, 2147483647, 2}));
  EXPECT_EQ(x.ToVector<uint8_t>(), (std::vector<uint8_t>{0, 0, 255, 2}));
  EXPECT_EQ(x.ToVector<bool>(), (std::vector<bool>{true, false, true, true}));
  EXPECT_EQ(Tensor::Scalar(std::nanf("")).ToVector<int64_t>(), (std::vector<int64_t>{0}));
  EXPECT_EQ(x.ConvertTo(ElementType::kF32).Data(), x.Data());
  ExpectError([&] { x.Reshaped({3}); }, ErrorKind::kInternal, {"tensor of shape [4] reshaped to [3]"});
  ExpectError(
      [] {
        Tensor::FromValues<float>({3}, {1, 2});
      },
      ErrorKind::kInternal, {"tensor of shape [3] from 2 values"});
}

}  // namespace
}  // namespace moir::test
