#include "graph/ir/output_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "graph/error.h"
#include "tests/support/graph_testing.h"

namespace moir::graph {
namespace {

namespace fs = std::filesystem;

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

TEST(OutputFiles, PiecesOfAnySizeComeInOrder) {
  const test::TempFolder folder;
  // Several full buffers, and none.
  for (const size_t size : {size_t{0}, size_t{5}, size_t{1} << 19, (size_t{1} << 19) + 1, size_t{7654321}}) {
    const std::string bytes = Pattern(size);
    OutputFiles files;
    OutputFile& file = files.Add(folder.File("pieces"));
    size_t at = 0;
    for (size_t piece = 1; at < size; piece = piece * 3 % 1000003) {
      const size_t count = std::min(piece, size - at);
      file.Write(bytes.data() + at, count);
      at += count;
      EXPECT_EQ(file.Size(), at);
    }
    files.Publish();
    EXPECT_TRUE(folder.Read("pieces") == bytes) << size;
  }
}

// No file may grow beyond a size; the signal that comes with it is ignored, as it is where a disk is full.
class SizeLimit {
 public:
  explicit SizeLimit(size_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(OutputFiles, WhatTheSystemDoesNotWriteIsAnErrorAndLeavesNothing) {
  const test::TempFolder folder;
  const std::string bytes = Pattern(size_t{8} << 20);
  // What is written early, and what the last call writes.
  for (const size_t size : {bytes.size(), size_t{700000}, size_t{100}}) {
    const SizeLimit limit(size / 2);
    std::string message;
    try {
      OutputFiles files;
      OutputFile& file = files.Add(folder.File("large"));
      for (size_t at = 0; at < size; at += 1000) file.Write(bytes.data() + at, std::min<size_t>(1000, size - at));
      files.Publish();
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kIo);
      message = error.what();
    }
    EXPECT_NE(message.find("large: cannot write: File too large"), std::string::npos) << size << message;
    EXPECT_TRUE(fs::is_empty(folder.Path())) << size;
  }
}

TEST(OutputFiles, AFileThatIsGivenUpLeavesNothing) {
  const test::TempFolder folder;
  {
    OutputFiles files;
    files.Add(folder.File("given_up")).Write(Pattern(size_t{5} << 20));
  }
  EXPECT_TRUE(fs::is_empty(folder.Path()));
}

}  // namespace
}  // namespace moir::graph
