// moir_model_...: see moir/c/moir.h.
#include "ie_runtime/c_api/call.h"
#include "ie_runtime/c_api/results.h"

using moir::c_api::Call;
using moir::c_api::PortResult;
using moir::c_api::PortsResult;
using moir::c_api::TextResult;

moir_status moir_model_free(moir_model* model) { return moir::c_api::FreeHandle(__func__, model); }

moir_status moir_model_get_name(moir_model* model, const char** name) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(name);
    result = TextResult(call.Object(model)->GetName());
  });
}

moir_status moir_model_inputs(moir_model* model, const moir_port_list** ports) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(ports);
    result = PortsResult(call.Object(model)->Inputs());
  });
}

moir_status moir_model_outputs(moir_model* model, const moir_port_list** ports) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(ports);
    result = PortsResult(call.Object(model)->Outputs());
  });
}

moir_status moir_model_input(moir_model* model, size_t index, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Input(index));
  });
}

moir_status moir_model_output(moir_model* model, size_t index, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Output(index));
  });
}

moir_status moir_model_input_by_name(moir_model* model, const char* name, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Input(call.Text(name, "name")));
  });
}

moir_status moir_model_output_by_name(moir_model* model, const char* name, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Output(call.Text(name, "name")));
  });
}

moir_status moir_model_reshape(moir_model* model, const moir_named_shape* shapes, size_t shape_count) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(model)->Reshape(call.Shapes(shapes, shape_count)); });
}

moir_status moir_model_reshape_input(moir_model* model, size_t index, size_t rank, const int64_t* shape) {
  return Call::Run(__func__,
                   [&](const Call& call) { call.Object(model)->Reshape(index, call.Numbers(rank, shape, "shape")); });
}

moir_status moir_model_reshape_only_input(moir_model* model, size_t rank, const int64_t* shape) {
  return Call::Run(__func__,
                   [&](const Call& call) { call.Object(model)->Reshape(call.Numbers(rank, shape, "shape")); });
}

moir_status moir_model_get_layout(moir_model* model, const char* input, const char** layout) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(layout);
    result = TextResult(call.Object(model)->GetLayout(call.Text(input, "input")));
  });
}

moir_status moir_model_set_layout(moir_model* model, const char* input, const char* layout) {
  return Call::Run(__func__, [&](const Call& call) {
    call.Object(model)->SetLayout(call.Text(input, "input"), call.Text(layout, "layout"));
  });
}

moir_status moir_model_set_batch(moir_model* model, int64_t batch) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(model)->SetBatch(batch); });
}

moir_status moir_model_add_state(moir_model* model, const char* output, const char* input) {
  return Call::Run(__func__, [&](const Call& call) {
    call.Object(model)->AddState(call.Text(output, "output"), call.Text(input, "input"));
  });
}

moir_status moir_model_states(moir_model* model, const moir_text_list** names) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(names);
    result = moir::c_api::TextsResult(call.Object(model)->States());
  });
}
