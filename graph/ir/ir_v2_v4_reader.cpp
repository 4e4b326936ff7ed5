// Understands the layers of an IR v2, v3 or v4. Old layers are made as operators "ie.TYPE", which check their
// attributes and shapes, and replaced by their expansion at once; layers "moir.OPERATOR" are the operator itself.
#include "graph/ir/ir_v2_v4_reader.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <set>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "graph/ir/attribute_text.h"
#include "graph/ir/ir_v2_v4.h"
#include "graph/ir/ir_v2_v4_layers.h"
#include "graph/ir/ir_v2_v4_simplify.h"
#include "graph/mapped_file.h"
#include "graph/op_schema.h"
#include "graph/ops/expansion.h"

namespace moir::graph {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// The operator "ie.TYPE" of a layer type, letter case ignored, also under other names that files use; or an empty
// string.
std::string LayerOperator(const std::string& type) {
  static const std::map<std::string, std::string> operators = [] {
    std::map<std::string, std::string> by_type = {
        {"innerproduct", "ie.FullyConnected"}, {"lrn", "ie.Norm"}, {"logistic", "ie.Sigmoid"}, {"slice", "ie.Split"}};
    for (const std::string& name : OpNames()) {
      if (name.rfind(kLayerPrefix, 0) == 0) by_type[Lower(std::string_view(name).substr(kLayerPrefix.size()))] = name;
    }
    return by_type;
  }();
  const auto found = operators.find(Lower(type));
  return found == operators.end() ? std::string() : found->second;
}

std::string CanonicalAttribute(const std::string& op, const std::string& name) {
  if (op == "ie.Norm" && name == "local_size") return "local-size";
  if (op == "ie.Crop" && name == "crop_begin") return "offset";
  if (const ExtensionOperator* extension = FindExtensionOperator(op)) {
    for (const auto& [attribute, spelled] : extension->ir_names) {
      if (spelled == name) return attribute;
    }
  }
  return name;
}

// Pictures have a few channels; a file must not make us allocate without end.
constexpr int64_t kMaxPreProcessChannels = 1 << 16;

class Reader {
 public:
  Reader(const XmlFile& xml, IrWeights weights, int version)
      : xml_(xml), weights_(std::move(weights)), version_(version) {}

  std::unique_ptr<Graph> Read() {
    topology_ = ReadIrTopology(xml_);
    CheckTypes();
    graph_ = std::make_unique<Graph>(xml_.Root().attribute("name").value());
    values_.resize(topology_.layers.size());
    for (const size_t index : topology_.order) ReadLayer(index);
    ReadPreProcess();
    ReadOutputs();
    SimplifyOldLayers(*graph_);
    graph_->RemoveDead();
    return std::move(graph_);
  }

 private:
  template <typename... Parts>
  [[noreturn]] void Bad(const IrLayer& layer, const Parts&... parts) const {
    xml_.Bad(layer.node, "layer \"", layer.name, "\" (", layer.type, "): ", parts...);
  }

  // The operator that a layer type stands for; empty when nobody knows it.
  static std::string OperatorOf(const std::string& type) {
    if (type.rfind(kGenericPrefix, 0) == 0) {
      const std::string op = type.substr(kGenericPrefix.size());
      return FindOpSchema(op) ? op : std::string();
    }
    if (Lower(type) == "input") return "Parameter";
    if (Lower(type) == "const") return "Constant";
    if (std::string op = LayerOperator(type); !op.empty()) return op;
    if (const ExtensionOperator* extension = FindExtensionLayer(type)) return extension->name;
    return FindOpSchema(type) ? type : std::string();
  }

  // All unknown types at once, before anything is built.
  void CheckTypes() const {
    std::set<std::string> unknown;
    const IrLayer* first = nullptr;
    for (const IrLayer& layer : topology_.layers) {
      if (!OperatorOf(layer.type).empty()) continue;
      unknown.insert(layer.type);
      if (!first) first = &layer;
    }
    if (first)
      Bad(*first, "unknown layer type",
          unknown.size() > 1 ? StrCat("; the unknown types are ", Join(unknown, ", ")) : "",
          "; operators of a plug-in come with its library: --extensions LIB, in a program Core::AddExtension");
  }

  ElementType PrecisionOf(const IrLayer& layer, const std::string& precision) const {
    // Without a precision, or with one for several kinds of data: f32.
    if (precision.empty() || precision == "UNSPECIFIED" || precision == "MIXED") return ElementType::kF32;
    const ElementType type = ParsePrecision(precision);
    if (type == ElementType::kUndefined) Bad(layer, "precision \"", precision, "\" is unknown");
    return type;
  }

  // The type that values of this layer have in the graph: those of an FP16 IR are f32, unless the layer says otherwise.
  ElementType GraphType(const IrLayer& layer) const {
    for (const auto& [name, text] : layer.attributes) {
      if (name == kElementTypeAttribute) {
        try {
          return ParseElementType(text);
        } catch (const Error& error) {
          Bad(layer, "attribute ", name, ": ", error.what());
        }
      }
    }
    const ElementType type = PrecisionOf(layer, layer.precision);
    return type == ElementType::kF16 ? ElementType::kF32 : type;
  }

  // A blob as a tensor; without a shape as rank 1.
  Tensor ReadBlob(const IrLayer& layer, const IrBlob& blob, const Shape* shape) {
    const ElementType type = PrecisionOf(layer, blob.precision.empty() ? layer.precision : blob.precision);
    const size_t element = ElementSize(type);
    if (blob.size % element != 0)
      Bad(layer, "blob ", blob.name, " has ", blob.size, " bytes, expected a multiple of ", element, " for ", type);
    const auto count = static_cast<int64_t>(blob.size / element);
    const Shape blob_shape = shape ? *shape : Shape{count};
    if (blob_shape.NumElements() != count)
      Bad(layer, "blob ", blob.name, " has ", blob.size, " bytes, expected ", blob_shape.NumElements(), " values of ",
          type, " for ", blob_shape);
    const std::shared_ptr<const MappedFile>& bin = weights_.Open();
    if (blob.offset > bin->Size() || blob.size > bin->Size() - blob.offset) {
      Bad(layer, "blob ", blob.name, " lies at bytes ", blob.offset, " to ", blob.offset + blob.size, ", but ",
          weights_.Path(), " has ", bin->Size());
    }
    Tensor tensor = Tensor::Map(bin, blob.offset, type, blob_shape);
    return type == ElementType::kF16 && GraphType(layer) == ElementType::kF32 ? tensor.ConvertTo(ElementType::kF32)
                                                                              : tensor;
  }

  // Names of layers come first: whatever else has the name gets another.
  void ClaimName(const std::string& name) {
    if (Node* other = graph_->FindNode(name)) graph_->Rename(other, name + "/inner");
  }

  void ReadLayer(size_t index) {
    const IrLayer& layer = topology_.layers[index];
    std::vector<Value>& outputs = values_[index];
    if (layer.outputs.empty()) Bad(layer, "it has no output port");
    const std::string op = OperatorOf(layer.type);
    ClaimName(layer.name);
    if (op == "Parameter" || op == "Constant") {
      if (!layer.inputs.empty() || layer.outputs.size() != 1) Bad(layer, "expected one output port and no inputs");
      if (op == "Parameter") {
        outputs = {graph_->AddParameter(layer.name, GraphType(layer), layer.outputs[0].shape)->Output()};
      } else {
        const IrBlob* blob = layer.FindBlob("custom");
        if (!blob) Bad(layer, "it has no blob \"custom\"");
        outputs = {graph_->AddConstant(layer.name, ReadBlob(layer, *blob, &layer.outputs[0].shape))->Output()};
      }
      return;
    }
    try {
      outputs = MakeNode(layer, op);
    } catch (const Error& error) {
      const std::string text = error.what();
      if (text.rfind(xml_.Path(), 0) == 0) throw;
      throw Error(error.Kind() == ErrorKind::kInternal ? ErrorKind::kBadModel : error.Kind(),
                  StrCat(xml_.Place(layer.node), ": layer \"", layer.name, "\" (", layer.type, "): ", text));
    }
    if (outputs.size() < layer.outputs.size())
      Bad(layer, "it has ", layer.outputs.size(), " output ports, expected at most ", outputs.size());
    for (size_t i = 0; i < layer.outputs.size(); ++i) {
      if (outputs[i].Shape() != layer.outputs[i].shape) {
        Bad(layer, "output port ", layer.outputs[i].id, " has dimensions ", layer.outputs[i].shape,
            ", but the layer yields ", outputs[i].Shape());
      }
    }
  }

  std::vector<Value> MakeNode(const IrLayer& layer, const std::string& op) {
    const OpSchema& schema = *FindOpSchema(op);
    const bool old_layer = op.rfind(kLayerPrefix, 0) == 0;
    std::vector<Value> inputs;
    for (const IrPort& port : layer.inputs) inputs.push_back(values_[port.from_layer].at(port.from_output));
    const Attributes attributes = ReadAttributes(layer, schema, old_layer);
    if (!schema.expand) {
      Node* node = graph_->Add(op, layer.name, std::move(inputs), attributes);
      std::vector<Value> outputs;
      for (size_t i = 0; i < node->OutputCount(); ++i) outputs.push_back(node->Output(i));
      return outputs;
    }
    for (const InputSchema& input : schema.inputs) {
      if (!IsBlobName(input.name)) continue;
      if (const IrBlob* blob = layer.FindBlob(input.name)) {
        inputs.push_back(
            graph_->AddConstant(StrCat(layer.name, "/", input.name, "_blob"), ReadBlob(layer, *blob, nullptr))
                ->Output());
      } else if (input.kind == InputSchema::Kind::kRequired) {
        Fail(ErrorKind::kBadModel, "it has no blob \"", input.name, "\"");
      }
    }
    return ExpandNode(*graph_, graph_->Add(op, layer.name, std::move(inputs), attributes));
  }

  Attributes ReadAttributes(const IrLayer& layer, const OpSchema& schema, bool old_layer) const {
    Attributes attributes;
    const AttributeTexts texts = version_ == 2 && old_layer ? ReadWindowV2(layer.attributes) : layer.attributes;
    for (const auto& [spelled, text] : texts) {
      const std::string name = CanonicalAttribute(schema.name, spelled);
      const AttributeSchema* attribute = schema.FindAttribute(name);
      if (!attribute) {
        // Old layers carry a lot that says nothing (PReLU's filler, ...).
        if (old_layer) continue;
        if (!schema.open_attributes) Fail(ErrorKind::kBadModel, "attribute ", name, " is unknown");
      }
      if (old_layer && !attribute->one_of.empty() && text.empty()) continue;  // auto_pad=""
      try {
        attributes[name] = attribute ? AttributeFromText(text, attribute->type_example) : ParseAttribute(text);
      } catch (const Error& error) {
        Fail(ErrorKind::kBadModel, "attribute ", name, ": ", error.what());
      }
    }
    if (schema.name == "ie.Split" && !attributes.contains("out_sizes")) {
      const auto found = attributes.find("axis");
      const int64_t axis = found == attributes.end() ? 1 : std::get<int64_t>(found->second);
      std::vector<int64_t> sizes;
      for (const IrPort& port : layer.outputs) {
        if (axis < 0 || axis >= port.shape.Rank())
          Fail(ErrorKind::kBadModel, "axis ", axis, " of an output of shape ", port.shape);
        sizes.push_back(port.shape[axis]);
      }
      attributes["out_sizes"] = std::move(sizes);
    }
    return attributes;
  }

  // y = (x - mean) * scale on the input; all readers of the input read y.
  void ReadPreProcess() {
    for (const pugi::xml_node node : xml_.Root().children("pre-process")) {
      const std::string name = node.attribute("reference-layer-name").value();
      Node* input = nullptr;
      for (Node* parameter : graph_->Parameters()) {
        if (name.empty() ? parameter->Shape().Rank() == 4 : parameter->Name() == name) {
          input = parameter;
          break;
        }
      }
      if (!input) xml_.Bad(node, "pre-processing refers to input \"", name, "\", which does not exist");
      const Shape& shape = input->Shape();
      if (shape.Rank() < 2)
        xml_.Bad(node, "pre-processing of input \"", input->Name(), "\" of shape ", shape, ", which has no channels");
      if (shape[1] > kMaxPreProcessChannels)
        xml_.Bad(node, "pre-processing of input \"", input->Name(), "\" of shape ", shape,
                 ", which has too many channels");
      std::vector<double> means(static_cast<size_t>(shape[1]), 0), scales(means.size(), 1);
      int64_t next = 0;
      for (const pugi::xml_node channel : node.children("channel")) {
        const int64_t c = channel.attribute("id") ? xml_.RequiredInt(channel, "id") : next;
        if (c >= static_cast<int64_t>(means.size()))
          xml_.Bad(channel, "pre-processing of channel ", c, ", but input \"", input->Name(), "\" has shape ", shape);
        next = c + 1;
        const auto number = [&](const char* tag, double& value) {
          const pugi::xml_node child = channel.child(tag);
          if (!child) return;
          if (!child.attribute("value"))
            Fail(ErrorKind::kUnsupported, xml_.Place(child),
                 ": a mean image in pre-processing cannot be read, only values");
          const auto parsed = ParseDouble(child.attribute("value").value());
          if (!parsed)
            xml_.Bad(child, "<", tag, ">: got \"", child.attribute("value").value(), "\", expected a number");
          value = *parsed;
        };
        number("mean", means[static_cast<size_t>(c)]);
        number("scale", scales[static_cast<size_t>(c)]);
      }
      if (!IsFloat(input->Type()))
        Fail(ErrorKind::kUnsupported, xml_.Place(node), ": pre-processing of input \"", input->Name(), "\" of type ",
             input->Type());
      AddPreProcess(input, "Subtract", "mean", means, 0);
      AddPreProcess(input, "Multiply", "scale", scales, 1);
    }
  }

  // The step is appended to the steps that the input has already.
  void AddPreProcess(Node* input, std::string_view op, std::string_view what, const std::vector<double>& numbers,
                     double neutral) {
    if (std::all_of(numbers.begin(), numbers.end(), [&](double number) { return number == neutral; })) return;
    std::vector<int64_t> dims(static_cast<size_t>(input->Shape().Rank()), 1);
    dims[1] = static_cast<int64_t>(numbers.size());
    const std::string name = StrCat(input->Name(), "/", what);
    Value& current = pre_processed_.emplace(input, input->Output()).first->second;
    Node* constant = graph_->AddConstant(name + "_values",
                                         Tensor::FromValues<double>(Shape(dims), numbers).ConvertTo(input->Type()));
    std::vector<Use> readers = current.node->Readers(current.index);
    Node* step = graph_->Add(op, name, {current, constant->Output()});
    for (const Use& use : readers) graph_->SetInput(use.node, use.index, step->Output());
    for (std::vector<Value>& values : values_) {
      for (Value& value : values) {
        // An output of the model that is the input itself stays as it is.
        if (value == current && value.node != input) value = step->Output();
      }
    }
    current = step->Output();
  }

  void ReadOutputs() {
    const pugi::xml_node list = xml_.Root().child("meta_data").child("outputs");
    if (list) {
      std::set<std::string> names;
      for (const pugi::xml_node node : list.children("output")) {
        const std::string name = xml_.RequiredText(node, "name");
        const int64_t id = xml_.RequiredInt(node, "layer"), port = xml_.RequiredInt(node, "port");
        const size_t index = topology_.FindLayer(id);
        if (index == topology_.layers.size())
          xml_.Bad(node, "output \"", name, "\" names layer ", id, ", which does not exist");
        const auto& ports = topology_.layers[index].outputs;
        const auto found =
            std::find_if(ports.begin(), ports.end(), [&](const IrPort& candidate) { return candidate.id == port; });
        if (found == ports.end())
          xml_.Bad(node, "output \"", name, "\": layer \"", topology_.layers[index].name, "\" has no output port ",
                   port);
        if (!names.insert(name).second) xml_.Bad(node, "two outputs are named \"", name, "\"");
        graph_->AddOutput(name, values_[index][static_cast<size_t>(found - ports.begin())]);
      }
    } else {
      std::set<std::pair<size_t, size_t>> read;
      for (const IrLayer& layer : topology_.layers) {
        for (const IrPort& port : layer.inputs) read.emplace(port.from_layer, port.from_output);
      }
      for (const size_t index : topology_.order) {
        const IrLayer& layer = topology_.layers[index];
        if (Lower(layer.type) == "input" || Lower(layer.type) == "const") continue;
        for (size_t i = 0; i < layer.outputs.size(); ++i) {
          if (!read.contains({index, i}))
            graph_->AddOutput(layer.outputs.size() == 1 ? layer.name : StrCat(layer.name, ".", i), values_[index][i]);
        }
      }
    }
    if (graph_->Outputs().empty()) xml_.Bad(xml_.Root(), "the model has no output");
  }

  const XmlFile& xml_;
  IrWeights weights_;
  const int version_;
  IrTopology topology_;
  std::unique_ptr<Graph> graph_;
  std::vector<std::vector<Value>> values_;  // by layer and output
  std::map<Node*, Value> pre_processed_;
};

}  // namespace

std::unique_ptr<Graph> ReadIrV2V4(const XmlFile& xml, IrWeights weights, int version) {
  return Reader(xml, std::move(weights), version).Read();
}

}  // namespace moir::graph
