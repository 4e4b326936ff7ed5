// A file mapped read-only into memory, or what stands for one: memory of somebody else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace moir::graph {

class MappedFile {
 public:
  // Throws kIo with the path and the system's reason (missing, a folder, no permission).
  static std::shared_ptr<const MappedFile> Open(const std::string& path);
  // `size` bytes at `data`, which `keeper` keeps alive and nobody changes; `name` stands for the path in messages.
  static std::shared_ptr<const MappedFile> FromMemory(std::string name, const void* data, uint64_t size,
                                                      std::shared_ptr<const void> keeper);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& Path() const { return path_; }
  const std::byte* Data() const { return data_; }
  uint64_t Size() const { return size_; }
  // Tells the system that [offset, offset + size) has been used up; its pages may leave memory. Memory of
  // somebody else stays as it is.
  void Release(uint64_t offset, uint64_t size) const;
  // Copies [offset, offset + size), which is within the file, to `to` without a page of the mapping being made for it:
  // the way to read each byte once.
  void Read(uint64_t offset, size_t size, std::byte* to) const;

 private:
  MappedFile(std::string path, const std::byte* data, uint64_t size, int descriptor, std::shared_ptr<const void> keeper)
      : path_(std::move(path)), data_(data), size_(size), descriptor_(descriptor), keeper_(std::move(keeper)) {}
  std::string path_;
  const std::byte* data_;
  uint64_t size_;
  int descriptor_;  // of the file that data_ is mapped from; -1: of none
  std::shared_ptr<const void> keeper_;
};

}  // namespace moir::graph
