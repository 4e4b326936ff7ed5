#include <thread>

#include "ie_runtime/kernels/fully_connected.h"
#include "ie_runtime/memory.h"
#include "tests/ie_runtime/engine_test_support.h"
#include "tests/support/graph_testing.h"

namespace moir::runtime {
namespace {

using graph::StrCat;

TEST(FullyConnectedKernel, FewRowsStreamManyRowsDoNot) {
  for (const int rows : {1, 2, 3, 4, 5, 33}) {
    for (const char* sizes : {"1,1", "10,800", "64,128", "65,31", "200,7"}) {
      const std::string text = sizes;
      const std::string outputs = text.substr(0, text.find(',')), inputs = text.substr(text.find(',') + 1);
      const EngineRun run = ExpectSameAsPlain(
          StrCat("x : f32[", rows, ",", inputs, "]; w : f32[", sizes, "] = random(1); b : f32[1,", outputs,
                 "] = random(2)\nm = MatMul(x, w) transpose_b=true\na = Add(m, b); r = ReLU(a); return r"));
      EXPECT_EQ(run.StepCount("Add") + run.StepCount("Unary") + run.StepCount("ScaleShift"), 0u);
      EXPECT_EQ(run.ExecType("m") == "stream", rows <= 4) << run.ExecType("m");
    }
  }
}

// No result of large weights depends on how many rows and threads there are.
TEST(FullyConnectedKernel, LargeWeightsInRows) {
  for (const char* sizes : {"1029,256", "520,517", "3,90001"}) {
    const std::string text = sizes;
    const std::string outputs = text.substr(0, text.find(',')), inputs = text.substr(text.find(',') + 1);
    const std::string model = StrCat(",", inputs, "]; w : f32[", sizes, "] = random(1); b : f32[1,", outputs,
                                     "] = random(2)\nm = MatMul(x, w) transpose_b=true\na = Add(m, b); return a");
    std::vector<float> one_row;
    for (const int rows : {1, 2, 3, 4, 5}) {
      const EngineRun run = ExpectSameAsPlain(StrCat("x : f32[", rows, model), 1e-5);
      EXPECT_EQ(run.ExecType("m") == "stream:rows", rows <= 4) << run.ExecType("m");
      if (rows > 4) continue;
      EXPECT_EQ(run.compiled->Packed().Packed(), 1u);  // the graph's text made them, no file holds them
      // RandomInputs begins with the same row for any number of rows.
      const std::vector<float> got = run.outputs[0].ToVector<float>();
      if (rows == 1) one_row = got;
      EXPECT_TRUE(std::equal(one_row.begin(), one_row.end(), got.begin())) << rows << " rows of " << sizes;
      const EngineRun alone = ExpectSameAsPlain(StrCat("x : f32[", rows, model), 1e-5, 1);
      EXPECT_TRUE(alone.outputs[0].Equals(run.outputs[0])) << "one thread, " << sizes;
    }
  }
  // Just too few weights.
  EXPECT_EQ(ExpectSameAsPlain("x : f32[1,256]; w : f32[1024,256] = random(1); m = MatMul(x, w) transpose_b=true; "
                              "return m")
                .ExecType("m"),
            "stream");
}

// Weights of a file are read there, and copied by and by where they are this process's alone.
TEST(FullyConnectedKernel, RowsOfAFileMoveWhileTheyAreRead) {
  constexpr int64_t kInner = 4099, kColumns = 1237;  // 20 MB, in uneven pieces
  const test::TempFolder folder;
  std::string bytes(sizeof(float) * kInner * kColumns, '\0');
  auto* values = reinterpret_cast<float*>(bytes.data());
  for (int64_t i = 0; i < kInner * kColumns; ++i) values[i] = static_cast<float>(i * 2654435761 % 2001 - 1000) / 1000;
  const std::vector<float> x(values + 5, values + 5 + 2 * kInner);
  const auto file = graph::MappedFile::Open(folder.Write("weights", bytes));
  const Tensor mapped = Tensor::Map(file, 0, ElementType::kF32, Shape{kColumns, kInner});

  const auto run = [&](const FullyConnectedRows& layer) {
    std::vector<float> y(2 * kColumns);
    layer.Run(x.data(), mapped.Values<float>().data(), y.data(), 2);
    return y;
  };
  // Without constants of this process's own nothing is copied.
  const size_t before = BytesToMove();
  const FullyConnectedRows shared(mapped, kInner, kColumns, std::vector<float>(kColumns, 0.25f));
  const std::vector<float> expected = run(shared);
  for (int64_t column : {int64_t{0}, kColumns / 2, kColumns - 1}) {
    double sum = 0.25;
    for (int64_t k = 0; k < kInner; ++k)
      sum += double{x[static_cast<size_t>(kInner + k)]} * values[column * kInner + k];
    EXPECT_NEAR(expected[static_cast<size_t>(kColumns + column)], sum, 1e-3);
  }
  EXPECT_EQ(run(shared), expected);
  EXPECT_EQ(BytesToMove(), before);

  for (const int threads : {1, 3}) {
    PackedConstants constants(0);
    const PackingScope scope(&constants);
    const FullyConnectedRows moving(mapped, kInner, kColumns, std::vector<float>(kColumns, 0.25f));
    EXPECT_TRUE(moving.ReadsStored());
    EXPECT_EQ(run(moving), expected);
    EXPECT_EQ(BytesToMove(), before + bytes.size());  // the first result waits for no copies
    std::vector<std::thread> others;
    for (int i = 0; i < threads; ++i) {
      others.emplace_back([&] {
        for (int k = 0; k < 4; ++k) EXPECT_TRUE(run(moving) == expected);
      });
    }
    for (std::thread& other : others) other.join();
    EXPECT_EQ(BytesToMove(), before);
    EXPECT_TRUE(run(moving) == expected);
    // What is gone will not move any more.
    {
      PackedConstants others_constants(0);
      const PackingScope others_scope(&others_constants);
      const FullyConnectedRows another(mapped, kInner, kColumns, {});
      EXPECT_EQ(BytesToMove(), before + bytes.size());
    }
    EXPECT_EQ(BytesToMove(), before);
  }
}

TEST(FullyConnectedKernel, WeightsAsTheyStand) {
  for (const int rows : {1, 7}) {
    const EngineRun run = ExpectSameAsPlain(StrCat(
        "x : f32[", rows, ",40]; w : f32[40,70] = random(1); b : f32[70] = random(2); s : f32[1,70] = random(3)\n",
        "m = MatMul(x, w); k = Multiply(m, s); a = Add(k, b); e = Elu(a) alpha=0.5; t = Tanh(e); return t"));
    EXPECT_EQ(run.StepCount("ScaleShift"), 0u);
  }
}

TEST(FullyConnectedKernel, PReluAlongTheColumns) {
  for (const int rows : {2, 9}) {
    ExpectSameAsPlain(StrCat("x : f32[", rows,
                             ",12]; w : f32[20,12] = random(1); s : f32[20] = random(2); m = MatMul(x, w) "
                             "transpose_b=true; p = PRelu(m, s); return p"));
  }
}

TEST(FullyConnectedKernel, HigherRankData) {
  // Slopes go along axis 1, which is not that of the weights' columns.
  ExpectSameAsPlain(
      "x : f32[2,3,5]; w : f32[4,5] = random(1); b : f32[4] = random(2); s : f32[3] = random(3); m = MatMul(x, w) "
      "transpose_b=true; a = Add(m, b); p = PRelu(a, s); return p");
  ExpectSameAsPlain(
      "x : f32[2,3,5]; w : f32[5,4] = random(1); b : f32[1,3,1] = random(2); m = MatMul(x, w); a = Add(m, b); return "
      "a");
}

TEST(MatMulKernel, StacksBroadcastAndTranspose) {
  for (const char* operands :
       {"a : f32[5,6]; b : f32[6,7]; m = MatMul(a, b)", "a : f32[6,5]; b : f32[6,7]; m = MatMul(a, b) transpose_a=true",
        "a : f32[2,5,6]; b : f32[2,7,6]; m = MatMul(a, b) transpose_b=true",
        "a : f32[3,1,5,6]; b : f32[4,6,7]; m = MatMul(a, b)",
        "a : f32[2,3,6,5]; b : f32[2,3,7,6]; m = MatMul(a, b) transpose_a=true transpose_b=true",
        "a : f32[6]; b : f32[6,7]; m = MatMul(a, b)", "a : f32[2,5,6]; b : f32[6]; m = MatMul(a, b)",
        "a : f32[4,6,5]; b : f32[6,7] = random(3); m = MatMul(a, b) transpose_a=true"}) {
    ExpectSameAsPlain(StrCat(operands, "; t = Tanh(m); return t"));
  }
}

}  // namespace
}  // namespace moir::runtime
