// FullyConnected: y[row, o] = bias[o] + sum over k of x[row, k] * w[o, k] for a few rows.
//
// With few rows the time is that of reading the weights once, so they are packed in the order of reading:
//   panel p (64 outputs), k, output within the panel
// and every thread streams through panels of its own.
#pragma once

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
  // numbers.
  FullyConnected(const Tensor& weights, int64_t inner, int64_t columns, bool transposed, std::vector<float> bias);
  void Run(const float* x, float* y, int64_t rows) const;
  size_t Bytes() const { return bytes_; }

 private:
  int64_t inner_, columns_;
  size_t bytes_;
  std::shared_ptr<const std::byte> packed_;
  std::vector<float> bias_;  // padded to whole panels
};

std::unique_ptr<Kernel> MakeFullyConnected(FullyConnected layer, int64_t rows, std::optional<Chain> chain);

}  // namespace moir::runtime
