// The table of operators and what every entry must have.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "graph/op_schema.h"
#include "tests/support/graph_testing.h"

namespace moir::test {
namespace {

using graph::FindOpSchema;
using graph::OpSchema;

const char* const kTableOrder[] = {
#define MOIR_OP(name) #name,
#include "graph/op_list.inc"
#undef MOIR_OP
};

TEST(OpTable, IsSortedWithoutDuplicates) {
  for (size_t i = 1; i < std::size(kTableOrder); ++i) {
    EXPECT_LT(std::string(kTableOrder[i - 1]), std::string(kTableOrder[i]));
  }
}

TEST(OpTable, EveryEntryIsWhole) {
  EXPECT_GE(graph::OpNames().size(), std::size(kTableOrder));
  for (const std::string& name : graph::OpNames()) {
    if (name.rfind("op-table-test.", 0) == 0) continue;
    SCOPED_TRACE(name);
    const OpSchema* schema = FindOpSchema(name);
    ASSERT_NE(schema, nullptr);
    EXPECT_EQ(schema->name, name);
    EXPECT_TRUE(schema->infer);
    EXPECT_FALSE(schema->opset.empty());
    const bool stands_for_a_value = name == "Parameter" || name == "Constant";
    EXPECT_TRUE(schema->evaluate || stands_for_a_value || schema->opset == "ir-v2-v4") << "no plain evaluation";
    bool optional = false;
    for (size_t i = 0; i < schema->inputs.size(); ++i) {
      const auto kind = schema->inputs[i].kind;
      EXPECT_FALSE(optional && kind == graph::InputSchema::Kind::kRequired) << "a required input after an optional one";
      EXPECT_TRUE(kind != graph::InputSchema::Kind::kVariadic || i + 1 == schema->inputs.size())
          << "a variadic input must be the last";
      optional = optional || kind == graph::InputSchema::Kind::kOptional;
    }
    std::vector<std::string> attributes;
    for (const auto& attribute : schema->attributes) attributes.push_back(attribute.name);
    std::sort(attributes.begin(), attributes.end());
    EXPECT_EQ(std::adjacent_find(attributes.begin(), attributes.end()), attributes.end()) << "an attribute twice";
  }
  EXPECT_EQ(FindOpSchema("NoSuch"), nullptr);
}

TEST(OpTable, PluginsAddOperatorsOnce) {
  OpSchema schema;
  schema.name = "op-table-test.Double";
  schema.inputs = {"data"};
  schema.open_attributes = true;
  schema.infer = [](graph::InferContext& op) { op.SetOutput(0, op.InputShape(0)); };
  schema.evaluate = [](graph::EvalContext& op) {
    const auto x = op.Input(0).Values<float>();
    for (size_t i = 0; i < x.size(); ++i) op.Output().MutableValues<float>()[i] = 2 * x[i];
  };
  graph::AddOpSchema(schema);
  ExpectValues<float>(EvaluateOp("op-table-test.Double", {Tensor::Scalar(3.0f)}, {{"anything", 1.0}}), {}, {6});
  ExpectError([&] { graph::AddOpSchema(schema); }, ErrorKind::kBadOption,
              {"\"op-table-test.Double\" is registered twice"});
}

TEST(OpSchemaTest, AttributeRanges) {
  const graph::AttributeSchema text = graph::AttributeSchema::OneOf("mode", {"first", "second"});
  EXPECT_EQ(text.type_example, graph::Attribute(std::string("first")));
  const graph::AttributeSchema zero("number", int64_t{0});
  EXPECT_EQ(zero.type_example, graph::Attribute(int64_t{0}));
  OpSchema schema;
  schema.name = "op-table-test.Ranged";
  schema.inputs = {"data"};
  schema.attributes = {graph::AttributeSchema("rate", 0.5).Within(0, 1),
                       graph::AttributeSchema("count", int64_t{1}).Within(1, 8)};
  schema.infer = [](graph::InferContext& op) { op.SetOutput(0, op.InputShape(0)); };
  graph::AddOpSchema(schema);
  const Tensor x = Tensor::Scalar(1.0f);
  ExpectBadOp("op-table-test.Ranged", {x}, {{"rate", 1.5}}, {"attribute rate: got 1.5, expected a number from 0 to 1"});
  ExpectBadOp("op-table-test.Ranged", {x}, {{"rate", std::numeric_limits<double>::quiet_NaN()}}, {"attribute rate"});
  ExpectBadOp("op-table-test.Ranged", {x}, {{"count", int64_t{0}}},
              {"attribute count: got 0, expected a number from 1 to 8"});
  // Without evaluation, the error says so.
  ExpectError([&] { EvaluateOp("op-table-test.Ranged", {x}); }, ErrorKind::kUnsupported,
              {"node \"op\": operator op-table-test.Ranged has no plain evaluation"});
}

}  // namespace
}  // namespace moir::test
