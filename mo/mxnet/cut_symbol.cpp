#include "mo/mxnet/cut_symbol.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/error.h"
#include "mo/faq.h"
#include "mo/mxnet/attributes.h"
#include "mo/mxnet/model_plan.h"
#include "mo/mxnet/op_table.h"

namespace moir::mo {

using namespace graph;

namespace {

constexpr int64_t kNoPort = -1;

// The values of a frozen input, exactly as written. Throws when the type cannot hold them.
Tensor FrozenTensor(const InputSpec& spec, ElementType type, const Shape& shape) {
  Tensor tensor(type, shape);
  for (size_t i = 0; i < spec.value->size(); ++i) {
    const std::string& text = (*spec.value)[i];
    const double number = *ParseDouble(text);
    const auto refuse = [&] {
      Fail(ErrorKind::kBadOption, "input \"", spec.text, "\": got the value ", text, ", expected one that ", type,
           " can hold");
    };
    DispatchType(type, [&](auto tag) {
      using T = decltype(tag);
      T& value = tensor.MutableValues<T>()[i];
      if constexpr (std::is_same_v<T, bool>) {
        if (number != 0 && number != 1) refuse();
        value = number != 0;
      } else if constexpr (std::is_integral_v<T>) {
        auto integer = ParseInt(text);
        if (!integer && std::abs(number) < 9e15 && number == std::floor(number)) integer = static_cast<int64_t>(number);
        if (!integer || *integer < static_cast<int64_t>(std::numeric_limits<T>::min()) ||
            *integer > static_cast<int64_t>(std::numeric_limits<T>::max()))
          refuse();
        value = static_cast<T>(*integer);
      } else {
        value = ConvertElement<T, double>(number);
      }
    });
  }
  return tensor;
}

class Cutter {
 public:
  Cutter(Symbol& symbol, Params& params) : symbol_(symbol), params_(params) {}

  CutResult Run(const std::vector<InputSpec>& inputs, const std::vector<InputSpec>& freeze) {
    std::vector<InputSpec> all = inputs;
    for (const InputSpec& frozen : freeze) {
      const auto same =
          std::find_if(all.begin(), all.end(), [&](const InputSpec& spec) { return spec.text == frozen.text; });
      if (same == all.end()) all.push_back(frozen);
      else same->value = frozen.value;
    }
    for (const InputSpec& spec : all) Place(spec);
    AddFrozen();
    return std::move(result_);
  }

 private:
  std::optional<size_t> FindNode(const std::string& name) const {
    const SymbolNode* node = symbol_.FindNode(name);
    return node ? std::optional(static_cast<size_t>(node - symbol_.nodes.data())) : std::nullopt;
  }

  void Place(const InputSpec& spec) {
    // A node may really be called "0:conv1".
    const auto whole = FindNode(spec.text);
    const auto found = whole ? whole : FindNode(spec.name);
    if (!found) {
      if (spec.value) RefuseUnknown(spec);
      // "conv1_output" and "conv1.1" are known to the plan.
      AddInput(spec, spec.text);
      return;
    }
    const int64_t in = whole ? kNoPort : spec.input_port.value_or(kNoPort);
    const int64_t out = whole ? kNoPort : spec.output_port.value_or(kNoPort);
    const SymbolNode& node = symbol_.nodes[*found];
    if (node.IsVariable()) {
      if (in >= 0) {
        FailFaq(kPortOfVariable, ErrorKind::kBadOption, "--input: \"", spec.text, "\": \"", node.name,
                "\" is a variable, which has no input ports; expected its name alone");
      }
      if (out > 0) RefusePort(spec, node, "output", 1);
      Finish(spec, node.name, VariableType(node));
    } else if (out >= 0) {
      CutBehind(spec, *found, static_cast<size_t>(out));
    } else {
      CutBefore(spec, *found, in >= 0 ? static_cast<size_t>(in) : OnlyDataInput(spec, node));
    }
  }

  [[noreturn]] void RefuseUnknown(const InputSpec& spec) const {
    std::vector<std::string> names;
    for (const SymbolNode& node : symbol_.nodes) names.push_back(node.name);
    const std::string nearest = NearestName(spec.name, names);
    FailFaq(kUnknownInput, ErrorKind::kBadOption, "input \"", spec.text, "\": ", symbol_.place, " has no such node",
            nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?");
  }

  [[noreturn]] void RefusePort(const InputSpec& spec, const SymbolNode& node, const char* side, size_t count) const {
    FailFaq(kPortOutOfRange, ErrorKind::kBadOption, "--input: \"", spec.text, "\": got ", side, " port ",
            side[0] == 'i' ? *spec.input_port : *spec.output_port, " of node \"", node.name, "\", expected one of ",
            count, " (counted from 0)");
  }

  // The input that is neither weight nor label.
  size_t OnlyDataInput(const InputSpec& spec, const SymbolNode& node) const {
    const OpEntry* entry = FindOpEntry(node.op);
    std::vector<size_t> data;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const SymbolNode& from = symbol_.nodes[node.inputs[i].node];
      const char role = entry ? entry->Role(i) : 'd';
      if (role != 'w' && role != 'l' && !(from.IsVariable() && params_.Find(from.name))) data.push_back(i);
    }
    if (data.size() == 1) return data[0];
    std::vector<std::string> choices;
    for (const size_t i : data) choices.push_back(StrCat(i, ":", node.name));
    choices.push_back(node.name + ":0 to cut behind the node");
    FailFaq(kPortNeeded, ErrorKind::kBadOption, "--input: \"", spec.text, "\" is an inner node with ", data.size(),
            " inputs that are data; say where to cut: ", Join(choices, ", "));
  }

  void CutBefore(const InputSpec& spec, size_t index, size_t port) {
    const SymbolNode& node = symbol_.nodes[index];
    if (port >= node.inputs.size()) RefusePort(spec, node, "input", node.inputs.size());
    CheckShape(spec, port);
    const std::string name = StrCat(node.name, "/placeholder_port_", port);
    if (FindNode(name)) FailComesTwice(spec);
    AddVariable(name);
    symbol_.nodes[index + 1].inputs[port] = {0, 0, 0};
    Finish(spec, name, spec.type.value_or(ElementType::kF32));
  }

  void CutBehind(const InputSpec& spec, size_t index, size_t port) {
    bool read = false, others_read = false;
    size_t outputs = 1;
    const auto look = [&](const SymbolInput& value) {
      if (value.node != index) return;
      (value.output == port ? read : others_read) = true;
      outputs = std::max(outputs, value.output + 1);
    };
    for (const SymbolNode& node : symbol_.nodes) std::for_each(node.inputs.begin(), node.inputs.end(), look);
    std::for_each(symbol_.heads.begin(), symbol_.heads.end(), look);
    if (!read) RefusePort(spec, symbol_.nodes[index], "output", outputs);
    CheckShape(spec, 0);
    const std::string node_name = symbol_.nodes[index].name;
    const std::string name = others_read || port > 0 ? StrCat(node_name, "/placeholder_out_port_", port) : node_name;
    if (name != node_name && FindNode(name)) FailComesTwice(spec);
    AddVariable(name);
    const SymbolInput old{index + 1, port, 0};
    const auto replace = [&](SymbolInput& value) {
      if (value.node == old.node && value.output == old.output) value = {0, 0, 0};
    };
    for (SymbolNode& node : symbol_.nodes) std::for_each(node.inputs.begin(), node.inputs.end(), replace);
    std::for_each(symbol_.heads.begin(), symbol_.heads.end(), replace);
    // What computed the value is gone unless other outputs are read; its name now means the input.
    if (name == node_name) symbol_.nodes[old.node].name += "/cut";
    Finish(spec, name, spec.type.value_or(ElementType::kF32));
  }

  [[noreturn]] void FailComesTwice(const InputSpec& spec) const {
    Fail(ErrorKind::kBadOption, "--input: \"", spec.text, "\" comes twice under different names");
  }

  void CheckShape(const InputSpec& spec, size_t port) const {
    if (spec.shape || spec.value) return;
    if (port > 0) {
      FailFaq(kPortWithoutShape, ErrorKind::kBadOption, "--input: \"", spec.text,
              "\": an input port other than 0 needs a shape: ", spec.text, "[1,3,224,224]");
    }
    FailFaq(kShapeUndefined, ErrorKind::kBadOption, "--input: \"", spec.text,
            "\": the shape of what is cut is not known; give it one: ", spec.text, "[1,3,224,224]");
  }

  // In front of all nodes, so that every node still comes after its producers.
  void AddVariable(const std::string& name) {
    for (SymbolNode& node : symbol_.nodes) {
      for (SymbolInput& input : node.inputs) ++input.node;
    }
    for (SymbolInput& head : symbol_.heads) ++head.node;
    for (size_t& node : symbol_.arg_nodes) ++node;
    SymbolNode variable;
    variable.name = name;
    variable.op = "null";
    variable.is_cut = true;
    symbol_.nodes.insert(symbol_.nodes.begin(), std::move(variable));
    symbol_.arg_nodes.insert(symbol_.arg_nodes.begin(), 0);
  }

  // `own_type`: what the graph computes with.
  void Finish(const InputSpec& spec, const std::string& name, ElementType own_type) {
    if (!spec.value) {
      AddInput(spec, name);
      return;
    }
    if (params_.Find(name))
      Fail(ErrorKind::kBadOption, "input \"", spec.text,
           "\": a parameter of the file has the name, it is constant already");
    const auto count = static_cast<int64_t>(spec.value->size());
    Shape shape{count};
    if (spec.shape) {
      shape = Shape(*spec.shape);
      for (int64_t i = 0; i < shape.Rank(); ++i) {
        if (shape[i] < 0)
          Fail(ErrorKind::kBadOption, "input \"", spec.text, "\": ", shape, " has open sizes, and it is frozen");
      }
    } else if (const auto stated = StatedShape(*symbol_.FindNode(name))) {
      shape = *stated;
    }
    if (shape.NumElements() != count) {
      Fail(ErrorKind::kBadOption, "input \"", spec.text, "\": got ", count, count == 1 ? " number" : " numbers",
           ", expected ", shape.NumElements(), " for the shape ", shape);
    }
    const Tensor value = FrozenTensor(spec, spec.type.value_or(own_type), shape);
    frozen_.push_back({ParamKind::kArgument, name, value.ConvertTo(own_type)});
  }

  std::optional<Shape> StatedShape(const SymbolNode& node) const {
    const Attributes attributes(node.hidden, symbol_.PlaceOf(node));
    std::vector<int64_t> dims = attributes.Ints("__shape__", std::vector<int64_t>{});
    if (dims.empty() || std::any_of(dims.begin(), dims.end(), [](int64_t size) { return size <= 0; }))
      return std::nullopt;
    return Shape(std::move(dims));
  }

  void AddInput(const InputSpec& spec, const std::string& name) {
    InputOption input;
    input.name = name;
    if (spec.shape) input.shape = Shape(*spec.shape);
    input.type = spec.type;
    result_.inputs.push_back(std::move(input));
    result_.aliases.emplace(spec.text, name);
    result_.aliases.emplace(spec.name, name);
  }

  void AddFrozen() {
    if (frozen_.empty()) return;
    std::vector<Param> all = params_.All();
    all.insert(all.end(), frozen_.begin(), frozen_.end());
    params_ = Params(std::move(all), params_.Named(), params_.Path());
  }

  Symbol& symbol_;
  Params& params_;
  std::vector<Param> frozen_;
  CutResult result_;
};

}  // namespace

CutResult CutSymbol(Symbol& symbol, Params& params, const std::vector<InputSpec>& inputs,
                    const std::vector<InputSpec>& freeze) {
  return Cutter(symbol, params).Run(inputs, freeze);
}

}  // namespace moir::mo
