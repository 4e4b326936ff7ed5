// Operators on boxes: operators of our own set that mean what MXNet's do.
#include "mo/mxnet/ops/converters.h"

namespace moir::mo {
namespace {

std::string BoxFormat(const Attributes& attrs, std::string_view name, std::string_view absent) {
  return attrs.OneOf(name, absent, {"corner", "center"});
}

}  // namespace

// The second output, positions for the gradient, is invisible in MXNet.
void ConvertBoxNms(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const Value data = node.Input(0);
  const graph::Attributes attributes = {{"overlap_thresh", attrs.Double("overlap_thresh", 0.5)},
                                        {"valid_thresh", attrs.Double("valid_thresh", 0.0)},
                                        {"topk", attrs.Int("topk", -1)},
                                        {"coord_start", attrs.Int("coord_start", 2)},
                                        {"score_index", attrs.Int("score_index", 1)},
                                        {"id_index", attrs.Int("id_index", -1)},
                                        {"background_id", attrs.Int("background_id", -1)},
                                        {"force_suppress", attrs.Bool("force_suppress", false)},
                                        {"in_format", BoxFormat(attrs, "in_format", "corner")},
                                        {"out_format", BoxFormat(attrs, "out_format", "corner")}};
  node.Output(node.Add("BoxNms", {data}, attributes));
}

void ConvertBoxIou(NodeConverter& node) {
  node.RequireInputs(2);
  const std::string format = BoxFormat(node.Attrs(), "format", "corner");
  node.Output(node.Add("BoxIou", {node.Input(0), node.Input(1)}, {{"format", format}}));
}

void ConvertBoxDecode(NodeConverter& node) {
  node.RequireInputs(2);
  const auto& attrs = node.Attrs();
  const graph::Attributes attributes = {
      {"std0", attrs.Double("std0", 1.0)},  {"std1", attrs.Double("std1", 1.0)},
      {"std2", attrs.Double("std2", 1.0)},  {"std3", attrs.Double("std3", 1.0)},
      {"clip", attrs.Double("clip", -1.0)}, {"format", BoxFormat(attrs, "format", "center")}};
  node.Output(node.Add("BoxDecode", {node.Input(0), node.Input(1)}, attributes));
}

void ConvertBoxEncode(NodeConverter& node) {
  node.RequireInputs(6);
  std::vector<Value> inputs;
  for (size_t i = 0; i < 6; ++i) inputs.push_back(node.Input(i));
  graph::Node* encode = node.AddNode("BoxEncode", inputs);
  node.Output(0, encode->Output(0));
  node.Output(1, encode->Output(1));
}

void ConvertBipartiteMatching(NodeConverter& node) {
  node.RequireInputs(1);
  const auto& attrs = node.Attrs();
  const graph::Attributes attributes = {{"threshold", attrs.Double("threshold")},
                                        {"is_ascend", attrs.Bool("is_ascend", false)},
                                        {"topk", attrs.Int("topk", -1)}};
  graph::Node* matching = node.AddNode("BipartiteMatching", {node.Input(0)}, attributes);
  node.Output(0, matching->Output(0));
  node.Output(1, matching->Output(1));
}

}  // namespace moir::mo
