// Tensors of the public API: strides, regions, copies, and what requests make of them.
#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

std::vector<float> Numbers(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

std::vector<float> Dense(const Tensor& tensor) {
  Tensor copy;
  tensor.CopyTo(copy);
  EXPECT_TRUE(copy.IsContinuous());
  return {copy.Data<float>(), copy.Data<float>() + copy.GetSize()};
}

TEST(ApiTensor, StridesOfDenseTensorsAreThoseOfRows) {
  const Tensor tensor(ElementType::kF32, {2, 3, 4});
  EXPECT_EQ(tensor.GetStrides(), (Strides{48, 16, 4}));
  EXPECT_TRUE(tensor.IsContinuous());
  EXPECT_EQ(Tensor(ElementType::kU8, {}).GetStrides(), Strides{});
  EXPECT_EQ(Tensor(ElementType::kF64, {2, 0, 3}).GetByteSize(), 0u);
}

TEST(ApiTensor, ARegionIsAView) {
  std::vector<float> values = Numbers(4 * 5);
  const Tensor whole(ElementType::kF32, {4, 5}, values.data());
  const Tensor region(whole, {1, 2}, {3, 5});
  EXPECT_EQ(region.GetShape(), (Shape{2, 3}));
  EXPECT_EQ(region.GetStrides(), (Strides{20, 4}));
  EXPECT_FALSE(region.IsContinuous());
  EXPECT_EQ(region.Data<float>(), values.data() + 7);
  EXPECT_EQ(Dense(region), (std::vector<float>{7, 8, 9, 12, 13, 14}));
  // A region of a region.
  EXPECT_EQ(Dense(Tensor(region, {0, 1}, {2, 2})), (std::vector<float>{8, 13}));
  // Whole rows have no gaps, nor has a single element, nor has none.
  EXPECT_TRUE(Tensor(whole, {1, 0}, {3, 5}).IsContinuous());
  EXPECT_TRUE(Tensor(whole, {2, 3}, {3, 4}).IsContinuous());
  EXPECT_EQ(Tensor(whole, {4, 5}, {4, 5}).GetSize(), 0u);
  // The view keeps memory of the tensor's own alive.
  Tensor kept;
  {
    Tensor own(ElementType::kF32, {2, 2});
    own.Data<float>()[3] = 5;
    kept = Tensor(own, {1, 1}, {2, 2});
  }
  EXPECT_EQ(kept.Data<float>()[0], 5);
}

TEST(ApiTensor, CopiesGoBetweenAnyStrides) {
  std::vector<float> source = Numbers(3 * 4 * 5), target(6 * 6 * 6, -1.0f);
  const Tensor from(Tensor(ElementType::kF32, {3, 4, 5}, source.data()), {1, 0, 2}, {3, 4, 4});
  Tensor to(Tensor(ElementType::kF32, {6, 6, 6}, target.data()), {2, 1, 3}, {4, 5, 5});
  from.CopyTo(to);
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 6; ++j) {
      for (int64_t k = 0; k < 6; ++k) {
        const bool inside = i >= 2 && i < 4 && j >= 1 && j < 5 && k >= 3 && k < 5;
        const float expected = inside ? static_cast<float>((i - 1) * 20 + (j - 1) * 5 + k - 1) : -1.0f;
        ASSERT_EQ(target[static_cast<size_t>(i * 36 + j * 6 + k)], expected) << i << " " << j << " " << k;
      }
    }
  }
  // Onto itself, one row further.
  std::vector<float> rows = Numbers(4 * 3);
  const Tensor all(ElementType::kF32, {4, 3}, rows.data());
  Tensor below(all, {1, 0}, {4, 2});
  Tensor(all, {0, 0}, {3, 2}).CopyTo(below);
  EXPECT_EQ(rows, (std::vector<float>{0, 1, 2, 0, 1, 5, 3, 4, 8, 6, 7, 11}));
}

TEST(ApiTensor, WrongStridesAndRegionsAreRefused) {
  std::vector<float> values(64);
  const auto strided = [&](const Shape& shape, const Strides& strides) {
    return Tensor(ElementType::kF32, shape, values.data(), strides);
  };
  EXPECT_EQ(strided({2, 3}, {16, 4}).GetStrides(), (Strides{16, 4}));
  EXPECT_TRUE(strided({1, 3}, {0, 4}).IsContinuous());  // an axis of one element has no next one
  ExpectError(ErrorKind::kBadOption, "got 1 numbers, expected 2", [&] { strided({2, 3}, {4}); });
  ExpectError(ErrorKind::kBadOption, "axis 0: expected a multiple of 4", [&] { strided({2, 3}, {14, 4}); });
  ExpectError(ErrorKind::kBadOption, "axis 0: expected at least 12 bytes", [&] { strided({2, 3}, {8, 4}); });
  ExpectError(ErrorKind::kBadOption, "axis 1: expected at least 4 bytes", [&] { strided({2, 3}, {12, 0}); });
  ExpectError(ErrorKind::kBadOption, "axis 1: expected at least", [&] { strided({2, 3}, {12, -4}); });
  // A transposed matrix.
  ExpectError(ErrorKind::kBadOption, "axis 0: expected at least", [&] { strided({2, 3}, {4, 8}); });
  ExpectError(ErrorKind::kBadOption, "further apart than memory is large", [&] {
    strided({4, 3}, {std::numeric_limits<int64_t>::max() - 3, 4});
  });
  const Tensor whole(ElementType::kF32, {4, 5});
  ExpectError(ErrorKind::kBadOption, "axis 1: expected 0 <= begin <= end <= 5", [&] { Tensor(whole, {0, 2}, {4, 6}); });
  ExpectError(ErrorKind::kBadOption, "axis 0: expected 0 <= begin", [&] { Tensor(whole, {3, 0}, {2, 5}); });
  ExpectError(ErrorKind::kBadOption, "axis 0: expected 0 <= begin", [&] { Tensor(whole, {-1, 0}, {2, 5}); });
  ExpectError(ErrorKind::kBadOption, "expected 2, one per axis", [&] { Tensor(whole, {0}, {4, 5}); });
  ExpectError(ErrorKind::kBadOption, "the tensor is empty", [&] { Tensor(Tensor(), {}, {}); });
  Tensor other(ElementType::kF32, {5, 4});
  ExpectError(ErrorKind::kBadOption, "got f32[5,4], expected f32[4,5]", [&] { whole.CopyTo(other); });
}

TEST(ApiTensor, OwnersKeepMemoryAlive) {
  auto owner = std::make_shared<std::vector<float>>(4, 2.5f);
  const std::weak_ptr<std::vector<float>> watch = owner;
  {
    Tensor tensor(ElementType::kF32, {4}, owner, owner->data());
    owner.reset();
    EXPECT_EQ(tensor.Data<float>()[3], 2.5f);
  }
  EXPECT_TRUE(watch.expired());
}

// y = 2 x of shape [1,2,3,4].
InferRequest Doubling() {
  return Core()
      .CompileModel(ParseModel("x : f32[1,2,3,4]; k : f32[1] = {2}; y = Multiply(x, k); return y as \"y\""),
                    {{"inference_num_threads", "1"}})
      .CreateInferRequest();
}

TEST(RequestTensors, WithGapsAreCopiedByEachInference) {
  InferRequest request = Doubling();
  std::vector<float> in = Numbers(2 * 5 * 6), out(2 * 5 * 6, -1.0f);
  const Tensor x(Tensor(ElementType::kF32, {1, 2, 5, 6}, in.data()), {0, 0, 1, 2}, {1, 2, 4, 6});
  const Tensor y(Tensor(ElementType::kF32, {1, 2, 5, 6}, out.data()), {0, 0, 0, 1}, {1, 2, 3, 5});
  request.SetTensor("x", x);
  request.SetTensor("y", y);
  EXPECT_EQ(request.GetTensor("x").Data(), x.Data());
  for (int round = 0; round < 2; ++round) {
    for (float& value : in) value += 100;  // values, not tensors, change
    request.Infer();
    std::vector<float> expected = Dense(x);
    for (float& value : expected) value *= 2;
    EXPECT_EQ(Dense(y), expected);
  }
  EXPECT_EQ(std::count(out.begin(), out.end(), -1.0f), 60 - 24) << "what lies in the gaps stays";
}

TEST(RequestTensors, OfOddAddressesAreCopied) {
  InferRequest request = Doubling();
  std::vector<std::byte> in(24 * 4 + 1), out(24 * 4 + 3);
  const std::vector<float> values = Numbers(24);
  std::memcpy(in.data() + 1, values.data(), 96);
  request.SetInputTensor(Tensor(ElementType::kF32, {1, 2, 3, 4}, in.data() + 1));
  request.SetOutputTensor(0, Tensor(ElementType::kF32, {1, 2, 3, 4}, out.data() + 3));
  request.Infer();
  std::vector<float> got(24);
  std::memcpy(got.data(), out.data() + 3, 96);
  for (size_t i = 0; i < 24; ++i) EXPECT_EQ(got[i], 2 * values[i]);
}

TEST(RequestTensors, AnOutputMayOverlapAnInput) {
  // The output is written before the last element of the input is read, were it written in place.
  InferRequest request =
      Core()
          .CompileModel(ParseModel("x : f32[2,64]; axes : i64[1] = {0}; s = ReduceSum(x, axes) keep_dims=true\n"
                                   "y = Subtract(x, s); z = Multiply(y, x); return z as \"z\""),
                        {{"inference_num_threads", "1"}})
          .CreateInferRequest();
  std::vector<float> memory = Numbers(128 + 16), expected(128);
  for (size_t i = 0; i < 128; ++i) {
    const float other = memory[(i + 64) % 128];
    expected[i] = -other * memory[i];
  }
  request.SetInputTensor(Tensor(ElementType::kF32, {2, 64}, memory.data()));
  const Tensor z(ElementType::kF32, {2, 64}, memory.data() + 16);
  request.SetOutputTensor(0, z);
  request.Infer();
  EXPECT_EQ(Dense(z), expected);
}

TEST(RequestTensors, OfTwoOutputsMustNotShareMemory) {
  InferRequest request =
      Core()
          .CompileModel(ParseModel("x : f32[4]; k : f32[1] = {2}; a = Add(x, k); b = Multiply(x, k)\n"
                                   "return a as \"a\", b as \"b\""))
          .CreateInferRequest();
  std::vector<float> memory(6);
  request.SetTensor("a", Tensor(ElementType::kF32, {4}, memory.data()));
  request.SetTensor("b", Tensor(ElementType::kF32, {4}, memory.data() + 2));
  ExpectError(ErrorKind::kBadOption, "outputs \"a\" and \"b\": their tensors share memory", [&] { request.Infer(); });
  request.StartAsync();
  ExpectError(ErrorKind::kBadOption, "share memory", [&] { request.Wait(); });
  // Where they may pass each other on the way nothing is wrong in the end.
  request.SetTensor("b", Tensor(ElementType::kF32, {4}));
  request.Infer();
  EXPECT_EQ(request.GetTensor("b").Data<float>()[0], 0);
  EXPECT_EQ(memory[0], 2);
}

TEST(RequestTensors, AreFoundByNameNumberAndPort) {
  const CompiledModel model =
      Core().CompileModel(ParseModel("x : f32[2]; k : f32[1] = {2}; y = Add(x, k); return y as \"x\""));
  InferRequest request = model.CreateInferRequest();
  // An input and an output of the same name: only the port tells them apart.
  EXPECT_EQ(request.GetTensor("x").Data(), request.GetInputTensor().Data());
  EXPECT_EQ(request.GetTensor(model.Output()).Data(), request.GetOutputTensor().Data());
  std::vector<float> out(2);
  request.SetTensor(model.Output("x"), Tensor(ElementType::kF32, {2}, out.data()));
  Fill(request.GetTensor(model.Input(0)), 1);
  request.Infer();
  EXPECT_EQ(out[1], 3);
  ExpectError(ErrorKind::kBadOption, "output 1: the model has 1", [&] { model.Output(1); });
  ExpectError(ErrorKind::kBadOption, "no output \"z\"", [&] {
    request.GetTensor(Port{"z", ElementType::kF32, {2}, true, 0});
  });
  ExpectError(ErrorKind::kBadOption, "output \"x\": got f32[3], expected f32[2]",
              [&] { request.SetTensor(model.Output(), Tensor(ElementType::kF32, {3})); });
  ExpectError(ErrorKind::kBadOption, "the tensor's memory is a null pointer",
              [&] { request.SetInputTensor(Tensor(ElementType::kF32, {2}, nullptr)); });
}

}  // namespace
}  // namespace moir
