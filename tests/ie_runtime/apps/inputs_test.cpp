#include "ie_runtime/apps/common/inputs.h"

#include "ie_runtime/apps/common/npz.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

const Port kData = {"data", ElementType::kF32, {2, 3}};
const Port kIds = {"ids", ElementType::kI32, {2, 3}};

TEST(InputsTest, ReadsANamedFilePerInputInTheModelsOrder) {
  const auto values = ReadInputs({kData, kIds}, {"ids=" + NpyFixture("i32.npy"), "data=" + NpyFixture("f32.npy")});
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].name, "data");
  EXPECT_EQ(values[0].tensor.Data<float>()[5], 1.5F);
  EXPECT_EQ(values[1].name, "ids");
  EXPECT_EQ(values[1].tensor.Data<int32_t>()[5], 3);
}

TEST(InputsTest, TakesAFileWithoutNameForTheOnlyInput) {
  EXPECT_EQ(ReadInputs({kData}, {NpyFixture("f32.npy")})[0].tensor.Data<float>()[0], -1.0F);
  ExpectError(ErrorKind::kBadOption, "has 2 inputs", [] { ReadInputs({kData, kIds}, {NpyFixture("f32.npy")}); });
}

TEST(InputsTest, ConvertsTypesAndSaysSo) {
  const auto values = ReadInputs({kData}, {NpyFixture("i64.npy")});
  EXPECT_EQ(values[0].tensor.GetElementType(), ElementType::kF32);
  EXPECT_EQ(values[0].tensor.Data<float>()[0], -2.0F);
  EXPECT_NE(values[0].origin.find("converted from i64"), std::string::npos);
  ExpectError(ErrorKind::kBadOption, "cannot become i32", [] { ReadInputs({kIds}, {NpyFixture("f32.npy")}); });
}

TEST(InputsTest, TakesArchivesByName) {
  const test::TempFolder folder;
  const Tensor data = MakeTensor<float>(ElementType::kF32, {2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor ids = MakeTensor<int32_t>(ElementType::kI32, {2, 3}, {6, 5, 4, 3, 2, 1});
  const std::string both = folder.File("both.npz"), one = folder.File("one.npz"), more = folder.File("more.npz");
  WriteNpz(both, {{"ids", ids}, {"data", data}});
  WriteNpz(one, {{"arr_0", data}});
  WriteNpz(more, {{"ids", ids}, {"data", data}, {"other", data}});
  auto values = ReadInputs({kData, kIds}, {both});
  EXPECT_EQ(values[0].tensor.Data<float>()[0], 1.0F);
  EXPECT_EQ(values[1].tensor.Data<int32_t>()[0], 6);
  EXPECT_EQ(ReadInputs({kData}, {both})[0].tensor.Data<float>()[0], 1.0F);
  EXPECT_EQ(ReadInputs({kData}, {"data=" + one})[0].tensor.Data<float>()[0], 1.0F);
  ExpectError(ErrorKind::kBadOption, "array \"other\"", [&] { ReadInputs({kData, kIds}, {more}); });
  ExpectError(ErrorKind::kBadOption, "no values for ids (i32 [2,3])", [&] {
    ReadInputs({kData, kIds}, {"data=" + both});
  });
  ExpectError(ErrorKind::kBadOption, "\"data\" is given twice", [&] {
    ReadInputs({kData, kIds}, {both, "data=" + one});
  });
  ExpectError(ErrorKind::kBadOption, "none of its 2 arrays", [&] {
    ReadInputs({{"x", ElementType::kF32, {2, 3}}}, {both});
  });
}

TEST(InputsTest, ExplainsWrongShapesAndNames) {
  ExpectError(ErrorKind::kBadOption, "shape [2,3], the model expects [3,2]", [] {
    ReadInputs({{"data", ElementType::kF32, {3, 2}}}, {NpyFixture("f32.npy")});
  });
  ExpectError(ErrorKind::kBadOption, "no input \"datum\", its inputs are: data, ids", [] {
    ReadInputs({kData, kIds}, {"datum=" + NpyFixture("f32.npy")});
  });
  ExpectError(ErrorKind::kIo, "nothing.npy", [] { ReadInputs({kData}, {"data=nothing.npy"}); });
}

TEST(InputsTest, ResizesPicturesAndRefusesThemForOtherInputs) {
  const auto values = ReadInputs({{"data", ElementType::kU8, {1, 1, 32, 32}}}, {Digits("digit_3.png")});
  EXPECT_EQ(values[0].tensor.GetElementType(), ElementType::kU8);
  EXPECT_EQ(values[0].tensor.GetShape(), (Shape{1, 1, 32, 32}));
  ExpectError(ErrorKind::kBadOption, "a picture for f32 [2,3]", [] { ReadInputs({kData}, {Digits("digit_3.png")}); });
  ExpectError(ErrorKind::kBadOption, "a picture for f32 [2,3,8,8]", [] {
    ReadInputs({{"data", ElementType::kF32, {2, 3, 8, 8}}}, {Digits("digit_3.png")});
  });
}

TEST(InputsTest, RandomValuesDependOnTheSeedAlone) {
  const Port large = {"data", ElementType::kF32, {1000}};
  const auto a = RandomInputs({large, {"ids", ElementType::kI64, {1000}}}, 1), b = RandomInputs({large}, 1),
             c = RandomInputs({large}, 2);
  int64_t ones = 0;
  bool differs = false;
  for (size_t i = 0; i < 1000; ++i) {
    const float value = a[0].tensor.Data<float>()[i];
    EXPECT_GE(value, 0.0F);
    EXPECT_LT(value, 1.0F);
    EXPECT_EQ(value, b[0].tensor.Data<float>()[i]);
    differs |= value != c[0].tensor.Data<float>()[i];
    const int64_t id = a[1].tensor.Data<int64_t>()[i];
    EXPECT_TRUE(id == 0 || id == 1) << id;
    ones += id;
  }
  EXPECT_TRUE(differs);
  EXPECT_GT(ones, 400);
  EXPECT_LT(ones, 600);
}

}  // namespace
}  // namespace moir::apps
