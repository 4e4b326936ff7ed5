// moir_tensor_...: see moir/c/moir.h.
#include <algorithm>
#include <utility>

#include "graph/strings.h"
#include "ie_runtime/c_api/call.h"

using moir::c_api::Call;
using moir::c_api::MakeHandle;
using moir::c_api::TensorObject;
using moir::graph::StrCat;

namespace {

// Tells the caller that its memory is free, unless the tensor was never made.
struct Releaser {
  void (*release)(void*);
  void* user_data;
  bool armed = false;
  ~Releaser() {
    if (armed) release(user_data);
  }
};

// Bytes from the first element to the end of the last one.
size_t Extent(const moir::Tensor& tensor) {
  if (tensor.GetSize() == 0) return 0;
  if (tensor.IsContinuous()) return tensor.GetByteSize();
  size_t bytes = moir::ElementSize(tensor.GetElementType());
  const moir::Strides strides = tensor.GetStrides();
  for (size_t axis = 0; axis < strides.size(); ++axis)
    bytes += static_cast<size_t>(tensor.GetShape()[axis] - 1) * static_cast<size_t>(strides[axis]);
  return bytes;
}

void CheckMemory(const Call& call, const moir::Tensor& tensor, const void* data, size_t byte_size) {
  const size_t needed = Extent(tensor);
  if (needed == 0) return;
  call.NotNull(data, "data");
  if (byte_size < needed) {
    call.Fail(StrCat("memory for ", moir::ElementTypeName(tensor.GetElementType()),
                     moir::ShapeToString(tensor.GetShape()), ": got ", byte_size, " bytes, expected ", needed));
  }
}

}  // namespace

moir_status moir_tensor_create(moir_element_type type, size_t rank, const int64_t* shape, moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    result = MakeHandle<moir_tensor>(TensorObject(moir::Tensor(call.Type(type), call.Numbers(rank, shape, "shape"))));
  });
}

moir_status moir_tensor_wrap(moir_element_type type, size_t rank, const int64_t* shape, void* data, size_t byte_size,
                             moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    const moir::Tensor wrapped(call.Type(type), call.Numbers(rank, shape, "shape"), data);
    CheckMemory(call, wrapped, data, byte_size);
    result = MakeHandle<moir_tensor>(TensorObject(wrapped));
  });
}

moir_status moir_tensor_wrap_strided(moir_element_type type, size_t rank, const int64_t* shape, const int64_t* strides,
                                     void* data, size_t byte_size, moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    const moir::Tensor wrapped(call.Type(type), call.Numbers(rank, shape, "shape"), data,
                               call.Numbers(rank, strides, "strides"));
    CheckMemory(call, wrapped, data, byte_size);
    result = MakeHandle<moir_tensor>(TensorObject(wrapped));
  });
}

moir_status moir_tensor_wrap_owned(moir_element_type type, size_t rank, const int64_t* shape, void* data,
                                   size_t byte_size, void (*release)(void* user_data), void* user_data,
                                   moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    if (!release) call.Fail("release: got a null pointer, expected a function (moir_tensor_wrap needs none)");
    const auto owner = std::make_shared<Releaser>(release, user_data);
    const moir::Tensor wrapped(call.Type(type), call.Numbers(rank, shape, "shape"), owner, data);
    CheckMemory(call, wrapped, data, byte_size);
    result = MakeHandle<moir_tensor>(TensorObject(wrapped));
    owner->armed = true;
  });
}

moir_status moir_tensor_region(moir_tensor* tensor, size_t rank, const int64_t* begin, const int64_t* end,
                               moir_tensor** region) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(region);
    result = MakeHandle<moir_tensor>(TensorObject(
        moir::Tensor(call.Object(tensor)->tensor, call.Numbers(rank, begin, "begin"), call.Numbers(rank, end, "end"))));
  });
}

moir_status moir_tensor_free(moir_tensor* tensor) { return moir::c_api::FreeHandle(__func__, tensor); }

moir_status moir_tensor_get_type(moir_tensor* tensor, moir_element_type* type) {
  return Call::Run(__func__, [&](const Call& call) {
    moir_element_type& result = call.Value(type);
    result = moir::c_api::ToC(call.Object(tensor)->tensor.GetElementType());
  });
}

moir_status moir_tensor_get_shape(moir_tensor* tensor, size_t* rank, const int64_t** shape) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(shape);
    const moir::Shape& numbers = call.Object(tensor)->tensor.GetShape();
    if (rank) *rank = numbers.size();
    result = numbers.data();
  });
}

moir_status moir_tensor_get_strides(moir_tensor* tensor, size_t* rank, const int64_t** strides) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(strides);
    const moir::Strides& numbers = call.Object(tensor)->strides;
    if (rank) *rank = numbers.size();
    result = numbers.data();
  });
}

moir_status moir_tensor_get_size(moir_tensor* tensor, size_t* elements) {
  return Call::Run(__func__, [&](const Call& call) {
    size_t& result = call.Value(elements);
    result = call.Object(tensor)->tensor.GetSize();
  });
}

moir_status moir_tensor_get_byte_size(moir_tensor* tensor, size_t* bytes) {
  return Call::Run(__func__, [&](const Call& call) {
    size_t& result = call.Value(bytes);
    result = call.Object(tensor)->tensor.GetByteSize();
  });
}

moir_status moir_tensor_is_continuous(moir_tensor* tensor, int32_t* is_continuous) {
  return Call::Run(__func__, [&](const Call& call) {
    int32_t& result = call.Value(is_continuous);
    result = call.Object(tensor)->tensor.IsContinuous() ? 1 : 0;
  });
}

moir_status moir_tensor_get_data(moir_tensor* tensor, moir_element_type type, void** data) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(data);
    const auto object = call.Object(tensor);
    const moir::ElementType own = object->tensor.GetElementType(), asked = call.Type(type);
    if (own != asked) {
      call.Fail(
          StrCat("got ", moir::ElementTypeName(asked), ", the tensor's elements are ", moir::ElementTypeName(own)));
    }
    result = object->tensor.Data();
  });
}

moir_status moir_tensor_copy(moir_tensor* from, moir_tensor* to) {
  return Call::Run(__func__, [&](const Call& call) {
    moir::Tensor target = call.Object(to)->tensor;
    call.Object(from)->tensor.CopyTo(target);
  });
}
