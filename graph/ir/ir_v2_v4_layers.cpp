#include "graph/ir/ir_v2_v4_layers.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "graph/error.h"
#include "graph/ir/layer_order.h"

namespace moir::graph {
namespace {

bool IsElement(pugi::xml_node node, const char* name) {
  return node.type() == pugi::node_element && std::strcmp(node.name(), name) == 0;
}

std::vector<IrPort> ReadPorts(const XmlFile& xml, const IrLayer& layer, pugi::xml_node list) {
  std::vector<IrPort> ports;
  std::unordered_set<int64_t> ids;
  for (const pugi::xml_node node : list.children("port")) {
    IrPort port;
    port.id = xml.RequiredInt(node, "id");
    port.shape = xml.Dims(node);
    if (!ids.insert(port.id).second) xml.Bad(node, "layer \"", layer.name, "\": two ports have the id ", port.id);
    ports.push_back(std::move(port));
  }
  return ports;
}

IrBlob ReadBlob(const XmlFile& xml, pugi::xml_node node) {
  IrBlob blob;
  blob.name = node.name();
  blob.offset = static_cast<uint64_t>(xml.RequiredInt(node, "offset"));
  blob.size = static_cast<uint64_t>(xml.RequiredInt(node, "size"));
  blob.precision = node.attribute("precision").value();
  return blob;
}

IrLayer ReadLayer(const XmlFile& xml, pugi::xml_node node) {
  IrLayer layer;
  layer.node = node;
  layer.id = xml.RequiredInt(node, "id");
  layer.name = xml.RequiredText(node, "name");
  layer.type = xml.RequiredText(node, "type");
  layer.precision = node.attribute("precision").value();
  if (layer.name.empty()) xml.Bad(node, "layer ", layer.id, " has an empty name");
  for (const pugi::xml_node child : node.children()) {
    if (IsElement(child, "input")) {
      layer.inputs = ReadPorts(xml, layer, child);
    } else if (IsElement(child, "output")) {
      layer.outputs = ReadPorts(xml, layer, child);
    } else if (IsElement(child, "blobs")) {
      for (const pugi::xml_node blob : child.children()) {
        if (blob.type() == pugi::node_element) layer.blobs.push_back(ReadBlob(xml, blob));
      }
    } else if (IsElement(child, "weights") || IsElement(child, "biases")) {
      layer.blobs.push_back(ReadBlob(xml, child));
    } else if (child.type() == pugi::node_element) {
      // <data>; some writers of v2 call it convolution_data, fc_data, ...
      const bool is_data = IsElement(child, "data") || std::string_view(child.name()).ends_with("_data");
      if (!is_data)
        xml.Bad(child, "layer \"", layer.name, "\" (", layer.type, "): <", child.name(), "> is not understood");
      for (const pugi::xml_attribute attribute : child.attributes())
        layer.attributes.emplace_back(attribute.name(), attribute.value());
    }
  }
  std::unordered_set<int64_t> ids;
  for (const IrPort& port : layer.inputs) ids.insert(port.id);
  for (const IrPort& port : layer.outputs) {
    // Inputs and outputs are numbered through, except that an Input's or Const's only output may have any id.
    if (!ids.insert(port.id).second)
      xml.Bad(node, "layer \"", layer.name, "\": an input and an output have the id ", port.id);
  }
  return layer;
}

size_t FindPort(const std::vector<IrPort>& ports, int64_t id) {
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].id == id) return i;
  }
  return ports.size();
}

void ReadEdges(const XmlFile& xml, IrTopology& topology, const std::unordered_map<int64_t, size_t>& by_id) {
  const auto find = [&](pugi::xml_node edge, const char* attribute) -> size_t {
    const int64_t id = xml.RequiredInt(edge, attribute);
    const auto found = by_id.find(id);
    if (found == by_id.end()) xml.Bad(edge, "an edge names layer ", id, ", which does not exist");
    return found->second;
  };
  for (const pugi::xml_node edge : xml.Root().child("edges").children("edge")) {
    const size_t from = find(edge, "from-layer");
    const size_t to = find(edge, "to-layer");
    const int64_t from_id = xml.RequiredInt(edge, "from-port"), to_id = xml.RequiredInt(edge, "to-port");
    const IrLayer& producer = topology.layers[from];
    IrLayer& reader = topology.layers[to];
    const size_t from_port = FindPort(producer.outputs, from_id), to_port = FindPort(reader.inputs, to_id);
    if (from_port == producer.outputs.size())
      xml.Bad(edge, "layer \"", producer.name, "\" has no output port ", from_id);
    if (to_port == reader.inputs.size()) xml.Bad(edge, "layer \"", reader.name, "\" has no input port ", to_id);
    IrPort& input = reader.inputs[to_port];
    if (input.connected) xml.Bad(edge, "layer \"", reader.name, "\": two edges lead to input port ", to_id);
    if (input.shape != producer.outputs[from_port].shape) {
      xml.Bad(edge, "layer \"", reader.name, "\": input port ", to_id, " has dimensions ", input.shape, " but reads ",
              producer.outputs[from_port].shape, " from \"", producer.name, "\"");
    }
    input.connected = true;
    input.from_layer = from;
    input.from_output = from_port;
  }
  for (const IrLayer& layer : topology.layers) {
    for (const IrPort& port : layer.inputs) {
      if (!port.connected)
        xml.Bad(layer.node, "layer \"", layer.name, "\" (", layer.type, "): no edge leads to input port ", port.id);
    }
  }
}

}  // namespace

const IrBlob* IrLayer::FindBlob(std::string_view blob) const {
  for (const IrBlob& known : blobs) {
    if (known.name == blob) return &known;
  }
  return nullptr;
}

size_t IrTopology::FindLayer(int64_t id) const {
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].id == id) return i;
  }
  return layers.size();
}

IrTopology ReadIrTopology(const XmlFile& xml) {
  IrTopology topology;
  const pugi::xml_node list = xml.Root().child("layers");
  if (!list) xml.Bad(xml.Root(), "the file has no <layers>");
  std::unordered_map<int64_t, size_t> by_id;
  std::unordered_set<std::string> names;
  for (const pugi::xml_node node : list.children()) {
    if (node.type() != pugi::node_element) continue;
    if (!IsElement(node, "layer")) xml.Bad(node, "<", node.name(), "> among the layers");
    IrLayer layer = ReadLayer(xml, node);
    if (!by_id.emplace(layer.id, topology.layers.size()).second) xml.Bad(node, "two layers have the id ", layer.id);
    if (!names.insert(layer.name).second) xml.Bad(node, "two layers are named \"", layer.name, "\"");
    topology.layers.push_back(std::move(layer));
  }
  if (topology.layers.empty()) xml.Bad(list, "the file has no layers");
  ReadEdges(xml, topology, by_id);
  topology.order = ProducersFirst(xml, topology.layers);
  return topology;
}

}  // namespace moir::graph
