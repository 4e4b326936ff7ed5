#include "ie_runtime/api_impl.h"

namespace moir {

using graph::StrCat;
using runtime::Checked;
using runtime::Translate;

namespace {

InferRequest::Impl& Request(const std::shared_ptr<InferRequest::Impl>& impl) { return Checked(impl, "InferRequest"); }

// Inputs first, then outputs: a name may stand for either.
Port FindPort(const runtime::CompiledGraph& graph, const std::string& name) {
  const std::vector<Port> inputs = runtime::ToPorts(graph.InputPorts());
  const std::vector<Port> outputs = runtime::ToPorts(graph.OutputPorts());
  for (const auto* ports : {&inputs, &outputs}) {
    for (const Port& port : *ports) {
      if (port.name == name) return port;
    }
  }
  throw Error(ErrorKind::kBadOption,
              StrCat("the model has no input or output \"", name, "\", expected one of ", runtime::PortNames(inputs),
                     " (inputs), ", runtime::PortNames(outputs), " (outputs)"));
}

// The port of this graph that `port` is: by its place, or by its name alone.
Port FindPort(const runtime::CompiledGraph& graph, const Port& port) {
  const std::vector<Port> ports =
      port.is_output ? runtime::ToPorts(graph.OutputPorts()) : runtime::ToPorts(graph.InputPorts());
  if (port.index < ports.size() && ports[port.index].name == port.name) return ports[port.index];
  if (!port.is_output) return FindPort(graph, port.name);
  return runtime::NamedPort(ports, port.name, "output");
}

// Sizes of -1 fit all but none.
bool Fits(const Shape& shape, const Shape& wanted) {
  if (shape.size() != wanted.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (wanted[i] < 0 ? shape[i] < 1 : shape[i] != wanted[i]) return false;
  }
  return true;
}

void CheckTensor(const Port& port, const Tensor& tensor, const char* what) {
  if (tensor.GetElementType() != port.type || !Fits(tensor.GetShape(), port.shape)) {
    throw Error(
        ErrorKind::kBadOption,
        StrCat(what, " \"", port.name, "\": got ", ElementTypeName(tensor.GetElementType()),
               ShapeToString(tensor.GetShape()), ", expected ", ElementTypeName(port.type), ShapeToString(port.shape)));
  }
  if (!tensor.Data() && tensor.GetSize() > 0)
    throw Error(ErrorKind::kBadOption, StrCat(what, " \"", port.name, "\": the tensor's memory is a null pointer"));
}

}  // namespace

InferRequest::~InferRequest() {
  // While this handle is still whole: the callback may use it.
  if (impl_ && impl_.use_count() == 1) impl_->inference->Abandon(*impl_->streams);
}

void InferRequest::SetTensor(const std::string& name, const Tensor& tensor) {
  SetTensor(FindPort(Request(impl_).inference->GetGraph(), name), tensor);
}

void InferRequest::SetTensor(const Port& port, const Tensor& tensor) {
  const Port found = FindPort(Request(impl_).inference->GetGraph(), port);
  if (found.is_output) SetOutputTensor(found.index, tensor);
  else SetInputTensor(found.index, tensor);
}

void InferRequest::SetInputTensor(size_t index, const Tensor& tensor) {
  runtime::Inference& inference = *Request(impl_).inference;
  runtime::CheckIndex(index, inference.GetGraph().InputPorts().size(), "input");
  CheckTensor(inference.GetGraph().InputPorts()[index].port, tensor, "input");
  inference.SetInput(index, tensor);
}

void InferRequest::SetOutputTensor(size_t index, const Tensor& tensor) {
  runtime::Inference& inference = *Request(impl_).inference;
  runtime::CheckIndex(index, inference.GetGraph().OutputPorts().size(), "output");
  CheckTensor(inference.GetGraph().OutputPorts()[index].port, tensor, "output");
  inference.SetOutput(index, tensor);
}

Tensor InferRequest::GetTensor(const std::string& name) const {
  return GetTensor(FindPort(Request(impl_).inference->GetGraph(), name));
}

Tensor InferRequest::GetTensor(const Port& port) const {
  const Port found = FindPort(Request(impl_).inference->GetGraph(), port);
  return found.is_output ? GetOutputTensor(found.index) : GetInputTensor(found.index);
}

Tensor InferRequest::GetInputTensor(size_t index) const {
  const runtime::Inference& inference = *Request(impl_).inference;
  runtime::CheckIndex(index, inference.GetGraph().InputPorts().size(), "input");
  return inference.Input(index);
}

Tensor InferRequest::GetOutputTensor(size_t index) const {
  const runtime::Inference& inference = *Request(impl_).inference;
  runtime::CheckIndex(index, inference.GetGraph().OutputPorts().size(), "output");
  return inference.Output(index);
}

void InferRequest::Infer() { Request(impl_).inference->Infer(); }

void InferRequest::StartAsync() {
  const Impl& impl = Request(impl_);
  Translate([&] { impl.inference->Start(*impl.streams); });
}

void InferRequest::Wait() { Request(impl_).inference->Wait(std::nullopt); }

bool InferRequest::WaitFor(std::chrono::milliseconds timeout) {
  // A time that the clock cannot express is for ever.
  const auto now = runtime::Inference::Clock::now();
  if (timeout >
      std::chrono::duration_cast<std::chrono::milliseconds>(runtime::Inference::Clock::time_point::max() - now))
    return Request(impl_).inference->Wait(std::nullopt);
  return Request(impl_).inference->Wait(now + std::max(timeout, std::chrono::milliseconds(0)));
}

void InferRequest::SetCallback(std::function<void(std::exception_ptr)> callback) {
  Request(impl_).inference->SetCallback(std::move(callback));
}

void InferRequest::Cancel() {
  const Impl& impl = Request(impl_);
  impl.inference->Cancel(*impl.streams);
}

std::vector<VariableState> InferRequest::QueryState() const {
  const Impl& impl = Request(impl_);
  std::vector<VariableState> states;
  for (const runtime::StatePort& state : impl.inference->GetGraph().StatePorts())
    states.emplace_back(state.name,
                        std::make_shared<VariableState::Impl>(VariableState::Impl{impl.inference, states.size()}));
  return states;
}

void InferRequest::ResetState() { Request(impl_).inference->ResetStates(); }

Tensor VariableState::GetState() const {
  const Impl& impl = Checked(impl_, "VariableState");
  return Translate([&] { return impl.inference->GetState(impl.index); });
}
void VariableState::SetState(const Tensor& value) {
  const Impl& impl = Checked(impl_, "VariableState");
  Translate([&] { impl.inference->SetState(impl.index, value); });
}
void VariableState::Reset() {
  const Impl& impl = Checked(impl_, "VariableState");
  impl.inference->ResetState(impl.index);
}

std::vector<ProfilingInfo> InferRequest::GetProfilingInfo() const { return Request(impl_).inference->Profile(); }

}  // namespace moir
