#include "service.h"

namespace service {

bool JobQueue::Push(Job& job) {
  std::unique_lock lock(mutex_);
  not_full_.wait(lock, [&] { return closed_ || jobs_.size() < capacity_; });
  if (closed_) return false;
  jobs_.push_back(std::move(job));
  not_empty_.notify_one();
  return true;
}

bool JobQueue::TryPush(Job& job) {
  const std::lock_guard lock(mutex_);
  if (closed_ || jobs_.size() >= capacity_) return false;
  jobs_.push_back(std::move(job));
  not_empty_.notify_one();
  return true;
}

std::optional<Job> JobQueue::Pop() {
  std::unique_lock lock(mutex_);
  not_empty_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
  if (jobs_.empty()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  not_full_.notify_one();
  return job;
}

void JobQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  not_full_.notify_all();
  not_empty_.notify_all();
}

// [pool]
// One request more than there are streams: its inputs are filled while the others run.
RequestPool::RequestPool(const moir::CompiledModel& model) : model_(model) {
  const size_t count = std::stoul(model.GetProperty("optimal_number_of_infer_requests")) + 1;
  for (size_t i = 0; i < count; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    Slot& slot = *slots_.back();
    slot.request = model.CreateInferRequest();
    for (const moir::Port& port : model.Inputs()) slot.inputs.push_back(slot.request.GetInputTensor(port.index));
    for (const moir::Port& port : model.Outputs()) slot.outputs.push_back(slot.request.GetOutputTensor(port.index));
    slot.request.SetCallback([this, &slot](std::exception_ptr error) { Finish(slot, error); });
    free_.push_back(&slot);
  }
}

void RequestPool::Start(Job job) {
  Slot& slot = Take();
  slot.job = std::move(job);
  try {
    slot.job.fill(slot.inputs);
    slot.request.StartAsync();
  } catch (...) {
    Finish(slot, std::current_exception());
  }
}

// As the request's callback it runs in a stream, while the request is no longer busy: whoever takes the slot next may
// start it before this returns.
void RequestPool::Finish(Slot& slot, std::exception_ptr error) {
  const Job job = std::move(slot.job);
  job.done(slot.outputs, error);
  Give(slot);
}
// [/pool]

void RequestPool::WaitForAll() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return free_.size() == slots_.size(); });
}

RequestPool::Slot& RequestPool::Take() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !free_.empty(); });
  Slot& slot = *free_.back();
  free_.pop_back();
  return slot;
}

void RequestPool::Give(Slot& slot) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&slot);
  freed_.notify_all();  // a worker, or WaitForAll
}

// [service]
Service::Service(const moir::Core& core, const std::vector<std::string>& models, const Options& options)
    : queue_(options.queue_length) {
  for (const std::string& model : models)
    pools_.push_back(std::make_unique<RequestPool>(core.CompileModel(model, options.properties)));
  for (size_t i = 0; i < options.workers; ++i) workers_.emplace_back([this] { Work(); });
}

void Service::Work() {
  while (std::optional<Job> job = queue_.Pop()) pools_[job->model]->Start(*std::move(job));
}

// The order matters: first no job comes in, then the workers start what was taken, then the requests come to rest.
void Service::Close() {
  const std::lock_guard lock(closing_);
  queue_.Close();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
  for (const auto& pool : pools_) pool->WaitForAll();
}
// [/service]

Service::~Service() { Close(); }

void Service::RequireModel(const Job& job) const {
  if (job.model < pools_.size()) return;
  throw moir::Error(moir::ErrorKind::kBadOption, "model " + std::to_string(job.model) + ": there are " +
                                                     std::to_string(pools_.size()) + ", counted from 0");
}

bool Service::Submit(Job job) {
  RequireModel(job);
  return queue_.Push(job);
}

bool Service::TrySubmit(Job job) {
  RequireModel(job);
  return queue_.TryPush(job);
}

}  // namespace service
