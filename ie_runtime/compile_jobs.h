// Work that compiling a model puts off, so that all threads share it: packing weights, generating code. Kernels are
// chosen one after the other, because layouts follow from one to the next; what a choice makes necessary need not wait
// for its turn.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace moir::runtime {

// While it lives, PutOff in this thread adds to it.
class CompileJobs {
 public:
  // `threads`: how many share the work. `inference_threads`: for how many a kernel's code is made.
  CompileJobs(int threads, int inference_threads);
  ~CompileJobs();
  CompileJobs(const CompileJobs&) = delete;
  CompileJobs& operator=(const CompileJobs&) = delete;

  // What has been put off, done. Throws the first error of any piece, after all that had begun has ended.
  void Run();
  size_t PendingBytes() const { return pending_bytes_; }  // as told to PutOff

 private:
  friend void RunPutOff();
  friend void PutOff(int64_t pieces, size_t bytes, std::function<void(int64_t)> run);
  struct Job {
    int64_t pieces;
    std::function<void(int64_t)> run;
  };
  int threads_, inference_threads_;
  std::vector<Job> jobs_;
  size_t pending_bytes_ = 0;
  CompileJobs* previous_;
};

// run(0) .. run(pieces - 1), in any order and in any thread, before the compilation ends; without a CompileJobs in this
// thread at once. What `run` refers to must live until then: the constants of a layer do, and what lies behind pointers
// that are not moved. `bytes`: how much memory the work is about.
void PutOff(int64_t pieces, size_t bytes, std::function<void(int64_t)> run);

// What has been put off in this thread, done.
void RunPutOff();

}  // namespace moir::runtime
