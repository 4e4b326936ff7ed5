// moir_core_...: see moir/c/moir.h.
#include <istream>

#include "ie_runtime/byte_streams.h"
#include "ie_runtime/c_api/call.h"
#include "ie_runtime/c_api/read_buffer.h"
#include "ie_runtime/c_api/results.h"

using moir::c_api::Call;
using moir::c_api::MakeHandle;

namespace {

moir_compiled_model* Import(const moir::Core& core, std::streambuf* bytes, const moir::Properties& properties) {
  std::istream stream(bytes);
  return MakeHandle<moir_compiled_model>(core.ImportModel(stream, properties));
}

}  // namespace

moir_status moir_core_create(moir_core** core) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(core);
    result = MakeHandle<moir_core>(moir::Core());
  });
}

moir_status moir_core_free(moir_core* core) { return moir::c_api::FreeHandle(__func__, core); }

moir_status moir_core_read_model(moir_core* core, const char* xml_path, const char* bin_path, moir_model** model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(model);
    result = MakeHandle<moir_model>(
        call.Object(core)->ReadModel(call.Text(xml_path, "xml_path"), std::string(bin_path ? bin_path : "")));
  });
}

moir_status moir_core_read_model_from_memory(moir_core* core, const char* xml_text, size_t xml_size,
                                             moir_tensor* weights, moir_model** model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(model);
    call.NotNull(xml_text, "xml_text");
    const moir::Tensor bytes = weights ? call.Object(weights)->tensor : moir::Tensor();
    result = MakeHandle<moir_model>(call.Object(core)->ReadModel(std::string(xml_text, xml_size), bytes));
  });
}

moir_status moir_core_compile_model(moir_core* core, moir_model* model, const moir_property* properties,
                                    size_t property_count, moir_compiled_model** compiled_model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(compiled_model);
    result = MakeHandle<moir_compiled_model>(
        call.Object(core)->CompileModel(*call.Object(model), call.Properties(properties, property_count)));
  });
}

moir_status moir_core_compile_model_from_file(moir_core* core, const char* xml_path, const moir_property* properties,
                                              size_t property_count, moir_compiled_model** compiled_model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(compiled_model);
    result = MakeHandle<moir_compiled_model>(
        call.Object(core)->CompileModel(call.Text(xml_path, "xml_path"), call.Properties(properties, property_count)));
  });
}

moir_status moir_core_import_model(moir_core* core, moir_read read, void* user_data, const moir_property* properties,
                                   size_t property_count, moir_compiled_model** compiled_model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(compiled_model);
    const auto object = call.Object(core);
    call.NotNull(reinterpret_cast<const void*>(read), "read");
    moir::c_api::ReadBuffer buffer(read, user_data);
    result = Import(*object, &buffer, call.Properties(properties, property_count));
  });
}

moir_status moir_core_import_model_from_memory(moir_core* core, const void* bytes, size_t size,
                                               const moir_property* properties, size_t property_count,
                                               moir_compiled_model** compiled_model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(compiled_model);
    const auto object = call.Object(core);
    if (size > 0) call.NotNull(bytes, "bytes");
    moir::runtime::MemoryBuffer buffer(bytes, size);
    result = Import(*object, &buffer, call.Properties(properties, property_count));
  });
}

moir_status moir_core_import_model_from_file(moir_core* core, const char* path, const moir_property* properties,
                                             size_t property_count, moir_compiled_model** compiled_model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(compiled_model);
    const auto object = call.Object(core);
    result = MakeHandle<moir_compiled_model>(
        object->ImportModel(call.Text(path, "path"), call.Properties(properties, property_count)));
  });
}

moir_status moir_core_set_properties(moir_core* core, const moir_property* properties, size_t property_count) {
  return Call::Run(
      __func__, [&](const Call& call) { call.Object(core)->SetProperty(call.Properties(properties, property_count)); });
}

moir_status moir_core_get_property(moir_core* core, const char* name, const char** value) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(value);
    result = moir::c_api::TextResult(call.Object(core)->GetProperty(call.Text(name, "name")));
  });
}

moir_status moir_core_add_extension(moir_core* core, const char* library_path) {
  return Call::Run(__func__,
                   [&](const Call& call) { call.Object(core)->AddExtension(call.Text(library_path, "library_path")); });
}
