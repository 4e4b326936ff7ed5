#include "graph/ir/ir_reader.h"

#include <cstring>

#include "graph/error.h"
#include "graph/ir/ir_v2_v4_reader.h"
#include "graph/ir/xml.h"

namespace moir::graph {
namespace {

// The .xml's path with .bin.
std::string BinPath(const std::string& xml_path) {
  const size_t dot = xml_path.rfind('.');
  const size_t slash = xml_path.rfind('/');
  const bool has_suffix = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (has_suffix ? xml_path.substr(0, dot) : xml_path) + ".bin";
}

}  // namespace

std::unique_ptr<Graph> ReadIr(const std::string& xml_path, const std::string& bin_path) {
  const XmlFile xml(xml_path);
  const pugi::xml_node net = xml.Root();
  if (std::strcmp(net.name(), "net") != 0)
    xml.Bad(net, "not an IR: the outermost element is <", net.name(), ">, expected <net>");
  const int64_t version = xml.RequiredInt(net, "version");
  if (version < 2 || version > 4)
    Fail(ErrorKind::kUnsupported, xml.Place(net), ": IR version ", version, " cannot be read, expected 2, 3 or 4");
  return ReadIrV2V4(xml, bin_path.empty() ? BinPath(xml_path) : bin_path, static_cast<int>(version));
}

}  // namespace moir::graph
