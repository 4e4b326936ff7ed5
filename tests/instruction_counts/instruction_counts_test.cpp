// How many instructions an inference and a load take, of a set of small nets, compared with what was recorded: a guard
// against slow code that does not depend on the clock.
//
// callgrind counts, with one thread, on the CPU that valgrind shows to programs. Where the machine has AVX2 that is
// always the same one, of Haswell's kind with 256 kB of second-level cache, be the machine Intel's or AMD's: which
// kernels, blocks and copies are chosen follows from it, and so do the counts. They repeat within 0.05 %.
// MOIR_MAX_ISA=avx2 keeps it so with a valgrind to come that knows more.
//
// A count that leaves the recorded one by more than 3 %, up or down, fails. After a change that is meant:
//
//   MOIR_RECORD_INSTRUCTION_COUNTS=1 ctest --preset release -R instruction_counts
//
// writes tests/instruction_counts/recorded.txt anew; its first line says what else the counts depend on.
#include <gnu/libc-version.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "graph/error.h"
#include "ie_runtime/isa.h"
#include "tests/support/graph_testing.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

using test::Finished;
using test::RunProgram;
namespace fs = std::filesystem;

constexpr double kTolerance = 0.03;
const fs::path kRecorded = fs::path(MOIR_SOURCE_DIR) / "tests/instruction_counts/recorded.txt";

std::string FindValgrind() {
  std::istringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / "valgrind";
    if (::access(program.c_str(), X_OK) == 0) return program.string();
  }
  return "";
}

// Debian's valgrind is a script, which needs a program that starts it.
Finished RunValgrind(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), FindValgrind());
  return RunProgram("/usr/bin/env", arguments);
}

std::string Toolchain() {
  const std::string onednn = runtime::OneDnnVersion();
  const std::string valgrind = RunValgrind({"--version"}).output;
  return graph::StrCat("GCC ", __VERSION__, ", ", MOIR_BUILD_TYPE, ", C library ", gnu_get_libc_version(), ", oneDNN ",
                       onednn.substr(0, onednn.find(' ')), ", ", valgrind.substr(0, valgrind.find('\n')));
}

struct Counted {
  int64_t instructions = 0;
  std::string kernels;
};
using Counts = std::map<std::string, Counted>;  // by "load NAME" and "infer NAME"

// callgrind's files "PREFIX.1", "PREFIX.2", ... hold the totals between two marks.
int64_t TotalOf(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    int64_t total = 0;
    if (words >> key && key == "totals:" && words >> total) return total;
  }
  ADD_FAILURE() << path << ": has no totals";
  return 0;
}

Counts Measure(const std::string& model) {
  const test::TempFolder folder;
  const std::string dump = folder.File("counts");
  const std::string program = (fs::read_symlink("/proc/self/exe").parent_path() / "moir_counted_nets").string();
  ::setenv("MOIR_MAX_ISA", "avx2", 1);
  const Finished run =
      RunValgrind({"--tool=callgrind", "--callgrind-out-file=" + dump, "--zero-before=moir_count_begin",
                   "--dump-before=moir_count_end", "--dump-line=no", program, model});
  Counts counts;
  if (run.exit_code != 0) {
    ADD_FAILURE() << "valgrind ended with " << run.exit_code << ": " << run.errors;
    return counts;
  }
  std::istringstream lines(run.output);
  int part = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what, name;
    Counted counted;
    words >> what >> name >> counted.kernels;
    counted.instructions = TotalOf(graph::StrCat(dump, ".", ++part));
    counts[what + " " + name] = counted;
  }
  return counts;
}

struct Record {
  std::string toolchain;
  Counts counts;
};

Record ReadRecord() {
  Record record;
  std::ifstream file(kRecorded);
  std::getline(file, record.toolchain);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string what, name;
    Counted counted;
    if (words >> what >> name >> counted.instructions) {
      words >> counted.kernels;
      record.counts[what + " " + name] = counted;
    }
  }
  return record;
}

void WriteRecord(const Record& record) {
  std::ofstream file(kRecorded);
  file << record.toolchain << '\n';
  for (const auto& [what, counted] : record.counts) {
    file << what << ' ' << counted.instructions;
    if (!counted.kernels.empty()) file << ' ' << counted.kernels;
    file << '\n';
  }
  ASSERT_TRUE(file.flush()) << kRecorded;
}

TEST(InstructionCounts, AreThoseRecorded) {
  ASSERT_NE(FindValgrind(), "") << "there is no valgrind; scripts/install_packages.sh test installs it";
  if (runtime::Isa::kAvx2 > runtime::EffectiveIsa())
    GTEST_SKIP() << "this CPU has no AVX2: valgrind shows another CPU than the counts were recorded on";
  const bool recording = std::getenv("MOIR_RECORD_INSTRUCTION_COUNTS") != nullptr;
  const Record record = ReadRecord();
  const std::string toolchain = Toolchain();
  if (!recording && record.toolchain != toolchain)
    GTEST_SKIP() << "recorded with " << record.toolchain << ", this is " << toolchain << ": the counts say nothing";
  const test::TempFolder folder;
  const fs::path digits = fs::path(MOIR_SOURCE_DIR) / "examples/digits";
  const Finished mo =
      RunProgram("mo", {"--input_model", (digits / "digits-0010.params").string(), "--input_shape", "[1,1,32,32]",
                        "--output_dir", folder.Path(), "--model_name", "digits", "--silent"});
  ASSERT_EQ(mo.exit_code, 0) << mo.errors;
  const Counts counts = Measure(folder.File("digits.xml"));
  ASSERT_FALSE(counts.empty());
  if (recording) {
    WriteRecord({toolchain, counts});
    GTEST_SKIP() << "recorded " << counts.size() << " counts, compared none";
  }
  for (const auto& [what, expected] : record.counts) EXPECT_TRUE(counts.contains(what)) << what << ": not counted";
  for (const auto& [what, got] : counts) {
    const auto expected = record.counts.find(what);
    if (expected == record.counts.end()) {
      ADD_FAILURE() << what << ": is not recorded; see the head of this file";
      continue;
    }
    EXPECT_EQ(got.kernels, expected->second.kernels) << what << ": is computed by other kernels";
    const auto was = static_cast<double>(expected->second.instructions);
    const double change = static_cast<double>(got.instructions) - was;
    EXPECT_LE(std::abs(change), kTolerance * was)
        << what << ": takes " << got.instructions << " instructions, recorded are " << expected->second.instructions
        << " (" << (change > 0 ? "+" : "") << 100 * change / was << " %); if that is meant, see the head of this file";
  }
}

}  // namespace
}  // namespace moir
