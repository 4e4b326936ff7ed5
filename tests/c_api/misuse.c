// Every function of the C interface with handles that are none, and without the arguments it needs.
#include <stdio.h>
#include <string.h>

#include "tests/c_api/checks.h"

// What the calls below write to.
static moir_core* g_core;
static moir_model* g_model;
static moir_compiled_model* g_compiled;
static moir_infer_request* g_request;
static moir_preprocessor* g_steps;
static moir_tensor* g_tensor;
static const moir_port* g_port;
static const moir_port_list* g_ports;
static const moir_runtime_layer_list* g_layers;
static const moir_profiling_list* g_profile;
static const moir_text_list* g_names;
static const void* g_bytes;
static const char* g_text;
static const int64_t* g_numbers;
static void* g_data;
static size_t g_size;
static int32_t g_flag;
static const int64_t kShape[] = {1, 4};
static const moir_property kProperty[] = {{"num_streams", "1"}};
static const moir_named_shape kNamedShape[] = {{"x", 2, kShape}};
static const moir_port kPort = {sizeof(moir_port), "x", MOIR_TYPE_F32, 0, 0, 2, kShape};

// Functions that are never reached.
static int32_t write_bytes(void* user_data, const void* bytes, size_t size) {
  (void)bytes;
  (void)size;
  CHECK(user_data != NULL);
  return 0;
}
static int64_t read_bytes(void* user_data, void* bytes, size_t size) {
  (void)bytes;
  (void)size;
  CHECK(user_data != NULL);
  return 0;
}

#define INVALID(call) CHECK_ERROR(MOIR_STATUS_INVALID_HANDLE, expected, call)

static void all_of_core(moir_core* core, moir_model* model, const char* expected) {
  INVALID(moir_core_read_model(core, "m.xml", NULL, &g_model));
  INVALID(moir_core_read_model_from_memory(core, kPlusOne, strlen(kPlusOne), NULL, &g_model));
  INVALID(moir_core_compile_model(core, model, kProperty, 1, &g_compiled));
  INVALID(moir_core_compile_model_from_file(core, "m.xml", kProperty, 1, &g_compiled));
  INVALID(moir_core_import_model(core, read_bytes, NULL, kProperty, 1, &g_compiled));
  INVALID(moir_core_import_model_from_file(core, "m.blob", kProperty, 1, &g_compiled));
  INVALID(moir_core_import_model_from_memory(core, kPlusOne, 10, kProperty, 1, &g_compiled));
  INVALID(moir_core_set_properties(core, kProperty, 1));
  INVALID(moir_core_get_property(core, "num_streams", &g_text));
  INVALID(moir_core_add_extension(core, "/no/such.so"));
  CHECK(!g_model && !g_compiled && !g_text);
}

static void all_of_model(moir_model* model, const char* expected) {
  INVALID(moir_model_get_name(model, &g_text));
  INVALID(moir_model_inputs(model, &g_ports));
  INVALID(moir_model_outputs(model, &g_ports));
  INVALID(moir_model_input(model, 0, &g_port));
  INVALID(moir_model_output(model, 0, &g_port));
  INVALID(moir_model_input_by_name(model, "x", &g_port));
  INVALID(moir_model_output_by_name(model, "y", &g_port));
  INVALID(moir_model_reshape(model, kNamedShape, 1));
  INVALID(moir_model_reshape_input(model, 0, 2, kShape));
  INVALID(moir_model_reshape_only_input(model, 2, kShape));
  INVALID(moir_model_get_layout(model, "x", &g_text));
  INVALID(moir_model_set_layout(model, "x", "NC"));
  INVALID(moir_model_set_batch(model, 2));
  INVALID(moir_model_add_state(model, "y", "x"));
  INVALID(moir_model_states(model, &g_names));
  INVALID(moir_preprocessor_create(model, &g_steps));
  CHECK(!g_text && !g_ports && !g_port && !g_names && !g_steps);
}

static void all_of_preprocessor(moir_preprocessor* steps, const char* expected) {
  const float value[] = {1};
  INVALID(moir_preprocessor_build(steps, &g_model));
  INVALID(moir_preprocessor_set_tensor_type(steps, NULL, MOIR_TYPE_U8));
  INVALID(moir_preprocessor_set_tensor_layout(steps, NULL, "NHWC"));
  INVALID(moir_preprocessor_set_tensor_color(steps, NULL, MOIR_COLOR_BGR));
  INVALID(moir_preprocessor_set_tensor_size(steps, NULL, 2, 2));
  INVALID(moir_preprocessor_set_tensor_any_size(steps, NULL));
  INVALID(moir_preprocessor_set_model_layout(steps, NULL, "NCHW"));
  INVALID(moir_preprocessor_convert_type(steps, NULL, MOIR_TYPE_F32));
  INVALID(moir_preprocessor_convert_color(steps, NULL, MOIR_COLOR_RGB));
  INVALID(moir_preprocessor_resize(steps, NULL, MOIR_RESIZE_LINEAR));
  INVALID(moir_preprocessor_resize_to(steps, NULL, MOIR_RESIZE_LINEAR, 2, 2));
  INVALID(moir_preprocessor_crop(steps, NULL, 2, kShape, kShape));
  INVALID(moir_preprocessor_mean(steps, NULL, value, 1));
  INVALID(moir_preprocessor_scale(steps, NULL, value, 1));
  INVALID(moir_preprocessor_reverse_channels(steps, NULL));
  INVALID(moir_preprocessor_set_output_type(steps, NULL, MOIR_TYPE_I32));
  INVALID(moir_preprocessor_set_output_layout(steps, NULL, "NHWC"));
  INVALID(moir_preprocessor_set_output_model_layout(steps, NULL, "NCHW"));
  CHECK(!g_model);
}

static void all_of_compiled_model(moir_compiled_model* model, const char* expected) {
  INVALID(moir_compiled_model_get_name(model, &g_text));
  INVALID(moir_compiled_model_inputs(model, &g_ports));
  INVALID(moir_compiled_model_outputs(model, &g_ports));
  INVALID(moir_compiled_model_input(model, 0, &g_port));
  INVALID(moir_compiled_model_output(model, 0, &g_port));
  INVALID(moir_compiled_model_input_by_name(model, "x", &g_port));
  INVALID(moir_compiled_model_output_by_name(model, "y", &g_port));
  INVALID(moir_compiled_model_create_infer_request(model, &g_request));
  INVALID(moir_compiled_model_reshape(model, kNamedShape, 1, &g_compiled));
  INVALID(moir_compiled_model_get_runtime_model(model, &g_layers));
  INVALID(moir_compiled_model_get_property(model, "num_streams", &g_text));
  INVALID(moir_compiled_model_set_property(model, "enable_profiling", "true"));
  INVALID(moir_compiled_model_export(model, write_bytes, NULL));
  INVALID(moir_compiled_model_export_to_file(model, "/no/such/folder/m.blob"));
  INVALID(moir_compiled_model_export_to_memory(model, &g_bytes, &g_size));
  CHECK(!g_text && !g_ports && !g_port && !g_request && !g_compiled && !g_layers && !g_bytes && g_size == 0);
}

static void all_of_request(moir_infer_request* request, moir_tensor* tensor, const char* expected) {
  INVALID(moir_infer_request_set_tensor(request, "x", tensor));
  INVALID(moir_infer_request_set_port_tensor(request, &kPort, tensor));
  INVALID(moir_infer_request_set_input_tensor(request, 0, tensor));
  INVALID(moir_infer_request_set_output_tensor(request, 0, tensor));
  INVALID(moir_infer_request_get_tensor(request, "x", &g_tensor));
  INVALID(moir_infer_request_get_port_tensor(request, &kPort, &g_tensor));
  INVALID(moir_infer_request_get_input_tensor(request, 0, &g_tensor));
  INVALID(moir_infer_request_get_output_tensor(request, 0, &g_tensor));
  INVALID(moir_infer_request_infer(request));
  INVALID(moir_infer_request_start_async(request));
  INVALID(moir_infer_request_wait(request));
  INVALID(moir_infer_request_wait_for(request, 1, &g_flag));
  INVALID(moir_infer_request_set_callback(request, NULL, NULL));
  INVALID(moir_infer_request_cancel(request));
  INVALID(moir_infer_request_get_profiling_info(request, &g_profile));
  INVALID(moir_infer_request_states(request, &g_names));
  INVALID(moir_infer_request_get_state(request, "s", &g_tensor));
  INVALID(moir_infer_request_set_state(request, "s", tensor));
  INVALID(moir_infer_request_reset_state(request, "s"));
  INVALID(moir_infer_request_reset_state(request, NULL));
  CHECK(!g_tensor && !g_profile && !g_names);
}

static void all_of_tensor(moir_tensor* tensor, const char* expected) {
  moir_element_type type;
  INVALID(moir_tensor_region(tensor, 2, kShape, kShape, &g_tensor));
  INVALID(moir_tensor_get_type(tensor, &type));
  INVALID(moir_tensor_get_shape(tensor, &g_size, &g_numbers));
  INVALID(moir_tensor_get_strides(tensor, &g_size, &g_numbers));
  INVALID(moir_tensor_get_size(tensor, &g_size));
  INVALID(moir_tensor_get_byte_size(tensor, &g_size));
  INVALID(moir_tensor_is_continuous(tensor, &g_flag));
  INVALID(moir_tensor_get_data(tensor, MOIR_TYPE_F32, &g_data));
  INVALID(moir_tensor_copy(tensor, tensor));
  CHECK(!g_tensor && !g_numbers && !g_data);
}

void check_handles(void) {
  // Null.
  all_of_core(NULL, NULL, "got a null handle, expected a moir_core");
  all_of_model(NULL, "got a null handle, expected a moir_model");
  all_of_preprocessor(NULL, "got a null handle, expected a moir_preprocessor");
  all_of_compiled_model(NULL, "got a null handle, expected a moir_compiled_model");
  all_of_request(NULL, NULL, "got a null handle, expected a moir_infer_request");
  all_of_tensor(NULL, "got a null handle, expected a moir_tensor");
  CHECK_OK(moir_core_free(NULL));
  CHECK_OK(moir_model_free(NULL));
  CHECK_OK(moir_preprocessor_free(NULL));
  CHECK_OK(moir_compiled_model_free(NULL));
  CHECK_OK(moir_infer_request_free(NULL));
  CHECK_OK(moir_tensor_free(NULL));
  CHECK_OK(moir_free(NULL));

  moir_core* core = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request* request = NULL;
  moir_tensor* tensor = NULL;
  CHECK_OK(moir_core_create(&core));
  moir_model* model = read_plus_one(core, kPlusOne);
  moir_preprocessor* steps = NULL;
  CHECK_OK(moir_preprocessor_create(model, &steps));
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_tensor_create(MOIR_TYPE_F32, 2, kShape, &tensor));

  // Of another kind.
  all_of_core((moir_core*)model, model, "got a moir_model, expected a moir_core");
  all_of_model((moir_model*)tensor, "got a moir_tensor, expected a moir_model");
  all_of_preprocessor((moir_preprocessor*)model, "got a moir_model, expected a moir_preprocessor");
  all_of_model((moir_model*)steps, "got a moir_preprocessor, expected a moir_model");
  all_of_compiled_model((moir_compiled_model*)model, "got a moir_model, expected a moir_compiled_model");
  all_of_request((moir_infer_request*)core, tensor, "got a moir_core, expected a moir_infer_request");
  all_of_tensor((moir_tensor*)request, "got a moir_infer_request, expected a moir_tensor");
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_model_free((moir_model*)core));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_free(core));

  // Addresses of something.
  int something[64] = {0};
  all_of_model((moir_model*)something, "released or was never made");
  all_of_tensor((moir_tensor*)&something[1], "released or was never made");
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_free(something));

  // Released.
  CHECK_OK(moir_core_free(core));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_preprocessor_free(steps));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_tensor_free(tensor));
  all_of_core(core, model, "released");
  all_of_model(model, "released");
  all_of_preprocessor(steps, "released");
  all_of_compiled_model(compiled, "released");
  all_of_request(request, tensor, "released");
  all_of_tensor(tensor, "released");
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_core_free(core));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_model_free(model));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_preprocessor_free(steps));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_compiled_model_free(compiled));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_free(request));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_tensor_free(tensor));

  // Numbers of handles are not given out again.
  for (int i = 0; i < 1000; ++i) {
    moir_tensor* other = NULL;
    CHECK_OK(moir_tensor_create(MOIR_TYPE_F32, 2, kShape, &other));
    if (other == tensor) CHECK(!"the handle of a released tensor came back");
    CHECK_OK(moir_tensor_free(other));
  }
}

#define NEEDED(call) CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", call)

void check_arguments(void) {
  moir_core* core = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request* request = NULL;
  moir_tensor* tensor = NULL;
  NEEDED(moir_core_create(NULL));
  CHECK_OK(moir_core_create(&core));
  moir_model* model = read_plus_one(core, kPlusOne);
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_infer_request_get_tensor(request, "x", &tensor));

  NEEDED(moir_core_read_model(core, NULL, NULL, &g_model));
  NEEDED(moir_core_read_model(core, "m.xml", NULL, NULL));
  NEEDED(moir_core_read_model_from_memory(core, NULL, 0, NULL, &g_model));
  NEEDED(moir_core_read_model_from_memory(core, kPlusOne, 4, NULL, NULL));
  NEEDED(moir_core_compile_model(core, model, NULL, 1, &g_compiled));
  NEEDED(moir_core_compile_model(core, model, NULL, 0, NULL));
  NEEDED(moir_core_compile_model_from_file(core, NULL, NULL, 0, &g_compiled));
  NEEDED(moir_core_compile_model_from_file(core, "m.xml", NULL, 0, NULL));
  NEEDED(moir_core_import_model(core, NULL, NULL, NULL, 0, &g_compiled));
  NEEDED(moir_core_import_model(core, read_bytes, core, NULL, 0, NULL));
  NEEDED(moir_core_import_model(core, read_bytes, core, NULL, 1, &g_compiled));
  NEEDED(moir_core_import_model_from_file(core, NULL, NULL, 0, &g_compiled));
  NEEDED(moir_core_import_model_from_file(core, "m.blob", NULL, 0, NULL));
  NEEDED(moir_core_import_model_from_file(core, "m.blob", NULL, 1, &g_compiled));
  NEEDED(moir_core_import_model_from_memory(core, NULL, 5, NULL, 0, &g_compiled));
  NEEDED(moir_core_import_model_from_memory(core, kPlusOne, 5, NULL, 0, NULL));
  NEEDED(moir_core_get_property(core, NULL, &g_text));
  NEEDED(moir_core_get_property(core, "num_streams", NULL));
  NEEDED(moir_core_add_extension(core, NULL));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_core_compile_model(core, NULL, NULL, 0, &g_compiled));

  NEEDED(moir_model_get_name(model, NULL));
  NEEDED(moir_model_inputs(model, NULL));
  NEEDED(moir_model_outputs(model, NULL));
  NEEDED(moir_model_input(model, 0, NULL));
  NEEDED(moir_model_output(model, 0, NULL));
  NEEDED(moir_model_input_by_name(model, NULL, &g_port));
  NEEDED(moir_model_input_by_name(model, "x", NULL));
  NEEDED(moir_model_output_by_name(model, NULL, &g_port));
  NEEDED(moir_model_reshape(model, NULL, 1));
  NEEDED(moir_model_reshape_only_input(model, 2, NULL));
  NEEDED(moir_model_get_layout(model, NULL, &g_text));
  NEEDED(moir_model_get_layout(model, "x", NULL));
  NEEDED(moir_model_set_layout(model, NULL, "NC"));
  NEEDED(moir_model_set_layout(model, "x", NULL));
  NEEDED(moir_model_add_state(model, NULL, "x"));
  NEEDED(moir_model_add_state(model, "y", NULL));
  NEEDED(moir_model_states(model, NULL));
  const moir_named_shape unnamed[] = {{NULL, 2, kShape}}, empty[] = {{"x", 2, NULL}};
  NEEDED(moir_model_reshape(model, unnamed, 1));
  NEEDED(moir_model_reshape(model, empty, 1));

  moir_preprocessor* steps = NULL;
  const float value[] = {1};
  NEEDED(moir_preprocessor_create(model, NULL));
  CHECK_OK(moir_preprocessor_create(model, &steps));
  NEEDED(moir_preprocessor_build(steps, NULL));
  NEEDED(moir_preprocessor_set_tensor_layout(steps, "x", NULL));
  NEEDED(moir_preprocessor_set_model_layout(steps, "x", NULL));
  NEEDED(moir_preprocessor_crop(steps, "x", 2, NULL, kShape));
  NEEDED(moir_preprocessor_crop(steps, "x", 2, kShape, NULL));
  NEEDED(moir_preprocessor_mean(steps, "x", NULL, 1));
  NEEDED(moir_preprocessor_scale(steps, "x", NULL, 1));
  NEEDED(moir_preprocessor_set_output_layout(steps, "y", NULL));
  NEEDED(moir_preprocessor_set_output_model_layout(steps, "y", NULL));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_preprocessor_mean(steps, "x", value, 0));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "65 axes", moir_preprocessor_crop(steps, "x", 65, kShape, kShape));
  CHECK_OK(moir_preprocessor_free(steps));

  NEEDED(moir_compiled_model_get_name(compiled, NULL));
  NEEDED(moir_compiled_model_inputs(compiled, NULL));
  NEEDED(moir_compiled_model_create_infer_request(compiled, NULL));
  NEEDED(moir_compiled_model_reshape(compiled, NULL, 1, &g_compiled));
  NEEDED(moir_compiled_model_reshape(compiled, kNamedShape, 1, NULL));
  NEEDED(moir_compiled_model_get_runtime_model(compiled, NULL));
  NEEDED(moir_compiled_model_get_property(compiled, NULL, &g_text));
  NEEDED(moir_compiled_model_get_property(compiled, "num_streams", NULL));
  NEEDED(moir_compiled_model_set_property(compiled, NULL, "1"));
  NEEDED(moir_compiled_model_set_property(compiled, "enable_profiling", NULL));
  NEEDED(moir_compiled_model_export(compiled, NULL, NULL));
  NEEDED(moir_compiled_model_export_to_file(compiled, NULL));
  NEEDED(moir_compiled_model_export_to_memory(compiled, NULL, &g_size));
  NEEDED(moir_compiled_model_export_to_memory(compiled, &g_bytes, NULL));

  NEEDED(moir_infer_request_set_tensor(request, NULL, tensor));
  NEEDED(moir_infer_request_set_port_tensor(request, NULL, tensor));
  NEEDED(moir_infer_request_get_tensor(request, NULL, &g_tensor));
  NEEDED(moir_infer_request_get_tensor(request, "x", NULL));
  NEEDED(moir_infer_request_get_port_tensor(request, NULL, &g_tensor));
  NEEDED(moir_infer_request_get_input_tensor(request, 0, NULL));
  NEEDED(moir_infer_request_get_output_tensor(request, 0, NULL));
  NEEDED(moir_infer_request_wait_for(request, 1, NULL));
  NEEDED(moir_infer_request_get_profiling_info(request, NULL));
  NEEDED(moir_infer_request_states(request, NULL));
  NEEDED(moir_infer_request_get_state(request, NULL, &g_tensor));
  NEEDED(moir_infer_request_get_state(request, "s", NULL));
  NEEDED(moir_infer_request_set_state(request, NULL, tensor));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_set_tensor(request, "x", NULL));

  NEEDED(moir_tensor_region(tensor, 2, NULL, kShape, &g_tensor));
  NEEDED(moir_tensor_region(tensor, 2, kShape, NULL, &g_tensor));
  NEEDED(moir_tensor_region(tensor, 2, kShape, kShape, NULL));
  NEEDED(moir_tensor_get_type(tensor, NULL));
  NEEDED(moir_tensor_get_shape(tensor, &g_size, NULL));
  NEEDED(moir_tensor_get_strides(tensor, &g_size, NULL));
  NEEDED(moir_tensor_get_size(tensor, NULL));
  NEEDED(moir_tensor_get_byte_size(tensor, NULL));
  NEEDED(moir_tensor_is_continuous(tensor, NULL));
  NEEDED(moir_tensor_get_data(tensor, MOIR_TYPE_F32, NULL));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "element type: got 0", moir_tensor_get_data(tensor, 0, &g_data));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_tensor_copy(tensor, NULL));
  CHECK(!g_model && !g_compiled && !g_text && !g_port && !g_tensor && !g_core && !g_request && !g_steps && !g_bytes &&
        !g_names);

  CHECK_OK(moir_tensor_free(tensor));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_free(core));
}
