#include "mo/unknown_operators.h"

#include <algorithm>
#include <cctype>

#include "graph/strings.h"
#include "mo/mxnet/op_table.h"

namespace moir::mo {
namespace {

using Type = UnknownAttribute::Type;

bool IsBool(std::string_view text) { return text == "True" || text == "False"; }

bool IsIntTuple(std::string_view text) {
  if (text.size() < 2 || (text.front() != '(' && text.front() != '[')) return false;
  text = text.substr(1, text.size() - 2);
  const std::vector<std::string> parts = graph::Split(text, ',');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    const std::string_view trimmed = graph::Trim(part);
    return trimmed.empty() || graph::ParseInt(trimmed);
  });
}

Type TypeOf(const std::vector<std::string>& values) {
  const auto all = [&](const auto& is) { return std::all_of(values.begin(), values.end(), is); };
  if (all(IsBool)) return Type::kBool;
  if (all([](const std::string& text) { return graph::ParseInt(text).has_value(); })) return Type::kInt;
  if (all([](const std::string& text) { return graph::ParseDouble(text).has_value(); })) return Type::kDouble;
  if (all(IsIntTuple)) return Type::kInts;
  return Type::kString;
}

std::vector<bool> Reachable(const Symbol& symbol) {
  std::vector<bool> reachable(symbol.nodes.size(), false);
  for (const SymbolInput& head : symbol.heads) reachable[head.node] = true;
  for (size_t i = symbol.nodes.size(); i-- > 0;) {
    if (!reachable[i]) continue;
    for (const SymbolInput& input : symbol.nodes[i].inputs) reachable[input.node] = true;
  }
  return reachable;
}

class Collector {
 public:
  Collector(const Symbol& symbol, const Params& params) : symbol_(symbol), params_(params) {}

  std::vector<UnknownOperator> Run() {
    const std::vector<bool> reachable = Reachable(symbol_);
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      const SymbolNode& node = symbol_.nodes[i];
      if (reachable[i] && !node.IsVariable() && !FindOpEntry(node)) Add(node);
    }
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (!reachable[i]) continue;
      for (const SymbolInput& input : symbol_.nodes[i].inputs) CountOutput(input);
    }
    for (const SymbolInput& head : symbol_.heads) CountOutput(head);
    for (UnknownOperator& op : found_) Finish(op);
    return std::move(found_);
  }

 private:
  static std::string OpType(const SymbolNode& node) {
    const auto found = node.attributes.find("op_type");
    return node.op != "Custom" || found == node.attributes.end() ? std::string() : found->second;
  }

  UnknownOperator* Find(const SymbolNode& node) {
    const auto found = std::find_if(found_.begin(), found_.end(), [&](const UnknownOperator& op) {
      return op.op == node.op && op.op_type == OpType(node);
    });
    return found == found_.end() ? nullptr : &*found;
  }

  void Add(const SymbolNode& node) {
    UnknownOperator* op = Find(node);
    if (!op) op = &found_.emplace_back(UnknownOperator{node.op, OpType(node), {}, {}, {}});
    op->nodes.push_back(node.name);
    for (const auto& [name, text] : node.attributes) {
      if (node.op == "Custom" && name == "op_type") continue;
      auto attribute = std::find_if(op->attributes.begin(), op->attributes.end(),
                                    [&, &key = name](const UnknownAttribute& known) { return known.name == key; });
      if (attribute == op->attributes.end()) {
        op->attributes.push_back({name, Type::kString, {}, op->nodes.size() == 1});
        attribute = op->attributes.end() - 1;
      }
      if (std::find(attribute->values.begin(), attribute->values.end(), text) == attribute->values.end())
        attribute->values.push_back(text);
    }
    for (UnknownAttribute& attribute : op->attributes)
      attribute.everywhere = attribute.everywhere && node.attributes.contains(attribute.name);
    for (size_t k = 0; k < node.inputs.size(); ++k) AddInput(node, k, *op);
    for (size_t k = node.inputs.size(); k < op->inputs.size(); ++k) op->inputs[k].everywhere = false;
  }

  void AddInput(const SymbolNode& node, size_t index, UnknownOperator& op) const {
    const SymbolNode& from = symbol_.nodes[node.inputs[index].node];
    const std::string prefix = node.name + "_";
    const bool own = from.IsVariable() && from.name.starts_with(prefix);
    const bool is_label = from.IsVariable() && from.name.ends_with("label");
    const auto param = from.IsVariable() ? params_.Find(from.name) : std::nullopt;
    if (index == op.inputs.size()) {
      UnknownInput input;
      input.name = own ? from.name.substr(prefix.size()) : is_label ? "label" : index == 0 ? "data" : "";
      input.role = is_label ? 'l' : own || param ? 'w' : 'd';
      input.everywhere = op.nodes.size() == 1;
      op.inputs.push_back(std::move(input));
    }
    UnknownInput& input = op.inputs[index];
    if (input.role == 'w' && !own && !param) input.role = 'd';
    if (param && input.shapes.empty()) input.shapes = graph::StrCat(param->Type(), param->Shape(), " of ", from.name);
  }

  void CountOutput(const SymbolInput& input) {
    const SymbolNode& node = symbol_.nodes[input.node];
    if (node.IsVariable()) return;
    if (UnknownOperator* op = Find(node)) op->outputs = std::max(op->outputs, input.output + 1);
  }

  static void Finish(UnknownOperator& op) {
    for (UnknownAttribute& attribute : op.attributes) attribute.type = TypeOf(attribute.values);
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      std::string& name = op.inputs[i].name;
      std::replace_if(
          name.begin(), name.end(), [](unsigned char c) { return !(std::isalnum(c) || c == '_'); }, '_');
      const bool taken = std::any_of(op.inputs.begin(), op.inputs.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const UnknownInput& other) { return other.name == name; });
      if (name.empty() || taken || std::isdigit(static_cast<unsigned char>(name[0]))) name = graph::StrCat("input", i);
    }
  }

  const Symbol& symbol_;
  const Params& params_;
  std::vector<UnknownOperator> found_;
};

}  // namespace

std::vector<UnknownOperator> FindUnknownOperators(const Symbol& symbol, const Params& params) {
  return Collector(symbol, params).Run();
}

}  // namespace moir::mo
