#include "ie_runtime/kernels/onednn/onednn.h"

namespace moir::runtime::onednn {
namespace {

constexpr auto kInference = dnnl::prop_kind::forward_inference;

}  // namespace

dnnl::engine& Engine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& Stream() {
  thread_local dnnl::stream stream(Engine());
  return stream;
}

DataType ToDataType(ElementType type) {
  switch (type) {
    case ElementType::kF32: return DataType::f32;
    case ElementType::kBF16: return DataType::bf16;
    case ElementType::kI32: return DataType::s32;
    case ElementType::kI8: return DataType::s8;
    case ElementType::kU8: return DataType::u8;
    default: return DataType::undef;
  }
}

Dims ToDims(const Shape& shape) { return shape.Dims(); }

Desc AnyDesc(ElementType type, const Shape& shape) { return Desc(ToDims(shape), ToDataType(type), Tag::any); }
Desc AnyDesc(const Layout& layout) { return AnyDesc(layout.Type(), layout.Shape()); }
Desc PlainDesc(ElementType type, const Shape& shape) { return Desc(ToDims(shape), ToDataType(type), shape.Strides()); }

EltwiseAlgorithm ToAlgorithm(const UnaryFunction& function) {
  using dnnl::algorithm;
  switch (function.kind) {
    case UnaryKind::kRelu: return {algorithm::eltwise_relu, function.alpha, 0};
    case UnaryKind::kClip: return {algorithm::eltwise_clip, function.alpha, function.beta};
    case UnaryKind::kElu: return {algorithm::eltwise_elu, function.alpha, 0};
    case UnaryKind::kSigmoid: return {algorithm::eltwise_logistic, 0, 0};
    case UnaryKind::kTanh: return {algorithm::eltwise_tanh, 0, 0};
    case UnaryKind::kExp: return {algorithm::eltwise_exp, 0, 0};
    case UnaryKind::kLog: return {algorithm::eltwise_log, 0, 0};
    case UnaryKind::kSqrt: return {algorithm::eltwise_sqrt, 0, 0};
    case UnaryKind::kAbs: return {algorithm::eltwise_abs, 0, 0};
    case UnaryKind::kSquare: return {algorithm::eltwise_square, 0, 0};
#if DNNL_VERSION_MAJOR >= 3
    case UnaryKind::kSoftPlus: return {algorithm::eltwise_soft_relu, 1, 0};
    case UnaryKind::kHSwish: return {algorithm::eltwise_hardswish, 1.0f / 6, 0.5f};
#else
    case UnaryKind::kHSwish: return {algorithm::eltwise_hardswish, 0, 0};
    case UnaryKind::kSoftPlus: return {algorithm::eltwise_soft_relu, 0, 0};
#endif
    case UnaryKind::kGeluErf: return {algorithm::eltwise_gelu_erf, 0, 0};
    case UnaryKind::kGeluTanh: return {algorithm::eltwise_gelu_tanh, 0, 0};
    case UnaryKind::kLinear: return {algorithm::eltwise_linear, function.alpha, function.beta};
    case UnaryKind::kPower: return {algorithm::eltwise_pow, function.alpha, function.beta};
    case UnaryKind::kSwish: return {algorithm::eltwise_swish, function.alpha, 0};
    case UnaryKind::kMish: return {algorithm::eltwise_mish, 0, 0};
  }
  Fail(ErrorKind::kInternal, "unknown function of one element");
}

void AppendEltwise(dnnl::post_ops& ops, const UnaryFunction& function) {
  const EltwiseAlgorithm eltwise = ToAlgorithm(function);
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(eltwise.algorithm, eltwise.alpha, eltwise.beta);
#else
  ops.append_eltwise(1.0f, eltwise.algorithm, eltwise.alpha, eltwise.beta);
#endif
}

dnnl::primitive_attr UserScratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

#if DNNL_VERSION_MAJOR >= 3

ConvolutionDesc MakeConvolution(dnnl::algorithm algorithm, const Desc& src, const Desc& weights, const Desc& bias,
                                const Desc& dst, const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return ConvolutionDesc(Engine(), kInference, algorithm, src, weights, bias, dst, w.strides, w.dilations,
                           w.pads_begin, w.pads_end, attr, true);
  });
}

DeconvolutionDesc MakeDeconvolution(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                    const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return DeconvolutionDesc(Engine(), kInference, dnnl::algorithm::deconvolution_direct, src, weights, bias, dst,
                             w.strides, w.dilations, w.pads_begin, w.pads_end, attr, true);
  });
}

PoolingForward::primitive_desc MakePooling(dnnl::algorithm algorithm, const Desc& src, const Desc& dst,
                                           const Dims& kernel, const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return PoolingForward::primitive_desc(Engine(), kInference, algorithm, src, dst, w.strides, kernel, w.dilations,
                                          w.pads_begin, w.pads_end, attr, true);
  });
}

dnnl::inner_product_forward::primitive_desc MakeInnerProduct(const Desc& src, const Desc& weights, const Desc& bias,
                                                             const Desc& dst, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return dnnl::inner_product_forward::primitive_desc(Engine(), kInference, src, weights, bias, dst, attr, true);
  });
}

dnnl::matmul::primitive_desc MakeMatMul(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                        const dnnl::primitive_attr& attr) {
  return OrEmpty([&] { return dnnl::matmul::primitive_desc(Engine(), src, weights, bias, dst, attr, true); });
}

dnnl::eltwise_forward::primitive_desc MakeEltwise(const UnaryFunction& function, const Desc& data,
                                                  const dnnl::primitive_attr& attr) {
  const EltwiseAlgorithm eltwise = ToAlgorithm(function);
  return OrEmpty([&] {
    return dnnl::eltwise_forward::primitive_desc(Engine(), kInference, eltwise.algorithm, data, data, eltwise.alpha,
                                                 eltwise.beta, attr, true);
  });
}

SoftmaxForward::primitive_desc MakeSoftmax(bool logarithm, const Desc& data, int axis,
                                           const dnnl::primitive_attr& attr) {
  const auto algorithm = logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
  return OrEmpty(
      [&] { return SoftmaxForward::primitive_desc(Engine(), kInference, algorithm, data, data, axis, attr, true); });
}

dnnl::lrn_forward::primitive_desc MakeLrn(dnnl::algorithm algorithm, const Desc& data, int64_t size, float alpha,
                                          float beta, float k, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return dnnl::lrn_forward::primitive_desc(Engine(), kInference, algorithm, data, data, size, alpha, beta, k, attr,
                                             true);
  });
}

#else

ConvolutionDesc MakeConvolution(dnnl::algorithm algorithm, const Desc& src, const Desc& weights, const Desc& bias,
                                const Desc& dst, const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return ConvolutionDesc(
        {kInference, algorithm, src, weights, bias, dst, w.strides, w.dilations, w.pads_begin, w.pads_end}, attr,
        Engine(), true);
  });
}

DeconvolutionDesc MakeDeconvolution(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                    const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return DeconvolutionDesc({kInference, dnnl::algorithm::deconvolution_direct, src, weights, bias, dst, w.strides,
                              w.dilations, w.pads_begin, w.pads_end},
                             attr, Engine(), true);
  });
}

PoolingForward::primitive_desc MakePooling(dnnl::algorithm algorithm, const Desc& src, const Desc& dst,
                                           const Dims& kernel, const WindowDims& w, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return PoolingForward::primitive_desc(
        {kInference, algorithm, src, dst, w.strides, kernel, w.dilations, w.pads_begin, w.pads_end}, attr, Engine(),
        true);
  });
}

dnnl::inner_product_forward::primitive_desc MakeInnerProduct(const Desc& src, const Desc& weights, const Desc& bias,
                                                             const Desc& dst, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return dnnl::inner_product_forward::primitive_desc({kInference, src, weights, bias, dst}, attr, Engine(), true);
  });
}

dnnl::matmul::primitive_desc MakeMatMul(const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
                                        const dnnl::primitive_attr& attr) {
  return OrEmpty([&] { return dnnl::matmul::primitive_desc({src, weights, bias, dst}, attr, Engine(), true); });
}

dnnl::eltwise_forward::primitive_desc MakeEltwise(const UnaryFunction& function, const Desc& data,
                                                  const dnnl::primitive_attr& attr) {
  const EltwiseAlgorithm eltwise = ToAlgorithm(function);
  return OrEmpty([&] {
    return dnnl::eltwise_forward::primitive_desc({kInference, eltwise.algorithm, data, eltwise.alpha, eltwise.beta},
                                                 attr, Engine(), true);
  });
}

SoftmaxForward::primitive_desc MakeSoftmax(bool logarithm, const Desc& data, int axis,
                                           const dnnl::primitive_attr& attr) {
  const auto algorithm = logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
  return OrEmpty([&] {
    return SoftmaxForward::primitive_desc({kInference, algorithm, data, data, axis}, attr, Engine(), true);
  });
}

dnnl::lrn_forward::primitive_desc MakeLrn(dnnl::algorithm algorithm, const Desc& data, int64_t size, float alpha,
                                          float beta, float k, const dnnl::primitive_attr& attr) {
  return OrEmpty([&] {
    return dnnl::lrn_forward::primitive_desc({kInference, algorithm, data, size, alpha, beta, k}, attr, Engine(), true);
  });
}

#endif

}  // namespace moir::runtime::onednn
