#include "graph/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "graph/error.h"

namespace moir::graph {

std::shared_ptr<const MappedFile> MappedFile::Open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) Fail(ErrorKind::kIo, path, ": cannot open: ", std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    const std::string reason = S_ISDIR(status.st_mode) ? "it is a folder" : "it is not a regular file";
    ::close(descriptor);
    Fail(ErrorKind::kIo, path, ": cannot read: ", reason);
  }
  const auto size = static_cast<uint64_t>(status.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      const int reason = errno;
      ::close(descriptor);
      Fail(ErrorKind::kIo, path, ": cannot map: ", std::strerror(reason));
    }
  }
  return std::shared_ptr<const MappedFile>(
      new MappedFile(path, static_cast<const std::byte*>(data), size, descriptor, nullptr));
}

std::shared_ptr<const MappedFile> MappedFile::FromMemory(std::string name, const void* data, uint64_t size,
                                                         std::shared_ptr<const void> keeper) {
  return std::shared_ptr<const MappedFile>(
      new MappedFile(std::move(name), static_cast<const std::byte*>(data), size, -1, std::move(keeper)));
}

MappedFile::~MappedFile() {
  if (descriptor_ < 0) return;
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
  ::close(descriptor_);
}

void MappedFile::Release(uint64_t offset, uint64_t size) const {
  // To drop pages of a mapping is to read them again later; pages of other memory would be lost.
  if (descriptor_ < 0 || !data_) return;
  const uint64_t page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  const uint64_t begin = (offset + page - 1) / page * page;
  const uint64_t end = (offset + size) / page * page;
  if (begin < end) ::madvise(const_cast<std::byte*>(data_) + begin, end - begin, MADV_DONTNEED);
}

void MappedFile::Read(uint64_t offset, size_t size, std::byte* to) const {
  while (descriptor_ >= 0 && size > 0) {
    const ssize_t count = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;  // the mapping tells
    to += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  if (size > 0) std::memcpy(to, data_ + offset, size);
}

}  // namespace moir::graph
