// Plug-ins for moir in C++: a wrapper around extension_api.h that needs nothing but the two headers and C++17.
//
//   void Infer(InferContext& op) { op.SetOutput(0, op.InputType(0), op.InputShape(0)); }
//   void Evaluate(EvalContext& op) { ... op.Input<float>(0) ... op.Output<float>(0) ... }
//   void Convert(Converter& node) { node.Output(node.Add("Scaled", {node.Input(0)}, {{"by", node.Double("by", 1)}})); }
//
//   MOIR_EXTENSION(extension) {
//     extension.Operator("Scaled").Input("data").Attribute("by", 1.0).Infer(Infer).Evaluate(Evaluate);
//     extension.Converter("_contrib_scaled", Convert);
//   }
//
// Whatever a callback throws becomes the message of an error that names the plug-in and the node. docs/extending.md is
// the guide; extension_api.h says what each call promises.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "extension_api.h"

namespace moir::extension {

enum class Type : int32_t {
  kBool = MOIR_BOOL,
  kF16 = MOIR_F16,
  kBF16 = MOIR_BF16,
  kF32 = MOIR_F32,
  kF64 = MOIR_F64,
  kI8 = MOIR_I8,
  kU8 = MOIR_U8,
  kI32 = MOIR_I32,
  kI64 = MOIR_I64
};
enum class Layout : int32_t { kPlain = MOIR_LAYOUT_PLAIN, kChannelsLast = MOIR_LAYOUT_CHANNELS_LAST };
enum class Isa : int32_t { kSse41, kAvx2, kAvx512, kAvx512Vnni, kAvx512Bf16 };

using Shape = std::vector<int64_t>;
using AttributeValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                                    std::vector<std::string>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
using Value = MoirValue;

// What the plug-in finds wrong; the text reaches the user.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
template <typename... Parts>
[[noreturn]] void Fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}
template <typename... Parts>
void Require(bool condition, const Parts&... parts) {
  if (!condition) Fail(parts...);
}
inline std::string ToString(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + std::to_string(shape[i]);
  return text + "]";
}
inline int64_t NumElements(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

template <typename T>
constexpr Type TypeOf() {
  if constexpr (std::is_same_v<T, bool>) return Type::kBool;
  else if constexpr (std::is_same_v<T, float>) return Type::kF32;
  else if constexpr (std::is_same_v<T, double>) return Type::kF64;
  else if constexpr (std::is_same_v<T, int8_t>) return Type::kI8;
  else if constexpr (std::is_same_v<T, uint8_t>) return Type::kU8;
  else if constexpr (std::is_same_v<T, int32_t>) return Type::kI32;
  else {
    static_assert(std::is_same_v<T, int64_t>, "no element type");
    return Type::kI64;
  }
}

// A view; the memory is the host's.
struct Tensor {
  extension::Type type{};
  extension::Shape shape;
  void* data = nullptr;

  int64_t Size() const { return NumElements(shape); }
  template <typename T>
  T* Data() const {
    Require(type == TypeOf<T>(), "a tensor of another element type was expected");
    return static_cast<T*>(data);
  }
};

namespace detail {

// The host has the message already.
struct HostFailure {};

inline Tensor ToTensor(const MoirTensor& tensor) {
  return {static_cast<Type>(tensor.type), Shape(tensor.dims, tensor.dims + tensor.rank), tensor.data};
}

// Runs a callback's body; nothing leaves it but a status.
template <typename F>
MoirStatus Guard(const MoirHost* host, MoirContext* context, const F& body) noexcept {
  try {
    return body();
  } catch (const HostFailure&) {
    return MOIR_ERROR;
  } catch (const std::exception& error) {
    return host->fail(context, error.what());
  } catch (...) {
    return host->fail(context, "an exception that is no std::exception");
  }
}

class Context {
 public:
  Context(const MoirHost* host, MoirContext* context) : host_(host), context_(context) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

 protected:
  template <typename... Parameters, typename... Arguments>
  void Call(MoirStatus (*function)(MoirContext*, Parameters...), Arguments... arguments) const {
    if (function(context_, arguments...) != MOIR_OK) throw HostFailure();
  }
  std::string Text(MoirStatus (*function)(MoirContext*, MoirNode, const char**), MoirNode node) const {
    const char* text = nullptr;
    Call(function, node, &text);
    return text;
  }
  uint32_t Count(MoirStatus (*function)(MoirContext*, MoirNode, uint32_t*), MoirNode node) const {
    uint32_t count = 0;
    Call(function, node, &count);
    return count;
  }
  Value InputOf(MoirNode node, size_t index) const {
    Value value = 0;
    Call(host_->input, node, static_cast<uint32_t>(index), &value);
    return value;
  }
  Value OutputOf(MoirNode node, size_t index) const {
    Value value = 0;
    Call(host_->output, node, static_cast<uint32_t>(index), &value);
    return value;
  }
  Tensor Describe(Value value) const {
    MoirTensor tensor{};
    Call(host_->describe, value, &tensor);
    return ToTensor(tensor);
  }
  template <typename T>
  T AttributeOf(MoirNode node, const char* name) const {
    MoirAttribute a{};
    Call(host_->attribute, node, name, &a);
    const auto expect = [&](int32_t kind) {
      Require(a.kind == kind, "attribute ", name, " is of another kind than it was asked for");
    };
    if constexpr (std::is_same_v<T, bool>) {
      expect(MOIR_ATTRIBUTE_BOOL);
      return a.integer != 0;
    } else if constexpr (std::is_integral_v<T>) {
      expect(MOIR_ATTRIBUTE_INT);
      return static_cast<T>(a.integer);
    } else if constexpr (std::is_floating_point_v<T>) {
      expect(MOIR_ATTRIBUTE_DOUBLE);
      return static_cast<T>(a.real);
    } else if constexpr (std::is_same_v<T, std::string>) {
      expect(MOIR_ATTRIBUTE_STRING);
      return a.text;
    } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
      expect(MOIR_ATTRIBUTE_INTS);
      return {a.ints, a.ints + a.count};
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      expect(MOIR_ATTRIBUTE_DOUBLES);
      return {a.doubles, a.doubles + a.count};
    } else {
      static_assert(std::is_same_v<T, std::vector<std::string>>, "no attribute has this type");
      expect(MOIR_ATTRIBUTE_STRINGS);
      return {a.texts, a.texts + a.count};
    }
  }

  const MoirHost* host_;
  MoirContext* context_;
};

// Callbacks of operators: one node and nothing around it.
class NodeContext : public Context {
 public:
  using Context::Context;
  std::string Name() const { return Text(host_->node_name, 0); }
  size_t InputCount() const { return Count(host_->input_count, 0); }
  // The attribute, or the schema's default: bool, an integer, a float, std::string or a std::vector of int64_t, double
  // or std::string.
  template <typename T>
  T Attr(const char* name) const {
    return AttributeOf<T>(0, name);
  }
};

}  // namespace detail

// What shape inference sees and sets.
class InferContext : public detail::NodeContext {
 public:
  using NodeContext::NodeContext;
  Type InputType(size_t index) const { return Describe(InputOf(0, index)).type; }
  Shape InputShape(size_t index) const { return Describe(InputOf(0, index)).shape; }
  // The values when they are known before the model runs, for axes and the like.
  std::optional<Tensor> KnownInput(size_t index) const {
    Tensor tensor = Describe(InputOf(0, index));
    return tensor.data ? std::optional<Tensor>(std::move(tensor)) : std::nullopt;
  }
  void SetOutput(size_t index, Type type, const Shape& shape) {
    Call(host_->set_output, static_cast<uint32_t>(index), static_cast<int32_t>(type),
         static_cast<int32_t>(shape.size()), shape.data());
  }
};

// What evaluations and kernels see.
class EvalContext : public detail::NodeContext {
 public:
  using NodeContext::NodeContext;
  Tensor InputTensor(size_t index) const {
    MoirTensor tensor{};
    Call(host_->input_tensor, static_cast<uint32_t>(index), &tensor);
    return detail::ToTensor(tensor);
  }
  Tensor OutputTensor(size_t index = 0) const {
    MoirTensor tensor{};
    Call(host_->output_tensor, static_cast<uint32_t>(index), &tensor);
    return detail::ToTensor(tensor);
  }
  template <typename T>
  const T* Input(size_t index) const {
    return InputTensor(index).Data<T>();
  }
  template <typename T>
  T* Output(size_t index = 0) const {
    return OutputTensor(index).Data<T>();
  }
  Shape InputShape(size_t index) const { return InputTensor(index).shape; }
  Shape OutputShape(size_t index = 0) const { return OutputTensor(index).shape; }
  Isa MaxIsa() const {
    int32_t isa = 0;
    Call(host_->max_isa, &isa);
    return static_cast<Isa>(isa);
  }

  // f(begin, end) over pieces of [0, count) of at least `grain`, possibly in several threads. The first exception of a
  // piece is thrown again here. Nothing of the context may be used inside.
  template <typename F>
  void ParallelFor(int64_t count, int64_t grain, const F& f) const {
    struct Work {
      const F& f;
      std::mutex mutex;
      std::exception_ptr error;
    } work{f, {}, {}};
    const auto body = [](void* argument, int64_t begin, int64_t end) {
      Work& mine = *static_cast<Work*>(argument);
      try {
        mine.f(begin, end);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mine.mutex);
        if (!mine.error) mine.error = std::current_exception();
      }
    };
    Call(host_->parallel_for, count, grain, static_cast<void (*)(void*, int64_t, int64_t)>(body),
         static_cast<void*>(&work));
    if (work.error) std::rethrow_exception(work.error);
  }
};

// What the maker of a kernel sees: once per layer, when a model is compiled.
class KernelContext : public detail::NodeContext {
 public:
  using NodeContext::NodeContext;
  Type InputType(size_t index) const { return Describe(InputOf(0, index)).type; }
  Shape InputShape(size_t index) const { return Describe(InputOf(0, index)).shape; }
  Type OutputType(size_t index = 0) const { return Describe(OutputOf(0, index)).type; }
  Shape OutputShape(size_t index = 0) const { return Describe(OutputOf(0, index)).shape; }
  // A constant input, to be packed once.
  std::optional<Tensor> Constant(size_t index) const {
    Tensor tensor = Describe(InputOf(0, index));
    return tensor.data ? std::optional<Tensor>(std::move(tensor)) : std::nullopt;
  }
  // The kernel does not read the input when it runs.
  void SkipInput(size_t index) { Call(host_->skip_input, static_cast<uint32_t>(index)); }
  void SetInputLayout(size_t index, Layout layout) {
    Call(host_->set_input_layout, static_cast<uint32_t>(index), static_cast<int32_t>(layout));
  }
  void SetOutputLayout(size_t index, Layout layout) {
    Call(host_->set_output_layout, static_cast<uint32_t>(index), static_cast<int32_t>(layout));
  }
  Isa MaxIsa() const {
    int32_t isa = 0;
    Call(host_->max_isa, &isa);
    return static_cast<Isa>(isa);
  }
};
// Runs a layer; runs of different requests may overlap. An empty one declines the layer.
using Kernel = std::function<void(EvalContext&)>;

namespace detail {

// Building, for converters and passes.
class BuildContext : public Context {
 public:
  using Context::Context;
  std::string Name() const { return Text(host_->node_name, 0); }
  std::string Op() const { return Text(host_->node_op, 0); }
  size_t InputCount() const { return Count(host_->input_count, 0); }
  Value Input(size_t index) const { return InputOf(0, index); }
  extension::Shape Shape(Value value) const { return Describe(value).shape; }
  extension::Type Type(Value value) const { return Describe(value).type; }
  // The values of a constant.
  std::optional<Tensor> Known(Value value) const {
    Tensor tensor = Describe(value);
    return tensor.data ? std::optional<Tensor>(std::move(tensor)) : std::nullopt;
  }

  // A node; its outputs.
  std::vector<Value> AddNode(const std::string& op, const std::vector<Value>& inputs, const Attributes& attributes = {},
                             const std::string& suffix = {}) {
    std::vector<MoirAttribute> list;
    std::deque<std::vector<const char*>> texts;
    for (const auto& [name, value] : attributes) {
      MoirAttribute a{};
      a.name = name.c_str();
      a.kind = static_cast<int32_t>(value.index());
      if (const auto* v = std::get_if<bool>(&value)) a.integer = *v;
      if (const auto* v = std::get_if<int64_t>(&value)) a.integer = *v;
      if (const auto* v = std::get_if<double>(&value)) a.real = *v;
      if (const auto* v = std::get_if<std::string>(&value)) a.text = v->c_str();
      if (const auto* v = std::get_if<std::vector<int64_t>>(&value)) a.ints = v->data(), a.count = v->size();
      if (const auto* v = std::get_if<std::vector<double>>(&value)) a.doubles = v->data(), a.count = v->size();
      if (const auto* v = std::get_if<std::vector<std::string>>(&value)) {
        texts.emplace_back();
        for (const std::string& text : *v) texts.back().push_back(text.c_str());
        a.texts = texts.back().data();
        a.count = v->size();
      }
      list.push_back(a);
    }
    MoirNode node = 0;
    Call(host_->add_node, op.c_str(), suffix.empty() ? nullptr : suffix.c_str(), static_cast<uint32_t>(inputs.size()),
         inputs.data(), static_cast<uint32_t>(list.size()), static_cast<const MoirAttribute*>(list.data()), &node);
    std::vector<Value> outputs(Count(host_->output_count, node));
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = OutputOf(node, i);
    return outputs;
  }
  Value Add(const std::string& op, const std::vector<Value>& inputs, const Attributes& attributes = {},
            const std::string& suffix = {}) {
    return AddNode(op, inputs, attributes, suffix).at(0);
  }
  template <typename T>
  Value Constant(const extension::Shape& shape, const std::vector<T>& values, const std::string& suffix = "constant") {
    static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no array of values");
    Require(NumElements(shape) == static_cast<int64_t>(values.size()), "a constant of shape ", ToString(shape),
            " from ", values.size(), " values");
    const MoirTensor tensor{static_cast<int32_t>(TypeOf<T>()), static_cast<int32_t>(shape.size()), shape.data(),
                            const_cast<T*>(values.data())};
    Value value = 0;
    Call(host_->add_constant, suffix.c_str(), &tensor, &value);
    return value;
  }
  void Note(const std::string& text) { Call(host_->note, text.c_str()); }

 protected:
  void SetResult(size_t index, Value value) { Call(host_->set_result, static_cast<uint32_t>(index), value); }
};

}  // namespace detail

// One node of MXNet on its way to operators of the graph. The second argument of the getters is MXNet's value for an
// absent attribute; without one the attribute is required.
class Converter : public detail::BuildContext {
 public:
  using BuildContext::BuildContext;
  // The name of the node or parameter that an input reads.
  std::string InputName(size_t index) const {
    const char* name = nullptr;
    Call(host_->input_name, static_cast<uint32_t>(index), &name);
    return name;
  }
  // An input that must have the shape; a parameter with another is reported together with all others.
  Value InputAs(size_t index, const extension::Shape& shape) {
    Value value = 0;
    Call(host_->input_as, static_cast<uint32_t>(index), static_cast<int32_t>(shape.size()), shape.data(), &value);
    return value;
  }
  void Output(size_t index, Value value) { SetResult(index, value); }
  void Output(Value value) { SetResult(0, value); }

  bool Has(const char* name) const { return Find(name) != nullptr; }
  void Ignore(std::initializer_list<const char*> names) const {
    for (const char* name : names) Find(name);
  }
  std::string Text(const char* name) const { return Required(name); }
  std::string Text(const char* name, const char* absent) const {
    const char* text = Find(name);
    return text ? text : absent;
  }
  int64_t Int(const char* name) const { return ToInt(name, Required(name)); }
  int64_t Int(const char* name, int64_t absent) const { return Has(name) ? Int(name) : absent; }
  double Double(const char* name) const {
    const std::string text = Required(name);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != 0) Refuse(name, text, "a number");
    return value;
  }
  double Double(const char* name, double absent) const { return Has(name) ? Double(name) : absent; }
  bool Bool(const char* name) const {
    const std::string text = Required(name);
    if (text == "True" || text == "true" || text == "1") return true;
    if (text == "False" || text == "false" || text == "0") return false;
    Refuse(name, text, "True or False");
  }
  bool Bool(const char* name, bool absent) const { return Has(name) ? Bool(name) : absent; }
  // "(3, 3)", "[3,3]", "(3,)", "()" or "3".
  std::vector<int64_t> Ints(const char* name) const {
    const std::string text = Required(name);
    std::vector<int64_t> values;
    std::string element;
    const auto flush = [&] {
      if (!element.empty()) values.push_back(ToInt(name, element));
      element.clear();
    };
    for (const char c : text) {
      if (c == ',') flush();
      else if (c != ' ' && c != '(' && c != ')' && c != '[' && c != ']' && c != 'L') element += c;
    }
    flush();
    return values;
  }
  std::vector<int64_t> Ints(const char* name, std::vector<int64_t> absent) const {
    return Has(name) ? Ints(name) : absent;
  }
  // Every attribute that the file states.
  std::vector<std::pair<std::string, std::string>> AllAttributes() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (uint32_t i = 0;; ++i) {
      const char *name = nullptr, *text = nullptr;
      Call(host_->mxnet_attribute_at, i, &name, &text);
      if (!name) return all;
      all.emplace_back(name, text);
    }
  }

 private:
  const char* Find(const char* name) const {
    const char* text = nullptr;
    Call(host_->mxnet_attribute, name, &text);
    return text;
  }
  std::string Required(const char* name) const {
    const char* text = Find(name);
    if (!text) Fail("attribute ", name, " is missing");
    return text;
  }
  [[noreturn]] static void Refuse(const char* name, const std::string& text, const char* expected) {
    Fail("attribute ", name, ": got \"", text, "\", expected ", expected);
  }
  static int64_t ToInt(const char* name, const std::string& text) {
    size_t used = 0;
    int64_t value = 0;
    try {
      value = std::stoll(text, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != text.size()) Refuse(name, text, "whole numbers");
    return value;
  }
};

// One node that a pass looks at.
class Rewrite : public detail::BuildContext {
 public:
  using BuildContext::BuildContext;
  template <typename T>
  T Attr(const char* name) const {
    return AttributeOf<T>(0, name);
  }
  // The node that computes a value, for the functions below.
  MoirNode Producer(Value value) const {
    MoirNode node = 0;
    Call(host_->producer, value, &node);
    return node;
  }
  std::string OpOf(MoirNode node) const { return BuildContext::Text(host_->node_op, node); }
  std::string NameOf(MoirNode node) const { return BuildContext::Text(host_->node_name, node); }
  size_t InputCountOf(MoirNode node) const { return Count(host_->input_count, node); }
  Value InputOf(MoirNode node, size_t index) const { return BuildContext::InputOf(node, index); }
  template <typename T>
  T AttrOf(MoirNode node, const char* name) const {
    return AttributeOf<T>(node, name);
  }
  // Node inputs and outputs of the model that read the value.
  size_t ReaderCount(Value value) const {
    uint32_t count = 0;
    Call(host_->reader_count, value, &count);
    return count;
  }
  // Whatever read output 0 of the node reads `value`.
  void Replace(Value value) { SetResult(0, value); }
  void Replace(size_t index, Value value) { SetResult(index, value); }
};

using InferFunction = std::function<void(InferContext&)>;
using EvaluateFunction = std::function<void(EvalContext&)>;
using KernelFunction = std::function<extension::Kernel(KernelContext&)>;
using ConvertFunction = std::function<void(extension::Converter&)>;
using RewriteFunction = std::function<bool(Rewrite&)>;  // whether anything changed

class OperatorBuilder {
 public:
  explicit OperatorBuilder(std::string name) : name_(std::move(name)) {}
  OperatorBuilder(const OperatorBuilder&) = delete;

  OperatorBuilder& Input(std::string name) { return AddInput(std::move(name), MOIR_INPUT_REQUIRED); }
  // These come last; a variadic one is the last.
  OperatorBuilder& OptionalInput(std::string name) { return AddInput(std::move(name), MOIR_INPUT_OPTIONAL); }
  OperatorBuilder& VariadicInput(std::string name) { return AddInput(std::move(name), MOIR_INPUT_VARIADIC); }
  // The default's type is the attribute's: bool, an integer, a float, a text, or a std::vector of int64_t, double or
  // std::string. `ir_name` is
  // its name in IR v2 to v4.
  template <typename T>
  OperatorBuilder& Attribute(std::string name, const T& default_value, std::string ir_name = {}) {
    AttributeValue value;
    if constexpr (std::is_same_v<T, bool>) value = default_value;
    else if constexpr (std::is_integral_v<T>) value = static_cast<int64_t>(default_value);
    else if constexpr (std::is_floating_point_v<T>) value = static_cast<double>(default_value);
    else if constexpr (std::is_convertible_v<T, std::string>) value = std::string(default_value);
    else value = default_value;
    attributes_.push_back({std::move(name), std::move(ir_name), static_cast<int32_t>(value.index()), ToText(value)});
    return *this;
  }
  template <typename T>
  OperatorBuilder& RequiredAttribute(std::string name, std::string ir_name = {}) {
    const AttributeValue example = T{};
    attributes_.push_back({std::move(name), std::move(ir_name), static_cast<int32_t>(example.index()), std::nullopt});
    return *this;
  }
  // One when it is not called; 0: as many as Infer sets.
  OperatorBuilder& Outputs(uint32_t count) {
    c_.output_count = count;
    return *this;
  }
  OperatorBuilder& Infer(InferFunction function) {
    infer_ = std::move(function);
    return *this;
  }
  OperatorBuilder& Evaluate(EvaluateFunction function) {
    evaluate_ = std::move(function);
    return *this;
  }
  OperatorBuilder& Kernel(KernelFunction function) {
    kernel_ = std::move(function);
    return *this;
  }
  // The layer's type in IR v2 to v4; the operator's name when it is not called.
  OperatorBuilder& IrType(std::string type) {
    ir_type_ = std::move(type);
    return *this;
  }
  // f16 and bf16 arrive as they are.
  OperatorBuilder& EvaluatesAnyType() {
    c_.evaluates_any_type = 1;
    return *this;
  }

  const MoirOperator* Finish() {
    for (const auto& [name, kind] : inputs_) c_inputs_.push_back({name.c_str(), kind});
    for (const auto& a : attributes_) {
      c_attributes_.push_back({a.name.c_str(), a.kind, a.text ? a.text->c_str() : nullptr,
                               a.ir_name.empty() ? nullptr : a.ir_name.c_str()});
    }
    c_.struct_size = sizeof(c_);
    c_.name = name_.c_str();
    c_.ir_type = ir_type_.empty() ? nullptr : ir_type_.c_str();
    c_.input_count = static_cast<uint32_t>(c_inputs_.size());
    c_.inputs = c_inputs_.data();
    c_.attribute_count = static_cast<uint32_t>(c_attributes_.size());
    c_.attributes = c_attributes_.data();
    c_.user = this;
    if (infer_) {
      c_.infer = [](void* user, const MoirHost* host, MoirContext* context) -> MoirStatus {
        return detail::Guard(host, context, [&]() -> MoirStatus {
          InferContext op(host, context);
          static_cast<OperatorBuilder*>(user)->infer_(op);
          return MOIR_OK;
        });
      };
    }
    if (evaluate_) {
      c_.evaluate = [](void* user, const MoirHost* host, MoirContext* context) -> MoirStatus {
        return detail::Guard(host, context, [&]() -> MoirStatus {
          EvalContext op(host, context);
          static_cast<OperatorBuilder*>(user)->evaluate_(op);
          return MOIR_OK;
        });
      };
    }
    if (kernel_) c_.create_kernel = CreateKernel;
    return &c_;
  }

 private:
  struct AttributeEntry {
    std::string name, ir_name;
    int32_t kind;
    std::optional<std::string> text;
  };

  OperatorBuilder& AddInput(std::string name, int32_t kind) {
    inputs_.emplace_back(std::move(name), kind);
    return *this;
  }

  static std::string ToText(const AttributeValue& value) {
    std::ostringstream text;
    text.precision(17);
    const auto list = [&](const auto& values) {
      for (size_t i = 0; i < values.size(); ++i) text << (i ? "," : "") << values[i];
    };
    if (const auto* v = std::get_if<bool>(&value)) text << (*v ? "true" : "false");
    if (const auto* v = std::get_if<int64_t>(&value)) text << *v;
    if (const auto* v = std::get_if<double>(&value)) text << *v;
    if (const auto* v = std::get_if<std::string>(&value)) text << *v;
    if (const auto* v = std::get_if<std::vector<int64_t>>(&value)) list(*v);
    if (const auto* v = std::get_if<std::vector<double>>(&value)) list(*v);
    if (const auto* v = std::get_if<std::vector<std::string>>(&value)) list(*v);
    return text.str();
  }

  static MoirStatus CreateKernel(void* user, const MoirHost* host, MoirContext* context, MoirKernel* made) {
    return detail::Guard(host, context, [&]() -> MoirStatus {
      KernelContext op(host, context);
      auto kernel = std::make_unique<extension::Kernel>(static_cast<OperatorBuilder*>(user)->kernel_(op));
      if (!*kernel) return MOIR_DECLINED;
      made->run = [](void* state, const MoirHost* run_host, MoirContext* run_context) -> MoirStatus {
        return detail::Guard(run_host, run_context, [&]() -> MoirStatus {
          EvalContext run_op(run_host, run_context);
          (*static_cast<extension::Kernel*>(state))(run_op);
          return MOIR_OK;
        });
      };
      made->destroy = [](void* state) { delete static_cast<extension::Kernel*>(state); };
      made->state = kernel.release();
      return MOIR_OK;
    });
  }

  const std::string name_;
  std::string ir_type_;
  std::vector<std::pair<std::string, int32_t>> inputs_;
  std::vector<AttributeEntry> attributes_;
  std::vector<MoirInputSchema> c_inputs_;
  std::vector<MoirAttributeSchema> c_attributes_;
  InferFunction infer_;
  EvaluateFunction evaluate_;
  KernelFunction kernel_;
  MoirOperator c_{0, 1, nullptr, nullptr, 0, 0, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0, nullptr};
};

// Collects what the plug-in brings.
class Extension {
 public:
  explicit Extension(const std::function<void(Extension&)>& fill) { fill(*this); }
  Extension(const Extension&) = delete;

  void SetName(std::string name, std::string version) {
    name_ = std::move(name);
    version_ = std::move(version);
  }
  OperatorBuilder& Operator(std::string name) { return operators_.emplace_back(std::move(name)); }
  // Roles: what the inputs are, see MoirConverter; "dwl" is data, weight, label.
  void Converter(std::string op, ConvertFunction function, std::string roles = "d") {
    converters_.push_back({std::move(op), {}, std::move(roles), std::move(function)});
  }
  // Of an operator that was written in Python.
  void CustomConverter(std::string op_type, ConvertFunction function, std::string roles = "d") {
    converters_.push_back({"Custom", std::move(op_type), std::move(roles), std::move(function)});
  }
  // `place`: "before:PASS" or "after:PASS"; `root`: the operator whose nodes are looked at, or empty for all.
  void Pass(std::string name, std::string place, std::string root, RewriteFunction function) {
    passes_.push_back({std::move(name), std::move(place), std::move(root), std::move(function)});
  }

  const MoirExtension* Finish() {
    for (OperatorBuilder& op : operators_) op_list_.push_back(op.Finish());
    for (ConverterEntry& entry : converters_) {
      entry.c = {sizeof(entry.c),
                 0,
                 entry.op.c_str(),
                 entry.op_type.empty() ? nullptr : entry.op_type.c_str(),
                 entry.roles.c_str(),
                 &entry,
                 [](void* user, const MoirHost* host, MoirContext* context) -> MoirStatus {
                   return detail::Guard(host, context, [&]() -> MoirStatus {
                     extension::Converter node(host, context);
                     static_cast<ConverterEntry*>(user)->convert(node);
                     return MOIR_OK;
                   });
                 }};
      converter_list_.push_back(&entry.c);
    }
    for (PassEntry& entry : passes_) {
      entry.c = {sizeof(entry.c),
                 0,
                 entry.name.c_str(),
                 entry.place.c_str(),
                 entry.root.empty() ? nullptr : entry.root.c_str(),
                 &entry,
                 [](void* user, const MoirHost* host, MoirContext* context) -> MoirStatus {
                   return detail::Guard(host, context, [&]() -> MoirStatus {
                     Rewrite node(host, context);
                     return static_cast<PassEntry*>(user)->run(node) ? MOIR_OK : MOIR_DECLINED;
                   });
                 }};
      pass_list_.push_back(&entry.c);
    }
    c_ = {MOIR_EXTENSION_ABI_VERSION,
          sizeof(c_),
          name_.c_str(),
          version_.c_str(),
          static_cast<uint32_t>(op_list_.size()),
          static_cast<uint32_t>(converter_list_.size()),
          static_cast<uint32_t>(pass_list_.size()),
          0,
          op_list_.data(),
          converter_list_.data(),
          pass_list_.data()};
    return &c_;
  }

 private:
  struct ConverterEntry {
    std::string op, op_type, roles;
    ConvertFunction convert;
    MoirConverter c{};
  };
  struct PassEntry {
    std::string name, place, root;
    RewriteFunction run;
    MoirPass c{};
  };
  std::string name_, version_;
  std::deque<OperatorBuilder> operators_;  // addresses stay
  std::deque<ConverterEntry> converters_;
  std::deque<PassEntry> passes_;
  std::vector<const MoirOperator*> op_list_;
  std::vector<const MoirConverter*> converter_list_;
  std::vector<const MoirPass*> pass_list_;
  MoirExtension c_{};
};

}  // namespace moir::extension

// The one entry point of a plug-in; its body fills the Extension called `name`.
#define MOIR_EXTENSION(name)                                                       \
  static void MoirFillExtension(::moir::extension::Extension& name);               \
  extern "C" MOIR_EXTENSION_EXPORT const MoirExtension* MoirExtensionEntry(void) { \
    try {                                                                          \
      static ::moir::extension::Extension extension(MoirFillExtension);            \
      static const MoirExtension* const finished = extension.Finish();             \
      return finished;                                                             \
    } catch (...) {                                                                \
      return nullptr;                                                              \
    }                                                                              \
  }                                                                                \
  static void MoirFillExtension(::moir::extension::Extension& name)
