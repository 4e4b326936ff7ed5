#include "mo/mxnet/model_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "mo/faq.h"
#include "mo/mxnet/attributes.h"
#include "mo/mxnet/op_table.h"
#include "mo/mxnet/private_operators.h"

namespace moir::mo {

ElementType VariableType(const SymbolNode& variable) {
  const auto found = variable.hidden.find("__dtype__");
  if (found == variable.hidden.end()) return ElementType::kF32;
  const std::optional<int64_t> flag = ParseInt(found->second);
  // -1 and other numbers that name no type leave the type open.
  const ElementType type = flag ? ElementTypeOfFlag(*flag) : ElementType::kUndefined;
  return type == ElementType::kUndefined ? ElementType::kF32 : type;
}

namespace {

class Planner {
 public:
  Planner(const Symbol& symbol, const Params& params, const BuildOptions& options)
      : symbol_(symbol), params_(params), options_(options) {
    entries_.reserve(symbol.nodes.size());
    for (const SymbolNode& node : symbol.nodes) entries_.push_back(node.IsVariable() ? nullptr : FindOpEntry(node));
  }

  ModelPlan Run() {
    plan_.kinds.assign(symbol_.nodes.size(), NodeKind::kUnneeded);
    FindNamedInputs();
    FindLabels();
    FindOutputs();
    MarkNeeded();
    RefuseUnknownOperators();
    FindInputs();
    return std::move(plan_);
  }

 private:
  // "NAME", "NAME.1", "NAME:1", "NAME_output", "NAME_output1".
  std::optional<SymbolInput> FindValue(const std::string& name) const {
    if (const auto node = FindNode(name)) return SymbolInput{*node, 0, 0};
    const size_t digits = name.find_last_not_of("0123456789") + 1;
    const std::string_view stem = std::string_view(name).substr(0, digits);
    const auto number =
        digits < name.size() ? ParseInt(std::string_view(name).substr(digits)) : std::optional<int64_t>(0);
    if (!number) return std::nullopt;
    for (const std::string_view ending : {"_output", ".", ":"}) {
      if (stem.size() <= ending.size() || stem.substr(stem.size() - ending.size()) != ending ||
          (ending != "_output" && digits == name.size()))
        continue;
      if (const auto node = FindNode(std::string(stem.substr(0, stem.size() - ending.size()))))
        return SymbolInput{*node, static_cast<size_t>(*number), 0};
    }
    return std::nullopt;
  }

  // Of several nodes with the name one that is an output of the symbol, else the first.
  std::optional<size_t> FindNode(const std::string& name) const {
    for (const SymbolInput& head : symbol_.heads) {
      if (symbol_.nodes[head.node].name == name) return head.node;
    }
    const SymbolNode* node = symbol_.FindNode(name);
    return node ? std::optional(static_cast<size_t>(node - symbol_.nodes.data())) : std::nullopt;
  }

  // "1:NAME": what input 1 of the node reads. Nothing when the name has no such form or no such node is there.
  std::optional<SymbolInput> FindReadValue(const std::string& name) const {
    const size_t colon = name.find(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    const auto port = ParseInt(std::string_view(name).substr(0, colon));
    const auto index = FindNode(name.substr(colon + 1));
    if (!port || *port < 0 || !index) return std::nullopt;
    const SymbolNode& node = symbol_.nodes[*index];
    if (node.IsVariable()) {
      FailFaq(kPortOfVariable, ErrorKind::kBadOption, "--output: \"", name, "\": \"", node.name,
              "\" is a variable, which has no input ports; expected its name alone");
    }
    if (static_cast<uint64_t>(*port) >= node.inputs.size()) {
      FailFaq(kPortOutOfRange, ErrorKind::kBadOption, "--output: \"", name, "\": got input port ", *port, " of node \"",
              node.name, "\", expected one of ", node.inputs.size(), " (counted from 0)");
    }
    return node.inputs[static_cast<size_t>(*port)];
  }

  [[noreturn]] void FailUnknownName(int faq, std::string_view option, const std::string& name) const {
    std::vector<std::string> names;
    for (const SymbolNode& node : symbol_.nodes) names.push_back(node.name);
    const std::string nearest = NearestName(name, names);
    FailFaq(faq, ErrorKind::kBadOption, option, ": ", symbol_.place, " has no node \"", name, "\"",
            nearest.empty() ? "" : StrCat("; did you mean \"", nearest, "\"?"));
  }

  void FindNamedInputs() {
    for (const InputOption& input : options_.inputs) {
      if (input.name.empty()) continue;
      const auto value = FindValue(input.name);
      if (!value) FailUnknownName(kUnknownInput, "--input", input.name);
      if (named_.contains(value->node)) Fail(ErrorKind::kBadOption, "--input: \"", input.name, "\" comes twice");
      named_[value->node] = {value->output, input.shape, input.type};
      named_order_.push_back(value->node);
    }
  }

  bool HasParam(const SymbolNode& node) const {
    const auto tensor = params_.Find(node.name);
    return tensor && tensor->IsDefined();
  }

  // Labels: variables without a parameter that only labels' places and training operators read, or that are called
  // labels. What depends on them exists at training only.
  void FindLabels() {
    const size_t count = symbol_.nodes.size();
    std::vector<bool> read(count, false), read_as_data(count, false);
    for (size_t i = 0; i < count; ++i) {
      const SymbolNode& node = symbol_.nodes[i];
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        const bool training = entries_[i] && (entries_[i]->TrainingOnly() || entries_[i]->Role(k) == 'l');
        read[node.inputs[k].node] = true;
        if (!training) read_as_data[node.inputs[k].node] = true;
      }
    }
    label_.assign(count, false);
    training_.assign(count, false);
    for (size_t i = 0; i < count; ++i) {
      const SymbolNode& node = symbol_.nodes[i];
      if (named_.contains(i)) continue;
      if (node.IsVariable()) {
        label_[i] =
            !HasParam(node) && ((read[i] && !read_as_data[i]) || node.name == "label" || node.name.ends_with("_label"));
        // A variable that is data of a training operator and of nothing else (anchors of a target) is no label.
        training_[i] = label_[i];
        continue;
      }
      training_[i] = entries_[i] && entries_[i]->TrainingOnly();
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        if (!(entries_[i] && entries_[i]->Role(k) == 'l') && training_[node.inputs[k].node]) training_[i] = true;
      }
    }
  }

  std::string OutputName(const SymbolInput& value) const {
    const std::string& name = symbol_.nodes[value.node].name;
    return value.output == 0 ? name : StrCat(name, ".", value.output);
  }

  void FindOutputs() {
    for (const std::string& name : options_.outputs) {
      auto value = FindValue(name);
      if (!value) value = FindReadValue(name);
      if (!value) FailUnknownName(kUnknownOutput, "--output", name);
      plan_.outputs.push_back({OutputName(*value), *value});
    }
    if (!options_.outputs.empty()) return;
    std::vector<std::string> dropped;
    for (const SymbolInput& head : symbol_.heads) {
      if (head.output > 0 && (symbol_.nodes[head.node].op == "LeakyReLU" || symbol_.nodes[head.node].op == "Dropout")) {
        plan_.notes.push_back(StrCat("removed output \"", OutputName(head), "\" (", symbol_.nodes[head.node].op,
                                     "): the random numbers of training"));
      } else if (training_[head.node]) {
        dropped.push_back(OutputName(head));
        plan_.notes.push_back(StrCat("removed output \"", OutputName(head), "\" (", symbol_.nodes[head.node].op,
                                     "): it depends on labels and exists at training only"));
      } else {
        plan_.outputs.push_back({OutputName(head), head});
      }
    }
    if (plan_.outputs.empty()) RefuseTraining(dropped);
  }

  void MarkNeeded() {
    std::vector<size_t> todo;
    std::vector<bool> seen(symbol_.nodes.size(), false);
    const auto mark = [&](size_t node) {
      if (!seen[node]) todo.push_back(node);
      seen[node] = true;
    };
    for (const ModelOutput& output : plan_.outputs) mark(output.source.node);
    roles_.assign(symbol_.nodes.size(), {});
    while (!todo.empty()) {
      const size_t index = todo.back();
      todo.pop_back();
      const SymbolNode& node = symbol_.nodes[index];
      if (named_.contains(index)) {
        plan_.kinds[index] = NodeKind::kInput;
        continue;
      }
      if (node.IsVariable()) {
        plan_.kinds[index] = HasParam(node) ? NodeKind::kWeight : NodeKind::kInput;
        continue;
      }
      plan_.kinds[index] = NodeKind::kOperator;
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        const char role = entries_[index] ? entries_[index]->Role(k) : 'd';
        const size_t from = node.inputs[k].node;
        roles_[from].insert(role);
        if (role != 'l') mark(from);
        else if (label_[from] && noted_labels_.insert(from).second) {
          plan_.notes.push_back(
              StrCat("label input \"", symbol_.nodes[from].name, "\" is not read at inference and was dropped"));
        }
      }
    }
  }

  bool IsUnknown(size_t index) const {
    return plan_.kinds[index] == NodeKind::kOperator && (!entries_[index] || entries_[index]->TrainingOnly());
  }

  // The operator as the message calls it; Custom by what it stands for.
  static std::string OperatorName(const SymbolNode& node) {
    if (node.op.empty()) return "(no name)";
    if (node.op != "Custom") return node.op;
    const auto op_type = node.attributes.find("op_type");
    return op_type == node.attributes.end() ? "Custom" : StrCat("Custom, op_type ", op_type->second);
  }

  // What an unknown operator is, or which one may have been meant.
  std::string About(size_t index, const std::vector<std::string>& known) const {
    const SymbolNode& node = symbol_.nodes[index];
    if (entries_[index] && !entries_[index]->TrainingOnly()) return ", which reads labels as its data";
    if (entries_[index]) return ", which exists at training only; cut the graph before it with --output";
    if (node.op == "Custom") return "; Python code of the training program, which the file does not hold";
    if (const std::string_view text = KnownOfPrivateOperator(node.op); !text.empty()) return StrCat("; ", text);
    const std::string nearest = NearestName(node.op, known);
    return nearest.empty() ? "" : StrCat("; the nearest known operator is ", nearest);
  }

  // Where the graph can be cut: values that the nodes read and that do not depend on any of them.
  std::vector<std::string> ValuesBefore(const std::vector<size_t>& nodes) const {
    std::vector<bool> stops(symbol_.nodes.size(), false), depends(symbol_.nodes.size(), false);
    for (const size_t node : nodes) stops[node] = true;
    std::vector<std::string> names;
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      const SymbolNode& node = symbol_.nodes[i];
      depends[i] = stops[i];
      for (const SymbolInput& input : node.inputs) depends[i] = depends[i] || depends[input.node];
      if (!stops[i]) continue;
      for (const SymbolInput& input : node.inputs) {
        if (symbol_.nodes[input.node].IsVariable() || depends[input.node]) continue;
        const std::string name = OutputName(input);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    }
    return names;
  }

  static std::string Shown(std::span<const std::string> names, size_t most, std::string_view separator) {
    return StrCat(Join(names.first(std::min(names.size(), most)), separator), names.size() > most ? ", ..." : "");
  }

  // A line per operator, the most frequent first, and where the graph before them ends.
  std::string Listed(const std::vector<size_t>& nodes) const {
    std::map<std::string, std::vector<size_t>> by_name;
    for (const size_t node : nodes) by_name[OperatorName(symbol_.nodes[node])].push_back(node);
    std::vector<std::pair<std::string, std::vector<size_t>>> ordered(by_name.begin(), by_name.end());
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
    std::vector<std::string> known;
    for (const OpEntry& entry : OpTable()) known.emplace_back(entry.name);
    for (std::string& name : graph::ExtensionConverterNames()) known.push_back(std::move(name));
    std::string text;
    for (const auto& [name, same] : ordered) {
      constexpr size_t kShown = 4;
      std::vector<std::string> names;
      for (const size_t node : same) names.push_back(symbol_.nodes[node].name);
      text += StrCat("\n  ", name, ": ", names.size(), names.size() == 1 ? " node (" : " nodes (",
                     Shown(names, kShown, ", "), ")", About(same[0], known));
    }
    if (const std::vector<std::string> before = ValuesBefore(nodes); !before.empty()) {
      constexpr size_t kShown = 8;
      text += StrCat("\nthe graph before them ends at: --output ", Shown(before, kShown, ","));
    }
    return text;
  }

  // All of them in one message.
  void RefuseUnknownOperators() const {
    std::vector<size_t> unknown;
    std::set<std::string> names;
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (!IsUnknown(i)) continue;
      unknown.push_back(i);
      names.insert(OperatorName(symbol_.nodes[i]));
    }
    if (unknown.empty()) return;
    const bool only_custom =
        std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("Custom"); });
    throw Error(
        ErrorKind::kUnsupported,
        StrCat(symbol_.place, ": ", names.size() == 1 ? "1 operator is" : StrCat(names.size(), " operators are"),
               " not supported:", Listed(unknown),
               "\nwrite a plug-in for --extensions (--extensions_template NAME makes its project; docs/extending.md), "
               "add a converter (docs/adding_an_operator.md), or cut the graph: behind a node with --input "
               "NODE:0[SHAPE], before it with --output",
               FaqPointer(only_custom ? kCustomLayer : kUnsupportedOperator)));
  }

  // Operators that make of labels what later ones cannot do without.
  [[noreturn]] void RefuseTraining(const std::vector<std::string>& dropped) const {
    std::vector<size_t> readers;
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      const SymbolNode& node = symbol_.nodes[i];
      if (node.IsVariable() || !training_[i]) continue;
      bool reads = entries_[i] && entries_[i]->TrainingOnly();
      for (size_t k = 0; k < node.inputs.size(); ++k)
        reads = reads || (label_[node.inputs[k].node] && !(entries_[i] && entries_[i]->Role(k) == 'l'));
      if (reads) readers.push_back(i);
    }
    Fail(ErrorKind::kBadModel, symbol_.place, ": every output depends on labels (", Join(dropped, ", "),
         "), through operators that exist at training only or that are not known:", Listed(readers),
         "\nname inner nodes with --output, or the labels with --input to keep them as inputs");
  }

  bool OnlyRole(size_t node, char role) const {
    return !roles_[node].empty() &&
           std::all_of(roles_[node].begin(), roles_[node].end(), [&](char r) { return r == role || r == 'l'; });
  }

  size_t IndexOf(const SymbolNode& node) const { return static_cast<size_t>(&node - symbol_.nodes.data()); }

  // A variable's own statement of its shape; nothing when it is absent or leaves more open than the batch.
  std::optional<Shape> StatedShape(const SymbolNode& node) const {
    const auto found = node.hidden.find("__shape__");
    if (!node.IsVariable() || found == node.hidden.end()) return std::nullopt;
    const Attributes attributes(node.hidden, symbol_.PlaceOf(node));
    std::vector<int64_t> dims = attributes.Ints("__shape__", std::vector<int64_t>{});
    if (dims.empty()) return std::nullopt;
    if (options_.batch && dims[0] > 1 && dims[0] != *options_.batch && !OnlyRole(IndexOf(node), 's')) {
      FailFaq(kBatchNumber, ErrorKind::kBadOption, "--batch ", *options_.batch, ": input \"", node.name,
              "\" states the shape ", Shape(dims),
              ", whose first size may be no batch; give the whole shape with "
              "--input_shape");
    }
    if (options_.batch) dims[0] = *options_.batch;
    if (std::any_of(dims.begin(), dims.end(), [](int64_t size) { return size <= 0; })) return std::nullopt;
    return Shape(std::move(dims));
  }

  void FindInputs() {
    // The user's order first, then the symbol's.
    std::vector<size_t> order;
    for (const size_t node : named_order_) {
      if (plan_.kinds[node] == NodeKind::kInput) {
        order.push_back(node);
      } else {
        plan_.notes.push_back(
            StrCat("input \"", symbol_.nodes[node].name, "\" is not read by any output and was left out"));
      }
    }
    std::vector<size_t> unnamed;
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (plan_.kinds[i] != NodeKind::kInput || named_.contains(i)) continue;
      if (OnlyRole(i, 'w')) {
        plan_.kinds[i] = NodeKind::kMissingWeight;
      } else {
        unnamed.push_back(i);
      }
    }
    std::map<size_t, Shape> given;
    size_t position = 0;
    // As many shapes as inputs that state none: they are for those.
    const auto states_none = [&](size_t node) { return !OnlyRole(node, 's') && !StatedShape(symbol_.nodes[node]); };
    const bool for_open_ones =
        std::count_if(options_.inputs.begin(), options_.inputs.end(), [](const InputOption& input) {
          return input.name.empty() && input.shape;
        }) == std::count_if(unnamed.begin(), unnamed.end(), states_none);
    for (const InputOption& input : options_.inputs) {
      if (!input.name.empty()) continue;
      // Inputs whose shape follows from the graph are asked for last.
      while (position < unnamed.size() &&
             (OnlyRole(unnamed[position], 's') || (for_open_ones && input.shape && !states_none(unnamed[position]))))
        ++position;
      if (position == unnamed.size()) {
        FailFaq(kShapesAndNames, ErrorKind::kBadOption, "--input_shape: more shapes than inputs; ", symbol_.place,
                " has the inputs ", InputNames(order, unnamed));
      }
      if (input.shape) given[unnamed[position]] = *input.shape;
      ++position;
    }
    order.insert(order.end(), unnamed.begin(), unnamed.end());
    std::vector<std::string> open;
    for (const size_t node : order) {
      std::optional<Shape> shape;
      std::optional<ElementType> type;
      size_t output = 0;
      if (const auto found = named_.find(node); found != named_.end()) {
        shape = found->second.shape;
        output = found->second.output;
        type = found->second.type;
      }
      if (const auto found = given.find(node); found != given.end()) shape = found->second;
      if (!shape) shape = StatedShape(symbol_.nodes[node]);
      if (shape) {
        // What was cut from the inside of the graph has the type that the user states.
        const bool stated = symbol_.nodes[node].IsVariable() && !symbol_.nodes[node].is_cut;
        const ElementType computed = stated ? VariableType(symbol_.nodes[node]) : type.value_or(ElementType::kF32);
        plan_.inputs.push_back({node, output, *shape, type.value_or(computed), computed});
      } else if (OnlyRole(node, 's') && !named_.contains(node)) {
        plan_.kinds[node] = NodeKind::kState;
      } else {
        open.push_back(StrCat("\"", symbol_.nodes[node].name, "\""));
      }
    }
    if (!open.empty()) {
      const bool one_shape = options_.inputs.size() == 1 && options_.inputs[0].name.empty() && options_.inputs[0].shape;
      const int faq = !named_order_.empty() ? kOtherInputsNeeded : one_shape ? kOneShapeForMany : kShapeRequired;
      FailFaq(faq, ErrorKind::kBadOption, symbol_.place, ": ", open.size() == 1 ? "input " : "inputs ",
              Join(open, ", "), open.size() == 1 ? " has" : " have", " no shape and ", open.size() == 1 ? "is" : "are",
              " not among the parameters; give ", open.size() == 1 ? "it one" : "them shapes",
              " with --input and --input_shape, for example --input_shape [1,3,224,224]");
    }
  }

  std::string InputNames(std::vector<size_t> named, const std::vector<size_t>& unnamed) const {
    named.insert(named.end(), unnamed.begin(), unnamed.end());
    std::vector<std::string> names;
    for (const size_t node : named) names.push_back(StrCat("\"", symbol_.nodes[node].name, "\""));
    return Join(names, ", ");
  }

  struct Named {
    size_t output = 0;
    std::optional<Shape> shape;
    std::optional<ElementType> type;
  };

  const Symbol& symbol_;
  const Params& params_;
  const BuildOptions& options_;
  std::vector<const OpEntry*> entries_;  // per node; null for variables and unknown operators
  std::map<size_t, Named> named_;
  std::vector<size_t> named_order_;
  std::vector<bool> label_, training_;
  std::vector<std::set<char>> roles_;  // how needed nodes read each node
  std::set<size_t> noted_labels_;
  ModelPlan plan_;
};

}  // namespace

ModelPlan MakePlan(const Symbol& symbol, const Params& params, const BuildOptions& options) {
  return Planner(symbol, params, options).Run();
}

}  // namespace moir::mo
