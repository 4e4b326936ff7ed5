#include <gtest/gtest.h>

#include "graph/text.h"
#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

// `step` makes b from a : f32[1,2,3,4] and gives it back unchanged; helper constants come with it.
void ExpectGone(const std::string& step) {
  SCOPED_TRACE(step);
  ExpectRewrite(MakeEliminateIdentities(), "x : f32[1,2,3,4]; a = Sigmoid(x); " + step + "; y = Tanh(b); return y",
                "x : f32[1,2,3,4]; a = Sigmoid(x); y = Tanh(a); return y");
}
void ExpectStays(const std::string& step) {
  SCOPED_TRACE(step);
  ExpectUnchanged(MakeEliminateIdentities(), "x : f32[1,2,3,4]; a = Sigmoid(x); " + step + "; y = Tanh(b); return y");
}

TEST(EliminateIdentities, RemovesNeutralArithmetic) {
  ExpectGone("c : f32[] = {0}; b = Add(a, c)");
  ExpectGone("c : f32[1,2,1,1] = {0, 0}; b = Add(c, a)");
  ExpectGone("c : f32[4] = {0, 0, 0, 0}; b = Subtract(a, c)");
  ExpectGone("c : f32[] = {1}; b = Multiply(a, c)");
  ExpectGone("c : f32[] = {1}; b = Multiply(c, a)");
  ExpectGone("c : f32[] = {1}; b = Divide(a, c)");
  ExpectGone("c : f32[] = {1}; b = Power(a, c)");
}
TEST(EliminateIdentities, KeepsArithmeticThatDoesSomething) {
  ExpectStays("c : f32[1,2,1,1] = {0, 0.5}; b = Add(a, c)");
  ExpectStays("c : f32[] = {0}; b = Subtract(c, a)");
  ExpectStays("c : f32[] = {1}; b = Divide(c, a)");
  ExpectStays("c : f32[] = {1}; b = Power(c, a)");
  ExpectStays("c : f32[] = {0}; b = Multiply(a, c)");
  ExpectStays("c : f32[2,1,1,1,1] = {0, 0}; b = Add(a, c)");  // widens the data
}
TEST(EliminateIdentities, RemovesDataMovementThatMovesNothing) {
  ExpectGone("p : i64[4] = {0, -1, 3, 4}; b = Reshape(a, p) special_zero=true");
  ExpectGone("o : i64[4] = {0, 1, 2, 3}; b = Transpose(a, o)");
  ExpectGone("b = Concat(a) axis=1");
  ExpectGone("k : i64[] = {1}; b = Split(a, k) num_splits=1");
  ExpectGone("t : i64[4] = {1, 2, 3, 4}; b = Broadcast(a, t)");
  ExpectGone("t : i64[4] = {1, 1, 1, 1}; b = Tile(a, t)");
  ExpectGone("p : i64[4] = {0, 0, 0, 0}; b = Pad(a, p, p)");
  ExpectGone("b = Convert(a) destination_type=\"f32\"");
  ExpectGone("s : i64[1] = {0}; e : i64[1] = {99}; t : i64[1] = {1}; k : i64[1] = {2}; b = Slice(a, s, e, t, k)");
  ExpectGone("b = MaxPool(a) kernel=[1,1] strides=[1,1]");
  ExpectGone("b = AvgPool(a) kernel=[1,1] strides=[1,1] exclude-pad=false");
}
TEST(EliminateIdentities, KeepsDataMovementThatMoves) {
  ExpectStays("p : i64[4] = {1, 3, 2, 4}; b = Reshape(a, p)");
  ExpectStays("b = Concat(a, a) axis=1");
  ExpectStays("t : i64[4] = {1, 2, 1, 1}; b = Tile(a, t)");
  ExpectStays("p : i64[4] = {0, 0, 0, 1}; q : i64[4] = {0, 0, 0, 0}; b = Pad(a, p, q)");
  ExpectStays("c = Convert(a) destination_type=\"f16\"; b = Convert(c) destination_type=\"f32\"");
  ExpectStays(
      "s : i64[1] = {-1}; e : i64[1] = {-99}; t : i64[1] = {-1}; k : i64[1] = {2}; b = Slice(a, s, e, t, k)");  // turns
                                                                                                                // the
                                                                                                                // axis
                                                                                                                // around
  ExpectStays("b = MaxPool(a) kernel=[1,1] strides=[2,2]");
  ExpectStays("b = MaxPool(a) kernel=[3,3] strides=[1,1] pads_begin=[1,1] pads_end=[1,1]");
  ExpectStays("b = ReLU(a)");
}
TEST(EliminateIdentities, RemovesATransposeOfSingleAxesOnly) {
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[1,1,5,6]; o : i64[4] = {1, 0, 2, 3}; a = Transpose(x, o); y = ReLU(a); return y",
                "x : f32[1,1,5,6]; y = ReLU(x); return y");
  ExpectUnchanged(MakeEliminateIdentities(),
                  "x : f32[1,1,5,5]; o : i64[4] = {0, 1, 3, 2}; a = Transpose(x, o); y = ReLU(a); return y");
}
TEST(EliminateIdentities, RemovesASecondReLU) {
  ExpectRewrite(MakeEliminateIdentities(), "x : f32[2]; a = ReLU(x); b = ReLU(a); y = Tanh(b); return y",
                "x : f32[2]; a = ReLU(x); y = Tanh(a); return y");
}
TEST(EliminateIdentities, GivesTheNameOfAnOutputOn) {
  ExpectRewrite(MakeEliminateIdentities(), "x : f32[2]; c : f32[] = {0}; a = ReLU(x); y = Add(a, c); return y",
                "x : f32[2]; y = ReLU(x); return y");
}
TEST(EliminateIdentities, KeepsAnOutputApartFromInputsConstantsAndOutputs) {
  ExpectUnchanged(MakeEliminateIdentities(), "x : f32[2]; c : f32[] = {0}; y = Add(x, c); return y",
                  "place of its own");
  ExpectUnchanged(MakeEliminateIdentities(), "x : f32[2]; c : f32[] = {0}; a = ReLU(x); y = Add(a, c); return y, a",
                  "place of its own");
}
TEST(EliminateIdentities, MergesReshapes) {
  ExpectRewrite(
      MakeEliminateIdentities(),
      "x : f32[2,3,4]; p : i64[2] = {6, 4}; q : i64[2] = {8, 3}; a = Reshape(x, p); y = Reshape(a, q); return y",
      "x : f32[2,3,4]; q : i64[2] = {8, 3}; y = Reshape(x, q); return y");
  ExpectRewrite(
      MakeEliminateIdentities(),
      "x : f32[2,3,1,1]; p : i64[2] = {2, 3}; q : i64[1] = {-1}; a = Squeeze(x, p); y = Reshape(a, q); return y",
      "x : f32[2,3,1,1]; q : i64[1] = {-1}; y = Reshape(x, q); return y");
}
TEST(EliminateIdentities, MergesReshapesThatKeepTheSameAxis) {
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3,4]; p : i64[3] = {0, -1, 2}; q : i64[2] = {0, -1}; a = Reshape(x, p) special_zero=true; y "
                "= Reshape(a, q) special_zero=true; return y",
                "x : f32[2,3,4]; q : i64[2] = {0, -1}; y = Reshape(x, q) special_zero=true; return y");
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3,4]; k : i64[1] = {2}; q : i64[2] = {0, -1}; a = Unsqueeze(x, k); y = Reshape(a, q) "
                "special_zero=true; return y",
                "x : f32[2,3,4]; q : i64[2] = {0, -1}; y = Reshape(x, q) special_zero=true; return y");
}
TEST(EliminateIdentities, KeepsAReshapeThatNamesAnAxisOfTheOneBefore) {
  ExpectUnchanged(MakeEliminateIdentities(),
                  "x : f32[2,3,4]; p : i64[2] = {6, 4}; q : i64[3] = {0, 2, 2}; a = Reshape(x, p); y = Reshape(a, q) "
                  "special_zero=true; return y",
                  "names axis 0");
  ExpectUnchanged(MakeEliminateIdentities(),
                  "x : f32[2,3,4]; k : i64[1] = {0}; q : i64[2] = {0, -1}; a = Unsqueeze(x, k); y = Reshape(a, q) "
                  "special_zero=true; return y",
                  "names axis 0");
  ExpectUnchanged(
      MakeEliminateIdentities(),
      "x : f32[2,3,4]; p : i64[2] = {6, 4}; k : i64[1] = {0}; a = Reshape(x, p); y = Unsqueeze(a, k); return y",
      "names axes");
}
TEST(EliminateIdentities, RemovesReshapesThatUndoEachOther) {
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3]; k : i64[2] = {2, 3}; a = Unsqueeze(x, k); b = Squeeze(a, k); y = ReLU(b); return y",
                "x : f32[2,3]; y = ReLU(x); return y");
}
TEST(EliminateIdentities, MergesTransposes) {
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3,4,5]; p : i64[4] = {0, 2, 3, 1}; q : i64[4] = {1, 0, 3, 2}; a = Transpose(x, p); y = "
                "Transpose(a, q); return y",
                "x : f32[2,3,4,5]; o : i64[4] = {2, 0, 1, 3}; y = Transpose(x, o); return y");
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3,4,5]; p : i64[4] = {0, 2, 3, 1}; q : i64[4] = {0, 3, 1, 2}; a = Transpose(x, p); b = "
                "Transpose(a, q); y = ReLU(b); return y",
                "x : f32[2,3,4,5]; y = ReLU(x); return y");
}
TEST(EliminateIdentities, MergesTransposesOfReversedAxes) {
  ExpectRewrite(
      MakeEliminateIdentities(),
      "x : f32[2,3,4]; p : i64[0] = {}; q : i64[3] = {1, 0, 2}; a = Transpose(x, p); y = Transpose(a, q); return y",
      "x : f32[2,3,4]; o : i64[3] = {1, 2, 0}; y = Transpose(x, o); return y");
}
TEST(EliminateIdentities, KeepsATransposeForOtherReaders) {
  ExpectRewrite(MakeEliminateIdentities(),
                "x : f32[2,3,4]; p : i64[3] = {1, 2, 0}; a = Transpose(x, p); b = Transpose(a, p); return a, b",
                "x : f32[2,3,4]; p : i64[3] = {1, 2, 0}; o : i64[3] = {2, 0, 1}; a = Transpose(x, p); b = Transpose(x, "
                "o); return a, b");
}

}  // namespace
}  // namespace moir::transforms
