// What the legalizing passes share: questions about values and small layers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/pass.h"
#include "graph/rewriter.h"
#include "transforms/structure.h"

namespace moir::transforms {

using namespace graph;

// The old layers compute in f32 only.
bool IsF32(const Value& value);
// Every input that is no constant index list, and every output, is f32.
bool HasF32Data(const Node& node);

// `constant`, which broadcasts against data of shape `shape` without changing it, as f32 [C] for the sizes of `axis`; a
// single value is repeated. Nothing when it varies along another axis.
std::optional<Tensor> PerChannel(const Tensor& constant, const Shape& shape, int64_t axis = 1);
// The one value of a float constant with one element.
std::optional<double> SingleValue(const Value& value);

// Layer Reshape; constants and values that have the shape already need none.
Value ReshapeTo(Rewriter& rewriter, const std::string& name, Value value, const Shape& shape);
// `value` broadcast to `shape` as NumPy does: constants are written out when that stays small, the rest goes through
// Reshape and Tile layers.
Value BroadcastTo(Rewriter& rewriter, const std::string& name, Value value, const Shape& shape);
// Layer Power: (x * scale + shift) ^ power.
Value PowerLayer(Rewriter& rewriter, const std::string& name, Value value, double power, double scale, double shift);

// The Add of a constant that is the only reader of `value` and leaves its shape alone; its constant goes to `bias` per
// index of `axis`.
Node* FollowingBias(Value value, int64_t axis, std::optional<Tensor>& bias);

}  // namespace moir::transforms
