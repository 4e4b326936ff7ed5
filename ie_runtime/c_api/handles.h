// Handles of the C interface: numbers that are never given out twice, and what they stand for. A call holds what its
// handle stands for, so that another thread may release the handle meanwhile.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "moir/c/moir.h"
#include "moir/moir.h"
#include "moir/preprocess.h"

namespace moir::c_api {

// A handle that is null, released or of another kind.
class HandleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The numbers of a tensor that the interface hands out lie here.
struct TensorObject {
  explicit TensorObject(Tensor t) : tensor(std::move(t)), strides(tensor.GetStrides()) {}
  const Tensor tensor;
  const Strides strides;
};

enum class HandleKind { kCore, kModel, kPreprocessor, kCompiledModel, kInferRequest, kTensor };

template <typename Handle>
struct HandleTraits;
template <>
struct HandleTraits<moir_core> {
  using Object = Core;
  static constexpr HandleKind kKind = HandleKind::kCore;
};
template <>
struct HandleTraits<moir_model> {
  using Object = Model;
  static constexpr HandleKind kKind = HandleKind::kModel;
};
template <>
struct HandleTraits<moir_preprocessor> {
  using Object = PrePostProcessor;
  static constexpr HandleKind kKind = HandleKind::kPreprocessor;
};
template <>
struct HandleTraits<moir_compiled_model> {
  using Object = CompiledModel;
  static constexpr HandleKind kKind = HandleKind::kCompiledModel;
};
template <>
struct HandleTraits<moir_infer_request> {
  using Object = InferRequest;
  static constexpr HandleKind kKind = HandleKind::kInferRequest;
};
template <>
struct HandleTraits<moir_tensor> {
  using Object = TensorObject;
  static constexpr HandleKind kKind = HandleKind::kTensor;
};
template <typename Handle>
using ObjectOf = typename HandleTraits<Handle>::Object;

void* AddHandle(HandleKind kind, std::shared_ptr<void> object);
// Throw HandleError. The second takes the object out.
std::shared_ptr<void> FindHandle(HandleKind kind, const void* handle);
std::shared_ptr<void> TakeHandle(HandleKind kind, const void* handle);

template <typename Handle>
Handle* MakeHandle(ObjectOf<Handle> object) {
  return static_cast<Handle*>(
      AddHandle(HandleTraits<Handle>::kKind, std::make_shared<ObjectOf<Handle>>(std::move(object))));
}

// Results behind plain pointers, until moir_free. `owner` keeps `result` alive.
void AddResult(const void* result, std::shared_ptr<const void> owner);
// Throws HandleError.
void FreeResult(const void* result);

}  // namespace moir::c_api
