#include "ie_runtime/apps/common/convert.h"

#include <cmath>
#include <limits>

#include "tests/ie_runtime/apps/app_testing.h"

namespace moir::apps {
namespace {

template <typename To, typename From>
To ConvertOne(ElementType from, From value, ElementType to) {
  return ConvertTo(MakeTensor<From>(from, {1}, {value}), to, "x").template Data<To>()[0];
}

template <typename From>
void ExpectRefused(ElementType from, From value, ElementType to) {
  ExpectError(ErrorKind::kBadOption, "x: element 0", [&] { ConvertTo(MakeTensor<From>(from, {1}, {value}), to, "x"); });
}

TEST(ConvertTest, RoundsBetweenFloats) {
  EXPECT_EQ(ConvertOne<float>(ElementType::kF64, 0.1, ElementType::kF32), 0.1F);
  EXPECT_EQ(ConvertOne<double>(ElementType::kF32, 0.1F, ElementType::kF64), static_cast<double>(0.1F));
  EXPECT_TRUE(std::isnan(ConvertOne<float>(ElementType::kF64, std::nan(""), ElementType::kF32)));
}

TEST(ConvertTest, ConvertsSixteenBitFloats) {
  EXPECT_EQ(ConvertOne<float>(ElementType::kF16, uint16_t{0x3555}, ElementType::kF32), 0.333251953125F);
  EXPECT_EQ(ConvertOne<float>(ElementType::kF16, uint16_t{0x0001}, ElementType::kF32), std::ldexp(1.0F, -24));
  EXPECT_EQ(ConvertOne<float>(ElementType::kF16, uint16_t{0xfc00}, ElementType::kF32),
            -std::numeric_limits<float>::infinity());
  EXPECT_EQ(ConvertOne<double>(ElementType::kBF16, uint16_t{0xc040}, ElementType::kF64), -3.0);
  EXPECT_EQ(ConvertOne<uint16_t>(ElementType::kF32, 1.0F / 3.0F, ElementType::kF16), 0x3555);
  EXPECT_EQ(ConvertOne<uint16_t>(ElementType::kF16, uint16_t{0x3c00}, ElementType::kBF16), 0x3f80);
  // bf16 rounds to nearest even: 1 + 2^-8 lies between 1 and 1 + 2^-7.
  EXPECT_EQ(ConvertOne<uint16_t>(ElementType::kF32, 1.0F + std::ldexp(1.0F, -8), ElementType::kBF16), 0x3f80);
  EXPECT_EQ(ConvertOne<uint16_t>(ElementType::kF32, 1.0F + 3 * std::ldexp(1.0F, -8), ElementType::kBF16), 0x3f82);
  EXPECT_EQ(ConvertOne<uint16_t>(ElementType::kF32, std::nanf(""), ElementType::kBF16), 0x7fc0);
}

TEST(ConvertTest, KeepsIntegersExactly) {
  EXPECT_EQ(ConvertOne<float>(ElementType::kI64, int64_t{1} << 24, ElementType::kF32), 16777216.0F);
  ExpectRefused(ElementType::kI64, (int64_t{1} << 24) + 1, ElementType::kF32);
  ExpectRefused(ElementType::kI64, std::numeric_limits<int64_t>::min(), ElementType::kF32);
  EXPECT_EQ(ConvertOne<int32_t>(ElementType::kI64, int64_t{-2147483648}, ElementType::kI32),
            std::numeric_limits<int32_t>::min());
  ExpectRefused(ElementType::kI64, int64_t{2147483648}, ElementType::kI32);
  EXPECT_EQ(ConvertOne<uint8_t>(ElementType::kI32, 255, ElementType::kU8), 255);
  ExpectRefused(ElementType::kI32, 256, ElementType::kU8);
  ExpectRefused(ElementType::kI32, -1, ElementType::kU8);
  ExpectRefused(ElementType::kU8, uint8_t{128}, ElementType::kI8);
}

TEST(ConvertTest, TakesOnlyWholeFloatsForIntegers) {
  EXPECT_EQ(ConvertOne<int32_t>(ElementType::kF32, -7.0F, ElementType::kI32), -7);
  ExpectRefused(ElementType::kF32, 0.5F, ElementType::kI32);
  ExpectRefused(ElementType::kF32, std::nanf(""), ElementType::kI32);
  EXPECT_EQ(ConvertOne<int32_t>(ElementType::kF64, 2147483647.0, ElementType::kI32), 2147483647);
  ExpectRefused(ElementType::kF64, 2147483648.0, ElementType::kI32);
  ExpectRefused(ElementType::kF32, 2147483648.0F, ElementType::kI32);
  ExpectRefused(ElementType::kF64, 9223372036854775808.0, ElementType::kI64);
  EXPECT_EQ(ConvertOne<int64_t>(ElementType::kF64, -9223372036854775808.0, ElementType::kI64),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(ConvertOne<uint8_t>(ElementType::kF16, uint16_t{0x4000}, ElementType::kU8), 2);
}

TEST(ConvertTest, TakesZeroAndOneForBooleans) {
  EXPECT_EQ(ConvertOne<bool>(ElementType::kI64, int64_t{1}, ElementType::kBool), true);
  EXPECT_EQ(ConvertOne<bool>(ElementType::kF32, 0.0F, ElementType::kBool), false);
  ExpectRefused(ElementType::kI64, int64_t{2}, ElementType::kBool);
  EXPECT_EQ(ConvertOne<float>(ElementType::kBool, true, ElementType::kF32), 1.0F);
}

TEST(ConvertTest, NamesTheElementAndTheValue) {
  const Tensor tensor = MakeTensor<float>(ElementType::kF32, {3}, {1, 2, 2.5});
  ExpectError(ErrorKind::kBadOption, "ids.npy: element 2: 2.5 cannot become i32",
              [&] { ConvertTo(tensor, ElementType::kI32, "ids.npy"); });
}

}  // namespace
}  // namespace moir::apps
