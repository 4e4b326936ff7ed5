#include "graph/ir/output_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

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

// Gives `bytes` in pieces of growing sizes.
std::function<void(const OutputFile::Sink&)> Maker(std::string_view bytes, size_t first_piece = 1) {
  return [bytes, first_piece](const OutputFile::Sink& sink) {
    size_t at = 0;
    for (size_t piece = first_piece; at < bytes.size(); piece = std::min(piece * 2 + 1, size_t{600000})) {
      const size_t count = std::min(piece, bytes.size() - at);
      sink(reinterpret_cast<const std::byte*>(bytes.data()) + at, count);
      at += count;
    }
  };
}

TEST(OutputFiles, WhatIsMadeLaterComesWhereItBelongs) {
  // On whatever file systems there are; one of them has no disk behind it.
  for (const std::string& root : {std::string(), std::string("/dev/shm")}) {
    std::error_code none;
    if (!root.empty() && !fs::is_directory(root, none)) continue;
    const test::TempFolder temporary;
    const fs::path folder =
        root.empty() ? fs::path(temporary.Path()) : fs::path(root) / fs::path(temporary.Path()).filename();
    fs::create_directories(folder);
    const std::string bytes = Pattern(size_t{23} << 20);
    const std::string_view all = bytes;
    OutputFiles files;
    OutputFile& file = files.Add((folder / "mixed").string());
    // Sizes from nothing to many buffers, written at once and later.
    size_t at = 0;
    for (size_t i = 0, size = 1; at < all.size(); ++i, size = size * 5 % 7000003) {
      const std::string_view part = all.substr(at, i % 7 == 5 ? 0 : size);
      if (i % 3 == 0) file.Write(part);
      else file.WriteLater(part.size(), Maker(part, i));
      at += part.size();
      EXPECT_EQ(file.Size(), at);
    }
    files.Publish();
    std::ifstream written(folder / "mixed", std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(written), {}) == bytes) << folder;
    fs::remove_all(folder);
  }
}

// The error of writing a file in the folder, which must be empty afterwards.
Error ErrorOf(const test::TempFolder& folder, const std::function<void(OutputFile&)>& write) {
  Error found(ErrorKind::kBadOption, "no error");
  try {
    OutputFiles files;
    write(files.Add(folder.File("large")));
    files.Publish();
  } catch (const Error& error) {
    found = error;
  }
  EXPECT_TRUE(fs::is_empty(folder.Path()));
  return found;
}

TEST(OutputFiles, WhatCannotBeMadeOrWrittenLaterIsAnErrorAndLeavesNothing) {
  const test::TempFolder folder;
  const std::string bytes = Pattern(size_t{9} << 20);
  for (const size_t size : {bytes.size(), size_t{3} << 20, size_t{100}}) {
    const std::string_view part = std::string_view(bytes).substr(0, size);
    const auto several = [&](OutputFile& file, const std::function<void(const OutputFile::Sink&)>& last) {
      file.WriteLater(size, Maker(part));
      file.Write(part.substr(0, 10));
      file.WriteLater(size, last);
      file.WriteLater(size, Maker(part));
    };
    {
      const SizeLimit limit(size / 2);
      const Error error = ErrorOf(folder, [&](OutputFile& file) { several(file, Maker(part)); });
      EXPECT_EQ(error.Kind(), ErrorKind::kIo);
      EXPECT_NE(std::string(error.what()).find("large: cannot write: File too large"), std::string::npos)
          << error.what();
    }
    const Error thrown = ErrorOf(folder, [&](OutputFile& file) {
      several(file, [&](const OutputFile::Sink& sink) {
        Maker(part.substr(0, size / 2))(sink);
        Fail(ErrorKind::kBadModel, "gone");
      });
    });
    EXPECT_EQ(thrown.Kind(), ErrorKind::kBadModel);
    EXPECT_STREQ(thrown.what(), "gone");
    for (const size_t wrong : {size - 1, size_t{0}}) {
      const Error error = ErrorOf(folder, [&](OutputFile& file) { several(file, Maker(part.substr(0, wrong))); });
      EXPECT_EQ(error.Kind(), ErrorKind::kInternal) << error.what();
    }
    const Error more = ErrorOf(folder, [&](OutputFile& file) {
      file.WriteLater(size - 1, Maker(part));
      file.WriteLater(size, Maker(part));
    });
    EXPECT_EQ(more.Kind(), ErrorKind::kInternal) << more.what();
  }
}

TEST(OutputFiles, WhatIsStillToBeMadeIsGivenUpWithTheFile) {
  const test::TempFolder folder;
  const std::string bytes = Pattern(size_t{2} << 20);
  {
    OutputFiles files;
    OutputFile& file = files.Add(folder.File("given_up"));
    for (int i = 0; i < 50; ++i) file.WriteLater(bytes.size(), Maker(bytes, 100000));
  }
  EXPECT_TRUE(fs::is_empty(folder.Path()));
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
