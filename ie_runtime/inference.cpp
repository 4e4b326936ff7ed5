#include "ie_runtime/inference.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "ie_runtime/api_error.h"
#include "ie_runtime/cpu_budget.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/tensor_bytes.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// Nothing for a port of any size.
::moir::Tensor MakeTensor(const Port& port) {
  const bool any = std::any_of(port.shape.begin(), port.shape.end(), [](int64_t size) { return size < 0; });
  return any ? ::moir::Tensor() : ::moir::Tensor(port.type, port.shape);
}

// Kernels may read and write the memory itself. Instructions older than AVX take operands at multiples of 16 bytes
// only.
bool InPlace(const ::moir::Tensor& tensor) {
  if (!tensor.IsContinuous()) return false;
  const size_t alignment = EffectiveIsa() < Isa::kAvx2 ? 16 : ElementSize(tensor.GetElementType());
  return reinterpret_cast<uintptr_t>(tensor.Data()) % alignment == 0;
}

}  // namespace

Inference::Inference(std::shared_ptr<const CompiledGraph> graph, std::shared_ptr<const std::atomic<bool>> profiling,
                     BusyWaiting busy_waiting)
    : request_(std::move(graph), Request::Ports::kOfCaller),
      profiling_(std::move(profiling)),
      watches_contention_(busy_waiting == BusyWaiting::kAuto && GetGraph().Threads() > 1) {
  for (const InputPort& input : GetGraph().InputPorts()) {
    inputs_.push_back({MakeTensor(input.port), {}, false});
    if (!input.picture || input.plane > 0) continue;
    const GraphPort& port = GetGraph().Inputs()[input.input];
    pictures_.push_back({input.input,
                         inputs_.size() - 1,
                         input.picture->tensors.size(),
                         PicturePass(input.picture),
                         {static_cast<::moir::ElementType>(port.type), port.shape.Dims()},
                         std::vector<PublicTensor>(input.picture->tensors.size())});
  }
  for (const OutputPort& output : GetGraph().OutputPorts()) outputs_.push_back({MakeTensor(output.port), {}, false});
  for (const StatePort& state : GetGraph().StatePorts()) {
    const GraphPort& port = GetGraph().Inputs()[state.input];
    const Port shape{state.name, static_cast<::moir::ElementType>(port.type), port.shape.Dims()};
    states_.push_back({{MakeTensor(shape), MakeTensor(shape)}});
    request_.AddState(state.input, state.output, states_.back().blocks[0].Data(), states_.back().blocks[1].Data());
    Reset(states_.size() - 1);
  }
  BindTensors();
}

Inference::PublicTensor Inference::CurrentState(size_t index) const {
  const State& state = states_.at(index);
  const void* read = request_.Input(GetGraph().StatePorts()[index].input);
  return state.blocks[0].Data() == read ? state.blocks[0] : state.blocks[1];
}

void Inference::Reset(size_t index) {
  const PublicTensor state = CurrentState(index);
  if (state.GetByteSize() == 0) return;
  const Tensor& initial = GetGraph().StatePorts()[index].initial;
  if (initial.IsDefined()) std::memcpy(state.Data(), initial.Data(), state.GetByteSize());
  else std::memset(state.Data(), 0, state.GetByteSize());
}

Inference::PublicTensor Inference::GetState(size_t index) const {
  const std::lock_guard lock(mutex_);
  CheckNotBusy("GetState");
  PublicTensor copy;
  CurrentState(index).CopyTo(copy);
  return copy;
}

void Inference::SetState(size_t index, const PublicTensor& value) {
  const std::lock_guard lock(mutex_);
  CheckNotBusy("SetState");
  PublicTensor state = CurrentState(index);
  if (value.GetElementType() != state.GetElementType() || value.GetShape() != state.GetShape()) {
    Fail(ErrorKind::kBadOption, "state \"", GetGraph().StatePorts()[index].name, "\": got ",
         ::moir::ElementTypeName(value.GetElementType()), ::moir::ShapeToString(value.GetShape()), ", expected ",
         ::moir::ElementTypeName(state.GetElementType()), ::moir::ShapeToString(state.GetShape()));
  }
  value.CopyTo(state);
}

void Inference::ResetState(size_t index) {
  const std::lock_guard lock(mutex_);
  CheckNotBusy("Reset");
  Reset(index);
}

void Inference::ResetStates() {
  const std::lock_guard lock(mutex_);
  CheckNotBusy("ResetState");
  for (size_t i = 0; i < states_.size(); ++i) Reset(i);
}

void Inference::CheckNotBusy(const char* what) const {
  if (!busy_) return;
  throw ::moir::Error(::moir::ErrorKind::kBusy, StrCat("model \"", GetGraph().Name(), "\": ", what,
                                                       " on a request that runs, expected Wait first"));
}

void Inference::SetPort(PortTensor& port, const PublicTensor& tensor) {
  // The one before goes without the lock: its owner may be the application's, which may ask this request something.
  PublicTensor before;
  const std::lock_guard lock(mutex_);
  CheckNotBusy("SetTensor");
  const bool same = tensor.Data() == port.given.Data() && tensor.GetStrides() == port.given.GetStrides() &&
                    tensor.GetShape() == port.given.GetShape();
  before = std::exchange(port.given, tensor);
  bound_ = bound_ && same;
}

void Inference::SetInput(size_t index, const PublicTensor& tensor) { SetPort(inputs_.at(index), tensor); }
void Inference::SetOutput(size_t index, const PublicTensor& tensor) { SetPort(outputs_.at(index), tensor); }

void Inference::BindTensors() {
  const auto stage = [](PortTensor& port, bool staged) {
    port.staged = staged;
    if (!staged) port.staging = {};
    else if (!port.staging) port.staging = PublicTensor(port.given.GetElementType(), port.given.GetShape());
  };
  const auto& ports = GetGraph().InputPorts();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!ports[i].picture) stage(inputs_[i], !InPlace(inputs_[i].given));
  }
  for (Picture& picture : pictures_) {
    for (size_t i = 0; i < picture.ports; ++i) picture.tensors[i] = inputs_[picture.first_port + i].given;
    request_.SetInput(picture.input, picture.values.Data());
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    PortTensor& output = outputs_[i];
    const ByteRange bytes = BytesOf(output.given);
    bool staged = !InPlace(output.given);
    for (size_t j = 0; j < inputs_.size(); ++j) {
      // A picture has been read before anything is written.
      const PortTensor& input = inputs_[j];
      staged = staged || (!ports[j].picture && !input.staged && Overlap(bytes, BytesOf(input.given)));
    }
    stage(output, staged);
    for (size_t j = 0; j < i; ++j) {
      const PublicTensor& other = outputs_[j].given;
      if (!output.given.IsContinuous() || !other.IsContinuous() || !Overlap(bytes, BytesOf(other))) continue;
      Fail(ErrorKind::kBadOption, "outputs \"", GetGraph().OutputPorts()[j].port.name, "\" and \"",
           GetGraph().OutputPorts()[i].port.name, "\": their tensors share memory");
    }
  }
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!ports[i].picture) request_.SetInput(ports[i].input, inputs_[i].Used().Data());
  }
  for (size_t i = 0; i < outputs_.size(); ++i)
    request_.SetOutput(GetGraph().OutputPorts()[i].output, outputs_[i].Used().Data());
  bound_ = true;
}

void Inference::Begin(const char* what) {
  const std::lock_guard lock(mutex_);
  CheckNotBusy(what);
  busy_ = true;
  cancel_.store(false, std::memory_order_relaxed);
  error_ = nullptr;
  callback_error_ = nullptr;
}

void Inference::Execute() {
  Translate([&] {
    if (!bound_) BindTensors();
    const CpuShare share(CpuBudget::Process(), GetGraph().Threads());
    for (const PortTensor& input : inputs_) {
      if (input.staged) CopyElements(input.given, input.staging);
    }
    const ContentionWatch watch(watches_contention_);
    const bool profiling = profiling_->load(std::memory_order_relaxed);
    if (!pictures_.empty()) RunPictures(profiling);
    request_.Infer({profiling, &cancel_});
    request_.SwapStates();
    for (const PortTensor& output : outputs_) {
      if (output.staged) CopyElements(output.staging, output.given);
    }
  });
}

void Inference::RunPictures(bool profiling) {
  if (cancel_.load(std::memory_order_relaxed)) throw CanceledError(GetGraph());
  const InferenceScope scope(GetGraph().Threads());
  for (Picture& picture : pictures_) {
    for (size_t i = 0; i < picture.ports; ++i) {
      if (!picture.tensors[i]) {
        Fail(ErrorKind::kBadOption, "input \"", GetGraph().InputPorts()[picture.first_port + i].port.name,
             "\": there is no picture, expected SetTensor before the inference");
      }
    }
    const Clock::time_point start = profiling ? Clock::now() : Clock::time_point();
    picture.pass.Run(picture.tensors, picture.values.Data());
    if (profiling) picture.microseconds = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  }
}

void Inference::Infer() {
  Begin("Infer");
  const auto end = [&] {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    changed_.notify_all();
  };
  try {
    Execute();
  } catch (...) {
    end();
    throw;
  }
  end();
}

void Inference::Start(Streams& streams) {
  Begin("StartAsync");
  try {
    streams.Push(shared_from_this());
  } catch (...) {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    changed_.notify_all();
    throw;
  }
}

void Inference::RunOnStream() noexcept {
  std::exception_ptr error;
  try {
    Execute();
  } catch (...) {
    error = std::current_exception();
  }
  Finish(std::move(error));
}

void Inference::Finish(std::exception_ptr error) noexcept {
  std::unique_lock lock(mutex_);
  // The callback of the inference before, which another thread has not waited for.
  changed_.wait(lock, [&] { return callback_thread_ == std::thread::id(); });
  error_ = error;
  busy_ = false;
  std::shared_ptr<const Callback> callback = callback_;
  if (callback) {
    callback_thread_ = std::this_thread::get_id();
    lock.unlock();
    std::exception_ptr thrown;
    try {
      (*callback)(std::move(error));
    } catch (...) {
      thrown = std::current_exception();
    }
    // What it holds may be the last handles of this request and of its model.
    callback.reset();
    lock.lock();
    callback_thread_ = {};
    if (thrown) callback_error_ = std::move(thrown);
  }
  // Whoever waited may do with the error what it likes: nothing of it stays in this thread.
  error = nullptr;
  changed_.notify_all();
}

bool Inference::Wait(std::optional<Clock::time_point> until) {
  std::unique_lock lock(mutex_);
  if (InOwnCallback()) {
    throw ::moir::Error(::moir::ErrorKind::kBusy, StrCat("model \"", GetGraph().Name(),
                                                         "\": Wait in the request's own callback waits for itself"));
  }
  const auto at_rest = [&] { return AtRest(); };
  if (until) {
    if (!changed_.wait_until(lock, *until, at_rest)) return false;
  } else {
    changed_.wait(lock, at_rest);
  }
  const std::exception_ptr error = error_ ? error_ : callback_error_;
  lock.unlock();
  if (error) std::rethrow_exception(error);
  return true;
}

void Inference::SetCallback(Callback callback) {
  std::shared_ptr<const Callback> shared = callback ? std::make_shared<const Callback>(std::move(callback)) : nullptr;
  const std::lock_guard lock(mutex_);
  CheckNotBusy("SetCallback");
  callback_.swap(shared);  // the one before is destroyed without the lock
}

void Inference::Cancel(Streams& streams) {
  {
    const std::lock_guard lock(mutex_);
    if (!busy_) return;
    cancel_.store(true, std::memory_order_relaxed);
  }
  streams.Promote(*this);
}

std::vector<ProfilingInfo> Inference::Profile() const {
  if (!profiling_->load(std::memory_order_relaxed)) {
    throw ::moir::Error(::moir::ErrorKind::kBadOption,
                        "profiling: the model was compiled without the property enable_profiling");
  }
  const std::lock_guard lock(mutex_);
  CheckNotBusy("GetProfilingInfo");
  std::vector<ProfilingInfo> infos;
  for (const Picture& picture : pictures_) {
    infos.push_back({GetGraph().Inputs()[picture.input].name,
                     "Preprocess",
                     picture.pass.GetPlan().ExecType(),
                     {},
                     picture.microseconds});
  }
  for (const StepTime& time : request_.Times()) {
    infos.push_back(
        {time.step->name, time.step->type, time.step->kernel->ExecType(), time.step->fused, time.microseconds});
  }
  return infos;
}

void Inference::Abandon(Streams& streams) {
  {
    const std::lock_guard lock(mutex_);
    // The thread that runs the callback keeps the request alive and ends what is to be ended.
    if (InOwnCallback()) return;
  }
  // A stream's thread, inside another callback, must not wait for a stream that may be its own.
  if (Streams::OnStream()) {
    if (const std::shared_ptr<StreamJob> job = streams.Remove(*this))
      Finish(std::make_exception_ptr(CanceledError(GetGraph())));
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return AtRest(); });
}

}  // namespace moir::runtime
