// The binary layers of BMXNet (version 1): QActivation, QConvolution, QFullyConnected.
//
// sign(x) is +1 for x >= 0 and -1 otherwise. With one bit for data and weights, BMXNet's CPU inference gives the number
// of products of signs that are +1 rather than their sum: with K products, (sum + K) / 2. Then the bias is added, and
// with scaling_mode "forward" the result is multiplied by the mean of |weights|. Padding is 0, whose sign is +1.
//
// With more bits k < 32 (a node must then state weight_bit, because versions of BMXNet differ in its default):
//   data:    q(clip(x, 0, 1)), q(x) = round(x * (2^k - 1)) / (2^k - 1)
//   weights: 2 * q(tanh(w) / (2 * max|tanh(w)|) + 1/2) - 1
// and the layer is MXNet's own. 32 bits are floating-point numbers as they are. Nothing of this needs operators of a
// plug-in, so such layers run in OpenVINO, too.
//
// With binarized_weights_only the parameters hold signs, 32 in the bits of an f32 or 64 in those of an f64, the lowest
// bit first: of a convolution along [C,kh,kw] of each filter, of QFullyConnected word [k, filter] holds the k-th piece
// of a filter's row.
//
// Operators of the graph, for one bit:
//   XnorConvolution (data f32 [N,C,H,W], weights i32 [O,ceil(K/32)], [bias f32 [O]]), K = C / group * kh * kw
//   XnorFullyConnected (data f32 [N,...], weights i32 [O,ceil(K/32)], [bias]), K = everything but the first axis
// Their weights are signs as above, rows padded with zeros.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "binary_kernels.h"
#include "extension.h"

using namespace moir::extension;

namespace {

using moir::binary::Kernels;
using moir::binary::kFilters;
using moir::binary::kRows;

constexpr int64_t kWordBits = 64;  // of the kernels
constexpr int64_t kStoredBits = 32;
constexpr int64_t kChunk = 512;  // pixels that are packed in one go

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// ---- geometry ----

// A product of signs as a convolution; a fully connected layer is one of a single pixel.
struct Problem {
  int64_t batch, channels, height, width;  // of the data
  int64_t filters, kernel[2], stride[2], dilation[2], pad[2], group;
  int64_t out_height, out_width;
  double scale;

  int64_t GroupChannels() const { return channels / group; }
  int64_t Products() const { return GroupChannels() * kernel[0] * kernel[1]; }
};

constexpr int64_t kMaxSize = int64_t{1} << 31;

void ReadPair(const char* name, const std::vector<int64_t>& values, int64_t least, int64_t* pair) {
  Require(values.size() == 2, "attribute ", name, ": got ", values.size(), " numbers, expected 2");
  for (int i = 0; i < 2; ++i) {
    const int64_t value = values[static_cast<size_t>(i)];
    Require(value >= least && value < kMaxSize, "attribute ", name, ": got ", value, ", expected at least ", least);
    pair[i] = value;
  }
}

template <typename Op>
Problem ConvolutionProblem(const Op& op, const Shape& data, int64_t filters) {
  Require(data.size() == 4, "data of shape ", ToString(data), ": expected [N,C,H,W]");
  for (const int64_t size : data) Require(size < kMaxSize, "data of shape ", ToString(data), " is too large");
  Problem p{};
  p.batch = data[0], p.channels = data[1], p.height = data[2], p.width = data[3];
  p.filters = filters;
  ReadPair("kernel", op.template Attr<std::vector<int64_t>>("kernel"), 1, p.kernel);
  ReadPair("strides", op.template Attr<std::vector<int64_t>>("strides"), 1, p.stride);
  ReadPair("dilations", op.template Attr<std::vector<int64_t>>("dilations"), 1, p.dilation);
  ReadPair("pads", op.template Attr<std::vector<int64_t>>("pads"), 0, p.pad);
  p.group = op.template Attr<int64_t>("group");
  p.scale = op.template Attr<double>("scale");
  Require(p.group >= 1 && p.channels % p.group == 0 && filters % p.group == 0, "attribute group: got ", p.group,
          ", expected a divisor of ", p.channels, " channels and ", filters, " filters");
  const int64_t sizes[2] = {p.height, p.width};
  int64_t out[2];
  for (int i = 0; i < 2; ++i) {
    const int64_t span = p.dilation[i] * (p.kernel[i] - 1) + 1, padded = sizes[i] + 2 * p.pad[i];
    Require(span <= padded, "kernel of size ", span, " along an axis of size ", padded, ", padding included");
    out[i] = (padded - span) / p.stride[i] + 1;
  }
  p.out_height = out[0], p.out_width = out[1];
  return p;
}

template <typename Op>
Problem DenseProblem(const Op& op, const Shape& data, int64_t filters) {
  Require(data.size() >= 2, "data of shape ", ToString(data), ": expected [N,...]");
  Problem p{};
  p.batch = data[0];
  p.channels = NumElements(Shape(data.begin() + 1, data.end()));
  p.height = p.width = p.out_height = p.out_width = p.group = 1;
  p.filters = filters;
  for (int i = 0; i < 2; ++i) p.kernel[i] = p.stride[i] = p.dilation[i] = 1;
  p.scale = op.template Attr<double>("scale");
  return p;
}

template <bool kConvolution, typename Op>
Problem ProblemOf(const Op& op, const Shape& data, const Shape& weights) {
  Require(weights.size() == 2, "weights of shape ", ToString(weights), ": expected [filters,words]");
  const Problem p = kConvolution ? ConvolutionProblem(op, data, weights[0]) : DenseProblem(op, data, weights[0]);
  Require(weights[1] == CeilDiv(p.Products(), kStoredBits), "weights of shape ", ToString(weights), ": expected [",
          weights[0], ",", CeilDiv(p.Products(), kStoredBits), "] for ", p.Products(), " signs per filter");
  return p;
}

// The convolution's attributes are absent from XnorFullyConnected, so the wrong ones are never asked for.
template <bool kConvolution>
void Infer(InferContext& op) {
  Require(op.InputType(0) == Type::kF32, "expected data in f32");
  Require(op.InputType(1) == Type::kI32, "expected weights in i32");
  const Problem p = ProblemOf<kConvolution>(op, op.InputShape(0), op.InputShape(1));
  if (op.InputCount() > 2) {
    Require(op.InputType(2) == Type::kF32 && op.InputShape(2) == Shape{p.filters}, "bias of shape ",
            ToString(op.InputShape(2)), ": expected f32 [", p.filters, "]");
  }
  Require(p.Products() < kMaxSize / 2, p.Products(), " signs per filter: expected less than 2^30");
  if (kConvolution) op.SetOutput(0, Type::kF32, {p.batch, p.filters, p.out_height, p.out_width});
  else op.SetOutput(0, Type::kF32, {p.batch, p.filters});
}

// ---- plain evaluation ----

bool BitOf(const int32_t* words, int64_t bit) {
  return (static_cast<uint32_t>(words[bit / kStoredBits]) >> (bit % kStoredBits) & 1) != 0;
}

float Finish(const Problem& p, int64_t equal, const float* bias, int64_t filter) {
  const float sum = static_cast<float>(equal) + (bias ? bias[filter] : 0.0f);
  return p.scale == 1 ? sum : sum * static_cast<float>(p.scale);
}

template <bool kConvolution>
void Evaluate(EvalContext& op) {
  const Problem p = ProblemOf<kConvolution>(op, op.InputShape(0), op.InputShape(1));
  const float* data = op.Input<float>(0);
  const int32_t* weights = op.Input<int32_t>(1);
  const float* bias = op.InputCount() > 2 ? op.Input<float>(2) : nullptr;
  float* result = op.Output<float>();
  const int64_t words = CeilDiv(p.Products(), kStoredBits), group_filters = p.filters / p.group;
  for (int64_t n = 0; n < p.batch; ++n) {
    for (int64_t o = 0; o < p.filters; ++o) {
      const int64_t first = o / group_filters * p.GroupChannels();
      for (int64_t y = 0; y < p.out_height; ++y) {
        for (int64_t x = 0; x < p.out_width; ++x) {
          int64_t equal = 0, bit = 0;
          for (int64_t c = 0; c < p.GroupChannels(); ++c) {
            for (int64_t i = 0; i < p.kernel[0]; ++i) {
              for (int64_t j = 0; j < p.kernel[1]; ++j, ++bit) {
                const int64_t row = y * p.stride[0] - p.pad[0] + i * p.dilation[0];
                const int64_t column = x * p.stride[1] - p.pad[1] + j * p.dilation[1];
                const bool inside = row >= 0 && row < p.height && column >= 0 && column < p.width;
                const bool sign =
                    !inside || data[((n * p.channels + first + c) * p.height + row) * p.width + column] >= 0;
                equal += sign == BitOf(weights + o * words, bit) ? 1 : 0;
              }
            }
          }
          *result++ = Finish(p, equal, bias, o);
        }
      }
    }
  }
}

// ---- kernel ----

// Signs of the data lie pixel by pixel, 64 channels in a word: [batch, height, width, group, words]; filters as
// [group, block of 8, tap, word, 8]. A row of the product is one output pixel's taps.
class XnorKernel {
 public:
  XnorKernel(const Problem& problem, const int32_t* weights, const float* bias, Kernels kernels)
      : p_(problem),
        kernels_(kernels),
        words_(CeilDiv(p_.GroupChannels(), kWordBits)),
        taps_(p_.kernel[0] * p_.kernel[1]),
        blocks_(CeilDiv(p_.filters / p_.group, kFilters)),
        filters_(static_cast<size_t>(p_.group * blocks_ * taps_ * words_ * kFilters), 0) {
    if (bias) bias_.assign(bias, bias + p_.filters);
    const int64_t stored = CeilDiv(p_.Products(), kStoredBits), group_filters = p_.filters / p_.group;
    for (int64_t o = 0; o < p_.filters; ++o) {
      const int64_t g = o / group_filters, block = o % group_filters / kFilters;
      for (int64_t c = 0; c < p_.GroupChannels(); ++c) {
        for (int64_t tap = 0; tap < taps_; ++tap) {
          if (!BitOf(weights + o * stored, c * taps_ + tap)) continue;
          const int64_t word = ((g * blocks_ + block) * taps_ + tap) * words_ + c / kWordBits;
          filters_[static_cast<size_t>(word * kFilters + o % group_filters % kFilters)] |= uint64_t{1}
                                                                                           << (c % kWordBits);
        }
      }
    }
    // What lies outside of the data: +1 in every channel that there is.
    for (int64_t w = 0; w < words_; ++w) {
      const int64_t bits = std::min(p_.GroupChannels() - w * kWordBits, kWordBits);
      outside_.push_back(bits == kWordBits ? ~uint64_t{0} : (uint64_t{1} << bits) - 1);
    }
  }

  void Run(EvalContext& op) const {
    const float* data = op.Input<float>(0);
    float* result = op.Output<float>();
    std::vector<uint64_t> signs(static_cast<size_t>(p_.batch * p_.height * p_.width * p_.group * words_));
    const int64_t chunks = CeilDiv(p_.height * p_.width, kChunk);
    op.ParallelFor(p_.batch * p_.group * words_ * chunks, CeilDiv(256, std::min(kChunk, p_.height * p_.width)),
                   [&](int64_t begin, int64_t end) {
                     for (int64_t i = begin; i < end; ++i) Pack(data, i / chunks, i % chunks * kChunk, signs.data());
                   });
    const int64_t tiles = CeilDiv(p_.out_height * p_.out_width, kRows);
    const int64_t rows = p_.out_height * p_.out_width == 1 ? CeilDiv(p_.batch, kRows) : p_.batch * tiles;
    op.ParallelFor(rows * p_.group, 1, [&](int64_t begin, int64_t end) {
      std::vector<uint64_t> buffer(static_cast<size_t>(kRows * taps_ * words_));
      for (int64_t i = begin; i < end; ++i) Tile(signs.data(), i / p_.group, i % p_.group, buffer.data(), result);
    });
  }

 private:
  // One word of the pixels from `first` on, a chunk of them. `index`: picture, group, word.
  void Pack(const float* data, int64_t index, int64_t first, uint64_t* signs) const {
    const int64_t w = index % words_, g = index / words_ % p_.group, n = index / words_ / p_.group;
    const int64_t plane = p_.height * p_.width, count = std::min(kChunk, plane - first);
    const int64_t channel = g * p_.GroupChannels() + w * kWordBits;
    uint64_t packed[kChunk] = {};
    kernels_.pack_signs(data + (n * p_.channels + channel) * plane + first, plane,
                        std::min(p_.GroupChannels() - w * kWordBits, kWordBits), count, packed);
    uint64_t* to = signs + ((n * plane + first) * p_.group + g) * words_ + w;
    for (int64_t p = 0; p < count; ++p) to[p * p_.group * words_] = packed[p];
  }

  // Eight output pixels of one picture, or the only pixels of eight pictures, against all filters of a group.
  void Tile(const uint64_t* signs, int64_t tile, int64_t g, uint64_t* buffer, float* result) const {
    const int64_t pixels = p_.out_height * p_.out_width, all = p_.batch * pixels;
    const int64_t tiles = CeilDiv(pixels, kRows);
    const int64_t first = pixels == 1 ? tile * kRows : tile / tiles * pixels + tile % tiles * kRows;
    const int64_t end = pixels == 1 ? all : (tile / tiles + 1) * pixels;
    const int64_t count = std::min(kRows, end - first), row_words = taps_ * words_;
    for (int64_t r = 0; r < kRows; ++r) Gather(signs, first + std::min(r, count - 1), g, buffer + r * row_words);
    const int64_t group_filters = p_.filters / p_.group;
    const auto products = static_cast<int32_t>(p_.Products());
    // Where the rows' results begin; those of one picture lie side by side.
    float* to = result + (first / pixels * p_.filters + g * group_filters) * pixels + first % pixels;
    const int64_t step = pixels == 1 ? p_.filters : 1;
    const auto scale = static_cast<float>(p_.scale);
    for (int64_t block = 0; block < blocks_; ++block) {
      uint32_t different[kRows * kFilters];
      kernels_.count_different(buffer, filters_.data() + (g * blocks_ + block) * row_words * kFilters, row_words,
                               different);
      for (int64_t f = 0; f < std::min(kFilters, group_filters - block * kFilters); ++f, to += pixels) {
        const float bias = bias_.empty() ? 0.0f : bias_[static_cast<size_t>(g * group_filters + block * kFilters + f)];
        float values[kRows];
        for (int64_t r = 0; r < kRows; ++r)
          values[r] = (static_cast<float>(products - static_cast<int32_t>(different[r * kFilters + f])) + bias) * scale;
        for (int64_t r = 0; r < count; ++r) to[r * step] = values[r];
      }
    }
  }

  // The words that output pixel `pixel` (counted through the batch) is made from.
  void Gather(const uint64_t* signs, int64_t pixel, int64_t g, uint64_t* row) const {
    const int64_t pixels = p_.out_height * p_.out_width;
    const int64_t n = pixel / pixels, y = pixel % pixels / p_.out_width, x = pixel % p_.out_width;
    const auto bytes = static_cast<size_t>(words_) * sizeof(uint64_t);
    for (int64_t i = 0; i < p_.kernel[0]; ++i) {
      const int64_t line = y * p_.stride[0] - p_.pad[0] + i * p_.dilation[0];
      for (int64_t j = 0; j < p_.kernel[1]; ++j, row += words_) {
        const int64_t column = x * p_.stride[1] - p_.pad[1] + j * p_.dilation[1];
        const bool inside = line >= 0 && line < p_.height && column >= 0 && column < p_.width;
        std::memcpy(
            row,
            inside ? signs + (((n * p_.height + line) * p_.width + column) * p_.group + g) * words_ : outside_.data(),
            bytes);
      }
    }
  }

  const Problem p_;
  const Kernels kernels_;
  const int64_t words_, taps_, blocks_;
  std::vector<uint64_t> filters_;
  std::vector<uint64_t> outside_;
  std::vector<float> bias_;
};

template <bool kConvolution>
Kernel MakeKernel(KernelContext& op) {
  const auto weights = op.Constant(1);
  const auto bias = op.InputCount() > 2 ? op.Constant(2) : std::nullopt;
  if (!weights || (op.InputCount() > 2 && !bias)) return {};
  const Problem p = ProblemOf<kConvolution>(op, op.InputShape(0), op.InputShape(1));
  for (size_t i = 1; i < op.InputCount(); ++i) op.SkipInput(i);
  auto kernel = std::make_shared<const XnorKernel>(p, weights->Data<int32_t>(), bias ? bias->Data<float>() : nullptr,
                                                   moir::binary::ChooseKernels(op.MaxIsa()));
  return [kernel](EvalContext& run) { kernel->Run(run); };
}

// ---- converters ----

constexpr int64_t kFloat = 32;  // bits that mean "as it is"

int64_t Bits(const Converter& node, const char* name) {
  const int64_t bits = node.Int(name, 1);
  Require(bits >= 1 && bits <= kFloat, "attribute ", name, ": got ", bits, ", expected 1 to 32");
  return bits;
}

Value ScalarOf(Converter& node, float value, const char* name) { return node.Constant<float>({}, {value}, name); }

// round(x * n) / n with n = 2^bits - 1 in f32.
float Levels(int64_t bits) { return std::pow(2.0f, static_cast<float>(bits)) - 1.0f; }

Value QuantizeData(Converter& node, Value data, int64_t bits) {
  if (bits == 1) {
    const Value positive = node.Add("GreaterEqual", {data, ScalarOf(node, 0, "zero")}, {}, "positive");
    return node.Add("Select", {positive, ScalarOf(node, 1, "plus"), ScalarOf(node, -1, "minus")}, {}, "sign");
  }
  const Value levels = ScalarOf(node, Levels(bits), "levels");
  const Value clipped = node.Add("Clamp", {data}, {{"min", 0.0}, {"max", 1.0}}, "clip");
  const Value rounded = node.Add("Round", {node.Add("Multiply", {clipped, levels}, {}, "scaled")},
                                 {{"mode", std::string("half_away_from_zero")}}, "round");
  return node.Add("Divide", {rounded, levels}, {}, "quantized");
}

void ConvertActivation(Converter& node) {
  const int64_t bits = Bits(node, "act_bit");
  if (node.Bool("backward_only", false)) {
    node.Output(node.Input(0));
    return;
  }
  node.Output(QuantizeData(node, node.Input(0), bits));
}

// What the two layers have in common.
struct Layer {
  int64_t act_bits, weight_bits;
  bool packed, no_bias;
  double scale = 1;
};

Layer ReadLayer(Converter& node) {
  Layer layer{};
  layer.act_bits = Bits(node, "act_bit");
  layer.weight_bits = Bits(node, "weight_bit");
  layer.packed = node.Bool("binarized_weights_only", false);
  layer.no_bias = node.Bool("no_bias", true);
  node.Ignore({"gradient_update_mode", "cudnn_tune", "cudnn_off", "workspace"});
  if (layer.act_bits != 1 && !node.Has("weight_bit")) {
    Fail("attribute act_bit: got ", layer.act_bits,
         " without weight_bit: versions of BMXNet differ in what the weights "
         "are then; add weight_bit to the file");
  }
  Require(!layer.packed || (layer.act_bits == 1 && layer.weight_bits == 1),
          "attribute binarized_weights_only: got True, expected act_bit and weight_bit 1 with it");
  return layer;
}

// [O, K] signs as rows of 32-bit words.
Value PackedRows(Converter& node, int64_t filters, int64_t products,
                 const std::function<bool(int64_t, int64_t)>& sign) {
  const int64_t words = CeilDiv(products, kStoredBits);
  std::vector<uint32_t> packed(static_cast<size_t>(filters * words), 0);
  for (int64_t o = 0; o < filters; ++o) {
    for (int64_t k = 0; k < products; ++k) {
      if (sign(o, k)) packed[static_cast<size_t>(o * words + k / kStoredBits)] |= uint32_t{1} << (k % kStoredBits);
    }
  }
  std::vector<int32_t> stored(packed.size());
  std::memcpy(stored.data(), packed.data(), packed.size() * sizeof(uint32_t));
  return node.Constant<int32_t>({filters, words}, stored, "packed_weights");
}

Tensor KnownWeights(Converter& node, Value weights) {
  const auto known = node.Known(weights);
  if (!known) Fail("weights (input 1): expected parameters, got values that depend on the model's inputs");
  return *known;
}

// Weights as the file packs them. `by_columns`: word [k, filter].
Value ReadPacked(Converter& node, int64_t filters, int64_t products, bool by_columns) {
  const Type type = node.Type(node.Input(1));
  Require(type == Type::kF32 || type == Type::kF64, "packed weights: expected words in f32 (32 bits) or f64 (64 bits)");
  const int64_t bits = type == Type::kF32 ? 32 : 64;
  Require(products % bits == 0, "packed weights: ", products, " signs per filter, expected a multiple of ", bits);
  const Tensor known = KnownWeights(node, node.InputAs(1, {filters * products / bits}));
  const auto* bytes = static_cast<const unsigned char*>(known.data);
  return PackedRows(node, filters, products, [&](int64_t o, int64_t k) {
    const int64_t word = by_columns ? k / bits * filters + o : (o * products + k) / bits;
    const int64_t bit = word * bits + k % bits;
    return (bytes[bit / 8] >> (bit % 8) & 1) != 0;
  });
}

// Weights of one bit, from floating-point numbers. Reads the mean for scaling_mode.
Value PackWeights(Converter& node, int64_t filters, int64_t products, const Shape& shape, bool scaled, Layer& layer) {
  const Tensor known = KnownWeights(node, node.InputAs(1, shape));
  const float* weights = known.Data<float>();
  if (scaled) {
    double sum = 0;
    for (int64_t i = 0; i < known.Size(); ++i) sum += std::fabs(weights[i]);
    layer.scale = sum / static_cast<double>(std::max<int64_t>(known.Size(), 1));
  }
  return PackedRows(node, filters, products, [&](int64_t o, int64_t k) { return weights[o * products + k] >= 0; });
}

// Weights of other numbers of bits, as MXNet's layers take them.
Value QuantizeWeights(Converter& node, const Shape& shape, int64_t bits) {
  const Value weights = node.InputAs(1, shape);
  if (bits == kFloat) return weights;
  const Tensor known = KnownWeights(node, weights);
  std::vector<float> values(known.Data<float>(), known.Data<float>() + known.Size());
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::fabs(std::tanh(value)));
  Require(bits == 1 || largest > 0, "weights are all 0, which cannot be quantized");
  for (float& value : values) {
    if (bits == 1) value = value >= 0 ? 1.0f : -1.0f;
    else value = 2 * std::round((std::tanh(value) / (2 * largest) + 0.5f) * Levels(bits)) / Levels(bits) - 1;
  }
  return node.Constant<float>(shape, values, "quantized_weights");
}

std::vector<int64_t> Pair(const Converter& node, const char* name, int64_t absent) {
  std::vector<int64_t> values = node.Ints(name, {});
  if (values.empty()) values = {absent, absent};
  Require(values.size() == 2, "attribute ", name, ": got ", values.size(), " numbers, expected 2");
  return values;
}

void ConvertConvolution(Converter& node) {
  Layer layer = ReadLayer(node);
  const std::vector<int64_t> kernel = node.Ints("kernel");
  Require(kernel.size() == 2 && kernel[0] >= 1 && kernel[1] >= 1 && kernel[0] < 65536 && kernel[1] < 65536,
          "attribute kernel: got ", ToString(kernel), ", expected two sizes; BMXNet has binary convolutions in 2-D");
  const std::vector<int64_t> stride = Pair(node, "stride", 1), dilate = Pair(node, "dilate", 1),
                             pad = Pair(node, "pad", 0);
  const int64_t filters = node.Int("num_filter"), group = node.Int("num_group", 1);
  const std::string layout = node.Text("layout", "None"), scaling = node.Text("scaling_mode", "none");
  Require(layout == "None" || layout == "NCHW", "attribute layout: got ", layout, ", expected NCHW");
  Require(scaling == "none" || scaling == "forward" || scaling == "backward", "attribute scaling_mode: got ", scaling,
          ", expected none, forward or backward");
  Require(!node.Bool("scaling_factor", false),
          "attribute scaling_factor: got True, which versions of BMXNet compute differently; expected scaling_mode");
  const Value data = node.Input(0);
  const Shape shape = node.Shape(data);
  Require(shape.size() == 4, "data of shape ", ToString(shape), ": expected [N,C,H,W]");
  Require(filters >= 1 && filters <= 100000 && group >= 1 && shape[1] % group == 0 && filters % group == 0,
          "attributes num_filter and num_group: got ", filters, " and ", group, " for ", shape[1], " channels");
  const int64_t products = shape[1] / group * kernel[0] * kernel[1];
  const Shape weight_shape = {filters, shape[1] / group, kernel[0], kernel[1]};
  const bool binary = layer.act_bits == 1 && layer.weight_bits == 1, scaled = binary && scaling == "forward";
  Value result = 0;
  if (binary) {
    Require(!layer.packed || group == 1, "attribute num_group: got ", group, ", expected 1 with packed weights");
    Require(!layer.packed || !scaled,
            "attribute scaling_mode: got forward, but the mean of the weights is lost once they are packed");
    const Value weights = layer.packed ? ReadPacked(node, filters, products, false)
                                       : PackWeights(node, filters, products, weight_shape, scaled, layer);
    std::vector<Value> inputs = {data, weights};
    if (!layer.no_bias) inputs.push_back(node.InputAs(2, {filters}));
    result = node.Add("XnorConvolution", inputs,
                      {{"kernel", kernel},
                       {"strides", stride},
                       {"dilations", dilate},
                       {"pads", pad},
                       {"group", group},
                       {"scale", layer.scale}});
    node.Output(result);
    return;
  }
  Value quantized = layer.act_bits == kFloat ? data : QuantizeData(node, data, layer.act_bits);
  std::vector<int64_t> zero_pad = pad;
  if (layer.act_bits == 1 && (pad[0] > 0 || pad[1] > 0)) {
    // The sign of the padding is +1.
    const Value pads = node.Constant<int64_t>({4}, {0, 0, pad[0], pad[1]}, "pads");
    quantized = node.Add("Pad", {quantized, pads, pads, ScalarOf(node, 1, "pad_value")},
                         {{"pad_mode", std::string("constant")}}, "padded");
    zero_pad = {0, 0};
  }
  Value weights = QuantizeWeights(node, weight_shape, layer.weight_bits);
  const Attributes attributes = {
      {"strides", stride}, {"dilations", dilate}, {"pads_begin", zero_pad}, {"pads_end", zero_pad}};
  if (group > 1) {
    const Shape grouped = {group, filters / group, shape[1] / group, kernel[0], kernel[1]};
    weights = node.Add("Reshape", {weights, node.Constant<int64_t>({5}, grouped, "groups")}, {{"special_zero", false}},
                       "grouped_weights");
  }
  result = node.Add(group > 1 ? "GroupConvolution" : "Convolution", {quantized, weights}, attributes, "convolution");
  if (!layer.no_bias) {
    const Value bias =
        node.Add("Reshape", {node.InputAs(2, {filters}), node.Constant<int64_t>({4}, {1, filters, 1, 1}, "shape")},
                 {{"special_zero", false}}, "bias");
    result = node.Add("Add", {result, bias}, {}, "biased");
  }
  node.Output(result);
}

void ConvertFullyConnected(Converter& node) {
  Layer layer = ReadLayer(node);
  const int64_t filters = node.Int("num_hidden");
  const Value data = node.Input(0);
  const Shape shape = node.Shape(data);
  Require(shape.size() >= 2 && filters >= 1, "data of shape ", ToString(shape), " and num_hidden ", filters,
          ": expected [N,...] and 1 or more");
  const int64_t products = NumElements(Shape(shape.begin() + 1, shape.end()));
  if (layer.act_bits == 1 && layer.weight_bits == 1) {
    const Value weights = layer.packed ? ReadPacked(node, filters, products, true)
                                       : PackWeights(node, filters, products, {filters, products}, false, layer);
    std::vector<Value> inputs = {data, weights};
    if (!layer.no_bias) inputs.push_back(node.InputAs(2, {filters}));
    node.Output(node.Add("XnorFullyConnected", inputs));
    return;
  }
  Value flat = data;
  if (shape.size() > 2)
    flat = node.Add("Reshape", {data, node.Constant<int64_t>({2}, {0, -1}, "rows")}, {{"special_zero", true}}, "flat");
  const Value quantized = layer.act_bits == kFloat ? flat : QuantizeData(node, flat, layer.act_bits);
  const Value weights = QuantizeWeights(node, {filters, products}, layer.weight_bits);
  Value result = node.Add("MatMul", {quantized, weights}, {{"transpose_b", true}}, "product");
  if (!layer.no_bias) result = node.Add("Add", {result, node.InputAs(2, {filters})}, {}, "biased");
  node.Output(result);
}

}  // namespace

MOIR_EXTENSION(extension) {
  extension.SetName("binary_layers", "1.0");
  extension.Operator("XnorConvolution")
      .Input("data")
      .Input("weights")
      .OptionalInput("bias")
      .RequiredAttribute<std::vector<int64_t>>("kernel")
      .Attribute("strides", std::vector<int64_t>{1, 1})
      .Attribute("dilations", std::vector<int64_t>{1, 1})
      .Attribute("pads", std::vector<int64_t>{0, 0})
      .Attribute("group", 1)
      .Attribute("scale", 1.0)
      .Infer(Infer<true>)
      .Evaluate(Evaluate<true>)
      .Kernel(MakeKernel<true>);
  extension.Operator("XnorFullyConnected")
      .Input("data")
      .Input("weights")
      .OptionalInput("bias")
      .Attribute("scale", 1.0)
      .Infer(Infer<false>)
      .Evaluate(Evaluate<false>)
      .Kernel(MakeKernel<false>);
  extension.Converter("QActivation", ConvertActivation);
  extension.Converter("QConvolution", ConvertConvolution, "dw");
  extension.Converter("QFullyConnected", ConvertFullyConnected, "dw");
}
