#include "mo/mxnet/extension_converters.h"

#include <map>
#include <mutex>

#include "graph/extension/extension_context.h"
#include "mo/mxnet/dialects.h"

namespace moir::mo {
namespace {

// What a plug-in's converter sees of a node.
class ConvertContext final : public GraphContext {
 public:
  ConvertContext(NodeConverter& node, std::string_view roles) : GraphContext(nullptr), node_(node), roles_(roles) {}

  std::string Name(MoirNode node) override { return node == 0 ? node_.Name() : GraphContext::Name(node); }
  std::string Op(MoirNode node) override { return node == 0 ? node_.Op() : GraphContext::Op(node); }
  const Attribute& AttributeOf(MoirNode node, const std::string& name) override {
    if (node == 0) Fail(ErrorKind::kBadModel, "attribute: attributes of MXNet's node are had with mxnet_attribute");
    return GraphContext::AttributeOf(node, name);
  }
  size_t InputCount(MoirNode node) override { return node == 0 ? node_.InputCount() : GraphContext::InputCount(node); }
  size_t OutputCount(MoirNode node) override {
    if (node == 0) Fail(ErrorKind::kBadModel, "output_count: MXNet's node has the outputs that set_result gives it");
    return GraphContext::OutputCount(node);
  }
  MoirValue Input(MoirNode node, size_t index) override {
    if (node != 0) return GraphContext::Input(node, index);
    CheckInput(index);
    if (Role(index) == 'w' && !node_.KnownShape(index))
      Fail(ErrorKind::kBadModel, "parameter \"", InputName(index), "\" is not in the params file");
    return IdOf(node_.Input(index));
  }
  MoirValue InputAs(size_t index, Shape shape) override {
    CheckInput(index);
    return IdOf(
        node_.Source().ResolveAs(node_.GetNode().inputs[index], shape, Role(index) == 'w', node_.Attrs().Place()));
  }
  std::string InputName(size_t index) override {
    if (index >= node_.InputCount()) Fail(ErrorKind::kBadModel, "input ", index, " of ", node_.InputCount());
    return node_.GetSymbol().nodes[node_.GetNode().inputs[index].node].name;
  }
  const char* MxnetAttribute(const std::string& name) override {
    return node_.Attrs().Has(name) ? Keep(node_.Attrs().Values().find(name)->second) : nullptr;
  }
  std::pair<const char*, const char*> MxnetAttributeAt(size_t index) override {
    const auto& values = node_.Attrs().Values();
    if (index >= values.size()) return {nullptr, nullptr};
    const auto& [name, text] = *std::next(values.begin(), static_cast<std::ptrdiff_t>(index));
    node_.Attrs().Has(name);
    return {Keep(name), Keep(text)};
  }
  void Note(std::string text) override { node_.Note(StrCat("node \"", node_.Name(), "\": ", text)); }
  MoirValue AddConstant(std::string name, Tensor tensor) override {
    return IdOf(node_.Constant(std::move(tensor), name));
  }
  MoirNode AddNode(std::string op, std::string name, const std::vector<MoirValue>& inputs,
                   graph::Attributes attributes) override {
    std::vector<Value> values;
    for (const MoirValue input : inputs) values.push_back(ValueOf(input));
    return IdOf(node_.AddNode(op, std::move(values), std::move(attributes), name));
  }
  void SetResult(size_t index, MoirValue value) override {
    constexpr size_t kMaxOutputs = 4096;
    if (index >= kMaxOutputs) Fail(ErrorKind::kBadModel, "set_result: got output ", index);
    node_.Output(index, ValueOf(value));
  }
  size_t ReaderCount(MoirValue) override {
    Fail(ErrorKind::kBadModel, "reader_count: readers are known in passes only, the graph is still being built");
  }

 private:
  char Role(size_t index) const { return roles_[std::min(index, roles_.size() - 1)]; }
  void CheckInput(size_t index) const {
    if (index >= node_.InputCount()) {
      Fail(ErrorKind::kBadModel, "got ", node_.InputCount(), " inputs, expected at least ", index + 1);
    }
    if (Role(index) == 'l') Fail(ErrorKind::kBadModel, "input ", index, " is a label by its role and cannot be read");
  }

  NodeConverter& node_;
  const std::string_view roles_;
};

std::string_view OpTypeOf(const SymbolNode& node) {
  const auto found = node.attributes.find("op_type");
  return node.op != "Custom" || found == node.attributes.end() ? std::string_view() : std::string_view(found->second);
}

void ConvertByExtension(NodeConverter& node) {
  const ExtensionConverter& converter = *FindExtensionConverter(node.Op(), OpTypeOf(node.GetNode()));
  if (node.Op() == "Custom") node.Attrs().Ignore({"op_type"});
  try {
    ConvertContext context(node, converter.roles);
    context.Run(converter.library, "convert", [&](const MoirHost* host, MoirContext* self) {
      return converter.functions.convert(converter.functions.user, host, self);
    });
    if (node.Outputs().empty()) Fail(ErrorKind::kBadModel, converter.library, ": convert: no output was set");
    for (size_t i = 0; i < node.Outputs().size(); ++i) {
      if (!node.Outputs()[i]) Fail(ErrorKind::kBadModel, converter.library, ": convert: output ", i, " was not set");
    }
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.starts_with(node.Attrs().Place())) throw;
    throw Error(error.Kind(), StrCat(node.Attrs().Place(), ": ", text));
  }
}

}  // namespace

const OpEntry* FindExtensionEntry(std::string_view op, std::string_view op_type) {
  const ExtensionConverter* converter = FindExtensionConverter(op, op_type);
  if (!converter) return nullptr;
  static std::mutex mutex;
  static std::map<const ExtensionConverter*, OpEntry> entries;  // addresses stay
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string& name = converter->op_type.empty() ? converter->op : converter->op_type;
  return &entries.try_emplace(converter, OpEntry{name, ConvertByExtension, converter->roles}).first->second;
}

void CheckExtensionConverters(const graph::ExtensionLibrary& library) {
  for (const ExtensionConverter& converter : library.converters) {
    const OpEntry* entry =
        converter.op == "Custom" ? FindCustomOp(converter.op_type) : FindOpEntry(CanonicalOperator(converter.op));
    if (!entry || entry->convert == ConvertByExtension) continue;
    Fail(ErrorKind::kBadOption, library.path, ": converter of ", converter.op,
         converter.op_type.empty() ? "" : StrCat(", op_type ", converter.op_type),
         ": mo converts this operator itself (docs/operators.md), a plug-in cannot replace it");
  }
}

}  // namespace moir::mo
