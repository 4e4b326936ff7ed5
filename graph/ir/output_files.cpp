#include "graph/ir/output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "graph/error.h"

namespace moir::graph {
namespace {

constexpr size_t kBufferSize = size_t{1} << 18;

std::string TemporaryName(const std::string& path) {
  static std::atomic<uint64_t> count{0};
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return StrCat(folder, ".", name.substr(0, 200), ".", ::getpid(), "-", count++, ".tmp");
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)), temporary_(TemporaryName(path_)) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) FailErrno("cannot write", EISDIR);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) FailErrno("cannot create", errno);
  buffer_.reserve(kBufferSize);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!published_) ::unlink(temporary_.c_str());
}

void OutputFile::FailErrno(std::string_view what, int number) const {
  Fail(ErrorKind::kIo, path_, ": ", what, ": ", std::strerror(number));
}

void OutputFile::Write(const void* data, size_t size) {
  size_ += size;
  const auto* bytes = static_cast<const std::byte*>(data);
  if (buffer_.size() + size > kBufferSize) Flush();
  if (size >= kBufferSize) {
    WriteOut(bytes, size);
  } else {
    buffer_.insert(buffer_.end(), bytes, bytes + size);
  }
}

void OutputFile::WriteOut(const std::byte* data, size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      FailErrno("cannot write", errno);
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
}

void OutputFile::Flush() {
  WriteOut(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void OutputFile::CloseFile() {
  Flush();
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
