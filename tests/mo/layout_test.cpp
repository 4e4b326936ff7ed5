// --layout, --source_layout, --target_layout: the grammar is OpenVINO's ov::Layout (which refuses and accepts the same
// texts), the numbers are those of the model on transposed data.
#include "mo/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/ir/ir_reader.h"
#include "mo/convert.h"
#include "tests/support/graph_testing.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Layout, ReadsWhatOpenVinoReads) {
  EXPECT_THAT(Layout("layout", "nhwc").Axes(4, "x"), ElementsAre("N", "H", "W", "C"));
  EXPECT_THAT(Layout("layout", "[n,h,w,c]").Axes(4, "x"), ElementsAre("N", "H", "W", "C"));
  EXPECT_THAT(Layout("layout", "[n, height,w]").Axes(3, "x"), ElementsAre("N", "HEIGHT", "W"));
  EXPECT_THAT(Layout("layout", "n...c").Axes(4, "x"), ElementsAre("N", "?", "?", "C"));
  EXPECT_THAT(Layout("layout", "[...,c]").Axes(2, "x"), ElementsAre("?", "C"));
  EXPECT_THAT(Layout("layout", "n?c").Axes(3, "x"), ElementsAre("N", "?", "C"));
  EXPECT_THAT(Layout("layout", "[nhwc]").Axes(1, "x"), ElementsAre("NHWC"));
}

TEST(Layout, RefusesWhatOpenVinoRefuses) {
  for (const char* text : {"nhwn", "n..c", "[]", "n c", "n......c", "[n,n]", "[n,h", "n-c"})
    EXPECT_THROW(Layout("layout", text), graph::Error) << text;
  EXPECT_THROW(Layout("layout", "nhwc").Axes(3, "x"), graph::Error);
  EXPECT_THROW(Layout("layout", "nh...wc").Axes(3, "x"), graph::Error);
}

TEST(Layout, FindsTheOrderOfATransposition) {
  EXPECT_THAT(TransposeOrder("layout", {"N", "C", "H", "W"}, {"N", "H", "W", "C"}), ElementsAre(0, 2, 3, 1));
  EXPECT_THAT(TransposeOrder("layout", {"N", "?", "C"}, {"C", "?", "N"}), ElementsAre(2, 1, 0));
  EXPECT_THROW(TransposeOrder("layout", {"N", "C"}, {"N", "H"}), graph::Error);
  EXPECT_THROW(TransposeOrder("layout", {"N", "C", "?"}, {"N", "?", "C"}), graph::Error);
  EXPECT_THROW(TransposeOrder("layout", {"N", "C"}, {"N", "C", "H"}), graph::Error);
}

TEST(Layout, ParsesEveryFormOfTheOption) {
  const auto parse = [](const std::string& text) { return ParseLayouts("layout", text, true, true); };
  EXPECT_EQ(parse("nhwc")[0].source, "nhwc");
  EXPECT_EQ(parse("nhwc->nchw")[0].target, "nchw");
  EXPECT_EQ(parse("[n,h,w,c]->[n,c,h,w]")[0].source, "[n,h,w,c]");
  EXPECT_EQ(parse("data(nhwc->nchw)")[0].name, "data");
  EXPECT_EQ(parse("data[n,h,w,c]->[n,c,h,w]")[0].name, "data");
  EXPECT_EQ(parse("data[n,h,w,c]->[n,c,h,w]")[0].target, "[n,c,h,w]");
  EXPECT_EQ(parse("nhwc->[n,c,h,w]")[0].name, "");
  EXPECT_EQ(parse("a(->nhwc),b(nc)")[0].target, "nhwc");
  EXPECT_EQ(parse("a(->nhwc),b(nc)")[1].name, "b");
  EXPECT_EQ(ParseLayouts("target_layout", "a(nhwc)", false, true)[0].target, "nhwc");
  for (const char* text : {"", "nhwc-", "data(nhwc", "a(nc),nc", "a(nc),a(nc)", ",", "a()", "a(->)"})
    EXPECT_THROW(parse(text), graph::Error) << text;
  EXPECT_THROW(ParseLayouts("source_layout", "nhwc->nchw", true, false), graph::Error);
}

// y = conv(data), 3 -> 2 channels, 1x1, without bias; [1,3,2,4].
constexpr const char* kSymbol = R"json({"nodes": [
  {"op": "null", "name": "data", "inputs": []},
  {"op": "null", "name": "w", "inputs": []},
  {"op": "Convolution", "name": "y", "attrs": {"kernel": "(1, 1)", "num_filter": "2", "no_bias": "True"},
   "inputs": [[0,0,0],[1,0,0]]}],
  "arg_nodes": [0,1], "heads": [[2,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})json";
// The same for data whose channels come last, as y[n,h,w] = sum of data.
constexpr const char* kChannelsLast = R"({"nodes": [
  {"op": "null", "name": "data", "inputs": []},
  {"op": "sum", "name": "y", "attrs": {"axis": "3"}, "inputs": [[0,0,0]]}],
  "arg_nodes": [0], "heads": [[1,0,0]], "attrs": {"mxnet_version": ["int", 10901]}})";

class LayoutOptions : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-layout-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    test::WriteText(At("net-symbol.json"), kSymbol);
    test::WriteText(At("last-symbol.json"), kChannelsLast);
    test::WriteParams(At("net-0001.params"), {{"arg:w", test::RandomTensor(ElementType::kF32, Shape{2, 3, 1, 1}, 1)}});
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string At(const std::string& name) const { return (folder_ / name).string(); }

  // The IR that mo writes for the options, evaluated; the data is called "data", the output "y".
  Tensor Run(std::vector<std::string> arguments, const Tensor& data, bool channels_last = false) {
    if (channels_last) arguments.insert(arguments.end(), {"--input_symbol", At("last-symbol.json"), "-n", "net"});
    else arguments.insert(arguments.end(), {"--input_model", At("net-0001.params"), "-n", "net"});
    arguments.insert(arguments.end(), {"-o", At("out")});
    Convert(ParseOptions(arguments));
    const auto graph = graph::ReadIr(At("out/net.xml"), At("out/net.bin"));
    EXPECT_EQ(graph->Outputs()[0].name, "y");
    return graph::EvaluateGraph(*graph, {{"data", data}})[0];
  }
  static Tensor Transposed(const Tensor& tensor, const std::vector<size_t>& order) {
    std::vector<int64_t> dims;
    for (const size_t axis : order) dims.push_back(tensor.Shape()[static_cast<int64_t>(axis)]);
    Tensor result(ElementType::kF32, Shape(dims));
    const auto from = tensor.Values<float>();
    const auto to = result.MutableValues<float>();
    const auto out_strides = result.Shape().Strides(), in_strides = tensor.Shape().Strides();
    for (size_t i = 0; i < to.size(); ++i) {
      size_t at = 0;
      for (size_t axis = 0; axis < order.size(); ++axis) {
        const auto index = static_cast<int64_t>(i) / out_strides[axis] % dims[axis];
        at += static_cast<size_t>(index * in_strides[order[axis]]);
      }
      to[i] = from[at];
    }
    return result;
  }
  static void ExpectSame(const Tensor& actual, const Tensor& expected) {
    ASSERT_EQ(actual.Shape(), expected.Shape());
    const auto a = actual.ToVector<float>(), b = expected.ToVector<float>();
    ASSERT_FALSE(a.empty());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5) << i;
  }

  fs::path folder_;
  Tensor data_ = test::RandomTensor(ElementType::kF32, Shape{1, 3, 2, 4}, 2);
};

TEST_F(LayoutOptions, TheIrIsFedInTheTargetLayout) {
  const Tensor plain = Run({"--input_shape", "[1,3,2,4]"}, data_);
  const Tensor fed = Transposed(data_, {0, 2, 3, 1});
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--layout", "nchw->nhwc"}, fed), plain);
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--layout", "data(nchw->nhwc)"}, fed), plain);
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--source_layout", "nchw", "--target_layout", "[n,h,w,c]"}, fed),
             plain);
  // One side alone changes nothing.
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--layout", "nchw"}, data_), plain);
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--target_layout", "nhwc"}, data_), plain);
}

TEST_F(LayoutOptions, AnOutputIsDeliveredInTheTargetLayout) {
  const Tensor plain = Run({"--input_shape", "[1,3,2,4]"}, data_);
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--layout", "y(nchw->nhwc)"}, data_), Transposed(plain, {0, 2, 3, 1}));
  ExpectSame(Run({"--input_shape", "[1,3,2,4]", "--layout", "y(nchw->nhwc),data(nchw->nhwc)"},
                 Transposed(data_, {0, 2, 3, 1})),
             Transposed(plain, {0, 2, 3, 1}));
}

TEST_F(LayoutOptions, MeansGoAlongTheChannelsOfTheSourceLayout) {
  const Tensor data = Transposed(data_, {0, 2, 3, 1});  // [1,2,4,3]
  const Tensor actual = Run({"--input_shape", "[1,2,4,3]", "--source_layout", "nhwc", "--mean_values", "(1,2,4)",
                             "--scale_values", "(2,4,8)", "--reverse_input_channels"},
                            data, true);
  std::vector<float> expected;
  const auto values = data.Values<float>();
  for (size_t i = 0; i < values.size(); i += 3)
    expected.push_back((values[i + 2] - 1) / 2 + (values[i + 1] - 2) / 4 + (values[i] - 4) / 8);
  ExpectSame(actual, Tensor::FromValues<float>(Shape{1, 2, 4}, expected));
  // The same model, fed with channels first.
  ExpectSame(Run({"--input_shape", "[1,2,4,3]", "--layout", "nhwc->nchw", "--mean_values", "(1,2,4)", "--scale_values",
                  "(2,4,8)", "--reverse_input_channels"},
                 data_, true),
             actual);
}

TEST_F(LayoutOptions, RefusesWhatDoesNotFit) {
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.end(), {"--input_shape", "[1,3,2,4]"});
    try {
      Run(std::move(arguments), data_);
      ADD_FAILURE() << "accepted; expected " << part;
    } catch (const graph::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused({"--layout", "nhw->nwh"}, "got 3 axes, expected 4");
  refused({"--layout", "nchw->nhwd"}, "there is no axis C");
  refused({"--layout", "nchw", "--target_layout", "nhwc"}, "exclude each other");
  refused({"--layout", "nchw,nchw"}, "got 2 layouts for the 1 inputs");
  refused({"--layout", "y(nc->cn)"}, "output \"y\"");
  refused({"--layout", "nchw->nhwc", "--move_to_preprocess", "--mean_values", "(1,2,3)"}, "exclude each other");
}

}  // namespace
}  // namespace moir::mo
