#include "ie_runtime/compile_jobs.h"

#include <atomic>
#include <sstream>
#include <stdexcept>

#include "tests/ie_runtime/engine_test_support.h"

namespace moir::runtime {
namespace {

TEST(CompileJobs, RunsEveryPieceOnceWhenToldTo) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> done(100);
    CompileJobs jobs(threads, 1);
    PutOff(60, 7, [&](int64_t piece) { ++done[static_cast<size_t>(piece)]; });
    PutOff(0, 0, [&](int64_t) { FAIL(); });
    PutOff(40, 5, [&](int64_t piece) { ++done[static_cast<size_t>(60 + piece)]; });
    EXPECT_EQ(jobs.PendingBytes(), 12u);
    for (const auto& count : done) EXPECT_EQ(count, 0);
    jobs.Run();
    for (const auto& count : done) EXPECT_EQ(count, 1);
    EXPECT_EQ(jobs.PendingBytes(), 0u);
    jobs.Run();  // nothing is left
    for (const auto& count : done) EXPECT_EQ(count, 1);
  }
}

TEST(CompileJobs, WithoutThemEverythingIsDoneAtOnce) {
  int sum = 0;
  PutOff(4, 0, [&](int64_t piece) { sum += static_cast<int>(piece); });
  EXPECT_EQ(sum, 6);
}

TEST(CompileJobs, OneErrorComesThroughAndTheNextRunIsClean) {
  CompileJobs jobs(2, 1);
  PutOff(50, 0, [&](int64_t piece) {
    if (piece % 10 == 3) throw std::runtime_error("piece");
  });
  EXPECT_THROW(jobs.Run(), std::runtime_error);
  int done = 0;
  PutOff(1, 0, [&](int64_t) { ++done; });
  jobs.Run();
  EXPECT_EQ(done, 1);
}

// Packed weights, and so results, are the same bits however many threads pack: Winograd's, packed pointwise ones and
// oneDNN's layouts.
TEST(CompileJobs, WeightsAreTheSameWhoeverPacksThem) {
  const auto graph = graph::ParseGraph(R"(
    x : f32[1,64,28,28]; w1 : f32[64,64,3,3] = random(1); w2 : f32[600,64,1,1] = random(2)
    w3 : f32[512,600,1,1] = random(3); w4 : f32[10,512,5,5] = random(4); b : f32[1,64,1,1] = random(5)
    c1 = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]
    a1 = Add(c1, b)
    c2 = Convolution(a1, w2) strides=[4,4]
    c3 = Convolution(c2, w3)
    c4 = Convolution(c3, w4)
    return c4)");
  const auto inputs = RandomInputs(*graph);
  std::string packed_once;
  std::vector<Tensor> expected;
  for (const int packing_threads : {1, 2, 4}) {
    CompileOptions options{2};
    options.packing_threads = packing_threads;
    const auto compiled = std::make_shared<const CompiledGraph>(graph->Clone(), options);
    EXPECT_GE(compiled->Packed().Packed(), 4u);
    std::ostringstream packed;
    ASSERT_TRUE(compiled->Packed().Write(packed, 1));
    Request request(compiled);
    const std::vector<Tensor> outputs = RunRequest(request, inputs);
    if (packing_threads == 1) {
      packed_once = packed.str();
      expected = outputs;
    }
    EXPECT_TRUE(packed.str() == packed_once) << packing_threads;
    EXPECT_TRUE(outputs[0].Equals(expected[0])) << packing_threads;
  }
}

}  // namespace
}  // namespace moir::runtime
