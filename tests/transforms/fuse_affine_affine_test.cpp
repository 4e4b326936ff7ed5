#include <gtest/gtest.h>

#include "tests/support/graph_testing.h"
#include "transforms/passes.h"

namespace moir::transforms {
namespace {

using test::ExpectRewrite;
using test::ExpectUnchanged;

TEST(FuseAffineAffine, MultipliesAChainOut) {
  // ((x + 1) * a - 2) / 4 = x * a/4 + (a - 2)/4
  ExpectRewrite(MakeFuseAffineAffine(), R"(
    x : f32[1,2,3,3]; one : f32[] = {1}; a : f32[1,2,1,1] = {2, 4}; two : f32[1] = {2}; four : f32[1,1,1,1] = {4}
    p = Add(x, one); q = Multiply(a, p); r = Subtract(q, two); y = Divide(r, four)
    return y)",
                R"(
    x : f32[1,2,3,3]; s : f32[1,2,1,1] = {0.5, 1}; t : f32[1,2,1,1] = {0, 0.5}
    m = Multiply(x, s); y = Add(m, t)
    return y)");
}
TEST(FuseAffineAffine, TurnsAConstantMinusDataOver) {
  ExpectRewrite(MakeFuseAffineAffine(), R"(
    x : f32[1,2]; c : f32[2] = {3, 4}; d : f32[] = {1}
    p = Subtract(c, x); y = Subtract(d, p)
    return y)",
                "x : f32[1,2]; t : f32[2] = {-2, -3}; y = Add(x, t); return y");
}
TEST(FuseAffineAffine, GivesBackTheDataWhenNothingIsLeft) {
  ExpectRewrite(MakeFuseAffineAffine(), R"(
    x : f32[1,2]; a : f32[] = {4}; b : f32[] = {0.25}
    p = Multiply(x, a); q = Multiply(p, b); y = ReLU(q)
    return y)",
                "x : f32[1,2]; y = ReLU(x); return y");
}
TEST(FuseAffineAffine, KeepsAnIdentityOfAnOutput) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {4}; b : f32[] = {0.25}; p = Multiply(x, a); y = Multiply(p, b); return y",
                  "identity of an output");
}
TEST(FuseAffineAffine, KeepsOneScaleAndOneShift) {
  const char* text =
      "x : f32[1,2,2,2]; a : f32[1,2,1,1] = random(1); b : f32[1,2,1,1] = random(2); p = Multiply(x, a); y = Add(p, "
      "b); return y";
  ExpectUnchanged(MakeFuseAffineAffine(), text, "left already");
  ExpectUnchanged(MakeFuseAffineAffine({}, true), text, "left already");
}
TEST(FuseAffineAffine, PutsTheScaleFirstWhenAsked) {
  const char* text =
      "x : f32[1,2,2,2]; a : f32[1,2,1,1] = {2, 3}; b : f32[] = {5}; p = Add(x, b); y = Multiply(p, a); return y";
  ExpectUnchanged(MakeFuseAffineAffine(), text, "left already");
  ExpectRewrite(MakeFuseAffineAffine({}, true), text,
                "x : f32[1,2,2,2]; s : f32[1,2,1,1] = {2, 3}; t : f32[1,2,1,1] = {10, 15}; p = Multiply(x, s); y = "
                "Add(p, t); return y");
}
TEST(FuseAffineAffine, KeepsABiasBehindItsConvolution) {
  ExpectUnchanged(MakeFuseAffineAffine({}, true), R"(
    x : f32[1,2,2,2]; w : f32[2,2,1,1] = random(1); a : f32[1,2,1,1] = {2, 3}; b : f32[1,2,1,1] = {5, 6}
    c = Convolution(x, w); p = Add(c, b); y = Multiply(p, a)
    return y)",
                  "left already");
}
TEST(FuseAffineAffine, KeepsAValueThatSomethingElseReads) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {4}; p = Multiply(x, a); q = Multiply(p, a); z = ReLU(p); return q, z",
                  "other readers");
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {4}; p = Multiply(x, a); q = Multiply(p, a); return q, p",
                  "other readers");
}
TEST(FuseAffineAffine, KeepsConstantsAlongDifferentAxes) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2,3]; a : f32[2,1] = random(1); b : f32[3] = random(2); p = Multiply(x, a); y = "
                  "Multiply(p, b); return y",
                  "different axes");
}
TEST(FuseAffineAffine, KeepsAConstantThatWidensTheData) {
  ExpectUnchanged(
      MakeFuseAffineAffine(),
      "x : f32[1,1]; a : f32[1,3] = random(1); b : f32[] = {2}; p = Multiply(x, a); y = Multiply(p, b); return y",
      "another shape");
}
TEST(FuseAffineAffine, KeepsIntegersAndValues) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : i32[1,2]; a : i32[] = {4}; p = Multiply(x, a); y = Multiply(p, a); return y",
                  "no floating-point numbers");
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; z : f32[1,2]; a : f32[] = {4}; p = Multiply(x, z); y = Multiply(p, a); return y",
                  "no other affine node");
}
TEST(FuseAffineAffine, KeepsADivisionOfAConstantAndByZero) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {4}; p = Multiply(x, a); y = Divide(a, p); return y",
                  "the data are the divisor");
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {4}; z : f32[2] = {1, 0}; p = Multiply(x, a); y = Divide(p, z); return y",
                  "a divisor is zero");
}
TEST(FuseAffineAffine, KeepsWhatTheProductWouldOverflow) {
  ExpectUnchanged(MakeFuseAffineAffine(),
                  "x : f32[1,2]; a : f32[] = {1e30}; p = Multiply(x, a); y = Multiply(p, a); return y",
                  "no finite number");
}
TEST(FuseAffineAffine, KeepsWhatTheUserNamed) {
  const char* text = "x : f32[1,2]; a : f32[] = {4}; p = Multiply(x, a); y = Multiply(p, a); return y";
  ExpectUnchanged(MakeFuseAffineAffine(FusingFilter({"p"})), text, "kept by finegrain fusing");
  ExpectUnchanged(MakeFuseAffineAffine(FusingFilter({"y"})), text, "kept by finegrain fusing");
}

}  // namespace
}  // namespace moir::transforms
