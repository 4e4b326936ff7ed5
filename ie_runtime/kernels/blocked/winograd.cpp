#include "ie_runtime/kernels/blocked/winograd.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ie_runtime/common.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using blocked::DivideUp;
using blocked::Loops;

// G of F(tile, 3): for each point p the filter's value there, a + b p + c p^2, divided by the product of p's distances
// from the other points; for infinity, c.
template <int kTile>
std::vector<std::array<double, 3>> FilterMatrix() {
  std::vector<double> points = {0};
  for (const double p : blocked::TilePoints<kTile>::kPoints) points.insert(points.end(), {p, -p});
  std::vector<std::array<double, 3>> matrix;
  for (const double p : points) {
    double distances = 1;
    for (const double q : points) distances *= p == q ? 1 : p - q;
    matrix.push_back({1 / distances, p / distances, p * p / distances});
  }
  matrix.push_back({0, 0, 1});
  return matrix;
}

std::vector<std::array<double, 3>> FilterMatrix(int tile) {
  return tile == 2 ? FilterMatrix<2>() : tile == 4 ? FilterMatrix<4>() : FilterMatrix<6>();
}

// Floats between the points of transformed tiles. An odd number of cache lines: points at multiples of a page would
// all compete for the same few lines of the first-level cache.
int64_t PointStride(int64_t blocks, int64_t tiles, int64_t lanes) { return (blocks * tiles | 1) * lanes; }

}  // namespace

WinogradConvolution::WinogradConvolution(const WinogradShape& shape, const WinogradPlan& plan, const Loops& loops,
                                         int threads, const float* weights, std::span<const float> bias,
                                         const blocked::Finish& finish, std::span<const float> slopes)
    : shape_(shape), plan_(plan), threads_(threads), finish_(finish), loops_(&loops) {
  const int64_t lanes = loops_->lanes;
  points_ = static_cast<int64_t>(plan.tile + 2) * (plan.tile + 2);
  in_blocks_ = DivideUp(shape.in_channels, lanes);
  out_vectors_ = DivideUp(shape.out_channels, lanes);
  panels_ = DivideUp(out_vectors_, blocked::kMaxVectors);
  tiles_y_ = DivideUp(shape.out_height, plan.tile);
  tiles_x_ = DivideUp(shape.out_width, plan.tile);
  tiles_ = shape.batch * tiles_y_ * tiles_x_;
  plan_.tiles = std::min(plan_.tiles, tiles_);
  PackWeights(weights);
  const auto per_channel = [&](std::span<const float> values) {
    auto memory = AllocateZeros(static_cast<size_t>(out_vectors_ * lanes) * sizeof(float));
    float* padded = reinterpret_cast<float*>(memory.get());
    std::copy(values.begin(), values.end(), padded);
    return std::shared_ptr<const float>(std::move(memory), padded);
  };
  bias_ = per_channel(bias);
  if (finish.kind == blocked::Finish::Kind::kPRelu) slopes_ = per_channel(slopes);
}

int64_t WinogradConvolution::PanelVectors(int64_t panel) const {
  return std::min<int64_t>(blocked::kMaxVectors, out_vectors_ - panel * blocked::kMaxVectors);
}

void WinogradConvolution::PackWeights(const float* weights) {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes;
  weight_floats_ = static_cast<size_t>(out_vectors_ * lanes * channels * points_);
  const std::string form = StrCat("winograd ", plan_.tile, " lanes ", lanes);
  const auto memory = PackConstantLater(form,
                                        Tensor::Wrap(const_cast<float*>(weights), ElementType::kF32,
                                                     Shape{shape_.out_channels, shape_.in_channels, 3, 3}),
                                        weight_floats_ * sizeof(float), panels_,
                                        [self = *this, weights](std::byte* bytes, int64_t panel) {
                                          self.TransformWeights(weights, panel, reinterpret_cast<float*>(bytes));
                                        });
  weights_ = std::shared_ptr<const float>(memory, reinterpret_cast<const float*>(memory.get()));
}

// [out channel][in channel][3][3] -> U[panel][point][in channel][vector][lane]
void WinogradConvolution::TransformWeights(const float* weights, int64_t panel, float* packed) const {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes, points = plan_.tile + 2;
  const auto g = FilterMatrix(plan_.tile);
  // One input channel, all output channels of the panel side by side: the filters, and half transformed.
  constexpr int64_t kMaxWidth = blocked::kMaxVectors * 16;
  const int64_t width = PanelVectors(panel) * lanes;
  const int64_t first_out = panel * blocked::kMaxVectors * lanes;
  float* to = packed + first_out * channels * points_;
  const int64_t real = std::min(width, shape_.out_channels - first_out);
  WillRead(weights + first_out * shape_.in_channels * 9,
           static_cast<size_t>(real * shape_.in_channels * 9) * sizeof(float));
  for (int64_t c = 0; c < channels; ++c) {
    double filter[9][kMaxWidth] = {};
    if (c < shape_.in_channels) {
      for (int64_t k = 0; k < real; ++k) {
        const float* from = weights + ((first_out + k) * shape_.in_channels + c) * 9;
        for (int i = 0; i < 9; ++i) filter[i][k] = from[i];
      }
    }
    for (int64_t p = 0; p < points; ++p) {
      double row[3][kMaxWidth];
      for (int j = 0; j < 3; ++j) {
        for (int64_t k = 0; k < width; ++k) {
          row[j][k] = g[static_cast<size_t>(p)][0] * filter[j][k] + g[static_cast<size_t>(p)][1] * filter[3 + j][k] +
                      g[static_cast<size_t>(p)][2] * filter[6 + j][k];
        }
      }
      for (int64_t q = 0; q < points; ++q) {
        const auto& factors = g[static_cast<size_t>(q)];
        float* out = to + ((p * points + q) * channels + c) * width;
        for (int64_t k = 0; k < width; ++k)
          out[k] = static_cast<float>(factors[0] * row[0][k] + factors[1] * row[1][k] + factors[2] * row[2][k]);
      }
    }
  }
}

size_t WinogradConvolution::WeightBytes() const {
  return (weight_floats_ + static_cast<size_t>(out_vectors_ * loops_->lanes)) * sizeof(float);
}

size_t WinogradConvolution::ScratchpadBytes() const {
  const int64_t lanes = loops_->lanes;
  const int64_t v = points_ * PointStride(in_blocks_, plan_.tiles, lanes);
  const int64_t m = points_ * PointStride(1, plan_.tiles, lanes);
  const int64_t floats = plan_.phases ? v + m * out_vectors_ : threads_ * (v + m * blocked::kMaxVectors);
  return static_cast<size_t>(floats) * sizeof(float);
}

void WinogradConvolution::TransformInput(const void* src, int64_t first, int64_t count, int64_t begin_block,
                                         int64_t end_block, int64_t v_tiles, int64_t v_offset, float* v) const {
  const int64_t lanes = loops_->lanes;
  const blocked::Placement source(*loops_, loops_->source, shape_.in_channels, shape_.height * shape_.width);
  blocked::InputArguments a{};
  a.tiling = {shape_.height, shape_.width, tiles_y_, tiles_x_, source.ImageStride()};
  a.pad_top = shape_.pad_top;
  a.pad_left = shape_.pad_left;
  a.first = first;
  a.count = count;
  a.e_stride = PointStride(in_blocks_, v_tiles, lanes);
  for (int64_t block = begin_block; block < end_block; ++block) {
    a.plane = source.Of(static_cast<const std::byte*>(src), 0, block, 0);
    a.block = source.At(block);
    a.v = v + (block * v_tiles + v_offset) * lanes;
    loops_->transform_input[plan_.tile / 2 - 1](a);
  }
}

void WinogradConvolution::TransformOutput(const float* m, int64_t vector, int64_t first, int64_t count, const void* sum,
                                          void* dst) const {
  const int64_t lanes = loops_->lanes;
  const blocked::Placement result(*loops_, loops_->result, shape_.out_channels, shape_.out_height * shape_.out_width);
  blocked::OutputArguments a{};
  a.m = m;
  a.e_stride = PointStride(1, plan_.tiles, lanes);
  a.tiling = {shape_.out_height, shape_.out_width, tiles_y_, tiles_x_, result.ImageStride()};
  a.first = first;
  a.count = count;
  a.bias = bias_.get() + vector * lanes;
  a.sum = sum ? result.Of(static_cast<const std::byte*>(sum), 0, vector, 0) : nullptr;
  a.plane = result.Of(static_cast<std::byte*>(dst), 0, vector, 0);
  a.block = result.At(vector);
  a.finish = finish_;
  a.slopes = slopes_.get() ? slopes_.get() + vector * lanes : nullptr;
  loops_->transform_output[plan_.tile / 2 - 1](a);
}

void WinogradConvolution::RunBlocks(const void* src, const void* sum, void* dst, float* scratchpad, int thread,
                                    int threads) const {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes;
  const int64_t v_stride = PointStride(in_blocks_, plan_.tiles, lanes), m_stride = PointStride(1, plan_.tiles, lanes);
  float* v = scratchpad + thread * points_ * (v_stride + m_stride * blocked::kMaxVectors);
  float* m = v + points_ * v_stride;
  // Each thread has as many tiles as the others, in blocks of nearly the same size.
  const int64_t begin = tiles_ * thread / threads, end = tiles_ * (thread + 1) / threads;
  const int64_t blocks = DivideUp(end - begin, plan_.tiles);
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = begin + (end - begin) * block / blocks;
    const int64_t count = begin + (end - begin) * (block + 1) / blocks - first;
    TransformInput(src, first, count, 0, in_blocks_, plan_.tiles, 0, v);
    for (int64_t panel = 0; panel < panels_; ++panel) {
      const int64_t vectors = PanelVectors(panel), width = vectors * lanes;
      blocked::MultiplyArguments a{};
      a.v_block_stride = plan_.tiles * lanes;
      a.blocks = in_blocks_;
      a.tiles = count;
      a.m_row_stride = lanes;
      a.m_vector_stride = points_ * m_stride;
      a.u = weights_.get() + panel * blocked::kMaxVectors * lanes * channels * points_;
      for (int64_t point = 0; point < points_; ++point) {
        a.v = v + point * v_stride;
        a.m = m + point * m_stride;
        a.next_u = a.u + channels * width;
        loops_->multiply[vectors - 1](a);
        a.u = a.next_u;
      }
      for (int64_t i = 0; i < vectors; ++i) {
        TransformOutput(m + i * points_ * m_stride, panel * blocked::kMaxVectors + i, first, count, sum, dst);
      }
    }
  }
}

void WinogradConvolution::RunPhases(const void* src, const void* sum, void* dst, float* scratchpad, int thread,
                                    int threads) const {
  const int64_t lanes = loops_->lanes, channels = in_blocks_ * lanes;
  const int64_t v_stride = PointStride(in_blocks_, plan_.tiles, lanes), m_stride = PointStride(1, plan_.tiles, lanes);
  float* v = scratchpad;
  float* m = v + points_ * v_stride;
  const int64_t begin_panel = panels_ * thread / threads, end_panel = panels_ * (thread + 1) / threads;
  const int64_t rounds = DivideUp(tiles_, plan_.tiles);
  for (int64_t round = 0; round < rounds; ++round) {
    const int64_t first = tiles_ * round / rounds, count = tiles_ * (round + 1) / rounds - first;
    if (in_blocks_ >= threads) {
      TransformInput(src, first, count, in_blocks_ * thread / threads, in_blocks_ * (thread + 1) / threads, plan_.tiles,
                     0, v);
    } else {
      const int64_t begin = count * thread / threads, end = count * (thread + 1) / threads;
      TransformInput(src, first + begin, end - begin, 0, in_blocks_, plan_.tiles, begin, v);
    }
    // Alone, it may be one of a team of the application's: a barrier would wait for that.
    if (threads > 1) {
#pragma omp barrier
    }
    blocked::MultiplyArguments a{};
    a.v_block_stride = plan_.tiles * lanes;
    a.blocks = in_blocks_;
    a.tiles = count;
    a.m_row_stride = lanes;
    a.m_vector_stride = points_ * m_stride;
    const auto weights = [&](int64_t panel, int64_t point) {
      return weights_.get() + (panel * blocked::kMaxVectors * points_ + point * PanelVectors(panel)) * lanes * channels;
    };
    for (int64_t point = 0; point < points_; ++point) {
      a.v = v + point * v_stride;
      for (int64_t panel = begin_panel; panel < end_panel; ++panel) {
        const int64_t vectors = PanelVectors(panel);
        a.u = weights(panel, point);
        a.next_u = panel + 1 < end_panel ? weights(panel + 1, point) : weights(begin_panel, point + 1);
        a.m = m + (panel * blocked::kMaxVectors * points_ + point) * m_stride;
        loops_->multiply[vectors - 1](a);
      }
    }
    for (int64_t panel = begin_panel; panel < end_panel; ++panel) {
      for (int64_t vector = panel * blocked::kMaxVectors; vector < panel * blocked::kMaxVectors + PanelVectors(panel);
           ++vector)
        TransformOutput(m + vector * points_ * m_stride, vector, first, count, sum, dst);
    }
    // The next round overwrites what others may still read.
    if (threads > 1 && round + 1 < rounds) {
#pragma omp barrier
    }
  }
}

void WinogradConvolution::Run(const void* src, const void* sum, void* dst, float* scratchpad) const {
  const int available = InParallel() ? 1 : std::min(threads_, ParallelThreads());
  if (available == 1) {
    if (plan_.phases) RunPhases(src, sum, dst, scratchpad, 0, 1);
    else RunBlocks(src, sum, dst, scratchpad, 0, 1);
    return;
  }
#pragma omp parallel num_threads(available)
  {
    const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    if (plan_.phases) RunPhases(src, sum, dst, scratchpad, thread, threads);
    else RunBlocks(src, sum, dst, scratchpad, thread, threads);
  }
}

WinogradEstimates WinogradConvolution::Estimate(const WinogradShape& shape, const Loops& loops, int threads) {
  // Multiply-adds count alike for the direct convolution, so that only their ratio to the bytes matters.
  const blocked::Cost cost = blocked::CostOf(loops);
  const double cache = blocked::SecondLevelCache();
  const int64_t lanes = loops.lanes;
  const double in = static_cast<double>(blocked::RoundUp(shape.in_channels, lanes));
  const double out = static_cast<double>(blocked::RoundUp(shape.out_channels, lanes));
  const double pixels = static_cast<double>(shape.batch * shape.out_height * shape.out_width);
  WinogradEstimates estimates;
  // The direct kernel for pictures reads the channels that there are, plain; its weights are counted as all are.
  const double direct_in = shape.in_channels < 5 ? static_cast<double>(shape.in_channels) : in;
  estimates.direct = blocked::DirectSeconds(loops, threads, 9 * direct_in * out * pixels, 9 * in * out * 4);
  for (const int tile : {2, 4, 6}) {
    const int64_t tiles = shape.batch * DivideUp(shape.out_height, tile) * DivideUp(shape.out_width, tile);
    const double points = (tile + 2.0) * (tile + 2.0), count = static_cast<double>(tiles);
    const double weight_bytes = points * in * out * 4, tile_bytes = points * (in + out) * 4;
    const double multiply = 2 * count * points * in * out / (0.93 * cost.flops) / threads;
    const double transform = count * tile_bytes * cost.transformed * (tile == 6 ? 1.5 : 1) / threads;
    const int64_t of_thread = DivideUp(tiles, threads);
    for (const int64_t block : {14, 28, 56}) {
      const double blocks = static_cast<double>(DivideUp(of_thread, block));
      const double values = points * (in + blocked::kMaxVectors * static_cast<double>(lanes)) * 4 *
                            static_cast<double>(std::min(block, of_thread));
      if (values > 0.75 * cache) continue;
      const double work = multiply + transform;
      // The weights of the other layers have been in the cache since they were read last. Each thread reads them all;
      // fetched ahead of time, so that the longer one of fetching and computing hides most of the other.
      const double fetch = threads * weight_bytes * cost.far;
      if (weight_bytes + values < cache) {
        estimates.plans.push_back(
            {{tile, false, block},
             std::max(work, fetch) + 0.3 * std::min(work, fetch) + (blocks - 1) * weight_bytes * cost.near});
      } else {
        estimates.plans.push_back(
            {{tile, false, block}, std::max(work, blocks * fetch) + 0.3 * std::min(work, blocks * fetch)});
      }
    }
    const int64_t panels = DivideUp(DivideUp(shape.out_channels, lanes), blocked::kMaxVectors);
    const int64_t block = std::max<int64_t>(28, static_cast<int64_t>(3.5e6 / (4 * points * in)));
    const double uneven = static_cast<double>(DivideUp(panels, threads) * threads) / static_cast<double>(panels);
    const double fetched = static_cast<double>(DivideUp(tiles, block)) * weight_bytes + count * tile_bytes;
    estimates.plans.push_back({{tile, true, block}, multiply * uneven + transform + fetched * cost.far});
  }
  return estimates;
}

std::optional<WinogradPlan> WinogradConvolution::Choose(const WinogradShape& shape, const Loops& loops, int threads) {
  const WinogradEstimates estimates = Estimate(shape, loops, threads);
  double best = 0.95 * estimates.direct;
  std::optional<WinogradPlan> plan;
  for (const WinogradEstimates::Entry& entry : estimates.plans) {
    const double seconds = entry.seconds * entry.plan.Handicap();
    if (seconds >= best) continue;
    best = seconds;
    plan = entry.plan;
  }
  return plan;
}

}  // namespace moir::runtime
