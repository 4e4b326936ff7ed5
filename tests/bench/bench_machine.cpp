// Measures what the machine can do at most and prints a line of JSON: multiply-adds of floats in registers, and reading
// memory that no cache holds; where the CPU has them, also those of bf16 on the tiles of AMX. With these,
// docs/performance.md says how far an inference is from what is possible.
//
//   bench_machine [THREADS]      as many threads as there are CPUs by default
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The shortest time of `rounds` in which all threads ran `work(thread)`.
double Best(int threads, int rounds, const std::function<void(int)>& work) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const Clock::time_point start = Clock::now();
    std::vector<std::thread> team;
    for (int i = 0; i < threads; ++i) team.emplace_back(work, i);
    for (std::thread& thread : team) thread.join();
    best = std::min(best, Seconds(start));
  }
  return best;
}

volatile float sink;

// Sums that do not wait for each other: latency times throughput of the units, and some.
constexpr int kSums = 24;
constexpr int64_t kTurns = 4'000'000;
// Not known to the compiler, which would make one of equal sums.
volatile float start[kSums] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void MultiplyAdd512() {
  __m512 sums[kSums], factor = _mm512_set1_ps(0.999f), addend = _mm512_set1_ps(0.001f);
#pragma GCC unroll 24
  for (int i = 0; i < kSums; ++i) sums[i] = _mm512_set1_ps(start[i]);
  for (int64_t turn = 0; turn < kTurns; ++turn) {
#pragma GCC unroll 24
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, factor, addend);
  }
#pragma GCC unroll 24
  for (const __m512& sum : sums) sink = _mm512_cvtss_f32(sum);
}

[[gnu::target("avx2,fma")]] void MultiplyAdd256() {
  constexpr int kRegisters = 12;  // there are 16
  __m256 sums[kRegisters], factor = _mm256_set1_ps(0.999f), addend = _mm256_set1_ps(0.001f);
#pragma GCC unroll 12
  for (int i = 0; i < kRegisters; ++i) sums[i] = _mm256_set1_ps(start[i]);
  for (int64_t turn = 0; turn < kTurns * kSums / kRegisters; ++turn) {
#pragma GCC unroll 12
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, addend);
  }
#pragma GCC unroll 12
  for (const __m256& sum : sums) sink = _mm256_cvtss_f32(sum);
}
#endif

#if defined(__x86_64__) && defined(__linux__)
// Products of tiles of 16 x 32 and 32 x 16 numbers.
constexpr int64_t kTileProducts = 1'000'000;

[[gnu::target("amx-tile,amx-bf16")]] void MultiplyTiles() {
  struct alignas(64) {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } sizes;
  asm volatile("" : : "r"(&sizes) : "memory");  // GCC 12 takes the instruction to read the first 8 bytes only
  _tile_loadconfig(&sizes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  for (int64_t i = 0; i < kTileProducts; i += 4) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
}

// As Gflops, of bf16 with sums in f32.
double TileGflops(int threads) {
  unsigned int a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned int kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & kAmxBf16) == 0 || (d & kAmxTile) == 0) return 0;
  // Threads that begin after this may use the tiles.
  constexpr int64_t kRequestPermission = 0x1023, kTileData = 18;
  if (syscall(SYS_arch_prctl, kRequestPermission, kTileData) != 0) return 0;
  const double seconds = Best(threads, 5, [](int) { MultiplyTiles(); });
  return 2.0 * 16 * 16 * 32 * static_cast<double>(kTileProducts) * threads / seconds / 1e9;
}
#else
double TileGflops(int) { return 0; }
#endif

// 1e9 floating-point operations per second, two per multiply-add; 0 where there is no such instruction.
double Gflops(int threads, bool wide) {
#if defined(__x86_64__)
  if (!(wide ? __builtin_cpu_supports("avx512f") : __builtin_cpu_supports("fma"))) return 0;
  const double seconds = Best(threads, 5, [&](int) { wide ? MultiplyAdd512() : MultiplyAdd256(); });
  return 2.0 * (wide ? 16 : 8) * kSums * static_cast<double>(kTurns) * threads / seconds / 1e9;
#else
  return wide ? 0 : 0.0 * threads;
#endif
}

// 1e9 bytes per second, of 256 MB per thread in large pages.
double ReadingRate(int threads) {
  constexpr size_t kFloats = size_t{64} << 20, kBytes = kFloats * sizeof(float), kPage = size_t{2} << 20;
  std::vector<float*> blocks(static_cast<size_t>(threads));
  for (float*& block : blocks) {
    block = static_cast<float*>(std::aligned_alloc(kPage, kBytes));
    if (!block) return 0;
    madvise(block, kBytes, MADV_HUGEPAGE);
  }
  Best(threads, 1, [&](int thread) { std::fill_n(blocks[static_cast<size_t>(thread)], kFloats, 1.0f); });
  const double seconds = Best(threads, 5, [&](int thread) {
    const float* from = blocks[static_cast<size_t>(thread)];
    float sums[64] = {};
    for (size_t i = 0; i < kFloats; i += 64) {
      for (size_t k = 0; k < 64; ++k) sums[k] += from[i + k];
    }
    float sum = 0;
    for (const float part : sums) sum += part;
    sink = sum;
  });
  for (float* block : blocks) std::free(block);
  return static_cast<double>(kBytes) * threads / seconds / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 1) {
    std::fprintf(stderr, "bench_machine: got %s, expected a number of threads\n", argv[1]);
    return 1;
  }
  std::printf("{\"threads\": %d, \"f32_avx512_gflops\": %.1f, \"f32_avx2_gflops\": %.1f, ", threads,
              Gflops(threads, true), Gflops(threads, false));
  if (const double tiles = TileGflops(threads); tiles > 0) std::printf("\"bf16_amx_gflops\": %.1f, ", tiles);
  std::printf("\"read_gb_per_s\": %.1f}\n", ReadingRate(threads));
  return 0;
}
