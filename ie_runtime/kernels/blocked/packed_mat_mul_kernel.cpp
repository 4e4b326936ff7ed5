#include <algorithm>

#include "ie_runtime/kernels/blocked/blocked_kernel.h"
#include "ie_runtime/kernels/blocked/packed_mat_mul.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

class PackedMatMulKernel final : public Kernel {
 public:
  PackedMatMulKernel(PackedMatMul product, std::string exec_type, std::optional<Chain> chain)
      : product_(std::move(product)), exec_type_(std::move(exec_type)), chain_(std::move(chain)) {}
  std::string ExecType() const override { return exec_type_; }
  size_t ScratchpadBytes() const override { return product_.ScratchpadBytes(); }
  size_t WeightBytes() const override { return product_.WeightBytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct PackedMatMulTask final : Task {
      PackedMatMulTask(const PackedMatMulKernel& owner, const Binding& memory)
          : kernel(owner),
            x(reinterpret_cast<const float*>(memory.inputs[0])),
            y(reinterpret_cast<float*>(memory.outputs[0])),
            scratchpad(reinterpret_cast<float*>(memory.scratchpad)) {}
      void Run() override {
        kernel.product_.Run(x, y, scratchpad);
        if (kernel.chain_) kernel.chain_->Run(y, y);
      }
      const PackedMatMulKernel& kernel;
      const float* x;
      float *y, *scratchpad;
    };
    return std::make_unique<PackedMatMulTask>(*this, binding);
  }

 private:
  PackedMatMul product_;
  std::string exec_type_;
  std::optional<Chain> chain_;
};

}  // namespace

std::unique_ptr<Kernel> MakePackedMatMul(const KernelContext& context, const MatMulShape& shape) {
  const blocked::Loops* loops = Uses(Technique::kMatMul) ? blocked::FindLoops() : nullptr;
  if (!loops || !PackedMatMul::Pays(shape, *loops)) return nullptr;
  FusedPostOps fused = FusePostOps(context);
  Check(fused.sum == 0, "a sum in a MatMul");
  const std::vector<PostOp>& ops = context.GetLayer().post_ops;
  const auto is_function = [](const PostOp& op) { return op.kind == PostOp::Kind::kUnary; };
  std::vector<UnaryFunction> functions;
  std::optional<Chain> chain;
  const auto rest = ops.begin() + static_cast<std::ptrdiff_t>(fused.count);
  if (std::all_of(rest, ops.end(), is_function)) {
    std::transform(rest, ops.end(), std::back_inserter(functions), [](const PostOp& op) { return op.function; });
  } else {
    chain.emplace(ChannelView{1, 1, shape.rows, shape.columns, shape.columns});
    chain->AddPostOps(context, fused.count);
  }
  std::string name = StrCat("packed", loops->lanes == 16 ? ":avx512" : ":avx2", chain ? "+vector" : "");
  return std::make_unique<PackedMatMulKernel>(
      PackedMatMul(shape, *loops, ParallelThreads(), context.Input(1).constant, fused.bias, fused.finish, fused.slopes,
                   std::move(functions)),
      std::move(name), std::move(chain));
}

}  // namespace moir::runtime
