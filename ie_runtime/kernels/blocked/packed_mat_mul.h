// Products of many rows with constant weights, y = finish(x * w + bias), as convolutions of one pixel see them: rows of
// x are packed in the order in which rounds of multiplication read them, blocks of `lanes` columns, and multiplied with
// weights that lie in the order of reading, in pieces of x and of weights that stay in the caches.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime {

// y[rows, columns] = x[rows, inner] * w, all plain.
struct MatMulShape {
  int64_t rows, inner, columns;
  bool transposed;  // w is stored [columns, inner], else [inner, columns]
};

class PackedMatMul {
 public:
  // `weights` are packed before the compilation ends (compile_jobs.h); `bias` and, for Finish::Kind::kPRelu, `slopes`:
  // one number per column, or empty. `functions` follow after `finish`.
  PackedMatMul(const MatMulShape& shape, const blocked::Loops& loops, int threads, const Tensor& weights,
               std::span<const float> bias = {}, const blocked::Finish& finish = {}, std::span<const float> slopes = {},
               std::vector<UnaryFunction> functions = {});

  // Whether it is likely faster than oneDNN's inner product.
  static bool Pays(const MatMulShape& shape, const blocked::Loops& loops);

  size_t ScratchpadBytes() const;  // for the number of threads given above
  size_t WeightBytes() const;
  // `scratchpad` is aligned to 64 bytes.
  void Run(const float* x, float* y, float* scratchpad) const;

 private:
  // A part of the columns of x, in blocks of `lanes`.
  struct Chunk {
    int64_t first, count;
  };
  Chunk ChunkAt(int64_t index) const;
  int64_t PanelVectors(int64_t panel) const;
  int64_t WeightOffset(int64_t chunk, int64_t panel) const;  // floats
  void PackWeights(const Tensor& weights);
  void ReorderWeights(const float* weights, int64_t chunk, int64_t panel, float* packed) const;
  template <int kLanes>
  void PackRows(const float* x, int64_t rows, int64_t begin, int64_t end, float* v) const;
  void RunPart(const float* x, float* y, float* scratchpad, int thread, int threads) const;
  void MultiplyRows(const float* v, int64_t rows, int64_t begin_panel, int64_t end_panel, float* tail, float* y) const;
  int64_t RowFloats() const { return in_blocks_ * loops_->lanes; }  // of a packed row
  int64_t TailFloats() const { return block_rows_ * blocked::kMaxVectors * loops_->lanes; }

  MatMulShape shape_;
  int threads_;
  const blocked::Loops* loops_;
  blocked::Finish finish_;
  std::vector<UnaryFunction> functions_;
  int64_t in_blocks_, chunks_, out_vectors_, panels_;  // a panel: up to kMaxVectors vectors of columns
  int64_t block_rows_;                                 // packed at a time
  bool split_columns_;                                 // threads share the packed rows, each has columns of its own
  std::shared_ptr<const float> weights_;               // U[chunk][panel][column of x][vector][lane]
  std::shared_ptr<const float> bias_, zeros_, slopes_;
};

// The kernel of a MatMul in f32 with constant weights and all its post-ops; null where others serve it better.
std::unique_ptr<Kernel> MakePackedMatMul(const KernelContext& context, const MatMulShape& shape);

}  // namespace moir::runtime
