#include "graph/ir/ir_v10_v11_topology.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "graph/error.h"
#include "graph/ir/layer_order.h"

namespace moir::graph {
namespace {

// Bodies within bodies; each costs stack.
constexpr int kMaxDepth = 16;

bool IsElement(pugi::xml_node node, const char* name) {
  return node.type() == pugi::node_element && std::strcmp(node.name(), name) == 0;
}

// Names separated by commas; a comma within a name has a backslash before it.
std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') {
      name += text[++i];
    } else if (text[i] == ',') {
      names.push_back(std::move(name));
      name.clear();
    } else {
      name += text[i];
    }
  }
  names.push_back(std::move(name));
  std::erase(names, std::string());
  return names;
}

class TopologyReader {
 public:
  explicit TopologyReader(const XmlFile& xml) : xml_(xml) {}

  Net Read(pugi::xml_node parent, int depth) {
    if (depth > kMaxDepth) xml_.Bad(parent, "bodies lie more than ", kMaxDepth, " deep within each other");
    const pugi::xml_node list = parent.child("layers");
    if (!list) xml_.Bad(parent, "<", parent.name(), "> has no <layers>");
    Net net;
    std::unordered_map<int64_t, size_t> by_id;
    for (const pugi::xml_node node : list.children()) {
      if (node.type() != pugi::node_element) continue;
      if (!IsElement(node, "layer")) xml_.Bad(node, "<", node.name(), "> among the layers");
      NetLayer layer = ReadLayer(node, depth);
      if (!by_id.emplace(layer.id, net.layers.size()).second) xml_.Bad(node, "two layers have the id ", layer.id);
      net.layers.push_back(std::move(layer));
    }
    if (net.layers.empty()) xml_.Bad(list, "there are no layers");
    ReadEdges(parent, net, by_id);
    net.order = ProducersFirst(xml_, net.layers);
    return net;
  }

 private:
  // RequiredInt, but negative numbers are allowed.
  int64_t Number(pugi::xml_node node, const char* attribute) const {
    const std::string text = xml_.RequiredText(node, attribute);
    const std::optional<int64_t> value = ParseInt(text);
    if (!value)
      xml_.Bad(node, "<", node.name(), "> attribute \"", attribute, "\": got \"", text, "\", expected a whole number");
    return *value;
  }

  PartialShape ReadDims(pugi::xml_node port) const {
    std::vector<SizeRange> dims;
    for (const pugi::xml_node child : port.children("dim")) {
      const std::string text(Trim(child.child_value()));
      const std::optional<int64_t> size = ParseInt(text);
      if (text != "?" && (!size || *size < -1))
        xml_.Bad(child, "<dim>: got \"", text, "\", expected a whole number from 0 on, or -1 for an open size");
      dims.push_back(text == "?" || *size == -1 ? SizeRange{} : SizeRange{*size, *size});
      if (dims.size() > 32) xml_.Bad(port, "<port> has more than 32 dimensions");
    }
    if (dims.empty()) return {};
    PartialShape shape(std::move(dims));
    if (shape.IsStatic()) {
      try {
        shape.ToShape().NumElements();
      } catch (const Error& error) {
        xml_.Bad(port, error.what());
      }
    }
    return shape;
  }

  std::vector<NetPort> ReadPorts(const NetLayer& layer, pugi::xml_node list) const {
    std::vector<NetPort> ports;
    std::unordered_set<int64_t> ids;
    for (const pugi::xml_node node : list.children("port")) {
      NetPort port;
      port.id = xml_.RequiredInt(node, "id");
      port.precision = node.attribute("precision").value();
      port.shape = ReadDims(node);
      port.names = SplitNames(node.attribute("names").value());
      if (!ids.insert(port.id).second) xml_.Bad(node, "layer \"", layer.name, "\": two ports have the id ", port.id);
      ports.push_back(std::move(port));
    }
    return ports;
  }

  NetLayer ReadLayer(pugi::xml_node node, int depth) {
    NetLayer layer;
    layer.node = node;
    layer.id = xml_.RequiredInt(node, "id");
    layer.name = xml_.RequiredText(node, "name");
    layer.type = xml_.RequiredText(node, "type");
    layer.version = xml_.RequiredText(node, "version");
    layer.output_names = SplitNames(node.attribute("output_names").value());
    if (layer.name.empty()) xml_.Bad(node, "layer ", layer.id, " has an empty name");
    for (const pugi::xml_node child : node.children()) {
      if (IsElement(child, "input")) {
        layer.inputs = ReadPorts(layer, child);
      } else if (IsElement(child, "output")) {
        layer.outputs = ReadPorts(layer, child);
      } else if (IsElement(child, "data")) {
        for (const pugi::xml_attribute attribute : child.attributes()) {
          if (layer.FindAttribute(attribute.name()))
            xml_.Bad(child, "layer \"", layer.name, "\": attribute ", attribute.name(), " occurs twice");
          layer.attributes.emplace_back(attribute.name(), attribute.value());
        }
      } else if (child.type() == pugi::node_element && !IsBodyElement(child) && !IsElement(child, "rt_info") &&
                 !IsElement(child, "blobs")) {
        xml_.Bad(child, "layer \"", layer.name, "\" (", layer.type, "): <", child.name(), "> is not understood");
      }
    }
    std::unordered_set<int64_t> ids;
    for (const NetPort& port : layer.inputs) ids.insert(port.id);
    for (const NetPort& port : layer.outputs) {
      if (!ids.insert(port.id).second)
        xml_.Bad(node, "layer \"", layer.name, "\": an input and an output have the id ", port.id);
    }
    if (layer.type == "If") {
      layer.bodies.push_back(ReadBody(layer, "then_body", "then_port_map", depth));
      layer.bodies.push_back(ReadBody(layer, "else_body", "else_port_map", depth));
    } else if (node.child("body")) {
      layer.bodies.push_back(ReadBody(layer, "body", "port_map", depth));
    }
    // Older files give a constant's place apart from its type and shape.
    if (const pugi::xml_node blob = node.child("blobs").child("custom"); blob && !layer.FindAttribute("offset")) {
      layer.attributes.emplace_back("offset", xml_.RequiredText(blob, "offset"));
      layer.attributes.emplace_back("size", xml_.RequiredText(blob, "size"));
    }
    return layer;
  }

  static bool IsBodyElement(pugi::xml_node node) {
    for (const char* name :
         {"body", "port_map", "back_edges", "then_body", "else_body", "then_port_map", "else_port_map"}) {
      if (IsElement(node, name)) return true;
    }
    return false;
  }

  NetBody ReadBody(const NetLayer& layer, const char* body_tag, const char* map_tag, int depth) {
    const pugi::xml_node node = layer.node.child(body_tag);
    if (!node) xml_.Bad(layer.node, "layer \"", layer.name, "\" (", layer.type, ") has no <", body_tag, ">");
    NetBody body;
    body.net = std::make_shared<Net>(Read(node, depth + 1));
    const auto find = [&](pugi::xml_node entry, const char* attribute, const char* type) {
      const int64_t id = xml_.RequiredInt(entry, attribute);
      const auto& layers = body.net->layers;
      const auto found =
          std::find_if(layers.begin(), layers.end(), [&](const NetLayer& candidate) { return candidate.id == id; });
      if (found == layers.end() || found->type != type)
        xml_.Bad(entry, "layer \"", layer.name, "\": the body has no ", type, " with the id ", id);
      return static_cast<size_t>(found - layers.begin());
    };
    const auto read_map = [&](pugi::xml_node entry, const char* type) {
      NetPortMap map;
      map.external_port = Number(entry, "external_port_id");
      map.internal_layer = find(entry, "internal_layer_id", type);
      if (entry.attribute("axis")) map.axis = Number(entry, "axis");
      if (entry.attribute("start")) map.start = Number(entry, "start");
      if (entry.attribute("end")) map.end = Number(entry, "end");
      if (entry.attribute("stride")) map.stride = Number(entry, "stride");
      if (entry.attribute("part_size")) map.part_size = Number(entry, "part_size");
      map.purpose = entry.attribute("purpose").value();
      const auto& ports = std::strcmp(type, "Parameter") == 0 ? layer.inputs : layer.outputs;
      const bool known =
          std::any_of(ports.begin(), ports.end(), [&](const NetPort& port) { return port.id == map.external_port; });
      if (map.external_port != -1 && !known)
        xml_.Bad(entry, "layer \"", layer.name, "\" (", layer.type, ") has no port ", map.external_port);
      return map;
    };
    for (const pugi::xml_node entry : layer.node.child(map_tag).children("input"))
      body.inputs.push_back(read_map(entry, "Parameter"));
    for (const pugi::xml_node entry : layer.node.child(map_tag).children("output"))
      body.outputs.push_back(read_map(entry, "Result"));
    for (const pugi::xml_node entry : layer.node.child("back_edges").children("edge"))
      body.back_edges.emplace_back(find(entry, "from-layer", "Result"), find(entry, "to-layer", "Parameter"));
    return body;
  }

  static size_t FindPort(const std::vector<NetPort>& ports, int64_t id) {
    const auto found = std::find_if(ports.begin(), ports.end(), [&](const NetPort& port) { return port.id == id; });
    return static_cast<size_t>(found - ports.begin());
  }

  void ReadEdges(pugi::xml_node parent, Net& net, const std::unordered_map<int64_t, size_t>& by_id) const {
    const auto find = [&](pugi::xml_node edge, const char* attribute) {
      const int64_t id = xml_.RequiredInt(edge, attribute);
      const auto found = by_id.find(id);
      if (found == by_id.end()) xml_.Bad(edge, "an edge names layer ", id, ", which does not exist");
      return found->second;
    };
    for (const pugi::xml_node edge : parent.child("edges").children("edge")) {
      const size_t from = find(edge, "from-layer"), to = find(edge, "to-layer");
      const int64_t from_id = xml_.RequiredInt(edge, "from-port"), to_id = xml_.RequiredInt(edge, "to-port");
      const NetLayer& producer = net.layers[from];
      NetLayer& reader = net.layers[to];
      const size_t from_port = FindPort(producer.outputs, from_id), to_port = FindPort(reader.inputs, to_id);
      if (from_port == producer.outputs.size())
        xml_.Bad(edge, "layer \"", producer.name, "\" has no output port ", from_id);
      if (to_port == reader.inputs.size()) xml_.Bad(edge, "layer \"", reader.name, "\" has no input port ", to_id);
      NetPort& input = reader.inputs[to_port];
      if (input.connected) xml_.Bad(edge, "layer \"", reader.name, "\": two edges lead to input port ", to_id);
      const PartialShape& given = producer.outputs[from_port].shape;
      if (input.shape.IsStatic() && given.IsStatic() && input.shape.ToShape() != given.ToShape()) {
        xml_.Bad(edge, "layer \"", reader.name, "\": input port ", to_id, " has dimensions ", input.shape,
                 " but reads ", given, " from \"", producer.name, "\"");
      }
      input.connected = true;
      input.from_layer = from;
      input.from_output = from_port;
    }
    for (const NetLayer& layer : net.layers) {
      for (const NetPort& port : layer.inputs) {
        if (!port.connected)
          xml_.Bad(layer.node, "layer \"", layer.name, "\" (", layer.type, "): no edge leads to input port ", port.id);
      }
    }
  }

  const XmlFile& xml_;
};

}  // namespace

const std::string* NetLayer::FindAttribute(std::string_view attribute) const {
  for (const auto& [known, text] : attributes) {
    if (known == attribute) return &text;
  }
  return nullptr;
}

Net ReadNet(const XmlFile& xml) { return TopologyReader(xml).Read(xml.Root(), 0); }

}  // namespace moir::graph
