#include "graph/extension/extension_context.h"

#include <cstring>
#include <limits>
#include <tuple>

#include "graph/evaluate.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

constexpr int32_t kMaxRank = 64;

static_assert(static_cast<int>(ElementType::kBool) == MOIR_BOOL && static_cast<int>(ElementType::kF32) == MOIR_F32 &&
              static_cast<int>(ElementType::kU8) == MOIR_U8 && static_cast<int>(ElementType::kI64) == MOIR_I64);
static_assert(std::is_same_v<std::variant_alternative_t<MOIR_ATTRIBUTE_DOUBLES, Attribute>, std::vector<double>>);
static_assert(std::is_same_v<std::variant_alternative_t<MOIR_ATTRIBUTE_STRING, Attribute>, std::string>);

template <typename T>
T& Required(T* pointer, std::string_view what) {
  if (!pointer) Fail(ErrorKind::kBadModel, "a null pointer was passed as ", what);
  return *pointer;
}

std::string RequiredText(const char* text, std::string_view what) { return &Required(text, what); }

// Runs the host's side of one function.
template <typename F>
MoirStatus Serve(MoirContext* context, const F& body) noexcept {
  if (!context) return MOIR_ERROR;
  try {
    body();
    return MOIR_OK;
  } catch (const Error& error) {
    return context->RecordFailure(error.Kind() == ErrorKind::kInternal ? ErrorKind::kBadModel : error.Kind(),
                                  error.what());
  } catch (const std::bad_alloc&) {
    return context->RecordFailure(ErrorKind::kIo, "not enough memory");
  } catch (const std::exception& error) {
    return context->RecordFailure(ErrorKind::kInternal, error.what());
  }
}

MoirHost MakeHost() {
  MoirHost host{};
  host.struct_size = sizeof(host);
  host.abi_version = MOIR_EXTENSION_ABI_VERSION;
  host.fail = [](MoirContext* c, const char* message) -> MoirStatus {
    return c ? c->RecordFailure(ErrorKind::kBadModel, message ? message : "no message") : MOIR_ERROR;
  };
  host.node_name = [](MoirContext* c, MoirNode node, const char** name) {
    return Serve(c, [&] { Required(name, "name") = c->Keep(c->Name(node)); });
  };
  host.node_op = [](MoirContext* c, MoirNode node, const char** op) {
    return Serve(c, [&] { Required(op, "op") = c->Keep(c->Op(node)); });
  };
  host.attribute = [](MoirContext* c, MoirNode node, const char* name, MoirAttribute* attribute) {
    return Serve(c, [&] {
      const std::string key = RequiredText(name, "name");
      c->Give(key, c->AttributeOf(node, key), &Required(attribute, "attribute"));
    });
  };
  host.input_count = [](MoirContext* c, MoirNode node, uint32_t* count) {
    return Serve(c, [&] { Required(count, "count") = static_cast<uint32_t>(c->InputCount(node)); });
  };
  host.output_count = [](MoirContext* c, MoirNode node, uint32_t* count) {
    return Serve(c, [&] { Required(count, "count") = static_cast<uint32_t>(c->OutputCount(node)); });
  };
  host.input = [](MoirContext* c, MoirNode node, uint32_t index, MoirValue* value) {
    return Serve(c, [&] { Required(value, "value") = c->Input(node, index); });
  };
  host.output = [](MoirContext* c, MoirNode node, uint32_t index, MoirValue* value) {
    return Serve(c, [&] { Required(value, "value") = c->Output(node, index); });
  };
  host.describe = [](MoirContext* c, MoirValue value, MoirTensor* tensor) {
    return Serve(c, [&] { c->Give(c->Describe(value), &Required(tensor, "tensor")); });
  };
  host.set_output = [](MoirContext* c, uint32_t index, int32_t type, int32_t rank, const int64_t* dims) {
    return Serve(c, [&] { c->SetOutput(index, ExtensionElementType(type), ExtensionShape(rank, dims)); });
  };
  host.input_tensor = [](MoirContext* c, uint32_t index, MoirTensor* tensor) {
    return Serve(c, [&] { c->Give(c->InputTensor(index), &Required(tensor, "tensor")); });
  };
  host.output_tensor = [](MoirContext* c, uint32_t index, MoirTensor* tensor) {
    return Serve(c, [&] { c->Give(c->OutputTensor(index), &Required(tensor, "tensor")); });
  };
  host.parallel_for = [](MoirContext* c, int64_t count, int64_t grain, void (*body)(void*, int64_t, int64_t),
                         void* argument) {
    return Serve(c, [&] {
      if (!body) Fail(ErrorKind::kBadModel, "a null pointer was passed as body");
      if (count <= 0) return;
      // An exception must not leave a thread of the pool.
      c->ParallelFor(count, std::max<int64_t>(grain, 1), [&](int64_t begin, int64_t end) {
        try {
          body(argument, begin, end);
        } catch (...) {
          c->RecordFailure(ErrorKind::kBadModel, "an exception left the body of parallel_for");
        }
      });
    });
  };
  host.max_isa = [](MoirContext* c, int32_t* isa) { return Serve(c, [&] { Required(isa, "isa") = c->MaxIsa(); }); };
  host.set_input_layout = [](MoirContext* c, uint32_t index, int32_t layout) {
    return Serve(c, [&] { c->SetInputLayout(index, layout); });
  };
  host.set_output_layout = [](MoirContext* c, uint32_t index, int32_t layout) {
    return Serve(c, [&] { c->SetOutputLayout(index, layout); });
  };
  host.skip_input = [](MoirContext* c, uint32_t index) { return Serve(c, [&] { c->SkipInput(index); }); };
  host.mxnet_attribute = [](MoirContext* c, const char* name, const char** text) {
    return Serve(c, [&] { Required(text, "text") = c->MxnetAttribute(RequiredText(name, "name")); });
  };
  host.mxnet_attribute_at = [](MoirContext* c, uint32_t index, const char** name, const char** text) {
    return Serve(c, [&] { std::tie(Required(name, "name"), Required(text, "text")) = c->MxnetAttributeAt(index); });
  };
  host.input_name = [](MoirContext* c, uint32_t index, const char** name) {
    return Serve(c, [&] { Required(name, "name") = c->Keep(c->InputName(index)); });
  };
  host.input_as = [](MoirContext* c, uint32_t index, int32_t rank, const int64_t* dims, MoirValue* value) {
    return Serve(c, [&] { Required(value, "value") = c->InputAs(index, ExtensionShape(rank, dims)); });
  };
  host.note = [](MoirContext* c, const char* text) { return Serve(c, [&] { c->Note(RequiredText(text, "text")); }); };
  host.add_constant = [](MoirContext* c, const char* name, const MoirTensor* tensor, MoirValue* value) {
    return Serve(c, [&] {
      const MoirTensor& from = Required(tensor, "tensor");
      Tensor copy(ExtensionElementType(from.type), ExtensionShape(from.rank, from.dims));
      if (copy.ByteSize() > 0)
        std::memcpy(copy.MutableData(), &Required(static_cast<const std::byte*>(from.data), "data"), copy.ByteSize());
      Required(value, "value") = c->AddConstant(name ? name : "constant", std::move(copy));
    });
  };
  host.add_node = [](MoirContext* c, const char* op, const char* name, uint32_t input_count, const MoirValue* inputs,
                     uint32_t attribute_count, const MoirAttribute* attributes, MoirNode* node) {
    return Serve(c, [&] {
      std::vector<MoirValue> values;
      for (uint32_t i = 0; i < input_count; ++i) values.push_back((&Required(inputs, "inputs"))[i]);
      Attributes map;
      for (uint32_t i = 0; i < attribute_count; ++i) {
        const MoirAttribute& attribute = (&Required(attributes, "attributes"))[i];
        map[RequiredText(attribute.name, "an attribute's name")] = ExtensionAttribute(attribute);
      }
      Required(node, "node") = c->AddNode(RequiredText(op, "op"), name ? name : "", values, std::move(map));
    });
  };
  host.set_result = [](MoirContext* c, uint32_t index, MoirValue value) {
    return Serve(c, [&] { c->SetResult(index, value); });
  };
  host.producer = [](MoirContext* c, MoirValue value, MoirNode* node) {
    return Serve(c, [&] { Required(node, "node") = c->Producer(value); });
  };
  host.reader_count = [](MoirContext* c, MoirValue value, uint32_t* readers) {
    return Serve(c, [&] { Required(readers, "readers") = static_cast<uint32_t>(c->ReaderCount(value)); });
  };
  return host;
}

}  // namespace

const MoirHost* ExtensionHost() {
  static const MoirHost host = MakeHost();
  return &host;
}

ElementType ExtensionElementType(int32_t type) {
  if (type < MOIR_BOOL || type > MOIR_I64)
    Fail(ErrorKind::kBadModel, "element type: got the number ", type, ", expected one of MOIR_BOOL to MOIR_I64");
  return static_cast<ElementType>(type);
}

Shape ExtensionShape(int32_t rank, const int64_t* dims) {
  if (rank < 0 || rank > kMaxRank)
    Fail(ErrorKind::kBadModel, "rank: got ", rank, ", expected a number from 0 to ", kMaxRank);
  std::vector<int64_t> sizes;
  for (int32_t axis = 0; axis < rank; ++axis) {
    const int64_t size = (&Required(dims, "dims"))[axis];
    if (size < 0) Fail(ErrorKind::kBadModel, "shape: got size ", size, " along axis ", axis, ", expected 0 or more");
    sizes.push_back(size);
  }
  Shape shape(std::move(sizes));
  // No element has more than 8 bytes.
  if (shape.NumElements() > std::numeric_limits<int64_t>::max() / 8)
    Fail(ErrorKind::kBadModel, "shape: got ", shape, ", expected less than 2^60 elements");
  return shape;
}

Attribute ExtensionAttribute(const MoirAttribute& a) {
  const auto list = [&](auto* values, std::string_view what) {
    std::vector<std::remove_const_t<std::remove_pointer_t<decltype(values)>>> copy;
    for (uint64_t i = 0; i < a.count; ++i) copy.push_back((&Required(values, what))[i]);
    return copy;
  };
  switch (a.kind) {
    case MOIR_ATTRIBUTE_BOOL: return a.integer != 0;
    case MOIR_ATTRIBUTE_INT: return a.integer;
    case MOIR_ATTRIBUTE_DOUBLE: return a.real;
    case MOIR_ATTRIBUTE_STRING: return RequiredText(a.text, "an attribute's text");
    case MOIR_ATTRIBUTE_INTS: return list(a.ints, "ints");
    case MOIR_ATTRIBUTE_DOUBLES: return list(a.doubles, "doubles");
    case MOIR_ATTRIBUTE_STRINGS: {
      std::vector<std::string> texts;
      for (const char* text : list(a.texts, "texts")) texts.push_back(RequiredText(text, "an element of texts"));
      return texts;
    }
    default:
      Fail(ErrorKind::kBadModel, "attribute ", a.name, ": got kind ", a.kind, ", expected one of MOIR_ATTRIBUTE_...");
  }
}

const Attribute& GraphContext::AttributeOf(MoirNode node, const std::string& name) {
  const Node& of = NodeOf(node);
  if (!of.Attributes().contains(name) && !of.Schema().FindAttribute(name))
    Fail(ErrorKind::kBadModel, "operator ", of.Op(), " has no attribute ", name);
  return of.AttrValue(name);
}

MoirValue GraphContext::Input(MoirNode node, size_t index) {
  const Node& of = NodeOf(node);
  if (index >= of.InputCount())
    Fail(ErrorKind::kBadModel, "input ", index, " of node \"", of.Name(), "\", which has ", of.InputCount());
  return IdOf(of.Input(index));
}

MoirValue GraphContext::Output(MoirNode node, size_t index) {
  Node& of = NodeOf(node);
  if (index >= of.OutputCount())
    Fail(ErrorKind::kBadModel, "output ", index, " of node \"", of.Name(), "\", which has ", of.OutputCount());
  return IdOf(of.Output(index));
}

ExtensionTensor GraphContext::Describe(MoirValue value) {
  const Value& of = ValueOf(value);
  ExtensionTensor tensor{of.Type(), of.Shape(), nullptr};
  std::optional<Tensor> known = of.Constant() ? std::optional<Tensor>(*of.Constant()) : EvaluateStatic(of);
  if (known) {
    // A constant's memory is the host's and read-only.
    tensor.data = const_cast<void*>(known->Data());
    tensors_.push_back(std::move(*known));
  }
  return tensor;
}

Node& GraphContext::NodeOf(MoirNode node) const {
  Node* found = node == 0 ? own_ : nullptr;
  if (node > 0 && static_cast<uint64_t>(node) <= nodes_.size()) found = nodes_[static_cast<size_t>(node) - 1];
  if (!found) Fail(ErrorKind::kBadModel, node, " is the number of no node");
  return *found;
}

const Value& GraphContext::ValueOf(MoirValue value) const {
  if (value < 1 || static_cast<uint64_t>(value) > values_.size())
    Fail(ErrorKind::kBadModel, value, " is the number of no value");
  return values_[static_cast<size_t>(value) - 1];
}

MoirValue GraphContext::IdOf(const Value& value) {
  for (size_t i = 0; i < values_.size(); ++i) {
    if (values_[i] == value) return static_cast<MoirValue>(i) + 1;
  }
  values_.push_back(value);
  return static_cast<MoirValue>(values_.size());
}

MoirNode GraphContext::IdOf(Node* node) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] == node) return static_cast<MoirNode>(i) + 1;
  }
  nodes_.push_back(node);
  return static_cast<MoirNode>(nodes_.size());
}

void EvaluateContext::ParallelFor(int64_t count, int64_t, const std::function<void(int64_t, int64_t)>& body) {
  body(0, count);
}

const ExtensionTensor& EvaluateContext::At(const std::vector<ExtensionTensor>& tensors, size_t index,
                                           std::string_view what) {
  if (index >= tensors.size()) Fail(ErrorKind::kBadModel, what, " ", index, " of a node that has ", tensors.size());
  return tensors[index];
}

}  // namespace moir::graph

using moir::graph::Error;
using moir::graph::ErrorKind;
using moir::graph::StrCat;

MoirStatus MoirContext::Run(const std::string& library, std::string_view function, const Callback& callback) {
  MoirStatus status = MOIR_ERROR;
  try {
    status = callback(moir::graph::ExtensionHost(), this);
  } catch (const std::exception& error) {
    RecordFailure(ErrorKind::kBadModel, StrCat("an exception left the function: ", error.what()));
  } catch (...) {
    RecordFailure(ErrorKind::kBadModel, "an exception left the function");
  }
  if (!failure_ && (status == MOIR_OK || status == MOIR_DECLINED)) return status;
  if (!failure_)
    RecordFailure(ErrorKind::kBadModel, StrCat("the function returned status ", status, " without a message"));
  throw Error(failure_->Kind(), StrCat(library, ": ", function, ": ", failure_->what()));
}

MoirStatus MoirContext::RecordFailure(ErrorKind kind, std::string_view message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_) failure_.emplace(kind, std::string(message));
  return MOIR_ERROR;
}

const char* MoirContext::Keep(std::string text) { return texts_.emplace_back(std::move(text)).c_str(); }

void MoirContext::Give(const moir::graph::ExtensionTensor& from, MoirTensor* to) {
  const std::vector<int64_t>& dims = shapes_.emplace_back(from.shape.Dims());
  *to = {static_cast<int32_t>(from.type), static_cast<int32_t>(dims.size()), dims.data(), from.data};
}

void MoirContext::Give(std::string_view name, const moir::graph::Attribute& from, MoirAttribute* to) {
  *to = {};
  to->name = Keep(std::string(name));
  to->kind = static_cast<int32_t>(from.index());
  if (const auto* v = std::get_if<bool>(&from)) to->integer = *v ? 1 : 0;
  if (const auto* v = std::get_if<int64_t>(&from)) to->integer = *v;
  if (const auto* v = std::get_if<double>(&from)) to->real = *v;
  if (const auto* v = std::get_if<std::string>(&from)) to->text = Keep(*v);
  if (const auto* v = std::get_if<std::vector<int64_t>>(&from)) {
    to->ints = shapes_.emplace_back(*v).data();
    to->count = v->size();
  }
  if (const auto* v = std::get_if<std::vector<double>>(&from)) {
    to->doubles = v->data();
    to->count = v->size();
  }
  if (const auto* v = std::get_if<std::vector<std::string>>(&from)) {
    std::vector<const char*>& list = lists_.emplace_back();
    for (const std::string& text : *v) list.push_back(Keep(text));
    to->texts = list.data();
    to->count = list.size();
  }
}

void MoirContext::Refuse(std::string_view function) {
  moir::graph::Fail(ErrorKind::kBadModel, "the host's function ", function, " cannot be called here");
}
