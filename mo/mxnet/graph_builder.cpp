#include "mo/mxnet/graph_builder.h"

#include <algorithm>
#include <set>

#include "graph/error.h"
#include "mo/faq.h"
#include "mo/mxnet/model_plan.h"
#include "mo/mxnet/node_converter.h"
#include "mo/mxnet/op_table.h"

namespace moir::mo {
namespace {

// Messages about nodes are cut here; parameters are listed one and all.
constexpr size_t kListedProblems = 50;

// Zeros of a shape that stand for a weight of the wrong shape, so that the conversion can go on looking for further
// mistakes. Large ones have no memory: they are never evaluated, because the conversion fails in the end.
Tensor Placeholder(ElementType type, const Shape& shape) {
  return shape.NumElements() > (1 << 16) ? Tensor::Wrap(nullptr, type, shape) : Tensor(type, shape);
}

class Builder final : public InputSource {
 public:
  Builder(const Symbol& symbol, const Params& params, const BuildOptions& options)
      : symbol_(symbol),
        params_(params),
        plan_(MakePlan(symbol, params, options)),
        outputs_named_(!options.outputs.empty()),
        values_(symbol.nodes.size()),
        failed_(symbol.nodes.size(), false) {
    result_.graph = std::make_unique<Graph>(options.model_name.empty() ? "model" : options.model_name);
    result_.notes = plan_.notes;
  }

  BuildResult Run() {
    AddParameters();
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (plan_.kinds[i] == NodeKind::kOperator) ConvertNode(i);
    }
    ThrowProblems();
    AddOutputs();
    ThrowProblems();
    result_.graph->RemoveDead();
    NoteUnusedParams();
    return std::move(result_);
  }

  // ---- InputSource ----
  Value Resolve(const SymbolInput& input) override {
    const SymbolNode& node = symbol_.nodes[input.node];
    if (plan_.kinds[input.node] == NodeKind::kWeight) return ParamConstant(input.node);
    if (plan_.kinds[input.node] == NodeKind::kState) {
      Fail(ErrorKind::kBadOption, symbol_.place, ": input \"", node.name,
           "\" has no shape; give it one with --input and --input_shape");
    }
    if (const auto found = deferred_.find(input.node); found != deferred_.end()) {
      Shape shape = found->second.partial;
      const auto open = std::count(shape.begin(), shape.end(), 0);
      if (open > 1 || !Batch()) {
        Fail(ErrorKind::kUnsupported, symbol_.PlaceOf(node), ": attribute shape: got ", shape,
             ", expected a complete shape (what 0 stands for cannot be told here)");
      }
      for (int64_t i = 0; i < shape.Rank(); ++i) shape[i] = shape[i] == 0 ? *Batch() : shape[i];
      return FillDeferred(input.node, shape);
    }
    const std::vector<Value>& outputs = values_[input.node];
    if (input.output >= outputs.size() || !outputs[input.output]) {
      Fail(ErrorKind::kUnsupported, symbol_.PlaceOf(node), ": output ", input.output,
           " is read, but moir has only the first ", outputs.size());
    }
    return outputs[input.output];
  }

  Value ResolveAs(const SymbolInput& input, const Shape& shape, bool is_weight, std::string_view reader) override {
    const SymbolNode& node = symbol_.nodes[input.node];
    const NodeKind kind = plan_.kinds[input.node];
    if (kind == NodeKind::kState) {
      // MXNet infers the shape of such an input from its reader.
      plan_.kinds[input.node] = NodeKind::kInput;
      values_[input.node] = {result_.graph->AddParameter(node.name, VariableType(node), shape)->Output()};
      result_.notes.push_back(StrCat("input \"", node.name, "\" has the shape ", shape, ", taken from ", reader));
    }
    if (deferred_.contains(input.node)) return FillDeferred(input.node, shape);
    if (kind == NodeKind::kMissingWeight) {
      missing_.emplace(node.name, shape.ToString());
      return PlaceholderConstant(shape);
    }
    const Value value = Resolve(input);
    if (value.Shape() == shape) return value;
    if (kind == NodeKind::kWeight) {
      mismatches_.emplace(node.name, StrCat("got ", value.Shape(), ", expected ", shape));
      return PlaceholderConstant(shape);
    }
    Fail(ErrorKind::kBadModel, reader, ": ", is_weight ? "weight" : "state", " \"", node.name, "\": got shape ",
         value.Shape(), ", expected ", shape);
  }

  std::optional<Shape> KnownShape(const SymbolInput& input) override {
    const NodeKind kind = plan_.kinds[input.node];
    if (kind == NodeKind::kState || kind == NodeKind::kMissingWeight || deferred_.contains(input.node))
      return std::nullopt;
    return Resolve(input).Shape();
  }

  void Note(std::string text) override { result_.notes.push_back(std::move(text)); }

  std::optional<int64_t> Batch() const override {
    for (const Node* parameter : result_.graph->Parameters()) {
      if (parameter->Shape().Rank() > 0) return parameter->Shape()[0];
    }
    return std::nullopt;
  }

  void Defer(const SymbolNode& node, Shape partial, double fill, ElementType type) override {
    deferred_[static_cast<size_t>(&node - symbol_.nodes.data())] = {std::move(partial), fill, type};
  }

 private:
  struct Deferred {
    Shape partial;
    double fill;
    ElementType type;
  };

  void AddParameters() {
    for (const ModelInput& input : plan_.inputs) {
      Node* node = result_.graph->AddParameter(symbol_.nodes[input.node].name, input.type, input.shape);
      node->AddOutputName(0, symbol_.nodes[input.node].name);
      values_[input.node].resize(std::max(values_[input.node].size(), input.output + 1));
      values_[input.node][input.output] =
          input.type == input.computed_type
              ? node->Output()
              : result_.graph
                    ->Add("Convert", node->Name() + "/convert", {node->Output()},
                          {{"destination_type", std::string(ElementTypeName(input.computed_type))}})
                    ->Output();
    }
  }

  Value ParamConstant(size_t index) {
    std::vector<Value>& outputs = values_[index];
    if (outputs.empty()) {
      const SymbolNode& node = symbol_.nodes[index];
      outputs.push_back(result_.graph->AddConstant(node.name, *params_.Find(node.name))->Output());
      outputs[0].node->AddOutputName(0, node.name);
    }
    return outputs[0];
  }

  Value PlaceholderConstant(const Shape& shape) {
    return result_.graph->AddConstant("placeholder", Placeholder(ElementType::kF32, shape))->Output();
  }

  Value FillDeferred(size_t index, const Shape& shape) {
    const SymbolNode& node = symbol_.nodes[index];
    const Deferred& deferred = deferred_.at(index);
    bool fits = shape.Rank() == deferred.partial.Rank();
    for (int64_t i = 0; fits && i < shape.Rank(); ++i)
      fits = deferred.partial[i] == 0 || deferred.partial[i] == shape[i];
    if (!fits)
      Fail(ErrorKind::kBadModel, symbol_.PlaceOf(node), ": attribute shape: got ", deferred.partial, ", expected ",
           shape);
    for (const Value& known : values_[index]) {
      if (known.Shape() == shape) return known;
    }
    Tensor filled =
        Tensor::FromValues<double>(shape, std::vector<double>(static_cast<size_t>(shape.NumElements()), deferred.fill));
    const Value value = result_.graph->AddConstant(node.name, filled.ConvertTo(deferred.type))->Output();
    value.node->AddOutputName(0, node.name);
    values_[index].push_back(value);
    return value;
  }

  void ConvertNode(size_t index) {
    const SymbolNode& node = symbol_.nodes[index];
    const OpEntry& entry = *FindOpEntry(node);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (entry.Role(i) != 'l' && failed_[node.inputs[i].node]) failed_[index] = true;
    }
    if (failed_[index]) return;
    NodeConverter converter(symbol_, node, *result_.graph, *this);
    try {
      entry.convert(converter);
      if (const std::vector<std::string> unread = converter.Attrs().Unread(); !unread.empty()) {
        Fail(ErrorKind::kUnsupported, symbol_.PlaceOf(node), ": attribute ", unread[0], " = \"",
             converter.Attrs().Values().at(unread[0]),
             "\": moir does not know what it means here; take it out of the file when it does not matter at inference");
      }
      if (!deferred_.contains(index)) values_[index] = converter.Outputs();
    } catch (const Error& error) {
      failed_[index] = true;
      const std::string text = error.what();
      AddProblem(error.Kind(), text.rfind(symbol_.place, 0) == 0 ? text : StrCat(symbol_.place, ": ", text));
    }
  }

  void AddProblem(ErrorKind kind, std::string text) {
    if (problems_.empty()) problem_kind_ = kind;
    if (std::find(problems_.begin(), problems_.end(), text) == problems_.end()) problems_.push_back(std::move(text));
  }

  // Everything wrong with the parameters, and what the conversion of nodes ran into.
  void ThrowProblems() {
    std::vector<std::string> texts;
    ErrorKind kind = problem_kind_;
    if (!missing_.empty() || !mismatches_.empty()) {
      const std::string file = params_.Path().empty() ? "no params file was given" : params_.Path();
      std::string text = StrCat(file, ": the parameters do not belong to ", symbol_.place, ":");
      for (const auto& [name, shape] : missing_)
        text += StrCat("\n  parameter \"", name, "\": got none, expected shape ", shape);
      for (const auto& [name, detail] : mismatches_) text += StrCat("\n  parameter \"", name, "\": ", detail);
      if (const size_t unused = UnusedParams().size(); unused > 0)
        text += StrCat("\n  ", unused, " arrays of the file are not in the graph");
      texts.push_back(std::move(text));
      kind = ErrorKind::kBadModel;
    }
    const size_t shown = std::min(problems_.size(), kListedProblems);
    texts.insert(texts.end(), problems_.begin(), problems_.begin() + static_cast<std::ptrdiff_t>(shown));
    if (shown < problems_.size()) texts.push_back(StrCat("and ", problems_.size() - shown, " more problems"));
    if (texts.empty()) return;
    std::string text = Join(texts, "\n");
    if (text.find("docs/faq.md") == std::string::npos) {
      if (kind == ErrorKind::kUnsupported) text += FaqPointer(kUnsupportedOperator);
      if (kind == ErrorKind::kBadModel) text += FaqPointer(kPropagationStopped);
    }
    throw Error(kind, text);
  }

  void AddOutputs() {
    std::set<std::string> taken;
    for (const ModelOutput& output : plan_.outputs) {
      try {
        CheckOutputPort(output);
        const Value value = Resolve(output.source);
        std::string name = output.name;
        for (int k = 2; !taken.insert(name).second; ++k) name = StrCat(output.name, "_", k);
        if (name != output.name)
          Note(StrCat("output \"", output.name, "\" comes twice; the other one is called \"", name, "\""));
        result_.graph->AddOutput(name, value);
      } catch (const Error& error) {
        AddProblem(error.Kind(), error.what());
      }
    }
  }

  // Asked for by the user: then the port is what is wrong.
  void CheckOutputPort(const ModelOutput& output) const {
    const std::vector<Value>& outputs = values_[output.source.node];
    if (!outputs_named_ || outputs.empty() || output.source.output < outputs.size()) return;
    FailFaq(kPortOutOfRange, ErrorKind::kBadOption, "--output: got output port ", output.source.output, " of node \"",
            symbol_.nodes[output.source.node].name, "\", expected one of ", outputs.size(), " (counted from 0)");
  }

  std::vector<std::string> UnusedParams() const {
    std::set<std::string> known;
    for (const SymbolNode& node : symbol_.nodes) {
      if (node.IsVariable()) known.insert(node.name);
    }
    std::vector<std::string> unused;
    for (const Param& param : params_.All()) {
      if (!known.contains(param.name)) unused.push_back(param.name);
    }
    return unused;
  }

  void NoteUnusedParams() {
    const std::vector<std::string> unused = UnusedParams();
    if (unused.empty()) return;
    constexpr size_t kShown = 5;
    Note(StrCat(unused.size(), " arrays of ", params_.Path(),
                " are not in the graph: ", Join(std::span(unused).first(std::min(unused.size(), kShown)), ", "),
                unused.size() > kShown ? ", ..." : ""));
  }

  const Symbol& symbol_;
  const Params& params_;
  ModelPlan plan_;
  bool outputs_named_;
  std::vector<std::vector<Value>> values_;
  std::vector<bool> failed_;
  std::map<size_t, Deferred> deferred_;
  std::map<std::string, std::string> missing_, mismatches_;
  std::vector<std::string> problems_;
  ErrorKind problem_kind_ = ErrorKind::kBadModel;
  BuildResult result_;
};

}  // namespace

BuildResult BuildGraph(const Symbol& symbol, const Params& params, const BuildOptions& options) {
  return Builder(symbol, params, options).Run();
}

}  // namespace moir::mo
