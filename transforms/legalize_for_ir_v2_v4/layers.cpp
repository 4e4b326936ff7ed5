#include "transforms/legalize_for_ir_v2_v4/layers.h"

#include <algorithm>

#include "graph/evaluate.h"
#include "graph/op_schema.h"

namespace moir::transforms {
namespace {

// Constants are broadcast at conversion up to this many elements; beyond, Tile layers cost less than the file.
constexpr int64_t kMaxBroadcastConstant = int64_t{1} << 20;

Tensor BroadcastTensor(const Tensor& from, const Shape& shape) {
  Graph scratch;
  const Value value = scratch.AddConstant("value", from)->Output();
  const Value target = scratch.AddConstant("shape", Tensor::Indices(shape.Dims()))->Output();
  scratch.AddOutput("out",
                    scratch.Add("Broadcast", "out", {value, target}, {{"mode", std::string("numpy")}})->Output());
  return EvaluateGraph(scratch, {})[0];
}

}  // namespace

bool IsF32(const Value& value) { return value.Type() == ElementType::kF32; }

bool HasF32Data(const Node& node) {
  for (const Value& input : node.Inputs()) {
    if (!IsF32(input) && !(input.Constant() && IsInteger(input.Type()))) return false;
  }
  for (size_t i = 0; i < node.OutputCount(); ++i) {
    if (node.Type(i) != ElementType::kF32) return false;
  }
  return true;
}

std::optional<Tensor> PerChannel(const Tensor& constant, const Shape& shape, int64_t axis) {
  if (constant.Type() != ElementType::kF32 || axis >= shape.Rank() || !BroadcastsTo(constant.Shape(), shape))
    return std::nullopt;
  const Shape channels{shape[axis]};
  if (constant.NumElements() == 1) {
    Tensor repeated(ElementType::kF32, channels);
    const float value = constant.Values<float>()[0];
    for (float& x : repeated.MutableValues<float>()) x = value;
    return repeated;
  }
  const int64_t position = axis - (shape.Rank() - constant.Shape().Rank());
  if (position < 0 || constant.Shape()[position] != constant.NumElements() || constant.NumElements() != shape[axis])
    return std::nullopt;
  return constant.Reshaped(channels);
}

std::optional<double> SingleValue(const Value& value) {
  const Tensor* constant = value.Constant();
  if (!constant || !IsFloat(constant->Type()) || constant->NumElements() != 1) return std::nullopt;
  return constant->ToVector<double>()[0];
}

Value ReshapeTo(Rewriter& rewriter, const std::string& name, Value value, const Shape& shape) {
  if (value.Shape() == shape) return value;
  if (const Tensor* constant = value.Constant()) return rewriter.Constant(name, constant->Reshaped(shape));
  return rewriter.Add("ie.Reshape", name, {value}, {{"dim", shape.Dims()}});
}

Value BroadcastTo(Rewriter& rewriter, const std::string& name, Value value, const Shape& shape) {
  if (value.Shape() == shape) return value;
  const Tensor* constant = value.Constant();
  if (constant && shape.NumElements() <= kMaxBroadcastConstant)
    return rewriter.Constant(name + "/broadcast", BroadcastTensor(*constant, shape));
  std::vector<int64_t> dims(static_cast<size_t>(shape.Rank() - value.Shape().Rank()), 1);
  dims.insert(dims.end(), value.Shape().begin(), value.Shape().end());
  Shape target = shape;
  if (shape.Rank() == 3 || shape.Rank() == 1) {
    // The old Tile has no data of these ranks.
    const auto missing = static_cast<size_t>(4 - shape.Rank());
    dims.insert(dims.begin(), missing, 1);
    std::vector<int64_t> longer(missing, 1);
    longer.insert(longer.end(), shape.begin(), shape.end());
    target = Shape(std::move(longer));
  }
  value = ReshapeTo(rewriter, name + "/shape", value, Shape(dims));
  // Inner axes first: the later copies are longer runs.
  for (int64_t axis = target.Rank(); axis-- > 0;) {
    if (value.Shape()[axis] == target[axis]) continue;
    value = rewriter.Add("ie.Tile", name + "/tile", {value}, {{"axis", axis}, {"tiles", target[axis]}});
  }
  return ReshapeTo(rewriter, name + "/shape", value, shape);
}

Value PowerLayer(Rewriter& rewriter, const std::string& name, Value value, double power, double scale, double shift) {
  return rewriter.Add("ie.Power", name, {value}, {{"power", power}, {"scale", scale}, {"shift", shift}});
}

Node* FollowingBias(Value value, int64_t axis, std::optional<Tensor>& bias) {
  if (!value.HasOneReader()) return nullptr;
  const Use use = value.node->Readers(value.index)[0];
  if (!use.node->Is("Add") || use.node->Shape() != value.Shape()) return nullptr;
  const Tensor* constant = use.node->Input(1 - use.index).Constant();
  if (!constant) return nullptr;
  bias = PerChannel(*constant, value.Shape(), axis);
  return bias ? use.node : nullptr;
}

}  // namespace moir::transforms
