// Joining and splitting in the NumPy interface: concatenate, stack and their relatives for rows, columns and depth.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/numpy.h"

namespace moir::mo {
namespace {

Value Join(NodeConverter& node, std::vector<Value> inputs, int64_t axis) {
  for (size_t i = 1; i < inputs.size(); ++i) {
    node.Require(inputs[i].Type() == inputs[0].Type(), "input ", i, ": got ", inputs[i].Type(), ", expected ",
                 inputs[0].Type());
  }
  if (inputs.size() == 1) return ReshapeTo(node, inputs[0], inputs[0].Shape().Dims());
  return node.Add("Concat", std::move(inputs), {{"axis", axis}});
}

}  // namespace

// Along `axis`; the flattened inputs without one.
void ConvertNumpyConcatenate(NodeConverter& node) {
  std::vector<Value> inputs = NumpyInputs(node);
  const auto& attrs = node.Attrs();
  int64_t axis = 0;
  if (attrs.Has("axis") && attrs.IsNone("axis")) {
    for (Value& input : inputs) input = node.Reshape(input, {-1}, "flat");
  } else {
    node.Require(inputs[0].Shape().Rank() > 0, "scalars have no axis to concatenate along");
    axis = node.Axis(attrs.Int("axis", 0), inputs[0].Shape().Rank());
  }
  node.Output(Join(node, std::move(inputs), axis));
}

void ConvertNumpyStack(NodeConverter& node) {
  std::vector<Value> inputs = NumpyInputs(node);
  const std::string& name = node.Op();
  const auto at_least = [&](std::vector<int64_t> dims, size_t rank) {
    while (dims.size() < rank) dims.insert(dims.begin(), 1);
    return dims;
  };
  int64_t axis = 0;
  if (name == "_npi_stack") axis = node.Axis(node.Attrs().Int("axis", 0), inputs[0].Shape().Rank() + 1);
  for (Value& input : inputs) {
    std::vector<int64_t> dims = input.Shape().Dims();
    if (name == "_npi_stack") {
      dims.insert(dims.begin() + std::min(axis, static_cast<int64_t>(dims.size())), 1);
    } else if (name == "_npi_vstack") {
      dims = at_least(std::move(dims), 2);
    } else if (name == "_npi_hstack") {
      dims = at_least(std::move(dims), 1);
      axis = dims.size() == 1 ? 0 : 1;
    } else if (name == "_npi_dstack") {
      dims = at_least(std::move(dims), 2);
      if (dims.size() == 2) dims.push_back(1);
      axis = 2;
    } else {  // _npi_column_stack: vectors are columns
      if (dims.size() == 1) dims.push_back(1);
      dims = at_least(std::move(dims), 2);
      axis = 1;
    }
    if (dims != input.Shape().Dims()) input = ReshapeTo(node, input, dims);
  }
  // MXNet states the axis of the relatives, but does not read it.
  node.Attrs().Ignore({"dim", "axis"});
  node.Output(Join(node, std::move(inputs), axis));
}

// hsplit: along the second axis (of vectors the first).  dsplit: along the third. Into `sections` pieces, or
// pieces that begin at `indices`, the first of which MXNet writes as 0.
void ConvertNumpySplit(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const Shape& shape = data.Shape();
  const bool depth = node.Op() == "_npi_dsplit";
  node.Require(shape.Rank() >= (depth ? 3 : 1), "data of shape ", shape, ": expected more axes");
  const int64_t axis = depth ? 2 : shape.Rank() > 1 ? 1 : 0;
  if (attrs.Int("axis", 1) != (depth ? 2 : 1)) attrs.Refuse("axis", depth ? "2" : "1");
  if (attrs.Bool("squeeze_axis", false)) attrs.Refuse("squeeze_axis", "False");
  const int64_t sections = attrs.Int("sections", 0), size = shape[axis];
  std::vector<int64_t> starts = attrs.Ints("indices", std::vector<int64_t>{});
  if (sections > 0) {
    // The first pieces are one longer where it does not come out even.
    starts.clear();
    for (int64_t i = 0; i < sections; ++i) starts.push_back(i * (size / sections) + std::min(i, size % sections));
  }
  for (int64_t& start : starts) start = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size);
  if (starts.empty()) attrs.Refuse("indices", "positions, or sections");
  for (size_t i = 0; i < starts.size(); ++i) {
    const int64_t stop = i + 1 < starts.size() ? starts[i + 1] : size;
    node.Output(i, node.Add("Slice", {data, node.Indices({starts[i]}, "start"), node.Indices({stop}, "stop"),
                                      node.Indices({1}, "step"), node.Indices({axis}, "axes")}));
  }
}

}  // namespace moir::mo
