#include "graph/ir/ir_reader.h"

#include <cstring>

#include "graph/error.h"
#include "graph/ir/ir_v2_v4_reader.h"
#include "graph/ir/xml.h"

namespace moir::graph {
namespace {

OpenedIr Open(const std::shared_ptr<const XmlFile>& xml, IrWeights weights) {
  const pugi::xml_node net = xml->Root();
  if (std::strcmp(net.name(), "net") != 0)
    xml->Bad(net, "not an IR: the outermost element is <", net.name(), ">, expected <net>");
  const int64_t version = xml->RequiredInt(net, "version");
  if (version >= 2 && version <= 4) return {ReadIrV2V4(*xml, std::move(weights), static_cast<int>(version)), nullptr};
  if (version != 10 && version != 11)
    Fail(ErrorKind::kUnsupported, xml->Place(net), ": IR version ", version,
         " cannot be read, expected 2, 3, 4, 10 or 11");
  OpenedIr opened{nullptr, std::make_shared<const NetModel>(xml, std::move(weights))};
  if (opened.net->IsStatic()) opened.graph = opened.net->Build({}, &opened.states);
  return opened;
}

}  // namespace

std::string BinPath(const std::string& xml_path) {
  const size_t dot = xml_path.rfind('.');
  const size_t slash = xml_path.rfind('/');
  const bool has_suffix = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (has_suffix ? xml_path.substr(0, dot) : xml_path) + ".bin";
}

OpenedIr OpenIr(const std::string& xml_path, const std::string& bin_path) {
  return Open(std::make_shared<const XmlFile>(xml_path), IrWeights(bin_path.empty() ? BinPath(xml_path) : bin_path));
}

OpenedIr OpenIr(const std::string& name, const std::string& xml_text, std::shared_ptr<const MappedFile> weights) {
  return Open(std::make_shared<const XmlFile>(name, xml_text), IrWeights(std::move(weights)));
}

std::unique_ptr<Graph> ReadIr(const std::string& xml_path, const std::string& bin_path,
                              const std::map<std::string, Shape>& shapes) {
  OpenedIr opened = OpenIr(xml_path, bin_path);
  if (opened.net && (!opened.graph || !shapes.empty())) return opened.net->Build(shapes);
  if (!shapes.empty() && !opened.net)
    Fail(ErrorKind::kBadOption, xml_path, ": shapes were given, but only IR v10 and v11 leave them open");
  return std::move(opened.graph);
}

}  // namespace moir::graph
