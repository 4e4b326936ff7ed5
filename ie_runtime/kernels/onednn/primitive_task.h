// A oneDNN primitive bound to memory.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "ie_runtime/compile_jobs.h"
#include "ie_runtime/kernel.h"
#include "ie_runtime/kernels/onednn/onednn.h"

namespace moir::runtime::onednn {

// Runs a primitive; everything it needs is prepared, so that running allocates nothing here.
class PrimitiveTask final : public Task {
 public:
  explicit PrimitiveTask(const dnnl::primitive& primitive) : primitive_(primitive) {}
  void Add(int argument, const Desc& desc, const void* data) {
    memories_.emplace_back(desc, Engine(), const_cast<void*>(data));
    arguments_.push_back({argument, memories_.back().get()});
  }
  void Run() override {
    const dnnl_status_t status = dnnl_primitive_execute(primitive_.get(), Stream().get(),
                                                        static_cast<int>(arguments_.size()), arguments_.data());
    if (status != dnnl_success)
      Fail(ErrorKind::kInternal, "oneDNN could not run a primitive: status ", static_cast<int>(status));
  }

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

// A kernel that is one primitive from one input to one output.
class UnaryPrimitiveKernel final : public Kernel {
 public:
  // `make`: makes the primitive of `desc`, before the compilation ends (compile_jobs.h).
  template <typename PrimitiveDesc>
  UnaryPrimitiveKernel(std::function<dnnl::primitive()> make, const PrimitiveDesc& desc, Desc src, Desc dst)
      : src_(std::move(src)),
        dst_(std::move(dst)),
        scratchpad_(desc.scratchpad_desc()),
        name_(ImplementationName(desc)) {
    PutOff(1, 0, [this, make = std::move(make)](int64_t) { primitive_ = make(); });
  }
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    auto task = std::make_unique<PrimitiveTask>(primitive_);
    task->Add(DNNL_ARG_SRC, src_, binding.inputs[0]);
    task->Add(DNNL_ARG_DST, dst_, binding.outputs[0]);
    task->Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  dnnl::primitive primitive_;
  Desc src_, dst_, scratchpad_;
  std::string name_;
};

// Constant values in the layout a primitive wants.
class PackedWeights {
 public:
  PackedWeights() = default;
  // `plain` describes `values` as they are. They are packed before the compilation ends (compile_jobs.h).
  PackedWeights(const Tensor& values, const Desc& plain, const Desc& wanted);
  const Desc& GetDesc() const { return desc_; }
  const void* Data() const { return data_.get(); }
  size_t Bytes() const { return data_ ? desc_.get_size() : 0; }

 private:
  Desc desc_;
  std::shared_ptr<const std::byte> data_;
};

}  // namespace moir::runtime::onednn
