// Symbol: an MXNet graph as its symbol.json states it, before anything is understood of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace moir::mo {

struct Symbol;
using AttributeMap = std::map<std::string, std::string, std::less<>>;

// The version MXNet assumes for files that state none: 0.8.0, written as major * 10000 + minor * 100 + patch.
inline constexpr int kUnversionedSymbol = 800;

// Output `output` of node `node`.
struct SymbolInput {
  size_t node = 0;
  size_t output = 0;
  int64_t version = 0;
  friend bool operator==(const SymbolInput&, const SymbolInput&) = default;
};

struct SymbolNode {
  std::string name;
  std::string op;  // "null" for variables
  // What the operator itself understands. Empty for variables: old files repeat the reader's attributes on them.
  AttributeMap attributes;
  // What it does not: "__shape__", "__dtype__", "__init__" and the like, and training keys, which are brought to that
  // form
  // ("lr_mult" of old files is "__lr_mult__" here; "weight_lr_mult" stays). Of variables: everything.
  AttributeMap hidden;
  std::vector<SymbolInput> inputs;
  bool is_cut = false;            // a variable made where the user cut the graph: its type is not stated
  std::vector<Symbol> subgraphs;  // bodies of control flow, contents of fused and quantized nodes

  bool IsVariable() const { return op == "null"; }
};

// Every node comes after its producers; all indices are in range.
struct Symbol {
  std::string place;  // for messages: the path, or which subgraph of what
  int version = kUnversionedSymbol;
  bool numpy_shapes = false;  // saved under NumPy's shape rules: 0 is a size, -1 is unknown
  std::vector<SymbolNode> nodes;
  std::vector<size_t> arg_nodes;     // the variables, ascending
  std::vector<SymbolInput> heads;    // the outputs, in their order
  std::vector<std::string> remarks;  // what the file states wrongly and what was done about it

  // 'PATH: node "conv0" (Convolution)': the start of a message about a node.
  std::string PlaceOf(const SymbolNode& node) const;
  // Null when there is none; the first of several.
  const SymbolNode* FindNode(std::string_view name) const;
};

}  // namespace moir::mo
