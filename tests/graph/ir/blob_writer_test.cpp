#include "graph/ir/blob_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "graph/error.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::Blob;
using graph::BlobWriter;
using graph::F16;

constexpr float kSmallestNormal = std::numeric_limits<float>::min();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();

// Writes the tensors as blobs; what the file holds afterwards.
struct Written {
  std::vector<Blob> blobs;
  std::string bytes;
  graph::IrWriteReport report;
};
Written WriteBlobs(const std::vector<Tensor>& tensors, bool f16 = false) {
  const TempFolder folder;
  Written written;
  {
    graph::OutputFiles files;
    graph::OutputFile& file = files.Add(folder.File("blobs"));
    BlobWriter writer(file, f16, written.report);
    for (const Tensor& tensor : tensors) written.blobs.push_back(writer.Add(tensor));
    files.Publish();
  }
  written.bytes = folder.Read("blobs");
  return written;
}

template <typename T>
std::vector<T> ValuesAt(const Written& written, size_t blob) {
  std::vector<T> values(written.blobs[blob].size / sizeof(T));
  std::memcpy(values.data(), written.bytes.data() + written.blobs[blob].offset, written.blobs[blob].size);
  return values;
}

TEST(BlobWriter, StoresBlobsEndToEnd) {
  const Tensor a = RandomTensor(ElementType::kF32, Shape{3}, 1), b = RandomTensor(ElementType::kF32, Shape{5}, 2);
  const Written written = WriteBlobs({a, b});
  EXPECT_EQ(written.blobs[0].offset, 0u);
  EXPECT_EQ(written.blobs[1].offset, 12u);
  EXPECT_EQ(written.bytes.size(), 32u);
  EXPECT_EQ(ValuesAt<float>(written, 1), b.ToVector<float>());
}

TEST(BlobWriter, AlignsBlobsToTheirElements) {
  const Tensor a = Tensor::FromValues<uint8_t>(Shape{3}, {1, 2, 3}), b = Tensor::FromValues<int64_t>(Shape{1}, {7});
  const Written written = WriteBlobs({a, b});
  EXPECT_EQ(written.blobs[1].offset, 8u);
  EXPECT_EQ(ValuesAt<int64_t>(written, 1), std::vector<int64_t>{7});
}

TEST(BlobWriter, StoresEqualBlobsOnce) {
  const Tensor a = RandomTensor(ElementType::kF32, Shape{2, 500}, 1);
  const Tensor same = Tensor::FromValues<float>(Shape{1000}, a.ToVector<float>());
  Tensor near = same;
  near.MutableValues<float>()[501] += 1;  // between the samples
  const Written written = WriteBlobs({a, near, same, a});
  EXPECT_EQ(written.blobs[2].offset, 0u);
  EXPECT_EQ(written.blobs[3].offset, 0u);
  EXPECT_EQ(written.blobs[1].offset, 4000u);
  EXPECT_EQ(written.bytes.size(), 8000u);
  EXPECT_EQ(written.report.blobs_shared, 2u);
}

TEST(BlobWriter, DoesNotShareBlobsOfDifferentTypes) {
  const Tensor a = Tensor::FromValues<float>(Shape{2}, {0, 0}), b = Tensor::FromValues<int32_t>(Shape{2}, {0, 0});
  EXPECT_EQ(WriteBlobs({a, b}).blobs[1].offset, 8u);
}

TEST(BlobWriter, MultipliesOutstandingFactors) {
  const Tensor a = Tensor::FromValues<float>(Shape{2, 3}, {1, 2, 3, 4, 5, 6});
  const Written written = WriteBlobs({a.Scaled(0, {10, 100}), a});
  EXPECT_EQ(ValuesAt<float>(written, 0), (std::vector<float>{10, 20, 30, 400, 500, 600}));
  EXPECT_EQ(ValuesAt<float>(written, 1), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(BlobWriter, FlushesDenormals) {
  const Tensor a = Tensor::FromValues<float>(Shape{6}, {kDenormal, -kDenormal, kSmallestNormal, -kSmallestNormal, 0.0f,
                                                        std::nextafter(kSmallestNormal, 0.0f)});
  const Written written = WriteBlobs({a});
  EXPECT_EQ(written.report.denormals_flushed, 3u);
  EXPECT_EQ(ValuesAt<float>(written, 0), (std::vector<float>{0, 0, kSmallestNormal, -kSmallestNormal, 0, 0}));
  EXPECT_TRUE(std::signbit(ValuesAt<float>(written, 0)[1]));
  // A product of normal numbers may be one.
  EXPECT_EQ(WriteBlobs({Tensor::FromValues<float>(Shape{1}, {1e-30f}).Scaled(0, {1e-10f})}).report.denormals_flushed,
            1u);
}

TEST(BlobWriter, FindsDenormalsInEveryPieceOfALargeBlob) {
  Tensor a = RandomTensor(ElementType::kF32, Shape{1000003}, 1);
  for (const size_t i : {size_t{0}, size_t{131071}, size_t{131072}, size_t{500000}, size_t{1000002}})
    a.MutableValues<float>()[i] = kDenormal;
  const Written written = WriteBlobs({a});
  EXPECT_EQ(written.report.denormals_flushed, 5u);
  std::vector<float> expected = a.ToVector<float>();
  for (float& x : expected) x = x == kDenormal ? 0 : x;
  EXPECT_EQ(ValuesAt<float>(written, 0), expected);
}

// Small and large tensors by turns, as they lie, with factors, with denormals, as f16: what several threads make must
// be what one makes, tensor by tensor.
TEST(BlobWriter, StoresManyBlobsOfAllSizes) {
  std::vector<Tensor> tensors;
  std::vector<std::vector<float>> expected;
  size_t denormals = 0;
  for (int64_t i = 0; i < 60; ++i) {
    const int64_t channels = 1 + i % 7, inner = 1 + i * i * i * 4;
    Tensor tensor = RandomTensor(ElementType::kF32, Shape{channels, inner}, static_cast<uint64_t>(i));
    tensor.MutableValues<float>()[static_cast<size_t>(channels * inner - 1)] = kDenormal;
    std::vector<float> factors(static_cast<size_t>(channels));
    for (size_t c = 0; c < factors.size(); ++c) factors[c] = 0.5f + static_cast<float>(c);
    const bool scaled = i % 3 == 0;
    expected.push_back(tensor.ToVector<float>());
    for (size_t k = 0; scaled && k < expected.back().size(); ++k)
      expected.back()[k] *= factors[k / static_cast<size_t>(inner)];
    for (float& value : expected.back()) {
      if (value == 0 || std::fabs(value) >= kSmallestNormal) continue;
      value = std::copysign(0.0f, value);
      ++denormals;
    }
    tensors.push_back(scaled ? tensor.Scaled(0, factors) : tensor);
  }
  for (const bool f16 : {false, true}) {
    const Written written = WriteBlobs(tensors, f16);
    EXPECT_EQ(written.report.denormals_flushed, denormals);
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (!f16) {
        EXPECT_EQ(ValuesAt<float>(written, i), expected[i]) << i;
        continue;
      }
      std::vector<uint16_t> halves;
      for (const float value : expected[i]) halves.push_back(graph::ToF16(value).bits);
      EXPECT_EQ(ValuesAt<uint16_t>(written, i), halves) << i;
    }
  }
}

TEST(BlobWriter, ConvertsToHalf) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {1,         -0.1f,         65504, 65519.9f, 65520, -1e30f,
                                     kInfinity, 5.9604645e-8f, 2e-8f, -1e-10f,  0,     0.333333f};
  // Twice with an odd count, so that whole vectors and the rest see each of them.
  std::vector<float> twice = values;
  twice.insert(twice.end(), values.begin(), values.end());
  twice.push_back(std::numeric_limits<float>::quiet_NaN());
  const Written written = WriteBlobs(
      {Tensor::FromValues<float>(Shape{25}, twice), Tensor::FromValues<int32_t>(Shape{1}, {3})}, /*f16=*/true);
  EXPECT_EQ(written.blobs[0].size, 50u);
  EXPECT_EQ(written.blobs[1].size, 4u);
  EXPECT_EQ(written.report.f16_overflows, 4u);
  EXPECT_EQ(written.report.f16_underflows, 4u);
  const std::vector<uint16_t> halves = ValuesAt<uint16_t>(written, 0);
  for (size_t i = 0; i < twice.size(); ++i) {
    float expected = twice[i];
    if (std::isfinite(expected)) expected = std::min(65504.0f, std::max(-65504.0f, expected));
    const float got = graph::ToFloat(F16{halves[i]});
    EXPECT_EQ(std::isnan(got), std::isnan(expected));
    if (!std::isnan(expected)) {
      EXPECT_EQ(got, graph::ToFloat(graph::ToF16(expected))) << twice[i];
    }
  }
}

TEST(BlobWriter, TakesEmptyTensors) {
  const Written written = WriteBlobs({Tensor(ElementType::kI64, Shape{0}), Tensor(ElementType::kF32, Shape{2, 0})});
  EXPECT_EQ(written.blobs[0].size, 0u);
  EXPECT_EQ(written.bytes.size(), 0u);
}

}  // namespace
}  // namespace moir::test
