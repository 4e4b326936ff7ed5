#include "graph/ir/output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "graph/error.h"

namespace moir::graph {
namespace {

// Small enough to stay in the second-level cache between the processor that makes it and the one that writes it.
constexpr size_t kBufferSize = size_t{1} << 19;
constexpr size_t kSmallBuffer = size_t{1} << 16;  // a buffer that becomes larger gets its whole size at once
// Jobs that wait for a thread: further ones are done by whom brings them.
constexpr size_t kWaitingJobs = 256;
constexpr size_t kWaitingBytes = 3 * kBufferSize;  // those that are made already
constexpr size_t kGivenAway = 2;                   // pieces of a job that wait for another thread than the job's
// Writes to one file wait for each other in the kernel; more threads have nothing to do.
constexpr unsigned kMaxThreads = 4;

std::string TemporaryName(const std::string& path) {
  static std::atomic<uint64_t> count{0};
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return StrCat(folder, ".", name.substr(0, 200), ".", ::getpid(), "-", count++, ".tmp");
}

// Writes at a place in the file. Gives 0, or errno.
int WriteAt(int descriptor, const std::byte* data, size_t size, uint64_t position) {
  while (size > 0) {
    const ssize_t written = ::pwrite(descriptor, data, size, static_cast<off_t>(position));
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    data += written;
    position += static_cast<uint64_t>(written);
    size -= static_cast<size_t>(written);
  }
  return 0;
}

}  // namespace

// One stretch of the file: bytes, then what is still to be made.
struct OutputFile::Job {
  uint64_t position;
  std::vector<std::byte> bytes;
  uint64_t size = 0;  // of what `make` gives
  std::function<void(const Sink&)> make;
};

// Threads that do jobs in the order in which they come, each whole and several at a time. The thread that brings them
// helps when too many wait, and at the end. After an error nothing more is written.
class OutputFile::Team {
 public:
  explicit Team(const OutputFile& file) : file_(file) {
    const unsigned threads = std::min(std::max(std::thread::hardware_concurrency(), 1u), kMaxThreads);
    try {
      for (unsigned i = 1; i < threads; ++i) threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      // No further thread to be had: those that are there do the work, if need be the caller alone.
    }
  }

  ~Team() {
    {
      const std::lock_guard lock(mutex_);
      failed_ = true;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  // Throws what went wrong in a job before.
  void Add(Job job) {
    std::unique_lock lock(mutex_);
    while (!failed_ && !waiting_.empty() &&
           (waiting_.size() >= kWaitingJobs || waiting_bytes_ + job.bytes.size() > kWaitingBytes))
      DoOne(lock);
    Throw();
    Push(std::move(job));
    if (threads_.empty()) DoOne(lock);
    Throw();
  }

  // An empty one, whose memory may have been in use.
  std::vector<std::byte> SpareBuffer() {
    const std::lock_guard lock(mutex_);
    return TakeSpare();
  }

  // Returns when all is written. Throws as Add does.
  void Finish() {
    std::unique_lock lock(mutex_);
    ended_ = true;
    WorkUnderLock(lock);
    changed_.wait(lock, [&] { return running_ == 0; });
    Throw();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    WorkUnderLock(lock);
  }

  void WorkUnderLock(std::unique_lock<std::mutex>& lock) {
    for (;;) {
      // A job that runs may give parts of its own to others.
      changed_.wait(lock, [&] { return failed_ || !waiting_.empty() || (ended_ && running_ == 0); });
      if (failed_ || waiting_.empty()) return;
      DoOne(lock);
    }
  }

  std::vector<std::byte> TakeSpare() {
    if (spare_.empty()) return {};
    std::vector<std::byte> buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }

  void Throw() const {
    if (error_) std::rethrow_exception(error_);
  }

  void Push(Job job) {
    waiting_bytes_ += job.bytes.size();
    waiting_.push_back(std::move(job));
    changed_.notify_one();
  }

  // Does the first job that waits. Called, and left, with the lock held.
  void DoOne(std::unique_lock<std::mutex>& lock) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= job.bytes.size();
    ++running_;
    lock.unlock();
    std::exception_ptr error;
    try {
      Do(job);
    } catch (...) {
      error = std::current_exception();
    }
    job.make = nullptr;  // what it keeps goes before somebody waits for nothing more than this
    job.bytes.clear();
    lock.lock();
    if (job.bytes.capacity() >= kBufferSize && spare_.size() < kMaxThreads) spare_.push_back(std::move(job.bytes));
    --running_;
    if (error && !failed_) {
      failed_ = true;
      error_ = error;
    }
    if (failed_ || running_ == 0) changed_.notify_all();
  }

  void Do(const Job& job) {
    WriteBytes(job.bytes.data(), job.bytes.size(), job.position);
    if (!job.make) return;
    const uint64_t begin = job.position + job.bytes.size();
    uint64_t done = 0;
    ++making_;
    job.make([&](const std::byte* data, size_t size) {
      Check(size <= job.size - done, file_.path_, ": more than ", job.size, " bytes were made at ", begin);
      if (!GiveAway(data, size, begin + done)) WriteBytes(data, size, begin + done);
      done += size;
    });
    --making_;
    Check(done == job.size, file_.path_, ": ", done, " bytes instead of ", job.size, " were made at ", begin);
  }

  // Threads that have nothing to make write the piece while this one makes the next. (Where `make` throws, all ends,
  // and how many are at it does not matter any more.)
  bool GiveAway(const std::byte* data, size_t size, uint64_t position) {
    std::vector<std::byte> bytes;
    {
      const std::lock_guard lock(mutex_);
      if (failed_) throw Stopped();
      if (making_ >= threads_.size() + (ended_ ? 1 : 0) || waiting_.size() >= kGivenAway) return false;
      bytes = TakeSpare();
    }
    bytes.assign(data, data + size);
    const std::lock_guard lock(mutex_);
    Push({position, std::move(bytes), 0, nullptr});
    return true;
  }

  void WriteBytes(const std::byte* data, size_t size, uint64_t position) const {
    if (const int error = WriteAt(file_.descriptor_, data, size, position)) file_.FailErrno("cannot write", error);
  }

  // Ends a job when another one has failed, whose error is the one that counts.
  struct Stopped {};

  const OutputFile& file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::vector<std::vector<std::byte>> spare_;  // buffers that were in use: their pages are there
  size_t waiting_bytes_ = 0, running_ = 0;
  std::atomic<size_t> making_ = 0;  // of those that run
  bool ended_ = false, failed_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;  // the last member: they use the others
};

OutputFile::OutputFile(std::string path) : path_(std::move(path)), temporary_(TemporaryName(path_)) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) FailErrno("cannot write", EISDIR);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) FailErrno("cannot create", errno);
}

OutputFile::~OutputFile() {
  team_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!published_) ::unlink(temporary_.c_str());
}

void OutputFile::FailErrno(std::string_view what, int number) const {
  Fail(ErrorKind::kIo, path_, ": ", what, ": ", std::strerror(number));
}

void OutputFile::Write(const void* data, size_t size) {
  size_ += size;
  const auto* bytes = static_cast<const std::byte*>(data);
  while (size > 0) {
    if (buffer_.size() == kBufferSize) HandOver({size_ - size - buffer_.size(), std::move(buffer_), 0, nullptr});
    const size_t piece = std::min(size, kBufferSize - buffer_.size());
    if (buffer_.size() + piece > kSmallBuffer) buffer_.reserve(kBufferSize);
    buffer_.insert(buffer_.end(), bytes, bytes + piece);
    bytes += piece;
    size -= piece;
  }
}

void OutputFile::WriteLater(uint64_t size, std::function<void(const Sink&)> make) {
  const uint64_t position = size_ - buffer_.size();
  size_ += size;
  HandOver({position, std::move(buffer_), size, std::move(make)});
}

void OutputFile::HandOver(Job job) {
  if (!team_) team_ = std::make_unique<Team>(*this);
  team_->Add(std::move(job));
  buffer_ = team_->SpareBuffer();
}

void OutputFile::CloseFile() {
  if (const int error = WriteAt(descriptor_, buffer_.data(), buffer_.size(), size_ - buffer_.size()))
    FailErrno("cannot write", error);
  if (team_) team_->Finish();
  team_.reset();
  const int descriptor = descriptor_;
  descriptor_ = -1;
  // Some file systems report only here that the disk is full.
  if (::close(descriptor) != 0 && errno != EINTR) FailErrno("cannot write", errno);
}

void OutputFile::Publish() {
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) FailErrno("cannot create", errno);
  published_ = true;
}

OutputFile& OutputFiles::Add(const std::string& path) {
  files_.push_back(std::unique_ptr<OutputFile>(new OutputFile(path)));
  return *files_.back();
}

void OutputFiles::Publish() {
  for (const auto& file : files_) file->CloseFile();
  try {
    for (const auto& file : files_) file->Publish();
  } catch (const Error&) {
    for (const auto& file : files_) {
      if (file->published_) ::unlink(file->path_.c_str());
    }
    throw;
  }
}

}  // namespace moir::graph
