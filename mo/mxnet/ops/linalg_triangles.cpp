// Diagonals and triangles of stacks of square matrices [.., N, N], as gathers over the flattened matrices:
//   _linalg_extractdiag   the diagonal `offset` above the main one      _linalg_makediag   back, with zeros elsewhere
//   _linalg_extracttrian  a triangle as [.., number of elements]        _linalg_maketrian  back, with zeros elsewhere
//   _linalg_sumlogdiag    the sum of the logarithms of the main diagonal
// A triangle begins at diagonal `offset`: above it (j >= i + offset) for positive offsets and for 0 with lower=False,
// else below it (j <= i + offset). A lower one is listed by rows, an upper one by columns.
#include <cstdlib>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// Which elements of an N x N matrix, in their order, as positions in the flattened matrix.
std::vector<int64_t> Positions(const NodeConverter& node, int64_t n, bool triangle) {
  const int64_t offset = node.Attrs().Int("offset", 0);
  const bool stated_lower = triangle && node.Attrs().Bool("lower", true);
  const bool upper = offset > 0 || (offset == 0 && !stated_lower);
  std::vector<int64_t> positions;
  for (int64_t first = 0; first < n; ++first) {
    for (int64_t second = 0; second < n; ++second) {
      const int64_t i = triangle && upper ? second : first, j = triangle && upper ? first : second;
      const bool inside = !triangle ? j == i + offset : upper ? j >= i + offset : j <= i + offset;
      if (inside) positions.push_back(i * n + j);
    }
  }
  return positions;
}

int64_t SquareSize(const NodeConverter& node, Value data) {
  const Shape& shape = data.Shape();
  const int64_t rank = shape.Rank();
  node.Require(rank >= 2 && shape[rank - 1] == shape[rank - 2], "data of shape ", shape,
               ": expected square matrices [..,N,N]");
  return shape[rank - 1];
}

// data[.., positions] of the last axis.
Value GatherLast(NodeConverter& node, Value data, const std::vector<int64_t>& positions) {
  return node.Add("Gather", {data, node.Indices(positions, "positions"), node.Index(data.Shape().Rank() - 1)});
}

std::vector<int64_t> LeadingSizes(const Shape& shape, int64_t dropped) {
  return {shape.begin(), shape.end() - dropped};
}

Value ExtractElements(NodeConverter& node, Value data, const std::vector<int64_t>& positions) {
  node.Require(!positions.empty(), "attribute offset: nothing is left of the data ", data.Shape());
  std::vector<int64_t> dims = LeadingSizes(data.Shape(), 2);
  const int64_t n = SquareSize(node, data);
  dims.push_back(n * n);
  return GatherLast(node, node.Reshape(data, dims, "flat"), positions);
}

// Matrices of size N whose elements at `positions` are the data, the others zero.
Value PlaceElements(NodeConverter& node, Value data, int64_t n, const std::vector<int64_t>& positions) {
  std::vector<int64_t> dims = LeadingSizes(data.Shape(), 1);
  const int64_t count = data.Shape()[data.Shape().Rank() - 1];
  node.Require(static_cast<int64_t>(positions.size()) == count, "data of shape ", data.Shape(), ": expected ",
               positions.size(), " elements for matrices of size ", n);
  dims.push_back(1);
  const Value zero = node.Constant(Tensor(data.Type(), Shape(dims)), "zero");
  const Value extended =
      node.Add("Concat", {data, zero}, {{"axis", static_cast<int64_t>(dims.size()) - 1}}, "with_zero");
  std::vector<int64_t> sources(static_cast<size_t>(n * n), count);
  for (size_t i = 0; i < positions.size(); ++i) sources[static_cast<size_t>(positions[i])] = static_cast<int64_t>(i);
  dims.back() = n;
  dims.push_back(n);
  return node.Reshape(GatherLast(node, extended, sources), dims, "matrices");
}

constexpr int64_t kLargestOffset = 1 << 20;

int64_t Offset(const NodeConverter& node) {
  const int64_t offset = node.Attrs().Int("offset", 0);
  if (std::abs(offset) > kLargestOffset)
    node.Attrs().Refuse("offset", StrCat("a number within [", -kLargestOffset, ", ", kLargestOffset, "]"));
  return offset;
}

}  // namespace

void ConvertLinalgExtract(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  Offset(node);
  node.Output(
      ExtractElements(node, data, Positions(node, SquareSize(node, data), node.Op() == "_linalg_extracttrian")));
}

void ConvertLinalgMake(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  node.Require(data.Shape().Rank() >= 1, "data without axes");
  const bool triangle = node.Op() == "_linalg_maketrian";
  const int64_t count = data.Shape()[data.Shape().Rank() - 1], beyond = std::abs(Offset(node));
  int64_t n = count;
  if (triangle) {
    n = 0;
    while (n * (n + 1) / 2 < count) ++n;
  }
  n += beyond;
  node.Require(n < (int64_t{1} << 24), "data of shape ", data.Shape(), ": the matrices would be too large");
  node.Output(PlaceElements(node, data, n, Positions(node, n, triangle)));
}

void ConvertLinalgSumLogDiag(NodeConverter& node) {
  node.RequireInputs(1);
  const Value data = node.Input(0);
  const Value diagonal = ExtractElements(node, data, Positions(node, SquareSize(node, data), false));
  const Value sum =
      node.Add("ReduceSum", {node.Add("Log", {diagonal}), node.Indices({diagonal.Shape().Rank() - 1}, "axes")});
  node.Output(sum.Shape().Rank() == 0 ? node.Reshape(sum, {1}, "vector") : sum);
}

}  // namespace moir::mo
