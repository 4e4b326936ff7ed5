// Files that appear together or not at all: each is written under a temporary name in its folder and renamed at the
// end. Making and writing the bytes of a large file, which is most of the time of a conversion, is shared by the
// processors: half of it is to read what is copied, the other half to write it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  // Takes pieces of bytes in their order; they need not outlive the call.
  using Sink = std::function<void(const std::byte*, size_t)>;
  // Appends `size` bytes that `make` gives to its sink, later and in some thread, while others make and write what
  // comes before and after. What `make` refers to must live until the file is published or destroyed. What it throws,
  // or kInternal when it gives another number of bytes, comes out of a later call, at the latest of Publish.
  void WriteLater(uint64_t size, std::function<void(const Sink&)> make);
  uint64_t Size() const { return size_; }

 private:
  friend class OutputFiles;
  explicit OutputFile(std::string path);
  struct Job;
  class Team;
  void HandOver(Job job);
  void CloseFile();
  void Publish();
  [[noreturn]] void FailErrno(std::string_view what, int number) const;

  std::string path_, temporary_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::vector<std::byte> buffer_;  // the last bytes: small pieces gather here
  std::unique_ptr<Team> team_;     // from the first job on
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
