// The topology of an IR v2, v3 or v4 as it stands in the file: layers with their ports, blobs and edges, checked for
// consistency among themselves but not yet understood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/ir_v2_v4.h"
#include "graph/ir/xml.h"
#include "graph/shape.h"

namespace moir::graph {

struct IrPort {
  int64_t id = 0;
  Shape shape;
  // Of input ports: which output it reads.
  size_t from_layer = 0;
  size_t from_output = 0;
  bool connected = false;
};

struct IrBlob {
  std::string name;
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string precision;  // empty: the layer's
};

struct IrLayer {
  int64_t id = 0;
  std::string name;
  std::string type;
  std::string precision;
  AttributeTexts attributes;
  std::vector<IrPort> inputs;
  std::vector<IrPort> outputs;
  std::vector<IrBlob> blobs;
  pugi::xml_node node;

  const IrBlob* FindBlob(std::string_view blob) const;
};

struct IrTopology {
  std::vector<IrLayer> layers;
  std::vector<size_t> order;  // indices of layers, producers first
  // Position of a layer by id, or layers.size().
  size_t FindLayer(int64_t id) const;
};

// Throws kBadModel with the file, line and layer.
IrTopology ReadIrTopology(const XmlFile& xml);

}  // namespace moir::graph
