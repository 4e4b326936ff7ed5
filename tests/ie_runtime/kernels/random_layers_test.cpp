// Layers drawn at random, with what stands before them and what is fused behind them, against the plain evaluation:
// shapes that nobody thinks of. What may differ follows from the arithmetic (Rounding).
//
//   MOIR_TEST_SEED=N   the first layer's seed; the others follow. A failure tells the seed that draws its layer first
//   MOIR_TEST_LAYERS=N how many layers of each kind, a single one being printed; a thousand with MOIR_FULL_TESTS, whose
//   seed is new each time
#include <chrono>
#include <cstdlib>
#include <random>

#include "ie_runtime/isa.h"
#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

uint64_t NumberFrom(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}
bool IsFull() { return std::getenv("MOIR_FULL_TESTS") != nullptr; }
uint64_t FirstSeed() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  static const uint64_t seed =
      NumberFrom("MOIR_TEST_SEED", IsFull() ? static_cast<uint64_t>(now.count()) / 1000 % 1000000000 : 1);
  return seed;
}
uint64_t LayerCount() { return NumberFrom("MOIR_TEST_LAYERS", IsFull() ? 1000 : 40); }

class Draw {
 public:
  explicit Draw(uint64_t seed) : engine_(seed) {}
  int64_t From(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
  bool Once(int64_t in) { return From(1, in) == 1; }
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return values.begin()[From(0, static_cast<int64_t>(values.size()) - 1)];
  }
  // Around the widths of vectors and blocks, and any number.
  int64_t Channels() {
    return Once(2) ? Of<int64_t>({1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65}) : From(1, 100);
  }

 private:
  std::mt19937_64 engine_;
};

using Sizes = std::vector<int64_t>;
std::string List(const Sizes& sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ",") + std::to_string(size);
  return text;
}
Sizes Many(size_t count, const std::function<int64_t()>& draw) {
  Sizes sizes(count);
  for (int64_t& size : sizes) size = draw();
  return sizes;
}

// Half a unit in the last place of 1.
constexpr double kUnit = 0x1p-24;

// A chain of values: the layer's own result, then one per function fused behind it. Bounds of their differences from
// exact arithmetic: a sum of n terms in whatever order strays by a few times sqrt(n) roundings of its largest values,
// products and sums pass on what they are given, functions do so at most by their slope and add an error of their own.
struct Net {
  std::string text;  // without the returns
  std::string layer;
  double terms = 1;
  struct Finish {
    std::string name;
    double slope;    // by which a difference grows
    double unsharp;  // what the function adds, relative to the largest of 1 and its values
  };
  std::vector<Finish> finishes;
  std::string Result() const { return finishes.empty() ? layer : finishes.back().name; }
};

// What Winograd's transforms make of roundings: by the tile.
double Amplification(const std::string& kernel) {
  if (kernel.rfind("winograd6", 0) == 0) return 24;
  return kernel.rfind("winograd", 0) == 0 ? 4 : 1;
}

// What is fused behind a layer of shape [N, C, ...].
void AddFinishes(Draw& draw, Net& net, const Shape& shape, bool prelu = true) {
  std::string per_channel = StrCat("1,", shape[1]);
  for (int64_t axis = 2; axis < shape.Rank(); ++axis) per_channel += ",1";
  const int64_t count = draw.From(0, 4);
  for (int64_t i = 0; i < count; ++i) {
    const std::string before = net.Result(), name = StrCat("v", i), operand = StrCat("k", i);
    const auto add = [&](const std::string& line, double slope, double unsharp) {
      net.text += line + "\n";
      net.finishes.push_back({name, slope, unsharp});
    };
    const int64_t seed = draw.From(1, 1000);
    switch (draw.From(0, prelu ? 6 : 5)) {
      case 0:
        add(StrCat(operand, " : f32[", per_channel, "] = random(", seed, "); ", name, " = Add(", before, ", ", operand,
                   ")"),
            1, kUnit);
        break;
      case 1:
        add(StrCat(operand, " : f32[", per_channel, "] = random(", seed, "); ", name, " = Multiply(", before, ", ",
                   operand, ")"),
            1, kUnit);
        break;
      case 2:
        add(StrCat(operand, " : f32[", List(shape.Dims()), "]; ", name, " = Add(",
                   draw.Once(2) ? StrCat(operand, ", ", before) : StrCat(before, ", ", operand), ")"),
            1, kUnit);
        break;
      case 3:
        add(StrCat(operand, " : f32[1] = {", draw.Of({"0.5", "-1.25", "2"}), "}; ", name, " = ",
                   draw.Of({"Add", "Multiply", "Subtract", "Maximum", "Minimum"}), "(", before, ", ", operand, ")"),
            2, kUnit);
        break;
      case 4:
      case 5: {
        const char* function =
            draw.Of({"ReLU($)", "Clamp($) min=0.0 max=6.0", "Clamp($) min=-0.5 max=1.5", "Clamp($) min=0.25 max=2.0",
                     "Elu($) alpha=0.7", "Sigmoid($)", "Tanh($)", "SoftPlus($)", "HSwish($)", "Mish($)", "Swish($)",
                     "Gelu($)", "Gelu($) approximation_mode=\"TANH\"", "Abs($)", "Negative($)"});
        std::string line = function;
        line.replace(line.find('$'), 1, before);
        add(StrCat(name, " = ", line), 1.5, 2e-6);
        break;
      }
      default:
        add(StrCat(operand, " : f32[", shape[1], "] = random(", seed, "); ", name, " = PRelu(", before, ", ", operand,
                   ")"),
            1, kUnit);
    }
  }
}

// Data for the layer: as it comes, or in the layout that a convolution gives.
void AddData(Draw& draw, Net& net, const Sizes& data) {
  if (data.size() < 3 || draw.Once(3)) {
    net.text += StrCat("x : f32[", List(data), "]\n");
    return;
  }
  Sizes source = data, weights = {data[1], 2};
  source[1] = 2;
  weights.resize(data.size(), 1);
  net.text += StrCat("x0 : f32[", List(source), "]; w0 : f32[", List(weights), "] = random(", draw.From(1, 99),
                     "); x = Convolution(x0, w0)\n");
}

int64_t Volume(const Sizes& sizes) {
  int64_t volume = 1;
  for (const int64_t size : sizes) volume *= size;
  return volume;
}

std::string WindowText(Draw& draw, const Sizes& kernel, bool dilated) {
  const size_t axes = kernel.size();
  const Sizes dilations = dilated && draw.Once(4) ? Many(axes, [&] { return draw.From(1, 3); }) : Sizes(axes, 1);
  std::string text =
      StrCat("strides=[", List(draw.Once(2) ? Sizes(axes, 1) : Many(axes, [&] { return draw.From(1, 3); })), "]");
  if (dilated) text += StrCat(" dilations=[", List(dilations), "]");
  if (draw.Once(8)) return text + (draw.Once(2) ? " auto_pad=\"same_upper\"" : " auto_pad=\"same_lower\"");
  if (draw.Once(4)) return text;
  Sizes begin, end;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t reach = (kernel[i] - 1) * dilations[i];
    begin.push_back(draw.Once(3) ? draw.From(0, reach) : reach / 2);
    end.push_back(draw.Once(3) ? draw.From(0, reach) : reach / 2);
  }
  return text + StrCat(" pads_begin=[", List(begin), "] pads_end=[", List(end), "]");
}

// Gives the shape of the layer's result; throws graph::Error when what was drawn is no layer.
Shape ShapeOf(const Net& net) {
  return graph::ParseGraph(net.text + "return " + net.layer)->Outputs()[0].value.Shape();
}

Net DrawConvolution(Draw& draw, bool transposed) {
  Net net{"", "c", 1, {}};
  const size_t axes = draw.Once(6) ? 1 : draw.Once(6) ? 3 : 2;
  int64_t in = draw.Channels(), out = draw.Channels(), groups = 1;
  Sizes kernel = draw.Once(3)   ? Sizes(axes, 1)
                 : draw.Once(2) ? Sizes(axes, 3)
                                : Many(axes, [&] { return draw.From(1, axes == 3 ? 3 : 7); });
  Sizes size = Many(axes, [&] { return draw.From(1, axes == 3 ? 8 : draw.Once(4) ? 40 : 15); });
  const bool grouped = draw.Once(3);
  if (grouped) {
    groups = draw.Once(2) ? in : draw.From(1, 8);
    in = draw.Once(2) ? groups : groups * draw.From(1, 20);
    out = draw.Once(2) ? in : groups * draw.From(1, 20);
  } else if (axes == 2 && !transposed && draw.Once(8)) {  // late layers: many weights, few pixels
    in = draw.From(400, 600);
    out = draw.From(500, 700);
    kernel = {1, 1};
    size = Many(2, [&] { return draw.From(1, 3); });
  } else if (axes == 2 && draw.Once(4)) {  // for Winograd's algorithm
    in = draw.From(16, 80);
    out = draw.From(16, 80);
    kernel = {3, 3};
    size = Many(2, [&] { return draw.From(4, 26); });
  }
  Sizes data = {draw.Once(3) ? draw.From(2, 3) : 1, in};
  data.insert(data.end(), size.begin(), size.end());
  Sizes weights = grouped ? Sizes{groups} : Sizes{};
  if (transposed) weights.insert(weights.end(), {in / groups, out / groups});
  else weights.insert(weights.end(), {out / groups, in / groups});
  weights.insert(weights.end(), kernel.begin(), kernel.end());
  AddData(draw, net, data);
  net.text +=
      StrCat("w : f32[", List(weights), "] = random(", draw.From(1, 1000), ")\nc = ", grouped ? "Group" : "",
             transposed ? "ConvolutionBackpropData" : "Convolution", "(x, w) ", WindowText(draw, kernel, true), "\n");
  const Shape shape = ShapeOf(net);
  net.terms = static_cast<double>(in / groups * Volume(kernel));
  if (net.terms * static_cast<double>(shape.NumElements()) > 8e6)
    throw graph::Error(graph::ErrorKind::kUnsupported, "");
  AddFinishes(draw, net, shape);
  return net;
}

Net DrawPooling(Draw& draw) {
  Net net{"", "p", 1, {}};
  const size_t axes = draw.Once(6) ? 1 : draw.Once(6) ? 3 : 2;
  Sizes data = {draw.From(1, 2), draw.Channels()};
  for (size_t i = 0; i < axes; ++i) data.push_back(draw.From(1, axes == 3 ? 8 : 20));
  const Sizes kernel = draw.Once(5) ? Sizes(data.begin() + 2, data.end()) : Many(axes, [&] { return draw.From(1, 5); });
  AddData(draw, net, data);
  const bool average = draw.Once(2);
  net.text += StrCat("p = ", average ? "AvgPool" : "MaxPool", "(x) kernel=[", List(kernel), "] ",
                     WindowText(draw, kernel, false), draw.Once(2) ? " rounding_type=\"ceil\"" : "",
                     average ? StrCat(" exclude-pad=", draw.Once(2) ? "true" : "false") : "", "\n");
  net.terms = static_cast<double>(Volume(kernel));
  AddFinishes(draw, net, ShapeOf(net));
  return net;
}

Net DrawMatMul(Draw& draw) {
  Net net{"", "m", 1, {}};
  const int64_t rows = draw.Once(2) ? draw.From(1, 4) : draw.From(5, 40), inner = draw.From(1, 600),
                columns = draw.Once(2) ? draw.Channels() : draw.From(1, 300);
  const bool constant = !draw.Once(4), transposed = draw.Once(2);
  const bool deep = draw.Once(4);
  net.text = StrCat("x : f32[", deep ? StrCat(draw.From(1, 3), ",") : "", rows, ",", inner, "]; w : f32[",
                    List(transposed ? Sizes{columns, inner} : Sizes{inner, columns}), "]",
                    constant ? StrCat(" = random(", draw.From(1, 1000), ")") : "",
                    "\nm = MatMul(x, w) transpose_b=", transposed ? "true" : "false", "\n");
  net.terms = static_cast<double>(inner);
  AddFinishes(draw, net, ShapeOf(net));
  return net;
}

// Layers without sums of many terms: per-channel numbers, two values, functions; and means.
Net DrawElementwise(Draw& draw) {
  Net net{"", "e", 1, {}};
  Sizes data = {draw.From(1, 3), draw.Channels()};
  while (draw.Once(2) && data.size() < 5) data.push_back(draw.From(1, 20));
  AddData(draw, net, data);
  Sizes other = data;
  for (int64_t& size : other) size = draw.Once(4) ? 1 : size;
  switch (draw.From(0, 3)) {
    case 0:
      net.text +=
          StrCat("y : f32[", List(other), "]\ne = ", draw.Of({"Add", "Multiply", "Subtract", "Maximum", "Minimum"}),
                 draw.Once(2) ? "(x, y)\n" : "(y, x)\n");
      break;
    case 1:
      net.text += StrCat("g : f32[", data[1], "] = random(1); b : f32[", data[1], "] = random(2); m : f32[", data[1],
                         "] = random(3); r : f32[", data[1],
                         "] = random(4); v = Abs(r)\ne = BatchNormInference(x, g, b, m, v) epsilon=0.1\n");
      break;
    case 2: {
      const int64_t axis = draw.From(0, static_cast<int64_t>(data.size()) - 1);
      net.text += StrCat("a : i64[1] = {", axis, "}\ne = ", draw.Of({"ReduceMean", "ReduceMax", "ReduceSum"}),
                         "(x, a) keep_dims=true\n");
      net.terms = static_cast<double>(data[static_cast<size_t>(axis)]);
      break;
    }
    default: net.text += StrCat("k : f32[1] = {0.75}; e = ", draw.Of({"Multiply(x, k)", "Tanh(x)", "Abs(x)"}), "\n");
  }
  const Shape shape = ShapeOf(net);
  AddFinishes(draw, net, shape);
  return net;
}

double Largest(const Tensor& tensor) {
  double largest = 0;
  for (const float value : tensor.Values<float>()) largest = std::max(largest, static_cast<double>(std::abs(value)));
  return largest;
}

void Check(const Net& net, uint64_t seed, int threads, std::map<std::string, int>& kernels) {
  const std::string what = StrCat("MOIR_TEST_SEED=", seed, ", ", threads, " threads\n", net.text);
  std::string everything = net.text + "return " + net.layer;
  for (const Net::Finish& finish : net.finishes) everything += ", " + finish.name;
  const auto all = graph::ParseGraph(everything), one = graph::ParseGraph(net.text + "return " + net.Result());
  const auto inputs = RandomInputs(*all, static_cast<uint32_t>(seed));
  const std::vector<Tensor> expected = graph::EvaluateGraph(*all, inputs);
  const auto compiled = std::make_shared<const CompiledGraph>(one->Clone(), CompileOptions{threads, false});
  std::string kernel;
  for (const Step& step : compiled->Steps()) {
    if (step.name == net.layer && step.type != "Reorder") kernel = step.kernel->ExecType();
  }
  ++kernels[kernel];
  // Windows that see no data give the lowest number, of which nothing can be computed.
  if (Largest(expected[0]) > 1e30) return;
  Request request(compiled);
  const Tensor got = RunRequest(request, inputs)[0];
  ASSERT_EQ(got.Shape(), expected.back().Shape()) << what;
  // The data is a sum of two products, or exact.
  double bound = Amplification(kernel) * kUnit * (8 * std::sqrt(net.terms) + 16) * std::max(Largest(expected[0]), 0.1);
  for (size_t i = 0; i < net.finishes.size(); ++i) {
    const double scale = std::max({1.0, Largest(expected[i]), Largest(expected[i + 1])});
    bound = bound * net.finishes[i].slope + net.finishes[i].unsharp * scale;
  }
  const auto a = got.Values<float>(), b = expected.back().Values<float>();
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_LE(std::abs(static_cast<double>(a[i]) - b[i]), bound)
        << "element " << i << " is " << a[i] << ", expected " << b[i] << ", kernel " << kernel << "\n"
        << what;
  }
  const Tensor again = RunRequest(request, inputs)[0];
  ASSERT_EQ(std::memcmp(again.Data(), got.Data(), got.ByteSize()), 0) << "the second inference differs\n" << what;
}

template <typename DrawNet>
void RunAll(const DrawNet& draw_net) {
  std::map<std::string, int> kernels;
  int checked = 0;
  for (uint64_t i = 0; i < LayerCount() && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = FirstSeed() + i;
    Draw draw(seed);
    Net net;
    bool drawn = false;
    for (int attempt = 0; attempt < 50 && !drawn; ++attempt) {
      try {
        net = draw_net(draw);
        drawn = true;
      } catch (const graph::Error&) {  // a window larger than its data, or too much work
      }
    }
    if (!drawn) continue;
    if (LayerCount() == 1) std::printf("%s", net.text.c_str());  // one that crashes tells nothing itself
    Check(net, seed, static_cast<int>(draw.From(1, 3)), kernels);
    ++checked;
  }
  std::printf("seed %llu, %d layers:", static_cast<unsigned long long>(FirstSeed()), checked);
  for (const auto& [kernel, count] : kernels) std::printf(" %s %d", kernel.c_str(), count);
  std::printf("\n");
  EXPECT_GT(checked, 0);
}

TEST(RandomLayers, Convolutions) {
  RunAll([](Draw& draw) { return DrawConvolution(draw, false); });
}
TEST(RandomLayers, Deconvolutions) {
  RunAll([](Draw& draw) { return DrawConvolution(draw, true); });
}
TEST(RandomLayers, Poolings) { RunAll(DrawPooling); }
TEST(RandomLayers, MatMuls) { RunAll(DrawMatMul); }
TEST(RandomLayers, Elementwise) { RunAll(DrawElementwise); }

}  // namespace
}  // namespace moir::runtime
