// The topology of an IR v10 or v11 as it stands in the file: layers with their ports, attributes and bodies, and edges,
// checked for consistency among themselves but not yet understood.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/ir/ir_v2_v4.h"
#include "graph/ir/partial_shape.h"
#include "graph/ir/xml.h"

namespace moir::graph {

struct NetPort {
  int64_t id = 0;
  std::string precision;           // "FP32", "I64", ...; may be empty
  PartialShape shape;              // as declared; a port without <dim> declares nothing
  std::vector<std::string> names;  // of the tensor (v11)
  // Of input ports: which output it reads.
  size_t from_layer = 0;
  size_t from_output = 0;
  bool connected = false;
};

struct Net;

// How a port of a TensorIterator, Loop or If and a Parameter or Result of its body belong together.
struct NetPortMap {
  int64_t external_port = -1;  // id of the layer's port; -1: none
  size_t internal_layer = 0;   // position of the Parameter or Result in the body
  std::optional<int64_t> axis;
  int64_t start = 0, end = -1, stride = 1, part_size = 1;
  std::string purpose;  // of a Loop's: "current_iteration", "execution_condition"
};

struct NetBody {
  std::shared_ptr<Net> net;
  std::vector<NetPortMap> inputs, outputs;
  // (Result, Parameter): what the next iteration starts from, positions in the body.
  std::vector<std::pair<size_t, size_t>> back_edges;
};

struct NetLayer {
  int64_t id = 0;
  std::string name;
  std::string type;
  std::string version;  // "opset8", "extension", ...
  AttributeTexts attributes;
  std::vector<NetPort> inputs;
  std::vector<NetPort> outputs;
  std::vector<std::string> output_names;  // of a Result, in newer files
  std::vector<NetBody> bodies;            // one; If has two, the one for true first
  pugi::xml_node node;

  const std::string* FindAttribute(std::string_view name) const;
};

struct Net {
  std::vector<NetLayer> layers;
  std::vector<size_t> order;  // indices of layers, producers first
};

// Throws kBadModel with the file, line and layer.
Net ReadNet(const XmlFile& xml);

}  // namespace moir::graph
