// Inference: what a public InferRequest does: tensors of the caller, the states between two inferences, and who runs.
//
//   at rest --Infer--> busy (caller's thread) --> at rest
//   at rest --StartAsync--> busy (queued, then a stream's thread) --> callback --> at rest
//                             ^-------------- StartAsync, by anyone ---'
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ie_runtime/busy_waiting.h"
#include "ie_runtime/preprocess/picture_pass.h"
#include "ie_runtime/request.h"
#include "ie_runtime/streams.h"
#include "moir/moir.h"

namespace moir::runtime {

class Inference final : public StreamJob, public std::enable_shared_from_this<Inference> {
 public:
  using Callback = std::function<void(std::exception_ptr)>;
  using Clock = std::chrono::steady_clock;
  using PublicTensor = ::moir::Tensor;

  // Starts with tensors of its own, of zeros.
  Inference(std::shared_ptr<const CompiledGraph> graph, std::shared_ptr<const std::atomic<bool>> profiling,
            BusyWaiting busy_waiting);

  const CompiledGraph& GetGraph() const { return request_.GetGraph(); }
  // The tensor has the port's type and shape.
  void SetInput(size_t index, const PublicTensor& tensor);
  void SetOutput(size_t index, const PublicTensor& tensor);
  const PublicTensor& Input(size_t index) const { return inputs_.at(index).given; }
  const PublicTensor& Output(size_t index) const { return outputs_.at(index).given; }

  // The value of a state that the next inference starts from.
  PublicTensor GetState(size_t index) const;
  void SetState(size_t index, const PublicTensor& value);
  void ResetState(size_t index);
  void ResetStates();

  void Infer();
  void Start(Streams& streams);
  // Waits until the request is at rest, or until the time; returns whether it is. Throws the error of the last
  // inference.
  bool Wait(std::optional<Clock::time_point> until);
  void SetCallback(Callback callback);
  void Cancel(Streams& streams);
  std::vector<ProfilingInfo> Profile() const;
  // For the last handle: waits without errors, where that is possible.
  void Abandon(Streams& streams);

  void RunOnStream() noexcept override;

 private:
  // A tensor of the caller's, and a dense one beside it when the kernels cannot use its memory.
  struct PortTensor {
    PublicTensor given;
    PublicTensor staging;
    bool staged = false;
    const PublicTensor& Used() const { return staged ? staging : given; }
  };
  // Two blocks of a state; which of them an inference reads the request knows.
  struct State {
    PublicTensor blocks[2];
  };
  PublicTensor CurrentState(size_t index) const;
  void Reset(size_t index);
  // An input that is made of tensors of the application.
  struct Picture {
    size_t input;              // of the graph
    size_t first_port, ports;  // among inputs_
    PicturePass pass;
    PublicTensor values;                // what the model gets
    std::vector<PublicTensor> tensors;  // those of the ports, bound
    double microseconds = 0;            // of the last inference that measured
  };
  void SetPort(PortTensor& port, const PublicTensor& tensor);
  void CheckNotBusy(const char* what) const;  // with the lock held
  void Begin(const char* what);
  void Execute();
  void BindTensors();
  void RunPictures(bool profiling);
  void Finish(std::exception_ptr error) noexcept;
  bool InOwnCallback() const { return callback_thread_ == std::this_thread::get_id(); }
  bool AtRest() const { return !busy_ && callback_thread_ == std::thread::id(); }

  Request request_;
  const std::shared_ptr<const std::atomic<bool>> profiling_;  // the compiled model's property
  const bool watches_contention_;
  std::vector<PortTensor> inputs_, outputs_;
  std::vector<Picture> pictures_;
  std::vector<State> states_;
  bool bound_ = false;  // the tensors are those of the request's tasks
  std::atomic<bool> cancel_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;
  std::thread::id callback_thread_;           // where the callback runs
  std::shared_ptr<const Callback> callback_;  // shared with the thread that runs it: it may set another
  std::exception_ptr error_, callback_error_;
};

}  // namespace moir::runtime
