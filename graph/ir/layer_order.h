// The order in which layers of a file are understood, whatever its version.
#pragma once

#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

#include "graph/ir/xml.h"

namespace moir::graph {

// Indices of the layers, producers first, otherwise in the order of the file. A layer has inputs with from_layer, an
// XML node, a name and a type. Throws kBadModel for cycles, with the place of one of the layers.
template <typename Layer>
std::vector<size_t> ProducersFirst(const XmlFile& xml, const std::vector<Layer>& layers) {
  std::vector<size_t> missing(layers.size());
  std::vector<std::vector<size_t>> readers(layers.size());
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t i = 0; i < layers.size(); ++i) {
    missing[i] = layers[i].inputs.size();
    for (const auto& port : layers[i].inputs) readers[port.from_layer].push_back(i);
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<size_t> order;
  while (!ready.empty()) {
    const size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const size_t reader : readers[next]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  for (size_t i = 0; order.size() != layers.size() && i < layers.size(); ++i) {
    if (missing[i] > 0) {
      xml.Bad(layers[i].node, "layer \"", layers[i].name, "\" (", layers[i].type,
              ") is part of a cycle or reads from one");
    }
  }
  return order;
}

}  // namespace moir::graph
