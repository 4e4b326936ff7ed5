// Makes the graph of an IR v10 or v11. Layers of operation sets become operators (ir_v10_v11_operators.cpp), loops are
// unrolled and branches chosen, and what depends on constants and shapes only is computed on the way, so that the
// result has no shape that is not known.
#include "graph/ir/ir_v10_v11_reader.h"

#include <algorithm>
#include <set>

#include "graph/error.h"
#include "graph/extension/extension_registry.h"
#include "graph/ir/attribute_text.h"
#include "graph/ir/ir_v10_v11_constant.h"
#include "graph/ir/ir_v10_v11_layer.h"
#include "graph/ir/ir_v10_v11_spelling.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

constexpr int64_t kNewestOpset = 16;
// Layers that the unrolling of all loops may make.
constexpr int64_t kMaxUnrolled = 1 << 18;

// The number N of version "opsetN"; 0 for other versions.
int64_t OpsetOf(const NetLayer& layer) {
  constexpr std::string_view kPrefix = "opset";
  if (layer.version.rfind(kPrefix, 0) != 0) return 0;
  return ParseInt(std::string_view(layer.version).substr(kPrefix.size())).value_or(0);
}

bool IsStructure(const std::string& type) {
  static const std::set<std::string> types = {"Parameter", "Const", "Result",    "TensorIterator",
                                              "Loop",      "If",    "ReadValue", "Assign"};
  return types.contains(type);
}

// Operators of our own set and of plug-ins.
const OpSchema* OwnSchema(const NetLayer& layer) {
  if (layer.version == kExtensionOpset && FindExtensionOperator(layer.type)) return FindOpSchema(layer.type);
  if (layer.version != "moir") return nullptr;
  return FindOpSchema(layer.type);
}

// What is wrong with layers of this type and version, or nothing.
std::string WhyUnknown(const NetLayer& layer) {
  if (OwnSchema(layer)) return {};
  if (const std::string_view reason = WhyRefused(layer.type); !reason.empty()) return std::string(reason);
  if (layer.version == kExtensionOpset)
    return "it is a plug-in's operator, whose library has not been given: --extensions LIB, in a program "
           "Core::AddExtension";
  const int64_t opset = OpsetOf(layer);
  if (opset < 1) return "it is of no operation set of OpenVINO";
  if (opset > kNewestOpset) return StrCat("the newest operation set that is known is opset", kNewestOpset);
  if (IsStructure(layer.type) || FindNetOperator(layer.type, opset)) return {};
  return IsNetOperatorType(layer.type) ? "only newer versions of it are known" : "it is not known";
}

void CollectUnknown(const Net& net, std::map<std::string, std::pair<std::string, std::vector<std::string>>>& unknown) {
  for (const NetLayer& layer : net.layers) {
    if (std::string reason = WhyUnknown(layer); !reason.empty()) {
      auto& entry = unknown[StrCat(layer.type, " (", layer.version, ")")];
      entry.first = std::move(reason);
      entry.second.push_back(layer.name);
    }
    for (const NetBody& body : layer.bodies) CollectUnknown(*body.net, unknown);
  }
}

void RefuseUnknown(const XmlFile& xml, const Net& net) {
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> unknown;
  CollectUnknown(net, unknown);
  if (unknown.empty()) return;
  constexpr size_t kNames = 3;
  std::vector<std::string> parts;
  for (auto& [type, entry] : unknown) {
    auto& [reason, names] = entry;
    std::string text = StrCat(type, ", layer", names.size() > 1 ? "s" : "");
    for (size_t i = 0; i < std::min(names.size(), kNames); ++i) text += StrCat(i > 0 ? ", \"" : " \"", names[i], "\"");
    if (names.size() > kNames) text += StrCat(" and ", names.size() - kNames, " more");
    parts.push_back(StrCat(text, ": ", reason));
  }
  Fail(ErrorKind::kUnsupported, xml.Path(), ": ", parts.size() > 1 ? "operators" : "an operator",
       " that cannot be run: ", Join(parts, "; "));
}

// A net while its nodes are made: those of a body once per iteration.
struct Scope {
  const Net& net;
  std::string prefix;                        // of names
  std::vector<std::vector<Value>> values{};  // by layer and output
  std::vector<size_t> outputs_read{};        // by layer: see NetLayerBuilder
  // Layers whose values are the same in every iteration, which are made once.
  std::vector<bool> fixed{};
  bool fixed_made = false;
};

class GraphBuilder {
 public:
  GraphBuilder(const XmlFile& xml, IrWeights weights, bool reshaped)
      : xml_(xml), weights_(std::move(weights)), reshaped_(reshaped) {}

  std::unique_ptr<Graph> Build(const Net& net, const std::vector<NetInput>& inputs, const std::vector<Shape>& shapes,
                               std::vector<NetState>& states) {
    graph_ = std::make_unique<Graph>(xml_.Root().attribute("name").value());
    Scope scope = MakeScope(net, "");
    // Inputs come first: their names are the user's.
    std::map<size_t, Value> parameters;
    for (size_t i = 0, next = 0; i < net.layers.size(); ++i) {
      if (net.layers[i].type != "Parameter") continue;
      Node* node = graph_->AddParameter(inputs[next].name, inputs[next].type, shapes[next]);
      for (const std::string& name : net.layers[i].outputs[0].names) node->AddOutputName(0, name);
      parameters[i] = node->Output();
      ++next;
    }
    BuildNet(scope, parameters);
    AddOutputs(scope);
    AddStates(states);
    CheckSelected();
    graph_->RemoveDead();
    return std::move(graph_);
  }

 private:
  template <typename... Parts>
  [[noreturn]] void Bad(const NetLayer& layer, const Parts&... parts) const {
    FailAt(ErrorKind::kBadModel, layer, parts...);
  }
  template <typename... Parts>
  [[noreturn]] void FailAt(ErrorKind kind, const NetLayer& layer, const Parts&... parts) const {
    Fail(kind, xml_.Place(layer.node), ": layer \"", layer.name, "\" (", layer.type, "): ", parts...);
  }

  static Scope MakeScope(const Net& net, std::string prefix) {
    Scope scope{net, std::move(prefix)};
    scope.values.resize(net.layers.size());
    scope.fixed.resize(net.layers.size(), false);
    scope.outputs_read.resize(net.layers.size(), 0);
    for (const NetLayer& layer : net.layers) {
      for (const NetPort& port : layer.inputs) {
        size_t& read = scope.outputs_read[port.from_layer];
        read = std::max(read, port.from_output + 1);
      }
    }
    return scope;
  }

  // What a Result gives out.
  static Value ResultOf(const Scope& scope, size_t layer) {
    const NetPort& port = scope.net.layers[layer].inputs.at(0);
    return scope.values[port.from_layer].at(port.from_output);
  }

  void BuildNet(Scope& scope, const std::map<size_t, Value>& parameters) {
    for (const size_t index : scope.net.order) {
      if (scope.fixed[index] && scope.fixed_made) continue;
      const NetLayer& layer = scope.net.layers[index];
      if (layer.type == "Parameter") {
        scope.values[index] = {parameters.at(index)};
      } else if (layer.type == "Result") {
        if (layer.inputs.size() != 1) Bad(layer, "it has ", layer.inputs.size(), " inputs, expected one");
      } else {
        BuildLayer(scope, index);
      }
    }
    scope.fixed_made = true;
  }

  void BuildLayer(Scope& scope, size_t index) {
    const NetLayer& layer = scope.net.layers[index];
    std::vector<Value> inputs;
    for (const NetPort& port : layer.inputs) {
      const Value value = scope.values[port.from_layer].at(port.from_output);
      if (!value)
        Bad(layer, "it reads an output of \"", scope.net.layers[port.from_layer].name, "\" that was not made");
      inputs.push_back(value);
    }
    std::vector<Value>& outputs = scope.values[index];
    try {
      outputs = MakeNodes(scope, layer, scope.prefix + layer.name, std::move(inputs), scope.outputs_read[index]);
    } catch (const Error& error) {
      const std::string text = error.what();
      if (text.rfind(xml_.Path(), 0) == 0) throw;
      throw Error(error.Kind() == ErrorKind::kInternal ? ErrorKind::kBadModel : error.Kind(),
                  StrCat(xml_.Place(layer.node), ": layer \"", layer.name, "\" (", layer.type, "): ", text));
    }
    if (outputs.size() < layer.outputs.size())
      Bad(layer, "it has ", layer.outputs.size(), " output ports, expected at most ", outputs.size());
    for (size_t i = 0; i < layer.outputs.size(); ++i) CheckPort(layer, layer.outputs[i], outputs[i]);
  }

  // Against what the file says that the layer yields. Files that were made for other shapes than those asked for say
  // what does not hold.
  void CheckPort(const NetLayer& layer, const NetPort& port, Value value) const {
    if (!value) return;
    if (!port.names.empty()) {
      for (const std::string& name : port.names) value.node->AddOutputName(value.index, name);
    }
    if (!reshaped_ && !port.shape.Allows(value.Shape()) && !value.node->Is("NonMaxSuppression")) {
      Bad(layer, "output port ", port.id, " has dimensions ", port.shape, ", but the layer yields ", value.Shape());
    }
    const ElementType declared = NetElementType(port.precision);
    if (declared != ElementType::kUndefined && declared != value.Type())
      Bad(layer, "output port ", port.id, " has precision ", port.precision, ", but the layer yields ", value.Type());
  }

  std::vector<Value> MakeNodes(Scope& scope, const NetLayer& layer, std::string name, std::vector<Value> inputs,
                               size_t outputs_read) {
    if (layer.type == "Const") {
      if (!inputs.empty() || layer.outputs.size() != 1) Bad(layer, "expected one output port and no inputs");
      NetConstant constant = ReadNetConstant(layer, weights_);
      Node* node = graph_->AddConstant(std::move(name), std::move(constant.value));
      if (!constant.widened_from.empty()) widened_.emplace(node, constant.widened_from);
      return {node->Output()};
    }
    RefuseArithmetic(layer, inputs);
    NetLayerBuilder builder(*graph_, layer, name, std::move(inputs), outputs_read);
    std::vector<Value> outputs;
    if (layer.type == "ReadValue") {
      outputs = ReadState(scope, builder);
    } else if (layer.type == "Assign") {
      outputs = WriteState(scope, builder);
    } else if (layer.type == "If") {
      outputs = MakeBranch(scope, builder);
    } else if (const pugi::xml_node mark = SuppressionMark(layer)) {
      outputs = MakeSuppression(mark, builder);
    } else if (layer.type == "TensorIterator" || layer.type == "Loop") {
      outputs = MakeLoop(scope, builder);
    } else if (const OpSchema* own = OwnSchema(layer)) {
      outputs = builder.AddNode(own->name, "", builder.Inputs(), builder.SchemaAttributes(own->name));
    } else if (layer.type == "Convert" && builder.InputCount() == 1 && builder.Input(0).Constant()) {
      // Weights that are stored in fewer bits.
      const ElementType type = NetElementType(builder.Text("destination_type"));
      if (type == ElementType::kUndefined)
        builder.Unsupported("values of element type ", builder.Text("destination_type"), " cannot be computed");
      const Value from = builder.Input(0);
      outputs = {from.Type() == type ? from : graph_->AddConstant(name, from.Constant()->ConvertTo(type))->Output()};
    } else {
      outputs = FindNetOperator(layer.type, OpsetOf(layer))(builder);
    }
    builder.CheckAllUnderstood();
    return outputs;
  }

  // Numbers of a type that we lack lie in a wider one, where sums and products would not wrap around.
  void RefuseArithmetic(const NetLayer& layer, const std::vector<Value>& inputs) const {
    static const std::set<std::string> arithmetic = {
        "Add",   "BitwiseNot", "CumSum",     "Divide",     "MatMul",    "Multiply", "Negative",
        "Power", "ReduceL1",   "ReduceProd", "ReduceMean", "ReduceSum", "Subtract", "SquaredDifference"};
    if (widened_.empty() || !arithmetic.contains(layer.type)) return;
    for (const Value& input : inputs) {
      const auto found = widened_.find(input.node);
      if (found == widened_.end()) continue;
      Fail(ErrorKind::kUnsupported, "it computes with constant \"", found->first->Name(), "\" of element type ",
           found->second, ", expected a Convert before");
    }
  }

  // The loops that our writer makes of GreedySuppression; their body says the same in small steps.
  static pugi::xml_node SuppressionMark(const NetLayer& layer) {
    if (layer.type != "Loop") return {};
    return layer.node.child("rt_info").find_child_by_attribute("attribute", "name", kSuppressionMark);
  }

  std::vector<Value> MakeSuppression(pugi::xml_node mark, NetLayerBuilder& builder) const {
    constexpr std::ptrdiff_t kColumns = 5;
    builder.RequireInputs(8, 9);
    // Trip count, condition, candidates, columns, classes.
    std::vector<Value> inputs(builder.Inputs().begin() + 3, builder.Inputs().end());
    inputs.insert(inputs.begin() + kColumns, builder.Input(2));
    Attributes attributes;
    for (const AttributeSchema& attribute : FindOpSchema("GreedySuppression")->attributes) {
      const std::string text = xml_.RequiredText(mark, attribute.name.c_str());
      attributes[attribute.name] = AttributeFromText(text, attribute.type_example);
    }
    return builder.AddNode("GreedySuppression", "", inputs, attributes);
  }

  static size_t PortPosition(const std::vector<NetPort>& ports, int64_t id) {
    const auto found = std::find_if(ports.begin(), ports.end(), [&](const NetPort& port) { return port.id == id; });
    return static_cast<size_t>(found - ports.begin());
  }

  // Input port 0 is the condition. One that depends on the model's inputs chooses among the results of both branches.
  std::vector<Value> MakeBranch(Scope& outer, NetLayerBuilder& builder) {
    const NetLayer& layer = builder.Layer();
    builder.Require(builder.InputShape(0).NumElements() == 1 && builder.Input(0).Type() == ElementType::kBool,
                    "condition", StrCat(builder.Input(0).Type(), builder.InputShape(0)), "one truth value");
    const Tensor* condition = builder.Input(0).Constant();
    std::vector<std::vector<Value>> results(2);
    for (size_t i = 0; i < 2; ++i) {
      if (condition && condition->ToVector<bool>()[0] != (i == 0)) continue;
      const NetBody& body = layer.bodies[i];
      Scope scope = MakeScope(*body.net, StrCat(outer.prefix, layer.name, i == 0 ? "/then/" : "/else/"));
      std::map<size_t, Value> parameters;
      for (const NetPortMap& map : body.inputs)
        parameters[map.internal_layer] = builder.Input(PortPosition(layer.inputs, map.external_port));
      RequireAllParameters(layer, body, parameters);
      BuildNet(scope, parameters);
      results[i].resize(layer.outputs.size());
      for (const NetPortMap& map : body.outputs)
        results[i].at(PortPosition(layer.outputs, map.external_port)) = ResultOf(scope, map.internal_layer);
    }
    if (condition) return results[condition->ToVector<bool>()[0] ? 0 : 1];
    std::vector<Value> outputs;
    const Value choice = builder.Reshape(builder.Input(0), "condition", Shape{});
    for (size_t i = 0; i < layer.outputs.size(); ++i) {
      const Value a = results[0][i], b = results[1][i];
      if (!a || !b) Bad(layer, "output ", i, " is missing in a branch");
      if (a.Shape() != b.Shape() || a.Type() != b.Type()) {
        builder.Unsupported("the condition depends on the model's inputs, and its branches give ", a.Type(), a.Shape(),
                            " and ", b.Type(), b.Shape(), ", expected the same shape");
      }
      outputs.push_back(builder.Add("Select", i == 0 ? "" : StrCat("output", i), {choice, a, b}));
    }
    return outputs;
  }

  void RequireAllParameters(const NetLayer& layer, const NetBody& body, const std::map<size_t, Value>& given) const {
    for (size_t i = 0; i < body.net->layers.size(); ++i) {
      if (body.net->layers[i].type == "Parameter" && !given.contains(i))
        Bad(layer, "nothing is given to Parameter \"", body.net->layers[i].name, "\" of its body");
    }
  }

  // Where iteration i takes its piece of an axis of `size` elements, or how many pieces there are. A start of -1 and an
  // end of -1 stand for the end of the axis.
  struct Pieces {
    int64_t first, stride, count;
  };
  static Pieces SplitAxis(const NetLayer& layer, const NetPortMap& map, int64_t size) {
    const auto place = [&](int64_t at) { return at < 0 ? at + size + 1 : at; };
    const int64_t start = place(map.start), end = place(map.end);
    if (map.stride == 0 || map.stride < -size - 1 || map.stride > size + 1 || map.part_size < 1 ||
        std::abs(map.stride) != map.part_size || start < 0 || start > size || end < 0 || end > size) {
      Fail(ErrorKind::kUnsupported, "an input of ", size, " elements cut from ", map.start, " to ", map.end,
           " with stride ", map.stride, " into parts of ", map.part_size, " cannot be computed (", layer.type, ")");
    }
    const int64_t length = map.stride > 0 ? end - start : start - end;
    if (length < 0 || length % map.part_size != 0)
      Fail(ErrorKind::kBadModel, "an input of ", size, " elements cannot be cut into parts of ", map.part_size);
    return {map.stride > 0 ? start : start - map.part_size, map.stride, length / map.part_size};
  }

  struct Iterations {
    int64_t most = -1;  // -1: no limit
    bool go_on = true;
  };

  // What the inputs say about the number of iterations.
  Iterations CountIterations(NetLayerBuilder& builder, const NetBody& body) const {
    const NetLayer& layer = builder.Layer();
    Iterations result;
    if (layer.type == "Loop") {
      const int64_t trip_count = builder.StaticInt(0, "trip count");
      if (trip_count >= 0) result.most = trip_count;
      const std::vector<bool> go_on = builder.StaticInput(1, "execution condition").ToVector<bool>();
      builder.Require(go_on.size() == 1, "execution condition", go_on.size(), "one truth value");
      result.go_on = go_on[0];
    }
    for (const NetPortMap& map : body.inputs) {
      if (!map.axis || map.external_port < 0) continue;
      const Shape& shape = builder.InputShape(PortPosition(layer.inputs, map.external_port));
      const int64_t count = SplitAxis(layer, map, shape[shape.NormalizeAxis(*map.axis)]).count;
      if (result.most >= 0 && count != result.most && layer.type == "TensorIterator")
        Bad(layer, "its inputs are cut into ", count, " and ", result.most, " parts, expected equal numbers");
      result.most = result.most < 0 ? count : std::min(result.most, count);
    }
    return result;
  }

  std::vector<Value> MakeLoop(Scope& outer, NetLayerBuilder& builder) {
    const NetLayer& layer = builder.Layer();
    if (layer.bodies.size() != 1) Bad(layer, "it has no <body>");
    const NetBody& body = layer.bodies[0];
    Iterations iterations = CountIterations(builder, body);
    Scope scope = MakeScope(*body.net, "");
    std::map<size_t, Value> parameters;
    std::set<size_t> changing;
    for (const NetPortMap& map : body.inputs) {
      if (map.axis || map.external_port < 0) changing.insert(map.internal_layer);
      if (map.external_port >= 0 && !map.axis)
        parameters[map.internal_layer] = builder.Input(PortPosition(layer.inputs, map.external_port));
    }
    for (const auto& [from, to] : body.back_edges) changing.insert(to);
    MarkFixed(scope, changing);
    const NetPortMap* condition = nullptr;
    for (const NetPortMap& map : body.outputs) {
      if (map.purpose == "execution_condition") condition = &map;
    }
    std::vector<std::vector<Value>> collected(layer.outputs.size());
    int64_t done = 0;
    for (; iterations.go_on && (iterations.most < 0 || done < iterations.most); ++done) {
      unrolled_ += static_cast<int64_t>(body.net->layers.size());
      if (unrolled_ > kMaxUnrolled)
        builder.Unsupported("unrolling its iterations takes more than ", kMaxUnrolled, " layers");
      GiveIteration(builder, body, done, parameters);
      RequireAllParameters(layer, body, parameters);
      scope.prefix = StrCat(outer.prefix, layer.name, "/", done, "/");
      BuildNet(scope, parameters);
      std::vector<std::pair<size_t, Value>> next;
      for (const auto& [from, to] : body.back_edges) next.emplace_back(to, ResultOf(scope, from));
      for (const auto& [to, value] : next) parameters[to] = value;
      for (const NetPortMap& map : body.outputs) {
        if (map.external_port < 0) continue;
        auto& values = collected.at(PortPosition(layer.outputs, map.external_port));
        if (!map.axis) values.clear();
        values.push_back(ResultOf(scope, map.internal_layer));
      }
      if (!condition) continue;
      const Tensor* go_on = ResultOf(scope, condition->internal_layer).Constant();
      if (!go_on) builder.Unsupported("whether it goes on after iteration ", done, " depends on the model's inputs");
      iterations.go_on = go_on->NumElements() > 0 && go_on->ToVector<bool>()[0];
    }
    if (done == 0) builder.Unsupported("it has no iterations");
    return JoinIterations(builder, body, collected);
  }

  // The slices and the counter of one iteration.
  static void GiveIteration(NetLayerBuilder& builder, const NetBody& body, int64_t done,
                            std::map<size_t, Value>& parameters) {
    const NetLayer& layer = builder.Layer();
    for (const NetPortMap& map : body.inputs) {
      const NetLayer& parameter = body.net->layers[map.internal_layer];
      if (map.external_port < 0) {
        if (map.purpose != "current_iteration") continue;
        const std::string* text = parameter.FindAttribute("element_type");
        const ElementType type = text ? NetElementType(*text) : ElementType::kI64;
        const PartialShape& declared = parameter.outputs.at(0).shape;
        const bool scalar = !declared.HasRank();
        const Tensor counter = scalar ? Tensor::Scalar<int64_t>(done) : Tensor::Indices({done});
        parameters[map.internal_layer] =
            builder.Constant(StrCat("iteration", done), type == ElementType::kI32 ? counter.ConvertTo(type) : counter);
      } else if (map.axis) {
        const Value whole = builder.Input(PortPosition(layer.inputs, map.external_port));
        const int64_t axis = whole.Shape().NormalizeAxis(*map.axis);
        const Pieces pieces = SplitAxis(layer, map, whole.Shape()[axis]);
        const int64_t first = pieces.first + done * pieces.stride;
        parameters[map.internal_layer] =
            builder.Add("Slice", StrCat("slice", done),
                        {whole, builder.Indices("start", {first}), builder.Indices("stop", {first + map.part_size}),
                         builder.Indices("step", {1}), builder.Indices("axis", {axis})});
      }
    }
  }

  static std::vector<Value> JoinIterations(NetLayerBuilder& builder, const NetBody& body,
                                           std::vector<std::vector<Value>>& collected) {
    const NetLayer& layer = builder.Layer();
    std::vector<Value> outputs(collected.size());
    for (const NetPortMap& map : body.outputs) {
      if (map.external_port < 0) continue;
      const size_t port = PortPosition(layer.outputs, map.external_port);
      std::vector<Value>& values = collected[port];
      if (!map.axis || values.size() == 1) {
        outputs[port] = values.back();
        continue;
      }
      if (map.stride < 0) std::reverse(values.begin(), values.end());
      const int64_t axis = values[0].Shape().NormalizeAxis(*map.axis);
      outputs[port] = builder.Add("Concat", StrCat("output", port), values, {{"axis", axis}});
    }
    return outputs;
  }

  // Layers that depend on constants and unchanging Parameters only.
  static void MarkFixed(Scope& scope, const std::set<size_t>& changing) {
    for (const size_t index : scope.net.order) {
      const NetLayer& layer = scope.net.layers[index];
      if (layer.type == "Result") continue;
      scope.fixed[index] = layer.type == "Parameter"
                               ? !changing.contains(index)
                               : std::all_of(layer.inputs.begin(), layer.inputs.end(),
                                             [&](const NetPort& port) { return scope.fixed[port.from_layer]; });
    }
  }

  void AddOutputs(const Scope& scope) {
    std::set<std::string> taken;
    for (size_t i = 0; i < scope.net.layers.size(); ++i) {
      const NetLayer& layer = scope.net.layers[i];
      if (layer.type != "Result") continue;
      const NetPort& port = layer.inputs.at(0);
      const NetLayer& producer = scope.net.layers[port.from_layer];
      std::vector<std::string> names = layer.output_names;
      const auto& of_tensor = producer.outputs[port.from_output].names;
      names.insert(names.end(), of_tensor.begin(), of_tensor.end());
      // Of several names, the layer's own is the one that converters keep from the framework.
      if (const auto own = std::find(names.begin(), names.end(), producer.name); own != names.end())
        std::rotate(names.begin(), own, own + 1);
      names.push_back(producer.outputs.size() == 1 ? producer.name : StrCat(producer.name, ".", port.from_output));
      names.push_back(layer.name);
      for (int64_t k = 2; taken.contains(names.back()); ++k) names.push_back(StrCat(layer.name, "_", k));
      const auto name = std::find_if(names.begin(), names.end(), [&](const auto& n) { return !taken.contains(n); });
      taken.insert(*name);
      const Value value = ResultOf(scope, i);
      if (!value) Bad(layer, "it reads an output of \"", producer.name, "\" that was not made");
      graph_->AddOutput(*name, value);
    }
    if (graph_->Outputs().empty()) xml_.Bad(xml_.Root(), "the model has no Result");
  }

  struct State {
    Node* parameter = nullptr;  // what ReadValue gives
    Tensor initial;
    Value assigned;
  };

  // ReadValue: input 0, which may be missing, is the value that it starts from.
  std::vector<Value> ReadState(const Scope& scope, NetLayerBuilder& builder) {
    builder.RequireInputs(0, 1);
    const std::string id = builder.Text("variable_id");
    const std::string declared = builder.Text("variable_shape", "...");
    const std::string type_name = builder.Text("variable_type", "dynamic");
    if (!scope.prefix.empty()) builder.Unsupported("a value that is kept inside a loop or a branch cannot be had");
    State& state = states_[id];
    if (state.parameter) return {state.parameter->Output()};
    const PartialShape shape = PartialShape::Parse(declared);
    ElementType type = NetElementType(type_name);
    Shape settled;
    if (builder.InputCount() == 1) {
      state.initial = builder.StaticInput(0, "initial value");
      if (type == ElementType::kUndefined) type = state.initial.Type();
      builder.Require(type == state.initial.Type() && shape.Allows(state.initial.Shape()), "initial value",
                      StrCat(state.initial.Type(), state.initial.Shape()), StrCat(type_name, " ", declared));
      settled = state.initial.Shape();
    } else {
      if (!shape.IsStatic() || type == ElementType::kUndefined)
        builder.Unsupported("its type or shape is open (", type_name, " ", declared, ") and it has no initial value");
      settled = shape.ToShape();
    }
    state.parameter = graph_->AddParameter(id, type, std::move(settled));
    return {state.parameter->Output()};
  }

  std::vector<Value> WriteState(const Scope& scope, NetLayerBuilder& builder) {
    builder.RequireInputs(1, 1);
    if (!scope.prefix.empty()) builder.Unsupported("a value that is kept inside a loop or a branch cannot be had");
    const std::string id = builder.Text("variable_id");
    State& state = states_[id];
    builder.Require(!state.assigned, "variable_id", id, "one Assign of each variable");
    state.assigned = builder.Input(0);
    return {builder.Input(0)};
  }

  // They become inputs and outputs, which whoever runs the graph connects.
  void AddStates(std::vector<NetState>& states) {
    for (auto& [id, state] : states_) {
      if (!state.parameter)
        Fail(ErrorKind::kBadModel, xml_.Path(), ": variable \"", id, "\": it has an Assign and no ReadValue");
      // Without an Assign it stays what it is.
      const Value value = state.assigned ? state.assigned : state.parameter->Output();
      if (value.Type() != state.parameter->Type() || value.Shape() != state.parameter->Shape()) {
        Fail(ErrorKind::kUnsupported, xml_.Path(), ": variable \"", id, "\": it is assigned ", value.Type(),
             value.Shape(), " and read as ", state.parameter->Type(), state.parameter->Shape(),
             "; values that grow from one inference to the next cannot be kept");
      }
      std::string name = id + "/assigned";
      const auto taken = [&] {
        const auto& outputs = graph_->Outputs();
        return std::any_of(outputs.begin(), outputs.end(), [&](const GraphOutput& o) { return o.name == name; });
      };
      while (taken()) name += '_';
      graph_->AddOutput(name, value);
      states.push_back({state.parameter->Name(), name, state.initial});
    }
  }

  // How many boxes are selected depends on the data; our shapes do not. Only the model's user can take the rows that
  // count.
  void CheckSelected() const {
    for (const Node* node : graph_->TopologicalOrder()) {
      if (!node->Is("NonMaxSuppression")) continue;
      std::vector<const Node*> todo = {node};
      while (!todo.empty()) {
        const Node* producer = todo.back();
        todo.pop_back();
        for (size_t i = 0; i < std::min<size_t>(producer->OutputCount(), 2); ++i) {
          for (const Use& use : producer->Readers(i)) {
            if (!use.node->Is("Convert")) {
              Fail(ErrorKind::kUnsupported, xml_.Path(), ": layer \"", node->Name(),
                   "\" (NonMaxSuppression): how many boxes it selects depends on the data, so its selected boxes can "
                   "only "
                   "be outputs of the model, but \"",
                   use.node->Name(), "\" (", use.node->Op(), ") reads them");
            }
            todo.push_back(use.node);
          }
        }
      }
    }
  }

  const XmlFile& xml_;
  IrWeights weights_;
  const bool reshaped_;
  std::unique_ptr<Graph> graph_;
  std::map<const Node*, std::string> widened_;  // constants and the types that they had
  std::map<std::string, State> states_;         // by variable
  int64_t unrolled_ = 0;
};

NetInput ReadInput(const XmlFile& xml, const NetLayer& layer) {
  const auto bad = [&](const auto&... parts) {
    xml.Bad(layer.node, "layer \"", layer.name, "\" (Parameter): ", parts...);
  };
  if (!layer.inputs.empty() || layer.outputs.size() != 1) bad("expected one output port and no inputs");
  NetInput input;
  input.layout = layer.node.child("output")
                     .child("port")
                     .child("rt_info")
                     .find_child_by_attribute("attribute", "name", "layout")
                     .attribute("layout")
                     .value();
  // Of several names of the tensor, the layer's own is the one that converters keep from the framework.
  input.other_names = layer.outputs[0].names;
  const bool keeps =
      std::find(input.other_names.begin(), input.other_names.end(), layer.name) != input.other_names.end();
  input.name = input.other_names.empty() || keeps ? layer.name : input.other_names[0];
  input.other_names.push_back(layer.name);
  const std::string* type = layer.FindAttribute("element_type");
  const std::string* shape = layer.FindAttribute("shape");
  if (!type) bad("attribute element_type is missing");
  if (!shape) bad("attribute shape is missing");
  input.type = NetElementType(*type);
  if (input.type == ElementType::kUndefined) {
    Fail(ErrorKind::kUnsupported, xml.Place(layer.node), ": layer \"", layer.name,
         "\" (Parameter): inputs of element type ", *type, " cannot be had");
  }
  try {
    input.shape = PartialShape::Parse(*shape);
    if (input.shape.IsStatic()) input.shape.ToShape().NumElements();
  } catch (const Error& error) {
    bad("attribute shape: ", error.what());
  }
  return input;
}

}  // namespace

NetModel::NetModel(std::shared_ptr<const XmlFile> xml, IrWeights weights)
    : xml_(std::move(xml)), weights_(std::move(weights)), net_(std::make_unique<Net>(ReadNet(*xml_))) {
  name_ = xml_->Root().attribute("name").value();
  RefuseUnknown(*xml_, *net_);
  std::set<std::string> names;
  for (const NetLayer& layer : net_->layers) {
    if (layer.type != "Parameter") continue;
    NetInput input = ReadInput(*xml_, layer);
    if (!names.insert(input.name).second) xml_->Bad(layer.node, "two inputs are named \"", input.name, "\"");
    inputs_.push_back(std::move(input));
  }
}

NetModel::~NetModel() = default;

bool NetModel::IsStatic() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const NetInput& input) { return input.shape.IsStatic(); });
}

std::unique_ptr<Graph> NetModel::Build(const std::map<std::string, Shape>& shapes,
                                       std::vector<NetState>* states) const {
  std::vector<const Shape*> given(inputs_.size(), nullptr);
  for (const auto& [name, shape] : shapes) {
    const auto found = std::find_if(inputs_.begin(), inputs_.end(), [&, &key = name](const NetInput& input) {
      return input.name == key ||
             std::find(input.other_names.begin(), input.other_names.end(), key) != input.other_names.end();
    });
    if (found == inputs_.end()) {
      std::vector<std::string> known;
      for (const NetInput& input : inputs_) known.push_back(input.name);
      Fail(ErrorKind::kBadOption, "the model has no input \"", name, "\", expected one of ", Join(known, ", "));
    }
    given[static_cast<size_t>(found - inputs_.begin())] = &shape;
  }
  std::vector<std::string> open;
  std::vector<Shape> settled;
  bool reshaped = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const NetInput& input = inputs_[i];
    if (given[i]) {
      // Sizes that the file fixes may be changed as well, as OpenVINO's reshape() does; the rank may not.
      if (input.shape.HasRank() && static_cast<int64_t>(input.shape.Dims().size()) != given[i]->Rank())
        Fail(ErrorKind::kBadOption, "input \"", input.name, "\": got shape ", *given[i], ", expected ", input.shape);
      given[i]->NumElements();
      reshaped = reshaped || !input.shape.IsStatic() || input.shape.ToShape() != *given[i];
      settled.push_back(*given[i]);
    } else if (input.shape.IsStatic()) {
      settled.push_back(input.shape.ToShape());
    } else {
      open.push_back(StrCat("\"", input.name, "\" ", input.shape));
      settled.emplace_back();
    }
  }
  if (!open.empty()) {
    Fail(ErrorKind::kBadOption, xml_->Path(), ": the shape of ", open.size() > 1 ? "inputs is" : "an input is",
         " open: ", Join(open, ", "),
         "; give it with --input_shape \"NAME[1,3,224,224]\", or in a program with Model::Reshape");
  }
  std::vector<NetState> found;
  std::unique_ptr<Graph> graph = GraphBuilder(*xml_, weights_, reshaped).Build(*net_, inputs_, settled, found);
  if (states) *states = std::move(found);
  return graph;
}

}  // namespace moir::graph
