// Files that appear together or not at all: each is written under a temporary name in its folder and renamed at the
// end. The system's part of writing a large file, which is most of the time of a conversion, is done by a thread beside
// the one that makes the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace moir::graph {

class OutputFile {
 public:
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Throws kIo when the system could not write, also what was given earlier.
  void Write(const void* data, size_t size);
  void Write(std::string_view text) { Write(text.data(), text.size()); }
  uint64_t Size() const { return size_; }

 private:
  friend class OutputFiles;
  explicit OutputFile(std::string path);
  class Writer;
  void HandOver();
  void CloseFile();
  void Publish();
  [[noreturn]] void FailErrno(std::string_view what, int number) const;

  std::string path_, temporary_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::vector<std::byte> buffer_;   // pieces gather here
  std::unique_ptr<Writer> writer_;  // from the first full buffer on
  bool published_ = false;
};

class OutputFiles {
 public:
  // Opens a file that will be `path`. Throws kIo with the path and the system's reason.
  OutputFile& Add(const std::string& path);
  // Completes all files and gives them their names. When that fails none of them stays.
  void Publish();

 private:
  std::vector<std::unique_ptr<OutputFile>> files_;
};

}  // namespace moir::graph
