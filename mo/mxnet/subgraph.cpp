#include "mo/mxnet/subgraph.h"

#include "mo/mxnet/op_table.h"

namespace moir::mo {
namespace {

// Everything a body reads has been computed.
class BodySource final : public InputSource {
 public:
  BodySource(const Symbol& body, InputSource& outer) : body_(body), outer_(outer), values_(body.nodes.size()) {}

  void Set(size_t node, std::vector<Value> outputs) { values_[node] = std::move(outputs); }

  Value Resolve(const SymbolInput& input) override {
    const std::vector<Value>& outputs = values_[input.node];
    if (input.output >= outputs.size() || !outputs[input.output]) {
      Fail(ErrorKind::kUnsupported, body_.PlaceOf(body_.nodes[input.node]), ": output ", input.output,
           " is read, but moir has only the first ", outputs.size());
    }
    return outputs[input.output];
  }
  Value ResolveAs(const SymbolInput& input, const Shape& shape, bool is_weight, std::string_view reader) override {
    const Value value = Resolve(input);
    if (value.Shape() == shape) return value;
    Fail(ErrorKind::kBadModel, reader, ": ", is_weight ? "weight" : "state", " \"", body_.nodes[input.node].name,
         "\": got shape ", value.Shape(), ", expected ", shape);
  }
  std::optional<Shape> KnownShape(const SymbolInput& input) override { return Resolve(input).Shape(); }
  void Note(std::string text) override { outer_.Note(std::move(text)); }
  std::optional<int64_t> Batch() const override { return outer_.Batch(); }
  void Defer(const SymbolNode& node, Shape partial, double, ElementType) override {
    Fail(ErrorKind::kUnsupported, body_.PlaceOf(node), ": attribute shape: got ", partial,
         ", expected a complete shape inside a subgraph");
  }

 private:
  const Symbol& body_;
  InputSource& outer_;
  std::vector<std::vector<Value>> values_;
};

}  // namespace

std::vector<Value> BuildSubgraph(NodeConverter& node, const Symbol& body, const std::vector<Value>& arguments) {
  node.Require(arguments.size() == body.arg_nodes.size(), "a subgraph has ", body.arg_nodes.size(),
               " variables, expected ", arguments.size());
  BodySource source(body, node.Source());
  size_t next = 0;
  for (size_t i = 0; i < body.nodes.size(); ++i) {
    const SymbolNode& inner = body.nodes[i];
    if (inner.IsVariable()) {
      source.Set(i, {arguments[next++]});
      continue;
    }
    const OpEntry* entry = FindOpEntry(inner);
    if (!entry || entry->TrainingOnly())
      Fail(ErrorKind::kUnsupported, body.PlaceOf(inner), ": the operator is not supported inside a subgraph");
    NodeConverter converter(body, inner, node.GetGraph(), source);
    entry->convert(converter);
    if (const std::vector<std::string> unread = converter.Attrs().Unread(); !unread.empty()) {
      Fail(ErrorKind::kUnsupported, body.PlaceOf(inner), ": attribute ", unread[0], " = \"",
           converter.Attrs().Values().at(unread[0]), "\": moir does not know what it means here");
    }
    source.Set(i, converter.Outputs());
  }
  std::vector<Value> outputs;
  for (const SymbolInput& head : body.heads) outputs.push_back(source.Resolve(head));
  return outputs;
}

}  // namespace moir::mo
