#include "ie_runtime/kernels/chain.h"

#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// Stages run over pieces of about this many floats, which stay in the first-level cache from stage to stage.
constexpr int64_t kPiece = 2048;

// A value without spatial axes is one row of channels.
ChannelView Normalize(ChannelView view) {
  if (view.inner == 1 && view.spatial == 1) {
    view.inner = view.outer;
    view.outer = 1;
  }
  return view;
}

}  // namespace

std::vector<size_t> SumInputs(const Layer& layer) {
  std::vector<size_t> inputs;
  for (const PostOp& op : layer.post_ops) {
    if (op.kind == PostOp::Kind::kSum) inputs.push_back(op.input);
  }
  return inputs;
}

std::vector<float> Chain::Padded(std::vector<float> values) const {
  values.resize(static_cast<size_t>(view_.outer * view_.inner), 0.0f);
  return values;
}

void Chain::AddScaleShift(std::vector<float> scale, std::vector<float> shift) {
  Stage stage;
  stage.is_scale_shift = true;
  stage.a = Padded(std::move(scale));
  stage.b = Padded(std::move(shift));
  stages_.push_back(std::move(stage));
}

void Chain::AddUnary(const UnaryFunction& function) {
  Stage stage;
  stage.function = function;
  stages_.push_back(std::move(stage));
}

void Chain::AddPRelu(std::vector<float> slopes) {
  Stage stage;
  stage.kind = PostOp::Kind::kPRelu;
  stage.a = Padded(std::move(slopes));
  stages_.push_back(std::move(stage));
}

void Chain::AddSum(size_t operand) {
  Stage stage;
  stage.kind = PostOp::Kind::kSum;
  stage.operand = operand;
  stages_.push_back(std::move(stage));
}

void Chain::AddPostOps(const KernelContext& context, size_t first) {
  size_t sums = 0;
  const auto& ops = context.GetLayer().post_ops;
  for (size_t i = 0; i < ops.size(); ++i) {
    const PostOp& op = ops[i];
    const bool wanted = i >= first;
    switch (op.kind) {
      case PostOp::Kind::kUnary:
        if (wanted) AddUnary(op.function);
        break;
      case PostOp::Kind::kPRelu:
        if (wanted) AddPRelu(ConstantFloats(context.Input(op.input)));
        break;
      case PostOp::Kind::kSum:
        if (wanted) AddSum(sums);
        ++sums;
        break;
    }
  }
}

template <typename Add>
void Chain::RunPiece(int64_t channel, int64_t rows, int64_t width, const float* from, float* to, const Add& add) const {
  const int64_t count = rows * width;
  const auto first = static_cast<size_t>(channel);
  for (size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    if (stage.is_scale_shift) {
      const float *scale = &stage.a[first], *shift = &stage.b[first];
      const bool relu = i + 1 < stages_.size() && stages_[i + 1].IsRelu();
      if (width == 1) (relu ? ScaleShiftReluLoop : ScaleShiftLoop)(from, to, count, *scale, *shift);
      else (relu ? ScaleShiftReluRows : ScaleShiftRows)(from, to, rows, width, scale, shift);
      i += relu ? 1 : 0;
    } else if (stage.kind == PostOp::Kind::kUnary) {
      UnaryLoop(stage.function, from, to, count);
    } else if (stage.kind == PostOp::Kind::kPRelu) {
      if (width == 1) UnaryLoop({UnaryKind::kRelu, stage.a[first], 0}, from, to, count);
      else PReluRows(from, to, rows, width, &stage.a[first]);
    } else {
      add(stage.operand, from, to);
    }
    from = to;
  }
  // Padding channels stay zero whatever the stages made of them.
  const int64_t real = view_.channels - channel;
  if (width == 1 || real >= width) return;
  for (int64_t row = 0; row < rows; ++row) std::fill(to + row * width + real, to + (row + 1) * width, 0.0f);
}

template <typename F>
void Chain::ForPieces(const F& f) const {
  const ChannelView view = Normalize(view_);
  const int64_t rows_per_piece = std::max<int64_t>(1, kPiece / view.inner);
  const int64_t pieces = (view.spatial + rows_per_piece - 1) / rows_per_piece;
  ParallelFor(view.batch * view.outer * pieces, std::max<int64_t>(1, 8192 / (rows_per_piece * view.inner)),
              [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                  const int64_t plane = i / pieces, row = i % pieces * rows_per_piece;
                  const int64_t rows = std::min(rows_per_piece, view.spatial - row);
                  f(plane % view.outer * view.inner, (plane * view.spatial + row) * view.inner, rows, view.inner);
                }
              });
}

template <typename Operand>
void Chain::RunFloats(const float* src, float* dst, const Operand& operand) const {
  ForPieces([&](int64_t channel, int64_t begin, int64_t rows, int64_t width) {
    RunPiece(channel, rows, width, src + begin, dst + begin, [&](size_t index, const float* from, float* to) {
      AddLoop(from, operand(index) + begin, to, rows * width);
    });
  });
}

template <typename Operand>
void Chain::RunBf16(const BF16* src, BF16* dst, const Operand& operand) const {
  // One scale and shift, maybe a ReLU behind it, and nothing else.
  const bool one_pass = !stages_.empty() && stages_[0].is_scale_shift &&
                        (stages_.size() == 1 || (stages_.size() == 2 && stages_[1].IsRelu()));
  ForPieces([&](int64_t channel, int64_t begin, int64_t rows, int64_t width) {
    alignas(64) float values[kPiece], summand[kPiece];
    // A piece is one row when rows are long; then it is cut along the channels.
    for (int64_t column = 0; column < width; column += kPiece) {
      const int64_t columns = std::min(kPiece, width - column), count = rows * columns, at = begin + column;
      if (width > 1 && one_pass && view_.channels - channel >= width) {
        const auto first = static_cast<size_t>(channel + column);
        ScaleShiftBf16Rows({src + at, columns}, {dst + at, columns}, rows, columns, &stages_[0].a[first],
                           &stages_[0].b[first], stages_.size() > 1);
        continue;
      }
      FromBf16Loop(src + at, values, count);
      RunPiece(channel + column, rows, columns, values, values, [&](size_t index, const float* from, float* to) {
        FromBf16Loop(operand(index) + at, summand, count);
        AddLoop(from, summand, to, count);
      });
      ToBf16Fast(values, dst + at, count);
    }
  });
}

void Chain::Run(const float* src, float* dst, std::span<const float* const> operands) const {
  RunFloats(src, dst, [&](size_t index) { return operands[index]; });
}

void Chain::Run(ElementType type, const std::byte* src, std::byte* dst,
                std::span<const std::byte* const> operands) const {
  if (type == ElementType::kBF16) {
    RunBf16(reinterpret_cast<const BF16*>(src), reinterpret_cast<BF16*>(dst),
            [&](size_t index) { return reinterpret_cast<const BF16*>(operands[index]); });
  } else {
    RunFloats(reinterpret_cast<const float*>(src), reinterpret_cast<float*>(dst),
              [&](size_t index) { return reinterpret_cast<const float*>(operands[index]); });
  }
}

}  // namespace moir::runtime
