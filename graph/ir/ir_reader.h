// Reads IR files into a graph of opset operators.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "graph/graph.h"
#include "graph/ir/ir_v10_v11_reader.h"

namespace moir::graph {

// The .xml's path with .bin: where weights are when nothing else is said.
std::string BinPath(const std::string& xml_path);

// Reads the topology `xml_path` and the weights `bin_path` (empty: the .xml's path with .bin), versions 2, 3, 4, 10 and
// 11. The .bin is mapped: constants are views of it.
//
// Versions 2 to 4: layers become the operators they stand for (FullyConnected becomes Reshape, MatMul, Add; ScaleShift
// becomes Multiply, Add; ...). Weights of an FP16 IR are widened to f32. Outputs are the values that nobody reads,
// under their layers' names, unless <meta_data> lists the model's outputs.
//
// Versions 10 and 11: see NetModel. `shapes` settles sizes that the file leaves open, or changes them; other versions
// have none to give.
//
// Throws kIo when a file cannot be read, kBadModel (file, layer, what is wrong) when it contradicts itself, and
// kUnsupported for other versions and unknown layer types.
std::unique_ptr<Graph> ReadIr(const std::string& xml_path, const std::string& bin_path = "",
                              const std::map<std::string, Shape>& shapes = {});

// The same where the shapes are asked for later.
struct OpenedIr {
  std::unique_ptr<Graph> graph;         // null while sizes of inputs are open
  std::shared_ptr<const NetModel> net;  // versions 10 and 11: makes graphs of other shapes; else null
  std::vector<NetState> states = {};    // of `graph`
};
OpenedIr OpenIr(const std::string& xml_path, const std::string& bin_path = "");
// The topology from memory; its constants are views of `weights`. `name` stands for the path in messages.
OpenedIr OpenIr(const std::string& name, const std::string& xml_text, std::shared_ptr<const MappedFile> weights);

}  // namespace moir::graph
