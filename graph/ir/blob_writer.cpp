#include "graph/ir/blob_writer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "graph/error.h"

namespace moir::graph {
namespace {

// Pieces are small enough to stay in the second-level cache between the check and the write. Those of a tensor are of
// one size: threads that take as long for each piece get out of each other's way, since only one at a time can write.
constexpr size_t kLargestPiece = size_t{1} << 19, kPage = 4096;
size_t PieceSize(size_t bytes) {
  const size_t count = bytes / kLargestPiece + (bytes % kLargestPiece != 0 ? 1 : 0);
  return count == 0 ? kLargestPiece : std::min(kLargestPiece, (bytes / count / kPage + 1) * kPage);
}

// Up to here a blob is written at once: to have another thread do it would take as long.
constexpr size_t kSmall = size_t{1} << 14;
constexpr float kLargestHalf = 65504.0f;
// From here on rounding to nearest gives infinity.
constexpr float kHalfOverflow = 65520.0f;

constexpr uint32_t kExponent = 0x7f800000u, kMagnitude = 0x7fffffffu, kSign = 0x80000000u;

// Type, size and a few samples of the bytes: cheap, and different for almost all different blobs.
uint64_t Signature(const Tensor& tensor) {
  uint64_t hash = 1469598103934665603ull;
  const auto mix = [&](uint64_t value) { hash = (hash ^ value) * 1099511628211ull + (hash >> 29); };
  const size_t size = tensor.ByteSize();
  mix(static_cast<uint64_t>(tensor.Type()));
  mix(size);
  const auto* bytes = static_cast<const std::byte*>(tensor.Data());
  constexpr size_t kSamples = 4, kWidth = 8;  // each may be a page of the file that is not there yet
  for (size_t i = 0; i < kSamples && size >= kWidth; ++i) {
    uint64_t word;
    std::memcpy(&word, bytes + (size - kWidth) * i / (kSamples - 1), kWidth);
    mix(word);
  }
  for (size_t i = 0; i < size && size < kWidth; ++i) mix(static_cast<uint64_t>(bytes[i]));
  return hash;
}

void ConvertToHalfPlain(const float* from, size_t count, uint16_t* to, uint64_t& overflows, uint64_t& underflows) {
  for (size_t i = 0; i < count; ++i) {
    float value = from[i];
    const float magnitude = std::fabs(value);
    if (magnitude >= kHalfOverflow && std::isfinite(value)) {
      value = std::copysign(kLargestHalf, value);
      ++overflows;
    }
    to[i] = ToF16(value).bits;
    if ((to[i] & 0x7fff) == 0 && magnitude > 0) ++underflows;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,f16c"))) size_t ConvertToHalfF16c(const float* from, size_t count, uint16_t* to,
                                                              uint64_t& overflows, uint64_t& underflows) {
  const __m256 no_sign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  const __m256 infinity = _mm256_set1_ps(INFINITY), limit = _mm256_set1_ps(kHalfOverflow), zero = _mm256_setzero_ps();
  const __m256 largest = _mm256_set1_ps(kLargestHalf);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 x = _mm256_loadu_ps(from + i);
    const __m256 magnitude = _mm256_and_ps(x, no_sign);
    const __m256 over =
        _mm256_and_ps(_mm256_cmp_ps(magnitude, limit, _CMP_GE_OQ), _mm256_cmp_ps(magnitude, infinity, _CMP_LT_OQ));
    const int over_mask = _mm256_movemask_ps(over);
    if (over_mask) {
      overflows += static_cast<uint64_t>(std::popcount(static_cast<unsigned>(over_mask)));
      x = _mm256_blendv_ps(x, _mm256_or_ps(_mm256_andnot_ps(no_sign, x), largest), over);
    }
    const __m128i half = _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), half);
    const __m256 back = _mm256_cvtph_ps(half);
    const int lost = _mm256_movemask_ps(
        _mm256_and_ps(_mm256_cmp_ps(back, zero, _CMP_EQ_OQ), _mm256_cmp_ps(magnitude, zero, _CMP_GT_OQ)));
    if (lost) underflows += static_cast<uint64_t>(std::popcount(static_cast<unsigned>(lost)));
  }
  return i;
}
#endif

__attribute__((always_inline)) inline uint64_t CountDenormalsPlain(const float* values, size_t count) {
  uint64_t total = 0;
  constexpr size_t kBlock = 1 << 14;
  for (size_t begin = 0; begin < count; begin += kBlock) {
    const size_t end = std::min(count, begin + kBlock);
    uint32_t found = 0;
    for (size_t i = begin; i < end; ++i) {
      uint32_t bits;
      std::memcpy(&bits, values + i, sizeof(bits));
      // Magnitudes 1 to 0x007fffff: one comparison after subtracting 1 (zero wraps around).
      found += (bits & kMagnitude) - 1u < 0x007fffffu ? 1u : 0u;
    }
    total += found;
  }
  return total;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) uint64_t CountDenormalsAvx2(const float* values, size_t count) {
  return CountDenormalsPlain(values, count);
}
#endif

// Streams f32 values into the file as they are stored there.
class FloatStream {
 public:
  FloatStream(bool f16, const OutputFile::Sink& sink) : f16_(f16), sink_(sink) {}

  void Add(const std::byte* bytes, size_t size) {
    const auto* values = reinterpret_cast<const float*>(bytes);
    const size_t count = size / sizeof(float);
    if (const uint64_t found = CountDenormals(values, count)) {
      denormals += found;
      clean_.resize(std::max(clean_.size(), count));
      FlushDenormals(values, count, clean_.data());
      values = clean_.data();
    }
    if (!f16_) {
      sink_(reinterpret_cast<const std::byte*>(values), size);
      return;
    }
    half_.resize(std::max(half_.size(), count));
    ConvertToHalf(values, count, half_.data(), overflows, underflows);
    sink_(reinterpret_cast<const std::byte*>(half_.data()), count * sizeof(uint16_t));
  }

  uint64_t denormals = 0, overflows = 0, underflows = 0;

 private:
  bool f16_;
  const OutputFile::Sink& sink_;
  std::vector<float> clean_;    // a piece without denormals
  std::vector<uint16_t> half_;  // a piece as f16
};

}  // namespace

uint64_t CountDenormals(const float* values, size_t count) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return CountDenormalsAvx2(values, count);
#endif
  return CountDenormalsPlain(values, count);
}

void FlushDenormals(const float* from, size_t count, float* to) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, from + i, sizeof(bits));
    bits = (bits & kExponent) == 0 ? bits & kSign : bits;
    std::memcpy(to + i, &bits, sizeof(bits));
  }
}

void ConvertToHalf(const float* from, size_t count, uint16_t* to, uint64_t& overflows, uint64_t& underflows) {
  size_t done = 0;
#if defined(__x86_64__)
  static const bool has_f16c = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c");
  if (has_f16c) done = ConvertToHalfF16c(from, count, to, overflows, underflows);
#endif
  ConvertToHalfPlain(from + done, count - done, to + done, overflows, underflows);
}

const Blob* BlobWriter::FindEqual(uint64_t signature, const Tensor& flat, bool f16) const {
  const auto [begin, end] = stored_.equal_range(signature);
  for (auto it = begin; it != end; ++it) {
    if (it->second.f16 == f16 && it->second.values.Equals(flat)) return &it->second.blob;
  }
  return nullptr;
}

Blob BlobWriter::Add(const Tensor& tensor, bool f16) {
  f16 = f16 && tensor.Type() == ElementType::kF32;
  // Tensors with outstanding factors are products of a pass and hardly ever equal; comparing them would cost a pass
  // over the bytes with the factors multiplied.
  const bool comparable = !tensor.HasPendingFactors();
  const Tensor flat = tensor.Reshaped(Shape{tensor.NumElements()});
  uint64_t signature = 0;
  if (comparable) {
    signature = Signature(flat);
    if (const Blob* known = FindEqual(signature, flat, f16)) {
      ++report_.blobs_shared;
      return *known;
    }
  }
  const size_t element = f16 ? sizeof(uint16_t) : ElementSize(tensor.Type());
  // Readers map the file: values have to lie at multiples of their size.
  constexpr std::byte kZeros[8] = {};
  if (const size_t over = file_.Size() % element) file_.Write(kZeros, element - over);
  Blob blob{file_.Size(), static_cast<uint64_t>(tensor.NumElements()) * element};
  const auto stream = [flat, f16, &report = report_, counting = counting_](const OutputFile::Sink& sink) {
    const size_t piece = PieceSize(flat.ByteSize());
    if (flat.Type() != ElementType::kF32) {
      flat.Stream(piece, sink);
      return;
    }
    FloatStream floats(f16, sink);
    flat.Stream(piece, [&](const std::byte* bytes, size_t size) { floats.Add(bytes, size); });
    const std::lock_guard lock(*counting);
    report.denormals_flushed += floats.denormals;
    report.f16_overflows += floats.overflows;
    report.f16_underflows += floats.underflows;
  };
  if (tensor.ByteSize() > kSmall) file_.WriteLater(blob.size, stream);
  else stream([&](const std::byte* bytes, size_t size) { file_.Write(bytes, size); });
  Check(file_.Size() == blob.offset + blob.size, "a blob of ", blob.size, " bytes was written as ",
        file_.Size() - blob.offset);
  if (comparable) stored_.emplace(signature, Stored{flat, f16, blob});
  return blob;
}

}  // namespace moir::graph
