// Layers that pick, move and repeat elements, in terms of Reshape, Transpose, Slice, Pad, Gather and their like.
#include <algorithm>
#include <limits>
#include <numeric>

#include "graph/error.h"
#include "graph/ir/ir_v10_v11_operators.h"

namespace moir::graph {
namespace {

using Values = std::vector<Value>;
using Sizes = std::vector<int64_t>;

Sizes Counted(int64_t count) {
  Sizes values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

// Throws kBadModel beyond 63 bits.
int64_t Times(int64_t a, int64_t b) { return Shape{a, b}.NumElements(); }

int64_t BlockSize(NetLayerBuilder& layer, std::string_view name) {
  const int64_t block = layer.Has(name) ? layer.Int(name) : 1;
  layer.Require(block > 0 && block < (1 << 20), name, block, "a positive number");
  return block;
}

// The numbers of one input per axis of the data.
Sizes PerAxis(NetLayerBuilder& layer, size_t index, std::string_view what) {
  Sizes values = layer.StaticInts(index, what);
  layer.Require(static_cast<int64_t>(values.size()) == layer.InputShape(0).Rank(), what, FormatAttribute(values),
                StrCat("one number per axis of ", layer.InputShape(0)));
  return values;
}

}  // namespace

Values NetBroadcast(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 3);
  const std::string mode = layer.OneOf("mode", {"numpy", "explicit", "bidirectional"});
  Value data = layer.Input(0);
  if (mode != "explicit") return layer.AddNode("Broadcast", "", {data, layer.Input(1)}, {{"mode", mode}});
  const Shape target(layer.StaticInts(1, "target_shape"));
  const Sizes axes = layer.StaticInts(2, "axes_mapping");
  Sizes dims(static_cast<size_t>(target.Rank()), 1);
  // A scalar may come with an axis for its single element.
  const bool scalar = data.Shape().Rank() == 0;
  layer.Require(scalar || static_cast<int64_t>(axes.size()) == data.Shape().Rank(), "axes_mapping",
                FormatAttribute(axes), StrCat("one axis of the result per axis of ", data.Shape()));
  for (size_t i = 0; i < axes.size() && !scalar; ++i) {
    layer.Require(axes[i] >= 0 && axes[i] < target.Rank() && (i == 0 || axes[i] > axes[i - 1]), "axes_mapping",
                  FormatAttribute(axes), StrCat("rising axes of ", target));
    dims[static_cast<size_t>(axes[i])] = data.Shape()[static_cast<int64_t>(i)];
  }
  data = layer.Reshape(data, "aligned", Shape(dims));
  return layer.AddNode("Broadcast", "", {data, layer.Indices("target", target.Dims())},
                       {{"mode", std::string("numpy")}});
}

// [N, b^k * C, D..] or [N, C * b^k, D..]  =>  [N, C, D * b..]
Values NetDepthToSpace(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape& in = layer.InputShape(0);
  const int64_t block = BlockSize(layer, "block_size"), spatial = in.Rank() - 2;
  const bool blocks_first = layer.OneOf("mode", {"blocks_first", "depth_first"}) == "blocks_first";
  layer.Require(spatial >= 1 && spatial <= 3, "rank of data", in.Rank(), "3 to 5");
  int64_t blocks = 1;
  for (int64_t i = 0; i < spatial; ++i) {
    layer.Require(!__builtin_mul_overflow(blocks, block, &blocks), "block_size", block, "a smaller one");
  }
  layer.Require(in[1] % blocks == 0, "channels of data", in[1], StrCat("a multiple of ", blocks));
  const int64_t channels = in[1] / blocks;
  Sizes split = {in[0]}, out = {in[0], channels};
  if (!blocks_first) split.push_back(channels);
  for (int64_t i = 0; i < spatial; ++i) split.push_back(block);
  if (blocks_first) split.push_back(channels);
  for (int64_t i = 0; i < spatial; ++i) {
    split.push_back(in[i + 2]);
    out.push_back(Shape{in[i + 2], block}.NumElements());
  }
  const int64_t first_block = blocks_first ? 1 : 2, channel = blocks_first ? 1 + spatial : 1;
  Sizes order = {0, channel};
  for (int64_t i = 0; i < spatial; ++i) {
    order.push_back(2 + spatial + i);
    order.push_back(first_block + i);
  }
  const Value parts = layer.Reshape(layer.Input(0), "blocks", Shape(split));
  return {layer.Reshape(layer.Transpose(parts, "moved", order), "", Shape(out))};
}

// [N, C, D * b..]  =>  [N, b^k * C, D..] or [N, C * b^k, D..]
Values NetSpaceToDepth(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape& in = layer.InputShape(0);
  const int64_t block = BlockSize(layer, "block_size"), spatial = in.Rank() - 2;
  const bool blocks_first = layer.OneOf("mode", {"blocks_first", "depth_first"}) == "blocks_first";
  layer.Require(spatial >= 1 && spatial <= 3, "rank of data", in.Rank(), "3 to 5");
  Sizes split = {in[0], in[1]}, out = {in[0], in[1]}, inner, outer;
  for (int64_t i = 0; i < spatial; ++i) {
    layer.Require(in[i + 2] % block == 0, "shape of data", in, StrCat("multiples of ", block, " behind the channels"));
    outer.push_back(static_cast<int64_t>(split.size()));
    split.push_back(in[i + 2] / block);
    inner.push_back(static_cast<int64_t>(split.size()));
    split.push_back(block);
    out.push_back(in[i + 2] / block);
    out[1] = Shape{out[1], block}.NumElements();
  }
  Sizes order = {0};
  if (!blocks_first) order.push_back(1);
  order.insert(order.end(), inner.begin(), inner.end());
  if (blocks_first) order.push_back(1);
  order.insert(order.end(), outer.begin(), outer.end());
  const Value parts = layer.Reshape(layer.Input(0), "blocks", Shape(split));
  return {layer.Reshape(layer.Transpose(parts, "moved", order), "", Shape(out))};
}

// [B.. * N, D..]  =>  [N, D * B..], cropped.
Values NetBatchToSpace(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 4);
  const Shape& in = layer.InputShape(0);
  const Sizes block = PerAxis(layer, 1, "block_shape"), begin = PerAxis(layer, 2, "crops_begin"),
              end = PerAxis(layer, 3, "crops_end");
  const int64_t rank = in.Rank();
  layer.Require(rank > 0 && std::all_of(block.begin(), block.end(), [](int64_t b) { return b > 0; }) && block[0] == 1,
                "block_shape", FormatAttribute(block), "positive numbers, the first of them 1");
  const int64_t blocks = Shape(block).NumElements();
  layer.Require(in[0] % blocks == 0, "batch of data", in[0], StrCat("a multiple of ", blocks));
  Sizes split(block.begin() + 1, block.end()), order = {rank - 1}, joined = {in[0] / blocks}, start, stop;
  split.push_back(in[0] / blocks);
  for (int64_t i = 1; i < rank; ++i) {
    split.push_back(in[i]);
    order.push_back(rank - 1 + i);
    order.push_back(i - 1);
    joined.push_back(Shape{in[i], block[static_cast<size_t>(i)]}.NumElements());
  }
  for (int64_t i = 0; i < rank; ++i) {
    const auto k = static_cast<size_t>(i);
    layer.Require(begin[k] >= 0 && end[k] >= 0 && begin[k] <= joined[k] && end[k] <= joined[k] - begin[k], "crops",
                  StrCat(FormatAttribute(begin), ", ", FormatAttribute(end)), "less than there is");
    start.push_back(begin[k]);
    stop.push_back(joined[k] - end[k]);
  }
  const Value parts = layer.Reshape(layer.Input(0), "blocks", Shape(split));
  const Value whole = layer.Reshape(layer.Transpose(parts, "moved", order), "whole", Shape(joined));
  return layer.AddNode("Slice", "",
                       {whole, layer.Indices("start", start), layer.Indices("stop", stop),
                        layer.Indices("step", Sizes(static_cast<size_t>(rank), 1))});
}

// The inverse, padded first.
Values NetSpaceToBatch(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 4);
  const Sizes block = PerAxis(layer, 1, "block_shape"), begin = PerAxis(layer, 2, "pads_begin"),
              end = PerAxis(layer, 3, "pads_end");
  const int64_t rank = layer.InputShape(0).Rank();
  layer.Require(rank > 0 && std::all_of(block.begin(), block.end(), [](int64_t b) { return b > 0; }) && block[0] == 1,
                "block_shape", FormatAttribute(block), "positive numbers, the first of them 1");
  const Value padded =
      layer.Add("Pad", "padded", {layer.Input(0), layer.Indices("begin", begin), layer.Indices("end", end)},
                {{"pad_mode", std::string("constant")}});
  const Shape& in = padded.Shape();
  Sizes split = {in[0]}, order, joined = {Shape({in[0], Shape(block).NumElements()}).NumElements()};
  for (int64_t i = 1; i < rank; ++i) {
    const int64_t b = block[static_cast<size_t>(i)];
    layer.Require(in[i] % b == 0, "shape of the padded data", in, StrCat("multiples of ", FormatAttribute(block)));
    split.push_back(in[i] / b);
    split.push_back(b);
    order.push_back(2 * i);
    joined.push_back(in[i] / b);
  }
  order.push_back(0);
  for (int64_t i = 1; i < rank; ++i) order.push_back(2 * i - 1);
  const Value parts = layer.Reshape(padded, "blocks", Shape(split));
  return {layer.Reshape(layer.Transpose(parts, "moved", order), "", Shape(joined))};
}

// [.., G * C, ..]  =>  [.., C * G, ..]
Values NetShuffleChannels(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape& in = layer.InputShape(0);
  const int64_t axis = in.NormalizeAxis(layer.Int("axis", 1)), group = layer.Int("group", 1);
  layer.Require(group > 0 && in[axis] % group == 0, "group", group, StrCat("a divisor of ", in[axis]));
  const Shape split{in.NumElements(0, axis), group, in[axis] / group, in.NumElements(axis + 1, in.Rank())};
  const Value parts = layer.Reshape(layer.Input(0), "groups", split);
  return {layer.Reshape(layer.Transpose(parts, "moved", {0, 2, 1, 3}), "", in)};
}

// [N, C, H, W]  =>  [N, C * s * s, H / s, W / s]: the s * s pictures made of every s-th pixel, one after another.
Values NetReorgYolo(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape in = layer.InputShape(0);
  int64_t stride = 0;
  for (const int64_t s : layer.Ints("stride")) {
    layer.Require(stride == 0 || s == stride, "stride", FormatAttribute(layer.Ints("stride")), "equal numbers");
    stride = s;
  }
  layer.Require(in.Rank() == 4, "shape of data", in, "[N,C,H,W]");
  layer.Require(
      stride > 0 && stride < (1 << 15) && in[1] % (stride * stride) == 0 && in[2] % stride == 0 && in[3] % stride == 0,
      "stride", stride, StrCat("one whose square divides the channels, and that divides the sizes, of ", in));
  // Channels of the result count the pixel offsets in the outer place: the channels of the data are split into those
  // that the layer writes a line of.
  const int64_t inner = in[1] / (stride * stride);
  const Shape split{in[0], inner, in[2], stride, in[3], stride};
  const Value lines =
      layer.Reshape(layer.Input(0), "lines", Shape{in[0], inner, Times(in[2], stride), Times(in[3], stride)});
  const Value parts = layer.Reshape(lines, "blocks", split);
  const Value moved = layer.Transpose(parts, "moved", {0, 3, 5, 1, 2, 4});
  return {layer.Reshape(moved, "", Shape{in[0], Times(in[1], stride * stride), in[2] / stride, in[3] / stride})};
}

Values NetReverse(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  const Shape& in = layer.InputShape(0);
  Sizes axes = layer.StaticInts(1, "axes");
  if (layer.OneOf("mode", {"index", "mask"}) == "mask") {
    layer.Require(static_cast<int64_t>(axes.size()) == in.Rank(), "mask", FormatAttribute(axes),
                  StrCat("one per axis of ", in));
    Sizes marked;
    for (size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] != 0) marked.push_back(static_cast<int64_t>(i));
    }
    axes = marked;
  }
  const Sizes backwards(axes.size(), -1), behind(axes.size(), std::numeric_limits<int64_t>::min());
  return layer.AddNode("Slice", "",
                       {layer.Input(0), layer.Indices("start", backwards), layer.Indices("stop", behind),
                        layer.Indices("step", backwards), layer.Indices("axes", axes)});
}

// begin : end : stride per axis, as NumPy writes slices, with masks that say which bounds do not count, where axes are
// inserted or removed and where "..." stands.
Values NetStridedSlice(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 4);
  const Shape& in = layer.InputShape(0);
  const Sizes begin = layer.StaticInts(1, "begin"), end = layer.StaticInts(2, "end");
  const Sizes stride = layer.InputCount() > 3 ? layer.StaticInts(3, "strides") : Sizes(begin.size(), 1);
  layer.Require(end.size() == begin.size() && stride.size() == begin.size(), "lengths of begin, end and strides",
                StrCat(begin.size(), ", ", end.size(), ", ", stride.size()), "equal ones");
  const auto mask = [&](std::string_view name) {
    Sizes bits = layer.Ints(name, {});
    bits.resize(std::max(bits.size(), begin.size()), 0);
    return bits;
  };
  const Sizes no_begin = mask("begin_mask"), no_end = mask("end_mask"), inserted = mask("new_axis_mask"),
              removed = mask("shrink_axis_mask"), ellipsis = mask("ellipsis_mask");
  // How many axes of the data are named.
  int64_t named = 0;
  size_t dots = 0;
  for (size_t i = 0; i < begin.size(); ++i) {
    if (ellipsis[i] != 0) ++dots;
    else if (inserted[i] == 0) ++named;
  }
  layer.Require(dots <= 1, "ellipsis_mask", FormatAttribute(ellipsis), "at most one");
  layer.Require(named <= in.Rank(), "begin", FormatAttribute(begin), StrCat("at most one bound per axis of ", in));
  Sizes axes, start, stop, step, dims;
  int64_t axis = 0;
  const auto keep = [&](int64_t count) {
    for (; count > 0; --count) dims.push_back(in[axis++]);
  };
  for (size_t i = 0; i < begin.size(); ++i) {
    if (ellipsis[i] != 0) {
      keep(in.Rank() - named);
      continue;
    }
    if (inserted[i] != 0) {
      dims.push_back(1);
      continue;
    }
    const int64_t size = in[axis];
    layer.Require(stride[i] != 0, "strides", FormatAttribute(stride), "no zero");
    if (removed[i] != 0) {
      const int64_t at = begin[i] < 0 ? begin[i] + size : begin[i];
      const bool masked = no_begin[i] != 0;
      layer.Require(masked || (at >= 0 && at < size), "begin", FormatAttribute(begin),
                    StrCat("an element of axis ", axis, " of ", in));
      axes.push_back(axis++);
      start.push_back(masked ? 0 : at);
      stop.push_back(masked ? 1 : at + 1);
      step.push_back(1);
      continue;
    }
    constexpr int64_t kFar = std::numeric_limits<int64_t>::max(), kNear = std::numeric_limits<int64_t>::min();
    const bool forward = stride[i] > 0;
    axes.push_back(axis++);
    start.push_back(no_begin[i] != 0 ? (forward ? 0 : kFar) : begin[i]);
    stop.push_back(no_end[i] != 0 ? (forward ? kFar : kNear) : end[i]);
    step.push_back(stride[i]);
    dims.push_back(-1);  // known when it is cut
  }
  keep(in.Rank() - axis);
  const bool reshapes = std::any_of(inserted.begin(), inserted.end(), [](int64_t bit) { return bit != 0; }) ||
                        std::any_of(removed.begin(), removed.end(), [](int64_t bit) { return bit != 0; });
  const Value cut = layer.Add("Slice", reshapes ? "cut" : "",
                              {layer.Input(0), layer.Indices("start", start), layer.Indices("stop", stop),
                               layer.Indices("step", step), layer.Indices("axes", axes)});
  if (!reshapes) return {cut};
  Sizes result;
  axis = 0;
  for (size_t i = 0; i < begin.size(); ++i) {
    if (ellipsis[i] != 0) {
      for (int64_t k = in.Rank() - named; k > 0; --k) result.push_back(cut.Shape()[axis++]);
    } else if (inserted[i] != 0) {
      result.push_back(1);
    } else if (removed[i] != 0) {
      ++axis;
    } else {
      result.push_back(cut.Shape()[axis++]);
    }
  }
  while (axis < in.Rank()) result.push_back(cut.Shape()[axis++]);
  return {layer.Reshape(cut, "", Shape(result))};
}

// Negative pads take elements away.
Values NetPad(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 4);
  const Sizes begin = PerAxis(layer, 1, "pads_begin"), end = PerAxis(layer, 2, "pads_end");
  const Attributes attributes = layer.SchemaAttributes("Pad");
  Value data = layer.Input(0);
  Sizes start, stop, more_begin, more_end;
  bool crops = false;
  for (size_t i = 0; i < begin.size(); ++i) {
    const int64_t size = data.Shape()[static_cast<int64_t>(i)];
    layer.Require(begin[i] >= -size && end[i] >= -size, "pads", StrCat(begin[i], ", ", end[i]),
                  StrCat("at least -", size));
    crops = crops || begin[i] < 0 || end[i] < 0;
    start.push_back(std::max<int64_t>(0, -begin[i]));
    stop.push_back(std::max<int64_t>(0, size - std::max<int64_t>(0, -end[i])));
    more_begin.push_back(std::max<int64_t>(0, begin[i]));
    more_end.push_back(std::max<int64_t>(0, end[i]));
  }
  if (crops) {
    data = layer.Add("Slice", "cropped",
                     {data, layer.Indices("start", start), layer.Indices("stop", stop),
                      layer.Indices("step", Sizes(start.size(), 1))});
  }
  Values inputs = {data, layer.Indices("begin", more_begin), layer.Indices("end", more_end)};
  if (layer.InputCount() > 3) inputs.push_back(layer.Input(3));
  return layer.AddNode("Pad", "", inputs, attributes);
}

// Leading axes that data and indices share become one.
Values NetGatherNd5(NetLayerBuilder& layer) {
  layer.RequireInputs(2, 2);
  const int64_t batch = layer.Int("batch_dims", 0);
  const Value result = layer.Add("GatherND", batch > 1 ? "unmerged" : "", layer.Inputs(), {{"batch_dims", batch}});
  if (batch <= 1) return {result};
  const Shape& shape = result.Shape();
  Sizes dims = {shape.NumElements(0, batch)};
  for (int64_t i = batch; i < shape.Rank(); ++i) dims.push_back(shape[i]);
  return {layer.Reshape(result, "", Shape(dims))};
}

// Slices along an axis replaced: with the axis in front they are ScatterNDUpdate's.
Values NetScatterUpdate(NetLayerBuilder& layer) {
  layer.RequireInputs(4, 4);
  const Shape data = layer.InputShape(0), indices = layer.InputShape(1), updates = layer.InputShape(2);
  const int64_t axis = data.NormalizeAxis(layer.StaticInt(3, "axis"));
  layer.Require(updates.Rank() == data.Rank() + indices.Rank() - 1, "shape of updates", updates,
                StrCat("rank ", data.Rank() + indices.Rank() - 1));
  Sizes column = indices.Dims();
  column.push_back(1);
  const Value coordinates = layer.Reshape(layer.Input(1), "coordinates", Shape(column));
  if (axis == 0) return layer.AddNode("ScatterNDUpdate", "", {layer.Input(0), coordinates, layer.Input(2)});
  // Axis first, and back.
  Sizes to_front = {axis}, to_back, updates_order;
  for (int64_t i = 0; i < data.Rank(); ++i) {
    if (i != axis) to_front.push_back(i);
  }
  to_back.resize(to_front.size());
  for (size_t i = 0; i < to_front.size(); ++i) to_back[static_cast<size_t>(to_front[i])] = static_cast<int64_t>(i);
  for (const int64_t i : Counted(indices.Rank())) updates_order.push_back(axis + i);
  for (const int64_t i : Counted(updates.Rank())) {
    if (i < axis || i >= axis + indices.Rank()) updates_order.push_back(i);
  }
  const Value changed = layer.Add("ScatterNDUpdate", "changed",
                                  {layer.Transpose(layer.Input(0), "front", to_front), coordinates,
                                   layer.Transpose(layer.Input(2), "updates", updates_order)});
  return {layer.Transpose(changed, "", to_back)};
}

// Windows of the data, one per position of the result, their elements along the channels: rows, columns, channels.
Values NetExtractImagePatches(NetLayerBuilder& layer) {
  layer.RequireInputs(1, 1);
  const Shape& in = layer.InputShape(0);
  layer.Require(in.Rank() == 4, "shape of data", in, "[N,C,H,W]");
  const Sizes sizes = layer.Ints("sizes"), strides = layer.Ints("strides"), rates = layer.Ints("rates");
  const std::string pad = layer.OneOf("auto_pad", {"valid", "same_upper", "same_lower", "explicit"});
  Sizes begin(4, 0), end(4, 0), out(2, 0);
  for (const Sizes* list : {&sizes, &strides, &rates}) {
    layer.Require(
        list->size() == 2 && std::all_of(list->begin(), list->end(), [](int64_t v) { return v > 0 && v < (1 << 20); }),
        "sizes, strides and rates", FormatAttribute(*list), "two positive numbers");
  }
  layer.Require(sizes[0] * sizes[1] <= 1 << 12, "sizes", FormatAttribute(sizes), "at most 4096 elements");
  for (size_t k = 0; k < 2; ++k) {
    const int64_t size = in[static_cast<int64_t>(k) + 2], span = rates[k] * (sizes[k] - 1) + 1;
    if (pad == "same_upper" || pad == "same_lower") {
      out[k] = (size + strides[k] - 1) / strides[k];
      const int64_t total = std::max<int64_t>(0, (out[k] - 1) * strides[k] + span - size);
      begin[k + 2] = pad == "same_upper" ? total / 2 : total - total / 2;
      end[k + 2] = total - begin[k + 2];
    } else {
      out[k] = size < span ? 0 : (size - span) / strides[k] + 1;
    }
    layer.Require(out[k] > 0, "shape of data", in, "room for a window");
  }
  const Value padded =
      layer.Add("Pad", "padded", {layer.Input(0), layer.Indices("begin", begin), layer.Indices("end", end)},
                {{"pad_mode", std::string("constant")}});
  Values pieces;
  const Value axes = layer.Indices("axes", {2, 3}), step = layer.Indices("step", strides);
  for (int64_t y = 0; y < sizes[0]; ++y) {
    for (int64_t x = 0; x < sizes[1]; ++x) {
      const Sizes start = {y * rates[0], x * rates[1]};
      const Sizes stop = {start[0] + (out[0] - 1) * strides[0] + 1, start[1] + (out[1] - 1) * strides[1] + 1};
      pieces.push_back(layer.Add("Slice", "piece",
                                 {padded, layer.Indices("start", start), layer.Indices("stop", stop), step, axes}));
    }
  }
  return layer.AddNode("Concat", "", pieces, {{"axis", int64_t{1}}});
}

// A matrix, or a stack of them, with ones on a diagonal.
Values NetEye(NetLayerBuilder& layer) {
  layer.RequireInputs(3, 4);
  const int64_t rows = layer.StaticInt(0, "num_rows"), columns = layer.StaticInt(1, "num_columns"),
                diagonal = layer.StaticInt(2, "diagonal_index");
  Sizes dims = layer.InputCount() > 3 ? layer.StaticInts(3, "batch_shape") : Sizes{};
  dims.push_back(rows);
  dims.push_back(columns);
  const ElementType type = NetElementType(layer.Text("output_type"));
  layer.Require(type != ElementType::kUndefined, "output_type", layer.Text("output_type"), "a type of numbers");
  for (const int64_t size : dims) layer.Require(size >= 0, "sizes", FormatAttribute(dims), "numbers from 0 on");
  constexpr int64_t kMost = 1 << 24;
  layer.Require(Shape(dims).NumElements() <= kMost, "sizes", FormatAttribute(dims),
                StrCat("at most ", kMost, " elements"));
  Tensor values(ElementType::kF32, Shape(dims));
  const std::span<float> all = values.MutableValues<float>();
  for (size_t i = 0; i < all.size(); ++i) {
    const auto place = static_cast<int64_t>(i) % (rows * columns);
    if (place % columns - place / columns == diagonal) all[i] = 1;
  }
  return {layer.Constant("", values.ConvertTo(type))};
}

}  // namespace moir::graph
