// Fourier transforms of the last axis, as cuFFT has them (MXNet computes them on GPUs only):
//   _contrib_fft    x [.., D] -> X[j] = sum of x[k] exp(-2 pi i j k / D), [.., 2 * D], real and imaginary in turn
//   _contrib_ifft   X [.., 2 * D] -> the real part of the sum of X[j] exp(2 pi i j k / D), [.., D], not divided by D
// Both are linear: one product with a constant matrix.
#include <cmath>
#include <numbers>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

// The matrix of a longer transform would take more than 32 MB.
constexpr int64_t kLongest = 2048;

}  // namespace

void ConvertFourier(NodeConverter& node) {
  node.RequireInputs(1);
  node.Attrs().Ignore({"compute_size"});  // how many rows cuFFT takes at a time
  const bool inverse = node.Op() == "_contrib_ifft";
  const Value data = node.Input(0);
  const int64_t rank = data.Shape().Rank();
  node.Require(rank >= 1 && (!inverse || data.Shape()[rank - 1] % 2 == 0), "data of shape ", data.Shape(),
               ": expected ", inverse ? "pairs of real and imaginary parts on the last axis" : "one axis or more");
  const int64_t size = data.Shape()[rank - 1] / (inverse ? 2 : 1);
  if (size < 1 || size > kLongest)
    node.Unsupported("a transform of length ", size, "; moir has those up to ", kLongest);
  Tensor matrix(ElementType::kF32, inverse ? Shape{2 * size, size} : Shape{size, 2 * size});
  const auto values = matrix.MutableValues<float>();
  for (int64_t j = 0; j < size; ++j) {
    for (int64_t k = 0; k < size; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(j * k % size) / static_cast<double>(size);
      const int64_t real = inverse ? 2 * j * size + k : k * 2 * size + 2 * j;
      values[static_cast<size_t>(real)] = static_cast<float>(std::cos(angle));
      values[static_cast<size_t>(inverse ? real + size : real + 1)] = static_cast<float>(-std::sin(angle));
    }
  }
  node.Output(node.Add("MatMul", {data, node.Constant(matrix.ConvertTo(data.Type()), "matrix")}));
}

}  // namespace moir::mo
