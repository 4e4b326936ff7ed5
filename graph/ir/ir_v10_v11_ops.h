// How operators of the graph are spelled as layers of IR v10 and v11.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/node.h"
#include "graph/tensor.h"

namespace moir::graph {

// An input of a layer: what the node reads, or a constant that only this version of the operator takes.
using OpsetInput = std::variant<Value, Tensor>;

// Name of the rt_info attribute that marks a Loop which is a GreedySuppression; it holds the operator's attributes. The
// loop's inputs from the third on are the candidates and the operator's other inputs in their order.
inline constexpr const char* kSuppressionMark = "moir_greedy_suppression";

struct OpsetLayer {
  std::string type;
  std::string opset;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<OpsetInput> inputs;
};

// The newest operation set that files of this IR version use: v10 those of OpenVINO 2021.4 (opset7), v11 all.
int LatestOpset(int ir_version);

// The oldest version of the operator that has the node's meaning, so that most engines can read it. Constants and
// Parameters are the writer's own business. Throws kUnsupported with the node's name when no operation set up to
// LatestOpset has the meaning.
OpsetLayer SpellForOpset(const Node& node, int ir_version);

// Whether the operator can be written: false for operators of our own set, of old IRs and of sets that are too new.
bool HasOpsetSpelling(const Node& node, int ir_version);

}  // namespace moir::graph
