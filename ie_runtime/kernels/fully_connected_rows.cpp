#include <algorithm>
#include <atomic>
#include <cstring>

#include "ie_runtime/kernels/fully_connected.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int kLanes = 16;
// Floats that lie anywhere: rows start where the file has them.
typedef float Vector __attribute__((vector_size(sizeof(float) * kLanes), aligned(alignof(float))));
// Columns at a time, so that several rows of weights stream in at once; a quarter of them where the sums of several
// rows of x need the registers.
constexpr int kColumns = 8;
// How many floats ahead of the sums each row is fetched: about what memory takes to answer, at the rate of one thread.
constexpr int64_t kAhead = 256;

float SumOfLanes(const Vector& sum) {
  float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) lanes[i] = sum[i];
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

// `Columns` columns for `Rows` rows: y[row][column].
template <int Rows, int Columns>
[[gnu::always_inline]] inline void Products(const float* x, const float* weights, int64_t inner, float* y,
                                            int64_t y_stride) {
  Vector sum[Rows][Columns] = {};
  int64_t k = 0;
  for (; k + kLanes <= inner; k += kLanes) {
#pragma GCC unroll 8
    for (int c = 0; c < Columns; ++c) {
      const float* from = weights + c * inner + k;
      __builtin_prefetch(from + kAhead, 0, 2);
      const Vector w = *reinterpret_cast<const Vector*>(from);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) sum[r][c] += w * *reinterpret_cast<const Vector*>(x + r * inner + k);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < Columns; ++c) {
      float rest = 0;
      for (int64_t i = k; i < inner; ++i) rest += weights[c * inner + i] * x[r * inner + i];
      y[r * y_stride + c] = SumOfLanes(sum[r][c]) + rest;
    }
  }
}

template <int Rows>
[[gnu::always_inline]] inline void ColumnsOfRows(const float* x, const float* weights, int64_t inner, int64_t first,
                                                 int64_t last, float* y, int64_t y_stride) {
  constexpr int kAtOnce = Rows == 1 ? kColumns : kColumns / 4;
  int64_t column = first;
  for (; column + kAtOnce <= last; column += kAtOnce)
    Products<Rows, kAtOnce>(x, weights + column * inner, inner, y + column, y_stride);
  for (; column < last; ++column) Products<Rows, 1>(x, weights + column * inner, inner, y + column, y_stride);
}

MOIR_VECTOR_CLONES void RunColumns(const float* x, int64_t rows, const float* weights, int64_t inner, int64_t first,
                                   int64_t last, float* y, int64_t y_stride) {
  switch (rows) {
    case 1: return ColumnsOfRows<1>(x, weights, inner, first, last, y, y_stride);
    case 2: return ColumnsOfRows<2>(x, weights, inner, first, last, y, y_stride);
    case 3: return ColumnsOfRows<3>(x, weights, inner, first, last, y, y_stride);
    default: return ColumnsOfRows<4>(x, weights, inner, first, last, y, y_stride);
  }
}

class FullyConnectedRowsKernel final : public Kernel {
 public:
  FullyConnectedRowsKernel(FullyConnectedRows layer, int64_t rows, std::optional<Chain> chain)
      : layer_(std::move(layer)), rows_(rows), chain_(std::move(chain)) {}
  std::string ExecType() const override { return "stream:rows"; }
  size_t WeightBytes() const override { return layer_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct RowsTask final : Task {
      RowsTask(const FullyConnectedRowsKernel& owner, const Binding& memory)
          : kernel(owner),
            x(reinterpret_cast<const float*>(memory.inputs[0])),
            stored(reinterpret_cast<const float*>(memory.inputs[1])),
            y(reinterpret_cast<float*>(memory.outputs[0])) {}
      void Run() override {
        kernel.layer_.Run(x, stored, y, kernel.rows_);
        if (kernel.chain_) kernel.chain_->Run(y, y);
      }
      const FullyConnectedRowsKernel& kernel;
      const float *x, *stored;
      float* y;
    };
    return std::make_unique<RowsTask>(*this, binding);
  }

 private:
  FullyConnectedRows layer_;
  int64_t rows_;
  std::optional<Chain> chain_;
};

}  // namespace

// Pieces of the weights that move to memory of our own, one after the other. Requests share it.
class FullyConnectedRows::Copies {
 public:
  Copies(const Tensor& weights, int64_t inner, int64_t columns)
      : weights_(weights),
        inner_(inner),
        columns_(columns),
        piece_columns_(std::max<int64_t>(kPieceFloats / inner / kColumns, 1) * kColumns),
        pieces_((columns + piece_columns_ - 1) / piece_columns_),
        memory_(AllocateMemory(weights.ByteSize(), LargePages::kAtOnce)),
        states_(static_cast<size_t>(pieces_)),
        left_(pieces_),
        bytes_left_(static_cast<int64_t>(weights.ByteSize())) {
    AddBytesToMove(bytes_left_);
  }
  ~Copies() { AddBytesToMove(-bytes_left_); }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  int64_t PieceColumns() const { return piece_columns_; }
  // Where all rows are said to be, of which those of the piece are.
  const float* RowsOfPiece(int64_t piece, std::atomic<int64_t>& allowance) {
    std::atomic<State>& state = states_[static_cast<size_t>(piece)];
    float* copies = reinterpret_cast<float*>(memory_.get());
    if (state.load(std::memory_order_acquire) == State::kCopied) return copies;
    const float* stored = weights_.Values<float>().data();
    const int64_t first = piece * piece_columns_, count = std::min(piece_columns_, columns_ - first) * inner_;
    const auto bytes = static_cast<int64_t>(sizeof(float)) * count;
    if (allowance.load(std::memory_order_relaxed) <= 0) return stored;
    State expected = State::kStored;
    if (!state.compare_exchange_strong(expected, State::kBeingCopied)) return stored;
    allowance -= bytes;
    std::copy_n(stored + first * inner_, count, copies + first * inner_);
    state.store(State::kCopied, std::memory_order_release);
    bytes_left_ -= bytes;
    AddBytesToMove(-bytes);
    // Whoever still reads there gets the pages back.
    if (--left_ == 0) weights_.ReleasePages();
    return copies;
  }

 private:
  enum class State : uint8_t { kStored, kBeingCopied, kCopied };
  static constexpr int64_t kPieceFloats = int64_t{1} << 19;
  Tensor weights_;
  int64_t inner_, columns_, piece_columns_, pieces_;
  std::shared_ptr<std::byte> memory_;
  std::vector<std::atomic<State>> states_;
  std::atomic<int64_t> left_, bytes_left_;
};

FullyConnectedRows::FullyConnectedRows(const Tensor& weights, int64_t inner, int64_t columns, std::vector<float> bias)
    : inner_(inner), columns_(columns), bias_(std::move(bias)) {
  if (weights.OwnedBytes() == 0) {
    PackedConstants* constants = CurrentConstants();
    if (!constants || !constants->IsPrivate()) return;
    // Steps of an unrolled recurrent network have the same weights.
    std::shared_ptr<void>& common =
        constants->Common(StrCat("rows ", reinterpret_cast<uintptr_t>(weights.Data()), ' ', inner, ' ', columns));
    if (!common) common = std::make_shared<Copies>(weights, inner, columns);
    copies_ = std::static_pointer_cast<Copies>(common);
    return;
  }
  // They came about while the model was read, in small pages, and are let go when they are packed.
  static constexpr size_t kPiece = size_t{2} << 20;
  const size_t bytes = weights.ByteSize();
  packed_ = PackConstantLater("rows", weights, bytes, static_cast<int64_t>((bytes + kPiece - 1) / kPiece),
                              [weights](std::byte* memory, int64_t piece) {
                                const size_t first = static_cast<size_t>(piece) * kPiece;
                                std::memcpy(memory + first, static_cast<const std::byte*>(weights.Data()) + first,
                                            std::min(kPiece, weights.ByteSize() - first));
                              });
}

bool FullyConnectedRows::Pays(int64_t inner, int64_t columns) {
  constexpr int64_t kSmall = int64_t{1} << 18;  // a megabyte: stays in the second-level cache
  return inner >= kAhead && columns > kSmall / inner;
}

void FullyConnectedRows::Run(const float* x, const float* stored, float* y, int64_t rows) const {
  const float* weights = packed_ ? reinterpret_cast<const float*>(packed_.get()) : stored;
  const bool first_run = first_run_->exchange(false) && !packed_;
  std::atomic<int64_t> allowance{first_run ? int64_t{0} : static_cast<int64_t>(kCopiedPerRun)};
  const auto run = [&](const float* from, int64_t first, int64_t last) {
    if (first_run) WillRead(from + first * inner_, static_cast<size_t>((last - first) * inner_) * sizeof(float));
    RunColumns(x, rows, from, inner_, first, last, y, columns_);
    if (bias_.empty()) return;
    for (int64_t row = 0; row < rows; ++row) {
      float* result = y + row * columns_ + first;
      AddLoop(result, &bias_[static_cast<size_t>(first)], result, last - first);
    }
  };
  // Threads get whole groups of columns.
  const int64_t groups = (columns_ + kColumns - 1) / kColumns;
  ParallelFor(groups, std::max<int64_t>(1, 32768 / (inner_ * kColumns)), [&](int64_t begin, int64_t end) {
    int64_t first = begin * kColumns;
    const int64_t last = std::min(columns_, end * kColumns);
    while (copies_ && first < last) {
      const int64_t piece = first / copies_->PieceColumns();
      const int64_t end_of_piece = std::min(last, (piece + 1) * copies_->PieceColumns());
      run(copies_->RowsOfPiece(piece, allowance), first, end_of_piece);
      first = end_of_piece;
    }
    if (first < last) run(weights, first, last);
  });
}

std::unique_ptr<Kernel> MakeFullyConnectedRows(FullyConnectedRows layer, int64_t rows, std::optional<Chain> chain) {
  return std::make_unique<FullyConnectedRowsKernel>(std::move(layer), rows, std::move(chain));
}

}  // namespace moir::runtime
