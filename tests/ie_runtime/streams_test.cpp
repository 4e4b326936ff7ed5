// Properties of throughput, streams that run at the same time, and the budget of CPUs behind them.
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ie_runtime/busy_waiting.h"
#include "ie_runtime/cpu_budget.h"
#include "ie_runtime/isa.h"
#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

using std::chrono::milliseconds;

std::vector<int> ProcessCpus() {
  std::vector<int> cpus;
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

std::string Property(const Properties& properties, const std::string& name) {
  return CompilePlusOne(properties).GetProperty(name);
}

TEST(StreamProperties, FollowTheHintUnlessTheyAreGiven) {
  const std::string cpus = std::to_string(ProcessCpus().size());
  EXPECT_EQ(Property({}, "num_streams"), "1");
  EXPECT_EQ(Property({}, "performance_hint"), "none");
  EXPECT_EQ(Property({{"performance_hint", "latency"}}, "num_streams"), "1");
  EXPECT_EQ(Property({{"performance_hint", "latency"}}, "inference_num_threads"), cpus);
  EXPECT_EQ(Property({{"performance_hint", "throughput"}}, "num_streams"), cpus);
  EXPECT_EQ(Property({{"num_streams", "auto"}}, "num_streams"), cpus);
  const Properties eight = {{"performance_hint", "throughput"}, {"inference_num_threads", "8"}};
  EXPECT_EQ(Property(eight, "num_streams"), "8");
  EXPECT_EQ(Property(eight, "optimal_number_of_infer_requests"), "8");
  Properties three = eight;
  three["performance_hint_num_requests"] = "3";
  EXPECT_EQ(Property(three, "num_streams"), "3");
  // Two threads for each of three streams.
  EXPECT_EQ(Property(three, "inference_num_threads"), "6");
  Properties given = eight;
  given["num_streams"] = "2";
  EXPECT_EQ(Property(given, "num_streams"), "2");
  EXPECT_EQ(Property(given, "performance_hint"), "throughput");
  EXPECT_EQ(Property({{"num_streams", "3"}, {"inference_num_threads", "3"}}, "num_streams"), "3");
}

TEST(StreamProperties, WrongValuesSayWhatIsExpected) {
  const auto expect = [](const std::string& name, const std::string& value, const std::string& message) {
    ExpectError(ErrorKind::kBadOption, message, [&] { CompilePlusOne({{name, value}}); });
  };
  expect("num_streams", "many", "num_streams: got \"many\", expected auto or a number from 1 to 4096");
  expect("num_streams", "0", "expected auto or a number from 1");
  expect("num_streams", "99999999999999999999", "expected auto or a number from 1");
  expect("performance_hint", "speed", "got \"speed\", expected latency, throughput or none");
  expect("performance_hint_num_requests", "-1", "expected a number from 0");
  expect("busy_waiting", "maybe", "got \"maybe\", expected auto, true or false");
  expect("affinity", "numa", "got \"numa\", expected none or core");
  expect("optimal_number_of_infer_requests", "4", "can only be asked for, not set");
  expect("num_stream", "4", "did you mean num_streams");
  ExpectError(ErrorKind::kBadOption, "num_streams: got \"4\", expected at most 2, the value of inference_num_threads",
              [] {
                CompilePlusOne({{"num_streams", "4"}, {"inference_num_threads", "2"}});
              });
}

TEST(StreamProperties, EverySupportedPropertyHasAValue) {
  const CompiledModel model = CompilePlusOne();
  const std::string names = model.GetProperty("supported_properties") + ",";
  size_t count = 0;
  for (size_t at = 0; at < names.size(); ++count) {
    const size_t comma = names.find(',', at);
    const std::string name = names.substr(at, comma - at);
    // No folder is the one value without letters.
    EXPECT_NO_THROW(EXPECT_EQ(model.GetProperty(name).empty(), name == "cache_dir") << name) << name;
    at = comma + 1;
  }
  EXPECT_GE(count, 15u);
  EXPECT_EQ(model.GetProperty("optimization_capabilities"),
            runtime::HasBf16(runtime::EffectiveIsa()) ? "f32,bf16,i8" : "f32,i8");
  EXPECT_EQ(CompilePlusOne({{"cache_dir", "/no/such/folder"}}).GetProperty("cache_dir"), "/no/such/folder");
}

TEST(Streams, RequestsOfDifferentStreamsRunAtTheSameTime) {
  constexpr int kStreams = 3;
  const CompiledModel model = CompilePlusOne({{"num_streams", std::to_string(kStreams)}});
  std::vector<InferRequest> requests;
  std::atomic<int> inside{0};
  std::promise<void> all;
  const std::shared_future<void> all_inside = all.get_future().share();
  for (int i = 0; i < kStreams; ++i) {
    requests.push_back(model.CreateInferRequest());
    // Nobody leaves before all have arrived, each in a stream of its own.
    requests.back().SetCallback([&](std::exception_ptr) {
      if (++inside == kStreams) all.set_value();
      EXPECT_EQ(all_inside.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    });
  }
  for (InferRequest& request : requests) request.StartAsync();
  for (InferRequest& request : requests) request.Wait();
  EXPECT_EQ(inside, kStreams);
}

TEST(Streams, OfAffinityCoreKeepToCpusOfTheirOwn) {
  const std::vector<int> cpus = ProcessCpus();
  const int count = std::min<int>(static_cast<int>(cpus.size()), 4);
  const CompiledModel model = CompilePlusOne({{"num_streams", std::to_string(count)}, {"affinity", "core"}});
  EXPECT_EQ(model.GetProperty("affinity"), "core");
  std::mutex mutex;
  std::set<int> used;
  std::atomic<int> inside{0};
  std::string threads_seen;
  std::vector<InferRequest> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back(model.CreateInferRequest());
    requests.back().SetCallback([&](std::exception_ptr) {
      ++inside;
      while (inside < count) std::this_thread::yield();
      cpu_set_t set;
      ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
      const std::lock_guard lock(mutex);
      // A model compiled here has all the CPUs of the process, whatever this thread has.
      threads_seen = CompilePlusOne({}).GetProperty("inference_num_threads");
      EXPECT_EQ(CPU_COUNT(&set), static_cast<int>(cpus.size()) / count);
      for (const int cpu : cpus) {
        if (!CPU_ISSET(cpu, &set)) continue;
        EXPECT_TRUE(used.insert(cpu).second) << cpu;
      }
    });
  }
  for (InferRequest& request : requests) request.StartAsync();
  for (InferRequest& request : requests) request.Wait();
  EXPECT_EQ(threads_seen, std::to_string(cpus.size()));
  EXPECT_EQ(used.size(), cpus.size() / static_cast<size_t>(count) * static_cast<size_t>(count));
}

// CPU seconds that the process has used.
double CpuSeconds() {
  rusage usage{};
  EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Streams, ThatHaveNothingToDoUseNoCpu) {
  const CompiledModel teams = CompileSlow({{"inference_num_threads", "2"}}, 4);
  const CompiledModel streams = CompileSlow({{"num_streams", "2"}}, 4);
  std::vector<InferRequest> requests = {teams.CreateInferRequest(), streams.CreateInferRequest(),
                                        streams.CreateInferRequest()};
  for (InferRequest& request : requests) request.StartAsync();
  for (InferRequest& request : requests) request.Wait();
  requests[0].Infer();
  // Threads of a team spin for some milliseconds before they sleep.
  double used = 1;
  for (int attempt = 0; attempt < 50 && used > 0.005; ++attempt) {
    const double before = CpuSeconds();
    std::this_thread::sleep_for(milliseconds(100));
    used = CpuSeconds() - before;
  }
  EXPECT_LE(used, 0.005) << "CPU seconds in 0.1 s at rest";
}

int ThreadsOfProcess() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("Threads:", 0) == 0) return std::stoi(line.substr(8));
  }
  return 0;
}

// In a process of its own: the environment of the tests settles it for this one.
template <typename Run>
void ExpectSuccessWithoutPolicy(const Run& run) {
  const char* const policy = std::getenv("OMP_WAIT_POLICY");
  const std::string before = policy ? policy : "";
  unsetenv("OMP_WAIT_POLICY");
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  if (policy) setenv("OMP_WAIT_POLICY", before.c_str(), 1);
}

TEST(BusyWaitingDeathTest, EndsWhenItIsTurnedOff) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    const CompiledModel model = CompileSlow({{"inference_num_threads", "2"}, {"busy_waiting", "false"}}, 4);
    InferRequest request = model.CreateInferRequest();
    double used = 0;
    for (int i = 0; i < 20; ++i) {
      request.Infer();
      const double before = CpuSeconds();
      std::this_thread::sleep_for(milliseconds(20));
      used += CpuSeconds() - before;
    }
    std::fprintf(stderr, "%g s of CPU after 20 inferences\n", used);
    // The threads that sleep: one more than there are CPUs.
    const bool asleep = ThreadsOfProcess() >= 2 + static_cast<int>(ProcessCpus().size()) + 1;
    std::exit(asleep && used < 0.02 && model.GetProperty("busy_waiting") == "false" ? 0 : 1);
  };
  ExpectSuccessWithoutPolicy(run);
}

TEST(BusyWaitingDeathTest, ComesBackAfterAPause) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    const int sleepers = static_cast<int>(ProcessCpus().size()) + 1;
    // "true": nothing but this test pauses.
    const CompiledModel model = CompileSlow({{"inference_num_threads", "2"}, {"busy_waiting", "true"}}, 4);
    InferRequest request = model.CreateInferRequest();
    request.Infer();
    // Threads end a little after they were told to.
    const auto becomes = [](int threads) {
      for (int i = 0; i < 500 && ThreadsOfProcess() != threads; ++i) std::this_thread::sleep_for(milliseconds(10));
      return ThreadsOfProcess() == threads;
    };
    const int before = ThreadsOfProcess();
    bool right = true;
    for (int i = 0; i < 3; ++i) {
      runtime::PauseBusyWaiting();
      runtime::PauseBusyWaiting();
      right = right && becomes(before + sleepers);
      request.Infer();
      runtime::ResumeBusyWaiting();
      runtime::ResumeBusyWaiting();
      right = right && becomes(before);
      request.Infer();
    }
    runtime::StopBusyWaiting();
    runtime::ResumeBusyWaiting();  // no longer
    right = right && becomes(before + sleepers);
    std::fprintf(stderr, "%d threads before, %d at the end\n", before, ThreadsOfProcess());
    std::exit(right ? 0 : 1);
  };
  ExpectSuccessWithoutPolicy(run);
}

TEST(BusyWaiting, PausesGrowWhileTheOthersStay) {
  using runtime::NextPause;
  EXPECT_EQ(NextPause(milliseconds(0), milliseconds(5000)), milliseconds(100));
  EXPECT_EQ(NextPause(milliseconds(100), milliseconds(60)), milliseconds(200));
  EXPECT_EQ(NextPause(milliseconds(200), milliseconds(199)), milliseconds(400));
  EXPECT_EQ(NextPause(milliseconds(400), milliseconds(400)), milliseconds(100));
  EXPECT_EQ(NextPause(milliseconds(9000), milliseconds(60)), milliseconds(10000));
  EXPECT_EQ(NextPause(milliseconds(10000), milliseconds(60)), milliseconds(10000));
}

TEST(BusyWaiting, OthersCompeteWhenThreadsArePreemptedAgainAndAgain) {
  const auto contended = [](long switches, int time) {
    return runtime::ContentionWatch::IsContended({switches, milliseconds(time)});
  };
  EXPECT_TRUE(contended(5, 50));
  EXPECT_FALSE(contended(4, 50));
  EXPECT_TRUE(contended(30, 300));
  EXPECT_FALSE(contended(29, 300));
  EXPECT_FALSE(contended(0, 1000));
  EXPECT_FALSE(contended(9, 49)) << "too short to tell";
}

TEST(CpuBudget, NeverGivesMoreThanThereIs) {
  runtime::CpuBudget budget(3);
  std::atomic<int> used{0}, most{0};
  std::vector<std::thread> threads;
  for (const int cpus : {1, 1, 2, 2, 3, 8}) {  // 8: more than there are, so all
    threads.emplace_back([&, cpus] {
      for (int i = 0; i < 300; ++i) {
        const runtime::CpuShare share(budget, cpus);
        const int now = used += std::min(cpus, 3);
        int before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        std::this_thread::yield();
        used -= std::min(cpus, 3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(used, 0);
}

TEST(CpuBudget, AThreadThatHasItsShareDoesNotWaitForItself) {
  runtime::CpuBudget budget(1);
  const runtime::CpuShare outer(budget, 1);
  const runtime::CpuShare inner(budget, 1);
}

// All models, streams and callers share the process's CPUs.
TEST(CpuBudget, InferencesOfAllModelsWaitForIt) {
  const CompiledModel one = CompilePlusOne({{"num_streams", "2"}}), two = CompilePlusOne();
  std::vector<InferRequest> requests = {one.CreateInferRequest(), one.CreateInferRequest(), two.CreateInferRequest()};
  InferRequest synchronous = two.CreateInferRequest();
  std::atomic<bool> ended{false};
  std::thread caller;
  {
    const runtime::CpuShare all(runtime::CpuBudget::Process(), runtime::CpuBudget::Process().Total());
    for (InferRequest& request : requests) request.StartAsync();
    caller = std::thread([&] {
      synchronous.Infer();
      ended = true;
    });
    for (InferRequest& request : requests) EXPECT_FALSE(request.WaitFor(milliseconds(10)));
    EXPECT_FALSE(ended);
  }
  for (InferRequest& request : requests) request.Wait();
  caller.join();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace moir
