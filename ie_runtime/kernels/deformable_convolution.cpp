// DeformableConvolution of f32 with constant filters: the taps of a piece of the result are gathered into a matrix, one
// row per position, which is multiplied with the filters.
//
// Data is read with the channels last, so that a tap is a few long vectors. A row holds, for each group, KH * KW taps
// of the group's channels; the filters are brought to that order once: [O, KH * KW, C / group].
#include <cmath>

#include "graph/ops/window.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/gemm.h"
#include "ie_runtime/kernels/sampling.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Tap {
  int64_t places[4];
  float weights[4];
};

class DeformableConvolutionKernel final : public Kernel {
 public:
  explicit DeformableConvolutionKernel(const KernelContext& context)
      : data_(context.InputShape(0)),
        filters_(context.InputShape(2)),
        window_(graph::MakeWindow(*context.GetLayer().node, data_, {filters_[2], filters_[3]})),
        groups_(context.GetLayer().Attr<int64_t>("group")),
        parts_(context.GetLayer().Attr<int64_t>("deformable_group")),
        padded_(context.GetLayer().Attr<bool>("bilinear_interpolation_pad")),
        masked_(context.InputCount() > 3),
        taps_(filters_[2] * filters_[3]),
        positions_(window_.out[1] * window_.out[2]),
        // About 2 MB of taps at a time.
        piece_(std::clamp<int64_t>((int64_t{1} << 19) / (data_[1] * taps_), 16, std::max<int64_t>(16, positions_))) {
    const std::vector<float> weights = context.Input(2).constant.ToVector<float>();
    packed_.resize(weights.size());
    const int64_t channels = filters_[1];
    for (int64_t o = 0; o < filters_[0]; ++o) {
      for (int64_t c = 0; c < channels; ++c) {
        for (int64_t t = 0; t < taps_; ++t) {
          packed_[static_cast<size_t>((o * taps_ + t) * channels + c)] =
              weights[static_cast<size_t>((o * channels + c) * taps_ + t)];
        }
      }
    }
  }

  std::string ExecType() const override { return "gemm"; }
  size_t WeightBytes() const override { return packed_.size() * sizeof(float); }
  size_t ScratchpadBytes() const override { return static_cast<size_t>(piece_ * data_[1] * taps_) * sizeof(float); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct DeformableTask final : Task {
      DeformableTask(const DeformableConvolutionKernel& owner, const Binding& binding_)
          : kernel(owner), memory(binding_) {}
      void Run() override { kernel.Run(memory); }
      const DeformableConvolutionKernel& kernel;
      Binding memory;
    };
    return std::make_unique<DeformableTask>(*this, binding);
  }

 private:
  // The neighbours of (y, x) and their weights, 0 for what lies outside; places count positions, not elements.
  Tap Locate(float y, float x, float factor) const {
    const int64_t height = data_[2], width = data_[3];
    Tap tap{};
    const float low = padded_ ? -1.0f : 0.0f;
    const bool inside = (padded_ ? y > low && x > low : y >= low && x >= low) && y < static_cast<float>(height) &&
                        x < static_cast<float>(width);
    if (!inside) return tap;
    const auto top = static_cast<int64_t>(std::floor(y)), left = static_cast<int64_t>(std::floor(x));
    if (!padded_ && top >= height - 1) y = static_cast<float>(top);
    if (!padded_ && left >= width - 1) x = static_cast<float>(left);
    const float low_y = y - static_cast<float>(top), low_x = x - static_cast<float>(left);
    const float weights[] = {(1 - low_y) * (1 - low_x), (1 - low_y) * low_x, low_y * (1 - low_x), low_y * low_x};
    for (int64_t k = 0; k < 4; ++k) {
      const int64_t row = top + k / 2, column = left + k % 2;
      if (row < 0 || column < 0 || row >= height || column >= width) continue;
      tap.places[k] = row * width + column;
      tap.weights[k] = weights[k] * factor;
    }
    return tap;
  }

  // The row of `position` in the matrix of taps.
  void GatherTaps(const float* src, const float* offsets, const float* mask, int64_t position, float* row) const {
    const int64_t channels = data_[1], per_part = channels / parts_, per_group = channels / groups_;
    const int64_t y0 = position / window_.out[2] * window_.strides[1] - window_.pads_begin[1],
                  x0 = position % window_.out[2] * window_.strides[2] - window_.pads_begin[2];
    for (int64_t part = 0; part < parts_; ++part) {
      for (int64_t t = 0; t < taps_; ++t) {
        const float* offset = offsets + ((part * taps_ + t) * 2) * positions_ + position;
        const Tap tap = Locate(static_cast<float>(y0 + t / filters_[3] * window_.dilations[1]) + offset[0],
                               static_cast<float>(x0 + t % filters_[3] * window_.dilations[2]) + offset[positions_],
                               mask ? mask[(part * taps_ + t) * positions_ + position] : 1.0f);
        // Channels that share both the group and the deformable group.
        for (int64_t c = part * per_part; c < (part + 1) * per_part;) {
          const int64_t group = c / per_group, end = std::min((part + 1) * per_part, (group + 1) * per_group);
          const float* const sources[] = {src + tap.places[0] * channels + c, src + tap.places[1] * channels + c,
                                          src + tap.places[2] * channels + c, src + tap.places[3] * channels + c};
          CopyWeighted(sources, tap.weights, row + (group * taps_ + t) * per_group + c - group * per_group, end - c);
          c = end;
        }
      }
    }
  }

  void Run(const Binding& memory) const {
    const auto input = [&](size_t i) { return reinterpret_cast<const float*>(memory.inputs[i]); };
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    float* matrix = reinterpret_cast<float*>(memory.scratchpad);
    const int64_t row = data_[1] * taps_, group_row = row / groups_, per_group = filters_[0] / groups_;
    for (int64_t n = 0; n < data_[0]; ++n) {
      const float* src = input(0) + n * data_[1] * data_[2] * data_[3];
      const float* offsets = input(1) + n * parts_ * taps_ * 2 * positions_;
      const float* mask = masked_ ? input(3) + n * parts_ * taps_ * positions_ : nullptr;
      for (int64_t start = 0; start < positions_; start += piece_) {
        const int64_t count = std::min(piece_, positions_ - start);
        ParallelFor(count, 8, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) GatherTaps(src, offsets, mask, start + i, matrix + i * row);
        });
        for (int64_t g = 0; g < groups_; ++g) {
          Gemm(true, per_group, count, group_row, packed_.data() + g * per_group * group_row, group_row,
               matrix + g * group_row, row, dst + (n * filters_[0] + g * per_group) * positions_ + start, positions_);
        }
      }
    }
  }

  Shape data_, filters_;
  graph::Window window_;
  int64_t groups_, parts_;
  bool padded_, masked_;
  int64_t taps_, positions_, piece_;
  std::vector<float> packed_;
};

}  // namespace

std::optional<KernelChoice> MakeDeformableConvolution(const KernelContext& context) {
  if (!context.AllF32() || !context.Input(2).IsConstant() || context.InputShape().NumElements() == 0 ||
      context.OutputShape().NumElements() == 0)
    return std::nullopt;
  KernelChoice choice;
  choice.inputs = {Layout::ChannelsLast(ElementType::kF32, context.InputShape(0)), context.PlainInput(1), Layout()};
  if (context.InputCount() > 3) choice.inputs.push_back(context.PlainInput(3));
  choice.outputs = {context.PlainOutput()};
  choice.kernel = std::make_unique<DeformableConvolutionKernel>(context);
  return choice;
}

}  // namespace moir::runtime
