// examples/service: the same results bit by bit as one thread computes, for as long as MOIR_SERVICE_SECONDS says, with
// memory that does not grow and threads that rest when there is nothing to do. docs/service.md quotes its files.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "examples/service/service.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace service {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;
using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::byte>;

const std::string kSource = MOIR_SOURCE_DIR;

double Seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of the process, in bytes.
double ResidentMemory() {
  std::ifstream file("/proc/self/statm");
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void Fill(const std::vector<moir::Tensor>& inputs, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (const moir::Tensor& input : inputs) {
    for (size_t i = 0; i < input.GetSize(); ++i) input.Data<float>()[i] = static_cast<float>(random() >> 56);
  }
}

Bytes BytesOf(const std::vector<moir::Tensor>& tensors) {
  Bytes bytes;
  for (const moir::Tensor& tensor : tensors) {
    const auto* data = static_cast<const std::byte*>(tensor.Data());
    bytes.insert(bytes.end(), data, data + tensor.GetByteSize());
  }
  return bytes;
}

bool SameBytes(const std::vector<moir::Tensor>& tensors, const Bytes& expected) {
  size_t at = 0;
  for (const moir::Tensor& tensor : tensors) {
    if (tensor.GetByteSize() > expected.size() - at) return false;
    if (std::memcmp(tensor.Data(), expected.data() + at, tensor.GetByteSize()) != 0) return false;
    at += tensor.GetByteSize();
  }
  return at == expected.size();
}

class ServiceTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSeeds = 12;

  static void SetUpTestSuite() {
    folder_ = std::make_unique<moir::test::TempFolder>();
    const auto convert = [](const std::string& model, const std::string& shape) {
      const Finished mo = RunProgram("mo", {"--input_model", kSource + "/examples/" + model, "--input_shape", shape,
                                            "--output_dir", folder_->Path()});
      ASSERT_EQ(mo.exit_code, 0) << mo.errors;
    };
    convert("digits/digits-0010.params", "[1,1,32,32]");
    convert("shapes/shapes-0030.params", "[1,3,96,96]");
    // What one thread computes.
    expected_.clear();
    for (const std::string& path : Models()) {
      moir::InferRequest request =
          moir::Core().CompileModel(path, {{"inference_num_threads", "1"}}).CreateInferRequest();
      std::vector<Bytes>& results = expected_.emplace_back();
      for (uint64_t seed = 0; seed < kSeeds; ++seed) {
        Fill({request.GetInputTensor()}, seed);
        request.Infer();
        results.push_back(BytesOf({request.GetOutputTensor()}));
      }
      ASSERT_NE(results[0], results[1]) << path << " gives the same for everything";
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::vector<std::string> Models() {
    return {folder_->File("digits-0010.xml"), folder_->File("shapes-0030.xml")};
  }

  struct Counts {
    std::atomic<uint64_t> right{0}, wrong{0}, errors{0};
    uint64_t All() const { return right + wrong + errors; }
  };
  static Job MakeJob(size_t model, uint64_t seed, Counts& counts) {
    return {model, [seed](const auto& inputs) { Fill(inputs, seed); },
            [model, seed, &counts](const auto& outputs, std::exception_ptr error) {
              if (error) ++counts.errors;
              else if (SameBytes(outputs, expected_[model][seed])) ++counts.right;
              else ++counts.wrong;
            }};
  }

  static std::unique_ptr<moir::test::TempFolder> folder_;
  static std::vector<std::vector<Bytes>> expected_;  // [model][seed]
};
std::unique_ptr<moir::test::TempFolder> ServiceTest::folder_;
std::vector<std::vector<Bytes>> ServiceTest::expected_;

TEST_F(ServiceTest, Endures) {
  const char* given = std::getenv("MOIR_SERVICE_SECONDS");
  const double seconds = given ? std::atof(given) : 10;
  const moir::Core core;
  Service service(core, Models(), {.workers = 4, .queue_length = 16});
  Counts counts;
  uint64_t submitted = 0;
  std::vector<double> memory;
  const Clock::time_point start = Clock::now();
  Clock::time_point sampled = start;
  while (Seconds(start) < seconds) {
    ASSERT_TRUE(service.Submit(MakeJob(submitted % 2, submitted / 2 % kSeeds, counts)));
    ++submitted;
    // The first fifth is the warm-up.
    if (Seconds(start) > seconds / 5 && Seconds(sampled) > 0.1) {
      sampled = Clock::now();
      memory.push_back(ResidentMemory());
    }
  }
  while (counts.All() < submitted && Seconds(start) < seconds + 60)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(counts.right, submitted) << counts.wrong << " wrong, " << counts.errors << " errors";
  EXPECT_GT(submitted, 2 * kSeeds) << "a machine too slow to show anything";
  [[maybe_unused]] const auto [least, most] = std::minmax_element(memory.begin(), memory.end());
  ASSERT_GT(memory.size(), 10u);
#ifndef __SANITIZE_ADDRESS__  // which keeps for a while what was freed
  EXPECT_LE(*most, *least * 1.01) << "memory";
#endif
  RecordProperty("jobs", std::to_string(submitted));

  // The service is open, and nobody wants anything.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const double cpu_before = CpuSeconds();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(CpuSeconds() - cpu_before, 0.002) << "CPU time of a service at rest";
  // And wakes again.
  EXPECT_TRUE(service.Submit(MakeJob(1, 3, counts)));
  service.Close();
  EXPECT_EQ(counts.right, submitted + 1);
  EXPECT_FALSE(service.Submit(MakeJob(0, 0, counts))) << "closed";
  EXPECT_EQ(counts.All(), submitted + 1);
}

TEST_F(ServiceTest, FinishesWhatItTookWhenItCloses) {
  const moir::Core core;
  Counts counts;
  uint64_t submitted = 0;
  for (int round = 0; round < 5; ++round) {
    Service service(core, Models(), {.workers = 3, .queue_length = 64});
    for (int i = 0; i < 20; ++i) submitted += service.Submit(MakeJob(i % 2, static_cast<uint64_t>(i) % kSeeds, counts));
    // Others submit while it closes: each job is either refused or done.
    std::atomic<uint64_t> taken{0};
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([&] {
        while (service.Submit(MakeJob(1, 2, counts))) ++taken;
      });
    }
    std::thread closing([&] { service.Close(); });
    service.Close();
    closing.join();
    for (std::thread& other : others) other.join();
    submitted += taken;
    EXPECT_EQ(counts.right, submitted) << counts.wrong << " wrong, " << counts.errors << " errors";
  }
}

TEST_F(ServiceTest, SaysWhenItsQueueIsFull) {
  const moir::Core core;
  Service service(core, Models(), {.workers = 1, .queue_length = 2});
  // The worker is held in the first job's preparation, so two more fit.
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false, released = false;
  Counts counts;
  Job first = MakeJob(0, 0, counts);
  first.fill = [&](const auto& inputs) {
    Fill(inputs, 0);
    std::unique_lock lock(mutex);
    held = true;
    changed.notify_all();
    changed.wait(lock, [&] { return released; });
  };
  ASSERT_TRUE(service.Submit(std::move(first)));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return held; });
  }
  EXPECT_TRUE(service.TrySubmit(MakeJob(0, 1, counts)));
  EXPECT_TRUE(service.TrySubmit(MakeJob(1, 1, counts)));
  EXPECT_FALSE(service.TrySubmit(MakeJob(0, 2, counts)));
  {
    const std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  EXPECT_TRUE(service.Submit(MakeJob(0, 3, counts))) << "waits for room";
  service.Close();
  EXPECT_EQ(counts.right, 4u);
  EXPECT_EQ(counts.All(), 4u);
}

TEST_F(ServiceTest, AJobThatFailsHarmsNobody) {
  const moir::Core core;
  Service service(core, Models(), {.workers = 2, .queue_length = 4});
  Counts counts;
  std::atomic<int> told{0};
  for (int i = 0; i < 40; ++i) {
    Job job = MakeJob(i % 2, 1, counts);
    if (i % 4 == 0) {
      job.fill = [](const auto&) { throw std::runtime_error("no picture"); };
      job.done = [&](const auto&, std::exception_ptr error) {
        try {
          if (error) std::rethrow_exception(error);
        } catch (const std::runtime_error& problem) {
          told += std::string(problem.what()) == "no picture";
        }
      };
    }
    EXPECT_TRUE(service.Submit(std::move(job)));
  }
  EXPECT_THROW(service.Submit(MakeJob(2, 0, counts)), moir::Error);
  service.Close();
  EXPECT_EQ(told, 10);
  EXPECT_EQ(counts.right, 30u);
  EXPECT_EQ(counts.All(), 30u);
}

TEST_F(ServiceTest, TheProgramAnswersEveryJob) {
  std::vector<std::string> arguments = Models();
  arguments.insert(arguments.end(), {"--jobs", "50", "--workers", "2", "--queue", "3"});
  const Finished run = RunProgram("service", arguments);
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  std::set<std::string> answers;
  std::istringstream lines(run.output);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_NE(line.find(": ["), std::string::npos) << line;
    answers.insert(line.substr(0, line.find(':')));
  }
  EXPECT_EQ(answers.size(), 50u);
  EXPECT_EQ(answers.count("1 49"), 1u);
  EXPECT_NE(run.errors.find("50 jobs in "), std::string::npos) << run.errors;

  EXPECT_EQ(RunProgram("service", {}).exit_code, 1);
  EXPECT_EQ(RunProgram("service", {Models()[0], "--jobs", "0"}).exit_code, 1);
  EXPECT_EQ(RunProgram("service", {Models()[0], "--threads", "1"}).exit_code, 1);
  EXPECT_EQ(RunProgram("service", {folder_->File("nothing.xml"), "--jobs", "1"}).exit_code, 1);
  // Jobs from the input, wrong ones among them.
  const std::string script = folder_->Write("run.sh", "printf '0 1\\n1 2\\nx\\n2 1\\n0 1 1\\n0 -1\\n' | \"$@\"\n");
  std::vector<std::string> piped = {script, std::filesystem::read_symlink("/proc/self/exe").parent_path() / "service"};
  for (const std::string& model : Models()) piped.push_back(model);
  const Finished from_input = RunProgram("/bin/sh", piped);
  EXPECT_EQ(from_input.exit_code, 0) << from_input.errors;
  EXPECT_NE(from_input.output.find("0 1: ["), std::string::npos) << from_input.output;
  EXPECT_NE(from_input.output.find("1 2: ["), std::string::npos) << from_input.output;
  for (const std::string problem : {"\"x\": expected MODEL SEED", "model: got \"2\", expected 0 to 1",
                                    "\"0 1 1\": expected MODEL SEED", "seed: got \"-1\"", "2 jobs in "})
    EXPECT_NE(from_input.errors.find(problem), std::string::npos) << from_input.errors;
}

// Between "// [NAME]" and "// [/NAME]".
std::string Section(const std::string& file, const std::string& name) {
  const std::string text = moir::test::ReadText(kSource + "/" + file);
  const std::string begin = "// [" + name + "]\n", end = "// [/" + name + "]\n";
  const size_t from = text.find(begin), to = text.find(end);
  EXPECT_TRUE(from != std::string::npos && to != std::string::npos && from < to) << name;
  return text.substr(from + begin.size(), to - from - begin.size());
}

TEST(ServiceGuide, QuotesFilesAsTheyAre) {
  const std::string guide = moir::test::ReadText(kSource + "/docs/service.md");
  const std::string mark = "<!-- ", fence = " -->\n```cpp\n";
  std::set<std::string> quoted;
  for (size_t at = guide.find(mark); at != std::string::npos; at = guide.find(mark, at + 1)) {
    const size_t colon = guide.find(": ", at), stop = guide.find(fence, at),
                 end = guide.find("```\n", stop + fence.size());
    ASSERT_TRUE(colon < stop && stop < end && end != std::string::npos) << guide.substr(at, 80);
    const std::string name = guide.substr(colon + 2, stop - colon - 2);
    EXPECT_EQ(guide.substr(stop + fence.size(), end - stop - fence.size()),
              Section(guide.substr(at + mark.size(), colon - at - mark.size()), name));
    quoted.insert(name);
  }
  EXPECT_EQ(quoted, (std::set<std::string>{"job", "pool", "service"}));
}

}  // namespace
}  // namespace service
