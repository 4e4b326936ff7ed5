// Pad(x) that a Convolution, GroupConvolution, MaxPool or AvgPool reads  =>  its own padding, larger.
//   Convolution: pads with zeros.
//   AvgPool:     zeros, when it divides by the padded window (exclude-pad = false, or no padding of its own yet: then
//                the Pad was data to it, and the new padding is counted).
//   MaxPool:     minus infinity, or zeros where the data cannot be negative and every window meets some data.
// Only spatial axes may be padded, in constant mode. The Pad stays for other readers.
#include <algorithm>
#include <cmath>
#include <limits>

#include "transforms/passes.h"
#include "transforms/structure.h"

namespace moir::transforms {
namespace {

bool IsNeverNegative(const Value& value) {
  const Node& node = *value.node;
  if (node.Is("Clamp")) return node.Attr<double>("min") >= 0;
  if (node.Is("MaxPool")) return IsNeverNegative(node.Input(0));
  return node.Is("ReLU") || node.Is("Sigmoid") || node.Is("Exp") || node.Is("Abs") || node.Is("Softmax");
}

class FusePadWindow final : public NodePass {
 public:
  explicit FusePadWindow(FusingFilter filter) : filter_(std::move(filter)) {}
  std::string_view Name() const override { return "fuse-pad-window"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    const bool convolution = node.Is("Convolution") || node.Is("GroupConvolution");
    const bool average = node.Is("AvgPool"), maximum = node.Is("MaxPool");
    if (!convolution && !average && !maximum) return {};
    Node* pad = node.Input(0).Producer("Pad");
    if (!pad) return Declined("input 0 is no Pad");
    if (!filter_.Allows(node) || !filter_.Allows(*pad)) return Declined("kept by finegrain fusing");
    if (pad->Attr<std::string>("pad_mode") != "constant")
      return Declined("pad mode ", pad->Attr<std::string>("pad_mode"));
    const auto& auto_pad = node.Attr<std::string>("auto_pad");
    if (auto_pad != "explicit" && auto_pad != "valid") return Declined("the padding is settled by auto_pad ", auto_pad);
    double value = 0;
    if (pad->InputCount() > 3) {
      const Tensor* constant = pad->Input(3).Constant();
      if (!constant) return Declined("the pad value is no constant");
      value = constant->ToVector<double>().at(0);
    }
    const std::optional<std::vector<int64_t>> begin = ConstantIndices(*pad, 1), end = ConstantIndices(*pad, 2);
    if (!begin || !end) return Declined("the pads are no constants");
    for (size_t i = 0; i < begin->size(); ++i) {
      if ((*begin)[i] < 0 || (*end)[i] < 0) return Declined("the Pad cuts");
      if (i < 2 && ((*begin)[i] != 0 || (*end)[i] != 0)) return Declined("axis ", i, " is padded");
    }
    const bool valid = auto_pad == "valid";
    std::vector<int64_t> pads_begin = SpatialAttribute(node, "pads_begin", 0),
                         pads_end = SpatialAttribute(node, "pads_end", 0);
    if (valid) pads_begin.assign(pads_begin.size(), 0), pads_end.assign(pads_end.size(), 0);
    const bool padded_already = !AllAre(pads_begin, 0) || !AllAre(pads_end, 0);
    for (size_t i = 0; i < pads_begin.size(); ++i) {
      pads_begin[i] += begin->at(i + 2);
      pads_end[i] += end->at(i + 2);
    }
    Attributes attributes = node.Attributes();
    if (convolution && value != 0) return Declined("the pad value is ", value, ", a convolution pads with 0");
    if (average) {
      if (value != 0) return Declined("the pad value is ", value, ", an average pads with 0");
      if (node.Attr<bool>("exclude-pad") && padded_already)
        return Declined("it leaves its own padding out of the average");
      attributes["exclude-pad"] = false;
    }
    if (maximum && value != -std::numeric_limits<double>::infinity()) {
      if (value != 0) return Declined("the pad value is ", value, ", a maximum pads with minus infinity");
      if (!IsNeverNegative(pad->Input(0))) return Declined("the data may be below the pad value 0");
      if (!EveryWindowMeetsData(node, pad->Input(0).Shape(), pads_begin)) return Declined("a window sees padding only");
    }
    attributes["pads_begin"] = pads_begin;
    attributes["pads_end"] = pads_end;
    attributes["auto_pad"] = std::string("explicit");
    std::vector<Value> inputs = node.Inputs();
    inputs[0] = pad->Input(0);
    const Value fused = rewriter.Add(node.Op(), node.Name(), inputs, attributes);
    rewriter.Replace(node, fused);
    Run(*fused.node, rewriter);  // before this Pad there may be another
    return Changed();
  }

 private:
  FusingFilter filter_;
};

}  // namespace

std::unique_ptr<Pass> MakeFusePadWindow(FusingFilter filter) {
  return std::make_unique<FusePadWindow>(std::move(filter));
}

}  // namespace moir::transforms
