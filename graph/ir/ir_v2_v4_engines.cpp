#include "graph/ir/ir_v2_v4_engines.h"

#include <filesystem>
#include <map>
#include <set>

#include "graph/extension/extension_registry.h"
#include "graph/ir/ir_v2_v4.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

// Why OpenVINO 2018's CPU plug-in refuses the layer; empty when it does not.
std::string Refusal(const Node& node) {
  for (size_t i = 0; i < node.OutputCount(); ++i) {
    if (node.Type(i) != ElementType::kF32) return StrCat("it has no ", node.Type(i), " values");
    if (node.Shape(i).Rank() < 1 || node.Shape(i).Rank() > 5)
      return StrCat("it has no values of ", node.Shape(i).Rank(), " axes");
    for (const int64_t size : node.Shape(i)) {
      if (size == 0) return "it has no empty values";
    }
  }
  if (node.Is("Parameter")) return node.ReaderCount() == 0 ? "it refuses an input that nothing reads" : "";
  if (node.Is("Constant")) return "";
  if (FindExtensionOperator(node.Op())) return "it has no such layer, which is a plug-in's for moir";
  const bool old_layer = node.Op().rfind(kLayerPrefix, 0) == 0;
  if (!old_layer) return "it has no such layer";
  const int64_t rank = node.InputCount() > 0 ? node.Input(0).Shape().Rank() : 0;
  if (node.Is("ie.FullyConnected") && rank == 3) return "its FullyConnected has no 3-D input";
  if ((node.Is("ie.Crop") || node.Is("ie.Resample") || node.Is("ie.Interp")) && rank != 4)
    return StrCat("its ", node.Op().substr(3), " takes 4-D data only");
  if (node.Is("ie.Tile") && rank != 2 && rank != 4 && rank != 5) return StrCat("its Tile has no ", rank, "-D data");
  if (node.Is("ie.Split") && rank < 2) return "its Split has no 1-D data";
  if (node.Is("ie.Gemm") && rank > 4) return "its Gemm has at most 4-D data";
  return "";
}

}  // namespace

EngineCheck CheckEngines(const std::vector<const Node*>& layers, bool f16) {
  EngineCheck check;
  std::map<std::string, std::set<std::string>> refusals;  // reason, layer types
  std::set<std::string> types, plugins;
  for (const Node* node : layers) {
    const ExtensionOperator* extension = FindExtensionOperator(node->Op());
    if (extension) plugins.insert(std::filesystem::path(extension->library).filename().string());
    const std::string reason = Refusal(*node);
    if (reason.empty()) continue;
    const std::string& op = node->Op();
    std::string type = extension                                       ? extension->ir_type
                       : op.rfind(kLayerPrefix, 0) == 0                ? op.substr(kLayerPrefix.size())
                       : node->Is("Parameter") || node->Is("Constant") ? op
                                                                       : StrCat(kGenericPrefix, op);
    refusals[reason].insert(type);
    types.insert(std::move(type));
  }
  if (refusals.empty() && !f16) {
    check.engines = {"OpenVINO 2018 R3..R5 CPU + stock extensions", "moir engine"};
    return check;
  }
  if (refusals.empty()) {
    check.engines = {"OpenVINO 2018 R3..R5 GPU, MYRIAD", "moir engine"};
    check.notes.push_back("OpenVINO 2018's CPU plug-in refuses an IR in FP16");
    return check;
  }
  check.engines = {StrCat("moir engine only", plugins.empty() ? "" : StrCat(", with --extensions ", Join(plugins, ",")),
                          " (layers: ", Join(types, ", "), ")")};
  for (const auto& [reason, names] : refusals)
    check.notes.push_back(StrCat("OpenVINO 2018 cannot run the IR: ", reason, " (", Join(names, ", "), ")"));
  return check;
}

}  // namespace moir::graph
