// Sampling of [N, C, H, W] at points of a grid [N, 2, OH, OW], planes x and y from -1 to 1, the centers of the
// outermost elements. GridGenerator makes such a grid, affine: of target_shape, each point (x, y, 1) times a matrix [N,
// 6];
//   warp: from a flow [N, 2, H, W] in elements, (flow + position) / ((size - 1) / 2) - 1.
// BilinearSampler takes the samples. SpatialTransformer is an affine grid of `loc` and the samples in one.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

constexpr int64_t kMostPoints = int64_t{1} << 24;  // they are written into the model

std::vector<int64_t> TargetShape(const NodeConverter& node) {
  const std::vector<int64_t> shape = node.Attrs().Ints("target_shape", {0, 0}, 2);
  for (const int64_t size : shape) {
    if (size < 1 || size > 32768) node.Attrs().Refuse("target_shape", "two sizes from 1 to 32768");
  }
  if (shape[0] * shape[1] > kMostPoints)
    node.Unsupported("a grid of ", shape[0], " x ", shape[1], " points is too large, expected at most ", kMostPoints);
  return shape;
}

// [N * 2, H * W]: the matrices times the points (x, y, 1). A side of one element has no distance between its ends: the
// points are NaN there, as in MXNet.
Value AffineGrid(NodeConverter& node, Value matrices, const std::vector<int64_t>& size) {
  const Shape& shape = matrices.Shape();
  node.Require(shape.Rank() == 2 && shape[1] == 6, "matrices of shape ", shape, ": expected [N,6]");
  const int64_t points = size[0] * size[1];
  std::vector<float> grid(static_cast<size_t>(3 * points), 1.0f);
  for (int64_t i = 0; i < points; ++i) {
    const auto at = static_cast<size_t>(i);
    const auto place = [](int64_t position, int64_t count) {
      return static_cast<float>(-1.0 + static_cast<double>(position) * (2.0 / static_cast<double>(count - 1)));
    };
    grid[at] = place(i % size[1], size[1]);
    grid[at + static_cast<size_t>(points)] = place(i / size[1], size[0]);
  }
  const Value constant =
      node.Constant(Tensor::FromValues<float>(Shape{3, points}, grid).ConvertTo(matrices.Type()), "points");
  const Value rows = node.Reshape(matrices, {shape[0] * 2, 3}, "matrices");
  return node.Add("MatMul", {rows, constant}, {}, "affine");
}

Value Sample(NodeConverter& node, Value data, Value grid) {
  node.Require(data.Shape().Rank() == 4, "data of shape ", data.Shape(), ": expected [N,C,H,W]");
  node.Require(grid.Shape().Rank() == 4 && grid.Shape()[0] == data.Shape()[0] && grid.Shape()[1] == 2, "grid of shape ",
               grid.Shape(), ": expected [", data.Shape()[0], ",2,H,W]");
  return node.Add("GridSample", {data, node.Transpose(grid, {0, 2, 3, 1}, "points_last")}, {{"align_corners", true}});
}

}  // namespace

void ConvertGridGenerator(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const std::string type = attrs.OneOf("transform_type", {"affine", "warp"});
  const Value data = node.Input(0);
  if (type == "affine") {
    const std::vector<int64_t> size = TargetShape(node);
    const Value grid = AffineGrid(node, data, size);
    node.Output(node.Reshape(grid, {data.Shape()[0], 2, size[0], size[1]}, "grid"));
    return;
  }
  attrs.Ignore({"target_shape"});
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 4 && shape[1] == 2, "flow of shape ", shape, ": expected [N,2,H,W]");
  const int64_t height = shape[2], width = shape[3];
  std::vector<float> positions;
  for (int64_t i = 0; i < height * width; ++i) positions.push_back(static_cast<float>(i % width));
  for (int64_t i = 0; i < height * width; ++i) positions.push_back(static_cast<float>(i / width));
  const std::vector<float> halves = {static_cast<float>(width - 1) / 2.0f, static_cast<float>(height - 1) / 2.0f};
  const auto constant = [&](const Shape& dims, const std::vector<float>& values, std::string_view suffix) {
    return node.Constant(Tensor::FromValues<float>(dims, values).ConvertTo(data.Type()), suffix);
  };
  const Value moved =
      node.Add("Add", {data, constant(Shape{1, 2, height, width}, positions, "positions")}, {}, "moved");
  const Value scaled = node.Add("Divide", {moved, constant(Shape{1, 2, 1, 1}, halves, "half_sizes")}, {}, "scaled");
  node.Output(node.Add("Subtract", {scaled, node.Scalar(1, data.Type(), "one")}));
}

void ConvertBilinearSampler(NodeConverter& node) {
  node.RequireInputs(2);
  node.Attrs().Ignore({"cudnn_off"});
  node.Output(Sample(node, node.Input(0), node.Input(1)));
}

void ConvertSpatialTransformer(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  attrs.OneOf("transform_type", {"affine"});
  attrs.OneOf("sampler_type", {"bilinear"});
  attrs.Ignore({"cudnn_off"});
  const std::vector<int64_t> size = TargetShape(node);
  const Value data = node.Input(0), matrices = node.Input(1);
  const Value grid = node.Reshape(AffineGrid(node, matrices, size), {matrices.Shape()[0], 2, size[0], size[1]}, "grid");
  node.Output(Sample(node, data, grid));
}

}  // namespace moir::mo
