// What the kernels of our own convolutions have in common: which post-ops they do themselves, their layouts and memory.
#pragma once

#include <vector>

#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/blocked/loops.h"
#include "ie_runtime/kernels/chain.h"

namespace moir::runtime {

// The post-ops that the convolution does before it writes: a sum, then a function that leaves the zeros of padding
// channels alone. A chain over the result does the others.
struct FusedPostOps {
  size_t count = 0;
  size_t sum = 0;  // input of the layer; 0: none
  blocked::Finish finish;
  std::vector<float> slopes;  // of Finish::Kind::kPRelu
  std::vector<float> bias;
};
FusedPostOps FusePostOps(const KernelContext& context);

// Convolution: Run(src, sum, dst, scratchpad), ScratchpadBytes(), WeightBytes().
template <typename Convolution>
class BlockedKernel final : public Kernel {
 public:
  BlockedKernel(Convolution convolution, std::string exec_type, ElementType result, size_t sum,
                std::optional<Chain> chain, std::vector<size_t> chain_inputs)
      : convolution_(std::move(convolution)),
        exec_type_(std::move(exec_type)),
        result_(result),
        sum_(sum),
        chain_(std::move(chain)),
        chain_inputs_(std::move(chain_inputs)) {}
  std::string ExecType() const override { return exec_type_; }
  size_t ScratchpadBytes() const override { return convolution_.ScratchpadBytes(); }
  size_t WeightBytes() const override { return convolution_.WeightBytes(); }

  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct BlockedTask final : Task {
      BlockedTask(const BlockedKernel& owner, const Binding& memory)
          : kernel(owner),
            src(memory.inputs[0]),
            sum(owner.sum_ ? memory.inputs[owner.sum_] : nullptr),
            dst(memory.outputs[0]),
            scratchpad(reinterpret_cast<float*>(memory.scratchpad)) {
        for (const size_t input : owner.chain_inputs_) operands.push_back(memory.inputs[input]);
      }
      void Run() override {
        kernel.convolution_.Run(src, sum, dst, scratchpad);
        if (kernel.chain_) kernel.chain_->Run(kernel.result_, dst, dst, operands);
      }
      const BlockedKernel& kernel;
      const std::byte *src, *sum;
      std::byte* dst;
      float* scratchpad;
      std::vector<const std::byte*> operands;
    };
    return std::make_unique<BlockedTask>(*this, binding);
  }

 private:
  Convolution convolution_;
  std::string exec_type_;
  ElementType result_;
  size_t sum_;
  std::optional<Chain> chain_;
  std::vector<size_t> chain_inputs_;
};

// Whether these kernels can serve the layer at all: a 2-D convolution in f32 with constant weights, on a CPU that has
// loops. Null, or the loops.
const blocked::Loops* LoopsFor(const KernelContext& context);
// The same for a layer of a model compiled for bf16: products are those of f32, more exact than those of bf16. Null
// with AMX, too, whose products are many times faster.
const blocked::Loops* Bf16LoopsFor(const KernelContext& context);
// How ExecType of a kernel with these loops ends.
std::string LoopsName(const blocked::Loops& loops);

// The choice for a layer whose convolution `make(fused)` makes. `name`: of the algorithm, for ExecType.
template <typename Make>
KernelChoice MakeBlockedKernel(const KernelContext& context, const blocked::Loops& loops, std::string name,
                               const Make& make) {
  const Layer& layer = context.GetLayer();
  const auto layout = [&](ElementType type, const Shape& shape) {
    return loops.order == blocked::Order::kBlocked ? Layout::Blocked(type, shape, loops.lanes)
                                                   : Layout::ChannelsLast(type, shape);
  };
  const Layout dst = layout(loops.result, context.OutputShape());
  const FusedPostOps fused = FusePostOps(context);
  std::optional<Chain> chain;
  if (fused.count < layer.post_ops.size()) {
    chain.emplace(*dst.Channels());
    chain->AddPostOps(context, fused.count);
  }
  KernelChoice choice;
  choice.inputs.resize(layer.inputs.size());
  choice.inputs[0] = layout(loops.source, context.InputShape());
  choice.outputs = {dst};
  const std::vector<size_t> sums = SumInputs(layer);
  for (const size_t input : sums) choice.inputs[input] = dst;
  if (fused.sum) choice.aliases.push_back({Alias::Kind::kInPlace, fused.sum});
  name += StrCat(LoopsName(loops), chain ? "+vector" : "");
  auto convolution = make(fused);
  choice.kernel = std::make_unique<BlockedKernel<decltype(convolution)>>(
      std::move(convolution), std::move(name), loops.result, fused.sum, std::move(chain), sums);
  return choice;
}

}  // namespace moir::runtime
