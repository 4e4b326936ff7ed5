// Pooling over regions of a feature map in f32: rows of cells in parallel. ROIPooling, ROIAlign and RROIAlign read the
// data with the channels last, so that a sample is a few long vectors; the operators whose cells have channels of their
// own read it as it is.
#include <cmath>
#include <limits>

#include "graph/ops/deformable_region_pooling.h"
#include "graph/ops/ps_roi_pooling.h"
#include "graph/ops/roi_sampling.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/sampling.h"
#include "ie_runtime/kernels/workspace.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using graph::RegionSampler;
using graph::SampledRegion;

const float* Floats(const Binding& memory, size_t input) {
  return reinterpret_cast<const float*>(memory.inputs[input]);
}

// A kernel whose data has the channels last (all the same for one channel) and whose result is plain.
KernelChoice ChannelsLastChoice(const KernelContext& context) {
  KernelChoice choice;
  choice.inputs = {Layout::ChannelsLast(ElementType::kF32, context.InputShape())};
  for (size_t i = 1; i < context.InputCount(); ++i) choice.inputs.push_back(context.PlainInput(i));
  choice.outputs = {context.PlainOutput()};
  return choice;
}

// One number per channel of a cell.
struct CellChannels {
  CellChannels(Workspace& workspace, int64_t channels) : values(workspace.Take<float>(channels)) {}
  float* values;
};

struct Interval {
  int64_t begin, end;
};

// Cell p of a region [from, to] of an axis of `size` elements.
Interval CellOf(int64_t p, int64_t from, int64_t to, int64_t pooled, int64_t size) {
  const float step = static_cast<float>(std::max<int64_t>(to - from + 1, 1)) / static_cast<float>(pooled);
  const auto clamp = [size](float at, int64_t begin) {
    return std::clamp<int64_t>(graph::ConvertElement<int64_t, float>(at) + begin, 0, size);
  };
  return {clamp(std::floor(static_cast<float>(p) * step), from),
          clamp(std::ceil(static_cast<float>(p + 1) * step), from)};
}

void PoolRow(const float* data, const Shape& shape, const float* roi, float scale, int64_t py, const Shape& out,
             float* largest, float* dst) {
  const auto corner = [&](size_t k) {
    return static_cast<int64_t>(graph::ConvertElement<int32_t, float>(std::round(roi[k] * scale)));
  };
  const int64_t picture = graph::ConvertElement<int32_t, float>(roi[0]);
  const int64_t channels = shape[1], cells = out[2] * out[3];
  const bool exists = picture >= 0 && picture < shape[0];
  const Interval rows = CellOf(py, corner(2), corner(4), out[2], shape[2]);
  for (int64_t px = 0; px < out[3]; ++px) {
    const Interval columns = CellOf(px, corner(1), corner(3), out[3], shape[3]);
    const bool empty = !exists || rows.begin >= rows.end || columns.begin >= columns.end;
    std::fill_n(largest, channels, empty ? 0.0f : std::numeric_limits<float>::lowest());
    for (int64_t y = rows.begin; !empty && y < rows.end; ++y) {
      for (int64_t x = columns.begin; x < columns.end; ++x)
        TakeLarger(data + ((picture * shape[2] + y) * shape[3] + x) * channels, largest, channels);
    }
    for (int64_t c = 0; c < channels; ++c) dst[c * cells + py * out[3] + px] = largest[c];
  }
}

// The cells of row py; data is that of the picture, null for a picture that does not exist.
void AlignRow(const float* data, const RegionSampler<float>& sampler, int64_t py, const Shape& out, float* sums,
              float* dst) {
  const int64_t channels = out[1], cells = out[2] * out[3];
  for (int64_t px = 0; px < out[3]; ++px) {
    const int64_t cell = py * out[3] + px;
    std::fill_n(sums, channels, 0.0f);
    if (data) {
      sampler.ForEach(cell, [&](const graph::BilinearTap<float>& tap) {
        const float* const sources[] = {data + tap.at[0] * channels, data + tap.at[1] * channels,
                                        data + tap.at[2] * channels, data + tap.at[3] * channels};
        AddWeighted(sources, tap.weights, sums, channels);
      });
    }
    const float count = static_cast<float>(std::max<int64_t>(sampler.PerCell(), 1));
    for (int64_t c = 0; c < channels; ++c) dst[c * cells + cell] = sums[c] / count;
  }
}

// region(r) gives the picture and the region of row r of the regions.
template <typename Region>
std::unique_ptr<Kernel> MakeAlignKernel(const KernelContext& context, Region region) {
  const int64_t ratio = context.GetLayer().Attr<int64_t>("sampling_ratio");
  const Shape &shape = context.InputShape(), &out = context.OutputShape();
  return MakeWorkersKernel<CellChannels>(
      "vector", out[0] * out[2], 1, out[1], [=](const Binding& memory, int64_t i, const CellChannels& sums) {
        float* dst = reinterpret_cast<float*>(memory.outputs[0]);
        const int64_t plane = shape[2] * shape[3] * shape[1], r = i / out[2];
        const std::pair<int64_t, SampledRegion<float>> at = region(memory, r);
        const bool exists = at.first >= 0 && at.first < shape[0];
        const RegionSampler<float> sampler(at.second, out[2], out[3], ratio, shape[2], shape[3]);
        AlignRow(exists ? Floats(memory, 0) + at.first * plane : nullptr, sampler, i % out[2], out, sums.values,
                 dst + r * out[1] * out[2] * out[3]);
      });
}

float Scale(const KernelContext& context) {
  return static_cast<float>(context.GetLayer().Attr<double>("spatial_scale"));
}

bool Serves(const KernelContext& context) {
  return context.Input(0).type == ElementType::kF32 && context.Input(1).type == ElementType::kF32 &&
         context.InputShape().NumElements() > 0 && context.OutputShape().NumElements() > 0;
}

}  // namespace

std::optional<KernelChoice> MakeRoiPooling(const KernelContext& context) {
  if (!Serves(context)) return std::nullopt;
  KernelChoice choice = ChannelsLastChoice(context);
  const Shape &shape = context.InputShape(), &out = context.OutputShape();
  choice.kernel = MakeWorkersKernel<CellChannels>(
      "vector", out[0] * out[2], 1, out[1],
      [shape, out, scale = Scale(context)](const Binding& memory, int64_t i, const CellChannels& largest) {
        const int64_t r = i / out[2];
        PoolRow(Floats(memory, 0), shape, Floats(memory, 1) + r * 5, scale, i % out[2], out, largest.values,
                reinterpret_cast<float*>(memory.outputs[0]) + r * out[1] * out[2] * out[3]);
      });
  return choice;
}

std::optional<KernelChoice> MakeRoiAlign(const KernelContext& context) {
  const ElementType index_type = context.Input(2).type;
  if (!Serves(context) || (index_type != ElementType::kI32 && index_type != ElementType::kI64)) return std::nullopt;
  const auto aligned = graph::ParseRegionAlignment(context.GetLayer().Attr<std::string>("aligned_mode"));
  KernelChoice choice = ChannelsLastChoice(context);
  choice.kernel =
      MakeAlignKernel(context, [aligned, scale = Scale(context), index_type](const Binding& memory, int64_t r) {
        const int64_t picture = index_type == ElementType::kI32
                                    ? int64_t{reinterpret_cast<const int32_t*>(memory.inputs[2])[r]}
                                    : reinterpret_cast<const int64_t*>(memory.inputs[2])[r];
        return std::pair(picture, graph::RegionOfCorners(Floats(memory, 1) + r * 4, scale, aligned));
      });
  return choice;
}

std::optional<KernelChoice> MakeRotatedRoiAlign(const KernelContext& context) {
  if (!Serves(context)) return std::nullopt;
  KernelChoice choice = ChannelsLastChoice(context);
  choice.kernel = MakeAlignKernel(context, [scale = Scale(context)](const Binding& memory, int64_t r) {
    const float* roi = Floats(memory, 1) + r * 6;
    return std::pair(graph::ConvertElement<int64_t, float>(roi[0]), graph::RotatedRegion(roi, scale));
  });
  return choice;
}

std::optional<KernelChoice> MakePositionSensitiveAlign(const KernelContext& context) {
  if (!Serves(context)) return std::nullopt;
  const Layer& layer = context.GetLayer();
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  const auto alignment =
      layer.Attr<bool>("aligned") ? graph::RegionAlignment::kHalfPixelForNn : graph::RegionAlignment::kAsymmetric;
  const int64_t ratio = layer.Attr<int64_t>("sampling_ratio");
  choice.kernel = MakeKernel("threaded", [=, shape = context.InputShape(), out = context.OutputShape(),
                                          scale = Scale(context)](const Binding& memory) {
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    const int64_t cells = out[2] * out[3], plane = shape[2] * shape[3];
    std::fill_n(dst, out.NumElements(), 0.0f);
    ParallelFor(out[0] * cells, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t r = i / cells, cell = i % cells;
        const float* roi = Floats(memory, 1) + r * 5;
        const auto picture = graph::ConvertElement<int64_t, float>(roi[0]);
        if (picture < 0 || picture >= shape[0]) continue;
        const RegionSampler<float> sampler(graph::RegionOfCorners(roi + 1, scale, alignment), out[2], out[3], ratio,
                                           shape[2], shape[3]);
        graph::SampleCell(sampler, cell, Floats(memory, 0) + (picture * shape[1] + cell) * plane, cells * plane, out[1],
                          dst + r * out[1] * cells + cell, cells);
      }
    });
  });
  return choice;
}

std::optional<KernelChoice> MakePositionSensitivePooling(const KernelContext& context) {
  if (!Serves(context)) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  const graph::PositionSensitivePool<float> pool{context.InputShape(), context.OutputShape(), Scale(context)};
  choice.kernel = MakeKernel("threaded", [pool](const Binding& memory) {
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    std::fill_n(dst, pool.out.NumElements(), 0.0f);
    ParallelFor(pool.out[0], 1,
                [&](int64_t begin, int64_t end) { pool.Run(Floats(memory, 0), Floats(memory, 1), dst, begin, end); });
  });
  return choice;
}

std::optional<KernelChoice> MakeDeformableRegionPooling(const KernelContext& context) {
  if (!Serves(context)) return std::nullopt;
  const bool moved = context.InputCount() > 2;
  KernelChoice choice;
  for (size_t i = 0; i < context.InputCount(); ++i) choice.inputs.push_back(context.PlainInput(i));
  choice.outputs = {context.PlainOutput()};
  const graph::DeformableRegionPool<float> pool(*context.GetLayer().node, context.InputShape(), context.OutputShape(),
                                                moved ? &context.InputShape(2) : nullptr);
  choice.kernel = MakeKernel("threaded", [pool, moved, out = context.OutputShape()](const Binding& memory) {
    float* dst = reinterpret_cast<float*>(memory.outputs[0]);
    std::fill_n(dst, out.NumElements(), 0.0f);
    ParallelFor(out[0], 1, [&](int64_t begin, int64_t end) {
      pool.Run(Floats(memory, 0), Floats(memory, 1), moved ? Floats(memory, 2) : nullptr, dst, begin, end);
    });
  });
  return choice;
}

}  // namespace moir::runtime
