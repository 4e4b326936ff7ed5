#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(FuseTransposeMatMul, TurnsTheAttributeOver) {
  ExpectRewrite(
      MakeFuseTransposeMatMul(),
      "x : f32[2,3]; w : f32[4,3] = random(1); o : i64[2] = {1, 0}; t = Transpose(w, o); y = MatMul(x, t); return y",
      "x : f32[2,3]; w : f32[4,3] = random(1); y = MatMul(x, w) transpose_b=true; return y");
  ExpectRewrite(MakeFuseTransposeMatMul(),
                "x : f32[2,3]; w : f32[3,4] = random(1); o : i64[2] = {1, 0}; t = Transpose(w, o); y = MatMul(x, t) "
                "transpose_b=true; return y",
                "x : f32[2,3]; w : f32[3,4] = random(1); y = MatMul(x, w); return y");
}
TEST(FuseTransposeMatMul, HandlesBatchesAndBothInputs) {
  ExpectRewrite(MakeFuseTransposeMatMul(),
                "a : f32[2,3,5]; b : f32[2,4,3]; o : i64[3] = {0, 2, 1}; s = Transpose(a, o); t = Transpose(b, o); y = "
                "MatMul(s, t); return y",
                "a : f32[2,3,5]; b : f32[2,4,3]; y = MatMul(a, b) transpose_a=true transpose_b=true; return y");
}
TEST(FuseTransposeMatMul, KeepsTransposedDataOfADenseLayer) {
  ExpectUnchanged(
      MakeFuseTransposeMatMul(),
      "x : f32[3,2]; w : f32[3,4] = random(1); o : i64[2] = {1, 0}; t = Transpose(x, o); y = MatMul(t, w); return y",
      "dense layer");
}
TEST(FuseTransposeMatMul, KeepsOtherTransposes) {
  ExpectUnchanged(
      MakeFuseTransposeMatMul(),
      "a : f32[2,3,4]; b : f32[4,2,5]; o : i64[3] = {1, 0, 2}; t = Transpose(b, o); y = MatMul(a, t); return y",
      "last two axes");
  ExpectUnchanged(MakeFuseTransposeMatMul(), "a : f32[3,4]; b : f32[4,5]; t = ReLU(b); y = MatMul(a, t); return y",
                  "no input is a Transpose");
}

}  // namespace
}  // namespace moir::transforms
