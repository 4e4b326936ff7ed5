// Whole models in bf16 against f32.
//
// How far a result may be from the exact one: a number that is rounded to bf16 moves by at most half of the last of its
// 8 bits, 2^-8 of itself, and by 0.4 of that in the root mean square over all numbers. Products with random weights and
// sums of many summands enlarge such differences as much as they enlarge the values, and errors of different roundings
// are independent, so that their squares add up. With N roundings on the way to a result (each layer that multiplies
// rounds the values it reads and its weights, each other one its own result at most) the difference of a whole tensor,
// relative to it (both as root mean squares), is about 0.4 * sqrt(N) * 2^-8. The bound is sqrt(N) * 2^-8: the nets have
// N of 3 to 31 (the unrolled LSTM, with its products of products, 183), so that it is 0.01 to 0.05, and whatever a
// kernel does wrong at a border, in one channel or in one image of these small tensors is far above it.
//
// What follows the last product is f32, which is checked to f32's own accuracy: the tail of the model, evaluated
// plainly from what the engine's body gives, must be what the engine makes of the whole. Were a value on the way
// rounded, the two would differ by some 2^-9.
#include "tests/ie_runtime/bf16_nets.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernel_table.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;
using test::Bf16Net;

constexpr double kStep = 0x1p-8, kF32 = 1e-5;

// How many products go into a result.
int64_t FanIn(const Node& node) {
  const Shape& weights = node.Input(1).Shape();
  const std::string_view op = node.Op();
  if (op == "MatMul") return weights[node.Attr<bool>("transpose_b") ? 1 : 0];
  if (op == "ConvolutionBackpropData") {
    int64_t count = weights[0];
    const auto strides = node.Attr<std::vector<int64_t>>("strides");
    for (size_t i = 0; i < strides.size(); ++i) count *= std::max<int64_t>(1, weights[i + 2] / strides[i]);
    return count;
  }
  const int64_t grouped = op == "GroupConvolution" ? 1 : 0;
  return weights.NumElements(1 + grouped, weights.Rank());
}

// Weights of [-1, 1) become ones that give values as large as those they multiply.
void ScaleWeights(Graph& graph) {
  for (Node* node : graph.TopologicalOrder()) {
    if (FindBf16Use(node->Op()) != Bf16Use::kMultiplies || !node->Input(1).node->Is("Constant")) continue;
    if (node->Input(1).node->ReaderCount() > 1) continue;  // of an unrolled layer, whose gates bound it
    const double scale = std::sqrt(6.0 / static_cast<double>(FanIn(*node)));
    Tensor weights = node->Input(1).node->ConstantValue();
    std::vector<float> values = weights.ToVector<float>();
    for (float& value : values) value *= static_cast<float>(scale);
    graph.SetConstant(node->Input(1).node, Tensor::FromValues<float>(weights.Shape(), values));
  }
}

// Roundings on the way to each output, on the path that has most of them.
std::vector<int64_t> CountRoundings(const Graph& graph) {
  std::map<const Node*, int64_t> count;
  for (const Node* node : graph.TopologicalOrder()) {
    int64_t most = 0, sum = 0;
    for (size_t i = 0; i < node->InputCount(); ++i) {
      most = std::max(most, count[node->Input(i).node]);
      sum += count[node->Input(i).node];
    }
    const Bf16Use use = FindBf16Use(node->Op());
    // Relative errors of factors add up.
    const bool product = use == Bf16Use::kMultiplies || node->Is("Multiply");
    if (node->Is("Constant") || node->Is("Parameter")) continue;
    count[node] = (product ? sum : most) + (use == Bf16Use::kMultiplies ? 2 : use == Bf16Use::kFollows ? 1 : 0);
  }
  std::vector<int64_t> result;
  for (const graph::GraphOutput& output : graph.Outputs()) result.push_back(count[output.value.node]);
  return result;
}

std::vector<Tensor> InferTwice(const Graph& graph, const std::map<std::string, Tensor>& inputs, ElementType precision,
                               std::shared_ptr<const CompiledGraph>* compiled = nullptr) {
  CompileOptions options;
  options.threads = 2;
  options.precision = precision;
  auto made = std::make_shared<const CompiledGraph>(graph.Clone(), options);
  Request request(made);
  std::vector<Tensor> outputs = RunRequest(request, inputs);
  const std::vector<Tensor> again = RunRequest(request, inputs);
  for (size_t i = 0; i < again.size(); ++i) ExpectClose(again[i], outputs[i], 0, "second inference");
  if (compiled) *compiled = std::move(made);
  return outputs;
}

double RootMeanSquare(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

// Root mean square of the difference, relative to that of what is expected.
double Difference(const Tensor& got, const Tensor& expected) {
  EXPECT_EQ(got.Shape(), expected.Shape());
  std::vector<double> a = got.ToVector<double>();
  const std::vector<double> b = expected.ToVector<double>();
  if (a.size() != b.size() || a.empty()) return INFINITY;
  for (size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return RootMeanSquare(a) / RootMeanSquare(b);
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ' && c != ',') words.back() += c;
    else if (!words.back().empty()) words.emplace_back();
  }
  return words;
}

class Bf16Nets : public testing::TestWithParam<Bf16Net> {
 protected:
  void SetUp() override {
    if (!HasBf16(EffectiveIsa())) GTEST_SKIP() << "the CPU has no instructions for bf16";
    const Bf16Net& net = GetParam();
    body_ = graph::ParseGraph(StrCat(net.body, "\nreturn ", net.results));
    whole_ = graph::ParseGraph(StrCat(net.body, "\n", net.tail, "\nreturn ", net.outputs));
    ScaleWeights(*body_);
    ScaleWeights(*whole_);
    inputs_ = RandomInputs(*body_);
  }

  // The tail alone, with the body's results as parameters.
  std::unique_ptr<Graph> Tail() const {
    std::string text;
    for (const graph::GraphOutput& output : body_->Outputs()) {
      std::string shape;
      for (const int64_t size : output.value.Shape()) shape += StrCat(shape.empty() ? "" : ",", size);
      text += StrCat(output.value.node->Name(), " : f32[", shape, "]\n");
    }
    return graph::ParseGraph(StrCat(text, GetParam().tail, "\nreturn ", GetParam().outputs));
  }

  std::unique_ptr<Graph> body_, whole_;
  std::map<std::string, Tensor> inputs_;
};

TEST_P(Bf16Nets, BodyIsWithinItsRoundings) {
  const std::vector<Tensor> expected = graph::EvaluateGraph(*body_, inputs_);
  std::shared_ptr<const CompiledGraph> compiled;
  const std::vector<Tensor> got = InferTwice(*body_, inputs_, ElementType::kBF16, &compiled);
  const std::vector<Tensor> f32 = InferTwice(*body_, inputs_, ElementType::kF32);
  const std::vector<int64_t> roundings = CountRoundings(*body_);
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(StrCat("result ", i, ", roundings ", roundings[i]));
    EXPECT_EQ(got[i].Type(), ElementType::kF32);
    EXPECT_LE(Difference(f32[i], expected[i]), kF32);
    const double difference = Difference(got[i], expected[i]);
    EXPECT_LE(difference, std::sqrt(static_cast<double>(roundings[i])) * kStep);
    // It is bf16 that was computed in. Where products of f32 are faster a net may have nothing but such.
    const bool only_products = GetParam().name == std::string("unrolled long short-term memory");
    if (!only_products || !MultipliesFasterInF32()) {
      EXPECT_GE(difference, kStep / 16);
    }
    RecordProperty(StrCat("result", i), StrCat(difference / kStep, " steps, ", roundings[i], " roundings"));
  }
  for (std::string kernel : Words(GetParam().kernels)) {
    if (EffectiveIsa() < Isa::kAvx512CoreAmx) {
      // What AMX does there is done in f32 where that is faster.
      if (kernel != "amx_bf16" || !MultipliesFasterInF32()) continue;
      kernel = ":avx512_bf16";
    }
    EXPECT_TRUE(std::any_of(compiled->Steps().begin(), compiled->Steps().end(), [&](const Step& step) {
      return step.kernel->ExecType().find(kernel) != std::string::npos;
    })) << kernel;
  }
}

TEST_P(Bf16Nets, TailIsF32) {
  const std::vector<Tensor> results = InferTwice(*body_, inputs_, ElementType::kBF16);
  const std::vector<Tensor> got = InferTwice(*whole_, inputs_, ElementType::kBF16);
  std::map<std::string, Tensor> between;
  for (size_t i = 0; i < results.size(); ++i) between[body_->Outputs()[i].value.node->Name()] = results[i];
  const std::vector<Tensor> expected = graph::EvaluateGraph(*Tail(), between);
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) ExpectClose(got[i], expected[i], kF32, StrCat("output ", i));
}

std::string NetName(const testing::TestParamInfo<Bf16Net>& test) {
  std::string name = test.param.name;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(All, Bf16Nets, testing::ValuesIn(test::kBf16Nets), NetName);

}  // namespace
}  // namespace moir::runtime
