// DeformableRegionPooling  =>  places of its samples by element-wise operators, Gather of the elements around them, and
// sums by those that lie on the map. (DeformablePSROIPooling of opset1 samples otherwise.)
//
// Tensors are [R, classes, cells, samples]: all outputs of a class have the same places. With the channels of an
// output, they are [R, classes, outputs of a class, cells, samples].
#include <algorithm>
#include <cmath>

#include "transforms/legalize_for_ir_v10_v11/bilinear_samples.h"
#include "transforms/legalize_for_ir_v10_v11/passes.h"

namespace moir::transforms {
namespace {

class Pooling {
 public:
  Pooling(const Node& node, Rewriter& rewriter)
      : node_(node),
        build_(rewriter, node.Name()),
        out_(node.Shape()),
        data_(node.Input(0).Shape()),
        regions_(out_[0]),
        pooled_(out_[2]),
        samples_(node.Attr<int64_t>("sample_per_part")),
        moves_(node.InputCount() > 2),
        classes_(moves_ ? node.Input(2).Shape()[1] / 2 : 1) {}

  Value Run() {
    const Value x = Places(1, 0), y = Places(2, 1);
    const Value counts = build_.ToFloat(build_.And(OnMap(x, data_[3]), OnMap(y, data_[2])));
    const int64_t cells = pooled_ * pooled_, of_class = out_[1] / classes_, samples = samples_ * samples_;
    const auto spread = [&](Value value) {
      return build_.Reshape(value, Shape{regions_, classes_, 1, cells, samples});
    };
    const auto clamped = [&](Value place, int64_t size) {
      return spread(build_.Op("Clamp", {place}, {{"min", 0.0}, {"max", static_cast<double>(size - 1)}}));
    };
    const Value elements = build_.Reshape(node_.Input(0), Shape{data_.NumElements()});
    const Value values = BilinearSamples(build_, elements, FirstElements(), clamped(y, data_[2]), clamped(x, data_[3]),
                                         data_[2], data_[3]);
    const Value number = build_.Reduce("ReduceSum", spread(counts), {4}, false);
    const Value sum = build_.Reduce("ReduceSum", build_.Multiply(values, spread(counts)), {4}, false);
    const Value zero = build_.Number(0);
    const Value mean = build_.Divide(sum, build_.Maximum(number, build_.Number(1)));
    const Value picture = Roi(0, 4);
    const Value exists = build_.And(build_.Op("Greater", {picture, build_.Number(-1)}),
                                    build_.Op("Less", {picture, build_.Number(static_cast<double>(data_[0]))}));
    return build_.Reshape(build_.Select(exists, mean, zero), Shape{regions_, of_class * classes_, pooled_, pooled_});
  }

 private:
  // A column of the regions, with `rank` axes.
  Value Roi(int64_t column, int64_t rank) {
    std::vector<int64_t> dims(static_cast<size_t>(rank), 1);
    dims[0] = regions_;
    return build_.Reshape(build_.Slice(node_.Input(1), 1, column, column + 1), Shape(dims));
  }

  // Cells of the result in the grid of the offsets (part_size), and in that of the channels (group_size).
  int64_t PartOf(int64_t p) const {
    const auto parts = static_cast<float>(node_.Attr<int64_t>("part_size"));
    return static_cast<int64_t>(std::floor(static_cast<float>(p) / static_cast<float>(pooled_) * parts));
  }
  int64_t GroupOf(int64_t p) const {
    const int64_t groups = node_.Attr<int64_t>("group_size");
    const float at = std::floor(static_cast<float>(p) * static_cast<float>(groups) / static_cast<float>(pooled_));
    return std::clamp<int64_t>(static_cast<int64_t>(at), 0, groups - 1);
  }

  // Samples along one axis: `column` of the regions holds its lower corner, `axis` is 0 across and 1 down.
  Value Places(int64_t column, int64_t axis) {
    const auto scale = build_.Number(static_cast<float>(node_.Attr<double>("spatial_scale")));
    const Value one = build_.Number(1), half = build_.Number(0.5);
    const auto rounded = [&](int64_t i) {
      return build_.Op("Round", {Roi(i, 4)}, {{"mode", std::string("half_away_from_zero")}});
    };
    const Value start = build_.Subtract(build_.Multiply(rounded(column), scale), half);
    const Value end = build_.Subtract(build_.Multiply(build_.Add(rounded(column + 2), one), scale), half);
    const Value size = build_.Maximum(build_.Subtract(end, start), build_.Number(0.1f));
    const Value cell = build_.Divide(size, build_.Number(static_cast<double>(pooled_)));
    const Value step = build_.Divide(cell, build_.Number(static_cast<double>(samples_)));
    std::vector<float> cells, samples;
    std::vector<int64_t> parts;
    const int64_t part_size = node_.Attr<int64_t>("part_size");
    for (int64_t y = 0; y < pooled_; ++y) {
      for (int64_t x = 0; x < pooled_; ++x) {
        cells.push_back(static_cast<float>(axis == 0 ? x : y));
        parts.push_back(PartOf(y) * part_size + PartOf(x));
      }
    }
    for (int64_t y = 0; y < samples_; ++y) {
      for (int64_t x = 0; x < samples_; ++x) samples.push_back(static_cast<float>(axis == 0 ? x : y));
    }
    const auto constant = [&](const std::vector<float>& values, Shape shape) {
      return build_.Constant(Tensor::FromValues<float>(std::move(shape), values));
    };
    const Value places = constant(cells, Shape{1, 1, pooled_ * pooled_, 1});
    Value corner = build_.Add(build_.Multiply(places, cell), start);
    if (moves_) {
      const Value table = build_.Reshape(node_.Input(2), Shape{regions_, classes_, 2, part_size * part_size});
      const Value own = build_.Op("Gather", {build_.Slice(table, 2, axis, axis + 1), build_.Indices(parts),
                                             build_.Constant(Tensor::Scalar<int64_t>(3))});
      const Value offset = build_.Reshape(own, Shape{regions_, classes_, pooled_ * pooled_, 1});
      const Value width = build_.Number(static_cast<float>(node_.Attr<double>("trans_std")));
      corner = build_.Add(corner, build_.Multiply(build_.Multiply(offset, width), size));
    }
    const Value all = build_.Add(corner, build_.Multiply(constant(samples, Shape{1, 1, 1, samples_ * samples_}), step));
    if (classes_ == all.Shape()[1]) return all;
    return build_.Op("Broadcast", {all, build_.Indices({regions_, classes_, pooled_ * pooled_, samples_ * samples_})},
                     {{"mode", std::string("numpy")}});
  }

  Value OnMap(Value place, int64_t size) {
    return build_.And(build_.Op("GreaterEqual", {place, build_.Number(-0.5)}),
                      build_.Op("LessEqual", {place, build_.Number(static_cast<double>(size) - 0.5)}));
  }

  // Where the plane of each output's cell begins: [R, classes, outputs of a class, cells, 1].
  Value FirstElements() {
    const int64_t groups = node_.Attr<int64_t>("group_size"), plane = data_[2] * data_[3];
    std::vector<int64_t> planes;
    for (int64_t o = 0; o < out_[1]; ++o) {
      for (int64_t y = 0; y < pooled_; ++y) {
        for (int64_t x = 0; x < pooled_; ++x)
          planes.push_back(((o * groups + GroupOf(y)) * groups + GroupOf(x)) * plane);
      }
    }
    const Shape shape{1, classes_, out_[1] / classes_, pooled_ * pooled_, 1};
    const Value picture = build_.Convert(
        build_.Op("Clamp", {Roi(0, 5)}, {{"min", 0.0}, {"max", static_cast<double>(data_[0] - 1)}}), ElementType::kI64);
    return build_.Add(build_.Multiply(picture, build_.Constant(Tensor::Scalar(data_[1] * plane))),
                      build_.Reshape(build_.Indices(planes), shape));
  }

  const Node& node_;
  Builder build_;
  const Shape out_, data_;
  const int64_t regions_, pooled_, samples_;
  const bool moves_;
  const int64_t classes_;
};

class DecomposeDeformableRegionPooling final : public NodePass {
 public:
  std::string_view Name() const override { return "decompose-deformable-region-pooling"; }
  std::string_view Root() const override { return "DeformableRegionPooling"; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Type() != ElementType::kF32) return Declined("its data are no f32");
    if (node.Shape().NumElements() == 0 || node.Input(0).Shape().NumElements() == 0)
      return Declined("it has no regions or data");
    rewriter.Replace(node, Pooling(node, rewriter).Run());
    return Changed();
  }
};

}  // namespace

std::unique_ptr<Pass> MakeDecomposeDeformableRegionPooling() {
  return std::make_unique<DecomposeDeformableRegionPooling>();
}

}  // namespace moir::transforms
