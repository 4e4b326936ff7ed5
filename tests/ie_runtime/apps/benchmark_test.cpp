// benchmark_app: its statistics and its measurement against what is known of them, and the program itself.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "ie_runtime/apps/benchmark_app/layers.h"
#include "ie_runtime/apps/benchmark_app/measurement.h"
#include "ie_runtime/apps/benchmark_app/options.h"
#include "ie_runtime/apps/benchmark_app/statistics.h"
#include "ie_runtime/apps/common/table.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

using moir::test::Finished;
using moir::test::RunProgram;
using Arguments = std::vector<std::string>;

constexpr const char* kApp = "benchmark_app";

TEST(StatisticsTest, AreThoseOfTheValues) {
  const Statistics odd({5, 1, 4, 2, 3});
  EXPECT_EQ(odd.Count(), 5u);
  EXPECT_EQ(odd.Min(), 1);
  EXPECT_EQ(odd.Max(), 5);
  EXPECT_EQ(odd.Median(), 3);
  EXPECT_EQ(odd.Average(), 3);
  EXPECT_EQ(Statistics({4, 1, 2, 3}).Median(), 2.5);
  EXPECT_EQ(Statistics({7}).Percentile(1), 7);
  EXPECT_EQ(Statistics({7}).Percentile(100), 7);
  std::vector<double> hundred, thousand;
  for (int i = 1; i <= 1000; ++i) thousand.push_back(i);
  for (int i = 100; i >= 1; --i) hundred.push_back(i);
  EXPECT_EQ(Statistics(hundred).Percentile(90), 90);
  EXPECT_EQ(Statistics(hundred).Percentile(99), 99);
  EXPECT_EQ(Statistics(hundred).Percentile(100), 100);
  EXPECT_EQ(Statistics(thousand).Percentile(99), 990);
  EXPECT_EQ(Statistics({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).Percentile(99), 10);
  EXPECT_EQ(Statistics({}).Median(), 0);
  EXPECT_EQ(Statistics({}).Percentile(50), 0);
}

TEST(TableTest, AlignsTextsAndNumbers) {
  Table table({{"name"}, {"us", true}, {"with"}});
  table.Add({"convolution", "7.5", "relu"});
  table.Add({"pool", "120.0", ""});
  EXPECT_EQ(table.Text(),
            "name            us  with\n"
            "convolution    7.5  relu\n"
            "pool         120.0\n");
}

RuntimeLayer LayerNamed(const std::string& name, const std::string& type, uint64_t multiply_adds) {
  RuntimeLayer layer;
  layer.name = name;
  layer.type = type;
  layer.exec_type = "kernel";
  layer.multiply_adds = multiply_adds;
  return layer;
}

TEST(LayerTimesTest, AddUpWhatRan) {
  // Two layers of one name: a Reorder has that of its value.
  LayerTimes times({LayerNamed("a", "Reorder", 0), LayerNamed("a", "Convolution", 1000000),
                    LayerNamed("view", "Reshape", 0), LayerNamed("b", "Convolution", 3000000)});
  const auto infos = [](double first, double second, double third) {
    return std::vector<ProfilingInfo>{{"a", "Reorder", "kernel", {}, first},
                                      {"a", "Convolution", "kernel", {}, second},
                                      {"b", "Convolution", "kernel", {}, third}};
  };
  times.Add(infos(1, 10, 30));
  times.Add(infos(3, 20, 50));
  EXPECT_EQ(times.Inferences(), 2u);
  EXPECT_EQ(times.Layers()[1].Average(), 15);
  EXPECT_EQ(times.Layers()[2].count, 0u);
  EXPECT_EQ(times.Microseconds(), 2 + 15 + 40);
  const std::vector<OperatorTime> operators = times.Operators();
  ASSERT_EQ(operators.size(), 2u);
  EXPECT_EQ(operators[0].type, "Convolution");
  EXPECT_EQ(operators[0].layers, 2u);
  EXPECT_EQ(operators[0].microseconds, 55);
  // 8 million operations in 55 microseconds.
  EXPECT_DOUBLE_EQ(GigaFlops(operators[0].multiply_adds, operators[0].microseconds), 8e6 / 55e-6 * 1e-9);
  EXPECT_EQ(times.Sorted(CounterOrder::kTime)[0].layer.name, "b");
  EXPECT_EQ(times.Sorted(CounterOrder::kTime).size(), 4u);
  EXPECT_EQ(times.Sorted(CounterOrder::kTimeExecuted).size(), 3u);
  LayerTimes both({LayerNamed("a", "Reorder", 0), LayerNamed("a", "Convolution", 1000000),
                   LayerNamed("view", "Reshape", 0), LayerNamed("b", "Convolution", 3000000)});
  both.Add(times);
  both.Add(times);
  EXPECT_EQ(both.Inferences(), 4u);
  EXPECT_EQ(both.Layers()[1].Average(), 15);
  ExpectError(ErrorKind::kInternal, "\"c\" was measured", [&] {
    times.Add(std::vector<ProfilingInfo>{{"c", "Convolution", "kernel", {}, 1}});
  });
}

class BenchmarkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempFolder>();
    ConvertDigits(folder_->Path(), "digits");
    ConvertDigits(folder_->Path(), "open", -1, {"--ir_version", "11"});
    ConvertDigits(folder_->Path(), "v11", 1, {"--ir_version", "11"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::string File(const std::string& name) { return folder_->File(name); }

  static std::string Output(const Arguments& arguments) {
    const Finished run = RunProgram(kApp, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    return run.output;
  }
  // The number behind "NAME: ", which must be in a line of its own.
  static double Figure(const std::string& text, const std::string& name) {
    const std::string start = name + ": ";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const size_t at = line.find(start);
      if (at != std::string::npos && line.find_first_not_of(' ', 8) == at)
        return std::stod(line.substr(at + start.size()));
    }
    ADD_FAILURE() << "no \"" << start << "\" in\n" << text;
    return -1;
  }

  static std::unique_ptr<test::TempFolder> folder_;
};
std::unique_ptr<test::TempFolder> BenchmarkTest::folder_;

// Two requests, four sets of inputs.
class RunnerTest : public BenchmarkTest {
 protected:
  static Runner MakeRunner(const CompiledModel& model, size_t requests, bool async, bool write_inputs = false) {
    std::vector<std::vector<Tensor>> sets;
    for (int i = 0; i < 4; ++i) {
      Tensor tensor(ElementType::kF32, {1, 1, 32, 32});
      std::fill_n(tensor.Data<float>(), tensor.GetSize(), static_cast<float>(i));
      sets.push_back({tensor});
    }
    return Runner(model, std::move(sets), requests, async, write_inputs);
  }
};

TEST_F(RunnerTest, WarmsUpWhileThatBringsMemoryCloserToRest) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"));
  struct Case {
    std::vector<uint64_t> to_settle;  // after the inferences that each request does anyway, and after each round more
    size_t rounds;
  };
  for (const Case& c : {Case{{0}, 0}, Case{{3, 2, 2, 1, 0}, 4}, Case{{9, 9, 9}, 2}, Case{{9, 8, 8, 9}, 3}}) {
    for (const bool async : {false, true}) {
      SCOPED_TRACE(async);
      const size_t requests = async ? 3 : 1;
      Runner runner = MakeRunner(model, requests, async);
      size_t asked = 0;
      const Runner::Warmth warmth = runner.WarmUp([&] { return c.to_settle.at(asked++); });
      EXPECT_EQ(asked, c.to_settle.size());
      EXPECT_EQ(warmth.inferences, (async ? 1 + requests : 1) + c.rounds * requests);
    }
  }
}

TEST_F(RunnerTest, RunsAsOftenAsAsked) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"), {{"performance_hint", "throughput"}});
  for (const bool async : {false, true}) {
    SCOPED_TRACE(async);
    const size_t requests = async ? 3 : 1;
    Runner runner = MakeRunner(model, requests, async);
    const Runner::Warmth warmth = runner.WarmUp();
    EXPECT_GT(warmth.first_ms, 0);
    EXPECT_EQ(warmth.inferences, async ? 1 + requests : 1);
    std::atomic<int> calls{0};
    std::vector<int> per_request(requests);
    const Measurement measured = runner.Run({.seconds = {}, .iterations = 101}, {}, [&](size_t request) {
      ++calls;
      ++per_request[request];
    });
    EXPECT_EQ(measured.latencies.size(), 101u);
    EXPECT_EQ(calls, 101);
    double sum = 0;
    for (const double latency : measured.latencies) {
      EXPECT_GT(latency, 0);
      EXPECT_LE(latency, measured.milliseconds);
      sum += latency;
    }
    // So many at a time, one after the other.
    EXPECT_LE(sum, measured.milliseconds * static_cast<double>(requests) * 1.0001);
    EXPECT_FALSE(measured.interrupted);
    // Fewer inferences than requests.
    EXPECT_EQ(runner.Run({.seconds = {}, .iterations = 1}).latencies.size(), 1u);
  }
}

TEST_F(RunnerTest, RunsAsLongAsAsked) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"));
  Runner runner = MakeRunner(model, 1, true);
  int shown = 0;
  const Measurement time = runner.Run({.seconds = 0.25, .iterations = {}}, [&](double seconds, int64_t inferences) {
    ++shown;
    EXPECT_GT(seconds, 0);
    EXPECT_GE(inferences, 0);
  });
  EXPECT_GE(time.milliseconds, 250);
  EXPECT_GT(shown, 0);
  // Both: until the later of them.
  const Measurement both = runner.Run({.seconds = 0.05, .iterations = 2});
  EXPECT_GE(both.milliseconds, 50);
  EXPECT_GE(both.latencies.size(), 2u);
  EXPECT_EQ(runner.Run({.seconds = 1e-9, .iterations = 20}).latencies.size(), 20u);
}

TEST_F(RunnerTest, WritesAllInputsInTurn) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"));
  for (const bool async : {false, true}) {
    const size_t requests = async ? 2 : 1;
    Runner runner = MakeRunner(model, requests, async, /*write_inputs=*/true);
    std::vector<std::vector<float>> seen(requests);
    runner.Run({.seconds = {}, .iterations = 16}, {}, [&](size_t request) {
      seen[request].push_back(runner.Request(request).GetInputTensor().Data<float>()[7]);
    });
    std::set<float> all;
    for (const std::vector<float>& values : seen) {
      for (size_t i = 1; i < values.size(); ++i)
        EXPECT_EQ(static_cast<int>(values[i]), (static_cast<int>(values[i - 1]) + static_cast<int>(requests)) % 4);
      all.insert(values.begin(), values.end());
    }
    if (!async) {
      EXPECT_EQ(all.size(), 4u);
    }
  }
}

TEST_F(RunnerTest, EndsWithTheErrorOfAnInference) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"));
  Runner runner = MakeRunner(model, 3, true);
  // Of three requests in one stream two wait while the callback of the other runs.
  ExpectError(ErrorKind::kCanceled, "canceled", [&] {
    runner.Run({.seconds = 20, .iterations = {}}, {}, [&](size_t request) {
      if (request == 0) runner.Request(1).Cancel();
    });
  });
  std::atomic<int> calls{0};
  try {
    runner.Run({.seconds = 20, .iterations = {}}, {}, [&](size_t) {
      if (++calls == 10) throw std::runtime_error("enough");
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "enough");
  }
  EXPECT_LT(calls, 20) << "the others ended, too";
  EXPECT_EQ(runner.Run({.seconds = {}, .iterations = 5}).latencies.size(), 5u) << "usable afterwards";
}

TEST_F(RunnerTest, AnInterruptEndsTheMeasurement) {
  const CompiledModel model = Core().CompileModel(File("digits.xml"));
  for (const bool async : {false, true}) {
    Runner runner = MakeRunner(model, 1, async);
    CatchInterrupts();
    std::atomic<int> calls{0};
    const Measurement measured = runner.Run({.seconds = 20, .iterations = {}}, {}, [&](size_t) {
      if (++calls == 20) kill(getpid(), SIGINT);
    });
    EXPECT_TRUE(measured.interrupted);
    EXPECT_GE(measured.latencies.size(), 20u);
    EXPECT_LT(measured.milliseconds, 15000);
    EXPECT_TRUE(Interrupted());
    ForgetInterrupt();
    EXPECT_EQ(runner.Run({.seconds = {}, .iterations = 5}).latencies.size(), 5u);
  }
}

TEST_F(RunnerTest, SeesWhatOtherProgramsTake) {
  if (!std::ifstream("/proc/stat")) GTEST_SKIP() << "nobody tells";
  const CompiledModel model = Core().CompileModel(File("digits.xml"), {{"inference_num_threads", "1"}});
  Runner runner = MakeRunner(model, 1, false);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    for (std::atomic<unsigned> spin{0};;) ++spin;
  }
  const Measurement measured = runner.Run({.seconds = 0.6, .iterations = {}});
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_GT(measured.other_cpu_seconds, 0.05);
  EXPECT_GT(measured.cpu_seconds, 0.01);
}

TEST_F(BenchmarkTest, PrintsItsFigures) {
  const std::string text = Output({"-m", File("digits.xml"), "-niter", "40", "-nireq", "2", "-nstreams", "2",
                                   "-nthreads", "2", "-latency_percentile", "75"});
  for (int step = 1; step <= 11; ++step)
    EXPECT_NE(text.find("[Step " + std::to_string(step) + "/11] "), std::string::npos) << step;
  EXPECT_EQ(Figure(text, "Count"), 40);
  const double duration = Figure(text, "Duration"), least = Figure(text, "Min"), most = Figure(text, "Max");
  EXPECT_GT(least, 0);
  double last = least;
  for (const char* name : {"Median", "P75", "P90", "P99"}) {
    EXPECT_LE(last, Figure(text, name)) << name;
    last = Figure(text, name);
  }
  EXPECT_LE(last, most);
  EXPECT_LE(least, Figure(text, "Average"));
  EXPECT_NEAR(Figure(text, "Throughput"), 40 / duration * 1000, 0.02 * 40 / duration * 1000);
  EXPECT_NE(text.find(" FPS\n"), std::string::npos);
  EXPECT_EQ(Figure(text, "num_streams"), 2);
  EXPECT_GT(Figure(text, "Memory"), 0);
  EXPECT_NE(text.find("Warm-up: 3 inferences, not measured"), std::string::npos) << text;
  EXPECT_EQ(text.find(" kernel "), std::string::npos) << "no counters unless asked for";
}

TEST_F(BenchmarkTest, TakesBothSpellingsOfOptions) {
  for (const Arguments& arguments :
       {Arguments{"--model", File("v11.xml"), "--niter", "3", "--api", "sync", "--hint=latency", "--nthreads=1"},
        Arguments{"-model", File("v11.xml"), "-number_iterations=3", "-api_type", "sync", "-perf_hint", "latency",
                  "-threads", "1"}}) {
    const std::string text = Output(arguments);
    EXPECT_EQ(Figure(text, "Count"), 3);
    EXPECT_EQ(Figure(text, "inference_num_threads"), 1);
    EXPECT_NE(text.find("performance_hint: latency"), std::string::npos);
    EXPECT_NE(text.find("sync, 1 request at a time"), std::string::npos) << text;
  }
}

TEST_F(BenchmarkTest, CountsFramesOfABatch) {
  const std::string text = Output({"-m", File("open.xml"), "-b", "4", "-niter", "10", "-api", "sync", "-i",
                                   Digits("digit_3.png"), Digits("digit_5.png")});
  EXPECT_EQ(Figure(text, "Batch size"), 4);
  EXPECT_NE(text.find("f32 [4,1,32,32]"), std::string::npos) << text;
  EXPECT_NE(text.find("2 pictures for a batch of 4"), std::string::npos) << text;
  const double expected = 10 * 4 / Figure(text, "Duration") * 1000;
  EXPECT_NEAR(Figure(text, "Throughput"), expected, 0.02 * expected);
  EXPECT_EQ(Figure(Output({"-m", File("open.xml"), "-shape", "[3,1,32,32]", "-niter", "1"}), "Batch size"), 3);
}

TEST_F(BenchmarkTest, TakesFilesOfInputs) {
  ASSERT_EQ(
      RunProgram("infer", {"-m", File("digits.xml"), "-i", Digits("digit_3.png"), "-o", File("out.npz")}).exit_code, 0);
  EXPECT_NE(Output({"-m", File("digits.xml"), "-niter", "2", "-i", "data=" + Digits("digit_3.png")})
                .find("digit_3.png (gray, 0 .. 255)"),
            std::string::npos);
  ExpectRefusal(kApp, {"-m", File("digits.xml"), "-niter", "2", "-i", File("out.npz")},
                "the model expects [1,1,32,32]");
  // A folder, of which requests can use two pictures unless inputs are written in turn.
  const std::string text = Output({"-m", File("digits.xml"), "-niter", "4", "-nireq", "2", "-i", Digits("")});
  EXPECT_NE(text.find("only the first 2 of 3 pictures are used"), std::string::npos) << text;
  const std::string all =
      Output({"-m", File("digits.xml"), "-niter", "4", "-nireq", "2", "-i", Digits(""), "-inference_only", "false"});
  EXPECT_EQ(all.find("only the first"), std::string::npos) << all;
  EXPECT_NE(all.find("inputs are written in every inference"), std::string::npos) << all;
}

TEST_F(BenchmarkTest, ShowsLayersAndOperators) {
  const std::string text = Output({"-m", File("digits.xml"), "-niter", "4", "-api", "sync", "-pc"});
  EXPECT_NE(text.find("layer "), std::string::npos);
  EXPECT_NE(text.find("stage1_unit1_conv2"), std::string::npos) << text;
  EXPECT_NE(text.find("\noperator "), std::string::npos);
  EXPECT_NE(text.find("\nConvolution "), std::string::npos);
  EXPECT_NE(text.find("100.0%"), std::string::npos);
  EXPECT_NE(text.find("Layers: timed in"), std::string::npos);
  const std::string sorted =
      Output({"-m", File("digits.xml"), "-niter", "4", "-api", "sync", "-pcsort", "simple_sort"});
  EXPECT_EQ(sorted.find("not run"), std::string::npos) << sorted;
  EXPECT_NE(text.find("not run"), std::string::npos) << text;
}

TEST_F(BenchmarkTest, WritesReports) {
  const std::string folder = File("reports/new");
  Output({"-m", File("digits.xml"), "-niter", "6", "-nireq", "2", "-report_type", "detailed_counters", "-report_folder",
          folder});
  const auto json = nlohmann::json::parse(ReadBytes(folder + "/benchmark_report.json"));
  EXPECT_EQ(json["results"]["iterations"], 6);
  EXPECT_EQ(json["options"]["niter"], "6");
  EXPECT_EQ(json["inputs"]["data"], "f32 [1,1,32,32]");
  EXPECT_EQ(json["properties"]["inference_precision"], "f32");
  EXPECT_GT(json["results"]["latency_p99_ms"], 0);
  EXPECT_EQ(json["counters_of_requests"].size(), 2u);
  uint64_t multiply_adds = 0;
  for (const auto& layer : json["counters"]["layers"]) {
    multiply_adds += layer["multiply_adds"].get<uint64_t>();
    if (layer["layer"] == "stage1_unit1_conv2") {
      EXPECT_EQ(layer["multiply_adds"], 16 * 16 * 16 * 16 * 9);
    }
  }
  // mo counts the same from the model.
  const Finished mo = RunProgram("mo", {"--input_model", Digits("digits-0010.params"), "--input_shape", "[1,1,32,32]",
                                        "--output_dir", folder, "--report", folder + "/mo.json"});
  ASSERT_EQ(mo.exit_code, 0) << mo.errors;
  EXPECT_EQ(multiply_adds, nlohmann::json::parse(ReadBytes(folder + "/mo.json"))["multiply_adds"].get<uint64_t>());
  EXPECT_DOUBLE_EQ(json["results"]["gflop_per_iteration"].get<double>(), 2e-9 * static_cast<double>(multiply_adds));

  const std::string csv = ReadBytes(folder + "/benchmark_report.csv");
  EXPECT_EQ(csv.find("section,name,value\r\n"), 0u);
  EXPECT_NE(csv.find("results,iterations,6\r\n"), std::string::npos) << csv;
  const std::string counters = ReadBytes(folder + "/benchmark_detailed_counters_report.csv");
  EXPECT_EQ(counters.find("request,layer,type,"), 0u);
  EXPECT_NE(counters.find("\r\n1,stage1_unit1_conv2,Convolution,"), std::string::npos) << counters;
  EXPECT_FALSE(std::filesystem::exists(folder + "/benchmark_average_counters_report.csv"));

  const test::TempFolder other;
  Output({"-m", File("digits.xml"), "-niter", "2", "-report_type", "no_counters", "-report_folder", other.Path()});
  EXPECT_FALSE(nlohmann::json::parse(ReadBytes(other.File("benchmark_report.json"))).contains("counters"));
}

TEST_F(BenchmarkTest, OptionsComeFromAFile) {
  const std::string config = File("config.json");
  Output({"-m", File("digits.xml"), "-niter", "7", "-pc", "-i", Digits("digit_3.png"), Digits("digit_5.png"), "-nireq",
          "2", "-dump_config", config});
  const std::string text = Output({"-load_config", config, "-nireq", "1"});
  EXPECT_EQ(Figure(text, "Count"), 7);
  EXPECT_NE(text.find("async, 1 request at a time"), std::string::npos) << "the command line goes before\n" << text;
  EXPECT_NE(text.find("\noperator "), std::string::npos) << "the switch -pc\n" << text;
  EXPECT_NE(text.find("only the first 1 of 2 pictures"), std::string::npos) << text;
  const auto refused = [&](const std::string& json, const std::string& message) {
    ExpectRefusal(kApp, {"-m", File("digits.xml"), "-load_config", folder_->Write("bad.json", json)}, message);
  };
  refused("{\"iterations\": 3}", "\"iterations\": is no option");
  refused("{\"niter\": [1, 2]}", "expected a text, a number");
  refused("{\"niter\": \"many\"}", "niter");
  refused("{\"pc\": 3}", "expected true or false");
  refused("[1]", "expected an object");
  refused("{", "no JSON");
  ExpectRefusal(kApp, {"-m", File("digits.xml"), "-load_config", File("nothing.json")}, "nothing.json: cannot read");
}

TEST_F(BenchmarkTest, RefusesWhatCannotBeMeasured) {
  const std::string model = File("digits.xml");
  const auto refused = [&](const Arguments& more, const std::string& message) {
    Arguments arguments = {"-m", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ExpectRefusal(kApp, arguments, message);
  };
  ExpectRefusal(kApp, {}, "--model: expected");
  ExpectRefusal(kApp, {"-m", Digits("digits-0010.params")}, "expected the .xml that mo makes of it: mo --input_model");
  ExpectRefusal(kApp, {"-m", Digits("digits-symbol.json")}, "mo --input_symbol");
  ExpectRefusal(kApp, {"-m", File("digits.bin")}, "expected the .xml beside them");
  ExpectRefusal(kApp, {"-m", File("open.xml")}, "expected -shape \"data[?,1,32,32]\" with a number for each ?");
  ExpectRefusal(kApp, {"-m", File("open.xml"), "-shape", "[1,1,32"}, "-shape: got \"[1,1,32\"");
  refused({"-nireq", "0"}, "-nireq: got 0, expected 1 to 4096");
  refused({"-niter", "0"}, "-niter: got 0");
  refused({"-nstreams", "0"}, "-nstreams: got 0");
  refused({"-nthreads", "-1"}, "-nthreads: got -1");
  refused({"-t", "0"}, "-t: got 0, expected seconds, more than 0");
  refused({"-t", "nan"}, "-t: got nan");
  refused({"-t", "1e30"}, "-t: got 1e+30");
  refused({"-api", "sync", "-nireq", "2"}, "-nireq: got 2 with -api sync");
  refused({"-hint", "latency", "-nstreams", "2"}, "-nstreams: got 2 with -hint latency");
  refused({"-nstreams", "4", "-nthreads", "2"}, "-nstreams: got 4 with -nthreads 2");
  refused({"-hint", "fast"}, "-hint: got fast, expected latency, throughput, tput or none");
  refused({"-api", "both"}, "-api: got both, expected sync or async");
  refused({"-pin", "NUMA"}, "-pin: got NUMA, expected YES or NO");
  refused({"-pin", "YES", "-affinity", "none"}, "contradict each other");
  refused({"-busy_waiting", "maybe"}, "property busy_waiting: got \"maybe\", expected auto, true or false");
  refused({"-d", "GPU"}, "--device: got GPU, expected CPU");
  refused({"-ip", "u8"}, "-ip: got u8, and \"data\" of the model is f32");
  refused({"-op", "f16"}, "-op: got f16, and \"softmax\"");
  refused({"-infer_precision", "f8"}, "f8");
  refused({"-b", "-2"}, "--batch: got -2");
  refused({"-latency_percentile", "101"}, "-latency_percentile: got 101");
  refused({"-pcsort", "up"}, "-pcsort: got up");
  refused({"-report_type", "all"}, "-report_type: got all");
  refused({"-report_folder", "x"}, "nothing is written without -report_type");
  refused({"-report_type", "no_counters", "-report_folder", model + "/x"}, "-report_folder: ");
  refused({"-mean_values", "[1,2,3]"}, "-mean_values: is not supported: mo --mean_values");
  refused({"--data_shape=[1]"}, "-data_shape: is not supported: give the shape to measure with -shape");
  refused({"-nirek", "2"}, "nirek");
  refused({"-i", File("nothing.png")}, "nothing.png");
  refused({"-seed", "1", "-i", Digits("digit_3.png")}, "-seed: there are no random values");
  refused({"-dump_config", File("no/config.json")}, "cannot write");
  refused({"-layout", "NCHW"}, "-layout: got \"NCHW\", expected [NCHW]");
}

TEST_F(BenchmarkTest, TakesTheModelsTypesByAnySpelling) {
  EXPECT_EQ(Figure(Output({"-m", File("digits.xml"), "-niter", "2", "-ip", "FP32", "-op", "f32", "-infer_precision",
                           "F32", "-d", "CPU", "-pin", "YES"}),
                   "Count"),
            2);
}

}  // namespace
}  // namespace moir::apps
