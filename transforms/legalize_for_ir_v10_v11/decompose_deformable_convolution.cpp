// DeformableConvolution of opset8 (with a mask, or with data that are zero outside), or in groups  =>  those of opset1
// without groups, for IR v10; the CPU plug-in of OpenVINO 2021 cannot load groups.
//
// Data that are zero outside become data with a frame of zeros, one element wide: opset1 gives zero to taps outside the
// framed data and interpolates between the frame and the data inside. A mask holds a factor for each tap and position,
// alike for all channels of a deformable group: there every tap becomes a convolution of 1 x 1, whose result is
// multiplied by the factors; the sum over the taps is the result.
#include "graph/ops/window.h"
#include "transforms/legalize_for_ir_v10_v11/builder.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

// Channels that share a group and a deformable group.
struct Part {
  int64_t begin, end;  // channels
  int64_t deformable_group;
};

std::vector<Part> PartsOfGroup(int64_t group, int64_t channels_per_group, int64_t channels_per_deformable_group) {
  std::vector<Part> parts;
  const int64_t end = (group + 1) * channels_per_group;
  for (int64_t begin = group * channels_per_group; begin < end;) {
    const int64_t deformable = begin / channels_per_deformable_group;
    const int64_t next = std::min(end, (deformable + 1) * channels_per_deformable_group);
    parts.push_back({begin, next, deformable});
    begin = next;
  }
  return parts;
}

class Decomposition {
 public:
  Decomposition(const Node& node, Rewriter& rewriter)
      : node_(node),
        build_(rewriter, node.Name()),
        filters_(node.Input(2).Shape()),
        window_(MakeWindow(node, node.Input(0).Shape(), {filters_[2], filters_[3]})),
        frame_(node.Attr<bool>("bilinear_interpolation_pad") ? 1 : 0) {
    src_ = node.Input(0);
    if (frame_ == 0) return;
    src_ = build_.Op("Pad", {src_, build_.Indices({0, 0, 1, 1}), build_.Indices({0, 0, 1, 1}), build_.Number(0)},
                     {{"pad_mode", std::string("constant")}});
  }

  Value Run() {
    const int64_t groups = node_.Attr<int64_t>("group");
    const int64_t deformable_groups = node_.Attr<int64_t>("deformable_group");
    const int64_t channels = node_.Input(0).Shape()[1];
    const bool masked = node_.InputCount() > 3;
    if (groups == 1 && !masked) return Convolve(src_, node_.Input(1), node_.Input(2), deformable_groups);
    std::vector<Value> results;
    for (int64_t group = 0; group < groups; ++group) {
      const int64_t outputs = filters_[0] / groups, first = group * filters_[1];
      const Value filters = build_.Slice(node_.Input(2), 0, group * outputs, (group + 1) * outputs);
      std::vector<Value> terms;
      for (const Part& part : PartsOfGroup(group, filters_[1], channels / deformable_groups)) {
        const Value src = build_.Slice(src_, 1, part.begin, part.end);
        const Value weights = build_.Slice(filters, 1, part.begin - first, part.end - first);
        const int64_t taps = filters_[2] * filters_[3];
        if (!masked) {
          const int64_t at = part.deformable_group * taps * 2;
          terms.push_back(Convolve(src, build_.Slice(node_.Input(1), 1, at, at + taps * 2), weights, 1));
          continue;
        }
        for (int64_t tap = 0; tap < taps; ++tap) {
          const int64_t at = part.deformable_group * taps + tap;
          const Value factors = build_.Slice(node_.Input(3), 1, at, at + 1);
          terms.push_back(build_.Multiply(ConvolveTap(src, weights, tap, at), factors));
        }
      }
      Value sum = terms[0];
      for (size_t i = 1; i < terms.size(); ++i) sum = build_.Add(sum, terms[i]);
      results.push_back(sum);
    }
    return build_.Concat(results, 1);
  }

  // Whether the frame can be a part of the padding.
  bool CanRun() const {
    for (size_t k = kFirst; k < Window::kMaxRank; ++k) {
      if (window_.pads_begin[k] < frame_ || window_.pads_end[k] < frame_) return node_.InputCount() > 3;
    }
    return true;
  }

 private:
  static constexpr size_t kFirst = Window::kMaxRank - 2;

  Value Convolve(Value src, Value offsets, Value weights, int64_t deformable_groups) {
    std::vector<int64_t> strides, pads_begin, pads_end, dilations;
    for (size_t k = kFirst; k < Window::kMaxRank; ++k) {
      strides.push_back(window_.strides[k]);
      pads_begin.push_back(window_.pads_begin[k] - frame_);
      pads_end.push_back(window_.pads_end[k] - frame_);
      dilations.push_back(window_.dilations[k]);
    }
    return build_.Op("DeformableConvolution", {src, offsets, weights},
                     {{"strides", strides},
                      {"pads_begin", pads_begin},
                      {"pads_end", pads_end},
                      {"dilations", dilations},
                      {"deformable_group", deformable_groups}});
  }

  // The tap's share: its place in the window becomes a part of the offsets. `index`: among the taps of all deformable
  // groups.
  Value ConvolveTap(Value src, Value weights, int64_t tap, int64_t index) {
    const Shape result = node_.Shape();
    const int64_t place[] = {tap / filters_[3], tap % filters_[3]};
    std::vector<int64_t> strides, pads_end, missing = {0, 0};
    std::vector<float> shift;
    for (size_t k = kFirst; k < Window::kMaxRank; ++k) {
      const auto axis = static_cast<int64_t>(k - kFirst + 2);
      const int64_t size = src.Shape()[axis], stride = window_.strides[k];
      strides.push_back(stride);
      pads_end.push_back(std::max<int64_t>(0, (result[axis] - 1) * stride + 1 - size));
      // A window of 1 x 1 has more positions than the original; they are cut off again.
      missing.push_back((size + pads_end.back() - 1) / stride + 1 - result[axis]);
      shift.push_back(static_cast<float>(place[k - kFirst] * window_.dilations[k] - window_.pads_begin[k] + frame_));
    }
    Value offsets = build_.Add(build_.Slice(node_.Input(1), 1, 2 * index, 2 * index + 2),
                               build_.Constant(Tensor::FromValues<float>(Shape{1, 2, 1, 1}, shift)));
    const bool larger = missing[2] > 0 || missing[3] > 0;
    if (larger) {
      offsets = build_.Op("Pad", {offsets, build_.Indices({0, 0, 0, 0}), build_.Indices(missing), build_.Number(0)},
                          {{"pad_mode", std::string("constant")}});
    }
    const Value filter = build_.Slice(build_.Slice(weights, 2, place[0], place[0] + 1), 3, place[1], place[1] + 1);
    const Value all =
        build_.Op("DeformableConvolution", {src, offsets, filter},
                  {{"strides", strides}, {"pads_end", pads_end}, {"pads_begin", std::vector<int64_t>{0, 0}}});
    return build_.Slice(build_.Slice(all, 2, 0, result[2]), 3, 0, result[3]);
  }

  const Node& node_;
  Builder build_;
  const Shape filters_;
  const Window window_;
  const int64_t frame_;
  Value src_;
};

class DecomposeDeformableConvolution final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-deformable-convolution"; }
  std::string_view Root() const override { return "DeformableConvolution"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool opset1 = node.InputCount() == 3 && !node.Attr<bool>("bilinear_interpolation_pad");
    if (opset1 && node.Attr<int64_t>("group") == 1) return {};
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    Decomposition decomposition(node, rewriter);
    if (!decomposition.CanRun()) return Declined("it has no padding that a frame of zeros could be part of");
    rewriter.Replace(node, decomposition.Run());
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeDeformableConvolution() {
  return std::make_unique<DecomposeDeformableConvolution>();
}

}  // namespace moir::transforms
