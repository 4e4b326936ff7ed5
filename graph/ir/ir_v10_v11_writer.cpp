// Writer of IR v10 and v11. The .bin is written while the layers are gone through, the topology is made in memory and
// written at the end.
//
//   <net name version>
//     <layers> <layer id name type version> <data/> <input/> <output/> </layer> ... </layers>
//     <edges/>
//     v10: <meta_data> MO_version, cli_parameters      v11: <rt_info> MO_version, conversion_parameters
//   </net>
//
// Ports of a layer are numbered through: inputs, then outputs. Constants are layers of type Const, outputs of the model
// layers of type Result. Names by which the source framework knows a value are the port's `names`.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "graph/ir/attribute_text.h"
#include "graph/ir/blob_writer.h"
#include "graph/ir/ir_v10_v11_spelling.h"
#include "graph/ir/ir_v2_v4.h"
#include "graph/ir/ir_writer.h"
#include "graph/ir/output_files.h"
#include "graph/ir/xml.h"
#include "graph/op_schema.h"
#include "graph/ops/greedy_suppression.h"

namespace moir::graph {
namespace {

// Where a layer's input comes from.
struct Source {
  int64_t layer = 0;
  int64_t port = 0;
  ElementType type = ElementType::kUndefined;
  std::vector<int64_t> dims;  // -1: open
};

struct OutputPort {
  ElementType type = ElementType::kUndefined;
  std::vector<int64_t> dims;
  std::vector<std::string> names;
  std::string layout;  // "[N,C,H,W]"; empty: none
};

class LayerList;

struct Layer {
  int64_t id = 0;
  std::string name, type, opset;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<Source> inputs;
  std::vector<OutputPort> outputs;
  bool decompression = false;  // a Convert that only undoes the storing as f16
  // Of a Loop: the layers of its body and how they meet the layer's ports.
  std::unique_ptr<LayerList> body;
  enum class Port { kInput, kStep, kOutput, kCondition };
  struct PortMap {
    Port kind;
    int64_t external, internal;  // port of the layer or -1, layer of the body
  };
  std::vector<PortMap> port_map;
  std::vector<std::pair<int64_t, int64_t>> back_edges;  // layers of the body: Result to Parameter
  // What the loop computes, for readers that know: attributes of GreedySuppression.
  std::vector<std::pair<std::string, std::string>> marks;
};

bool FitsF16(const Tensor& tensor) {
  constexpr float kHalfOverflow = 65520.0f;
  constexpr size_t kPiece = size_t{1} << 19;
  bool fits = true;
  tensor.Stream(kPiece, [&](const std::byte* bytes, size_t size) {
    const auto* values = reinterpret_cast<const float*>(bytes);
    float largest = 0;
    for (size_t i = 0; i < size / sizeof(float); ++i) {
      const float magnitude = std::fabs(values[i]);
      // Infinity is a value of f16, too.
      largest = std::max(largest, magnitude <= std::numeric_limits<float>::max() ? magnitude : 0.0f);
    }
    fits = fits && largest < kHalfOverflow;
  });
  return fits;
}

// Commas part names in the attribute.
std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    for (const char c : name) {
      if (c == ',') text += '\\';
      text += c;
    }
  }
  return text;
}

// The layers of one graph: the model, or the body of a loop.
class LayerList {
 public:
  LayerList(const Graph& graph, const IrWriteOptions& options, BlobWriter& blobs, IrWriteReport& report,
            std::set<std::string>& tensor_names)
      : graph_(graph), options_(options), blobs_(blobs), report_(report), tensor_names_(tensor_names) {
    CollectNames();
    // Inputs first, in the model's order, then everything that an output needs, producers first.
    for (const Node* node : graph_.Parameters()) AddParameter(*node);
    const std::unordered_set<const Node*> needed = NeededNodes();
    for (const Node* node : graph_.TopologicalOrder()) {
      if (node->Is("Parameter") || !needed.contains(node)) continue;
      if (node->Is("Constant")) {
        sources_[node] = {AddConstant(node->Name(), node->ConstantValue(), NamesOf(*node, 0))};
      } else if (node->Is("GreedySuppression")) {
        AddSuppressionLoop(*node);
      } else {
        AddOperator(*node);
      }
    }
    for (const GraphOutput& output : graph_.Outputs()) AddResult(output);
  }

  const std::vector<Layer>& Layers() const { return layers_; }

  void Write(XmlWriter& xml) const {
    xml.Open("layers");
    for (const Layer& layer : layers_) WriteLayer(layer, xml);
    xml.Close();
    xml.Open("edges");
    for (const Layer& layer : layers_) {
      for (size_t i = 0; i < layer.inputs.size(); ++i) {
        xml.Open("edge");
        xml.Attribute("from-layer", layer.inputs[i].layer);
        xml.Attribute("from-port", layer.inputs[i].port);
        xml.Attribute("to-layer", layer.id);
        xml.Attribute("to-port", static_cast<int64_t>(i));
        xml.Close();
      }
    }
    xml.Close();
  }

 private:
  std::unordered_set<const Node*> NeededNodes() const {
    std::unordered_set<const Node*> needed;
    std::vector<const Node*> pending;
    for (const GraphOutput& output : graph_.Outputs()) pending.push_back(output.value.node);
    while (!pending.empty()) {
      const Node* node = pending.back();
      pending.pop_back();
      if (!needed.insert(node).second) continue;
      for (const Value& input : node->Inputs()) pending.push_back(input.node);
    }
    return needed;
  }

  // A name belongs to one value: outputs of the model come before names of the framework.
  void CollectNames() {
    for (const GraphOutput& output : graph_.Outputs()) Claim(output.value, output.name);
    for (Node* node : graph_.Parameters()) Claim(node->Output(), node->Name());
    for (Node* node : graph_.TopologicalOrder()) {
      for (size_t i = 0; i < node->OutputCount(); ++i) {
        for (const std::string& name : node->OutputAt(i).names) Claim(node->Output(i), name);
      }
    }
  }

  void Claim(Value value, const std::string& name) {
    if (!name.empty() && tensor_names_.insert(name).second) names_[value.node][value.index].push_back(name);
  }

  std::vector<std::string> NamesOf(const Node& node, size_t output) const {
    const auto found = names_.find(&node);
    if (found == names_.end()) return {};
    const auto names = found->second.find(output);
    return names == found->second.end() ? std::vector<std::string>() : names->second;
  }

  Layer& NewLayer(std::string name, std::string type, std::string opset) {
    Layer& layer = layers_.emplace_back();
    layer.id = static_cast<int64_t>(layers_.size()) - 1;
    layer.name = std::move(name);
    layer.type = std::move(type);
    layer.opset = std::move(opset);
    return layer;
  }

  static Source SourceOf(const Layer& layer, size_t output) {
    return {layer.id, static_cast<int64_t>(layer.inputs.size() + output), layer.outputs[output].type,
            layer.outputs[output].dims};
  }

  const Source& SourceOf(const Value& value) const { return sources_.at(value.node).at(value.index); }

  std::string LayoutOf(const std::string& name) const {
    const auto found = options_.layouts.find(name);
    return found == options_.layouts.end() || options_.version == 10 ? std::string() : found->second;
  }

  // The sizes of an output, -1 for open ones.
  std::vector<int64_t> DimsOf(const Node& node, size_t output) const {
    std::vector<int64_t> dims = node.Shape(output).Dims();
    const auto open = options_.open_sizes.find({&node, output});
    if (open == options_.open_sizes.end()) return dims;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (open->second[axis]) dims[axis] = -1;
    }
    return dims;
  }

  void AddParameter(const Node& node) {
    Layer& layer = NewLayer(node.Name(), "Parameter", "opset1");
    const std::vector<int64_t> dims = DimsOf(node, 0);
    std::vector<std::string> sizes;
    for (const int64_t size : dims) sizes.push_back(size < 0 ? "?" : std::to_string(size));
    layer.attributes = {{"shape", Join(sizes, ",")}, {"element_type", std::string(ElementTypeName(node.Type()))}};
    layer.outputs.push_back({node.Type(), dims, NamesOf(node, 0), LayoutOf(node.Name())});
    sources_[&node] = {SourceOf(layer, 0)};
  }

  // Small constants and those that f16 cannot hold stay f32: their bytes do not matter, their digits may.
  bool StoredAsF16(const Tensor& value) {
    if (!options_.f16 || value.Type() != ElementType::kF32 || value.NumElements() < 2) return false;
    if (FitsF16(value)) return true;
    ++report_.f16_kept;
    return false;
  }

  Source AddConstant(const std::string& name, const Tensor& value, std::vector<std::string> names) {
    const bool f16 = StoredAsF16(value);
    const ElementType type = f16 ? ElementType::kF16 : value.Type();
    const Blob blob = blobs_.Add(value, f16);
    Layer& layer = NewLayer(f16 ? name + "_compressed" : name, "Const", "opset1");
    layer.attributes = {{"element_type", std::string(ElementTypeName(type))},
                        {"shape", Join(value.Shape(), ",")},
                        {"offset", std::to_string(blob.offset)},
                        {"size", std::to_string(blob.size)}};
    layer.outputs.push_back({type, value.Shape().Dims(), f16 ? std::vector<std::string>() : names, {}});
    Source source = SourceOf(layer, 0);
    if (!f16) return source;
    Layer& convert = NewLayer(name, "Convert", "opset1");
    convert.attributes = {{"destination_type", "f32"}};
    convert.inputs = {source};
    convert.outputs.push_back({ElementType::kF32, value.Shape().Dims(), std::move(names), {}});
    convert.decompression = true;
    return SourceOf(convert, 0);
  }

  void AddOperator(const Node& node) {
    OpsetLayer spelled = SpellForOpset(node, options_.version);
    std::vector<Source> inputs;
    for (size_t i = 0; i < spelled.inputs.size(); ++i) {
      const OpsetInput& input = spelled.inputs[i];
      inputs.push_back(std::holds_alternative<Value>(input)
                           ? SourceOf(std::get<Value>(input))
                           : AddConstant(StrCat(node.Name(), "/input", i), std::get<Tensor>(input), {}));
    }
    Layer& layer = NewLayer(node.Name(), std::move(spelled.type), std::move(spelled.opset));
    layer.attributes = std::move(spelled.attributes);
    layer.inputs = std::move(inputs);
    NoteDifferences(node);
    AddOutputs(node, layer);
  }

  // What engines may do otherwise than the operator.
  void NoteDifferences(const Node& node) {
    const auto note = [&](const auto&... parts) {
      report_.notes.push_back(StrCat("node \"", node.Name(), "\" (", node.Op(), "): ", parts...));
    };
    if (node.Is("TopK") && !node.Attr<bool>("stable")) note("the order of equal elements is left to the engine");
    if (node.OutputCount() > 0 && node.Type() == ElementType::kF64) note("OpenVINO's CPU plug-in computes f64 as f32");
  }

  void AddOutputs(const Node& node, Layer& layer) {
    for (size_t i = 0; i < node.OutputCount(); ++i)
      layer.outputs.push_back({node.Type(i), DimsOf(node, i), NamesOf(node, i), {}});
    for (size_t i = 0; i < node.OutputCount(); ++i) sources_[&node].push_back(SourceOf(layer, i));
  }

  // The options, with the body's open sizes: where a body for another batch has other shapes.
  const IrWriteOptions& BodyOptions(const Node& node, const Graph& body) {
    if (!options_.open_sizes.contains({&node, 0})) return options_;
    auto options = std::make_unique<IrWriteOptions>(options_);
    const std::unique_ptr<Graph> other = MakeSuppressionStep(node, node.Shape()[0] + 1);
    for (const Node* own : body.TopologicalOrder()) {
      const Node* like = other->FindNode(own->Name());
      for (size_t i = 0; i < own->OutputCount(); ++i) {
        std::vector<bool> open;
        for (int64_t axis = 0; axis < own->Shape(i).Rank(); ++axis)
          open.push_back(own->Shape(i)[axis] != like->Shape(i)[axis]);
        options->open_sizes[{own, i}] = std::move(open);
      }
    }
    body_options_.push_back(std::move(options));
    return *body_options_.back();
  }

  // Loop: trip count, condition, the candidates, then what every step reads. The step counts itself.
  void AddSuppressionLoop(const Node& node) {
    constexpr size_t kCandidates = 5;
    const std::unique_ptr<Graph> body = MakeSuppressionStep(node, node.Shape()[0]);
    const std::string& name = node.Name();
    std::vector<Source> inputs = {AddConstant(name + "/trip_count", Tensor::Scalar<int64_t>(node.Shape()[1]), {}),
                                  AddConstant(name + "/condition", Tensor::Scalar(true), {}),
                                  SourceOf(node.Input(kCandidates))};
    for (size_t i = 0; i < node.InputCount(); ++i) {
      if (i != kCandidates) inputs.push_back(SourceOf(node.Input(i)));
    }
    auto layers = std::make_unique<LayerList>(*body, BodyOptions(node, *body), blobs_, report_, tensor_names_);
    Layer& layer = NewLayer(name, "Loop", "opset5");
    layer.inputs = std::move(inputs);
    AddOutputs(node, layer);
    // Of the body: Parameters come first, Results last, both in their order.
    const auto count = static_cast<int64_t>(layers->Layers().size()), ports = static_cast<int64_t>(layer.inputs.size());
    const int64_t kept = count - 2, more = count - 1;
    layer.port_map.push_back({Layer::Port::kStep, -1, 0});
    for (int64_t port = 2; port < ports; ++port) layer.port_map.push_back({Layer::Port::kInput, port, port - 1});
    layer.port_map.push_back({Layer::Port::kOutput, ports, kept});
    layer.port_map.push_back({Layer::Port::kCondition, -1, more});
    layer.back_edges = {{kept, 1}};
    layer.body = std::move(layers);
    for (const AttributeSchema& attribute : node.Schema().attributes)
      layer.marks.emplace_back(attribute.name, AttributeToText(node.AttrValue(attribute.name)));
  }

  void AddResult(const GraphOutput& output) {
    const Source& source = SourceOf(output.value);
    // The result's own name is of no use to readers but must be unique.
    Layer& layer = NewLayer(StrCat(output.name, "/sink_port_", results_++), "Result", "opset1");
    layer.inputs = {source};
  }

  void WritePort(int64_t id, ElementType type, const std::vector<int64_t>& dims, const OutputPort* output,
                 XmlWriter& xml) const {
    xml.Open("port");
    xml.Attribute("id", id);
    xml.Attribute("precision", PrecisionName(type));
    if (output && !output->names.empty()) xml.Attribute("names", JoinNames(output->names));
    for (const int64_t size : dims) xml.TextElement("dim", std::to_string(size));
    if (output && !output->layout.empty()) WriteRtInfo("layout", {{"layout", output->layout}}, xml);
    xml.Close();
  }

  static void WriteRtInfo(std::string_view name, const std::vector<std::pair<std::string, std::string>>& values,
                          XmlWriter& xml) {
    xml.Open("rt_info");
    xml.Open("attribute");
    xml.Attribute("name", name);
    xml.Attribute("version", "0");
    for (const auto& [key, value] : values) xml.Attribute(key, value);
    xml.Close();
    xml.Close();
  }

  void WriteLayer(const Layer& layer, XmlWriter& xml) const {
    xml.Open("layer");
    xml.Attribute("id", layer.id);
    xml.Attribute("name", layer.name);
    xml.Attribute("type", layer.type);
    xml.Attribute("version", layer.opset);
    if (!layer.attributes.empty()) {
      xml.Open("data");
      for (const auto& [name, text] : layer.attributes) xml.Attribute(name, text);
      xml.Close();
    }
    if (layer.decompression && options_.version > 10) WriteRtInfo("decompression", {}, xml);
    if (layer.body) WriteRtInfo(kSuppressionMark, layer.marks, xml);
    if (!layer.inputs.empty()) {
      xml.Open("input");
      for (size_t i = 0; i < layer.inputs.size(); ++i)
        WritePort(static_cast<int64_t>(i), layer.inputs[i].type, layer.inputs[i].dims, nullptr, xml);
      xml.Close();
    }
    if (!layer.outputs.empty()) {
      xml.Open("output");
      for (size_t i = 0; i < layer.outputs.size(); ++i) {
        const OutputPort& output = layer.outputs[i];
        WritePort(static_cast<int64_t>(layer.inputs.size() + i), output.type, output.dims, &output, xml);
      }
      xml.Close();
    }
    if (layer.body) WriteBody(layer, xml);
    xml.Close();
  }

  static void WriteBody(const Layer& layer, XmlWriter& xml) {
    xml.Open("port_map");
    for (const Layer::PortMap& entry : layer.port_map) {
      xml.Open(entry.kind == Layer::Port::kInput || entry.kind == Layer::Port::kStep ? "input" : "output");
      xml.Attribute("external_port_id", entry.external);
      xml.Attribute("internal_layer_id", entry.internal);
      if (entry.kind == Layer::Port::kStep) xml.Attribute("purpose", "current_iteration");
      if (entry.kind == Layer::Port::kCondition) xml.Attribute("purpose", "execution_condition");
      xml.Close();
    }
    xml.Close();
    xml.Open("back_edges");
    for (const auto& [from, to] : layer.back_edges) {
      xml.Open("edge");
      xml.Attribute("from-layer", from);
      xml.Attribute("to-layer", to);
      xml.Close();
    }
    xml.Close();
    xml.Open("body");
    layer.body->Write(xml);
    xml.Close();
  }

  const Graph& graph_;
  const IrWriteOptions& options_;
  std::vector<std::unique_ptr<IrWriteOptions>> body_options_;
  BlobWriter& blobs_;
  IrWriteReport& report_;
  std::set<std::string>& tensor_names_;
  std::vector<Layer> layers_;
  std::unordered_map<const Node*, std::vector<Source>> sources_;
  std::unordered_map<const Node*, std::unordered_map<size_t, std::vector<std::string>>> names_;
  int64_t results_ = 0;
};

void WriteValue(XmlWriter& xml, std::string_view tag, std::string_view value) {
  xml.Open(tag);
  xml.Attribute("value", value);
  xml.Close();
}

void WriteMetaData(const IrWriteOptions& options, XmlWriter& xml) {
  const bool v10 = options.version == 10;
  xml.Open(v10 ? "meta_data" : "rt_info");
  WriteValue(xml, "MO_version", options.tool_version);
  xml.Open(v10 ? "cli_parameters" : "conversion_parameters");
  if (!v10) WriteValue(xml, "framework", "mxnet");
  for (const auto& [name, value] : options.cli_parameters) {
    if (v10 || name != "framework") WriteValue(xml, name, value);
  }
  if (v10) {
    xml.Open("unset");
    xml.Attribute("unset_cli_parameters", Join(options.unset_cli_parameters, ", "));
    xml.Close();
  }
  xml.Close();
  xml.Close();
}

// Which OpenVINO came with the newest operation set of the layers; open sizes and v11 came with 2022.1.
std::string OldestOpenVino(const std::vector<Layer>& layers, const IrWriteOptions& options) {
  int64_t newest = 0;
  for (const Layer& layer : layers)
    newest = std::max(newest, ParseInt(std::string_view(layer.opset).substr(5)).value_or(0));
  const char* release = newest > 14                                                         ? "2024.4"
                        : newest > 13                                                       ? "2024.0"
                        : newest > 12                                                       ? "2023.2"
                        : newest > 11                                                       ? "2023.1"
                        : newest > 8                                                        ? "2023.0"
                        : newest > 7 || options.version > 10 || !options.open_sizes.empty() ? "2022.1"
                                                                                            : "2021.4";
  return StrCat("OpenVINO ", release, " and later");
}

// Who runs the layers: OpenVINO, unless plug-ins' operators are among them.
void NameEngines(const std::vector<Layer>& layers, const IrWriteOptions& options, IrWriteReport& report) {
  std::set<std::string> types, plugins;
  for (const Layer& layer : layers) {
    if (layer.opset != kExtensionOpset) continue;
    types.insert(layer.type);
    plugins.insert(std::filesystem::path(FindExtensionOperator(layer.type)->library).filename().string());
  }
  if (types.empty()) {
    report.engines = {OldestOpenVino(layers, options), "moir"};
    return;
  }
  report.engines = {
      StrCat("moir only, with --extensions ", Join(plugins, ","), " (operators: ", Join(types, ", "), ")")};
  report.notes.push_back(StrCat("OpenVINO cannot run the IR: it has no operators ", Join(types, ", "), " of the set \"",
                                kExtensionOpset, "\"; they are a plug-in's for moir"));
}

// Every operator that has no spelling, at once.
void CheckOperators(const Graph& graph, int version, const std::map<std::string, std::string>& reasons) {
  std::vector<std::string> nodes;
  for (const Node* node : graph.TopologicalOrder()) {
    if (node->Is("Constant")) continue;
    if (!node->Is("Parameter") && !HasOpsetSpelling(*node, version)) {
      const auto reason = reasons.find(node->Name());
      nodes.push_back(
          StrCat("\"", node->Name(), "\" (", node->Op(), reason == reasons.end() ? "" : ": " + reason->second, ")"));
    }
    for (size_t i = 0; i < node->OutputCount(); ++i) {
      if (node->Shape(i).NumElements() == 0)
        Fail(ErrorKind::kUnsupported, "node \"", node->Name(), "\" (", node->Op(), "): its output of shape ",
             node->Shape(i),
             " has no elements, which OpenVINO's CPU plug-in does not run; write --ir_version 3 for moir's ",
             "engine, or cut the model before it with --output");
    }
  }
  if (nodes.empty()) return;
  Fail(ErrorKind::kUnsupported, "IR v", version, " has no operators for these nodes: ", Join(nodes, ", "),
       version == 10 ? "; --ir_version 11 has more of them, --ir_version 3 all for moir's engine"
                     : "; write --ir_version 3 for moir's engine, or cut the model before them with --output");
}

}  // namespace

IrWriteReport WriteIrV10V11(const Graph& legalized, const std::string& xml_path, const std::string& bin_path,
                            const std::string& mapping_path, const IrWriteOptions& options) {
  if (options.version != 10 && options.version != 11)
    Fail(ErrorKind::kBadOption, "IR version ", options.version, ": expected 10 or 11");
  if (!options.pre_process.empty())
    Fail(ErrorKind::kBadOption, "--move_to_preprocess: IR v", options.version,
         " has no pre-processing of its own; leave the option out, the mean values go into the model then");
  CheckOperators(legalized, options.version, options.reasons);
  IrWriteReport report;
  OutputFiles files;
  OutputFile& xml = files.Add(xml_path);
  OutputFile& bin = files.Add(bin_path);
  OutputFile& mapping = files.Add(mapping_path);
  BlobWriter blobs(bin, options.f16, report);
  std::set<std::string> tensor_names;
  const LayerList layers(legalized, options, blobs, report, tensor_names);

  XmlWriter topology;
  topology.Open("net");
  topology.Attribute("name", legalized.Name());
  topology.Attribute("version", int64_t{options.version});
  layers.Write(topology);
  WriteMetaData(options, topology);
  topology.Close();
  xml.Write(topology.Text());

  XmlWriter names;
  names.Open("mapping");
  for (const Layer& layer : layers.Layers()) {
    for (size_t i = 0; i < layer.outputs.size(); ++i) {
      for (const std::string& name : layer.outputs[i].names) {
        names.Open("map");
        names.Open("framework");
        names.Attribute("name", name);
        names.Attribute("out_port_id", static_cast<int64_t>(i));
        names.Close();
        names.Open("IR");
        names.Attribute("id", layer.id);
        names.Attribute("name", layer.name);
        names.Attribute("out_port_id", static_cast<int64_t>(layer.inputs.size() + i));
        names.Close();
        names.Close();
      }
    }
  }
  names.Close();
  mapping.Write(names.Text());

  report.bin_bytes = bin.Size();
  NameEngines(layers.Layers(), options, report);
  files.Publish();
  return report;
}

}  // namespace moir::graph
