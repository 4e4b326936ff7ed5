// Convolution and its transpose, plain and grouped, against the sums written down once more index by index.
#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using Ints = std::vector<int64_t>;

struct Case {
  const char* name;
  Shape data;
  int64_t groups, out_channels;  // of the whole convolution
  Ints kernel, strides, pads_begin, pads_end, dilations;
};

// Five axes: missing spatial ones come first with size 1.
Shape Widen(const Shape& shape) {
  std::vector<int64_t> dims(shape.begin(), shape.begin() + 2);
  dims.resize(static_cast<size_t>(7 - shape.Rank()), 1);
  dims.insert(dims.end(), shape.begin() + 2, shape.end());
  return Shape(dims);
}
Ints Widen(const Ints& values, int64_t missing) {
  Ints wide(3 - values.size(), missing);
  wide.insert(wide.end(), values.begin(), values.end());
  return wide;
}

double At(const Tensor& tensor, const Shape& shape, int64_t a, int64_t b, const Ints& position) {
  int64_t index = a * shape[1] + b;
  for (int64_t k = 0; k < 3; ++k) index = index * shape[k + 2] + position[static_cast<size_t>(k)];
  return tensor.ToVector<double>()[static_cast<size_t>(index)];
}

// Calls f(position) for every position below `sizes`.
template <typename F>
void ForEachPosition(const Ints& sizes, F f) {
  Ints p(3);
  for (p[0] = 0; p[0] < sizes[0]; ++p[0])
    for (p[1] = 0; p[1] < sizes[1]; ++p[1])
      for (p[2] = 0; p[2] < sizes[2]; ++p[2]) f(p);
}

const Case kCases[] = {
    {"1d", {2, 3, 7}, 1, 4, {3}, {2}, {1}, {0}, {1}},
    {"2d asymmetric", {2, 2, 5, 6}, 1, 3, {3, 2}, {2, 1}, {1, 0}, {0, 2}, {1, 1}},
    {"2d dilated", {1, 2, 8, 7}, 1, 2, {3, 2}, {1, 2}, {2, 1}, {1, 2}, {2, 3}},
    {"2d groups", {2, 6, 4, 4}, 3, 9, {2, 3}, {1, 1}, {0, 1}, {1, 1}, {1, 1}},
    {"2d depthwise", {1, 4, 5, 5}, 4, 4, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
    {"2d pads wider than the kernel", {1, 1, 2, 2}, 1, 1, {2, 2}, {1, 1}, {3, 4}, {4, 3}, {1, 1}},
    {"3d groups dilated", {1, 4, 3, 4, 5}, 2, 4, {2, 2, 3}, {1, 2, 1}, {1, 0, 1}, {0, 1, 2}, {1, 1, 2}},
};

Attributes WindowAttributes(const Case& c) {
  return {{"strides", c.strides}, {"pads_begin", c.pads_begin}, {"pads_end", c.pads_end}, {"dilations", c.dilations}};
}

Shape WeightShape(const Case& c, int64_t first, int64_t second) {
  std::vector<int64_t> dims;
  if (c.groups > 1) dims = {c.groups, first / c.groups};
  else dims = {first};
  dims.push_back(second / c.groups);
  dims.insert(dims.end(), c.kernel.begin(), c.kernel.end());
  return Shape(dims);
}

TEST(Convolution, MatchesItsFormula) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Tensor x = RandomTensor(ElementType::kF32, c.data, 1);
    const Tensor w = RandomTensor(ElementType::kF32, WeightShape(c, c.out_channels, c.data[1]), 2);
    const Tensor y = EvaluateOp(c.groups > 1 ? "GroupConvolution" : "Convolution", {x, w}, WindowAttributes(c));
    const Shape data = Widen(c.data), out = Widen(y.Shape());
    const Ints kernel = Widen(c.kernel, 1), strides = Widen(c.strides, 1), begin = Widen(c.pads_begin, 0),
               dilations = Widen(c.dilations, 1);
    const int64_t in_group = data[1] / c.groups, out_group = c.out_channels / c.groups;
    const Shape weights{c.out_channels, in_group, kernel[0], kernel[1], kernel[2]};
    ASSERT_EQ(out[0], data[0]);
    ASSERT_EQ(out[1], c.out_channels);
    Tensor expected(ElementType::kF32, y.Shape());
    size_t next = 0;
    for (int64_t n = 0; n < out[0]; ++n) {
      for (int64_t o = 0; o < out[1]; ++o) {
        ForEachPosition({out[2], out[3], out[4]}, [&](const Ints& p) {
          double sum = 0;
          for (int64_t i = 0; i < in_group; ++i) {
            ForEachPosition(kernel, [&](const Ints& k) {
              Ints s(3);
              for (size_t a = 0; a < 3; ++a) s[a] = p[a] * strides[a] - begin[a] + k[a] * dilations[a];
              for (size_t a = 0; a < 3; ++a) {
                if (s[a] < 0 || s[a] >= data[static_cast<int64_t>(a) + 2]) return;
              }
              sum += At(x, data, n, o / out_group * in_group + i, s) * At(w, weights, o, i, k);
            });
          }
          expected.MutableValues<float>()[next++] = static_cast<float>(sum);
        });
      }
    }
    ExpectNear(y, expected, 1e-6);
  }
}

TEST(Convolution, OutputSizes) {
  const auto size = [](Attributes attributes, int64_t in = 10, int64_t kernel = 3) {
    return EvaluateOp("Convolution", {Tensor(ElementType::kF32, {1, 1, in}), Tensor(ElementType::kF32, {1, 1, kernel})},
                      std::move(attributes))
        .Shape()[2];
  };
  EXPECT_EQ(size({}), 8);
  EXPECT_EQ(size({{"strides", Ints{3}}}), 3);
  EXPECT_EQ(size({{"dilations", Ints{4}}}), 2);
  EXPECT_EQ(size({{"pads_begin", Ints{1}}, {"pads_end", Ints{2}}}), 11);
  EXPECT_EQ(size({{"strides", Ints{3}}, {"auto_pad", std::string("same_upper")}}), 4);
  EXPECT_EQ(size({{"pads_begin", Ints{1}}, {"auto_pad", std::string("valid")}}), 8);
  EXPECT_EQ(size({}, 3, 3), 1);
}

TEST(Convolution, SamePaddingPutsTheOddElementBehindOrInFront) {
  const Tensor x = Tensor::FromValues<float>({1, 1, 4}, {1, 2, 3, 4}),
               w = Tensor::FromValues<float>({1, 1, 2}, {1, 10});
  ExpectValues<float>(EvaluateOp("Convolution", {x, w}, {{"auto_pad", std::string("same_upper")}}), {1, 1, 4},
                      {21, 32, 43, 4});
  ExpectValues<float>(EvaluateOp("Convolution", {x, w}, {{"auto_pad", std::string("same_lower")}}), {1, 1, 4},
                      {10, 21, 32, 43});
}

TEST(Convolution, IntegersAndWideTypes) {
  ExpectValues<int32_t>(EvaluateOp("Convolution", {Tensor::FromValues<int32_t>({1, 1, 3}, {1, -2, 3}),
                                                   Tensor::FromValues<int32_t>({1, 1, 2}, {4, 5})}),
                        {1, 1, 2}, {-6, 7});
  // Sums in float would lose the 1.
  const Tensor x = Tensor::FromValues<float>({1, 3, 1}, {1e8f, 1, -1e8f}),
               ones = Tensor::FromValues<float>({1, 3, 1}, {1, 1, 1});
  ExpectValues<float>(EvaluateOp("Convolution", {x, ones}), {1, 1, 1}, {1});
}

TEST(Convolution, RefusesWhatDoesNotFit) {
  const Tensor x(ElementType::kF32, {1, 4, 5, 5}), w(ElementType::kF32, {2, 4, 3, 3});
  ExpectBadOp("Convolution", {x, Tensor(ElementType::kF32, {2, 3, 3, 3})}, {}, {"channels of data: got 4, expected 3"});
  ExpectBadOp("Convolution", {x, Tensor(ElementType::kF32, {2, 4, 3})}, {},
              {"shape of weights: got [2,4,3], expected rank 4"});
  ExpectBadOp("GroupConvolution", {x, w}, {}, {"shape of weights: got [2,4,3,3], expected rank 5"});
  ExpectBadOp("GroupConvolution", {x, Tensor(ElementType::kF32, {3, 1, 2, 3, 3})}, {},
              {"channels of data: got 4, expected 6"});
  ExpectBadOp("Convolution", {x, Tensor(ElementType::kF32, {2, 4, 6, 3})}, {}, {"does not fit into data"});
  ExpectBadOp("Convolution", {x, w}, {{"strides", Ints{1}}}, {"attribute strides: got [1], expected 2 values"});
  ExpectBadOp("Convolution", {x, w}, {{"strides", Ints{0, 1}}},
              {"attribute strides: got [0,1], expected values from 1"});
  ExpectBadOp("Convolution", {x, w}, {{"strides", Ints{1, int64_t{1} << 62}}},
              {"attribute strides: got [1,4611686018427387904], expected values from 1 to 1073741824"});
  ExpectBadOp("Convolution", {x, w}, {{"pads_begin", Ints{-1, 0}}},
              {"attribute pads_begin: got [-1,0], expected values from 0"});
  ExpectBadOp("Convolution", {x, w}, {{"dilations", Ints{3, 3}}}, {"does not fit into data"});
  ExpectBadOp("Convolution", {x, Tensor(ElementType::kF64, {2, 4, 3, 3})}, {}, {"element type of input 1: got f64"});
  ExpectBadOp("Convolution", {Tensor(ElementType::kF32, {4, 4}), Tensor(ElementType::kF32, {4, 4})}, {},
              {"rank of data: got 2, expected 3 to 5"});
  ExpectBadOp("Convolution", {Tensor(ElementType::kBool, {1, 1, 3}), Tensor(ElementType::kBool, {1, 1, 1})}, {},
              {"got boolean"});
  ExpectBadOp("Convolution", {x}, {}, {"got 1 inputs, expected at least 2"});
  ExpectBadOp("Convolution", {x, w}, {{"group", int64_t{2}}}, {"unknown attribute group"});
}

// The transpose: <convolve(x), y> == <x, deconvolve(y)> for the same weights, whatever the attributes.
TEST(ConvolutionBackpropData, IsTheTransposeOfConvolution) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    // Convolution weights [O, C, K] are transposed-convolution weights of O input channels.
    const Shape weights = WeightShape(c, c.out_channels, c.data[1]);
    const Tensor x = RandomTensor(ElementType::kF64, c.data, 1), w = RandomTensor(ElementType::kF64, weights, 2);
    const Tensor forward = EvaluateOp(c.groups > 1 ? "GroupConvolution" : "Convolution", {x, w}, WindowAttributes(c));
    const Tensor y = RandomTensor(ElementType::kF64, forward.Shape(), 3);
    Attributes attributes = WindowAttributes(c);
    // Rounding loses the last elements of the data; output_padding brings them back.
    Ints output_padding;
    for (size_t i = 0; i < c.kernel.size(); ++i) {
      const int64_t axis = static_cast<int64_t>(i) + 2;
      const int64_t span = c.dilations[i] * (c.kernel[i] - 1) + 1;
      output_padding.push_back((c.data[axis] + c.pads_begin[i] + c.pads_end[i] - span) % c.strides[i]);
    }
    attributes["output_padding"] = output_padding;
    const Tensor backward =
        EvaluateOp(c.groups > 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData", {y, w}, attributes);
    ASSERT_EQ(backward.Shape(), c.data);
    double forward_product = 0, backward_product = 0;
    for (size_t i = 0; i < y.Values<double>().size(); ++i)
      forward_product += forward.Values<double>()[i] * y.Values<double>()[i];
    for (size_t i = 0; i < x.Values<double>().size(); ++i)
      backward_product += backward.Values<double>()[i] * x.Values<double>()[i];
    EXPECT_NEAR(forward_product, backward_product, 1e-10);
    EXPECT_NE(forward_product, 0);
  }
}

TEST(ConvolutionBackpropData, SpreadsByHand) {
  const Tensor x = Tensor::FromValues<float>({1, 1, 2}, {1, 2}), w = Tensor::FromValues<float>({1, 1, 3}, {1, 10, 100});
  ExpectValues<float>(EvaluateOp("ConvolutionBackpropData", {x, w}), {1, 1, 4}, {1, 12, 120, 200});
  ExpectValues<float>(EvaluateOp("ConvolutionBackpropData", {x, w}, {{"strides", Ints{2}}}), {1, 1, 5},
                      {1, 10, 102, 20, 200});
  ExpectValues<float>(EvaluateOp("ConvolutionBackpropData", {x, w},
                                 {{"strides", Ints{2}}, {"pads_begin", Ints{1}}, {"output_padding", Ints{1}}}),
                      {1, 1, 5}, {10, 102, 20, 200, 0});
  ExpectValues<float>(EvaluateOp("ConvolutionBackpropData", {x, w}, {{"dilations", Ints{2}}, {"pads_end", Ints{2}}}),
                      {1, 1, 4}, {1, 2, 10, 20});
  ExpectValues<float>(
      EvaluateOp("ConvolutionBackpropData", {x, w}, {{"pads_end", Ints{2}}, {"auto_pad", std::string("valid")}}),
      {1, 1, 4}, {1, 12, 120, 200});
}

TEST(ConvolutionBackpropData, RefusesWhatDoesNotFit) {
  const Tensor x(ElementType::kF32, {1, 4, 2, 2}), w(ElementType::kF32, {4, 2, 3, 3});
  ExpectBadOp("ConvolutionBackpropData", {x, Tensor(ElementType::kF32, {2, 4, 3, 3})}, {},
              {"channels of data: got 4, expected 2"});
  ExpectBadOp("GroupConvolutionBackpropData", {x, Tensor(ElementType::kF32, {2, 4, 1, 3, 3})}, {},
              {"channels of data: got 4, expected 8"});
  ExpectBadOp("ConvolutionBackpropData", {x, w}, {{"pads_begin", Ints{2, 2}}, {"pads_end", Ints{2, 2}}},
              {"node \"op\"", "size 0 of the output on axis 2"});
  ExpectBadOp("ConvolutionBackpropData", {x, w}, {{"output_padding", Ints{1}}},
              {"attribute output_padding: got [1], expected 2 values from 0"});
  ExpectBadOp("ConvolutionBackpropData", {x, w}, {{"strides", Ints{1, 0}}},
              {"attribute strides: got [1,0], expected 2 values from 1"});
}

}  // namespace
}  // namespace moir::test
