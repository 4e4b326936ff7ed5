// A layered drawing of a directed acyclic graph: every node lies below the nodes it reads.
//
// Nodes get the layer of their longest path from a source. Edges that cross layers bend at a point in each, so that
// they run beside the nodes instead of through them. Within a layer nodes are ordered by the mean place of their
// neighbours, swept down and up, and then moved towards it as far as their neighbours leave room.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace moir::mo {

struct LayoutPoint {
  double x = 0, y = 0;
};

struct GraphLayout {
  std::vector<LayoutPoint> nodes;               // centres
  std::vector<std::vector<LayoutPoint>> edges;  // per edge: bottom of the producer, bends, top of the reader
  double width = 0, height = 0;
};

struct LayoutSizes {
  double node_width = 190, node_height = 40;
  double gap_x = 24, gap_y = 44, bend_width = 14;
};

// `edges`: (from, to) with from < to. Linear in nodes, edges and bends; bends stop at some fifty thousand.
GraphLayout LayOutGraph(size_t node_count, const std::vector<std::pair<size_t, size_t>>& edges,
                        const LayoutSizes& sizes = {});

}  // namespace moir::mo
