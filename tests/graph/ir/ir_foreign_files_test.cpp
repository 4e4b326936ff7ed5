// Files as other tools write them: spellings, additions and layers that ours do not have.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/text.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

// One layer between an input "x" and the end, in a file of its own with `bytes` of weights.
struct Foreign {
  std::string type, data, in, out, blobs;
  int version = 4;
  std::string precision = "FP32";
};

std::string Dims(const std::string& list) {
  std::string text;
  for (const std::string& size : graph::Split(list, ',')) text += "<dim>" + size + "</dim>";
  return text;
}

std::unique_ptr<Graph> ReadForeign(const Foreign& layer, const std::vector<float>& weights = {},
                                   const std::string& before_layers = "") {
  const IrFiles files;
  files.Folder().Write("model.bin",
                       std::string(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)));
  files.Folder().Write(
      "model.xml",
      "<?xml version=\"1.0\" ?><net batch=\"1\" name=\"foreign\" version=\"" + std::to_string(layer.version) + "\">" +
          before_layers + "<layers><layer id=\"0\" name=\"x\" precision=\"" + layer.precision +
          "\" type=\"Input\"><output><port id=\"0\">" + Dims(layer.in) +
          "</port></output></layer><!-- a comment --><layer id=\"7\" name=\"y\" precision=\"" + layer.precision +
          "\" type=\"" + layer.type + "\">" + layer.data + "<input><port id=\"0\">" + Dims(layer.in) +
          "</port></input><output><port id=\"3\">" + Dims(layer.out) + "</port></output>" + layer.blobs +
          "</layer></layers><edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"7\" "
          "to-port=\"0\"/></edges></net>");
  return files.Read();
}

void ExpectRead(const Foreign& layer, const std::vector<float>& weights, const char* expected,
                const std::string& before_layers = "") {
  try {
    const auto graph = ReadForeign(layer, weights, before_layers);
    EXPECT_EQ(CompareGraphs(*graph, *graph::ParseGraph(expected)), "") << graph::PrintGraph(*graph);
  } catch (const graph::Error& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(ForeignIr, OldNamesOfLayers) {
  ExpectRead({"Logistic", "", "1,2", "1,2", ""}, {}, "x : f32[1,2]; y = Sigmoid(x); return y");
  ExpectRead({"Softmax", "<data axis=\"1\"/>", "1,2", "1,2", ""}, {}, "x : f32[1,2]; y = Softmax(x) axis=1; return y");
  ExpectRead({"tanh", "", "1,2", "1,2", ""}, {}, "x : f32[1,2]; y = Tanh(x); return y");
  ExpectRead({"InnerProduct", "<fc_data out-size=\"1\"/>", "1,2", "1,1", "<weights offset=\"0\" size=\"8\"/>"}, {1, 2},
             "x : f32[1,2]; w : f32[1,2] = {1,2}; y = MatMul(x, w) transpose_b=true; return y");
  ExpectRead(
      {"LRN", "<data alpha=\"1.0\" beta=\"0.75\" local_size=\"5\" region=\"across\"/>", "1,2,1,1", "1,2,1,1", ""}, {},
      "x : f32[1,2,1,1]; a : i64[1] = {1}; y = LRN(x, a) alpha=1.0 beta=0.75 bias=1.0 size=5; return y");
}

TEST(ForeignIr, AttributesThatSayNothing) {
  ExpectRead({"PReLU", "<data channel_shared=\"0\" filler_type=\"constant\" filler_value=\"0\" sparse=\"-1\"/>", "1,2",
              "1,2", "<blobs><weights offset=\"0\" size=\"8\"/></blobs>"},
             {1, 2}, "x : f32[1,2]; w : f32[2] = {1,2}; y = PRelu(x, w); return y");
}

TEST(ForeignIr, WindowsOfV2) {
  ExpectRead({"Convolution",
              "<convolution_data kernel-x=\"2\" kernel-y=\"1\" output=\"1\" pad-x=\"1\" pad-y=\"0\" pad-r=\"0\" "
              "stride-x=\"2\" group=\"1\"/>",
              "1,1,2,4", "1,1,2,2", "<blobs><weights offset=\"0\" size=\"8\"/></blobs>", 2},
             {1, 2},
             "x : f32[1,1,2,4]; w : f32[1,1,1,2] = {1,2}; y = Convolution(x, w) strides=[1,2] pads_begin=[0,1] "
             "pads_end=[0,0]; return y");
  // A pooling's end padding is that of its beginning.
  ExpectRead({"Pooling",
              "<data kernel-x=\"2\" kernel-y=\"2\" pad-x=\"1\" pad-y=\"0\" stride=\"1,1,2,2\" stride-x=\"2\" "
              "stride-y=\"2\" pool-method=\"avg\" exclude-pad=\"true\" rounding_type=\"ceil\"/>",
              "1,1,3,4", "1,1,2,3", "", 2},
             {},
             "x : f32[1,1,3,4]; y = AvgPool(x) kernel=[2,2] strides=[2,2] pads_begin=[0,1] pads_end=[0,1] "
             "exclude-pad=true rounding_type=\"ceil\"; return y");
}

TEST(ForeignIr, AutomaticPadding) {
  ExpectRead({"Pooling",
              "<data auto_pad=\"same_upper\" kernel=\"2,2\" strides=\"2,2\" pads_begin=\"0,0\" pads_end=\"0,0\" "
              "pool-method=\"max\" rounding_type=\"floor\"/>",
              "1,1,3,3", "1,1,2,2", ""},
             {},
             "x : f32[1,1,3,3]; y = MaxPool(x) kernel=[2,2] strides=[2,2] auto_pad=\"same_upper\" pads_begin=[0,0] "
             "pads_end=[0,0]; return y");
  ExpectRead(
      {"Pooling", "<data auto_pad=\"\" kernel=\"2,2\" strides=\"1,1\" pool-method=\"max\"/>", "1,1,3,3", "1,1,2,2", ""},
      {}, "x : f32[1,1,3,3]; y = MaxPool(x) kernel=[2,2] strides=[1,1]; return y");
}

TEST(ForeignIr, HalfPrecisionWeightsAreWidened) {
  // 1.0 and -2.0 as f16.
  const uint16_t halves[] = {0x3c00, 0xc000};
  float bits;
  std::memcpy(&bits, halves, sizeof(bits));
  ExpectRead({"ScaleShift", "", "1,2", "1,2", "<blobs><weights offset=\"0\" size=\"4\"/></blobs>", 3, "FP16"}, {bits},
             "x : f32[1,2]; w : f32[1,2] = {1,-2}; y = Multiply(x, w); return y");
}

TEST(ForeignIr, MeansOfThePreProcessing) {
  ExpectRead({"ReLU", "", "1,2,1,1", "1,2,1,1", ""}, {},
             "x : f32[1,2,1,1]; m : f32[1,2,1,1] = {0.5,2}; s = Subtract(x, m); y = ReLU(s); return y",
             "<pre-process><channel id=\"0\"><mean value=\"0.5\"/></channel><channel id=\"1\"><mean "
             "value=\"2\"/></channel></pre-process>");
  ExpectError(
      [] {
        ReadForeign({"ReLU", "", "1,1,1,1", "1,1,1,1", ""}, {},
                    "<pre-process reference-layer-name=\"x\"><channel id=\"0\"><mean offset=\"0\" "
                    "size=\"4\"/></channel></pre-process>");
      },
      ErrorKind::kUnsupported, {"mean image"});
}

TEST(ForeignIr, BiasesBesideTheBlobs) {
  ExpectRead({"ScaleShift", "", "1,2", "1,2", "<biases offset=\"8\" size=\"8\"/><weights offset=\"0\" size=\"8\"/>"},
             {2, 3, 4, 5},
             "x : f32[1,2]; w : f32[1,2] = {2,3}; b : f32[1,2] = {4,5}; m = Multiply(x, w); y = Add(m, b); return y");
}

TEST(ForeignIr, WhatLayersCannotMeanIsRefused) {
  ExpectError(
      [] {
        ReadForeign(
            {"Resample", "<data factor=\"1.5\" type=\"caffe.ResampleParameter.NEAREST\"/>", "1,1,2,2", "1,1,3,3", ""});
      },
      ErrorKind::kUnsupported, {"layer \"y\"", "whole number"});
  ExpectError(
      [] {
        ReadForeign(
            {"Interp", "<data height=\"3\" width=\"3\" pad_beg=\"1\" pad_end=\"0\"/>", "1,1,2,2", "1,1,3,3", ""});
      },
      ErrorKind::kUnsupported, {"layer \"y\"", "padding"});
}

TEST(ForeignIr, PriorBoxesAreAConstant) {
  // Two positions of a 1 x 2 map in a picture of 10 x 20; sizes 4 and, by the ratio 4 of the first, 8 x 2.
  const auto graph = graph::ParseGraph(R"(map : f32[1,1,1,2]; picture : f32[1,3,10,20]
    y = ie.PriorBox(map, picture) min_size=[4.0] aspect_ratio=[1.0,4.0] step=10.0 offset=0.5 variance=[0.1,0.2,0.3,0.4] scale_all_sizes=0; return y)");
  const Tensor boxes = graph::EvaluateGraph(*graph, RandomInputs(*graph))[0];
  ExpectValues<float>(boxes, Shape{1, 2, 16}, {0.15f, 0.3f,  0.35f, 0.7f,  0.05f, 0.4f, 0.45f, 0.6f, 0.65f, 0.3f, 0.85f,
                                               0.7f,  0.55f, 0.4f,  0.95f, 0.6f,  0.1f, 0.2f,  0.3f, 0.4f,  0.1f, 0.2f,
                                               0.3f,  0.4f,  0.1f,  0.2f,  0.3f,  0.4f, 0.1f,  0.2f, 0.3f,  0.4f});
  const IrFiles files;
  files.Write(*graph);
  const auto read = files.Read();
  EXPECT_TRUE(read->Outputs()[0].value.Constant());
  ExpectNear(graph::EvaluateGraph(*read, RandomInputs(*read))[0], boxes);
}

TEST(ForeignIr, PriorBoxesWithAMaximumAndNoStep) {
  const auto graph = graph::ParseGraph(R"(map : f32[1,1,1,1]; picture : f32[1,3,10,10]
    y = ie.PriorBox(map, picture) min_size=[2.0] max_size=[8.0] aspect_ratio=[4.0] flip=1 clip=1 variance=[0.1]; return y)");
  ExpectValues<float>(
      graph::EvaluateGraph(*graph, RandomInputs(*graph))[0], Shape{1, 2, 16},
      {0.4f, 0.4f, 0.6f, 0.6f, 0.3f, 0.3f, 0.7f, 0.7f, 0.3f, 0.45f, 0.7f, 0.55f, 0.45f, 0.3f, 0.55f, 0.7f,
       0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f,  0.1f, 0.1f,  0.1f,  0.1f, 0.1f,  0.1f});
}

std::unique_ptr<Graph> Detection(const std::string& attributes) {
  // Three boxes: the second overlaps the first, the third lies apart.
  return graph::ParseGraph(
      R"(loc : f32[1,12]; conf : f32[1,9]; priors : f32[1,2,12] = {0,0,0.4,0.4, 0,0,0.4,0.5, 0.6,0.6,1,1, 0.1,0.1,0.2,0.2, 0.1,0.1,0.2,0.2, 0.1,0.1,0.2,0.2}
    y = ie.DetectionOutput(loc, conf, priors) num_classes=3 keep_top_k=4 nms_threshold=0.5 confidence_threshold=0.1 code_type="caffe.PriorBoxParameter.CENTER_SIZE" )" +
      attributes + "; return y");
}

std::map<std::string, Tensor> DetectionInputs() {
  return {{"loc", Tensor(ElementType::kF32, Shape{1, 12})},
          {"conf", Tensor::FromValues<float>(Shape{1, 9}, {0.1f, 0.8f, 0.1f, 0.1f, 0.7f, 0.2f, 0.3f, 0.2f, 0.5f})}};
}

TEST(ForeignIr, DetectionsInTheMannerOfCaffe) {
  const Tensor found = graph::EvaluateGraph(*Detection("decrease_label_id=0"), DetectionInputs())[0];
  ExpectValues<float>(found, Shape{1, 1, 4, 7},
                      {0, 1, 0.8f, 0,    0,    0.4f, 0.4f, 0, 1, 0.2f, 0.6f, 0.6f, 1,    1,
                       0, 2, 0.5f, 0.6f, 0.6f, 1,    1,    0, 2, 0.2f, 0,    0,    0.4f, 0.5f});
}

TEST(ForeignIr, DetectionsInTheMannerOfMxnet) {
  const Tensor found = graph::EvaluateGraph(*Detection("decrease_label_id=1 clip=1"), DetectionInputs())[0];
  ExpectValues<float>(found, Shape{1, 1, 4, 7}, {0,  0, 0.8f, 0, 0, 0.4f, 0.4f, 0, 1, 0.5f, 0.6f, 0.6f, 1, 1,
                                                 -1, 0, 0,    0, 0, 0,    0,    0, 0, 0,    0,    0,    0, 0});
}

TEST(ForeignIr, DetectionsAreCut) {
  const Tensor found = graph::EvaluateGraph(*Detection("decrease_label_id=1 top_k=1"), DetectionInputs())[0];
  EXPECT_EQ(found.ToVector<float>()[7], -1);
}

TEST(ForeignIr, DetectionsAreMovedByTheirOffsets) {
  auto inputs = DetectionInputs();
  inputs["loc"] = Tensor::FromValues<float>(Shape{1, 12}, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0});
  const std::vector<float> moved = graph::EvaluateGraph(*Detection("decrease_label_id=1"), inputs)[0].ToVector<float>();
  // The first box moves by 0.1 * 1 of its width 0.4, the third is e^(0.2 * 5) times as wide.
  EXPECT_NEAR(moved[3], 0.04, 1e-6);
  EXPECT_NEAR(moved[10], 0.8 - 0.2 * std::exp(1.0), 1e-5);
}

TEST(ForeignIr, DetectionOutputSurvivesATrip) {
  const auto graph = Detection("decrease_label_id=1 clip=1");
  for (const int version : {2, 3, 4}) {
    const IrFiles files;
    files.Write(*graph, {.version = version});
    EXPECT_EQ(CompareGraphs(*files.Read(), *graph), "");
  }
}

}  // namespace
}  // namespace moir::test
