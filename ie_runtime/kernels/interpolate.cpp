// Interpolate over the spatial axes of [N, C, H, W] or [N, C, W], in any layout with channels.
//
// Every mode is a product of one weighting per axis. The weights are taken from the graph's own evaluation, by resizing
// the identity matrix along each axis; nearest modes come out as one weight of 1 and are copied.
#include <cstring>

#include "graph/evaluate.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Tap {
  int64_t index;
  float weight;
};
using Taps = std::vector<std::vector<Tap>>;  // per position of the result

Taps Identity(int64_t size) {
  Taps taps;
  for (int64_t i = 0; i < size; ++i) taps.push_back({{i, 1.0f}});
  return taps;
}

// The weights with which `node` resizes an axis of `in` elements, given its entries of sizes and scales.
Taps ReadTaps(const Node& node, int64_t in, int64_t size, double scale) {
  Graph graph;
  graph::Attributes attributes = node.Attributes();
  attributes.erase("pads_begin");
  attributes.erase("pads_end");
  std::vector<double> identity(static_cast<size_t>(in * in), 0.0);
  for (int64_t i = 0; i < in; ++i) identity[static_cast<size_t>(i * in + i)] = 1;
  Node* data =
      graph.AddConstant("data", Tensor::FromValues<double>(Shape{in, in}, identity).ConvertTo(ElementType::kF32));
  Node* sizes = graph.AddConstant("sizes", Tensor::Indices({size}));
  Node* scales = graph.AddConstant("scales", Tensor::FromValues<float>(Shape{1}, {static_cast<float>(scale)}));
  Node* axes = graph.AddConstant("axes", Tensor::Indices({1}));
  const Node* resize = graph.Add("Interpolate", "resize",
                                 {data->Output(), sizes->Output(), scales->Output(), axes->Output()}, attributes);
  const std::vector<Tensor> inputs = {data->ConstantValue(), sizes->ConstantValue(), scales->ConstantValue(),
                                      axes->ConstantValue()};
  const std::vector<float> weights = graph::EvaluateNode(*resize, inputs)[0].ToVector<float>();
  const int64_t out = resize->Shape()[1];
  Taps taps(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i) {
    for (int64_t from = 0; from < in; ++from) {
      const float weight = weights[static_cast<size_t>(from * out + i)];
      if (weight != 0) taps[static_cast<size_t>(i)].push_back({from, weight});
    }
  }
  return taps;
}

bool IsCopy(const Taps& taps) {
  return std::all_of(taps.begin(), taps.end(),
                     [](const std::vector<Tap>& at) { return at.size() == 1 && at[0].weight == 1; });
}

// Two weights per position of a resized axis, for planes whose columns lie side by side.
struct Pairs {
  std::vector<int32_t> first, second;
  std::vector<float> first_weights, second_weights;
};

// Nothing when a position has more than two weights.
std::optional<Pairs> MakePairs(const Taps& taps) {
  Pairs pairs;
  for (const std::vector<Tap>& at : taps) {
    if (at.empty() || at.size() > 2) return std::nullopt;
    pairs.first.push_back(static_cast<int32_t>(at.front().index));
    pairs.second.push_back(static_cast<int32_t>(at.back().index));
    pairs.first_weights.push_back(at.front().weight);
    pairs.second_weights.push_back(at.size() == 2 ? at.back().weight : 0.0f);
  }
  return pairs;
}

MOIR_VECTOR_CLONES void MixColumns(const float* row, const int32_t* first, const int32_t* second, const float* a,
                                   const float* b, float* dst, int64_t count) {
  for (int64_t i = 0; i < count; ++i) dst[i] = a[i] * row[first[i]] + b[i] * row[second[i]];
}
MOIR_VECTOR_CLONES void MixRows(const float* first, const float* second, float a, float b, float* dst, int64_t count) {
  for (int64_t i = 0; i < count; ++i) dst[i] = a * first[i] + b * second[i];
}
MOIR_VECTOR_CLONES void AddRow(const float* row, float weight, float* sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) sums[i] += weight * row[i];
}

// One plane of [height, width, inner].
struct Resize {
  Taps rows, columns;
  int64_t width, inner;  // of the source
  bool copies_columns;
  std::optional<Pairs> pairs;  // of the columns

  // Row `y` of the source resized along H, in `buffer` unless it is a row as it stands.
  const float* Row(const float* plane, size_t y, float* buffer) const {
    const int64_t row = width * inner;
    const std::vector<Tap>& taps = rows[y];
    if (taps.size() == 1 && taps[0].weight == 1) return plane + taps[0].index * row;
    if (taps.size() == 2) {
      MixRows(plane + taps[0].index * row, plane + taps[1].index * row, taps[0].weight, taps[1].weight, buffer, row);
      return buffer;
    }
    std::fill_n(buffer, row, 0.0f);
    for (const Tap& tap : taps) AddRow(plane + tap.index * row, tap.weight, buffer, row);
    return buffer;
  }
  void Columns(const float* row, float* dst) const {
    if (pairs) {
      MixColumns(row, pairs->first.data(), pairs->second.data(), pairs->first_weights.data(),
                 pairs->second_weights.data(), dst, static_cast<int64_t>(pairs->first.size()));
      return;
    }
    for (const std::vector<Tap>& taps : columns) {
      if (copies_columns) {
        if (inner == 1) *dst = row[taps[0].index];
        else std::memcpy(dst, row + taps[0].index * inner, static_cast<size_t>(inner) * sizeof(float));
      } else {
        if (taps.size() == 2) {
          MixRows(row + taps[0].index * inner, row + taps[1].index * inner, taps[0].weight, taps[1].weight, dst, inner);
        } else {
          std::fill_n(dst, inner, 0.0f);
          for (const Tap& tap : taps) AddRow(row + tap.index * inner, tap.weight, dst, inner);
        }
      }
      dst += inner;
    }
  }
};

}  // namespace

std::optional<KernelChoice> MakeInterpolate(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& in = context.InputShape();
  const Shape& out = context.OutputShape();
  if (context.Input(0).type != ElementType::kF32 || (in.Rank() != 3 && in.Rank() != 4) || in.NumElements() == 0)
    return std::nullopt;
  for (const char* name : {"pads_begin", "pads_end"}) {
    const auto& pads = layer.Attr<std::vector<int64_t>>(name);
    if (std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; })) return std::nullopt;
  }
  std::vector<int64_t> axes;
  if (context.InputCount() > 3) {
    const auto given = context.Indices(3);
    if (!given) return std::nullopt;
    axes = *given;
  } else {
    for (int64_t axis = 0; axis < in.Rank(); ++axis) axes.push_back(axis);
  }
  if (!context.Input(2).IsConstant()) return std::nullopt;
  const auto scales = context.Input(2).constant.ToVector<double>();

  Layout layout = context.InputLayout();
  if (!layout.Channels()) layout = context.PlainInput();
  const ChannelView view = *layout.Channels();
  Layout result = context.PlainOutput();
  if (!layout.IsPlain()) {
    result = view.outer == 1 && layout.ToString() == "channels-last"
                 ? Layout::ChannelsLast(ElementType::kF32, out)
                 : Layout::Blocked(ElementType::kF32, out, view.inner);
  }
  Resize resize;
  resize.width = in[in.Rank() - 1];
  resize.inner = layout.IsPlain() ? 1 : view.inner;
  const int64_t planes = layout.IsPlain() ? in[0] * in[1] : view.batch * view.outer;
  const int64_t height = in.Rank() == 4 ? in[2] : 1;
  resize.rows = Identity(height);
  resize.columns = Identity(resize.width);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = in.NormalizeAxis(axes[i]);
    if (axis < 2) {
      if (in[axis] != out[axis]) return std::nullopt;
      continue;
    }
    Taps taps = ReadTaps(*layer.node, in[axis], out[axis], i < scales.size() ? scales[i] : 1.0);
    if (static_cast<int64_t>(taps.size()) != out[axis]) return std::nullopt;
    (axis == in.Rank() - 1 ? resize.columns : resize.rows) = std::move(taps);
  }
  resize.copies_columns = IsCopy(resize.columns);
  if (resize.inner == 1 && !resize.copies_columns) resize.pairs = MakePairs(resize.columns);

  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = layout;
  choice.outputs = {result};
  choice.kernel = MakeKernel("vector", [resize = std::move(resize), planes, height](const Binding& memory) {
    const auto out_height = static_cast<int64_t>(resize.rows.size());
    const auto out_row = static_cast<int64_t>(resize.columns.size()) * resize.inner;
    ParallelFor(planes * out_height, std::max<int64_t>(1, 16384 / out_row), [&](int64_t begin, int64_t end) {
      thread_local std::vector<float> buffer;
      buffer.resize(static_cast<size_t>(resize.width * resize.inner));
      for (int64_t i = begin; i < end; ++i) {
        const float* plane =
            reinterpret_cast<const float*>(memory.inputs[0]) + i / out_height * height * resize.width * resize.inner;
        const float* row = resize.Row(plane, static_cast<size_t>(i % out_height), buffer.data());
        resize.Columns(row, reinterpret_cast<float*>(memory.outputs[0]) + i * out_row);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
