#include "graph/ir/ir_v10_v11_spelling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "graph/ir/attribute_text.h"
#include "graph/op_schema.h"
#include "graph/strings.h"

namespace moir::graph {
namespace {

// Loops of the body that GreedySuppression is written as; the writer makes the layer.
constexpr std::string_view kWrittenAsLoop = "GreedySuppression";

int OpsetNumber(const std::string& opset) {
  constexpr std::string_view kPrefix = "opset";
  if (!opset.starts_with(kPrefix)) return 0;
  const auto number = ParseInt(std::string_view(opset).substr(kPrefix.size()));
  return number ? static_cast<int>(*number) : 0;
}

int64_t SpatialAxes(const Node& node) { return node.Input(0).Shape().Rank() - 2; }

// Lists with one number per spatial axis must be there in full.
void FillWindow(const Node& node, OpsetLayer& layer) {
  for (auto& [name, text] : layer.attributes) {
    const bool ones = name == "strides" || name == "dilations";
    if (!text.empty() || (!ones && name != "pads_begin" && name != "pads_end" && name != "output_padding")) continue;
    text = Join(std::vector<int64_t>(static_cast<size_t>(SpatialAxes(node)), ones ? 1 : 0), ",");
  }
}

void Drop(OpsetLayer& layer, std::string_view attribute) {
  std::erase_if(layer.attributes, [&](const auto& entry) { return entry.first == attribute; });
}

void SetText(OpsetLayer& layer, std::string_view attribute, std::string text) {
  for (auto& [name, value] : layer.attributes) {
    if (name == attribute) {
      value = std::move(text);
      return;
    }
  }
  layer.attributes.emplace_back(attribute, std::move(text));
}

// Engines before 2024 read "inf" as 0; what is beyond f32 becomes its infinity.
void SpellClamp(const Node& node, OpsetLayer& layer) {
  for (const char* limit : {"min", "max"}) {
    const double value = node.Attr<double>(limit);
    if (std::isinf(value)) SetText(layer, limit, value < 0 ? "-1e+300" : "1e+300");
  }
}

void SpellSoftmax(const Node& node, OpsetLayer& layer) {
  // opset1 knows no axis from the end.
  layer.opset = "opset1";
  SetText(layer, "axis", std::to_string(node.Shape().NormalizeAxis(node.Attr<int64_t>("axis"))));
}

void SpellDeformableConvolution(const Node& node, OpsetLayer& layer) {
  FillWindow(node, layer);
  if (node.InputCount() > 3 || node.Attr<bool>("bilinear_interpolation_pad")) return;
  layer.opset = "opset1";
  Drop(layer, "bilinear_interpolation_pad");
}

void SpellGather(const Node&, OpsetLayer& layer) { layer.opset = "opset7"; }

void SpellGatherND(const Node& node, OpsetLayer& layer) {
  // They differ in the shape of the result when there are batch axes.
  if (node.Attr<int64_t>("batch_dims") == 0) layer.opset = "opset5";
}

void SpellROIAlign(const Node& node, OpsetLayer& layer) {
  if (node.Attr<std::string>("aligned_mode") != "asymmetric") return;
  layer.opset = "opset3";
  Drop(layer, "aligned_mode");
}

// Only values and positions can be sorted by for good.
void SpellTopK(const Node& node, OpsetLayer& layer) {
  if (node.Attr<std::string>("sort") == "none") SetText(layer, "sort", "index");
}

// An empty pattern has no bytes, which readers do not take.
void SpellReshape(const Node& node, OpsetLayer& layer) {
  if (node.Shape().Rank() > 0) return;
  layer.type = "Squeeze";
  layer.attributes.clear();
  layer.inputs.pop_back();
}

// The CPU plug-in finds NaN greater than anything, but not less.
void SpellGreater(const Node& node, OpsetLayer& layer) {
  layer.type = node.Is("Greater") ? "Less" : "LessEqual";
  std::swap(layer.inputs[0], layer.inputs[1]);
}

void SpellRecurrent(const Node& node, OpsetLayer& layer) {
  if (!node.Attr<std::vector<std::string>>("activations").empty()) return;
  SetText(layer, "activations",
          node.Is("LSTMSequence")  ? "sigmoid,tanh,tanh"
          : node.Is("GRUSequence") ? "sigmoid,tanh"
                                   : "tanh");
}

void SpellInterpolate(const Node& node, OpsetLayer& layer) {
  // The third input may be absent in ours only.
  if (node.InputCount() > 3) return;
  std::vector<int64_t> axes(static_cast<size_t>(node.Input(0).Shape().Rank()));
  std::iota(axes.begin(), axes.end(), 0);
  layer.inputs.emplace_back(Tensor::Indices(axes));
}

// StridedSlice, for engines without Slice: along axes that are not cut the masks say "all".
void SpellStridedSlice(const Node& node, OpsetLayer& layer) {
  std::vector<std::vector<int64_t>> constants;  // start, stop, step, axes
  for (size_t i = 1; i < node.InputCount(); ++i) {
    const Tensor* values = node.Input(i).Constant();
    if (!values) return;  // stays a Slice
    constants.push_back(values->ToVector<int64_t>());
  }
  const Shape& data = node.Input(0).Shape();
  const auto rank = static_cast<size_t>(data.Rank());
  std::vector<int64_t> begin(rank, 0), end(rank, 0), step(rank, 1), begin_mask(rank, 1), end_mask(rank, 1);
  for (size_t i = 0; i < constants[0].size(); ++i) {
    const auto axis =
        static_cast<size_t>(constants.size() > 3 ? data.NormalizeAxis(constants[3][i]) : static_cast<int64_t>(i));
    const int64_t size = data[static_cast<int64_t>(axis)];
    step[axis] = constants[2][i];
    begin[axis] = constants[0][i];
    end[axis] = constants[1][i];
    begin_mask[axis] = 0;
    // A stop before the first element, walking backwards, has no number of its own.
    end_mask[axis] = step[axis] < 0 && end[axis] < -size ? 1 : 0;
    if (begin[axis] < -size) begin[axis] = step[axis] < 0 ? -size : 0;
  }
  layer.type = "StridedSlice";
  layer.opset = "opset1";
  layer.attributes = {{"begin_mask", Join(begin_mask, ",")},
                      {"end_mask", Join(end_mask, ",")},
                      {"new_axis_mask", ""},
                      {"shrink_axis_mask", ""},
                      {"ellipsis_mask", ""}};
  layer.inputs = {node.Input(0), Tensor::Indices(begin), Tensor::Indices(end), Tensor::Indices(step)};
}

using Spell = void (*)(const Node&, OpsetLayer&);

// Operators of which an older version than the graph's has the same meaning, or whose spelling differs.
Spell FindSpelling(std::string_view op) {
  static const std::map<std::string_view, Spell> spellings = {
      {"AvgPool", FillWindow},
      {"Clamp", SpellClamp},
      {"Convolution", FillWindow},
      {"ConvolutionBackpropData", FillWindow},
      {"DeformableConvolution", SpellDeformableConvolution},
      {"GRUSequence", SpellRecurrent},
      {"Gather", SpellGather},
      {"GatherND", SpellGatherND},
      {"Greater", SpellGreater},
      {"GreaterEqual", SpellGreater},
      {"GroupConvolution", FillWindow},
      {"GroupConvolutionBackpropData", FillWindow},
      {"Interpolate", SpellInterpolate},
      {"LSTMSequence", SpellRecurrent},
      {"MaxPool", FillWindow},
      {"RNNSequence", SpellRecurrent},
      {"ROIAlign", SpellROIAlign},
      {"Reshape", SpellReshape},
      {"Softmax", SpellSoftmax},
      {"TopK", SpellTopK},
  };
  const auto found = spellings.find(op);
  return found == spellings.end() ? nullptr : found->second;
}

OpsetLayer Spelling(const Node& node, int ir_version) {
  const OpSchema& schema = node.Schema();
  OpsetLayer layer{schema.name, schema.opset, {}, {}};
  for (const AttributeSchema& attribute : schema.attributes) {
    layer.attributes.emplace_back(attribute.name, AttributeToText(node.AttrValue(attribute.name)));
  }
  for (const Value& input : node.Inputs()) layer.inputs.emplace_back(input);
  if (const Spell spell = FindSpelling(schema.name)) spell(node, layer);
  if (ir_version == 10) {
    if (node.Is("Slice")) SpellStridedSlice(node, layer);
    if (node.Is("TopK")) {
      layer.opset = "opset3";
      Drop(layer, "stable");
    }
  }
  return layer;
}

}  // namespace

int LatestOpset(int ir_version) { return ir_version == 10 ? 7 : 15; }

bool HasOpsetSpelling(const Node& node, int ir_version) {
  if (node.Op() == kWrittenAsLoop) return true;
  if (node.Schema().opset == kExtensionOpset) return true;
  const int opset = OpsetNumber(Spelling(node, ir_version).opset);
  return opset > 0 && opset <= LatestOpset(ir_version);
}

OpsetLayer SpellForOpset(const Node& node, int ir_version) {
  OpsetLayer layer = Spelling(node, ir_version);
  if (layer.opset == kExtensionOpset) return layer;
  const int opset = OpsetNumber(layer.opset);
  if (opset == 0) {
    Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\" (", node.Op(), "): IR v", ir_version,
         " has no operator of this meaning; write --ir_version 3 for moir's engine, or cut the model before it with "
         "--output");
  }
  if (opset > LatestOpset(ir_version)) {
    Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\" (", node.Op(), "): this operator came with ", layer.opset,
         ", files of version ", ir_version, " hold operators up to opset", LatestOpset(ir_version),
         "; write --ir_version 11");
  }
  return layer;
}

}  // namespace moir::graph
