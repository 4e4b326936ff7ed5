// moir_infer_request_...: see moir/c/moir.h.
#include <chrono>
#include <cstddef>
#include <new>

#include "ie_runtime/c_api/call.h"
#include "ie_runtime/c_api/results.h"

using moir::c_api::Call;
using moir::c_api::MakeHandle;
using moir::c_api::TensorObject;

namespace {

// The caller's port, as far as its header knows it.
moir::Port ToPort(const Call& call, const moir_port* port) {
  call.NotNull(port, "port");
  constexpr size_t kNeeded = offsetof(moir_port, index) + sizeof(port->index);
  if (port->struct_size < kNeeded)
    call.Fail("port: got struct_size " + std::to_string(port->struct_size) + ", expected " +
              std::to_string(sizeof(moir_port)));
  moir::Port result;
  result.name = call.Text(port->name, "name of the port");
  result.is_output = port->is_output != 0;
  result.index = port->index;
  return result;
}

// Throws kBadOption.
moir::VariableState StateOf(const Call& call, const moir::InferRequest& request, const char* name) {
  const std::string text = call.Text(name, "name");
  std::string names;
  for (moir::VariableState& state : request.QueryState()) {
    if (state.GetName() == text) return state;
    names += (names.empty() ? "" : ", ") + state.GetName();
  }
  call.Fail("the model has no state \"" + text + "\"" + (names.empty() ? ", nor any" : ", expected one of " + names));
}

}  // namespace

moir_status moir_infer_request_free(moir_infer_request* request) { return moir::c_api::FreeHandle(__func__, request); }

moir_status moir_infer_request_set_tensor(moir_infer_request* request, const char* name, moir_tensor* tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    call.Object(request)->SetTensor(call.Text(name, "name"), call.Object(tensor)->tensor);
  });
}

moir_status moir_infer_request_set_port_tensor(moir_infer_request* request, const moir_port* port,
                                               moir_tensor* tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    call.Object(request)->SetTensor(ToPort(call, port), call.Object(tensor)->tensor);
  });
}

moir_status moir_infer_request_set_input_tensor(moir_infer_request* request, size_t index, moir_tensor* tensor) {
  return Call::Run(__func__,
                   [&](const Call& call) { call.Object(request)->SetInputTensor(index, call.Object(tensor)->tensor); });
}

moir_status moir_infer_request_set_output_tensor(moir_infer_request* request, size_t index, moir_tensor* tensor) {
  return Call::Run(
      __func__, [&](const Call& call) { call.Object(request)->SetOutputTensor(index, call.Object(tensor)->tensor); });
}

moir_status moir_infer_request_get_tensor(moir_infer_request* request, const char* name, moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    result = MakeHandle<moir_tensor>(TensorObject(call.Object(request)->GetTensor(call.Text(name, "name"))));
  });
}

moir_status moir_infer_request_get_port_tensor(moir_infer_request* request, const moir_port* port,
                                               moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    result = MakeHandle<moir_tensor>(TensorObject(call.Object(request)->GetTensor(ToPort(call, port))));
  });
}

moir_status moir_infer_request_get_input_tensor(moir_infer_request* request, size_t index, moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    result = MakeHandle<moir_tensor>(TensorObject(call.Object(request)->GetInputTensor(index)));
  });
}

moir_status moir_infer_request_get_output_tensor(moir_infer_request* request, size_t index, moir_tensor** tensor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(tensor);
    result = MakeHandle<moir_tensor>(TensorObject(call.Object(request)->GetOutputTensor(index)));
  });
}

moir_status moir_infer_request_infer(moir_infer_request* request) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(request)->Infer(); });
}

moir_status moir_infer_request_start_async(moir_infer_request* request) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(request)->StartAsync(); });
}

moir_status moir_infer_request_wait(moir_infer_request* request) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(request)->Wait(); });
}

moir_status moir_infer_request_wait_for(moir_infer_request* request, int64_t milliseconds, int32_t* at_rest) {
  return Call::Run(__func__, [&](const Call& call) {
    int32_t& result = call.Value(at_rest);
    result = 0;
    const auto object = call.Object(request);
    try {
      result = object->WaitFor(std::chrono::milliseconds(milliseconds)) ? 1 : 0;
    } catch (const moir::Error& error) {
      // A wait inside the request's own callback did not wait; else the error is the inference's, which is over.
      result = error.Kind() == moir::ErrorKind::kBusy ? 0 : 1;
      throw;
    } catch (...) {
      result = 1;
      throw;
    }
  });
}

moir_status moir_infer_request_set_callback(moir_infer_request* request, moir_callback callback, void* user_data) {
  return Call::Run(__func__, [&](const Call& call) {
    const auto object = call.Object(request);
    if (!callback) return object->SetCallback({});
    object->SetCallback([callback, user_data](const std::exception_ptr& error) {
      if (!error) return callback(user_data, MOIR_STATUS_OK, "");
      const moir_status status = moir::c_api::RecordError("inference", error);
      // Calls inside the callback may fail, too, and replace the thread's text.
      std::string message;
      try {
        message = moir_last_error();
      } catch (const std::bad_alloc&) {
        message.clear();
      }
      callback(user_data, status, message.c_str());
    });
  });
}

moir_status moir_infer_request_cancel(moir_infer_request* request) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(request)->Cancel(); });
}

moir_status moir_infer_request_states(moir_infer_request* request, const moir_text_list** names) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(names);
    std::vector<std::string> texts;
    for (const moir::VariableState& state : call.Object(request)->QueryState()) texts.push_back(state.GetName());
    result = moir::c_api::TextsResult(std::move(texts));
  });
}

moir_status moir_infer_request_get_state(moir_infer_request* request, const char* name, moir_tensor** value) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(value);
    result = MakeHandle<moir_tensor>(TensorObject(StateOf(call, *call.Object(request), name).GetState()));
  });
}

moir_status moir_infer_request_set_state(moir_infer_request* request, const char* name, moir_tensor* value) {
  return Call::Run(__func__, [&](const Call& call) {
    moir::VariableState state = StateOf(call, *call.Object(request), name);
    state.SetState(call.Object(value)->tensor);
  });
}

moir_status moir_infer_request_reset_state(moir_infer_request* request, const char* name) {
  return Call::Run(__func__, [&](const Call& call) {
    const auto object = call.Object(request);
    if (name) StateOf(call, *object, name).Reset();
    else object->ResetState();
  });
}

moir_status moir_infer_request_get_profiling_info(moir_infer_request* request, const moir_profiling_list** layers) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(layers);
    result = moir::c_api::ProfilingResult(call.Object(request)->GetProfilingInfo());
  });
}
