#include "graph/element_type.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

TEST(ElementTypeTest, NamesAndSizesGoBothWays) {
  for (const char* name : {"boolean", "f16", "bf16", "f32", "f64", "i8", "u8", "i32", "i64"}) {
    const ElementType type = graph::ParseElementType(name);
    EXPECT_EQ(graph::ElementTypeName(type), name);
    EXPECT_EQ(graph::DispatchType(type, [](auto tag) { return sizeof(tag); }), graph::ElementSize(type));
    EXPECT_TRUE(
        graph::DispatchType(type, [&](auto tag) { return graph::ElementTypeOf<decltype(tag)>::kValue == type; }));
  }
  for (const char* name : {"", "undefined", "f31", "F32"})
    ExpectError([&] { graph::ParseElementType(name); }, ErrorKind::kBadModel, {"element type \""});
  ExpectError([] { graph::DispatchType(ElementType::kUndefined, [](auto) {}); }, ErrorKind::kInternal, {"undefined"});
  ExpectError([] { graph::DispatchArithmetic(ElementType::kBool, [](auto) {}); }, ErrorKind::kUnsupported,
              {"no arithmetic for element type boolean"});
}

TEST(F16Test, RoundsToNearestEven) {
  EXPECT_EQ(graph::ToF16(1).bits, 0x3C00);
  EXPECT_EQ(graph::ToF16(-2).bits, 0xC000);
  EXPECT_EQ(graph::ToF16(65504).bits, 0x7BFF);
  EXPECT_EQ(graph::ToF16(65520).bits, 0x7C00);            // overflow
  EXPECT_EQ(graph::ToF16(1 + 1 / 2048.0f).bits, 0x3C00);  // half way: even
  EXPECT_EQ(graph::ToF16(1 + 3 / 2048.0f).bits, 0x3C02);
  EXPECT_EQ(graph::ToF16(std::ldexp(1.0f, -24)).bits, 0x0001);  // the smallest
  EXPECT_EQ(graph::ToF16(std::ldexp(1.0f, -26)).bits, 0x0000);
  EXPECT_TRUE(std::isnan(graph::ToFloat(graph::ToF16(std::nanf("")))));
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = graph::ToFloat(graph::F16{static_cast<uint16_t>(bits)});
    if (std::isnan(value)) continue;
    ASSERT_EQ(graph::ToF16(value).bits, bits);
  }
}

TEST(BF16Test, RoundsToNearestEven) {
  EXPECT_EQ(graph::ToBF16(1).bits, 0x3F80);
  EXPECT_EQ(graph::ToBF16(1 + 1 / 256.0f).bits, 0x3F80);  // half way: even
  EXPECT_EQ(graph::ToBF16(1 + 3 / 256.0f).bits, 0x3F82);
  EXPECT_EQ(graph::ToBF16(std::numeric_limits<float>::max()).bits, 0x7F80);
  EXPECT_TRUE(std::isnan(graph::ToFloat(graph::ToBF16(std::nanf("")))));
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = graph::ToFloat(graph::BF16{static_cast<uint16_t>(bits)});
    if (std::isnan(value)) continue;
    ASSERT_EQ(graph::ToBF16(value).bits, bits);
  }
}

}  // namespace
}  // namespace moir::test
