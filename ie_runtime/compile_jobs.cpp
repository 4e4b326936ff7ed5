#include "ie_runtime/compile_jobs.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

thread_local CompileJobs* current = nullptr;

}  // namespace

CompileJobs::CompileJobs(int threads, int inference_threads)
    : threads_(std::max(threads, 1)), inference_threads_(inference_threads), previous_(current) {
  current = this;
}

CompileJobs::~CompileJobs() { current = previous_; }

void CompileJobs::Run() {
  struct Piece {
    const Job* job;
    int64_t index;
  };
  std::vector<Piece> pieces;
  for (const Job& job : jobs_) {
    for (int64_t i = 0; i < job.pieces; ++i) pieces.push_back({&job, i});
  }
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;
  const auto work = [&] {
    for (size_t i = next++; i < pieces.size() && !failed; i = next++) {
      try {
        pieces[i].job->run(pieces[i].index);
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  };
  const int threads =
      InParallel() ? 1 : static_cast<int>(std::min<size_t>(static_cast<size_t>(threads_), pieces.size()));
  if (threads <= 1) {
    work();
  } else {
    // A team that is started here has threads that begin late: those that are there do the work meanwhile.
    const TeamStartScope start;
    NoteTeam(threads);
#pragma omp parallel num_threads(threads)
    {
      // The team may be larger than that of an inference; all of it flushes denormals.
      const InferenceScope scope(inference_threads_);
      work();
    }
  }
  jobs_.clear();
  pending_bytes_ = 0;
  if (error) std::rethrow_exception(error);
}

void PutOff(int64_t pieces, size_t bytes, std::function<void(int64_t)> run) {
  if (!current) {
    for (int64_t i = 0; i < pieces; ++i) run(i);
    return;
  }
  current->jobs_.push_back({pieces, std::move(run)});
  current->pending_bytes_ += bytes;
}

void RunPutOff() {
  if (current) current->Run();
}

}  // namespace moir::runtime
