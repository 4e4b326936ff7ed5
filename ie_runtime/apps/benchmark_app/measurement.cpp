#include "measurement.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <fstream>
#include <string>

namespace moir::apps {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of the whole machine: all but the idle and waiting times of the first line of /proc/stat; 0 when it cannot be read.
double MachineCpuSeconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft_interrupts = 0;
  file >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return file && ticks > 0 ? (user + nice + system + interrupts + soft_interrupts) / ticks : 0;
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted.store(true, std::memory_order_relaxed); };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}
bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }
void ForgetInterrupt() { interrupted = false; }

struct Runner::Slot {
  InferRequest request;
  size_t index = 0, next_set = 0;
  Clock::time_point start, end;
  std::vector<double> latencies;
};

struct Runner::Course {
  Limits limits;
  DoneFunction done;
  Clock::time_point start;
  std::atomic<int64_t> started{0}, finished{0};
  std::atomic<bool> failed{false}, interrupted{false};
};

Runner::Runner(const CompiledModel& model, std::vector<std::vector<Tensor>> sets, size_t requests, bool async,
               bool write_inputs)
    : sets_(std::move(sets)), async_(async), write_inputs_(write_inputs) {
  for (size_t i = 0; i < requests; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    Slot& slot = *slots_.back();
    slot.request = model.CreateInferRequest();
    slot.index = i;
    slot.next_set = i % sets_.size();
    if (write_inputs_) {
      Fill(slot);
    } else {
      const std::vector<Tensor>& set = sets_[slot.next_set];
      for (size_t input = 0; input < set.size(); ++input) slot.request.SetInputTensor(input, set[input]);
    }
  }
}

Runner::~Runner() = default;

size_t Runner::Requests() const { return slots_.size(); }
InferRequest& Runner::Request(size_t index) { return slots_.at(index)->request; }

// Requests go through the sets with steps of their number, so that together they use all.
void Runner::Fill(Slot& slot) {
  const std::vector<Tensor>& set = sets_[slot.next_set];
  for (size_t input = 0; input < set.size(); ++input) {
    Tensor own = slot.request.GetInputTensor(input);
    set[input].CopyTo(own);
  }
  slot.next_set = (slot.next_set + slots_.size()) % sets_.size();
}

Runner::Warmth Runner::WarmUp(const std::function<uint64_t()>& to_settle) {
  Warmth warmth;
  const auto run_all = [&] {
    if (!async_) {
      slots_.front()->request.Infer();
      ++warmth.inferences;
      return;
    }
    for (const auto& slot : slots_) slot->request.StartAsync();
    for (const auto& slot : slots_) slot->request.Wait();
    warmth.inferences += slots_.size();
  };
  const Clock::time_point start = Clock::now();
  if (async_) {
    slots_.front()->request.StartAsync();
    slots_.front()->request.Wait();
  } else {
    slots_.front()->request.Infer();
  }
  warmth.first_ms = Seconds(Clock::now() - start) * 1000;
  warmth.inferences = 1;
  if (async_) run_all();
  // A part moves in every inference but the first ones.
  constexpr int kPatience = 2;
  uint64_t least = to_settle ? to_settle() : 0;
  for (int in_vain = 0; least > 0 && in_vain < kPatience && !Interrupted();) {
    run_all();
    const uint64_t left = to_settle();
    in_vain = left < least ? 0 : in_vain + 1;
    least = std::min(least, left);
  }
  return warmth;
}

// Whether another inference is to start.
bool Runner::TakeTurn(Course& course) const {
  if (course.failed.load(std::memory_order_relaxed)) return false;
  const bool time_left = course.limits.seconds && Seconds(Clock::now() - course.start) < *course.limits.seconds;
  bool go = time_left;
  if (course.limits.iterations) {
    if (course.started.fetch_add(1, std::memory_order_relaxed) < *course.limits.iterations) go = true;
  }
  if (go && Interrupted()) {
    course.interrupted = true;
    return false;
  }
  return go;
}

void Runner::Finished(Slot& slot, Course& course) {
  slot.end = Clock::now();
  slot.latencies.push_back(std::chrono::duration<double, std::milli>(slot.end - slot.start).count());
  course.finished.fetch_add(1, std::memory_order_relaxed);
  if (course.done) course.done(slot.index);
}

void Runner::RunSync(Course& course, const ProgressFunction& progress) {
  Slot& slot = *slots_.front();
  Clock::time_point shown = course.start;
  while (TakeTurn(course)) {
    slot.start = Clock::now();
    if (write_inputs_) Fill(slot);
    slot.request.Infer();
    Finished(slot, course);
    if (progress && slot.end - shown >= std::chrono::milliseconds(100)) {
      shown = slot.end;
      progress(Seconds(slot.end - course.start), course.finished);
    }
  }
}

void Runner::RunAsync(Course& course, const ProgressFunction& progress) {
  const auto start = [this](Slot& slot) {
    slot.start = Clock::now();
    if (write_inputs_) Fill(slot);
    slot.request.StartAsync();
  };
  std::exception_ptr error;
  const auto keep = [&error, &course] {
    course.failed = true;
    if (!error) error = std::current_exception();
  };
  std::vector<Slot*> running;
  try {
    for (const auto& slot : slots_) {
      slot->request.SetCallback([this, &course, &start, own = slot.get()](std::exception_ptr failure) {
        course.failed = course.failed || failure != nullptr;
        if (failure) return;
        try {
          Finished(*own, course);
          if (TakeTurn(course)) start(*own);
        } catch (...) {
          course.failed = true;  // ends the others; Wait tells what it was
          throw;
        }
      });
    }
    for (const auto& slot : slots_) {
      if (!TakeTurn(course)) break;
      running.push_back(slot.get());
      start(*slot);
    }
  } catch (...) {
    keep();
  }
  for (Slot* slot : running) {
    try {
      while (!slot->request.WaitFor(std::chrono::milliseconds(100))) {
        if (progress) progress(Seconds(Clock::now() - course.start), course.finished);
      }
    } catch (...) {
      keep();
    }
  }
  for (const auto& slot : slots_) slot->request.SetCallback({});
  if (error) std::rethrow_exception(error);
}

Measurement Runner::Run(const Limits& limits, const ProgressFunction& progress, const DoneFunction& done) {
  Course course;
  course.limits = limits;
  course.done = done;
  for (const auto& slot : slots_) slot->latencies.clear();
  const double cpu_before = CpuSeconds(), machine_before = MachineCpuSeconds();
  course.start = Clock::now();
  for (const auto& slot : slots_) slot->end = course.start;
  if (async_) RunAsync(course, progress);
  else RunSync(course, progress);

  Measurement measured;
  measured.cpu_seconds = CpuSeconds() - cpu_before;
  // The two are counted apart, in ticks and in time slices.
  measured.other_cpu_seconds = std::max(0.0, MachineCpuSeconds() - machine_before - measured.cpu_seconds);
  measured.interrupted = course.interrupted;
  Clock::time_point end = course.start;
  for (const auto& slot : slots_) {
    end = std::max(end, slot->end);
    measured.latencies.insert(measured.latencies.end(), slot->latencies.begin(), slot->latencies.end());
  }
  measured.milliseconds = std::chrono::duration<double, std::milli>(end - course.start).count();
  return measured;
}

}  // namespace moir::apps
