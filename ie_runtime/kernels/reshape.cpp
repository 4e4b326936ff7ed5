// Reshape, Squeeze, Unsqueeze: the same plain bytes under another shape. A view of the input; copied only where the
// memory plan needs the result elsewhere.
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/view.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::unique_ptr<Kernel> MakeViewKernel(size_t bytes, size_t offset) {
  class ViewKernel final : public Kernel {
   public:
    ViewKernel(size_t view_bytes, size_t view_offset) : bytes_(view_bytes), offset_(view_offset) {}
    std::string ExecType() const override { return "copy"; }
    std::unique_ptr<Task> Bind(const Binding& binding) const override {
      struct CopyTask final : Task {
        void Run() override {
          ParallelFor(static_cast<int64_t>(bytes), 1 << 17, [&](int64_t begin, int64_t end) {
            std::memcpy(to + begin, from + begin, static_cast<size_t>(end - begin));
          });
        }
        const std::byte* from;
        std::byte* to;
        size_t bytes;
      };
      if (binding.inputs[0] + offset_ == binding.outputs[0]) return nullptr;
      auto task = std::make_unique<CopyTask>();
      task->from = binding.inputs[0] + offset_;
      task->to = binding.outputs[0];
      task->bytes = bytes_;
      return task;
    }

   private:
    size_t bytes_, offset_;
  };
  return std::make_unique<ViewKernel>(bytes, offset);
}

std::optional<KernelChoice> MakeReshape(const KernelContext& context) {
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  const ElementType type = context.InputLayout().Type();
  choice.inputs[0] = Layout::Plain(type, context.InputShape());
  choice.outputs = {Layout::Plain(type, context.OutputShape())};
  choice.aliases = {{Alias::Kind::kView}};
  choice.kernel = MakeViewKernel(choice.outputs[0].Bytes(), 0);
  return choice;
}

}  // namespace moir::runtime
