// Choosing convolutions' algorithms by measuring: whatever wins computes the same, time is bounded, and what was chosen
// is remembered. Times are the tests' own.
#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/blocked/loops.h"
#include "ie_runtime/measure_algorithms.h"
#include "tests/ie_runtime/compiled_files_support.h"
#include "tests/ie_runtime/engine_test_support.h"
#include "tests/support/ir_testing.h"

namespace moir::runtime {
namespace {

// Says how long a run took, and counts; time passes by that alone.
class TestClock final : public MeasuringClock {
 public:
  using Seconds = std::function<double(const std::string& problem, const std::string& algorithm)>;
  explicit TestClock(Seconds seconds) : seconds_(std::move(seconds)) { SetMeasuringClock(this); }
  ~TestClock() override { SetMeasuringClock(nullptr); }
  double Now() const override { return now_; }
  double Time(const std::string& problem, const std::string& algorithm, const std::function<void()>& run) override {
    run();
    const double seconds = seconds_(problem, algorithm);
    now_ += seconds;
    runs.emplace_back(problem, algorithm);
    algorithms[problem].insert(algorithm);
    return seconds;
  }

  std::vector<std::pair<std::string, std::string>> runs;
  std::map<std::string, std::set<std::string>> algorithms;  // that ran, by problem

 private:
  Seconds seconds_;
  double now_ = 1000;
};

TestClock::Seconds Always(double seconds) {
  return [=](const std::string&, const std::string&) { return seconds; };
}
TestClock::Seconds Favours(const std::string& favourite) {
  return [=](const std::string&, const std::string& algorithm) { return algorithm == favourite ? 1e-4 : 2e-4; };
}

// All are as fast, with what makes the least exact one count for more.
TestClock::Seconds Fair() {
  return [](const std::string&, const std::string& algorithm) {
    return algorithm.rfind("winograd6", 0) == 0 ? 1e-4 / 1.1 : 1e-4;
  };
}
// The estimated algorithm, which runs first, is slow.
TestClock::Seconds FavoursOthers() {
  return
      [first = std::map<std::string, std::string>()](const std::string& problem, const std::string& algorithm) mutable {
        return first.emplace(problem, algorithm).first->second == algorithm ? 4e-4 : 1e-4;
      };
}

bool HasChoices() { return blocked::FindLoops() != nullptr; }

// Convolutions of several kinds; the expensive ones have several algorithms that may be the fastest.
constexpr const char* kNet =
    R"(x : f32[1,64,30,30]; b1 : f32[1,64,1,1] = random(1); w1 : f32[64,64,3,3] = random(2)
    w2 : f32[64,64,3,3] = random(3); w3 : f32[64,64,1,1] = random(4); s3 : f32[64] = random(5)
    w4 : f32[48,64,3,3] = random(6); w5 : f32[64,64,3,3] = random(7); w6 : f32[40,64,1,1] = random(8)
    c1 = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]; a1 = Add(c1, b1); r1 = ReLU(a1)
    c2 = Convolution(x, w2) pads_begin=[1,1] pads_end=[1,1]; a2 = Add(c2, x); r2 = ReLU(a2)
    c3 = Convolution(x, w3); r3 = PRelu(c3, s3)
    c4 = Convolution(x, w4) strides=[2,2] pads_begin=[1,1] pads_end=[1,1]; r4 = ReLU(c4)
    c5 = Convolution(x, w5) pads_begin=[1,1] pads_end=[1,1]; r5 = Clamp(c5) min=1.0 max=60.0
    c6 = Convolution(x, w6); return r1, r2, r3, r4, r5, c6)";

CompileOptions Measuring(double seconds = 1000, int threads = 1) {
  CompileOptions options;
  options.threads = threads;
  options.measuring_seconds = seconds;
  return options;
}

std::map<std::string, std::string> KernelsOf(const CompiledGraph& graph) {
  std::map<std::string, std::string> kernels;
  for (const Step& step : graph.Steps()) {
    if (step.type == "Convolution") kernels[step.name] = step.kernel->ExecType();
  }
  return kernels;
}

// What the plain evaluation makes of a net, which takes its time.
struct Expected {
  std::unique_ptr<Graph> graph;
  std::map<std::string, Tensor> inputs;
  std::vector<Tensor> outputs;
};
const Expected& ExpectedOf(const char* net) {
  static std::mutex mutex;
  static std::map<std::string, Expected> nets;
  const std::lock_guard lock(mutex);
  Expected& expected = nets[net];
  if (!expected.graph) {
    expected.graph = graph::ParseGraph(net);
    expected.inputs = RandomInputs(*expected.graph);
    expected.outputs = graph::EvaluateGraph(*expected.graph, expected.inputs);
  }
  return expected;
}

// The kernels of the net, whose results are those of the plain evaluation.
std::map<std::string, std::string> CompileAndCompare(const CompileOptions& options, const char* net = kNet) {
  const Expected& expected = ExpectedOf(net);
  const auto compiled = std::make_shared<const CompiledGraph>(expected.graph->Clone(), options);
  Request request(compiled);
  const std::vector<Tensor> outputs = RunRequest(request, expected.inputs);
  EXPECT_EQ(outputs.size(), expected.outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    ExpectClose(outputs[i], expected.outputs.at(i), 1e-4, StrCat("output ", i));
  return KernelsOf(*compiled);
}

// How ExecType begins.
std::string KernelOf(const std::string& algorithm) { return algorithm.substr(0, algorithm.find(' ')); }

TEST(KernelChoice, WhateverWinsComputesTheSame) {
  std::set<std::string> algorithms;
  {
    TestClock clock(Fair());
    // None is clearly faster.
    EXPECT_EQ(CompileAndCompare(Measuring()), CompileAndCompare(Measuring(0)));
    for (const auto& [problem, names] : clock.algorithms) {
      EXPECT_GE(names.size(), 2u) << problem;
      algorithms.insert(names.begin(), names.end());
    }
    if (!HasChoices()) {
      EXPECT_TRUE(clock.runs.empty());
      return;
    }
    EXPECT_GE(clock.algorithms.size(), 4u);
  }
  EXPECT_GE(algorithms.size(), 4u);
  for (const std::string& favourite : algorithms) {
    SCOPED_TRACE(favourite);
    TestClock clock(Favours(favourite));
    size_t taken = 0;
    for (const auto& [layer, kernel] : CompileAndCompare(Measuring())) {
      taken += favourite == "onednn"
                   ? kernel.find("jit") != std::string::npos || kernel.find("brg") != std::string::npos
                   : kernel.rfind(KernelOf(favourite), 0) == 0;
    }
    size_t problems = 0;
    for (const auto& [problem, names] : clock.algorithms) problems += names.contains(favourite);
    EXPECT_GE(problems, 1u);
    EXPECT_GE(taken, problems);
  }
}

// A depthwise convolution, and a scale and shift between functions, in front of pointwise convolutions.
constexpr const char* kPrologues =
    R"(x : f32[1,32,20,20]; d : f32[32,1,1,3,3] = random(1); p : f32[64,32,1,1] = random(2)
    k : f32[1,64,1,1] = random(3); b : f32[1,64,1,1] = random(4); q : f32[48,64,1,1] = random(5)
    c1 = GroupConvolution(x, d) pads_begin=[1,1] pads_end=[1,1]; r1 = ReLU(c1)
    c2 = Convolution(r1, p); t2 = Clamp(c2) min=1.0 max=60.0
    m = Multiply(t2, k); a = Add(m, b); r = ReLU(a); c3 = Convolution(r, q); return c3)";

TEST(KernelChoice, ProloguesOrLayersOfTheirOwn) {
  if (!HasChoices()) GTEST_SKIP() << "no algorithms to choose from";
  for (const bool with : {true, false}) {
    SCOPED_TRACE(with);
    TestClock clock(Favours(with ? "with prologue" : "without prologue"));
    const auto kernels = CompileAndCompare(Measuring(), kPrologues);
    EXPECT_EQ(std::count_if(clock.algorithms.begin(), clock.algorithms.end(),
                            [](const auto& problem) { return problem.second.contains("with prologue"); }),
              2);
    EXPECT_EQ(kernels.at("c2").rfind("packed_depthwise", 0) == 0, with) << kernels.at("c2");
    EXPECT_EQ(kernels.at("c3").rfind("packed_affine", 0) == 0, with) << kernels.at("c3");
  }
}

// With the system's clock.
TEST(KernelChoice, MeasuredInEarnest) {
  for (const int threads : {1, 2}) {
    CompileAndCompare(Measuring(0.2, threads));
    CompileAndCompare(Measuring(0.2, threads), kPrologues);
  }
}

TEST(KernelChoice, EqualConvolutionsAreMeasuredOnce) {
  const char* const kTwice =
      R"(x : f32[1,64,20,20]; w1 : f32[64,64,3,3] = random(1); w2 : f32[64,64,3,3] = random(2)
      a = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]; b = Convolution(a, w2) pads_begin=[1,1] pads_end=[1,1]
      return b)";
  TestClock clock(Favours("winograd2 blocks of 28"));
  const CompiledGraph compiled(graph::ParseGraph(kTwice), Measuring());
  if (!HasChoices()) GTEST_SKIP() << "no algorithms to choose from";
  EXPECT_EQ(clock.algorithms.size(), 1u);
  const auto kernels = KernelsOf(compiled);
  EXPECT_EQ(kernels.at("a"), kernels.at("b"));
}

TEST(KernelChoice, AnotherAlgorithmMustBeClearlyFaster) {
  if (!HasChoices()) GTEST_SKIP() << "no algorithms to choose from";
  const auto estimated = CompileAndCompare(Measuring(0));
  const auto with = [](const std::string& algorithm, double faster) {
    TestClock clock([=, fair = Fair()](const std::string& problem, const std::string& other) {
      return fair(problem, other) * (KernelOf(other) == algorithm ? faster : 1);
    });
    return CompileAndCompare(Measuring());
  };
  size_t taken = 0;
  for (const std::string& algorithm :
       std::vector<std::string>{"winograd2", "winograd4", "winograd6", "packed", "onednn"}) {
    SCOPED_TRACE(algorithm);
    EXPECT_EQ(with(algorithm, 0.98), estimated);
    taken += with(algorithm, 0.8) != estimated;
  }
  EXPECT_GE(taken, 2u);
  // The largest tiles must be by a tenth.
  TestClock clock([](const std::string&, const std::string& algorithm) {
    return KernelOf(algorithm) == "winograd6" ? 0.93e-4 : 1e-4;
  });
  EXPECT_EQ(CompileAndCompare(Measuring()), estimated);
}

TEST(KernelChoice, TimeIsBounded) {
  const auto estimated = CompileAndCompare(Measuring(0));
  {
    TestClock clock(Always(1));
    EXPECT_EQ(CompileAndCompare(Measuring(0)), estimated);
    EXPECT_EQ(clock.runs.size(), 0u);
  }
  if (!HasChoices()) return;
  // One run fits, then the time is over: nothing is known.
  {
    TestClock clock(Favours("onednn"));
    EXPECT_EQ(CompileAndCompare(Measuring(0.5e-4)), estimated);
    EXPECT_EQ(clock.runs.size(), 1u);
  }
  // Each run takes a second, and the last one begins before the end.
  for (const double seconds : {2.5, 7.5, 20.5}) {
    TestClock clock(Always(1));
    CompileAndCompare(Measuring(seconds));
    EXPECT_LE(static_cast<double>(clock.runs.size()), seconds + 0.5);
  }
  // What takes the longest comes first, and is chosen when nothing else is.
  std::vector<std::pair<std::string, std::string>> all;
  {
    TestClock clock(Always(1e-3));
    CompileAndCompare(Measuring());
    all = clock.runs;
  }
  EXPECT_NE(all.at(0).first.find("1x64x30x30 to 64x30x30 by 3x3"), std::string::npos) << all.at(0).first;
}

// While it lives, the CPU multiplies so much faster in bf16 than in f32.
class Bf16Rate {
 public:
  explicit Bf16Rate(double rate) { blocked::SetBf16ProductRate(rate); }
  ~Bf16Rate() { blocked::SetBf16ProductRate(before_); }
  Bf16Rate(const Bf16Rate&) = delete;
  Bf16Rate& operator=(const Bf16Rate&) = delete;

 private:
  const double before_ = blocked::Bf16ProductRate();
};

// The estimate depends on how fast the CPU multiplies in bf16.
TEST(KernelChoice, EstimatesInBf16) {
  if (!HasBf16(EffectiveIsa())) GTEST_SKIP() << "this CPU computes in f32";
  if (EffectiveIsa() >= Isa::kAvx512CoreAmx) GTEST_SKIP() << "AMX is faster than either";
  CompileOptions options;
  options.threads = 1;
  options.precision = ElementType::kBF16;
  const auto beginnings = [&](double rate) {
    const Bf16Rate set(rate);
    std::multiset<std::string> kernels;
    for (const auto& [layer, kernel] : KernelsOf(CompiledGraph(graph::ParseGraph(kNet), options)))
      kernels.insert(kernel.find(":avx512_bf16") == std::string::npos ? "onednn" : kernel.substr(0, 6));
    return kernels;
  };
  // Three layers with windows of 3 x 3 that move by one, one with strides, and two pointwise ones.
  const std::multiset<std::string> slow = beginnings(0.5), fast = beginnings(2);
  EXPECT_EQ(slow.count("onednn"), 0u);
  EXPECT_EQ(slow.count("winogr"), 3u);
  EXPECT_EQ(slow.count("packed"), 3u);
  // Four times fewer products are worth more than twice as fast ones.
  EXPECT_EQ(fast.count("winogr"), 3u);
  EXPECT_EQ(fast.count("onednn"), 3u);
}

// Of a model compiled for bf16: without AMX oneDNN's kernels and those of our own, whatever the estimate says; with it
// there is no choice.
TEST(KernelChoice, ModelsInBf16) {
  if (!HasBf16(EffectiveIsa())) GTEST_SKIP() << "this CPU computes in f32";
  // Products of either type may be the faster ones.
  const Bf16Rate rate(1);
  CompileOptions options = Measuring();
  options.precision = ElementType::kBF16;
  const Expected& expected = ExpectedOf(kNet);
  const auto run = [&](const TestClock::Seconds& seconds) {
    const TestClock clock(seconds);
    const auto compiled = std::make_shared<const CompiledGraph>(expected.graph->Clone(), options);
    Request request(compiled);
    const std::vector<Tensor> outputs = RunRequest(request, expected.inputs);
    // Data, weights and the sum are rounded to 8 bits; sums of so many products are no larger than the largest result.
    for (size_t i = 0; i < outputs.size(); ++i)
      ExpectClose(outputs[i], expected.outputs.at(i), 3 * 0x1p-8, StrCat("output ", i));
    std::set<std::string> algorithms;
    for (const auto& [problem, names] : clock.algorithms) algorithms.insert(names.begin(), names.end());
    return std::pair(algorithms, KernelsOf(*compiled));
  };
  const std::set<std::string> algorithms = run(Always(1e-4)).first;
  if (EffectiveIsa() >= Isa::kAvx512CoreAmx) {
    EXPECT_TRUE(algorithms.empty());
    return;
  }
  EXPECT_TRUE(algorithms.contains("onednn"));
  EXPECT_GE(algorithms.size(), 3u);
  for (const std::string& favourite : algorithms) {
    SCOPED_TRACE(favourite);
    size_t taken = 0;
    for (const auto& [layer, kernel] : run(Favours(favourite)).second) {
      const bool ours = kernel.find(":avx512_bf16") != std::string::npos;
      taken += favourite == "onednn" ? !ours : ours && kernel.rfind(KernelOf(favourite), 0) == 0;
    }
    EXPECT_GE(taken, 1u);
  }
}

TEST(KernelChoice, TwoModelsSideBySide) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([] { CompileAndCompare(Measuring(0.2, 2)); });
  for (std::thread& thread : threads) thread.join();
}

TEST(KernelChoice, TextsOfChoices) {
  AlgorithmChoices choices;
  choices.Set("one problem", "packed");
  choices.Set("another", "winograd4 blocks of 28");
  const AlgorithmChoices again = AlgorithmChoices::FromText(choices.ToText());
  EXPECT_EQ(again.ToText(), choices.ToText());
  ASSERT_TRUE(again.Find("another"));
  EXPECT_EQ(*again.Find("another"), "winograd4 blocks of 28");
  EXPECT_FALSE(again.Find("a third"));
  EXPECT_EQ(AlgorithmChoices::FromText("no line\n\n\tx\ny\t").Size(), 2u);
  // Choices that are none go by estimate.
  TestClock clock(Favours("onednn"));
  const auto compiled = std::make_shared<const CompiledGraph>(graph::ParseGraph(kNet), Measuring());
  std::string text;
  for (const auto& [problem, names] : clock.algorithms) text += problem + "\tsomething else\n";
  const AlgorithmChoices wrong = AlgorithmChoices::FromText(text);
  const AlgorithmScope scope(&wrong);
  EXPECT_EQ(CompileAndCompare(Measuring(0)).size(), 6u);
}

class KernelChoiceFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasChoices()) GTEST_SKIP() << "no algorithms to choose from";
    files_.Write(*graph::ParseGraph(kNet), {.version = 11});
  }
  std::string Xml() const { return files_.Xml(); }
  Properties Measure(const std::string& folder) const {
    return {{"kernel_choice", "measure"},
            {"kernel_choice_time", "60000"},
            {"inference_num_threads", "1"},
            {"cache_dir", folder}};
  }
  static std::vector<std::string> Kernels(const CompiledModel& model) {
    std::vector<std::string> kernels;
    for (const RuntimeLayer& layer : model.GetRuntimeModel()) kernels.push_back(layer.name + " " + layer.exec_type);
    return kernels;
  }
  test::IrFiles files_;
};

TEST_F(KernelChoiceFiles, TheCacheRemembers) {
  const std::string folder = files_.Folder().File("cache");
  std::vector<std::string> kernels;
  std::vector<float> expected;
  {
    TestClock clock(FavoursOthers());
    const CompiledModel first = Core().CompileModel(Xml(), Measure(folder));
    EXPECT_GT(clock.runs.size(), 0u);
    kernels = Kernels(first);
    expected = Infer(first);
    EXPECT_EQ(first.GetProperty("kernel_choice"), "measure");
    EXPECT_EQ(first.GetProperty("kernel_choice_time"), "60000");
  }
  ASSERT_EQ(PackedFilesOf(folder).size(), 1u);
  const auto expect_remembered = [&] {
    // Now others would win.
    TestClock clock(Favours("onednn"));
    const CompiledModel model = Core().CompileModel(Xml(), Measure(folder));
    EXPECT_EQ(clock.runs.size(), 0u);
    EXPECT_EQ(Kernels(model), kernels);
    EXPECT_EQ(Infer(model), expected);
    EXPECT_TRUE(FromCache(model));
  };
  expect_remembered();
  // By estimate it is another file, as with another time.
  Properties properties = Measure(folder);
  properties["kernel_choice"] = "estimate";
  {
    TestClock clock(Favours("onednn"));
    const CompiledModel estimated = Core().CompileModel(Xml(), properties);
    EXPECT_FALSE(FromCache(estimated));
    EXPECT_NE(Kernels(estimated), kernels);
    EXPECT_EQ(Kernels(Core().CompileModel(Xml(), properties)), Kernels(estimated));
    EXPECT_EQ(clock.runs.size(), 0u);
    EXPECT_EQ(PackedFilesOf(folder).size(), 2u);
    properties = Measure(folder);
    properties["kernel_choice_time"] = "0";
    EXPECT_EQ(Kernels(Core().CompileModel(Xml(), properties)), Kernels(estimated));
    EXPECT_EQ(clock.runs.size(), 0u);
    EXPECT_EQ(PackedFilesOf(folder).size(), 2u);
    properties["kernel_choice_time"] = "30000";
    Core().CompileModel(Xml(), properties);
    EXPECT_GT(clock.runs.size(), 0u);
    EXPECT_EQ(PackedFilesOf(folder).size(), 3u);
  }
  expect_remembered();
}

TEST_F(KernelChoiceFiles, DamagedCachesAreMeasuredAnew) {
  const std::string folder = files_.Folder().File("cache");
  TestClock clock(FavoursOthers());
  const std::vector<std::string> kernels = Kernels(Core().CompileModel(Xml(), Measure(folder)));
  const size_t runs = clock.runs.size();
  const std::string path = FilesOf(folder).at(0), whole = ReadFile(path);
  // The choice alone, the table, all of it, and a file that was never ours.
  const size_t choice = whole.find("convolution of");
  ASSERT_NE(choice, std::string::npos);
  std::vector<std::string> damaged = {whole, whole, whole.substr(0, whole.size() / 2), "something else"};
  damaged[0][choice + 3] = 'X';
  damaged[1][60] = static_cast<char>(damaged[1][60] ^ 1);
  for (const std::string& bytes : damaged) {
    WriteFile(path, bytes);
    const size_t before = clock.runs.size();
    EXPECT_EQ(Kernels(Core().CompileModel(Xml(), Measure(folder))), kernels);
    EXPECT_EQ(clock.runs.size(), before + runs);
    EXPECT_EQ(ReadFile(path).size(), whole.size());
    EXPECT_EQ(Kernels(Core().CompileModel(Xml(), Measure(folder))), kernels);
    EXPECT_EQ(clock.runs.size(), before + runs);
  }
}

TEST_F(KernelChoiceFiles, WithoutACacheEachCompilationMeasures) {
  TestClock clock(FavoursOthers());
  const CompiledModel model = Core().CompileModel(Xml(), Measure(""));
  const size_t runs = clock.runs.size();
  EXPECT_GT(runs, 0u);
  EXPECT_EQ(Kernels(Core().CompileModel(Xml(), Measure(""))), Kernels(model));
  EXPECT_EQ(clock.runs.size(), 2 * runs);
  // Another shape is another model.
  model.Reshape({{model.Input().name, {2, 64, 30, 30}}});
  EXPECT_GT(clock.runs.size(), 2 * runs);
}

TEST_F(KernelChoiceFiles, ExportedModelsRemember) {
  TestClock clock(FavoursOthers());
  Properties properties = Measure("");
  properties["export_mode"] = "compiled";
  const CompiledModel model = Core().CompileModel(Xml(), properties);
  std::stringstream compiled, portable;
  model.ExportModel(compiled);
  properties["export_mode"] = "portable";
  Core().CompileModel(Xml(), properties).ExportModel(portable);
  const size_t runs = clock.runs.size();
  for (const char* choice : {"estimate", "measure"}) {
    properties["kernel_choice"] = choice;
    compiled.seekg(0);
    const CompiledModel imported = Core().ImportModel(compiled, properties);
    EXPECT_EQ(Kernels(imported), Kernels(model)) << choice;
    EXPECT_EQ(Infer(imported), Infer(model));
    EXPECT_TRUE(FromCache(imported));
  }
  EXPECT_EQ(clock.runs.size(), runs);
  // What is exported again still has it.
  std::stringstream again;
  compiled.seekg(0);
  properties["export_mode"] = "compiled";
  Core().ImportModel(compiled, properties).ExportModel(again);
  EXPECT_EQ(Kernels(Core().ImportModel(again, properties)), Kernels(model));
  EXPECT_EQ(clock.runs.size(), runs);
  // Portable files have none; compiled ones with choices by estimate stay as they are.
  EXPECT_EQ(Kernels(Core().ImportModel(portable, properties)), Kernels(model));
  EXPECT_GT(clock.runs.size(), runs);
  properties["kernel_choice"] = "estimate";
  const CompiledModel by_estimate = Core().CompileModel(Xml(), properties);
  std::stringstream estimated;
  by_estimate.ExportModel(estimated);
  properties["kernel_choice"] = "measure";
  const size_t before = clock.runs.size();
  EXPECT_EQ(Kernels(Core().ImportModel(estimated, properties)), Kernels(by_estimate));
  EXPECT_EQ(clock.runs.size(), before);
}

TEST(KernelChoiceProperties, WrongValuesSayWhatIsExpected) {
  const auto expect = [](const std::string& name, const std::string& value, const std::string& message) {
    ExpectError(::moir::ErrorKind::kBadOption, message, [&] { Core().SetProperty(name, value); });
  };
  expect("kernel_choice", "fast", "property kernel_choice: got \"fast\", expected estimate or measure");
  expect("kernel_choice", "", "expected estimate or measure");
  for (const char* value : {"", "-1", "1s", "3600001", "99999999999999999999"}) {
    expect("kernel_choice_time", value,
           "property kernel_choice_time: got \"" + std::string(value) +
               "\", expected milliseconds, a number from 0 to 3600000");
  }
  expect("kernel_choices", "measure", "did you mean kernel_choice");
}

}  // namespace
}  // namespace moir::runtime
