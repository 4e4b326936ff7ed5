// The one door to oneDNN: what differs between 2.6 and 3.x is evened out here, and every file of this folder
// includes oneDNN through this header only.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "ie_runtime/layout.h"
#include "ie_runtime/unary.h"

namespace moir::runtime {

struct Layout::Impl {
  enum class Kind { kPlain, kChannelsLast, kBlocked, kOpaque };
  ElementType type;
  graph::Shape shape;
  Kind kind;
  int64_t block = 1;
  dnnl::memory::desc desc;  // zero for types and ranks that oneDNN does not have
  size_t bytes;
};

namespace onednn {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
using DataType = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

// The CPU, and the stream of the calling thread.
dnnl::engine& Engine();
dnnl::stream& Stream();

DataType ToDataType(ElementType type);  // undef when oneDNN has no such type
Dims ToDims(const Shape& shape);
inline Dims ToDims(const std::vector<int64_t>& values) { return values; }

Desc AnyDesc(const Layout& layout);  // same type and shape, oneDNN chooses the rest
Desc AnyDesc(ElementType type, const Shape& shape);
Desc PlainDesc(ElementType type, const Shape& shape);
// The layout of a descriptor that oneDNN chose for a value of this type and shape.
Layout ToLayout(ElementType type, const Shape& shape, const Desc& desc);

struct EltwiseAlgorithm {
  dnnl::algorithm algorithm;
  float alpha, beta;
};
EltwiseAlgorithm ToAlgorithm(const UnaryFunction& function);
void AppendEltwise(dnnl::post_ops& ops, const UnaryFunction& function);

// Primitive descriptors; empty (false) when oneDNN has no implementation. `bias` may be zero.
using ConvolutionDesc = dnnl::convolution_forward::primitive_desc;
struct WindowDims {
  Dims strides, dilations, pads_begin, pads_end;  // dilations as oneDNN counts them: 0 is dense
};
ConvolutionDesc MakeConvolution(dnnl::algorithm algorithm, const Desc& src, const Desc& weights, const Desc& bias,
                                const Desc& dst, const WindowDims& window, const dnnl::primitive_attr& attr);
using DeconvolutionDesc = dnnl::deconvolution_forward::primitive_desc;
DeconvolutionDesc MakeDeconvolution(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                    const WindowDims& window, const dnnl::primitive_attr& attr);
#if DNNL_VERSION_MAJOR >= 3
using PoolingForward = dnnl::pooling_forward;
using SoftmaxForward = dnnl::softmax_forward;
#else
using PoolingForward = dnnl::pooling_v2_forward;
using SoftmaxForward = dnnl::softmax_v2_forward;
#endif
PoolingForward::primitive_desc MakePooling(dnnl::algorithm algorithm, const Desc& src, const Desc& dst,
                                           const Dims& kernel, const WindowDims& window,
                                           const dnnl::primitive_attr& attr);
dnnl::inner_product_forward::primitive_desc MakeInnerProduct(const Desc& src, const Desc& weights, const Desc& bias,
                                                             const Desc& dst, const dnnl::primitive_attr& attr);
dnnl::matmul::primitive_desc MakeMatMul(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                        const dnnl::primitive_attr& attr);
dnnl::eltwise_forward::primitive_desc MakeEltwise(const UnaryFunction& function, const Desc& data,
                                                  const dnnl::primitive_attr& attr);
SoftmaxForward::primitive_desc MakeSoftmax(bool logarithm, const Desc& data, int axis,
                                           const dnnl::primitive_attr& attr);
dnnl::lrn_forward::primitive_desc MakeLrn(dnnl::algorithm algorithm, const Desc& data, int64_t size, float alpha,
                                          float beta, float k, const dnnl::primitive_attr& attr);

// Attributes with the scratchpad left to the user.
dnnl::primitive_attr UserScratchpad();

// Short name of the implementation, e.g. "jit:avx512_core".
template <typename PrimitiveDesc>
std::string ImplementationName(const PrimitiveDesc& desc) {
  return desc.impl_info_str();
}

// Runs `f` and gives its result, or `empty` when oneDNN says "unimplemented" or "invalid arguments".
template <typename F>
auto OrEmpty(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented && error.status != dnnl_invalid_arguments) throw;
    return {};
  }
}

}  // namespace onednn
}  // namespace moir::runtime
