// FullyConnected: y[row, o] = bias[o] + sum over k of x[row, k] * w[o, k] for a few rows.
//
// With few rows the time is that of reading the weights once, so they are packed in the order of reading:
//   panel p (64 outputs), k, output within the panel
// and every thread streams through panels of its own. Weights may be rounded to bf16, which halves the stream; they are
// multiplied as f32.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/chain.h"

namespace moir::runtime {

class FullyConnected {
 public:
  static constexpr int64_t kMaxRows = 4;
  static constexpr int64_t kPanel = 64;

  // Weights are stored [columns, inner] when `transposed`, else [inner, columns]; bias is empty or has `columns`
  // numbers. `type`: of the packed weights, f32 or bf16.
  FullyConnected(const Tensor& weights, int64_t inner, int64_t columns, bool transposed, std::vector<float> bias,
                 ElementType type = ElementType::kF32);
  void Run(const float* x, float* y, int64_t rows) const;
  size_t Bytes() const { return bytes_; }

 private:
  template <typename Weight>
  void RunPanels(const float* x, float* y, int64_t rows) const;

  int64_t inner_, columns_;
  ElementType type_;
  size_t bytes_;
  std::shared_ptr<const std::byte> packed_;
  std::vector<float> bias_;  // padded to whole panels
};

// The same from rows of weights, [columns, inner], as models store them. With few rows of x memory is what one waits
// for either way, so nothing need be packed: weights that lie in a mapped file are multiplied where they are, and
// loading the model costs them nothing. Memory of our own, in large pages, is faster to read though (fewer translations
// of addresses). Unless processes are to share the file's pages, inferences copy a few weights each, from the second
// on, until all are copied and the file's pages are let go. The numbers are the same bits wherever a row is.
//
// Small weights, which stay in a cache, are multiplied faster when they are packed as above.
class FullyConnectedRows {
 public:
  static constexpr int64_t kMaxRows = FullyConnected::kMaxRows;
  static constexpr size_t kCopiedPerRun = size_t{64} << 20;  // bytes
  static bool Pays(int64_t inner, int64_t columns);

  // `bias` has `columns` numbers, or is empty.
  FullyConnectedRows(const Tensor& weights, int64_t inner, int64_t columns, std::vector<float> bias);
  // Whether Run needs the model's weights; else they have been packed.
  bool ReadsStored() const { return packed_ == nullptr; }
  size_t Bytes() const { return packed_ ? static_cast<size_t>(inner_ * columns_) * sizeof(float) : 0; }
  // `stored`: the weights given above. Each result is the same sum whatever the number of rows and threads.
  void Run(const float* x, const float* stored, float* y, int64_t rows) const;

 private:
  class Copies;
  int64_t inner_, columns_;
  std::vector<float> bias_;
  std::shared_ptr<const std::byte> packed_;
  std::shared_ptr<Copies> copies_;
  std::shared_ptr<std::atomic<bool>> first_run_ = std::make_shared<std::atomic<bool>>(true);
};

std::unique_ptr<Kernel> MakeFullyConnectedRows(FullyConnectedRows layer, int64_t rows, std::optional<Chain> chain);
// Whether a MatMul is one: its weights are a constant matrix, and there are at most kMaxRows rows.
bool IsFullyConnected(const Plan& plan, const Layer& layer);

std::unique_ptr<Kernel> MakeFullyConnected(FullyConnected layer, int64_t rows, std::optional<Chain> chain);

}  // namespace moir::runtime
