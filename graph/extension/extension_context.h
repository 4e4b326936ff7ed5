// The host's side of extensions/extension_api.h: a MoirContext is what one callback of a plug-in acts on. The functions
// of MoirHost call its methods; what these throw is kept and becomes the error of the callback.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extensions/extension_api.h"
#include "graph/error.h"
#include "graph/graph.h"

namespace moir::graph {

struct ExtensionTensor {
  ElementType type = ElementType::kUndefined;
  graph::Shape shape;
  void* data = nullptr;
};

// Types of the interface; throws kBadModel for numbers that are none.
ElementType ExtensionElementType(int32_t type);
graph::Shape ExtensionShape(int32_t rank, const int64_t* dims);
Attribute ExtensionAttribute(const MoirAttribute& attribute);

const MoirHost* ExtensionHost();

}  // namespace moir::graph

// Methods that a callback may not call throw.
struct MoirContext {
  MoirContext() = default;
  MoirContext(const MoirContext&) = delete;
  MoirContext& operator=(const MoirContext&) = delete;
  virtual ~MoirContext() = default;

  // Runs a callback of the plug-in at `library`. Throws graph::Error that names it when the callback reports an error,
  // throws, returns nonsense or went on after a function of the host had failed; kBadModel unless the host's function
  // had a better reason. Returns MOIR_OK or MOIR_DECLINED.
  using Callback = std::function<MoirStatus(const MoirHost*, MoirContext*)>;
  MoirStatus Run(const std::string& library, std::string_view function, const Callback& callback);

  MoirStatus RecordFailure(moir::graph::ErrorKind kind, std::string_view message);
  // Texts and lists handed out live as long as the context.
  const char* Keep(std::string text);
  void Give(const moir::graph::ExtensionTensor& from, MoirTensor* to);
  void Give(std::string_view name, const moir::graph::Attribute& from, MoirAttribute* to);

  virtual std::string Name(MoirNode) { Refuse("node_name"); }
  virtual std::string Op(MoirNode) { Refuse("node_op"); }
  virtual const moir::graph::Attribute& AttributeOf(MoirNode, const std::string&) { Refuse("attribute"); }
  virtual size_t InputCount(MoirNode) { Refuse("input_count"); }
  virtual size_t OutputCount(MoirNode) { Refuse("output_count"); }
  virtual MoirValue Input(MoirNode, size_t) { Refuse("input"); }
  virtual MoirValue Output(MoirNode, size_t) { Refuse("output"); }
  virtual moir::graph::ExtensionTensor Describe(MoirValue) { Refuse("describe"); }
  virtual void SetOutput(size_t, moir::graph::ElementType, moir::graph::Shape) { Refuse("set_output"); }
  virtual moir::graph::ExtensionTensor InputTensor(size_t) { Refuse("input_tensor"); }
  virtual moir::graph::ExtensionTensor OutputTensor(size_t) { Refuse("output_tensor"); }
  virtual void ParallelFor(int64_t, int64_t, const std::function<void(int64_t, int64_t)>&) { Refuse("parallel_for"); }
  virtual int32_t MaxIsa() { Refuse("max_isa"); }
  virtual void SetInputLayout(size_t, int32_t) { Refuse("set_input_layout"); }
  virtual void SetOutputLayout(size_t, int32_t) { Refuse("set_output_layout"); }
  virtual void SkipInput(size_t) { Refuse("skip_input"); }
  virtual const char* MxnetAttribute(const std::string&) { Refuse("mxnet_attribute"); }
  // Null name behind the last one.
  virtual std::pair<const char*, const char*> MxnetAttributeAt(size_t) { Refuse("mxnet_attribute_at"); }
  virtual std::string InputName(size_t) { Refuse("input_name"); }
  virtual MoirValue InputAs(size_t, moir::graph::Shape) { Refuse("input_as"); }
  virtual void Note(std::string) { Refuse("note"); }
  virtual MoirValue AddConstant(std::string, moir::graph::Tensor) { Refuse("add_constant"); }
  virtual MoirNode AddNode(std::string, std::string, const std::vector<MoirValue>&, moir::graph::Attributes) {
    Refuse("add_node");
  }
  virtual void SetResult(size_t, MoirValue) { Refuse("set_result"); }
  virtual MoirNode Producer(MoirValue) { Refuse("producer"); }
  virtual size_t ReaderCount(MoirValue) { Refuse("reader_count"); }

 private:
  [[noreturn]] static void Refuse(std::string_view function);

  std::mutex mutex_;
  std::optional<moir::graph::Error> failure_;
  std::deque<std::string> texts_;
  std::deque<std::vector<const char*>> lists_;
  std::deque<std::vector<int64_t>> shapes_;
};

namespace moir::graph {

// A context over nodes of a graph. Node 0 is `own`; it may be null where the callback is for something else.
class GraphContext : public MoirContext {
 public:
  explicit GraphContext(Node* own) : own_(own) {}

  std::string Name(MoirNode node) override { return NodeOf(node).Name(); }
  std::string Op(MoirNode node) override { return NodeOf(node).Op(); }
  const Attribute& AttributeOf(MoirNode node, const std::string& name) override;
  size_t InputCount(MoirNode node) override { return NodeOf(node).InputCount(); }
  size_t OutputCount(MoirNode node) override { return NodeOf(node).OutputCount(); }
  MoirValue Input(MoirNode node, size_t index) override;
  MoirValue Output(MoirNode node, size_t index) override;
  ExtensionTensor Describe(MoirValue value) override;
  MoirNode Producer(MoirValue value) override { return IdOf(ValueOf(value).node); }

 protected:
  Node& NodeOf(MoirNode node) const;
  const Value& ValueOf(MoirValue value) const;
  MoirValue IdOf(const Value& value);
  MoirNode IdOf(Node* node);

 private:
  Node* own_;
  std::vector<Value> values_;
  std::vector<Node*> nodes_;
  std::deque<Tensor> tensors_;
};

// What evaluations see besides: tensors.
class EvaluateContext final : public GraphContext {
 public:
  EvaluateContext(const Node& node, std::vector<ExtensionTensor> inputs, std::vector<ExtensionTensor> outputs)
      : GraphContext(const_cast<Node*>(&node)), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {}
  ExtensionTensor InputTensor(size_t index) override { return At(inputs_, index, "input"); }
  ExtensionTensor OutputTensor(size_t index) override { return At(outputs_, index, "output"); }
  // In this thread alone, and without instructions that not every CPU has: the numbers are the same everywhere.
  void ParallelFor(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body) override;
  int32_t MaxIsa() override { return MOIR_ISA_SSE41; }

  static const ExtensionTensor& At(const std::vector<ExtensionTensor>& tensors, size_t index, std::string_view what);

 private:
  std::vector<ExtensionTensor> inputs_, outputs_;
};

}  // namespace moir::graph
