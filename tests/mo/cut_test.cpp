// --input with ports, shapes, types and values; --freeze_placeholder_with_value; --output with ports. The numbers of a
// cut graph are those of the whole one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "mo/convert.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using moir::test::WriteParams;
using moir::test::WriteText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// x = data + extra; c = conv(x); s = SliceChannel(c) in two; y = s0 * s1.
constexpr const char* kSymbol = R"json({"nodes": [
  {"op": "null", "name": "data", "inputs": []},
  {"op": "null", "name": "extra", "inputs": []},
  {"op": "broadcast_add", "name": "x", "inputs": [[0,0,0],[1,0,0]]},
  {"op": "null", "name": "conv_weight", "inputs": []},
  {"op": "Convolution", "name": "conv", "attrs": {"kernel": "(1, 1)", "num_filter": "2", "no_bias": "True"},
   "inputs": [[2,0,0],[3,0,0]]},
  {"op": "SliceChannel", "name": "s", "attrs": {"num_outputs": "2"}, "inputs": [[4,0,0]]},
  {"op": "elemwise_mul", "name": "y", "inputs": [[5,0,0],[5,1,0]]}],
  "arg_nodes": [0,1,3], "heads": [[6,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})json";

class Cut : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-cut-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    WriteText(At("net-symbol.json"), kSymbol);
    weight_ = test::RandomTensor(ElementType::kF32, Shape{2, 3, 1, 1}, 1);
    WriteParams(At("net-0001.params"), {{"arg:conv_weight", weight_}});
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }

  ReadResult Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--input_model", At("net-0001.params")});
    return ReadModel(ParseOptions(arguments));
  }
  std::vector<std::string> Inputs(const ReadResult& read) {
    std::vector<std::string> names;
    for (const graph::Node* input : read.graph->Parameters()) names.push_back(input->Name());
    return names;
  }
  // One output of the whole model, or of what --output names, for data and extra of [1,3,2,2].
  Tensor Whole(const std::string& output) {
    const ReadResult read = Read({"--input", "data,extra", "--input_shape", "[1,3,2,2],[1,3,2,2]", "--output", output});
    return graph::EvaluateGraph(*read.graph, {{"data", data_}, {"extra", extra_}})[0];
  }
  static void ExpectSame(const Tensor& actual, const Tensor& expected) {
    ASSERT_EQ(actual.Shape(), expected.Shape());
    ASSERT_GT(expected.NumElements(), 0);
    EXPECT_EQ(actual.ToVector<float>(), expected.ToVector<float>());
  }

  fs::path folder_;
  Tensor weight_;
  Tensor data_ = test::RandomTensor(ElementType::kF32, Shape{1, 3, 2, 2}, 2);
  Tensor extra_ = test::RandomTensor(ElementType::kF32, Shape{1, 3, 2, 2}, 3);
};

TEST_F(Cut, BeforeAnInputPort) {
  const ReadResult read = Read({"--input", "0:conv[1,3,2,2]"});
  EXPECT_THAT(Inputs(read), ElementsAre("conv/placeholder_port_0"));
  ExpectSame(graph::EvaluateGraph(*read.graph, {{"conv/placeholder_port_0", Whole("x")}})[0], Whole("y"));
  // The weight is no data, so the port can be left out.
  EXPECT_THAT(Inputs(Read({"--input", "conv[1,3,2,2]"})), ElementsAre("conv/placeholder_port_0"));
  EXPECT_THAT(Inputs(Read({"--input", "conv", "--input_shape", "(1,3,2,2)"})), ElementsAre("conv/placeholder_port_0"));
}

TEST_F(Cut, TheWeightOfALayer) {
  const ReadResult read = Read({"--input", "data[1,3,2,2],extra[1,3,2,2],1:conv[2,3,1,1]"});
  EXPECT_THAT(Inputs(read), ElementsAre("data", "extra", "conv/placeholder_port_1"));
  ExpectSame(
      graph::EvaluateGraph(*read.graph, {{"data", data_}, {"extra", extra_}, {"conv/placeholder_port_1", weight_}})[0],
      Whole("y"));
}

TEST_F(Cut, BehindAnOutputPort) {
  const ReadResult read = Read({"--input", "conv:0[1,2,2,2]"});
  EXPECT_THAT(Inputs(read), ElementsAre("conv"));
  ExpectSame(graph::EvaluateGraph(*read.graph, {{"conv", Whole("conv")}})[0], Whole("y"));
}

TEST_F(Cut, BehindSeveralOutputsOfANode) {
  const ReadResult read = Read({"--input", "s:1[1,1,2,2],s:0[1,1,2,2]"});
  EXPECT_THAT(Inputs(read), ElementsAre("s/placeholder_out_port_1", "s"));
  ExpectSame(graph::EvaluateGraph(*read.graph, {{"s", Whole("s:0")}, {"s/placeholder_out_port_1", Whole("s:1")}})[0],
             Whole("y"));
}

TEST_F(Cut, BehindOneOutputWhileTheOtherIsComputed) {
  const ReadResult read = Read({"--input", "data[1,3,2,2],extra[1,3,2,2],s:0[1,1,2,2]"});
  EXPECT_THAT(Inputs(read), ElementsAre("data", "extra", "s/placeholder_out_port_0"));
  const Tensor other = test::RandomTensor(ElementType::kF32, Shape{1, 1, 2, 2}, 4);
  const Tensor product =
      graph::EvaluateGraph(*read.graph, {{"data", data_}, {"extra", extra_}, {"s/placeholder_out_port_0", other}})[0];
  const std::vector<float> kept = Whole("s:1").ToVector<float>(), fed = other.ToVector<float>();
  for (size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(product.ToVector<float>()[i], fed[i] * kept[i]);
}

TEST_F(Cut, OutputsByPort) {
  ExpectSame(Whole("0:s"), Whole("conv"));
  ExpectSame(Whole("1:y"), Whole("s.1"));
  ExpectSame(Whole("s:1"), Whole("s.1"));
}

TEST_F(Cut, FreezesAnInput) {
  const Tensor expected = [&] {
    const ReadResult read = Read({"--input", "data[1,3,2,2],extra[1]"});
    return graph::EvaluateGraph(*read.graph,
                                {{"data", data_}, {"extra", Tensor::FromValues<float>(Shape{1}, {0.5f})}})[0];
  }();
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--input", "data[1,3,2,2],extra->0.5"},
           {"--input", "data[1,3,2,2]", "--freeze_placeholder_with_value", "extra->0.5"},
           {"--input_shape", "[1,3,2,2]", "--freeze_placeholder_with_value", "extra->[0.5]"},
           {"--input", "data[1,3,2,2],extra[1,1,1,1]{f32}->[0.5]"}}) {
    const ReadResult read = Read(arguments);
    EXPECT_THAT(Inputs(read), ElementsAre("data"));
    ExpectSame(graph::EvaluateGraph(*read.graph, {{"data", data_}})[0], expected);
  }
}

TEST_F(Cut, FreezesWithAnArray) {
  const std::vector<float> numbers = {1, -2, 3.5};
  const ReadResult open = Read({"--input", "data[1,3,2,2],extra[1,3,1,1]"});
  const Tensor expected = graph::EvaluateGraph(
      *open.graph, {{"data", data_}, {"extra", Tensor::FromValues<float>(Shape{1, 3, 1, 1}, numbers)}})[0];
  for (const std::string value : {"[1 -2 3.5]", "[1,-2,3.5]"}) {
    const ReadResult read = Read({"--input", "data[1,3,2,2],extra[1,3,1,1]->" + value});
    ExpectSame(graph::EvaluateGraph(*read.graph, {{"data", data_}})[0], expected);
  }
}

TEST_F(Cut, FreezesTheInsideOfTheGraph) {
  const ReadResult read = Read({"--input", "data[1,3,2,2],extra[1,3,2,2],s:1[1,1,2,2]->[1 2 3 4]"});
  EXPECT_THAT(Inputs(read), ElementsAre("data", "extra"));
  const std::vector<float> product = graph::EvaluateGraph(*read.graph, {{"data", data_}, {"extra", extra_}})[0]
                                         .ToVector<float>(),
                           first = Whole("s:0").ToVector<float>();
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(product[i], first[i] * static_cast<float>(i + 1));
}

TEST_F(Cut, TheApplicationMayFeedAnotherType) {
  const ReadResult read = Read({"--input", "data[1,3,2,2]{u8},extra[1,3,2,2]"});
  EXPECT_EQ(read.graph->Parameters()[0]->Type(), ElementType::kU8);
  const Tensor bytes = data_.ConvertTo(ElementType::kU8);
  const ReadResult floats = Read({"--input", "data[1,3,2,2],extra[1,3,2,2]"});
  ExpectSame(graph::EvaluateGraph(*read.graph, {{"data", bytes}, {"extra", extra_}})[0],
             graph::EvaluateGraph(*floats.graph, {{"data", bytes.ConvertTo(ElementType::kF32)}, {"extra", extra_}})[0]);
}

TEST_F(Cut, TheBatchFillsShapesOfInputs) {
  const ReadResult read = Read({"--input", "data[-1,3,2,2],extra[?,3,2,2]", "--batch", "5"});
  EXPECT_EQ(read.graph->Parameters()[1]->Shape(), (Shape{5, 3, 2, 2}));
}

TEST_F(Cut, RefusesWhatCannotBe) {
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    try {
      Read(std::move(arguments));
      ADD_FAILURE() << "accepted; expected " << part;
    } catch (const graph::Error& error) {
      EXPECT_EQ(error.Kind(), graph::ErrorKind::kBadOption) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused({"--input", "conv[1,3,2,2],0:conv[1,3,2,2]"}, "comes twice");
  refused({"--input", "s:1[1,1,2,2],s:1[1,1,2,2]"}, "comes twice");
  refused({"--input", "data[1,3,2,2],extra[2]->1"}, "got 1 numbers, expected 2");
  refused({"--input", "data[1,3,2,2],extra[-1]->1"}, "without open sizes");
  refused({"--input", "data[1,3,2,2],extra{i32}->1.5"}, "that i32 can hold");
  refused({"--input", "data[1,3,2,2],extra{u8}->256"}, "that u8 can hold");
  refused({"--input", "data[1,3,2,2],extra{i64}->1e300"}, "that i64 can hold");
  refused({"--input", "data[1,3,2,2],extra->x"}, "numbers, True or False");
  refused({"--input", "data[1,3,2,2],extra->"}, "a value such as");
  refused({"--input", "data[1,3,2,2],extra->1 2"}, "a value such as");
  refused({"--input", "data[1,3,2,2],extra{f31}"}, "a type among");
  refused({"--input", "data[1,3,2,2", "--input_shape", "[1]"}, "matching brackets");
  refused({"--input", "data[1,3,2,2],extra", "--input_shape", "[1],[2]"}, "both state shapes");
  refused({"--input", "99999999999999999999:conv[1]"}, "a smaller number of a port");
  refused({"--input", "data[1,3,2,2],extra->1", "--freeze_placeholder_with_value", "extra->2"}, "another value");
  refused({"--freeze_placeholder_with_value", "extra->1,extra->2"}, "one value for \"extra\"");
  refused({"--freeze_placeholder_with_value", "extra"}, "NAME->VALUE");
  refused({"--freeze_placeholder_with_value", "conv_weight->1", "--input_shape", "[1,3,2,2],[1]"}, "constant already");
}

TEST_F(Cut, MeansFindAnInputByEveryNameOfIt) {
  for (const std::string name : {"conv/placeholder_port_0", "0:conv", "conv"}) {
    const Options options = ParseOptions({"--input_model", At("net-0001.params"), "--input", "0:conv[1,3,2,2]",
                                          "--mean_values", name + "(1,2,3)", "--output_dir", At("out"), "--silent"});
    EXPECT_NO_THROW(Convert(options)) << name;
  }
}

}  // namespace
}  // namespace moir::mo
