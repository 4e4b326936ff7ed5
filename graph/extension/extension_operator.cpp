#include "graph/extension/extension_operator.h"

#include <set>

#include "graph/error.h"
#include "graph/extension/extension_context.h"
#include "graph/ir/attribute_text.h"

namespace moir::graph {
namespace {

constexpr size_t kMaxOutputs = 4096;

// What shape inference of a plug-in sees: the node, and known values of its inputs.
class InferCallback final : public GraphContext {
 public:
  InferCallback(InferContext& infer, size_t outputs)
      : GraphContext(const_cast<Node*>(&infer.GetNode())), infer_(infer), outputs_(outputs) {}

  void SetOutput(size_t index, ElementType type, Shape shape) override {
    if (index >= (outputs_ > 0 ? outputs_ : kMaxOutputs)) {
      Fail(ErrorKind::kBadModel, "set_output: got output ", index, ", expected one of ",
           outputs_ > 0 ? outputs_ : kMaxOutputs, " (counted from 0)");
    }
    infer_.SetOutput(index, type, std::move(shape));
    set_.insert(index);
  }

  // How many outputs have been settled; throws when one was left out.
  void CheckAll() const {
    const size_t expected = outputs_ > 0 ? outputs_ : set_.empty() ? 1 : *set_.rbegin() + 1;
    for (size_t i = 0; i < expected; ++i) {
      if (!set_.contains(i)) Fail(ErrorKind::kBadModel, "infer: output ", i, " of ", expected, " was not set");
    }
  }

 private:
  InferContext& infer_;
  const size_t outputs_;
  std::set<size_t> set_;
};

Attribute ExampleOf(int32_t kind, const std::string& name) {
  switch (kind) {
    case MOIR_ATTRIBUTE_BOOL: return false;
    case MOIR_ATTRIBUTE_INT: return int64_t{0};
    case MOIR_ATTRIBUTE_DOUBLE: return 0.0;
    case MOIR_ATTRIBUTE_STRING: return std::string();
    case MOIR_ATTRIBUTE_INTS: return std::vector<int64_t>();
    case MOIR_ATTRIBUTE_DOUBLES: return std::vector<double>();
    case MOIR_ATTRIBUTE_STRINGS: return std::vector<std::string>();
    default:
      Fail(ErrorKind::kBadOption, "attribute ", name, ": got kind ", kind, ", expected one of MOIR_ATTRIBUTE_...");
  }
}

AttributeSchema MakeAttribute(const MoirAttributeSchema& from) {
  AttributeSchema attribute(from.name, ExampleOf(from.kind, from.name));
  attribute.required = from.default_text == nullptr;
  if (attribute.required) return attribute;
  try {
    attribute.type_example = AttributeFromText(from.default_text, attribute.type_example);
  } catch (const Error& error) {
    Fail(ErrorKind::kBadOption, "attribute ", from.name, ": default: ", error.what());
  }
  return attribute;
}

}  // namespace

OpSchema MakeExtensionSchema(const ExtensionOperator& op) {
  const MoirOperator& from = op.functions;
  OpSchema schema;
  schema.name = op.name;
  schema.opset = kExtensionOpset;
  for (uint32_t i = 0; i < from.input_count; ++i) {
    const MoirInputSchema& input = from.inputs[i];
    if (input.kind < MOIR_INPUT_REQUIRED || input.kind > MOIR_INPUT_VARIADIC)
      Fail(ErrorKind::kBadOption, "input ", input.name, ": got kind ", input.kind, ", expected MOIR_INPUT_...");
    if (i > 0 && from.inputs[i - 1].kind > input.kind)
      Fail(ErrorKind::kBadOption, "input ", input.name, " stands behind an optional or variadic one");
    if (i > 0 && from.inputs[i - 1].kind == MOIR_INPUT_VARIADIC)
      Fail(ErrorKind::kBadOption, "input ", input.name, " stands behind a variadic one");
    schema.inputs.emplace_back(input.name, static_cast<InputSchema::Kind>(input.kind));
  }
  std::set<std::string> names;
  for (uint32_t i = 0; i < from.attribute_count; ++i) {
    if (!names.insert(from.attributes[i].name).second)
      Fail(ErrorKind::kBadOption, "attribute ", from.attributes[i].name, " is there twice");
    schema.attributes.push_back(MakeAttribute(from.attributes[i]));
  }
  if (from.output_count > kMaxOutputs)
    Fail(ErrorKind::kBadOption, "got ", from.output_count, " outputs, expected at most ", kMaxOutputs);
  schema.outputs = from.output_count;
  schema.evaluates_any_type = from.evaluates_any_type != 0;
  schema.infer = [&op](InferContext& infer) {
    InferCallback context(infer, op.functions.output_count);
    context.Run(op.library, "infer", [&](const MoirHost* host, MoirContext* self) {
      return op.functions.infer(op.functions.user, host, self);
    });
    try {
      context.CheckAll();
    } catch (const Error& error) {
      Fail(error.Kind(), op.library, ": ", error.what());
    }
  };
  schema.evaluate = [&op](EvalContext& eval) {
    std::vector<ExtensionTensor> inputs, outputs;
    for (size_t i = 0; i < eval.InputCount(); ++i) {
      // Evaluations read their inputs only.
      inputs.push_back({eval.Input(i).Type(), eval.Input(i).Shape(), const_cast<void*>(eval.Input(i).Data())});
    }
    for (size_t i = 0; i < eval.OutputCount(); ++i)
      outputs.push_back({eval.Output(i).Type(), eval.Output(i).Shape(), eval.Output(i).MutableData()});
    EvaluateContext context(eval.GetNode(), std::move(inputs), std::move(outputs));
    context.Run(op.library, "evaluate", [&](const MoirHost* host, MoirContext* self) {
      return op.functions.evaluate(op.functions.user, host, self);
    });
  };
  return schema;
}

}  // namespace moir::graph
