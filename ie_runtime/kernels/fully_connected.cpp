#include "ie_runtime/kernels/fully_connected.h"

#include <algorithm>

#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

// The helpers that pass vectors by value are inlined everywhere, so how other instruction sets would pass them is no
// matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace moir::runtime {
namespace {

constexpr int64_t kPanel = FullyConnected::kPanel;
typedef float Vector __attribute__((vector_size(64)));  // 16 floats; wider than the CPU's registers it becomes several
constexpr int kVectors = kPanel / 16;

typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));

[[gnu::always_inline]] inline Vector LoadWeights(const float* weights) {
  return *reinterpret_cast<const Vector*>(weights);
}
[[gnu::always_inline]] inline Vector LoadWeights(const BF16* weights) {
  const Words words = __builtin_convertvector(*reinterpret_cast<const Halves*>(weights), Words) << 16;
  return reinterpret_cast<Vector>(words);
}

// Panels side by side for `Rows` rows: sums[panel][row][64]. Two streams of weights keep more of memory busy than one.
template <int Rows, int Panels, typename Weight>
[[gnu::always_inline]] inline void RunRows(const float* x, const Weight* weights, int64_t inner, float* sums) {
  // Ahead of the CPU's own fetching, which stops at each page. Beyond the end it does nothing.
  constexpr int64_t kAheadBytes = 2048;
  Vector sum[Panels][Rows][kVectors] = {};
  for (int64_t k = 0; k < inner; ++k) {
    for (int p = 0; p < Panels; ++p) {
      const Weight* from = weights + (p * inner + k) * kPanel;
      const char* ahead = reinterpret_cast<const char*>(from) + kAheadBytes;
      for (int64_t byte = 0; byte < kPanel * int64_t{sizeof(Weight)}; byte += 64) __builtin_prefetch(ahead + byte);
      for (int v = 0; v < kVectors; ++v) {
        const Vector w = LoadWeights(from + v * 16);
        for (int r = 0; r < Rows; ++r) sum[p][r][v] += x[r * inner + k] * w;
      }
    }
  }
  Vector* to = reinterpret_cast<Vector*>(sums);
  for (int p = 0; p < Panels; ++p) {
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < kVectors; ++v) *to++ = sum[p][r][v];
    }
  }
}

// Two panels for one or two rows only, whose sums fit into the registers.
template <typename Weight>
[[gnu::always_inline]] inline void RunWeights(const float* x, int64_t rows, int64_t panels, int64_t inner,
                                              const Weight* weights, float* sums) {
  if (panels == 2) {
    if (rows == 1) RunRows<1, 2>(x, weights, inner, sums);
    else RunRows<2, 2>(x, weights, inner, sums);
    return;
  }
  switch (rows) {
    case 1: return RunRows<1, 1>(x, weights, inner, sums);
    case 2: return RunRows<2, 1>(x, weights, inner, sums);
    case 3: return RunRows<3, 1>(x, weights, inner, sums);
    default: return RunRows<4, 1>(x, weights, inner, sums);
  }
}

MOIR_VECTOR_CLONES void RunPanel(const float* x, int64_t rows, int64_t panels, int64_t inner, const float* weights,
                                 float* sums) {
  RunWeights(x, rows, panels, inner, weights, sums);
}
MOIR_VECTOR_CLONES void RunPanel(const float* x, int64_t rows, int64_t panels, int64_t inner, const BF16* weights,
                                 float* sums) {
  RunWeights(x, rows, panels, inner, weights, sums);
}

void PackRow(const float* from, int64_t count, float* to) { std::copy_n(from, count, to); }
void PackRow(const float* from, int64_t count, BF16* to) { ToBf16Loop(from, to, count); }

template <typename Weight>
void Pack(const float* from, int64_t inner, int64_t columns, bool transposed, Weight* packed) {
  const int64_t panels = (columns + kPanel - 1) / kPanel;
  ParallelFor(panels, 1, [&](int64_t first, int64_t last) {
    for (int64_t panel = first; panel < last; ++panel) {
      const int64_t width = std::min(kPanel, columns - panel * kPanel);
      Weight* to = packed + panel * inner * kPanel;
      if (width < kPanel) std::fill_n(to, inner * kPanel, Weight{});
      if (!transposed) {
        for (int64_t k = 0; k < inner; ++k) PackRow(from + k * columns + panel * kPanel, width, to + k * kPanel);
        continue;
      }
      // A few k at a time, so that both sides stay in the cache.
      constexpr int64_t kTile = 64;
      float tile[kTile * kPanel];
      for (int64_t start = 0; start < inner; start += kTile) {
        const int64_t end = std::min(inner, start + kTile);
        for (int64_t o = 0; o < width; ++o) {
          const float* row = from + (panel * kPanel + o) * inner;
          for (int64_t k = start; k < end; ++k) tile[(k - start) * kPanel + o] = row[k];
        }
        for (int64_t k = start; k < end; ++k) PackRow(tile + (k - start) * kPanel, width, to + k * kPanel);
      }
    }
  });
}

}  // namespace

FullyConnected::FullyConnected(const Tensor& weights, int64_t inner, int64_t columns, bool transposed,
                               std::vector<float> bias, ElementType type)
    : inner_(inner), columns_(columns), type_(type), bias_(std::move(bias)) {
  const int64_t panels = (columns + kPanel - 1) / kPanel;
  bytes_ = static_cast<size_t>(panels * inner * kPanel) * ElementSize(type);
  bias_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
  const std::string form =
      StrCat("panels of ", kPanel, transposed ? " transposed" : "", type == ElementType::kBF16 ? " in bf16" : "");
  packed_ = PackConstant(form, bytes_, [&](std::byte* memory) {
    const float* from = weights.Values<float>().data();
    if (type == ElementType::kBF16) Pack(from, inner, columns, transposed, reinterpret_cast<BF16*>(memory));
    else Pack(from, inner, columns, transposed, reinterpret_cast<float*>(memory));
  });
}

template <typename Weight>
void FullyConnected::RunPanels(const float* x, float* y, int64_t rows) const {
  const Weight* packed = reinterpret_cast<const Weight*>(packed_.get());
  const int64_t panels = (columns_ + kPanel - 1) / kPanel;
  // So many registers has AVX-512 alone.
  const bool pairs = rows <= 2 && EffectiveIsa() >= Isa::kAvx512Core;
  ParallelFor(panels, std::max<int64_t>(1, 32768 / (inner_ * kPanel)), [&](int64_t first, int64_t last) {
    alignas(64) float sums[kMaxRows * kPanel];
    for (int64_t panel = first; panel < last;) {
      const int64_t count = pairs && panel + 1 < last ? 2 : 1;
      RunPanel(x, rows, count, inner_, packed + panel * inner_ * kPanel, sums);
      for (int64_t i = 0; i < count; ++i, ++panel) {
        const int64_t width = std::min(kPanel, columns_ - panel * kPanel);
        for (int64_t row = 0; row < rows; ++row)
          AddLoop(sums + (i * rows + row) * kPanel, &bias_[static_cast<size_t>(panel * kPanel)],
                  y + row * columns_ + panel * kPanel, width);
      }
    }
  });
}

void FullyConnected::Run(const float* x, float* y, int64_t rows) const {
  if (type_ == ElementType::kBF16) RunPanels<BF16>(x, y, rows);
  else RunPanels<float>(x, y, rows);
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

bool IsFullyConnected(const Plan& plan, const Layer& layer) {
  const PlanValue &a = plan.Value(layer.inputs[0]), &b = plan.Value(layer.inputs[1]);
  if (!b.IsConstant() || b.shape.Rank() != 2 || a.shape.Rank() < 2 || layer.Attr<bool>("transpose_a")) return false;
  const int64_t inner = b.shape[layer.Attr<bool>("transpose_b") ? 1 : 0];
  return inner > 0 && a.shape.NumElements() > 0 && a.shape.NumElements() / inner <= FullyConnected::kMaxRows;
}

std::unique_ptr<Kernel> MakeFullyConnected(FullyConnected layer, int64_t rows, std::optional<Chain> chain) {
  return std::make_unique<FullyConnectedKernel>(std::move(layer), rows, std::move(chain));
}

}  // namespace moir::runtime
