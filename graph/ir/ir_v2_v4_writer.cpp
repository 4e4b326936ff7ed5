// Writer of IR v2, v3 and v4. The .bin is written while the layers are gone through, the topology is made in memory
// (it is small) and written at the end.
//
//   <net batch name version>
//     <pre-process/>  per input with mean or scale
//     <layers> <layer id name precision type> <data/> <input/> <output/> <blobs/> </layer> ... </layers>
//     <edges/>
//     <meta_data> MO_version, cli_parameters, outputs </meta_data>
//   </net>
//
// Ports of a layer are numbered through: inputs, then blobs (which have no <port>), then outputs. <outputs> in the meta
// data is ours: the model's outputs by name, in their order; other readers skip it.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "graph/ir/attribute_text.h"
#include "graph/ir/blob_writer.h"
#include "graph/ir/ir_v2_v4.h"
#include "graph/ir/ir_v2_v4_engines.h"
#include "graph/ir/ir_writer.h"
#include "graph/ir/output_files.h"
#include "graph/ir/xml.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

bool IsLayerOp(const Node& node) { return node.Op().rfind(kLayerPrefix, 0) == 0; }

bool IsBlobInput(const Node& node, size_t index) {
  const auto& inputs = node.Schema().inputs;
  return IsLayerOp(node) && index < inputs.size() && IsBlobName(inputs[index].name);
}

class Writer {
 public:
  Writer(const Graph& graph, const IrWriteOptions& options, OutputFile& bin, IrWriteReport& report)
      : graph_(graph), options_(options), blobs_(bin, options.f16, report), report_(report) {}

  std::string Topology() {
    CollectLayers();
    xml_.Open("net");
    xml_.Attribute("batch", Batch());
    xml_.Attribute("name", graph_.Name());
    xml_.Attribute("version", int64_t{options_.version});
    for (const PreProcess& input : options_.pre_process) WritePreProcess(input);
    xml_.Open("layers");
    for (const Node* node : layers_) WriteLayer(*node);
    xml_.Close();
    WriteEdges();
    WriteMetaData();
    xml_.Close();
    const EngineCheck engines = CheckEngines(layers_, options_.f16);
    report_.engines = engines.engines;
    report_.notes.insert(report_.notes.end(), engines.notes.begin(), engines.notes.end());
    return xml_.Text();
  }

  std::string Mapping() const {
    XmlWriter xml;
    xml.Open("mapping");
    for (const Node* node : layers_) {
      for (size_t i = 0; i < node->OutputCount(); ++i) {
        for (const std::string& name : node->OutputAt(i).names) {
          // "split.1" is output 1 of "split".
          const std::string suffix = StrCat(".", i);
          const bool numbered = i > 0 && name.size() > suffix.size() && name.ends_with(suffix);
          xml.Open("map");
          xml.Open("framework");
          xml.Attribute("name", numbered ? name.substr(0, name.size() - suffix.size()) : name);
          xml.Attribute("out_port_id", static_cast<int64_t>(i));
          xml.Close();
          xml.Open("IR");
          xml.Attribute("id", ids_.at(node));
          xml.Attribute("name", node->Name());
          xml.Attribute("out_port_id", OutputPort(*node, i));
          xml.Close();
          xml.Close();
        }
      }
    }
    xml.Close();
    return xml.Text();
  }

 private:
  // Inputs first, in the model's order, then everything that an output needs, producers first. Constants that are only
  // blobs are no layers.
  void CollectLayers() {
    std::unordered_set<const Node*> needed;
    std::vector<const Node*> pending;
    for (const GraphOutput& output : graph_.Outputs()) pending.push_back(output.value.node);
    while (!pending.empty()) {
      const Node* node = pending.back();
      pending.pop_back();
      if (!needed.insert(node).second) continue;
      for (const Value& input : node->Inputs()) pending.push_back(input.node);
    }
    for (const Node* node : graph_.Parameters()) AddLayer(node);
    for (const Node* node : graph_.TopologicalOrder()) {
      if (node->Is("Parameter") || !needed.contains(node)) continue;
      if (!node->Is("Constant") || IsConstLayer(*node, needed)) AddLayer(node);
    }
    if (layers_.empty()) Fail(ErrorKind::kBadModel, "the model has no layers");
  }

  void AddLayer(const Node* node) {
    ids_[node] = static_cast<int64_t>(layers_.size());
    layers_.push_back(node);
  }

  bool IsConstLayer(const Node& constant, const std::unordered_set<const Node*>& needed) const {
    for (const GraphOutput& output : graph_.Outputs()) {
      if (output.value.node == &constant) return true;
    }
    for (const Use& use : constant.Readers()) {
      if (needed.contains(use.node) && !IsBlobInput(*use.node, use.index)) return true;
    }
    return false;
  }

  int64_t Batch() const {
    if (graph_.Parameters().empty()) return 1;
    const Shape& shape = graph_.Parameters()[0]->Shape();
    return shape.Rank() > 0 ? shape[0] : 1;
  }

  ElementType WrittenType(ElementType type) const {
    return options_.f16 && type == ElementType::kF32 ? ElementType::kF16 : type;
  }

  static int64_t OutputPort(const Node& node, size_t output) {
    // A Const has its one blob before the output.
    const size_t before = node.Is("Constant") ? 1 : node.InputCount();
    return static_cast<int64_t>(before + output);
  }

  void WritePreProcess(const PreProcess& pre_process) {
    const Node* input = graph_.FindNode(pre_process.input);
    if (!input || !input->Is("Parameter"))
      Fail(ErrorKind::kBadOption, "pre-processing of \"", pre_process.input, "\": the model has no such input");
    const size_t channels = std::max(pre_process.mean.size(), pre_process.scale.size());
    const auto check = [&](const std::vector<double>& values, std::string_view what) {
      if (!values.empty() && (input->Shape().Rank() < 2 || static_cast<int64_t>(values.size()) != input->Shape()[1])) {
        Fail(ErrorKind::kBadOption, "pre-processing of \"", pre_process.input, "\": got ", values.size(), " ", what,
             " values for data of shape ", input->Shape());
      }
    };
    check(pre_process.mean, "mean");
    check(pre_process.scale, "scale");
    if (!pre_process.scale.empty())
      report_.notes.push_back(
          StrCat("OpenVINO 2018's CPU plug-in has no scales in pre-processing (input \"", pre_process.input, "\")"));
    xml_.Open("pre-process");
    xml_.Attribute("reference-layer-name", pre_process.input);
    for (size_t c = 0; c < channels; ++c) {
      xml_.Open("channel");
      xml_.Attribute("id", static_cast<int64_t>(c));
      const auto value = [&](const char* tag, double number) {
        xml_.Open(tag);
        xml_.Attribute("value", FormatDouble(number));
        xml_.Close();
      };
      // The old engine wants a mean where there is a scale.
      value("mean", pre_process.mean.empty() ? 0 : pre_process.mean[c]);
      if (!pre_process.scale.empty()) value("scale", pre_process.scale[c]);
      xml_.Close();
    }
    xml_.Close();
  }

  void WritePort(int64_t id, const Shape& shape) {
    xml_.Open("port");
    xml_.Attribute("id", id);
    for (const int64_t size : shape) xml_.TextElement("dim", std::to_string(size));
    xml_.Close();
  }

  AttributeTexts AttributesOf(const Node& node) const {
    AttributeTexts texts;
    if (node.Is("Parameter") || node.Is("Constant")) {
      if (node.Type() == ElementType::kF16) texts.emplace_back(kElementTypeAttribute, "f16");
      return texts;
    }
    const bool pooling = node.Is("ie.Pooling");
    if (options_.version == 2 && (pooling || node.Is("ie.Convolution") || node.Is("ie.Deconvolution"))) {
      if (pooling && node.Attr<std::vector<int64_t>>("kernel").size() == 2 &&
          node.Attr<std::vector<int64_t>>("pads_begin") != node.Attr<std::vector<int64_t>>("pads_end")) {
        Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\" (", node.Op(),
             "): IR v2 has no end padding of its own for a pooling; write version 3 or 4");
      }
      return SpellWindowV2(node.Attributes(), pooling);
    }
    const ExtensionOperator* extension = FindExtensionOperator(node.Op());
    for (const auto& [name, value] : node.Attributes()) {
      if (extension) {
        const auto spelled = extension->ir_names.find(name);
        texts.emplace_back(spelled == extension->ir_names.end() ? name : spelled->second, AttributeToText(value));
        continue;
      }
      // Attributes that a plug-in's operator has beyond its schema keep their type by their spelling.
      texts.emplace_back(name, node.Schema().FindAttribute(name) ? AttributeToText(value) : FormatAttribute(value));
    }
    return texts;
  }

  std::string LayerType(const Node& node) const {
    if (node.Is("Parameter")) return "Input";
    if (node.Is("Constant")) return "Const";
    if (const ExtensionOperator* extension = FindExtensionOperator(node.Op())) return extension->ir_type;
    return IsLayerOp(node) ? node.Op().substr(kLayerPrefix.size()) : StrCat(kGenericPrefix, node.Op());
  }

  void WriteLayer(const Node& node) {
    xml_.Open("layer");
    xml_.Attribute("id", ids_.at(&node));
    xml_.Attribute("name", node.Name());
    xml_.Attribute("precision", PrecisionName(WrittenType(node.Type(0))));
    xml_.Attribute("type", LayerType(node));
    if (const AttributeTexts attributes = AttributesOf(node); !attributes.empty()) {
      xml_.Open("data");
      for (const auto& [name, text] : attributes) xml_.Attribute(name, text);
      xml_.Close();
    }
    std::vector<size_t> blob_inputs;
    bool open = false;
    for (size_t i = 0; i < node.InputCount(); ++i) {
      if (IsBlobInput(node, i)) {
        blob_inputs.push_back(i);
        continue;
      }
      if (!open) xml_.Open("input");
      open = true;
      WritePort(static_cast<int64_t>(i), node.Input(i).Shape());
    }
    if (open) xml_.Close();
    xml_.Open("output");
    for (size_t i = 0; i < node.OutputCount(); ++i) WritePort(OutputPort(node, i), node.Shape(i));
    xml_.Close();
    if (node.Is("Constant") || !blob_inputs.empty()) {
      xml_.Open("blobs");
      if (node.Is("Constant")) WriteBlob("custom", node.ConstantValue());
      for (const size_t i : blob_inputs) {
        const Tensor* blob = node.Input(i).Constant();
        Check(blob != nullptr, "layer \"", node.Name(), "\": ", node.Schema().inputs[i].name, " are no constant");
        WriteBlob(node.Schema().inputs[i].name, *blob);
      }
      xml_.Close();
    }
    xml_.Close();
  }

  void WriteBlob(std::string_view tag, const Tensor& values) {
    const Blob blob = blobs_.Add(values);
    xml_.Open(tag);
    xml_.Attribute("offset", static_cast<int64_t>(blob.offset));
    xml_.Attribute("size", static_cast<int64_t>(blob.size));
    xml_.Close();
  }

  void WriteEdges() {
    xml_.Open("edges");
    for (const Node* node : layers_) {
      for (size_t i = 0; i < node->InputCount(); ++i) {
        if (IsBlobInput(*node, i)) continue;
        const Value& input = node->Input(i);
        xml_.Open("edge");
        xml_.Attribute("from-layer", ids_.at(input.node));
        xml_.Attribute("from-port", OutputPort(*input.node, input.index));
        xml_.Attribute("to-layer", ids_.at(node));
        xml_.Attribute("to-port", static_cast<int64_t>(i));
        xml_.Close();
      }
    }
    xml_.Close();
  }

  void WriteMetaData() {
    xml_.Open("meta_data");
    xml_.Open("MO_version");
    xml_.Attribute("value", options_.tool_version);
    xml_.Close();
    xml_.Open("cli_parameters");
    for (const auto& [name, value] : options_.cli_parameters) {
      xml_.Open(name);
      xml_.Attribute("value", value);
      xml_.Close();
    }
    xml_.Open("unset");
    xml_.Attribute("unset_cli_parameters", Join(options_.unset_cli_parameters, ", "));
    xml_.Close();
    xml_.Close();
    xml_.Open("outputs");
    for (const GraphOutput& output : graph_.Outputs()) {
      xml_.Open("output");
      xml_.Attribute("name", output.name);
      xml_.Attribute("layer", ids_.at(output.value.node));
      xml_.Attribute("port", OutputPort(*output.value.node, output.value.index));
      xml_.Close();
    }
    xml_.Close();
    xml_.Close();
  }

  const Graph& graph_;
  const IrWriteOptions& options_;
  BlobWriter blobs_;
  IrWriteReport& report_;
  XmlWriter xml_;
  std::vector<const Node*> layers_;
  std::unordered_map<const Node*, int64_t> ids_;
};

}  // namespace

IrWriteReport WriteIrV2V4(const Graph& legalized, const std::string& xml_path, const std::string& bin_path,
                          const std::string& mapping_path, const IrWriteOptions& options) {
  if (options.version < 2 || options.version > 4)
    Fail(ErrorKind::kBadOption, "IR version ", options.version, ": expected 2, 3 or 4");
  IrWriteReport report;
  OutputFiles files;
  OutputFile& xml = files.Add(xml_path);
  OutputFile& bin = files.Add(bin_path);
  OutputFile& mapping = files.Add(mapping_path);
  Writer writer(legalized, options, bin, report);
  xml.Write(writer.Topology());
  mapping.Write(writer.Mapping());
  report.bin_bytes = bin.Size();
  files.Publish();
  return report;
}

}  // namespace moir::graph
