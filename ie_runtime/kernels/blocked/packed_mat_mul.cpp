#include "ie_runtime/kernels/blocked/packed_mat_mul.h"

#include <omp.h>

#include <algorithm>
#include <cstring>

#include "ie_runtime/kernels/blocked/padded.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using blocked::DivideUp;
using blocked::kMaxVectors;
using blocked::Padded;

// A chunk of a round of packed rows stays in the first-level cache, with most of a panel of weights; a block of rows
// shares the second-level one with two panels.
constexpr int64_t kChunk = 384, kBlockRows = 128;

}  // namespace

PackedMatMul::PackedMatMul(const MatMulShape& shape, const blocked::Loops& loops, int threads, const Tensor& weights,
                           std::span<const float> bias, const blocked::Finish& finish, std::span<const float> slopes,
                           std::vector<UnaryFunction> functions)
    : shape_(shape), threads_(threads), loops_(&loops), finish_(finish), functions_(std::move(functions)) {
  in_blocks_ = DivideUp(shape.inner, loops.lanes);
  chunks_ = DivideUp(in_blocks_ * loops.lanes, kChunk);
  out_vectors_ = DivideUp(shape.columns, loops.lanes);
  panels_ = DivideUp(out_vectors_, kMaxVectors);
  // Threads that share the weights read each once; with many rows each has enough to do with all of them.
  split_columns_ = panels_ >= threads && (shape.columns > shape.rows || shape.rows < threads * loops.max_rows);
  const int64_t rows = split_columns_ ? shape.rows : DivideUp(shape.rows, threads);
  block_rows_ = DivideUp(rows, DivideUp(rows, kBlockRows));
  PackWeights(weights);
  bias_ = Padded(bias, out_vectors_ * loops.lanes);
  zeros_ = Padded({}, kMaxVectors * loops.lanes);
  if (finish.kind == blocked::Finish::Kind::kPRelu) slopes_ = Padded(slopes, out_vectors_ * loops.lanes);
}

bool PackedMatMul::Pays(const MatMulShape& shape, const blocked::Loops& loops) {
  return shape.inner >= loops.lanes && shape.columns >= loops.lanes;
}

PackedMatMul::Chunk PackedMatMul::ChunkAt(int64_t index) const {
  const int64_t first = in_blocks_ * index / chunks_;
  return {first, in_blocks_ * (index + 1) / chunks_ - first};
}

int64_t PackedMatMul::PanelVectors(int64_t panel) const {
  return std::min<int64_t>(kMaxVectors, out_vectors_ - panel * kMaxVectors);
}

int64_t PackedMatMul::WeightOffset(int64_t chunk, int64_t panel) const {
  const auto [first, count] = ChunkAt(chunk);
  return loops_->lanes * loops_->lanes * (first * out_vectors_ + panel * kMaxVectors * count);
}

void PackedMatMul::PackWeights(const Tensor& weights) {
  const int64_t lanes = loops_->lanes;
  const auto memory = PackConstantLater(
      StrCat("mat_mul lanes ", lanes, " chunks ", chunks_, shape_.transposed ? " transposed" : ""), weights,
      WeightBytes(), chunks_ * panels_, [self = *this, weights](std::byte* bytes, int64_t piece) {
        const int64_t chunk = piece / self.panels_, panel = piece % self.panels_;
        self.ReorderWeights(weights.Values<float>().data(), chunk, panel,
                            reinterpret_cast<float*>(bytes) + self.WeightOffset(chunk, panel));
      });
  weights_ = std::shared_ptr<const float>(memory, reinterpret_cast<const float*>(memory.get()));
}

void PackedMatMul::ReorderWeights(const float* weights, int64_t chunk, int64_t panel, float* packed) const {
  const int64_t lanes = loops_->lanes, width = PanelVectors(panel) * lanes;
  const int64_t first_column = panel * kMaxVectors * lanes, columns = std::min(width, shape_.columns - first_column);
  const auto [first_block, blocks] = ChunkAt(chunk);
  const int64_t first = first_block * lanes, end = std::min(shape_.inner, first + blocks * lanes);
  if (columns < width || end < first + blocks * lanes) std::fill_n(packed, blocks * lanes * width, 0.0f);
  if (!shape_.transposed) {
    for (int64_t k = first; k < end; ++k)
      std::copy_n(weights + k * shape_.columns + first_column, columns, packed + (k - first) * width);
    return;
  }
  // A few numbers of each row at a time, so that both sides stay in the cache.
  constexpr int64_t kAtOnce = 64;
  for (int64_t begin = first; begin < end; begin += kAtOnce) {
    const int64_t last = std::min(end, begin + kAtOnce);
    for (int64_t column = 0; column < columns; ++column) {
      const float* from = weights + (first_column + column) * shape_.inner;
      for (int64_t k = begin; k < last; ++k) packed[(k - first) * width + column] = from[k];
    }
  }
}

size_t PackedMatMul::WeightBytes() const {
  return static_cast<size_t>(in_blocks_ * out_vectors_ * loops_->lanes * loops_->lanes) * sizeof(float);
}

// The packed rows, one block of them or one per thread, and per thread the results of a panel that is not whole.
size_t PackedMatMul::ScratchpadBytes() const {
  const int64_t blocks = split_columns_ ? 1 : threads_;
  return static_cast<size_t>(blocks * block_rows_ * RowFloats() + threads_ * TailFloats()) * sizeof(float);
}

// Rows [begin, end) of `rows` to V[chunk][round][block of the chunk][row of the round][lane].
template <int kLanes>
void PackedMatMul::PackRows(const float* x, int64_t rows, int64_t begin, int64_t end, float* v) const {
  const blocked::Rounds rounds(rows, loops_->max_rows);
  for (int64_t round = 0; round < rounds.count; ++round) {
    const int64_t round_begin = rounds.Begin(round), round_rows = rounds.Begin(round + 1) - round_begin;
    const int64_t first_row = std::max(begin, round_begin), last_row = std::min(end, round_begin + round_rows);
    if (first_row >= last_row) continue;
    for (int64_t i = 0; i < chunks_; ++i) {
      const Chunk chunk = ChunkAt(i);
      float* const to = v + (chunk.first * rows + chunk.count * round_begin) * kLanes;
      const int64_t whole = std::min(chunk.count, shape_.inner / kLanes - chunk.first);
      for (int64_t row = first_row; row < last_row; ++row) {
        const float* from = x + row * shape_.inner + chunk.first * kLanes;
        float* lanes = to + (row - round_begin) * kLanes;
        for (int64_t block = 0; block < whole; ++block, from += kLanes, lanes += round_rows * kLanes)
          std::memcpy(lanes, from, kLanes * sizeof(float));
        if (whole < chunk.count)
          std::fill_n(std::copy_n(from, shape_.inner % kLanes, lanes), kLanes - shape_.inner % kLanes, 0.0f);
      }
    }
  }
}

void PackedMatMul::MultiplyRows(const float* v, int64_t rows, int64_t begin_panel, int64_t end_panel, float* tail,
                                float* y) const {
  const int64_t lanes = loops_->lanes;
  for (int64_t chunk = 0; chunk < chunks_; ++chunk) {
    const auto [first, count] = ChunkAt(chunk);
    const bool last = chunk + 1 == chunks_;
    const auto weights = [&](int64_t of_chunk, int64_t panel) {
      return weights_.get() + WeightOffset(of_chunk, panel);
    };
    blocked::MultiplyArguments a{};
    a.v = v + first * rows * lanes;
    a.v_block_stride = 0;
    a.blocks = count;
    a.tiles = rows;
    a.m_vector_stride = lanes;
    blocked::Epilogue epilogue{zeros_.get(), nullptr, {}, nullptr};
    if (last) epilogue.finish = finish_;
    a.epilogue = chunk > 0 || last ? &epilogue : nullptr;
    for (int64_t panel = begin_panel; panel < end_panel; ++panel) {
      const int64_t column = panel * kMaxVectors * lanes, width = PanelVectors(panel) * lanes;
      const int64_t columns = std::min(width, shape_.columns - column);
      const bool whole = columns == width;
      a.u = weights(chunk, panel);
      a.next_u = panel + 1 < end_panel ? weights(chunk, panel + 1) : weights(last ? 0 : chunk + 1, begin_panel);
      a.m = whole ? y + column : tail;
      a.m_row_stride = whole ? shape_.columns : kMaxVectors * lanes;
      epilogue.sum = chunk > 0 ? a.m : nullptr;
      if (last) {
        epilogue.bias = bias_.get() + column;
        epilogue.slopes = slopes_ ? slopes_.get() + column : nullptr;
      }
      loops_->multiply[width / lanes - 1](a);
      if (whole || !last) continue;
      for (int64_t row = 0; row < rows; ++row)
        std::copy_n(tail + row * a.m_row_stride, columns, y + row * shape_.columns + column);
    }
  }
  const int64_t column = begin_panel * kMaxVectors * lanes;
  const int64_t columns = std::min(end_panel * kMaxVectors * lanes, shape_.columns) - column;
  for (int64_t row = 0; row < rows && !functions_.empty(); ++row) {
    float* to = y + row * shape_.columns + column;
    for (const UnaryFunction& function : functions_) UnaryLoop(function, to, to, columns);
  }
}

void PackedMatMul::RunPart(const float* x, float* y, float* scratchpad, int thread, int threads) const {
  const int64_t block_floats = block_rows_ * RowFloats();
  const auto pack = loops_->lanes == 16 ? &PackedMatMul::PackRows<16> : &PackedMatMul::PackRows<8>;
  float* const tail = scratchpad + (split_columns_ ? 1 : threads_) * block_floats + thread * TailFloats();
  if (!split_columns_) {
    float* v = scratchpad + thread * block_floats;
    int64_t row = shape_.rows * thread / threads;
    const int64_t end = shape_.rows * (thread + 1) / threads;
    while (row < end) {
      const int64_t rows = DivideUp(end - row, DivideUp(end - row, block_rows_));
      (this->*pack)(x + row * shape_.inner, rows, 0, rows, v);
      MultiplyRows(v, rows, 0, panels_, tail, y + row * shape_.columns);
      row += rows;
    }
    return;
  }
  const int64_t begin_panel = panels_ * thread / threads, end_panel = panels_ * (thread + 1) / threads;
  for (int64_t row = 0; row < shape_.rows; row += block_rows_) {
    const int64_t rows = std::min(block_rows_, shape_.rows - row);
    // Nobody packs while another one still multiplies what lies there. Alone, the thread may be one of a team of the
    // application's: a barrier would wait for that.
    if (threads > 1 && row > 0) {
#pragma omp barrier
    }
    (this->*pack)(x + row * shape_.inner, rows, rows * thread / threads, rows * (thread + 1) / threads, scratchpad);
    if (threads > 1) {
#pragma omp barrier
    }
    MultiplyRows(scratchpad, rows, begin_panel, end_panel, tail, y + row * shape_.columns);
  }
}

void PackedMatMul::Run(const float* x, float* y, float* scratchpad) const {
  const int available = InParallel() ? 1 : std::min(threads_, ParallelThreads());
  if (available == 1) return RunPart(x, y, scratchpad, 0, 1);
#pragma omp parallel num_threads(available)
  RunPart(x, y, scratchpad, omp_get_thread_num(), omp_get_num_threads());
}

}  // namespace moir::runtime
