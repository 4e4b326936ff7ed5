#include "ie_runtime/kernels/chain.h"

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

// `rows` rows of `inner` floats (or, for inner 1, that many floats) of one block of channels, from float `begin`.
void Chain::RunPiece(int64_t block, int64_t begin, int64_t rows, const float* src, float* dst,
                     std::span<const float* const> operands) const {
  const ChannelView view = Normalize(view_);
  const int64_t count = rows * view.inner;
  const float* from = src + begin;
  float* to = dst + begin;
  const auto channel = static_cast<size_t>(block * view.inner);
  for (size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    if (stage.is_scale_shift) {
      const float *scale = &stage.a[channel], *shift = &stage.b[channel];
      const bool relu = i + 1 < stages_.size() && stages_[i + 1].IsRelu();
      if (view.inner == 1) (relu ? ScaleShiftReluLoop : ScaleShiftLoop)(from, to, count, *scale, *shift);
      else (relu ? ScaleShiftReluRows : ScaleShiftRows)(from, to, rows, view.inner, scale, shift);
      i += relu ? 1 : 0;
    } else if (stage.kind == PostOp::Kind::kUnary) {
      UnaryLoop(stage.function, from, to, count);
    } else if (stage.kind == PostOp::Kind::kPRelu) {
      if (view.inner == 1) UnaryLoop({UnaryKind::kRelu, stage.a[channel], 0}, from, to, count);
      else PReluRows(from, to, rows, view.inner, &stage.a[channel]);
    } else {
      AddLoop(from, operands[stage.operand] + begin, to, count);
    }
    from = to;
  }
  // Padding channels stay zero whatever the stages made of them.
  const int64_t real = view.channels - block * view.inner;
  if (real >= view.inner) return;
  for (int64_t row = 0; row < rows; ++row) std::fill(to + row * view.inner + real, to + (row + 1) * view.inner, 0.0f);
}

void Chain::Run(const float* src, float* dst, std::span<const float* const> operands) const {
  const ChannelView view = Normalize(view_);
  const int64_t rows_per_piece = std::max<int64_t>(1, kPiece / view.inner);
  const int64_t pieces = (view.spatial + rows_per_piece - 1) / rows_per_piece;
  ParallelFor(view.batch * view.outer * pieces, std::max<int64_t>(1, 8192 / (rows_per_piece * view.inner)),
              [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                  const int64_t plane = i / pieces, row = i % pieces * rows_per_piece;
                  const int64_t rows = std::min(rows_per_piece, view.spatial - row);
                  RunPiece(plane % view.outer, (plane * view.spatial + row) * view.inner, rows, src, dst, operands);
                }
              });
}

}  // namespace moir::runtime
