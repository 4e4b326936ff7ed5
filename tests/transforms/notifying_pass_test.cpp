#include "transforms/notifying_pass.h"

#include <gtest/gtest.h>

#include "graph/text.h"
#include "transforms/pipeline.h"

namespace moir::transforms {
namespace {

TEST(NotifyingPass, TellsEveryPassOfThePipelineAndChangesNothing) {
  constexpr const char* kText = "x : f32[1,2,3,3]; s : f32[] = {2}; y = Multiply(x, s); z = Multiply(y, s); return z";
  const auto plain = graph::ParseGraph(kText), told = graph::ParseGraph(kText);
  const auto expected = MakePipeline({}).Run(*plain);
  std::vector<std::string> names;
  PipelineOptions options;
  options.listener = [&](std::string_view pass) { names.emplace_back(pass); };
  MakePipeline(options).Run(*told);
  ASSERT_EQ(names.size(), expected.size());
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i], expected[i].name);
  EXPECT_EQ(graph::PrintGraph(*told), graph::PrintGraph(*plain));
}

TEST(NotifyingPass, IsTurnedOffByTheNameOfItsPass) {
  std::vector<std::string> names;
  PipelineOptions options;
  options.listener = [&](std::string_view pass) { names.emplace_back(pass); };
  PassRunner runner = MakePipeline(options);
  runner.Disable("fold-constants");
  const auto graph = graph::ParseGraph("x : f32[2]; y = ReLU(x); return y");
  runner.Run(*graph);
  EXPECT_EQ(std::count(names.begin(), names.end(), "fold-constants"), 0);
  EXPECT_GT(std::count(names.begin(), names.end(), "eliminate-dead-code"), 0);
}

}  // namespace
}  // namespace moir::transforms
