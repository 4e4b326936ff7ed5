// Reader of IR v2, v3 and v4; called by ReadIr.
#pragma once

#include <memory>
#include <string>

#include "graph/graph.h"
#include "graph/ir/ir_weights.h"
#include "graph/ir/xml.h"

namespace moir::graph {

std::unique_ptr<Graph> ReadIrV2V4(const XmlFile& xml, IrWeights weights, int version);

}  // namespace moir::graph
