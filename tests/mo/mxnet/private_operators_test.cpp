// Graphs with operators of forks, plug-ins and training programs (tests/data/private_operators, made by
// tests/oracle/make_private_operator_graphs.py, which tells whose they are). Such files lie in public projects of these
// kinds: binary networks (BMXNet), Faster R-CNN and R-FCN in Python (mx-rcnn and its many forks, Deformable ConvNets,
// Relation Networks), instance segmentation (FCIS), face recognition with margins (LSoftmax, InsightFace and its
// relatives, RetinaFace's training), Caffe and Torch layers in MXNet, NumpyOp examples of 2015 and 2016, losses of GANs
// and detectors in Python. The user must learn what is in the way, how much of it, and how to go on.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "graph/evaluate.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Shape;
using graph::Tensor;

Symbol Load(const std::string& name) {
  std::ifstream file(std::string(MOIR_TEST_DATA_DIR) + "/private_operators/" + name + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  Symbol symbol = ParseSymbol(text.str(), name + ".json");
  UpgradeSymbol(symbol);
  return symbol;
}

Params MakeParams(const std::vector<std::pair<std::string, Shape>>& shapes) {
  std::vector<Param> params;
  for (const auto& [name, shape] : shapes) {
    params.push_back(
        {ParamKind::kArgument, name, test::RandomTensor(graph::ElementType::kF32, shape, params.size() + 1)});
  }
  return Params(std::move(params), true, "net.params");
}

Params RegionParams() {
  return MakeParams({{"rpn_conv_weight", {4, 3, 3, 3}},
                     {"rpn_conv_bias", {4}},
                     {"rpn_cls_score_weight", {6, 4, 1, 1}},
                     {"rpn_cls_score_bias", {6}},
                     {"rpn_bbox_pred_weight", {12, 4, 1, 1}},
                     {"rpn_bbox_pred_bias", {12}},
                     {"cls_score_weight", {3, 16}},
                     {"cls_score_bias", {3}}});
}

struct Expected {
  const char* file;
  std::vector<InputOption> inputs;
  ErrorKind kind;
  std::vector<const char*> parts;  // of the message
};

const std::vector<Expected> kExpected = {
    {"bmxnet",
     {{"data", Shape{1, 1, 28, 28}}},
     ErrorKind::kUnsupported,
     {"bmxnet.json: 3 operators are not supported", "QActivation: 2 nodes (qact1, qact2); a layer of BMXNet",
      "QConvolution: 2 nodes (qconv1, qconv2)", "QFullyConnected: 1 node (qfc)", "--output bn0\n"}},
    {"rcnn_old",
     {{"data", Shape{1, 3, 64, 64}}, {"im_info", Shape{1, 3}}},
     ErrorKind::kUnsupported,
     {"node \"rois\" (Custom): attribute is_train", "replace is_train in the file by rpn_pre_nms_top_n"}},
    {"rcnn_training",
     {},
     ErrorKind::kBadModel,
     {"every output depends on labels (cls_prob)",
      "Custom, op_type BoxAnnotatorOHEM: 1 node (hard), which exists at training only",
      "Custom, op_type proposal_target: 1 node (targets)", "name inner nodes with --output"}},
    {"fcis",
     {},
     ErrorKind::kUnsupported,
     {"1 operator is not supported", "_contrib_ChannelOperator: 2 nodes (seg_max, seg_pick)", "(FCIS)",
      "--output psroi\n"}},
    {"angular_margin",
     {},
     ErrorKind::kBadModel,
     {"every output depends on labels (softmax)", "AmSoftmax: 1 node (fc7); a loss with margins", "--output fc1\n"}},
    {"caffe", {}, ErrorKind::kBadModel, {"CaffeLoss: 1 node (loss); a layer of another framework", "--output act1\n"}},
    {"numpy_op",
     {},
     ErrorKind::kBadModel,
     {"_Native: 1 node (softmax); Python code of the training program", "--output scale\n"}},
    {"focal_loss",
     {},
     ErrorKind::kUnsupported,
     {"Custom, op_type focal_loss: 6 nodes (loss0, loss1, loss2, loss3, ...); Python code", "--output score\n"}},
    {"fused",
     {},
     ErrorKind::kUnsupported,
     {"3 operators are not supported", "_FusedOp: 1 node (point)", "MXNET_USE_FUSION=0", "_TensorRT: 1 node (engine)",
      "_sg_mkldnn_batch_dot: 1 node (attention)", "--output fc1\n"}},
    {"misspelt",
     {},
     ErrorKind::kUnsupported,
     {"2 operators are not supported", "Convolutoin: 1 node (conv0); the nearest known operator is Convolution"}},
};

TEST(PrivateOperators, AreNamedWithTheWayOut) {
  for (const Expected& expected : kExpected) {
    SCOPED_TRACE(expected.file);
    BuildOptions options;
    options.inputs = expected.inputs;
    try {
      BuildGraph(Load(expected.file), RegionParams(), options);
      ADD_FAILURE() << "converted";
    } catch (const graph::Error& error) {
      EXPECT_EQ(error.Kind(), expected.kind);
      for (const char* part : expected.parts)
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << "\nin: " << error.what();
    }
  }
}

TEST(PrivateOperators, ConvertsWhatTheWayOutSays) {
  BuildOptions options;
  options.inputs = {{"data", Shape{2, 4}}};
  options.outputs = {"fc1"};
  const Params params = MakeParams({{"fc1_weight", {4, 4}}, {"fc1_bias", {4}}});
  for (const char* file : {"angular_margin", "fused"}) EXPECT_NO_THROW(BuildGraph(Load(file), params, options)) << file;
}

TEST(PrivateOperators, ConvertsRegionsInPythonAsMxnetsOwn) {
  BuildOptions options;
  options.inputs = {{"data", Shape{1, 3, 5, 6}}, {"im_info", Shape{1, 3}}};
  const BuildResult built = BuildGraph(Load("rcnn_python"), RegionParams(), options);
  const graph::Node* proposal = nullptr;
  for (const graph::Node* node : built.graph->TopologicalOrder()) {
    if (node->Is("MultiProposal")) proposal = node;
  }
  ASSERT_TRUE(proposal);
  EXPECT_EQ(proposal->Attr<int64_t>("rpn_pre_nms_top_n"), 20);
  EXPECT_EQ(proposal->Attr<int64_t>("feature_stride"), 16);
  EXPECT_EQ(proposal->Shape(), Shape({4, 5}));
  EXPECT_EQ(built.graph->Outputs()[0].value.Shape(), Shape({4, 3}));
  ASSERT_EQ(built.notes.size(), 1u);
  EXPECT_NE(built.notes[0].find("repeats random ones"), std::string::npos) << built.notes[0];
}

// Python rounds halves to even, MXNet's own operator up: 22.5 for stride 32 and ratio 0.5.
TEST(PrivateOperators, RefusesAnchorsThatPythonRoundsDifferently) {
  BuildOptions options;
  options.inputs = {{"data", Shape{1, 3, 5, 6}}, {"im_info", Shape{1, 3}}};
  Symbol symbol = Load("rcnn_python");
  for (SymbolNode& node : symbol.nodes) {
    if (node.op == "Custom") node.attributes["feat_stride"] = "32";
  }
  test::ExpectError([&] { BuildGraph(symbol, RegionParams(), options); }, ErrorKind::kUnsupported,
                    {"attribute ratios: the ratio 0.5 with feat_stride 32", "--output"});
}

TEST(PrivateOperators, LeavesTheMarginToTraining) {
  BuildOptions options;
  options.inputs = {{"data", Shape{2, 4}}};
  const Params params = MakeParams({{"fc1_weight", {4, 4}}, {"fc1_bias", {4}}, {"fc7_weight", {3, 4}}});
  const BuildResult built = BuildGraph(Load("large_margin"), params, options);
  const Tensor x = test::RandomTensor(graph::ElementType::kF32, {2, 4}, 9);
  const auto dense = [&](const Tensor& data, const char* weight) {
    return test::EvaluateOp("MatMul", {data, *params.Find(weight)}, {{"transpose_b", true}});
  };
  const Tensor embedding = test::EvaluateOp("Add", {dense(x, "fc1_weight"), *params.Find("fc1_bias")});
  test::ExpectNear(graph::EvaluateGraph(*built.graph, {{"data", x}})[0],
                   test::EvaluateOp("Softmax", {dense(embedding, "fc7_weight")}, {{"axis", int64_t{1}}}));
}

}  // namespace
}  // namespace moir::mo
