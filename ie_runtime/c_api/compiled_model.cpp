// moir_compiled_model_...: see moir/c/moir.h.
#include <ostream>

#include "ie_runtime/byte_streams.h"
#include "ie_runtime/c_api/call.h"
#include "ie_runtime/c_api/results.h"

using moir::c_api::Call;
using moir::c_api::MakeHandle;
using moir::c_api::PortResult;
using moir::c_api::PortsResult;
using moir::c_api::TextResult;

namespace {

template <typename Sink>
void Export(const moir::CompiledModel& model, Sink sink) {
  moir::runtime::WriteBuffer<Sink> buffer(std::move(sink));
  std::ostream stream(&buffer);
  model.ExportModel(stream);
}

}  // namespace

moir_status moir_compiled_model_free(moir_compiled_model* model) { return moir::c_api::FreeHandle(__func__, model); }

moir_status moir_compiled_model_get_name(moir_compiled_model* model, const char** name) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(name);
    result = TextResult(call.Object(model)->GetName());
  });
}

moir_status moir_compiled_model_inputs(moir_compiled_model* model, const moir_port_list** ports) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(ports);
    result = PortsResult(call.Object(model)->Inputs());
  });
}

moir_status moir_compiled_model_outputs(moir_compiled_model* model, const moir_port_list** ports) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(ports);
    result = PortsResult(call.Object(model)->Outputs());
  });
}

moir_status moir_compiled_model_input(moir_compiled_model* model, size_t index, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Input(index));
  });
}

moir_status moir_compiled_model_output(moir_compiled_model* model, size_t index, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Output(index));
  });
}

moir_status moir_compiled_model_input_by_name(moir_compiled_model* model, const char* name, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Input(call.Text(name, "name")));
  });
}

moir_status moir_compiled_model_output_by_name(moir_compiled_model* model, const char* name, const moir_port** port) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(port);
    result = PortResult(call.Object(model)->Output(call.Text(name, "name")));
  });
}

moir_status moir_compiled_model_create_infer_request(moir_compiled_model* model, moir_infer_request** request) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(request);
    result = MakeHandle<moir_infer_request>(call.Object(model)->CreateInferRequest());
  });
}

moir_status moir_compiled_model_reshape(moir_compiled_model* model, const moir_named_shape* shapes, size_t shape_count,
                                        moir_compiled_model** reshaped) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(reshaped);
    result = MakeHandle<moir_compiled_model>(call.Object(model)->Reshape(call.Shapes(shapes, shape_count)));
  });
}

moir_status moir_compiled_model_export(moir_compiled_model* model, moir_write write, void* user_data) {
  return Call::Run(__func__, [&](const Call& call) {
    const auto object = call.Object(model);
    call.NotNull(reinterpret_cast<const void*>(write), "write");
    Export(*object, [&](const char* bytes, size_t size) { return write(user_data, bytes, size) == 0; });
  });
}

moir_status moir_compiled_model_export_to_file(moir_compiled_model* model, const char* path) {
  return Call::Run(__func__, [&](const Call& call) { call.Object(model)->ExportModel(call.Text(path, "path")); });
}

moir_status moir_compiled_model_export_to_memory(moir_compiled_model* model, const void** bytes, size_t* size) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(bytes);
    call.Value(size) = 0;
    const auto object = call.Object(model);
    const auto memory = std::make_shared<std::vector<char>>();
    Export(*object, [&](const char* from, size_t count) {
      memory->insert(memory->end(), from, from + count);
      return true;
    });
    moir::c_api::AddResult(memory->data(), memory);
    *size = memory->size();
    result = memory->data();
  });
}

moir_status moir_compiled_model_get_runtime_model(moir_compiled_model* model, const moir_runtime_layer_list** layers) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(layers);
    result = moir::c_api::LayersResult(call.Object(model)->GetRuntimeModel());
  });
}

moir_status moir_compiled_model_get_property(moir_compiled_model* model, const char* name, const char** value) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(value);
    result = TextResult(call.Object(model)->GetProperty(call.Text(name, "name")));
  });
}

moir_status moir_compiled_model_set_property(moir_compiled_model* model, const char* name, const char* value) {
  return Call::Run(__func__, [&](const Call& call) {
    call.Object(model)->SetProperty(call.Text(name, "name"), call.Text(value, "value"));
  });
}
