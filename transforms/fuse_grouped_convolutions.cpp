// Split(channels) -> k Convolutions of equal attributes (each with a bias or none) -> Concat(channels)
//   =>  GroupConvolution [+ Add]
// with the weights and biases one after another. All parts have one reader. The joined weights are the pass's own
// bytes: files that were written in groups hold each part apart.
#include <cstring>

#include "transforms/affine.h"
#include "transforms/linear.h"
#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

struct Part {
  Node* convolution;
  Node* bias;  // null when there is none
  std::vector<double> bias_values;
};

Tensor Join(const std::vector<Part>& parts) {
  const Tensor& first = parts[0].convolution->Input(1).node->ConstantValue();
  std::vector<int64_t> dims = first.Shape().Dims();
  dims.insert(dims.begin(), static_cast<int64_t>(parts.size()));
  Tensor joined(first.Type(), Shape(std::move(dims)));
  auto* to = static_cast<std::byte*>(joined.MutableData());
  for (const Part& part : parts) {
    part.convolution->Input(1).node->ConstantValue().Stream(size_t{1} << 20, [&](const std::byte* bytes, size_t size) {
      std::memcpy(to, bytes, size);
      to += size;
    });
  }
  return joined;
}

class FuseGroupedConvolutions final : public NodePass {
 public:
  explicit FuseGroupedConvolutions(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "fuse-grouped-convolutions"; }
  std::string_view Root() const override { return "Concat"; }

  Outcome Run(Node& concat, Rewriter& rewriter) const override {
    const int64_t rank = concat.Shape().Rank();
    if (rank < 3 || concat.Shape().NormalizeAxis(concat.Attr<int64_t>("axis")) != 1)
      return Declined("it does not join channels");
    if (concat.InputCount() < 2) return Declined("it joins one value");
    if (!filter_.Allows(concat)) return Declined("kept by finegrain fusing");
    std::vector<Part> parts;
    for (size_t i = 0; i < concat.InputCount(); ++i) {
      Part part{nullptr, nullptr, {}};
      Value value = concat.Input(i);
      if (!value.HasOneReader()) return Declined("input ", i, " has other readers");
      if (value.Producer("Add")) {
        const std::optional<Affine> bias = MatchAffine(*value.node);
        const std::optional<std::vector<double>> values =
            bias ? AlongAxis(*bias->shift, value.Shape(), 1) : std::nullopt;
        if (!values) return Declined("input ", i, " is no bias");
        part.bias = value.node;
        part.bias_values = *values;
        value = bias->data;
        if (!value.HasOneReader()) return Declined("the value before the bias of input ", i, " has other readers");
      }
      part.convolution = value.Producer("Convolution");
      if (!part.convolution) return Declined("input ", i, " is no Convolution");
      if (!Linear::Match(part.convolution)) return Declined("the weights of input ", i, " are no constant");
      if (!filter_.Allows(*part.convolution)) return Declined("input ", i, " is kept by finegrain fusing");
      parts.push_back(std::move(part));
    }
    Node* split = parts[0].convolution->Input(0).node;
    if (!split->Is("Split")) return Declined("the convolutions do not read a Split");
    const std::optional<std::vector<int64_t>> axis = ConstantIndices(*split, 1);
    if (!axis || split->Input(0).Shape().NormalizeAxis(axis->at(0)) != 1)
      return Declined("the Split does not part channels");
    if (split->OutputCount() != parts.size())
      return Declined("the Split has ", split->OutputCount(), " parts, the Concat ", parts.size());
    const Node& first = *parts[0].convolution;
    for (size_t i = 0; i < parts.size(); ++i) {
      const Node& node = *parts[i].convolution;
      if (node.Input(0) != split->Output(i))
        return Declined("input ", i, " does not come from part ", i, " of the Split");
      if (!node.Input(0).HasOneReader()) return Declined("part ", i, " of the Split has other readers");
      if (node.Input(1).Shape() != first.Input(1).Shape())
        return Declined("the weights of input ", i, " have another shape");
      if (node.Attr<std::string>("auto_pad") != first.Attr<std::string>("auto_pad"))
        return Declined("input ", i, " is padded otherwise");
      for (const auto& [name, fallback] :
           {std::pair("strides", 1), std::pair("dilations", 1), std::pair("pads_begin", 0), std::pair("pads_end", 0)}) {
        if (SpatialAttribute(node, name, fallback) != SpatialAttribute(first, name, fallback))
          return Declined("input ", i, " has other ", name);
      }
      if ((parts[i].bias == nullptr) != (parts[0].bias == nullptr))
        return Declined("some inputs have a bias and some have none");
    }
    const std::string weights_name = first.Input(1).node->Name(), name = concat.Name();
    const Value weights = rewriter.Constant(weights_name, Join(parts));
    Attributes attributes = first.Attributes();
    Value value = rewriter.Add("GroupConvolution", name, {split->Input(0), weights}, std::move(attributes));
    Node* grouped = value.node;
    if (parts[0].bias) {
      std::vector<double> bias;
      for (const Part& part : parts) bias.insert(bias.end(), part.bias_values.begin(), part.bias_values.end());
      const Value constant =
          rewriter.Constant(parts[0].bias->Input(1).node->Name(), AxisConstant(bias, rank, 1).ConvertTo(concat.Type()));
      value = rewriter.Add("Add", name, {value, constant});
    }
    const std::string grouped_name = value.node == grouped ? name : name + "/convolution";
    rewriter.Replace(concat, value);
    TakeNames(rewriter, grouped, grouped_name, weights_name);
    return Changed();
  }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeFuseGroupedConvolutions(FusingFilter filter) {
  return std::make_unique<FuseGroupedConvolutions>(std::move(filter));
}

}  // namespace moir::transforms
