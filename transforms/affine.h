// Affine steps: nodes y = x * scale + shift whose scale and shift are constants that broadcast to x.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/rewriter.h"

namespace moir::transforms {

using namespace graph;

// Scale and shift are f64 tensors of the constants' shapes; an absent one is 1 or 0.
struct Affine {
  Value data;
  std::optional<Tensor> scale;
  std::optional<Tensor> shift;
};

// Add, Subtract, Multiply or Divide of a floating-point value and a constant that leaves the value's shape alone;
// otherwise nothing, with the reason in `why` (which stays empty when the operator is none of the four).
std::optional<Affine> MatchAffine(Node& node, std::string* why = nullptr);
bool IsAffineOperator(const Node& node);

// `constant`, which broadcasts to `data`, as one number per index of `axis`; nothing when it varies along another
// axis as well. A scalar is repeated.
std::optional<std::vector<double>> AlongAxis(const Tensor& constant, const Shape& data, int64_t axis);
// The inverse: f64 values for a tensor of rank `rank`, e.g. [1,C,1,1] for axis 1.
Tensor AxisConstant(const std::vector<double>& values, int64_t rank, int64_t axis);

// `first`, then `second`. Nothing when the constants vary along different axes, so that their product would be
// larger than both.
std::optional<Affine> Compose(const Affine& first, const Affine& second);

bool AllEqual(const Tensor& f64, double value);
// Whether every value is finite as `type`, so that folding cannot turn a number into infinity.
bool FitsType(const Tensor& f64, ElementType type);

// data * scale + shift as at most two nodes, NAME/scale and NAME/shift (only NAME when there is one); scales of one and
// shifts of zero make no node.
Value BuildAffine(Rewriter& rewriter, const std::string& name, const Affine& affine);

// Replaces `node` by `by`. When `node` is an output of the graph, `by` takes its name: that name is the user's.
void ReplaceKeepingOutputName(Rewriter& rewriter, Node& node, Value by);

}  // namespace moir::transforms
