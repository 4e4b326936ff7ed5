#include "mo/mxnet/symbol_reader.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "graph/error.h"
#include "graph/mapped_file.h"
#include "graph/strings.h"
#include "mo/faq.h"
#include "mo/mxnet/file_kind.h"

namespace moir::mo {

using namespace graph;

namespace {

using Json = nlohmann::json;

// Five levels per subgraph; real files have one or two subgraphs inside each other.
constexpr int kMaxNesting = 256;

constexpr std::string_view kTrainingKeys[] = {"ctx_group",    "force_mirroring", "lr_mult",
                                              "mirror_stage", "profiler_scope",  "wd_mult"};

// "at byte 312 (line 14)". The parser counts bytes from one.
std::string PlaceInText(std::string_view text, size_t byte) {
  const size_t offset = std::min(byte > 0 ? byte - 1 : 0, text.size());
  const auto line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(offset), '\n') + 1;
  return StrCat("at byte ", offset, " (line ", line, ")");
}

// How many objects and arrays are open at once. A callback of the parser could count them, too, and would make it three
// times slower.
int DeepestNesting(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    else if (in_string && c == '\\') ++i;
    else if (in_string) continue;
    else if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    else if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

Json ParseJson(std::string_view text, const std::string& place) {
  const std::string_view kind = DescribeFileKind(text);
  if (!kind.empty() && kind != "JSON text") Fail(ErrorKind::kBadModel, place, ": not a symbol.json but ", kind);
  if (DeepestNesting(text) > kMaxNesting)
    Fail(ErrorKind::kBadModel, place, ": not an MXNet symbol: nested deeper than ", kMaxNesting, " levels");
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // The parser's sentence starts with a tag and a position; what follows the last colon before the detail is ours to
    // keep.
    std::string_view reason = error.what();
    if (const size_t detail = reason.find("column"); detail != std::string_view::npos) {
      if (const size_t colon = reason.find(": ", detail); colon != std::string_view::npos)
        reason = reason.substr(colon + 2);
    }
    Fail(ErrorKind::kBadModel, place, ": ", PlaceInText(text, error.byte), ": not JSON: ", reason);
  }
}

class GraphParser {
 public:
  GraphParser(const Json& json, std::string place, int version) : json_(json) {
    symbol_.place = std::move(place);
    symbol_.version = version;
  }

  Symbol Parse() {
    if (!json_.is_object()) Refuse("got ", Describe(json_), ", expected an object with \"nodes\"");
    const Json* nodes = Member(json_, "nodes");
    if (!nodes) {
      std::vector<std::string> keys;
      for (const auto& item : json_.items()) {
        if (keys.size() < 8) keys.push_back("\"" + item.key() + "\"");
      }
      Refuse("JSON but not an MXNet symbol: no \"nodes\", only ", keys.empty() ? "an empty object" : Join(keys, ", "));
    }
    if (!nodes->is_array() || nodes->empty())
      Refuse("\"nodes\": got ", Describe(*nodes), ", expected an array of nodes");
    ParseGraphAttributes();
    symbol_.nodes.reserve(nodes->size());
    for (const Json& node : *nodes) ParseNode(node);
    SortNodes();
    ParseHeads();
    MergeVariables();
    CheckArgNodes();
    CheckRowPointers();
    return std::move(symbol_);
  }

 private:
  template <typename... Parts>
  [[noreturn]] void Refuse(const Parts&... parts) const {
    Fail(ErrorKind::kBadModel, symbol_.place, ": ", parts...);
  }

  static const Json* Member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  static std::string Describe(const Json& value) {
    if (value.is_array()) return value.empty() ? "an empty array" : "an array";
    if (value.is_object()) return "an object";
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() > 60 ? text.substr(0, 60) + "..." : text;
  }

  // "attrs": {"mxnet_version": ["int", 10901], "is_np_shape": ["int", 1]}
  std::optional<int64_t> GraphAttribute(const Json& attributes, const char* name) const {
    const Json* value = Member(attributes, name);
    if (!value) return std::nullopt;
    if (value->is_array() && value->size() == 2) value = &(*value)[1];
    if (!value->is_number_integer())
      Refuse("\"attrs\": ", name, ": got ", Describe(*value), ", expected [\"int\", NUMBER]");
    return value->get<int64_t>();
  }

  void ParseGraphAttributes() {
    const Json* attributes = Member(json_, "attrs");
    if (!attributes) return;
    if (!attributes->is_object()) Refuse("\"attrs\": got ", Describe(*attributes), ", expected an object");
    if (const auto version = GraphAttribute(*attributes, "mxnet_version")) {
      if (*version < 0 || *version > 10'000'000)
        Refuse("\"attrs\": mxnet_version: got ", *version, ", expected a number such as 10901");
      symbol_.version = static_cast<int>(*version);
    }
    if (const auto numpy_shapes = GraphAttribute(*attributes, "is_np_shape")) symbol_.numpy_shapes = *numpy_shapes != 0;
  }

  // Attribute values are text in every file that MXNet wrote; other tools write numbers and lists, too.
  std::string AttributeText(const Json& value) const {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null()) return "None";
    if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
    if (!value.is_array()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::vector<std::string> parts;
    for (const Json& element : value) parts.push_back(AttributeText(element));
    return "(" + Join(parts, ", ") + (parts.size() == 1 ? ",)" : ")");
  }

  void ParseAttributes(const Json& json, SymbolNode& node) const {
    // MXNet merges "attr" and "attrs" and fills up from "param"; of the first two the younger is the likelier truth.
    AttributeMap merged;
    for (const char* key : {"attrs", "attr", "param"}) {
      const Json* attributes = Member(json, key);
      if (!attributes) continue;
      if (!attributes->is_object())
        Refuse("node \"", node.name, "\": \"", key, "\": got ", Describe(*attributes), ", expected an object");
      for (const auto& item : attributes->items()) merged.emplace(item.key(), AttributeText(item.value()));
    }
    for (auto& [name, value] : merged) {
      const bool training =
          std::find(std::begin(kTrainingKeys), std::end(kTrainingKeys), name) != std::end(kTrainingKeys);
      // "weight_lr_mult" is what the node wants for its input "weight".
      const bool of_an_input =
          std::any_of(std::begin(kTrainingKeys), std::end(kTrainingKeys), [&](std::string_view key) {
            return name.size() > key.size() + 1 && name.ends_with(key) && name[name.size() - key.size() - 1] == '_';
          });
      const bool wrapped = name.size() > 4 && name.starts_with("__") && name.ends_with("__");
      if (training) {
        node.hidden.insert_or_assign("__" + name + "__", std::move(value));
      } else if (wrapped || of_an_input || node.IsVariable()) {
        node.hidden.emplace(name, std::move(value));
      } else {
        node.attributes.emplace(name, std::move(value));
      }
    }
  }

  // [node, output] or [node, output, version].
  template <typename... Parts>
  SymbolInput ParseEntry(const Json& json, size_t node_count, const Parts&... place) const {
    const auto is_index = [](const Json& value) { return value.is_number_integer() && value.get<int64_t>() >= 0; };
    if (!json.is_array() || json.size() < 2 || json.size() > 3 || !std::all_of(json.begin(), json.end(), is_index)) {
      Refuse(place..., ": got ",
             json.is_array() ? json.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60) : Describe(json),
             ", expected [node, output] or [node, output, version]");
    }
    SymbolInput input{json[0].get<size_t>(), json[1].get<size_t>(), json.size() > 2 ? json[2].get<int64_t>() : 0};
    if (input.node >= node_count) {
      Refuse(place..., ": got node ", input.node, ", expected one of ", node_count, " nodes",
             FaqPointer(kUndefinedNode));
    }
    return input;
  }

  std::string Text(const Json& node, const char* key) const {
    const Json* value = Member(node, key);
    if (!value || !value->is_string()) {
      Refuse("node ", symbol_.nodes.size(), ": \"", key, "\": got ", value ? Describe(*value) : "none",
             ", expected text");
    }
    return value->get<std::string>();
  }

  void ParseNode(const Json& json) {
    if (!json.is_object()) Refuse("node ", symbol_.nodes.size(), ": got ", Describe(json), ", expected an object");
    SymbolNode node;
    node.op = Text(json, "op");
    node.name = Text(json, "name");
    if (node.op.empty()) Refuse("node \"", node.name, "\": \"op\": got none, expected an operator or null");
    ParseAttributes(json, node);
    if (const Json* inputs = Member(json, "inputs")) {
      if (!inputs->is_array())
        Refuse("node \"", node.name, "\": \"inputs\": got ", Describe(*inputs), ", expected an array");
      for (const Json& input : *inputs) {
        node.inputs.push_back(
            ParseEntry(input, json_["nodes"].size(), "node \"", node.name, "\": input ", node.inputs.size()));
      }
    }
    if (node.IsVariable() && !node.inputs.empty()) {
      Refuse("node \"", node.name, "\": got ", node.inputs.size(), " inputs, expected none on a variable");
    }
    if (const Json* subgraphs = Member(json, "subgraphs")) {
      if (!subgraphs->is_array())
        Refuse("node \"", node.name, "\": \"subgraphs\": got ", Describe(*subgraphs), ", expected an array");
      for (const Json& subgraph : *subgraphs) {
        const std::string place = StrCat(symbol_.PlaceOf(node), ": subgraph ", node.subgraphs.size());
        node.subgraphs.push_back(GraphParser(subgraph, place, symbol_.version).Parse());
        node.subgraphs.back().numpy_shapes |= symbol_.numpy_shapes;
      }
    }
    symbol_.nodes.push_back(std::move(node));
  }

  // MXNet writes producers first. Files edited by hand may not; they are sorted, and a cycle is refused.
  void SortNodes() {
    const std::vector<SymbolNode>& nodes = symbol_.nodes;
    position_.resize(nodes.size());
    bool sorted = true;
    for (size_t i = 0; i < nodes.size(); ++i) {
      position_[i] = i;
      for (const SymbolInput& input : nodes[i].inputs) {
        sorted = sorted && input.node < i;
        if (nodes[input.node].IsVariable() && input.output != 0) {
          Refuse("node \"", nodes[i].name, "\": got output ", input.output, " of variable \"", nodes[input.node].name,
                 "\", expected output 0");
        }
      }
    }
    if (sorted) return;

    enum class State : uint8_t { kNew, kOpen, kDone };
    std::vector<State> states(nodes.size(), State::kNew);
    std::vector<size_t> order;
    struct Frame {
      size_t node;
      size_t next_input;
    };
    for (size_t root = 0; root < nodes.size(); ++root) {
      if (states[root] != State::kNew) continue;
      std::vector<Frame> stack{{root, 0}};
      states[root] = State::kOpen;
      while (!stack.empty()) {
        Frame& top = stack.back();
        if (top.next_input == nodes[top.node].inputs.size()) {
          states[top.node] = State::kDone;
          order.push_back(top.node);
          stack.pop_back();
          continue;
        }
        const size_t producer = nodes[top.node].inputs[top.next_input++].node;
        if (states[producer] == State::kOpen) {
          std::vector<std::string> cycle;
          for (const Frame& frame : stack) {
            if (frame.node == producer || !cycle.empty()) cycle.push_back("\"" + nodes[frame.node].name + "\"");
          }
          cycle.push_back(cycle.front());
          Refuse("a cycle of nodes: ", Join(cycle, " reads "), FaqPointer(kCycle));
        }
        if (states[producer] == State::kNew) {
          states[producer] = State::kOpen;
          stack.push_back({producer, 0});
        }
      }
    }
    std::vector<SymbolNode> ordered;
    ordered.reserve(nodes.size());
    for (size_t i = 0; i < order.size(); ++i) {
      position_[order[i]] = i;
      ordered.push_back(std::move(symbol_.nodes[order[i]]));
    }
    for (SymbolNode& node : ordered) {
      for (SymbolInput& input : node.inputs) input.node = position_[input.node];
    }
    symbol_.nodes = std::move(ordered);
    symbol_.remarks.push_back("nodes did not come after their producers and were sorted");
  }

  void ParseHeads() {
    const Json* heads = Member(json_, "heads");
    if (heads && !heads->is_array()) Refuse("\"heads\": got ", Describe(*heads), ", expected an array");
    if (heads && !heads->empty()) {
      const bool single = (*heads)[0].is_number();  // [7, 0] instead of [[7, 0]]
      const size_t count = single ? 1 : heads->size();
      for (size_t i = 0; i < count; ++i) {
        SymbolInput head = ParseEntry(single ? *heads : (*heads)[i], symbol_.nodes.size(), "head ", i);
        head.node = position_[head.node];
        const SymbolNode& node = symbol_.nodes[head.node];
        if (node.IsVariable() && head.output != 0) {
          Refuse("head ", i, ": got output ", head.output, " of variable \"", node.name, "\", expected output 0");
        }
        symbol_.heads.push_back(head);
      }
      return;
    }
    std::vector<bool> read(symbol_.nodes.size(), false);
    for (const SymbolNode& node : symbol_.nodes) {
      for (const SymbolInput& input : node.inputs) read[input.node] = true;
    }
    for (const bool variables : {false, true}) {
      for (size_t i = 0; i < read.size() && (!variables || symbol_.heads.empty()); ++i) {
        if (!read[i] && symbol_.nodes[i].IsVariable() == variables) symbol_.heads.push_back({i, 0, 0});
      }
    }
    symbol_.remarks.push_back("no heads are stated; what nothing reads is an output");
  }

  // Variables of one name are one to MXNet, which binds values to names (Symbol.bind and SymbolBlock; Module refuses
  // them). Readers of the later ones read the first.
  void MergeVariables() {
    std::map<std::string_view, size_t> first;
    std::vector<size_t> merged(symbol_.nodes.size());
    std::set<std::string_view> repeated;
    for (size_t i = 0; i < merged.size(); ++i) {
      merged[i] = i;
      if (!symbol_.nodes[i].IsVariable()) continue;
      const auto [found, is_new] = first.emplace(symbol_.nodes[i].name, i);
      merged[i] = found->second;
      if (!is_new) repeated.insert(found->first);
    }
    if (repeated.empty()) return;
    for (SymbolNode& node : symbol_.nodes) {
      for (SymbolInput& input : node.inputs) input.node = merged[input.node];
    }
    for (SymbolInput& head : symbol_.heads) head.node = merged[head.node];
    for (const std::string_view name : repeated)
      symbol_.remarks.push_back(
          StrCat("several variables are named \"", name, "\"; they were taken for one, as MXNet does"));
  }

  void CheckArgNodes() {
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (symbol_.nodes[i].IsVariable()) symbol_.arg_nodes.push_back(i);
    }
    const Json* stated = Member(json_, "arg_nodes");
    if (!stated) return;
    if (!stated->is_array()) Refuse("\"arg_nodes\": got ", Describe(*stated), ", expected an array");
    std::vector<size_t> variables;
    for (const Json& index : *stated) {
      if (!index.is_number_integer() || index.get<int64_t>() < 0 || index.get<size_t>() >= symbol_.nodes.size()) {
        Refuse("\"arg_nodes\": got ", Describe(index), ", expected one of ", symbol_.nodes.size(), " nodes");
      }
      variables.push_back(position_[index.get<size_t>()]);
    }
    std::sort(variables.begin(), variables.end());
    if (variables != symbol_.arg_nodes)
      symbol_.remarks.push_back("arg_nodes are not the variables; the variables were taken");
  }

  // MXNet never reads them back; files that were cut by hand keep stale ones.
  void CheckRowPointers() {
    const Json* stated = Member(json_, "node_row_ptr");
    if (!stated) return;
    if (!stated->is_array()) Refuse("\"node_row_ptr\": got ", Describe(*stated), ", expected an array");
    int64_t last = 0;
    bool good = stated->size() == symbol_.nodes.size() + 1;
    for (const Json& value : *stated) {
      if (!value.is_number_integer()) Refuse("\"node_row_ptr\": got ", Describe(value), ", expected an integer");
      good = good && value.get<int64_t>() >= last;
      last = value.get<int64_t>();
    }
    if (!good) symbol_.remarks.push_back("node_row_ptr does not fit the nodes and was ignored");
  }

  const Json& json_;
  Symbol symbol_;
  std::vector<size_t> position_;  // of each node of the file in the symbol
};

}  // namespace

std::string Symbol::PlaceOf(const SymbolNode& node) const {
  return StrCat(place, ": node \"", node.name, "\"", node.IsVariable() ? "" : " (" + node.op + ")");
}

const SymbolNode* Symbol::FindNode(std::string_view name) const {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const SymbolNode& node) { return node.name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

Symbol ParseSymbol(std::string_view text, const std::string& place) {
  return GraphParser(ParseJson(text, place), place, kUnversionedSymbol).Parse();
}

Symbol ReadSymbol(const std::string& path) {
  const auto file = MappedFile::Open(path);
  return ParseSymbol({reinterpret_cast<const char*>(file->Data()), file->Size()}, path);
}

}  // namespace moir::mo
