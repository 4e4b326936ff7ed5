// --verify without an engine: what agrees, and that a fault is found where it was put. The engine's part is in
// tests/end_to_end/verify_engine_test.cpp.
#include "mo/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/text.h"
#include "mo/convert.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::ErrorKind;
using graph::Shape;
using graph::Tensor;
using moir::test::ExpectError;
using moir::test::RandomTensor;
using moir::test::ReadText;
using moir::test::WriteParams;
using moir::test::WriteText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Difference CompareDoubles(const std::vector<double>& reference, const std::vector<double>& actual) {
  const Shape shape{static_cast<int64_t>(reference.size())};
  return Compare(Tensor::FromValues(shape, reference), Tensor::FromValues(shape, actual));
}

TEST(DifferenceTest, IsRelativeToTheLargestValue) {
  const Difference difference = CompareDoubles({1, -200, 3}, {1, -199, 3.5});
  EXPECT_EQ(difference.absolute, 1);
  EXPECT_EQ(difference.Relative(), 1.0 / 200);
  EXPECT_EQ(difference.position, 1);
  EXPECT_TRUE(difference.Within(0.005));
  EXPECT_FALSE(difference.Within(0.0049));
}

TEST(DifferenceTest, IsAbsoluteWhereTheReferenceIsZero) {
  EXPECT_EQ(CompareDoubles({0, 0}, {0, 1e-3}).Relative(), 1e-3);
  EXPECT_TRUE(CompareDoubles({0, 0}, {0, 0}).Within(0));
}

TEST(DifferenceTest, TakesEqualNansAndInfinitiesForEqual) {
  EXPECT_TRUE(CompareDoubles({kNan, kInfinity, -kInfinity, 1}, {kNan, kInfinity, -kInfinity, 1}).Within(0));
  for (const double other : {1.0, -kInfinity, kNan})
    EXPECT_EQ(CompareDoubles({kInfinity}, {other}).absolute, kInfinity);
  for (const double other : {1.0, kInfinity}) EXPECT_EQ(CompareDoubles({kNan, 2}, {other, 2}).absolute, kInfinity);
  EXPECT_EQ(CompareDoubles({2}, {kNan}).Relative(), kInfinity);
}

TEST(DifferenceTest, ComparesTypesAsNumbersAndAllBitsOfIntegers) {
  EXPECT_TRUE(Compare(Tensor::FromValues<int64_t>({2}, {3, 0}), Tensor::FromValues<float>({2}, {3, 0})).Within(0));
  constexpr int64_t kLarge = (int64_t{1} << 62) + 1;
  EXPECT_EQ(Compare(Tensor::Scalar<int64_t>(kLarge), Tensor::Scalar<int64_t>(kLarge - 1)).absolute, 1);
  EXPECT_TRUE(Compare(Tensor(ElementType::kF32, {0, 3}), Tensor(ElementType::kF32, {0, 3})).Within(0));
}

TEST(DifferenceTest, IsNoneBetweenShapes) {
  const Difference difference = Compare(Tensor(ElementType::kF32, {2, 3}), Tensor(ElementType::kF32, {6}));
  EXPECT_FALSE(difference.Within(1));
  EXPECT_EQ(difference.problem, "got the shape [6], expected [2,3]");
  EXPECT_EQ(PositionText({2, 3}, 4), "[1,1]");
  EXPECT_EQ(PositionText({}, 0), "[]");
}

TEST(UniformInputs, AreTheSameForTheSameSeedAndFitTheTypes) {
  const auto graph = graph::ParseGraph("x : f32[2,300]; i : i32[400]; y = ReLU(x); return y");
  const NamedTensors inputs = UniformInputs(*graph, 1);
  EXPECT_TRUE(inputs.at("x").Equals(UniformInputs(*graph, 1).at("x")));
  EXPECT_FALSE(inputs.at("x").Equals(UniformInputs(*graph, 2).at("x")));
  double sum = 0;
  for (const float value : inputs.at("x").Values<float>()) {
    EXPECT_TRUE(value >= 0 && value < 1) << value;
    sum += value;
  }
  EXPECT_NEAR(sum / 600, 0.5, 0.05);
  int64_t ones = 0;
  for (const int32_t value : inputs.at("i").Values<int32_t>()) {
    EXPECT_TRUE(value == 0 || value == 1);
    ones += value;
  }
  EXPECT_NEAR(static_cast<double>(ones) / 400, 0.5, 0.1);
}

// data -> Convolution conv -> BatchNorm bn -> Activation act -> FullyConnected fc.
constexpr const char* kSymbol = R"JSON({"nodes": [
  {"op": "null", "name": "data", "inputs": []},
  {"op": "null", "name": "conv_weight", "inputs": []},
  {"op": "null", "name": "conv_bias", "inputs": []},
  {"op": "Convolution", "name": "conv", "attrs": {"kernel": "(3, 3)", "num_filter": "4"},
   "inputs": [[0,0,0],[1,0,0],[2,0,0]]},
  {"op": "null", "name": "bn_gamma", "inputs": []},
  {"op": "null", "name": "bn_beta", "inputs": []},
  {"op": "null", "name": "bn_moving_mean", "inputs": []},
  {"op": "null", "name": "bn_moving_var", "inputs": []},
  {"op": "BatchNorm", "name": "bn", "attrs": {"fix_gamma": "False"},
   "inputs": [[3,0,0],[4,0,0],[5,0,0],[6,0,1],[7,0,1]]},
  {"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[8,0,0]]},
  {"op": "null", "name": "fc_weight", "inputs": []},
  {"op": "null", "name": "fc_bias", "inputs": []},
  {"op": "FullyConnected", "name": "fc", "attrs": {"num_hidden": "5"}, "inputs": [[9,0,0],[10,0,0],[11,0,0]]}],
  "arg_nodes": [0,1,2,4,5,6,7,10,11], "heads": [[12,0,0]], "attrs": {"mxnet_version": ["int", 10900]}})JSON";

// Adds 10 to every number of the constant that input `index` of `node` reads.
void Corrupt(graph::Graph& graph, graph::Node* node, size_t index) {
  const Tensor* constant = node->Input(index).Constant();
  ASSERT_NE(constant, nullptr);
  std::vector<double> values = constant->ToVector<double>();
  for (double& value : values) value += 10;
  const Tensor changed = Tensor::FromValues<double>(constant->Shape(), values).ConvertTo(constant->Type());
  graph.SetInput(node, index, graph.AddConstant("corrupted", changed)->Output());
}

// A pass that does wrong to one constant of the node called `name`.
class CorruptingPass final : public graph::Pass {
 public:
  CorruptingPass(std::string name, size_t input) : name_(std::move(name)), input_(input) {}
  std::string_view Name() const override { return "corrupt-a-constant"; }
  void Run(graph::Graph& graph, graph::PassReport& report) const override {
    graph::Node* node = graph.FindNode(name_);
    ASSERT_NE(node, nullptr) << name_;
    Corrupt(graph, node, input_);
    report.changes = 1;
  }

 private:
  std::string name_;
  size_t input_;
};

class VerifyFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteText(At("net-symbol.json"), kSymbol);
    WriteParams(At("net-0001.params"), {{"arg:conv_weight", RandomTensor(ElementType::kF32, {4, 3, 3, 3}, 1)},
                                        {"arg:conv_bias", RandomTensor(ElementType::kF32, {4}, 2)},
                                        {"arg:bn_gamma", RandomTensor(ElementType::kF32, {4}, 3, 0.5, 1.5)},
                                        {"arg:bn_beta", RandomTensor(ElementType::kF32, {4}, 4, 0.5, 1)},
                                        {"aux:bn_moving_mean", RandomTensor(ElementType::kF32, {4}, 5)},
                                        {"aux:bn_moving_var", RandomTensor(ElementType::kF32, {4}, 6, 0.5, 1.5)},
                                        {"arg:fc_weight", RandomTensor(ElementType::kF32, {5, 144}, 7)},
                                        {"arg:fc_bias", RandomTensor(ElementType::kF32, {5}, 8)}});
  }
  std::string At(const std::string& name) const { return folder_.File(name); }
  std::vector<std::string> Arguments(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--input_model", At("net-0001.params"), "--input_shape", "[2,3,8,8]", "--output_dir",
                             At("out"), "--model_name", "net", "--verify"});
    return more;
  }
  Verification Verify(const std::vector<std::string>& more = {}, const ConvertFaults& faults = {}) const {
    return *Convert(ParseOptions(Arguments(more)), {}, {}, faults).verification;
  }
  static ConvertFaults InOptimize(const std::string& node, size_t input, size_t from_end) {
    ConvertFaults faults;
    faults.optimize = [=](PassList& passes) {
      passes.insert(passes.end() - static_cast<std::ptrdiff_t>(from_end),
                    std::make_unique<CorruptingPass>(node, input));
    };
    return faults;
  }
  static const VerifyFault& TheFault(const Verification& verification) {
    EXPECT_FALSE(verification.result.Passed());
    if (verification.result.faults.empty()) throw std::runtime_error("the fault was not found");
    return verification.result.faults[0];
  }
  test::TempFolder folder_;
};

TEST_F(VerifyFiles, AgreeInEveryVersionAndPrecision) {
  for (const char* version : {"2", "3", "4", "10", "11"}) {
    for (const char* f16 : {"False", "True"}) {
      SCOPED_TRACE(std::string(version) + " " + f16);
      const Verification verification = Verify({"--ir_version", version, "--compress_to_fp16", f16});
      EXPECT_THAT(verification.errors, IsEmpty());
      ASSERT_EQ(verification.result.outputs.size(), 1u);
      const Difference& difference = verification.result.outputs[0].difference;
      EXPECT_EQ(verification.result.outputs[0].output, "fc");
      EXPECT_GT(difference.largest_value, 0.1);
      EXPECT_EQ(difference.absolute > 1e-5, f16 == std::string("True"));  // FP16 is there to be seen
    }
  }
}

TEST_F(VerifyFiles, AgreeWithWhatTheUserWantsOfInputsAndOutputs) {
  const std::vector<std::vector<std::string>> wishes = {
      {"--mean_values", "(0.5,0.25,0.125)", "--scale_values", "(2,3,4)", "--reverse_input_channels"},
      {"--mean_values", "(0.5,0.25,0.125)", "--move_to_preprocess", "--reverse_input_channels"},
      {"--layout", "nchw->nhwc", "--mean_values", "(0.5,0.25,0.125)"},
      {"--disable_pass", "apply-input-preprocessing,decompose-batch-norm", "--scale", "2"},
      {"--disable_fusing"}};
  for (const std::vector<std::string>& wish : wishes) {
    SCOPED_TRACE(wish[0] + " " + wish[1 % wish.size()]);
    EXPECT_THAT(Verify(wish).errors, IsEmpty());
  }
}

TEST_F(VerifyFiles, AgreeWhereSizesStayOpen) {
  std::vector<std::string> arguments = Arguments({"--ir_version", "11", "--verify_runs", "2"});
  std::replace(arguments.begin(), arguments.end(), std::string("[2,3,8,8]"), std::string("[-1,3,8,8]"));
  const ConvertReport report = Convert(ParseOptions(arguments));
  EXPECT_THAT(report.verification->errors, IsEmpty());
  EXPECT_THAT(ReadText(report.xml_path), HasSubstr("<dim>-1</dim>"));
  arguments.insert(arguments.end(), {"--verify_input", "x.npy"});
  const Options options = [&] {
    std::vector<std::string> one_run = arguments;
    one_run.erase(std::find(one_run.begin(), one_run.end(), "--verify_runs"));
    one_run.erase(std::find(one_run.begin(), one_run.end(), "2"));
    return ParseOptions(one_run);
  }();
  ExpectError([&] { Convert(options); }, ErrorKind::kBadOption, {"--verify_input", "open"});
}

TEST_F(VerifyFiles, NameThePassOfTheOptimizationsThatIsWrongAndTheLayer) {
  // In the order of the list: the fault is found wherever it stands.
  for (const size_t from_end : {size_t{0}, size_t{1}, size_t{2}}) {
    const VerifyFault fault = TheFault(Verify({}, InOptimize("fc", 1, from_end)));
    EXPECT_EQ(fault.place, VerifyFault::Place::kPass);
    EXPECT_EQ(fault.list, "optimize");
    EXPECT_EQ(fault.pass, "corrupt-a-constant");
    EXPECT_EQ(fault.layer, "fc");
  }
}

TEST_F(VerifyFiles, NameTheFirstLayerNotTheLast) {
  ConvertFaults faults;
  faults.optimize = [](PassList& passes) {
    passes.insert(passes.begin(), std::make_unique<CorruptingPass>("conv", 1));
  };
  const Verification verification = Verify({"--verify_runs", "2"}, faults);
  const VerifyFault& fault = TheFault(verification);
  EXPECT_EQ(fault.pass, "corrupt-a-constant");
  EXPECT_THAT(fault.layer, ::testing::StartsWith("conv"));
  EXPECT_FALSE(verification.result.outputs[0].passed);
  ASSERT_EQ(verification.errors.size(), 2u);
  EXPECT_THAT(verification.errors[0], HasSubstr("output \"fc\": largest difference"));
  EXPECT_THAT(verification.errors[0], HasSubstr("beyond the tolerance 0.0001"));
  EXPECT_THAT(verification.errors[1], HasSubstr("part in pass corrupt-a-constant (optimize), first at layer \"conv"));
}

TEST_F(VerifyFiles, NameThePassOfTheLoweringThatIsWrong) {
  for (const char* version : {"3", "11"}) {
    ConvertFaults faults;
    faults.legalize = [&](PassList& passes) {
      passes.insert(passes.begin(), std::make_unique<CorruptingPass>("fc", 1));
    };
    const VerifyFault fault = TheFault(Verify({"--ir_version", version}, faults));
    EXPECT_EQ(fault.place, VerifyFault::Place::kPass);
    EXPECT_EQ(fault.list + " " + fault.pass, "legalize corrupt-a-constant");
    EXPECT_EQ(fault.layer, "fc");
  }
}

TEST_F(VerifyFiles, AreAtFaultWhenTheWeightsWereDamaged) {
  // In old files the convolution's weights come first; in the middle of all stand those of fc.
  struct Damage {
    const char* version;
    bool at_begin;
    const char* layer;
  };
  for (const Damage& damage : {Damage{"2", true, "conv"}, Damage{"3", true, "conv"}, Damage{"4", true, "conv"},
                               Damage{"3", false, "fc"}, Damage{"10", false, "fc"}, Damage{"11", false, "fc"}}) {
    SCOPED_TRACE(damage.version + std::string(" ") + damage.layer);
    ConvertFaults faults;
    faults.after_writing = [&](const ConvertReport& report) {
      std::string bytes = ReadText(report.bin_path);
      ASSERT_GT(bytes.size(), 2000u);
      const size_t begin = damage.at_begin ? 0 : bytes.size() / 8 * 4;
      for (size_t i = 0; i < 10; ++i) bytes[begin + 4 * i + 3] = '\x42';  // numbers of 32 to 127
      WriteText(report.bin_path, bytes);
    };
    const VerifyFault fault = TheFault(Verify({"--ir_version", damage.version}, faults));
    EXPECT_EQ(fault.place, VerifyFault::Place::kFiles);
    EXPECT_EQ(fault.problem, "");
    EXPECT_EQ(fault.layer.substr(0, std::strlen(damage.layer)) == damage.layer ||
                  (damage.at_begin && (fault.layer == "bn" || fault.layer == "act")),
              true)
        << fault.layer;
    EXPECT_GT(fault.difference.absolute, 1);
  }
}

TEST_F(VerifyFiles, AreAtFaultWhenTheyCannotBeRead) {
  ConvertFaults faults;
  faults.after_writing = [](const ConvertReport& report) {
    fs::resize_file(report.bin_path, fs::file_size(report.bin_path) - 8);
  };
  const Verification verification = Verify({}, faults);
  EXPECT_EQ(TheFault(verification).place, VerifyFault::Place::kFiles);
  ASSERT_EQ(verification.errors.size(), 1u);
  EXPECT_THAT(verification.errors[0], HasSubstr("the files cannot be run: "));
  EXPECT_THAT(verification.errors[0], HasSubstr("net.bin"));
}

TEST_F(VerifyFiles, AreTheSameWithAndWithout) {
  Verify();
  const std::string xml = ReadText(At("out/net.xml")), bin = ReadText(At("out/net.bin"));
  std::vector<std::string> arguments = Arguments();
  arguments.pop_back();
  EXPECT_FALSE(Convert(ParseOptions(arguments)).verification.has_value());
  EXPECT_EQ(ReadText(At("out/net.xml")), xml);
  EXPECT_EQ(ReadText(At("out/net.bin")), bin);
}

TEST_F(VerifyFiles, PutTheirFiguresIntoTheReport) {
  Convert(ParseOptions(Arguments({"--report", At("report.json")})), {}, {}, InOptimize("fc", 1, 0));
  const auto json = nlohmann::json::parse(ReadText(At("report.json")));
  ASSERT_EQ(json["verification"].size(), 1u);
  const auto& figure = json["verification"][0];
  EXPECT_EQ(figure["output"], "fc");
  EXPECT_FALSE(figure["passed"].get<bool>());
  EXPECT_GT(figure["largest_difference"].get<double>(), 1);
  EXPECT_NEAR(figure["relative_difference"].get<double>(),
              figure["largest_difference"].get<double>() / figure["largest_value"].get<double>(), 1e-9);
  EXPECT_THAT(json["verification_notes"].dump(), HasSubstr("corrupt-a-constant"));
}

// Every value that a name stands for has the same numbers after every pass: the search for the first layer relies on
// it.
TEST_F(VerifyFiles, NamesKeepTheirNumbersThroughAllPasses) {
  const auto read = ReadModel(ParseOptions(Arguments()));
  const NamedTensors inputs = UniformInputs(*read.graph, 1);
  std::map<std::string, Tensor> known;
  size_t compared = 0;
  const auto look = [&](const std::string& where) {
    graph::EvaluateGraph(*read.graph, inputs, [&](graph::Value value, const Tensor& tensor) {
      if (value.node->Is("Constant")) return true;
      for (const std::string& name : value.node->OutputAt(value.index).names) {
        const auto [entry, first] = known.emplace(name, tensor);
        if (first) continue;
        EXPECT_TRUE(Compare(entry->second, tensor).Within(1e-5)) << name << " " << where;
        ++compared;
      }
      return true;
    });
  };
  look("as read");
  EXPECT_GE(known.size(), 4u);
  for (const auto& pass : transforms::MakePipelinePasses({})) {
    graph::PassReport report;
    pass->Run(*read.graph, report);
    look("after " + std::string(pass->Name()));
  }
  EXPECT_GT(compared, 40u);
}

TEST_F(VerifyFiles, RefuseOptionsThatDoNotFit) {
  const auto refused = [&](const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    ExpectError([&] { ParseOptions(arguments); }, ErrorKind::kBadOption, parts);
  };
  refused(Arguments({"--detection_output"}), {"--verify and --detection_output"});
  refused(Arguments({"--verify_runs", "0"}), {"--verify_runs", "\"0\""});
  refused(Arguments({"--verify_runs", "1e3"}), {"--verify_runs", "\"1e3\""});
  refused(Arguments({"--verify_tolerance", "-1"}), {"--verify_tolerance"});
  refused(Arguments({"--verify_tolerance", "nan"}), {"--verify_tolerance"});
  refused(Arguments({"--verify_tolerance", "2"}), {"--verify_tolerance"});
  refused(Arguments({"--verify_input", "x.npy", "--verify_runs", "2"}), {"--verify_runs and --verify_input"});
  for (const char* name : {"--verify_input", "--verify_runs", "--verify_tolerance"}) {
    std::vector<std::string> arguments = Arguments({name, "1"});
    arguments.pop_back();
    refused(arguments, {name, "--verify"});
  }
  // Without the engine nothing reads arrays.
  ExpectError([&] { Verify({"--verify_input", "x.npy"}); }, ErrorKind::kUnsupported, {"--verify_input", "engine"});
  EXPECT_FALSE(fs::exists(At("out")));
}

TEST_F(VerifyFiles, ConfigurationNamesInputsRelativeToItself) {
  WriteText(At("c.json"), R"({"verify": true, "verify_input": {"data": "x.npy", "more": "/y.npy"}})");
  std::vector<std::string> arguments = Arguments({"--config", At("c.json")});
  arguments.pop_back();
  EXPECT_THAT(ParseOptions(arguments).verify_input, ::testing::ElementsAre("data=" + At("x.npy"), "more=/y.npy"));
}

TEST_F(VerifyFiles, DecideTheProgramsExitCode) {
  const auto good = test::RunProgram("mo", Arguments());
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_THAT(good.output, HasSubstr("[ SUCCESS ] Verified"));
  EXPECT_THAT(good.output, HasSubstr("verified: output \"fc\": largest difference"));
  fs::remove_all(At("out"));
  const auto bad = test::RunProgram("mo", Arguments({"--verify_tolerance", "0", "--compress_to_fp16"}));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, ::testing::Not(HasSubstr("SUCCESS")));
  EXPECT_THAT(bad.errors, HasSubstr("[ ERROR ] verify: output \"fc\": largest difference"));
  for (const char* file : {"out/net.xml", "out/net.bin", "out/net.mapping"}) EXPECT_TRUE(fs::exists(At(file))) << file;
  const auto silent = test::RunProgram("mo", Arguments({"--verify_tolerance", "0", "--compress_to_fp16", "--silent"}));
  EXPECT_EQ(silent.exit_code, 1);
  EXPECT_EQ(silent.output, "");
  EXPECT_THAT(silent.errors, HasSubstr("beyond the tolerance 0"));
}

}  // namespace
}  // namespace moir::mo
