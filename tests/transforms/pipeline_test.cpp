#include "transforms/pipeline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "graph/evaluate.h"
#include "graph/text.h"
#include "tests/support/graph_testing.h"

namespace moir::transforms {
namespace {

size_t CountOf(const Graph& graph, std::string_view op) {
  size_t count = 0;
  for (const Node* node : graph.TopologicalOrder()) count += node->Is(op) ? 1 : 0;
  return count;
}

size_t Changes(const std::vector<PassReport>& reports, std::string* names = nullptr) {
  size_t changes = 0;
  for (const PassReport& report : reports) {
    changes += report.changes;
    if (names && report.changes > 0) *names += " " + report.name;
  }
  return changes;
}

// Grows seeded networks of the pieces that the passes look for, in combinations that nobody thought of.
class Grower {
 public:
  explicit Grower(uint64_t seed) : engine_(seed) {}

  std::unique_ptr<Graph> Grow() {
    const int64_t size = 5 + Pick(5);
    values_.push_back(
        graph_->AddParameter("x", ElementType::kF32, {1 + Pick(2), 1 + Pick(4), size, size + Pick(3)})->Output());
    const int64_t steps = 6 + Pick(16);
    for (int64_t i = 0; i < steps; ++i) values_.push_back(Step(Choose()));
    // Whatever nothing reads is an output, and now and then something else too.
    size_t outputs = 0;
    for (const Value& value : values_) {
      if (!value.node->Is("Parameter") && (value.ReaderCount() == 0 || Pick(25) == 0))
        graph_->AddOutput(graph::StrCat("out", outputs++), value);
    }
    return std::move(graph_);
  }

 private:
  int64_t Pick(int64_t below) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(below)); }
  Value Choose() {
    return Pick(3) > 0 ? values_.back() : values_[static_cast<size_t>(Pick(static_cast<int64_t>(values_.size())))];
  }
  Value Random(const Shape& shape, double low = -1, double high = 1) {
    return graph_->AddConstant("c", test::RandomTensor(ElementType::kF32, shape, engine_(), low, high))->Output();
  }
  Value PerChannel(const Value& like, double low = -1, double high = 1) {
    if (Pick(5) == 0) return Random({}, low, high);
    std::vector<int64_t> dims(static_cast<size_t>(like.Shape().Rank()), 1);
    dims[1] = like.Shape()[1];
    return Random(Shape(dims), low, high);
  }
  Value Add(std::string_view op, std::vector<Value> inputs, Attributes attributes = {}) {
    return graph_->Add(op, "", std::move(inputs), std::move(attributes))->Output();
  }

  Value Affine(const Value& x) {
    switch (Pick(5)) {
      case 0: return Add("Multiply", {x, PerChannel(x)});
      case 1: return Add("Multiply", {PerChannel(x, 0.1, 2), x});
      case 2:
        return Add("Subtract",
                   Pick(3) == 0 ? std::vector<Value>{PerChannel(x), x} : std::vector<Value>{x, PerChannel(x)});
      case 3: return Add("Divide", {x, PerChannel(x, 0.5, 2)});
      default: return Add("Add", {x, PerChannel(x)});
    }
  }
  Value BatchNorm(const Value& x) {
    const Shape channels{x.Shape()[1]};
    return Add("BatchNormInference",
               {x, Random(channels), Random(channels), Random(channels), Random(channels, 0.1, 2)},
               {{"epsilon", 1e-3}});
  }
  Value Convolution(const Value& x) {
    const int64_t in = x.Shape()[1], kernel = std::min<int64_t>(1 + 2 * Pick(2), std::min(x.Shape()[2], x.Shape()[3]));
    const std::vector<int64_t> pads(2, Pick(2) * (kernel / 2)), strides(2, 1 + Pick(2));
    const Attributes attributes{{"strides", strides}, {"pads_begin", pads}, {"pads_end", pads}};
    Value y;
    if (Pick(4) == 0) {
      y = Add("GroupConvolution", {x, Random({in, 1 + Pick(2), 1, kernel, kernel})}, attributes);
    } else {
      y = Add("Convolution", {x, Random({1 + Pick(4), in, kernel, kernel})}, attributes);
    }
    return Pick(2) ? Add("Add", {y, PerChannel(y)}) : y;
  }
  Value Pool(const Value& x) {
    if (x.Shape()[2] < 2 || x.Shape()[3] < 2) return Add("Tanh", {x});
    const std::vector<int64_t> kernel{2, 2}, strides(2, 1 + Pick(2)), pads(2, Pick(2));
    Attributes attributes{{"kernel", kernel},
                          {"strides", strides},
                          {"pads_begin", pads},
                          {"pads_end", pads},
                          {"rounding_type", std::string(Pick(2) ? "floor" : "ceil")}};
    if (Pick(2)) return Add("MaxPool", {x}, attributes);
    attributes["exclude-pad"] = Pick(2) == 0;
    return Add("AvgPool", {x}, attributes);
  }
  Value Sum(const Value& x) {
    for (const Value& other : values_) {
      if (other != x && other.Shape() == x.Shape()) return Add("Add", {x, other});
    }
    return Add("Add", {x, x});
  }
  Value Pad(const Value& x) {
    const Value pads = graph_->AddConstant("p", Tensor::Indices({0, 0, Pick(2), Pick(2)}))->Output();
    return Add("Pad", {x, pads, pads});
  }
  Value Reorder(const Value& x) {
    const int64_t channels = x.Shape()[1];
    Node* split = graph_->Add("Split", "", {x, graph_->AddConstant("k", Tensor::Scalar<int64_t>(1))->Output()},
                              {{"num_splits", channels}});
    std::vector<Value> parts;
    for (int64_t c = 0; c < channels; ++c) parts.push_back(split->Output(static_cast<size_t>(channels - 1 - c)));
    return Add("Concat", parts, {{"axis", int64_t{1}}});
  }
  Value Groups(const Value& x) {
    if (x.Shape()[1] % 2 != 0) return Add("Sigmoid", {x});
    Node* split = graph_->Add("Split", "", {x, graph_->AddConstant("k", Tensor::Scalar<int64_t>(1))->Output()},
                              {{"num_splits", int64_t{2}}});
    const Shape weights{1 + Pick(2), x.Shape()[1] / 2, 1, 1};
    std::vector<Value> parts;
    for (size_t i = 0; i < 2; ++i) parts.push_back(Add("Convolution", {split->Output(i), Random(weights)}));
    return Add("Concat", parts, {{"axis", int64_t{1}}});
  }
  Value Step(const Value& x) {
    switch (Pick(14)) {
      case 0:
      case 1:
      case 2: return Convolution(x);
      case 3:
      case 4: return BatchNorm(x);
      case 5:
      case 6: return Affine(x);
      case 7:
      case 8: return Add(Pick(4) == 0 ? "Sigmoid" : "ReLU", {x});
      case 9: return Pool(x);
      case 10: return Sum(x);
      case 11: return Pad(x);
      case 12: return Pick(2) ? Reorder(x) : Groups(x);
      default:
        return Pick(2) ? Add("Concat", {x, x}, {{"axis", int64_t{1}}})
                       : Add("Minimum", {Add("Maximum", {x, Random({}, -0.5, 0)}), Random({}, 0, 0.5)});
    }
  }

  std::mt19937_64 engine_;
  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
  std::vector<Value> values_;
};

TEST(Pipeline, KeepsTheMeaningOfRandomNetworks) {
  size_t compared = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(graph::StrCat("seed ", seed));
    const std::unique_ptr<Graph> original = Grower(seed).Grow();
    const std::unique_ptr<Graph> result = original->Clone();
    PipelineOptions options;
    options.disable_fusing = seed % 7 == 0;
    options.disable_gfusing = seed % 5 == 0;
    options.disable_resnet_optimization = seed % 11 == 0;
    MakePipeline(options).Run(*result);
    const std::map<std::string, Tensor> inputs = test::RandomInputs(*original, seed);
    const std::vector<Tensor> wanted = graph::EvaluateGraph(*original, inputs),
                              got = graph::EvaluateGraph(*result, inputs);
    ASSERT_EQ(wanted.size(), got.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(original->Outputs()[i].name, result->Outputs()[i].name);
      // Deep sums of the random networks reach large numbers: relative to the largest of the tensor, and not where
      // they come near the end of the type's range.
      double largest = 1;
      for (const double value : wanted[i].ToVector<double>()) {
        largest = std::max(largest, std::isfinite(value) ? std::abs(value) : std::numeric_limits<double>::infinity());
      }
      if (largest > 1e9) continue;
      ++compared;
      test::ExpectNear(got[i], wanted[i], 2e-5 * largest);
    }
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "--- before\n"
                    << graph::PrintGraph(*original, {.max_elements = 4}) << "--- after\n"
                    << graph::PrintGraph(*result, {.max_elements = 4});
      return;
    }
  }
  EXPECT_GT(compared, 300u);
}

TEST(Pipeline, ChangesNothingTheSecondTime) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(graph::StrCat("seed ", seed));
    const std::unique_ptr<Graph> graph = Grower(seed).Grow();
    MakePipeline({}).Run(*graph);
    const std::string once = graph::PrintGraph(*graph, {.max_elements = 4});
    std::string passes;
    EXPECT_EQ(Changes(MakePipeline({}).Run(*graph), &passes), 0u) << "by" << passes << "\n" << once;
  }
}

const char* const kSmallNetwork = R"(
  data : f32[1,3,8,8]
  w0 : f32[4,3,3,3] = random(1); g : f32[4] = random(2); b : f32[4] = random(3); m : f32[4] = random(4); v : f32[4] = fill(1)
  w1 : f32[2,4,1,1] = random(5); w2 : f32[2,2,3,3] = random(6)
  conv0 = Convolution(data, w0) pads_begin=[1,1] pads_end=[1,1]
  bn0 = BatchNormInference(conv0, g, b, m, v) epsilon=0.001
  relu0 = ReLU(bn0)
  conv1 = Convolution(relu0, w1) strides=[2,2]
  return conv1 as "out"
)";

TEST(Pipeline, FusesASmallNetwork) {
  const auto graph = graph::ParseGraph(kSmallNetwork);
  MakePipeline({}).Run(*graph);
  EXPECT_EQ(CountOf(*graph, "Multiply"), 0u);
  EXPECT_EQ(CountOf(*graph, "Add"), 1u);
  EXPECT_EQ(graph->FindNode("conv0")->Attr<std::vector<int64_t>>("strides"), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(graph->Outputs()[0].name, "out");
  EXPECT_EQ(graph->Outputs()[0].value.node->Name(), "conv1");
}
TEST(Pipeline, ObeysItsOptions) {
  {
    const auto graph = graph::ParseGraph(kSmallNetwork);
    MakePipeline({.disable_fusing = true}).Run(*graph);
    EXPECT_EQ(CountOf(*graph, "Multiply"), 1u);
    EXPECT_EQ(CountOf(*graph, "BatchNormInference"), 0u);
  }
  {
    const auto graph = graph::ParseGraph(kSmallNetwork);
    MakePipeline({.disable_resnet_optimization = true}).Run(*graph);
    EXPECT_EQ(graph->FindNode("conv1")->Attr<std::vector<int64_t>>("strides"), (std::vector<int64_t>{2, 2}));
  }
  {
    const auto graph = graph::ParseGraph(kSmallNetwork);
    MakePipeline({.finegrain_fusing = {"bn0"}}).Run(*graph);
    EXPECT_EQ(CountOf(*graph, "Multiply"), 1u);
  }
  test::ExpectError([] { MakePipeline({.finegrain_fusing = {"("}}); }, ErrorKind::kBadOption, {"regular expression"});
  const char* grouped =
      "x : f32[1,4,5,5]; k : i64[] = {1}; w : f32[1,2,1,1] = {1, 2}; v : f32[1,2,1,1] = {3, 4}; s = Split(x, k) "
      "num_splits=2; e = Convolution(s.0, w); f = Convolution(s.1, v); y = Concat(e, f) axis=1; return y";
  for (const bool disable : {false, true}) {
    const auto graph = graph::ParseGraph(grouped);
    MakePipeline({.disable_gfusing = disable}).Run(*graph);
    EXPECT_EQ(CountOf(*graph, "GroupConvolution"), disable ? 0u : 1u);
  }
  const char* constants = "x : f32[2]; a : f32[2] = {1, 2}; b = Sigmoid(a); y = Add(x, b); return y";
  for (const bool keep : {false, true}) {
    const auto graph = graph::ParseGraph(constants);
    PipelineOptions options;
    if (keep) options.keep_operators = {"Sigmoid"};
    MakePipeline(options).Run(*graph);
    EXPECT_EQ(CountOf(*graph, "Sigmoid"), keep ? 1u : 0u);
  }
}
TEST(Pipeline, FoldsPreprocessingIntoTheFirstConvolution) {
  const auto plain = graph::ParseGraph(kSmallNetwork);
  const auto graph = graph::ParseGraph(kSmallNetwork);
  MakePipeline({.preprocess = {{"data", {}, {2, 4, 5}, true}}}).Run(*graph);
  EXPECT_EQ(CountOf(*graph, "Multiply") + CountOf(*graph, "Split") + CountOf(*graph, "Concat"), 0u);
  // By hand: channels turned around, then divided.
  const Tensor image = test::RandomTensor(ElementType::kF32, {1, 3, 8, 8}, 5);
  const std::vector<float> pixels = image.ToVector<float>();
  std::vector<float> seen(pixels.size());
  for (size_t c = 0; c < 3; ++c) {
    const float divisor = c == 0 ? 2.0f : c == 1 ? 4.0f : 5.0f;
    for (size_t i = 0; i < 64; ++i) seen[c * 64 + i] = pixels[(2 - c) * 64 + i] / divisor;
  }
  const Tensor wanted = graph::EvaluateGraph(*plain, {{"data", Tensor::FromValues<float>({1, 3, 8, 8}, seen)}})[0];
  test::ExpectNear(graph::EvaluateGraph(*graph, {{"data", image}})[0], wanted, 1e-5);
}
TEST(Pipeline, KeepsAMeanUnderPadding) {
  const auto graph = graph::ParseGraph(kSmallNetwork);
  MakePipeline({.preprocess = {{"data", {1, 2, 3}, {2}, false}}}).Run(*graph);
  // The scale went into the weights; the mean stays before the padded convolution.
  EXPECT_EQ(CountOf(*graph, "Multiply"), 0u);
  EXPECT_EQ(CountOf(*graph, "Add"), 2u);
  EXPECT_TRUE(graph->FindNode("conv0")->Input(0).node->Is("Add"));
}
TEST(Pipeline, KeepsWeightsInTheirFile) {
  // Weights that belong to somebody else stay there: what the graph owns afterwards are biases and factors.
  std::vector<float> bytes(256 * 256 * 9, 0.5f);
  graph::Graph graph;
  Value x = graph.AddParameter("x", ElementType::kF32, {1, 256, 4, 4})->Output();
  const auto random = [&](uint64_t seed) {
    return graph.AddConstant("s", test::RandomTensor(ElementType::kF32, {256}, seed, 0.5, 1))->Output();
  };
  for (uint64_t layer = 0; layer < 4; ++layer) {
    const Value weights =
        graph.AddConstant("w", Tensor::Wrap(bytes.data(), ElementType::kF32, {256, 256, 3, 3}))->Output();
    x = graph
            .Add("Convolution", "conv", {x, weights},
                 {{"pads_begin", std::vector<int64_t>{1, 1}}, {"pads_end", std::vector<int64_t>{1, 1}}})
            ->Output();
    x = graph
            .Add("BatchNormInference", "bn",
                 {x, random(4 * layer), random(4 * layer + 1), random(4 * layer + 2), random(4 * layer + 3)},
                 {{"epsilon", 1e-3}})
            ->Output();
    x = graph.Add("ReLU", "relu", {x})->Output();
  }
  graph.AddOutput("y", x);
  MakePipeline({}).Run(graph);
  EXPECT_EQ(CountOf(graph, "Multiply"), 0u);
  size_t owned = 0;
  for (const Node* node : graph.TopologicalOrder()) {
    if (node->Is("Constant")) owned += node->ConstantValue().OwnedBytes();
  }
  EXPECT_LT(owned, 64u * 1024);
}

}  // namespace
}  // namespace moir::transforms
