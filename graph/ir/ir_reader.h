// Reads IR files into a graph of opset operators.
#pragma once

#include <memory>
#include <string>

#include "graph/graph.h"

namespace moir::graph {

// Reads the topology `xml_path` and the weights `bin_path` (empty: the .xml's path with .bin), versions 2, 3 and 4.
// The .bin is mapped: constants are views of it. Layers become the operators they stand for (FullyConnected becomes
// Reshape, MatMul, Add; ScaleShift becomes Multiply, Add; ...). Weights of an FP16 IR are widened to f32. Outputs are
// the values that nobody reads, under their layers' names, unless <meta_data> lists the model's outputs. Throws kIo
// when a file cannot be read, kBadModel (file, layer, what is wrong) when it contradicts itself, and kUnsupported for
// other versions and unknown layer types.
std::unique_ptr<Graph> ReadIr(const std::string& xml_path, const std::string& bin_path = "");

}  // namespace moir::graph
