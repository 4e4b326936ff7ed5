// Sizes left open with -1: the file holds for other sizes than any that was tried, with the numbers of a conversion for
// these sizes.
#include "mo/dynamic_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/ir/ir_reader.h"
#include "mo/convert.h"
#include "mo/options.h"
#include "tests/support/graph_testing.h"
#include "tests/support/ir_testing.h"
#include "tests/support/mxnet_files.h"

namespace moir::mo {
namespace {

using graph::ElementType;
using graph::Shape;
using graph::Tensor;
using ::testing::HasSubstr;

// [{"op": ..}] in the form of symbol.json; nodes are given as op, name, attributes, inputs.
std::string Symbol(const std::string& nodes, int count, const std::string& variables) {
  return "{\"nodes\": [" + nodes + "], \"arg_nodes\": [" + variables + "], \"heads\": [[" + std::to_string(count - 1) +
         ", 0, 0]], \"attrs\": {\"mxnet_version\": [\"int\", 10901]}}";
}
std::string Node(const std::string& op, const std::string& name, const std::string& attributes,
                 const std::string& inputs) {
  return "{\"op\": \"" + op + "\", \"name\": \"" + name + "\", \"attrs\": {" + attributes + "}, \"inputs\": [" +
         inputs + "]}";
}

class OpenSizes : public ::testing::Test {
 protected:
  void Make(const std::string& symbol, const std::map<std::string, Tensor>& parameters) {
    test::WriteText(folder_.File("net-symbol.json"), symbol);
    test::WriteParams(folder_.File("net-0000.params"), parameters);
  }
  ConvertReport Convert(const std::string& shape, const std::string& name, const std::string& version = "11") {
    return mo::Convert(
        ParseOptions({"--input_model", folder_.File("net-0000.params"), "--input_shape", shape, "--ir_version", version,
                      "--output_dir", folder_.File("out"), "--model_name", name}));
  }
  std::string Refusal(const std::string& shape, const std::string& version = "11") {
    try {
      Convert(shape, "refused", version);
    } catch (const graph::Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }
  // The open file at this shape gives what a conversion for it gives.
  void ExpectHolds(const std::string& open_xml, const Shape& shape) {
    const ConvertReport closed = Convert(shape.ToString(), "closed");
    const auto wanted = graph::ReadIr(closed.xml_path), got = graph::ReadIr(open_xml, "", {{"data", shape}});
    test::ExpectSameResults(*got, *wanted, 1e-5);
  }
  test::TempFolder folder_;
};

const std::string kConvolution =
    Node("null", "data", "", "") + "," + Node("null", "w", "", "") + "," + Node("null", "b", "", "") + "," +
    Node("Convolution", "conv",
         "\"kernel\": \"(3, 3)\", \"num_filter\": \"4\", \"stride\": \"(2, 2)\", \"pad\": \"(1, 1)\"",
         "[0,0,0],[1,0,0],[2,0,0]");
std::map<std::string, Tensor> ConvolutionParameters() {
  return {{"arg:w", test::RandomTensor(ElementType::kF32, Shape{4, 3, 3, 3}, 1)},
          {"arg:b", test::RandomTensor(ElementType::kF32, Shape{4}, 2)}};
}

TEST_F(OpenSizes, OfAClassifierHoldForEveryBatchAndPicture) {
  Make(Symbol(kConvolution + "," +
                  Node("Pooling", "pool", "\"global_pool\": \"True\", \"pool_type\": \"avg\"", "[3,0,0]") + "," +
                  Node("Flatten", "flat", "", "[4,0,0]"),
              6, "0, 1, 2"),
       ConvolutionParameters());
  const ConvertReport report = Convert("[-1,3,-1,-1]", "open");
  EXPECT_THAT(test::ReadText(report.xml_path), HasSubstr("shape=\"?,3,?,?\""));
  for (const Shape& shape : {Shape{1, 3, 8, 9}, Shape{4, 3, 33, 20}}) ExpectHolds(report.xml_path, shape);
}

TEST_F(OpenSizes, OfADetectorsHeadStayInReshapeCodes) {
  // [N,C,H,W] to [N, H * W * C / 2, 2].
  Make(Symbol(kConvolution + "," + Node("transpose", "t", "\"axes\": \"(0, 2, 3, 1)\"", "[3,0,0]") + "," +
                  Node("Reshape", "r", "\"shape\": \"(0, -1, 2)\"", "[4,0,0]"),
              6, "0, 1, 2"),
       ConvolutionParameters());
  const ConvertReport report = Convert("[-1,3,-1,-1]", "open");
  for (const Shape& shape : {Shape{1, 3, 8, 9}, Shape{3, 3, 17, 6}}) ExpectHolds(report.xml_path, shape);
}

TEST_F(OpenSizes, OfBatchesHoldInSuppression) {
  // The loop runs over the boxes of all pictures at once.
  for (const char* attributes : {"\"overlap_thresh\": \"0.1\", \"topk\": \"5\", \"id_index\": \"0\"",
                                 "\"overlap_thresh\": \"0.3\", \"force_suppress\": \"True\""}) {
    Make(Symbol(Node("null", "data", "", "") + "," + Node("_contrib_box_nms", "nms", attributes, "[0,0,0]"), 2, "0"),
         {});
    for (const char* version : {"10", "11"}) {
      const ConvertReport report = Convert("[-1,9,6]", "open", version);
      for (const Shape& shape : {Shape{1, 9, 6}, Shape{4, 9, 6}}) ExpectHolds(report.xml_path, shape);
    }
    EXPECT_THAT(Refusal("[1,-1,6]"), ::testing::AllOf(HasSubstr("\"nms"), HasSubstr("cannot stay open")));
  }
}

TEST_F(OpenSizes, AreComputedFromShapesWhereCodesDoNotSuffice) {
  // Two sizes of the result depend on sizes of the data: [N * C, H, W], cropped to the data's own size.
  Make(Symbol(kConvolution + "," +
                  Node("UpSampling", "up", "\"scale\": \"2\", \"sample_type\": \"nearest\", \"num_args\": \"1\"",
                       "[3,0,0]") +
                  "," + Node("Crop", "crop", "\"num_args\": \"2\"", "[4,0,0],[0,0,0]") + "," +
                  Node("Reshape", "r", "\"shape\": \"(-3, -2)\"", "[5,0,0]"),
              7, "0, 1, 2"),
       ConvolutionParameters());
  const ConvertReport report = Convert("[-1,3,-1,-1]", "open");
  for (const Shape& shape : {Shape{1, 3, 7, 9}, Shape{2, 3, 13, 21}}) ExpectHolds(report.xml_path, shape);
}

TEST_F(OpenSizes, ThatWeightsDependOnAreRefused) {
  Make(Symbol(kConvolution + "," + Node("null", "fw", "", "") + "," +
                  Node("FullyConnected", "fc", "\"num_hidden\": \"2\", \"no_bias\": \"True\"", "[3,0,0],[4,0,0]"),
              6, "0, 1, 2, 4"),
       [] {
         auto parameters = ConvolutionParameters();
         parameters["arg:fw"] = test::RandomTensor(ElementType::kF32, Shape{2, 4 * 4 * 4}, 3);
         return parameters;
       }());
  EXPECT_THAT(Refusal("[1,3,-1,-1]"), HasSubstr("sizes left open with -1"));
  const ConvertReport report = Convert("[-1,3,8,8]", "open");
  ExpectHolds(report.xml_path, Shape{9, 3, 8, 8});
}

TEST_F(OpenSizes, NeedAnIrThatHasThem) {
  Make(Symbol(kConvolution, 4, "0, 1, 2"), ConvolutionParameters());
  EXPECT_THAT(Refusal("[-1,3,8,8]", "3"), HasSubstr("--ir_version 11"));
}

}  // namespace
}  // namespace moir::mo
