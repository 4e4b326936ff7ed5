// A file mapped read-only into memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace moir::graph {

class MappedFile {
 public:
  // Throws kIo with the path and the system's reason (missing, a folder, no permission).
  static std::shared_ptr<const MappedFile> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& Path() const { return path_; }
  const std::byte* Data() const { return data_; }
  uint64_t Size() const { return size_; }
  // Tells the system that [offset, offset + size) has been used up; its pages may leave memory.
  void Release(uint64_t offset, uint64_t size) const;

 private:
  MappedFile(std::string path, const std::byte* data, uint64_t size)
      : path_(std::move(path)), data_(data), size_(size) {}
  std::string path_;
  const std::byte* data_;
  uint64_t size_;
};

}  // namespace moir::graph
