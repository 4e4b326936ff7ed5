// topk: the k largest elements along `axis` (default -1; None: of the flattened data), or with is_ascend the smallest;
// k < 1 takes all. ret_typ: their positions (the default), their values, both, or a mask that is 1 where they stand.
// sort, argsort: all values or positions; ascending by default.
// Positions have the type of attribute dtype, default float32. The order of equal elements is TopK's with stable=false.
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

struct Selection {
  Value values, places;
  int64_t axis;
  Value data;  // what was searched
};

Selection Select(NodeConverter& node, int64_t k, bool ascending) {
  Value data = node.Input(0);
  const auto& attrs = node.Attrs();
  int64_t axis = 0;
  if (attrs.Has("axis") && attrs.IsNone("axis")) data = node.Reshape(data, {-1}, "flat");
  else axis = node.Axis(attrs.Int("axis", -1), data.Shape().Rank());
  const int64_t size = data.Shape()[axis];
  if (k < 1) k = size;
  if (k > size) attrs.Refuse("k", StrCat("at most the ", size, " elements of axis ", axis));
  Node* top = node.AddNode(
      "TopK", {data, node.Index(k, "k")},
      {{"axis", axis}, {"mode", ascending ? "min" : "max"}, {"index_element_type", "i32"}, {"stable", false}}, "top");
  return {top->Output(0), top->Output(1), axis, data};
}

}  // namespace

void ConvertTopK(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const std::string returned = attrs.OneOf("ret_typ", "indices", {"both", "indices", "mask", "value"});
  const ElementType type = attrs.DType("dtype", ElementType::kF32);
  const Selection top = Select(node, attrs.Int("k", 1), attrs.Bool("is_ascend", false));
  if (returned == "mask") {
    RequireWritable(node, top.data.Shape());
    const Value zeros = node.Constant(Tensor(top.data.Type(), top.data.Shape()), "zeros");
    const Shape& picked = top.places.Shape();
    const std::vector<double> filled(static_cast<size_t>(picked.NumElements()), 1.0);
    const Value ones = node.Constant(Tensor::FromValues<double>(picked, filled).ConvertTo(top.data.Type()), "ones");
    const Value mask = node.Add("ScatterElementsUpdate", {zeros, top.places, ones, node.Index(top.axis)}, {}, "mask");
    const Shape& shape = node.Input(0).Shape();
    return node.Output(mask.Shape() == shape ? mask : node.Reshape(mask, shape.Dims(), "unflatten"));
  }
  if (returned == "value") return node.Output(top.values);
  const Value places = node.Convert(top.places, type, "places");
  if (returned == "indices") return node.Output(places);
  node.Output(0, top.values);
  node.Output(1, places);
}

void ConvertSort(NodeConverter& node) {
  node.RequireInputs(1);
  node.Output(Select(node, 0, node.Attrs().Bool("is_ascend", true)).values);
}

void ConvertArgSort(NodeConverter& node) {
  node.RequireInputs(1);
  const ElementType type = node.Attrs().DType("dtype", ElementType::kF32);
  node.Output(node.Convert(Select(node, 0, node.Attrs().Bool("is_ascend", true)).places, type, "places"));
}

}  // namespace moir::mo
