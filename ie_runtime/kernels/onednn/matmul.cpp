// MatMul.
//   - constant matrix b, few rows of a: a stream over the weights, packed or stored (fully_connected.h), bound by
//   memory
//   - constant matrix b, many rows of a: loops of our own over packed rows and weights (blocked/packed_mat_mul.h), in
//     bf16 those of pointwise convolutions on AMX, or oneDNN's inner product with packed weights where none serves
//   - two computed operands: oneDNN's matmul, with stacks of matrices broadcast
// Bias and post-ops work on the last axis; what the primitive does not take runs as a chain over the result.
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/amx/amx_convolution.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/blocked/packed_mat_mul.h"
#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/fully_connected.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/techniques.h"

namespace moir::runtime {
namespace {

using onednn::Desc;

// A product with constant weights of rank 2 as rows x weights.
std::optional<MatMulShape> AsDense(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const PlanValue& a = context.Input(0);
  const PlanValue& b = context.Input(1);
  if (!b.IsConstant() || b.shape.Rank() != 2 || a.shape.Rank() < 2 || layer.Attr<bool>("transpose_a"))
    return std::nullopt;
  const bool transposed = layer.Attr<bool>("transpose_b");
  const int64_t inner = b.shape[transposed ? 1 : 0];
  if (inner == 0 || a.shape.NumElements() == 0) return std::nullopt;
  return MatMulShape{a.shape.NumElements() / inner, inner, b.shape[transposed ? 0 : 1], transposed};
}

// Of the factors and of the result in memory; sums are f32.
struct Types {
  ElementType products, result;
};

// The result seen as rows of columns, for a chain whose "channels" are the columns.
ChannelView RowView(int64_t rows, int64_t columns) { return {1, 1, rows, columns, columns}; }

// Stacks and matrices of both operands with the rank of the result.
Desc OperandDesc(const Shape& shape, int64_t rank, bool transpose, ElementType type) {
  onednn::Dims dims(static_cast<size_t>(rank), 1), strides(static_cast<size_t>(rank), 0);
  const std::vector<int64_t> dense = shape.Strides();
  for (int64_t i = 0; i < shape.Rank(); ++i) {
    dims[static_cast<size_t>(rank - shape.Rank() + i)] = shape[i];
    strides[static_cast<size_t>(rank - shape.Rank() + i)] = dense[static_cast<size_t>(i)];
  }
  for (int64_t i = 0; i < rank - shape.Rank(); ++i) strides[static_cast<size_t>(i)] = shape.NumElements();
  if (transpose) {
    std::swap(dims[static_cast<size_t>(rank - 1)], dims[static_cast<size_t>(rank - 2)]);
    std::swap(strides[static_cast<size_t>(rank - 1)], strides[static_cast<size_t>(rank - 2)]);
  }
  return Desc(dims, onednn::ToDataType(type), strides);
}

class InnerProductKernel final : public Kernel {
 public:
  InnerProductKernel(const KernelContext& context, const MatMulShape& dense,
                     const dnnl::inner_product_forward::primitive_desc& desc, Desc src, Desc dst, ElementType type,
                     std::optional<Chain> chain)
      : primitive_(desc),
        type_(type),
        src_(std::move(src)),
        dst_(std::move(dst)),
        scratchpad_(desc.scratchpad_desc()),
        name_(onednn::ImplementationName(desc)),
        chain_(std::move(chain)) {
    const Layer& layer = context.GetLayer();
    const Dims strides = dense.transposed ? Dims{dense.inner, 1} : Dims{1, dense.columns};
    weights_ =
        onednn::PackedWeights(context.Input(1).constant,
                              Desc({dense.columns, dense.inner}, onednn::DataType::f32, strides), desc.weights_desc());
    if (layer.bias) {
      bias_ = onednn::PackedWeights(context.Input(layer.bias).constant,
                                    onednn::PlainDesc(ElementType::kF32, Shape{dense.columns}), desc.bias_desc());
    }
  }
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  size_t WeightBytes() const override { return weights_.Bytes() + bias_.Bytes(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct InnerProductTask final : Task {
      explicit InnerProductTask(const InnerProductKernel& owner) : kernel(owner), primitive(owner.primitive_) {}
      void Run() override {
        primitive.Run();
        if (kernel.chain_) kernel.chain_->Run(kernel.type_, dst, dst);
      }
      const InnerProductKernel& kernel;
      onednn::PrimitiveTask primitive;
      std::byte* dst = nullptr;
    };
    auto task = std::make_unique<InnerProductTask>(*this);
    task->dst = binding.outputs[0];
    task->primitive.Add(DNNL_ARG_SRC, src_, binding.inputs[0]);
    task->primitive.Add(DNNL_ARG_WEIGHTS, weights_.GetDesc(), weights_.Data());
    if (bias_.Data()) task->primitive.Add(DNNL_ARG_BIAS, bias_.GetDesc(), bias_.Data());
    task->primitive.Add(DNNL_ARG_DST, dst_, binding.outputs[0]);
    task->primitive.Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  using Dims = onednn::Dims;
  dnnl::inner_product_forward primitive_;
  ElementType type_;  // of the result
  Desc src_, dst_, scratchpad_;
  std::string name_;
  std::optional<Chain> chain_;
  onednn::PackedWeights weights_, bias_;
};

std::unique_ptr<Kernel> MakeDense(const KernelContext& context, const MatMulShape& dense, const Types& types,
                                  bool& reads_stored_weights) {
  const Layer& layer = context.GetLayer();
  const bool stream = dense.rows <= FullyConnected::kMaxRows && Uses(Technique::kStream);
  if (!stream && types.products == ElementType::kF32) {
    if (auto kernel = MakePackedMatMul(context, dense)) return kernel;
  }
  if (!stream && types.products == ElementType::kBF16) {
    if (auto kernel = MakeAmxMatMul(context, dense, types.result)) return kernel;
  }
  std::optional<Chain> chain;
  if (!layer.post_ops.empty()) {
    // A PRelu's slopes go along axis 1, which is the columns for rank 2 only; passes fuse it for that rank alone.
    chain.emplace(RowView(dense.rows, dense.columns));
    chain->AddPostOps(context);
  }
  if (stream) {
    std::vector<float> bias;
    if (layer.bias) bias = ConstantFloats(context.Input(layer.bias));
    if (types.products == ElementType::kF32 && dense.transposed &&
        FullyConnectedRows::Pays(dense.inner, dense.columns)) {
      FullyConnectedRows rows(context.Input(1).constant, dense.inner, dense.columns, std::move(bias));
      reads_stored_weights = rows.ReadsStored();
      return MakeFullyConnectedRows(std::move(rows), dense.rows, std::move(chain));
    }
    return MakeFullyConnected(
        FullyConnected(context.Input(1).constant, dense.inner, dense.columns, dense.transposed, bias, types.products),
        dense.rows, std::move(chain));
  }
  const Desc src({dense.rows, dense.inner}, onednn::ToDataType(types.products), onednn::Tag::ab),
      dst({dense.rows, dense.columns}, onednn::ToDataType(types.result), onednn::Tag::ab);
  const Desc weights = onednn::AnyDesc(types.products, Shape{dense.columns, dense.inner});
  const Desc bias = layer.bias ? onednn::AnyDesc(ElementType::kF32, Shape{dense.columns}) : Desc();
  dnnl::primitive_attr attr = onednn::UserScratchpad();
  if (layer.post_ops.size() == 1 && layer.post_ops[0].kind == PostOp::Kind::kUnary) {
    dnnl::post_ops ops;
    onednn::AppendEltwise(ops, layer.post_ops[0].function);
    dnnl::primitive_attr fused = onednn::UserScratchpad();
    fused.set_post_ops(ops);
    if (const auto desc = onednn::MakeInnerProduct(src, weights, bias, dst, fused)) {
      return std::make_unique<InnerProductKernel>(context, dense, desc, src, dst, types.result, std::nullopt);
    }
  }
  const auto desc = onednn::MakeInnerProduct(src, weights, bias, dst, attr);
  if (!desc) return nullptr;
  return std::make_unique<InnerProductKernel>(context, dense, desc, src, dst, types.result, std::move(chain));
}

// Whether a product in a model compiled for bf16 is computed faster in f32, in which it is more exact besides.
bool IsFasterInF32(const MatMulShape& shape) {
  if (shape.rows <= FullyConnected::kMaxRows || EffectiveIsa() >= Isa::kAvx512CoreAmx) return false;
  const blocked::Loops* loops = Uses(Technique::kMatMul) ? blocked::FindLoops() : nullptr;
  return loops && blocked::Bf16ProductRate() < 1 && PackedMatMul::Pays(shape, *loops);
}

class MatMulKernel final : public Kernel {
 public:
  MatMulKernel(const dnnl::matmul::primitive_desc& desc, Desc a, Desc b, Desc dst, ElementType type,
               std::optional<Chain> chain)
      : primitive_(desc),
        type_(type),
        a_(std::move(a)),
        b_(std::move(b)),
        dst_(std::move(dst)),
        scratchpad_(desc.scratchpad_desc()),
        name_(onednn::ImplementationName(desc)),
        chain_(std::move(chain)) {}
  std::string ExecType() const override { return name_; }
  size_t ScratchpadBytes() const override { return scratchpad_.get_size(); }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct MatMulTask final : Task {
      explicit MatMulTask(const MatMulKernel& owner) : kernel(owner), primitive(owner.primitive_) {}
      void Run() override {
        primitive.Run();
        if (kernel.chain_) kernel.chain_->Run(kernel.type_, dst, dst);
      }
      const MatMulKernel& kernel;
      onednn::PrimitiveTask primitive;
      std::byte* dst = nullptr;
    };
    auto task = std::make_unique<MatMulTask>(*this);
    task->dst = binding.outputs[0];
    task->primitive.Add(DNNL_ARG_SRC, a_, binding.inputs[0]);
    task->primitive.Add(DNNL_ARG_WEIGHTS, b_, binding.inputs[1]);
    task->primitive.Add(DNNL_ARG_DST, dst_, binding.outputs[0]);
    task->primitive.Add(DNNL_ARG_SCRATCHPAD, scratchpad_, binding.scratchpad);
    return task;
  }

 private:
  dnnl::matmul primitive_;
  ElementType type_;  // of the result
  Desc a_, b_, dst_, scratchpad_;
  std::string name_;
  std::optional<Chain> chain_;
};

}  // namespace

std::optional<KernelChoice> MakeMatMulKernel(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  if (!context.AllF32() || context.OutputShape().NumElements() == 0) return std::nullopt;
  const bool bf16 = context.Bf16() && context.InputShape(0).Rank() >= 2;
  Types types{ElementType::kF32, ElementType::kF32};
  const auto dense = AsDense(context);
  if (bf16 && !(dense && IsFasterInF32(*dense))) types = {ElementType::kBF16, context.OutputStorage()};
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.outputs = {Layout::Plain(types.result, context.OutputShape())};
  if (dense) {
    const bool stream = dense->rows <= FullyConnected::kMaxRows;
    if (stream) choice.outputs = {context.PlainOutput()};
    choice.inputs[0] = stream ? context.PlainInput(0) : Layout::Plain(types.products, context.InputShape(0));
    bool reads_stored_weights = false;
    choice.kernel = MakeDense(context, *dense, types, reads_stored_weights);
    if (reads_stored_weights) choice.inputs[1] = context.PlainInput(1);
    if (choice.kernel) return choice;
  }
  const int64_t rank = context.OutputShape().Rank();
  if (context.InputShape(0).Rank() < 2 || context.InputShape(1).Rank() < 2 || rank > 6) return std::nullopt;
  // A constant operand is plain, as it is.
  if (context.Input(0).IsConstant() || context.Input(1).IsConstant()) types = {ElementType::kF32, ElementType::kF32};
  choice.inputs[0] = Layout::Plain(types.products, context.InputShape(0));
  choice.inputs[1] = Layout::Plain(types.products, context.InputShape(1));
  choice.outputs = {Layout::Plain(types.result, context.OutputShape())};
  const Desc a = OperandDesc(context.InputShape(0), rank, layer.Attr<bool>("transpose_a"), types.products);
  const Desc b = OperandDesc(context.InputShape(1), rank, layer.Attr<bool>("transpose_b"), types.products);
  const Desc dst = onednn::PlainDesc(types.result, context.OutputShape());
  const auto desc = onednn::MakeMatMul(a, b, Desc(), dst, onednn::UserScratchpad());
  std::optional<Chain> chain;
  if (!layer.post_ops.empty() || layer.bias) {
    const int64_t columns = context.OutputShape()[rank - 1];
    chain.emplace(RowView(context.OutputShape().NumElements() / columns, columns));
    if (layer.bias)
      chain->AddScaleShift(std::vector<float>(static_cast<size_t>(columns), 1),
                           ConstantFloats(context.Input(layer.bias)));
    chain->AddPostOps(context);
  }
  if (!desc) return std::nullopt;
  choice.kernel = std::make_unique<MatMulKernel>(desc, a, b, dst, types.result, std::move(chain));
  return choice;
}

}  // namespace moir::runtime
