// What stands in files of IR v10 and v11, and what cannot be written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "graph/error.h"
#include "graph/text.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kModel = R"(
  data : f32[1,3,4,4]; w : f32[2,3,3,3] = random(1); b : f32[1,2,1,1] = random(2); half : f32[] = {0.5}
  conv = Convolution(data, w); bias = Add(conv, b); scaled = Multiply(bias, half); softmax = Softmax(scaled) axis=-3
  return softmax as "softmax_output")";

TEST(IrV10V11Writer, WritesLayersOfTheOldestOperationSetThatHasThem) {
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel), {.version = 11});
  const std::string text = files.Topology();
  EXPECT_THAT(text, HasSubstr("version=\"11\""));
  EXPECT_THAT(text, HasSubstr("type=\"Softmax\" version=\"opset1\""));
  // opset1 counts axes from the front only.
  EXPECT_THAT(text, HasSubstr("<data axis=\"1\"/>"));
  // Every list is there, one number per axis.
  EXPECT_THAT(text, HasSubstr("strides=\"1,1\" pads_begin=\"0,0\" pads_end=\"0,0\" dilations=\"1,1\""));
  EXPECT_THAT(text, HasSubstr("names=\"softmax_output\""));
  EXPECT_THAT(text, HasSubstr("<data shape=\"1,3,4,4\" element_type=\"f32\"/>"));
  EXPECT_THAT(text, HasSubstr("<rt_info>"));
}

TEST(IrV10V11Writer, ReadsBackAsTheSameGraph) {
  for (const int version : {10, 11}) {
    const auto graph = graph::ParseGraph(kModel);
    const IrFiles files;
    files.Write(*graph, {.version = version});
    const auto read = files.Read();
    EXPECT_EQ(read->NodeCount(), graph->NodeCount());
    ExpectSameResults(*read, *graph);
  }
}

TEST(IrV10V11Writer, StoresWeightsAsF16WithAConvert) {
  const auto graph =
      graph::ParseGraph(R"(x : f32[2]; w : f32[2] = {0.5,0.25}; big : f32[2] = {1e6,1}; one : f32[] = {1e-12}
    a = Multiply(x, w); b = Multiply(a, big); c = Add(b, one); return c)");
  const IrFiles files;
  const graph::IrWriteReport report = files.Write(*graph, {.version = 11, .f16 = true});
  const std::string text = files.Topology();
  EXPECT_THAT(text, HasSubstr("name=\"w_compressed\" type=\"Const\""));
  EXPECT_THAT(text, HasSubstr("<attribute name=\"decompression\" version=\"0\"/>"));
  // Beyond f16's range, and single numbers: as they are.
  EXPECT_THAT(text, Not(HasSubstr("big_compressed")));
  EXPECT_THAT(text, Not(HasSubstr("one_compressed")));
  EXPECT_EQ(report.f16_kept, 1u);
  ExpectSameResults(*files.Read(), *graph);
}

TEST(IrV10V11Writer, WritesLayoutsAndOpenSizes) {
  const auto graph = graph::ParseGraph("data : f32[1,3,4,4]; y = ReLU(data); return y");
  graph::IrWriteOptions options{.version = 11};
  options.layouts["data"] = "[N,C,H,W]";
  options.open_sizes[{graph->FindNode("data"), 0}] = {true, false, false, false};
  const IrFiles files;
  files.Write(*graph, options);
  EXPECT_THAT(files.Topology(), HasSubstr("layout=\"[N,C,H,W]\""));
  EXPECT_THAT(files.Topology(), HasSubstr("shape=\"?,3,4,4\""));
  EXPECT_THAT(files.Topology(), HasSubstr("<dim>-1</dim>"));
}

std::string RefusalOf(const char* text, const graph::IrWriteOptions& options) {
  const auto graph = graph::ParseGraph(text);
  const IrFiles files;
  try {
    files.Write(*graph, options);
  } catch (const graph::Error& error) {
    EXPECT_FALSE(std::filesystem::exists(files.Xml()));
    return error.what();
  }
  return "nothing was refused";
}

TEST(IrV10V11Writer, RefusesAllOperatorsWithoutASpellingAtOnce) {
  const std::string message =
      RefusalOf("x : f32[2,2]; a = Cholesky(x); b = Inverse(a); c = Determinant(b); return c", {.version = 10});
  EXPECT_THAT(message, HasSubstr("\"a\" (Cholesky), \"b\" (Inverse), \"c\" (Determinant)"));
  EXPECT_THAT(message, HasSubstr("--ir_version 3"));
  // Inverse came with opset14.
  EXPECT_THAT(RefusalOf("x : f32[2,2]; a = Cholesky(x); b = Inverse(a); return b", {.version = 11}),
              HasSubstr("nodes: \"a\" (Cholesky);"));
}

TEST(IrV10V11Writer, RefusesTensorsWithoutElements) {
  EXPECT_THAT(RefusalOf("x : f32[0,2]; y = ReLU(x); return y", {.version = 11}), HasSubstr("[0,2] has no elements"));
}

TEST(IrV10V11Writer, RefusesPreProcessing) {
  graph::IrWriteOptions options{.version = 11};
  options.pre_process.push_back({"x", {1}, {}});
  EXPECT_THAT(RefusalOf("x : f32[1,1]; y = ReLU(x); return y", options), HasSubstr("--move_to_preprocess"));
}

TEST(IrV10V11Writer, SaysWhichOpenVinoReadsTheFiles) {
  const IrFiles files;
  const auto plain = graph::ParseGraph(kModel);
  EXPECT_EQ(files.Write(*plain, {.version = 10}).engines[0], "OpenVINO 2021.4 and later");
  EXPECT_EQ(files.Write(*plain, {.version = 11}).engines[0], "OpenVINO 2022.1 and later");
  const auto newer = graph::ParseGraph("x : f32[2,2]; y = Inverse(x); return y");
  EXPECT_EQ(files.Write(*newer, {.version = 11}).engines[0], "OpenVINO 2024.0 and later");
}

TEST(IrV10V11Writer, SaysWhereTheOrderOfEqualsIsOpen) {
  const std::string text =
      R"(x : f32[1,4]; k : i64[] = {2}; y = TopK(x, k) axis=1 mode="max" sort="value" index_element_type="i32")";
  const auto stable = graph::ParseGraph(text + "; return y.0, y.1"),
             open = graph::ParseGraph(text + " stable=false; return y.0, y.1");
  const IrFiles files;
  for (const int version : {10, 11}) {
    EXPECT_TRUE(files.Write(*stable, {.version = version}).notes.empty());
    const graph::IrWriteReport report = files.Write(*open, {.version = version});
    ASSERT_EQ(report.notes.size(), 1u);
    EXPECT_THAT(report.notes[0], HasSubstr("order of equal elements"));
  }
}

// Engines before 2024 read "inf" as 0.
TEST(IrV10V11Writer, SpellsLimitsThatAreInfinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto graph = graph::ParseGraph("x : f32[3]; y = ReLU(x); return y");
  graph::Node* clamp =
      graph->Add("Clamp", "c", {graph->TopologicalOrder().back()->Output()}, {{"min", -kInfinity}, {"max", kInfinity}});
  graph->AddOutput("c", clamp->Output());
  const IrFiles files;
  files.Write(*graph, {.version = 10});
  EXPECT_THAT(files.Topology(), ::testing::AllOf(HasSubstr("min=\"-1e+300\""), HasSubstr("max=\"1e+300\"")));
  ExpectSameResults(*files.Read(), *graph, 0);
}

}  // namespace
}  // namespace moir::test
