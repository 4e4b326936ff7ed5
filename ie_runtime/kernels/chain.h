// Chain: a few element-wise stages in one pass over a value, in any layout with channels. It is the kernel of
// ScaleShift and of leftovers, and applies the post-ops that a primitive cannot. Values in bf16 are rounded once, after
// the last stage.
#pragma once

#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

class Chain {
 public:
  explicit Chain(const ChannelView& view) : view_(view) {}

  void AddScaleShift(std::vector<float> scale, std::vector<float> shift);  // per channel
  void AddUnary(const UnaryFunction& function);
  void AddPRelu(std::vector<float> slopes);  // per channel
  void AddSum(size_t operand);               // + operands[operand], a value of the same layout
  // All post-ops of the layer; sums read operand 0, 1, ... in their order.
  void AddPostOps(const KernelContext& context, size_t first = 0);
  bool IsEmpty() const { return stages_.empty(); }

  // dst may be src, and may be an operand.
  void Run(const float* src, float* dst, std::span<const float* const> operands = {}) const;
  // The same on memory of this type, f32 or bf16.
  void Run(ElementType type, const std::byte* src, std::byte* dst,
           std::span<const std::byte* const> operands = {}) const;

 private:
  struct Stage {
    PostOp::Kind kind = PostOp::Kind::kUnary;
    bool is_scale_shift = false;
    UnaryFunction function{UnaryKind::kRelu};
    std::vector<float> a, b;  // per channel, padded with zeros
    size_t operand = 0;
    bool IsRelu() const {
      return !is_scale_shift && kind == PostOp::Kind::kUnary && function == UnaryFunction{UnaryKind::kRelu};
    }
  };
  // `rows` rows of `width` floats, the first one of channel `channel`; add(operand, from, to) does a sum.
  template <typename Add>
  void RunPiece(int64_t channel, int64_t rows, int64_t width, const float* from, float* to, const Add& add) const;
  // f(channel, begin, rows, width) for pieces of the value in parallel.
  template <typename F>
  void ForPieces(const F& f) const;
  // operand(i): where operand i begins.
  template <typename Operand>
  void RunFloats(const float* src, float* dst, const Operand& operand) const;
  template <typename Operand>
  void RunBf16(const BF16* src, BF16* dst, const Operand& operand) const;
  std::vector<float> Padded(std::vector<float> values) const;

  ChannelView view_;
  std::vector<Stage> stages_;
};

// Inputs of the layer that are summed, in the order of its post-ops.
std::vector<size_t> SumInputs(const Layer& layer);

}  // namespace moir::runtime
