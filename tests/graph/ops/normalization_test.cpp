// BatchNormInference, MVN, NormalizeL2, LRN, Softmax, LogSoftmax by hand; more values: openvino_op_cases_test.cpp.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

Tensor Floats(std::initializer_list<float> values) {
  return Tensor::FromValues<float>({static_cast<int64_t>(values.size())}, values);
}
Tensor Axes(const std::vector<int64_t>& axes) { return Tensor::Indices(axes); }

TEST(BatchNormInference, PerChannel) {
  const Tensor x = Tensor::FromValues<float>({1, 2, 2}, {1, 3, 5, 7});
  ExpectValues<float>(
      EvaluateOp("BatchNormInference", {x, Floats({2, 1}), Floats({10, 0}), Floats({1, 5}), Floats({3, 0})},
                 {{"epsilon", 1.0}}),
      {1, 2, 2}, {10, 12, 0, 2});
  ExpectValues<float>(EvaluateOp("BatchNormInference",
                                 {x.Reshaped({2, 2}), Floats({1, 1}), Floats({0, 0}), Floats({1, 3}), Floats({1, 1})},
                                 {{"epsilon", 0.0}}),
                      {2, 2}, {0, 0, 4, 4});
}

TEST(BatchNormInference, RefusesWhatDoesNotFit) {
  const Tensor x(ElementType::kF32, {1, 2, 2}), c = Floats({1, 1});
  ExpectBadOp("BatchNormInference", {x, c, c, Floats({1, 1, 1}), c}, {{"epsilon", 1.0}},
              {"shape of mean: got [3], expected [2] for data [1,2,2]"});
  ExpectBadOp("BatchNormInference", {x, c, c, c, c}, {}, {"attribute epsilon is missing"});
  ExpectBadOp("BatchNormInference", {Floats({1}), c, c, c, c}, {{"epsilon", 1.0}},
              {"rank of data: got 1, expected 2 or more"});
  ExpectBadOp("BatchNormInference", {x, c, c, c, c.ConvertTo(ElementType::kF64)}, {{"epsilon", 1.0}},
              {"element type of input 4"});
}

TEST(MVN, MeanAndDeviation) {
  const Tensor x = Tensor::FromValues<float>({2, 2}, {1, 3, 10, 30});
  const auto mvn = [&](bool variance, double eps, const char* mode) {
    return EvaluateOp("MVN", {x, Axes({1})},
                      {{"normalize_variance", variance}, {"eps", eps}, {"eps_mode", std::string(mode)}});
  };
  ExpectValues<float>(mvn(false, 0.0, "inside_sqrt"), {2, 2}, {-1, 1, -10, 10});
  ExpectValues<float>(mvn(true, 0.0, "inside_sqrt"), {2, 2}, {-1, 1, -1, 1});
  ExpectValues<float>(mvn(true, 3.0, "inside_sqrt"), {2, 2},
                      {-0.5f, 0.5f, -10 / std::sqrt(103.0f), 10 / std::sqrt(103.0f)});
  ExpectValues<float>(mvn(true, 3.0, "outside_sqrt"), {2, 2}, {-0.25f, 0.25f, -10 / 13.0f, 10 / 13.0f});
  // Without axes every element is its own mean.
  ExpectValues<float>(EvaluateOp("MVN", {x, Axes({})}, {{"normalize_variance", true}, {"eps", 1.0}}), {2, 2},
                      {0, 0, 0, 0});
  ExpectBadOp("MVN", {x, Axes({2})}, {{"normalize_variance", true}, {"eps", 1.0}},
              {"node \"op\"", "axis 2 is outside [-2, 2)"});
  ExpectBadOp("MVN", {x, Axes({1, -1})}, {{"normalize_variance", true}, {"eps", 1.0}}, {"axis 1 is listed twice"});
}

TEST(NormalizeL2, AddsEpsOrKeepsTheSumAboveIt) {
  const Tensor x = Tensor::FromValues<float>({2, 2}, {3, 4, 0, 1});
  const auto normalize = [&](double eps, const char* mode, const std::vector<int64_t>& axes) {
    return EvaluateOp("NormalizeL2", {x, Axes(axes)}, {{"eps", eps}, {"eps_mode", std::string(mode)}});
  };
  ExpectValues<float>(normalize(0.0, "add", {1}), {2, 2}, {0.6f, 0.8f, 0, 1});
  ExpectValues<float>(normalize(24.0, "add", {1}), {2, 2}, {3 / 7.0f, 4 / 7.0f, 0, 0.2f});
  ExpectValues<float>(normalize(4.0, "max", {-1}), {2, 2}, {0.6f, 0.8f, 0, 0.5f});
  ExpectValues<float>(normalize(0.0, "add", {0}), {2, 2}, {1, 4 / std::sqrt(17.0f), 0, 1 / std::sqrt(17.0f)});
  ExpectValues<float>(normalize(9.0, "max", {}), {2, 2}, {1, 1, 0, 1 / 3.0f});
}

TEST(LRN, SumsNeighboursAlongTheAxes) {
  const Tensor x = Tensor::FromValues<float>({1, 3, 1, 1}, {1, 2, 3});
  const auto lrn = [&](const Tensor& data, int64_t size, const std::vector<int64_t>& axes) {
    return EvaluateOp("LRN", {data, Axes(axes)}, {{"alpha", 3.0}, {"beta", 1.0}, {"bias", 1.0}, {"size", size}});
  };
  ExpectValues<float>(lrn(x, 3, {1}), {1, 3, 1, 1}, {1 / 6.0f, 2 / 15.0f, 3 / 14.0f});
  ExpectValues<float>(lrn(x, 1, {1}), {1, 3, 1, 1}, {1 / 4.0f, 2 / 13.0f, 3 / 28.0f});
  // Two axes divide alpha by size twice; a window wider than the data sees all of it.
  ExpectValues<float>(lrn(x.Reshaped({1, 1, 1, 3}), 3, {2, 3}), {1, 1, 1, 3},
                      {1 / (1 + 5 / 3.0f), 2 / (1 + 14 / 3.0f), 3 / (1 + 13 / 3.0f)});
  ExpectValues<float>(lrn(x, 9, {1}), {1, 3, 1, 1}, {1 / (1 + 14 / 3.0f), 2 / (1 + 14 / 3.0f), 3 / (1 + 14 / 3.0f)});
  // An even size looks one neighbour less far and still divides by itself.
  ExpectValues<float>(lrn(x, 4, {1}), {1, 3, 1, 1}, {1 / (1 + 15 / 4.0f), 2 / (1 + 42 / 4.0f), 3 / (1 + 39 / 4.0f)});
  ExpectValues<float>(lrn(x, int64_t{1} << 62, {1}), {1, 3, 1, 1}, {1, 2, 3});
  ExpectBadOp("LRN", {x, Axes({1})}, {{"alpha", 3.0}, {"beta", 1.0}, {"bias", 1.0}, {"size", int64_t{0}}},
              {"attribute size: got 0, expected a positive number"});
}

TEST(Softmax, AnyAxisWithoutOverflow) {
  const float e = std::exp(1.0f);
  const Tensor x = Tensor::FromValues<float>({2, 2}, {1000, 1001, -1000, -1000});
  ExpectValues<float>(EvaluateOp("Softmax", {x}), {2, 2}, {1 / (1 + e), e / (1 + e), 0.5f, 0.5f});
  ExpectValues<float>(EvaluateOp("Softmax", {x}, {{"axis", int64_t{-2}}}), {2, 2}, {1, 1, 0, 0});
  ExpectValues<float>(EvaluateOp("LogSoftmax", {x}), {2, 2},
                      {-std::log(1 + e), 1 - std::log(1 + e), -std::log(2.0f), -std::log(2.0f)});
  ExpectValues<float>(EvaluateOp("LogSoftmax", {x}, {{"axis", int64_t{0}}}), {2, 2}, {0, 0, -2000, -2001});
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    ExpectBadOp(op, {Floats({1})}, {}, {"node \"op\"", "axis 1 is outside [-1, 1)"});
    ExpectBadOp(op, {Tensor(ElementType::kI32, {1, 1})}, {}, {"got i32, expected f16, bf16, f32 or f64"});
    EXPECT_EQ(EvaluateOp(op, {Tensor(ElementType::kF32, {2, 0})}).Shape(), (Shape{2, 0}));
  }
}

}  // namespace
}  // namespace moir::test
