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
#include <mutex>
#include <thread>

#include "graph/error.h"

namespace moir::graph {
namespace {

constexpr size_t kBufferSize = size_t{1} << 19;
constexpr size_t kWaiting = 3;  // full buffers

std::string TemporaryName(const std::string& path) {
  static std::atomic<uint64_t> count{0};
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return StrCat(folder, ".", name.substr(0, 200), ".", ::getpid(), "-", count++, ".tmp");
}

// Gives 0, or errno.
int WriteAll(int descriptor, const std::byte* data, size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
  return 0;
}

}  // namespace

// Writes buffers in a thread of its own, in the order in which they come. After an error it writes nothing more.
class OutputFile::Writer {
 public:
  explicit Writer(int descriptor) : descriptor_(descriptor), thread_([this] { Work(); }) {}
  ~Writer() { Finish(false); }

  // Takes the buffer and gives an empty one for it. Gives 0, or errno of a write before.
  int Add(std::vector<std::byte>& buffer) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() < kWaiting || error_ != 0; });
    if (error_ != 0) return error_;
    waiting_.push_back(std::move(buffer));
    buffer = std::vector<std::byte>();
    if (!empty_.empty()) {
      buffer = std::move(empty_.back());
      empty_.pop_back();
    }
    changed_.notify_all();
    return 0;
  }

  // Ends the thread, when all is written or at once. Gives 0, or errno.
  int Finish(bool write_all) {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      if (!write_all) waiting_.clear();
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    return error_;
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
      if (waiting_.empty()) return;
      std::vector<std::byte> buffer = std::move(waiting_.front());
      waiting_.pop_front();
      if (error_ == 0) {
        lock.unlock();
        const int error = WriteAll(descriptor_, buffer.data(), buffer.size());
        lock.lock();
        error_ = error;
      }
      buffer.clear();
      empty_.push_back(std::move(buffer));
      changed_.notify_all();
    }
  }

  int descriptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<std::byte>> waiting_;
  std::vector<std::vector<std::byte>> empty_;
  bool ended_ = false;
  int error_ = 0;
  std::thread thread_;  // the last member: it uses the others
};

OutputFile::OutputFile(std::string path) : path_(std::move(path)), temporary_(TemporaryName(path_)) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) FailErrno("cannot write", EISDIR);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) FailErrno("cannot create", errno);
  buffer_.reserve(kBufferSize);
}

OutputFile::~OutputFile() {
  writer_.reset();
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
    if (buffer_.size() == kBufferSize) HandOver();
    const size_t piece = std::min(size, kBufferSize - buffer_.size());
    buffer_.insert(buffer_.end(), bytes, bytes + piece);
    bytes += piece;
    size -= piece;
  }
}

void OutputFile::HandOver() {
  if (!writer_) writer_ = std::make_unique<Writer>(descriptor_);
  if (const int error = writer_->Add(buffer_)) FailErrno("cannot write", error);
  buffer_.reserve(kBufferSize);
}

void OutputFile::CloseFile() {
  const int written_before = writer_ ? writer_->Finish(true) : 0;
  const int error = written_before != 0 ? written_before : WriteAll(descriptor_, buffer_.data(), buffer_.size());
  writer_.reset();
  if (error != 0) FailErrno("cannot write", error);
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
