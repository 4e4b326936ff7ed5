#include "ie_runtime/kernels/fully_connected.h"

#include <algorithm>

#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kPanel = FullyConnected::kPanel;
typedef float Vector __attribute__((vector_size(64)));  // 16 floats; wider than the CPU's registers it becomes several
constexpr int kVectors = kPanel / 16;

// One panel for `Rows` rows: sums[row][64].
template <int Rows>
[[gnu::always_inline]] inline void Panel(const float* x, int64_t x_stride, const float* weights, int64_t inner,
                                         float* sums) {
  Vector sum[Rows][kVectors] = {};
  for (int64_t k = 0; k < inner; ++k) {
    const Vector* w = reinterpret_cast<const Vector*>(weights + k * kPanel);
    for (int r = 0; r < Rows; ++r) {
      const float factor = x[r * x_stride + k];
      for (int v = 0; v < kVectors; ++v) sum[r][v] += factor * w[v];
    }
  }
  Vector* to = reinterpret_cast<Vector*>(sums);
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < kVectors; ++v) to[r * kVectors + v] = sum[r][v];
  }
}

MOIR_VECTOR_CLONES void RunPanel(const float* x, int64_t rows, int64_t inner, const float* weights, float* sums) {
  switch (rows) {
    case 1: return Panel<1>(x, inner, weights, inner, sums);
    case 2: return Panel<2>(x, inner, weights, inner, sums);
    case 3: return Panel<3>(x, inner, weights, inner, sums);
    default: return Panel<4>(x, inner, weights, inner, sums);
  }
}

}  // namespace

FullyConnected::FullyConnected(const Tensor& weights, int64_t inner, int64_t columns, bool transposed,
                               std::vector<float> bias)
    : inner_(inner), columns_(columns), bias_(std::move(bias)) {
  const int64_t panels = (columns + kPanel - 1) / kPanel;
  bytes_ = static_cast<size_t>(panels * inner * kPanel) * sizeof(float);
  bias_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
  packed_ = PackConstant(StrCat("panels of ", kPanel, transposed ? " transposed" : ""), bytes_, [&](std::byte* memory) {
    float* packed = reinterpret_cast<float*>(memory);
    const float* from = weights.Values<float>().data();
    ParallelFor(panels, 1, [&](int64_t first, int64_t last) {
      for (int64_t panel = first; panel < last; ++panel) {
        const int64_t width = std::min(kPanel, columns - panel * kPanel);
        float* to = packed + panel * inner * kPanel;
        if (width < kPanel) std::fill_n(to, inner * kPanel, 0.0f);
        if (!transposed) {
          for (int64_t k = 0; k < inner; ++k) std::copy_n(from + k * columns + panel * kPanel, width, to + k * kPanel);
          continue;
        }
        // A few k at a time, so that both sides stay in the cache.
        constexpr int64_t kTile = 64;
        for (int64_t start = 0; start < inner; start += kTile) {
          const int64_t end = std::min(inner, start + kTile);
          for (int64_t o = 0; o < width; ++o) {
            const float* row = from + (panel * kPanel + o) * inner;
            for (int64_t k = start; k < end; ++k) to[k * kPanel + o] = row[k];
          }
        }
      }
    });
  });
}

void FullyConnected::Run(const float* x, float* y, int64_t rows) const {
  const float* packed = reinterpret_cast<const float*>(packed_.get());
  const int64_t panels = (columns_ + kPanel - 1) / kPanel;
  ParallelFor(panels, std::max<int64_t>(1, 32768 / (inner_ * kPanel)), [&](int64_t first, int64_t last) {
    alignas(64) float sums[kMaxRows * kPanel];
    for (int64_t panel = first; panel < last; ++panel) {
      RunPanel(x, rows, inner_, packed + panel * inner_ * kPanel, sums);
      const int64_t width = std::min(kPanel, columns_ - panel * kPanel);
      for (int64_t row = 0; row < rows; ++row)
        AddLoop(sums + row * kPanel, &bias_[static_cast<size_t>(panel * kPanel)], y + row * columns_ + panel * kPanel,
                width);
    }
  });
}

namespace {

class FullyConnectedKernel final : public Kernel {
 public:
  FullyConnectedKernel(FullyConnected layer, int64_t rows, std::optional<Chain> chain)
      : layer_(std::move(layer)), rows_(rows), chain_(std::move(chain)) {}
  std::string ExecType() const override { return "stream"; }
  size_t WeightBytes() const override { return layer_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct StreamTask final : Task {
      StreamTask(const FullyConnectedKernel& owner, const Binding& memory)
          : kernel(owner),
            x(reinterpret_cast<const float*>(memory.inputs[0])),
            y(reinterpret_cast<float*>(memory.outputs[0])) {}
      void Run() override {
        kernel.layer_.Run(x, y, kernel.rows_);
        if (kernel.chain_) kernel.chain_->Run(y, y);
      }
      const FullyConnectedKernel& kernel;
      const float* x;
      float* y;
    };
    return std::make_unique<StreamTask>(*this, binding);
  }

 private:
  FullyConnected layer_;
  int64_t rows_;
  std::optional<Chain> chain_;
};

}  // namespace

std::unique_ptr<Kernel> MakeFullyConnected(FullyConnected layer, int64_t rows, std::optional<Chain> chain) {
  return std::make_unique<FullyConnectedKernel>(std::move(layer), rows, std::move(chain));
}

}  // namespace moir::runtime
