// Correlation of f32: displacements and rows in parallel, a row of the result at a time, on padded copies of the data.
#include <cmath>
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// sums[i] += f(a[i * step], b[i * step])
MOIR_VECTOR_CLONES void AddProducts(const float* a, const float* b, int64_t step, float* sums, int64_t count) {
  if (step == 1) {
    for (int64_t i = 0; i < count; ++i) sums[i] += a[i] * b[i];
  } else {
    for (int64_t i = 0; i < count; ++i) sums[i] += a[i * step] * b[i * step];
  }
}
MOIR_VECTOR_CLONES void AddDifferences(const float* a, const float* b, int64_t step, float* sums, int64_t count) {
  if (step == 1) {
    for (int64_t i = 0; i < count; ++i) sums[i] += std::fabs(a[i] - b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) sums[i] += std::fabs(a[i * step] - b[i * step]);
  }
}

class CorrelationKernel final : public Kernel {
 public:
  explicit CorrelationKernel(const KernelContext& context)
      : data_(context.InputShape()),
        out_(context.OutputShape()),
        kernel_(context.GetLayer().Attr<int64_t>("kernel_size")),
        displacement_(context.GetLayer().Attr<int64_t>("max_displacement")),
        stride1_(context.GetLayer().Attr<int64_t>("stride1")),
        stride2_(context.GetLayer().Attr<int64_t>("stride2")),
        pad_(context.GetLayer().Attr<int64_t>("pad_size")),
        multiply_(context.GetLayer().Attr<bool>("is_multiply")),
        height_(data_[2] + 2 * pad_),
        width_(data_[3] + 2 * pad_) {}

  std::string ExecType() const override { return "vector"; }
  size_t ScratchpadBytes() const override {
    return pad_ == 0 ? 0 : 2 * static_cast<size_t>(PaddedSize()) * sizeof(float);
  }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct CorrelationTask final : Task {
      CorrelationTask(const CorrelationKernel& owner, const Binding& binding_) : kernel(owner), memory(binding_) {}
      void Run() override { kernel.Run(memory); }
      const CorrelationKernel& kernel;
      Binding memory;
    };
    return std::make_unique<CorrelationTask>(*this, binding);
  }

 private:
  int64_t PaddedSize() const { return data_[0] * data_[1] * height_ * width_; }

  const float* Padded(const std::byte* values, float* room) const {
    const float* src = reinterpret_cast<const float*>(values);
    if (pad_ == 0) return src;
    const auto row = static_cast<size_t>(data_[3]) * sizeof(float);
    ParallelFor(data_[0] * data_[1], 1, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        float* to = room + p * height_ * width_;
        std::fill_n(to, height_ * width_, 0.0f);
        for (int64_t y = 0; y < data_[2]; ++y)
          std::memcpy(to + (y + pad_) * width_ + pad_, src + (p * data_[2] + y) * data_[3], row);
      }
    });
    return room;
  }

  void Run(const Binding& memory) const {
    float* room = reinterpret_cast<float*>(memory.scratchpad);
    const float* first = Padded(memory.inputs[0], room);
    const float* second = Padded(memory.inputs[1], pad_ == 0 ? nullptr : room + PaddedSize());
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    const int64_t radius = displacement_ / stride2_, side = 2 * radius + 1, plane = height_ * width_;
    const auto divisor = static_cast<float>(kernel_ * kernel_ * data_[1]);
    ParallelFor(out_[0] * out_[1] * out_[2], 1, [&](int64_t begin, int64_t end) {
      for (int64_t job = begin; job < end; ++job) {
        const int64_t i = job % out_[2], d = job / out_[2] % out_[1], n = job / out_[2] / out_[1];
        const int64_t move = (d / side - radius) * stride2_ * width_ + (d % side - radius) * stride2_;
        const int64_t start = n * data_[1] * plane + (i * stride1_ + displacement_) * width_ + displacement_;
        float* row = dst + job * out_[3];
        std::fill_n(row, out_[3], 0.0f);
        for (int64_t k = 0; k < kernel_ * kernel_; ++k) {
          const int64_t window = start + k / kernel_ * width_ + k % kernel_;
          for (int64_t c = 0; c < data_[1]; ++c) {
            const float *a = first + window + c * plane, *b = second + window + c * plane + move;
            if (multiply_) AddProducts(a, b, stride1_, row, out_[3]);
            else AddDifferences(a, b, stride1_, row, out_[3]);
          }
        }
        for (int64_t j = 0; j < out_[3]; ++j) row[j] /= divisor;
      }
    });
  }

  Shape data_, out_;
  int64_t kernel_, displacement_, stride1_, stride2_, pad_;
  bool multiply_;
  int64_t height_, width_;
};

}  // namespace

std::optional<KernelChoice> MakeCorrelation(const KernelContext& context) {
  if (!context.AllF32() || context.InputShape().NumElements() == 0) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = std::make_unique<CorrelationKernel>(context);
  return choice;
}

}  // namespace moir::runtime
