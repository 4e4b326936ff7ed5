// Models, properties, layers and plug-ins through the C interface.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/c_api/checks.h"

static void check_port(const moir_port* port, const char* name, int is_output, int64_t batch, int64_t size) {
  CHECK(port != NULL);
  if (!port) return;
  CHECK(port->struct_size >= sizeof(moir_port));
  CHECK_TEXT(name, port->name);
  CHECK(port->type == MOIR_TYPE_F32);
  CHECK(port->is_output == is_output);
  CHECK(port->index == 0);
  CHECK(port->rank == 2);
  if (port->rank != 2) return;
  CHECK_NUMBER((double)batch, (double)port->shape[0]);
  CHECK_NUMBER((double)size, (double)port->shape[1]);
}

void check_ports(void) {
  moir_core* core = NULL;
  CHECK_OK(moir_core_create(&core));
  moir_model* model = read_plus_one(core, kPlusOne);
  moir_compiled_model* compiled = NULL;
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));

  const moir_port_list *inputs = NULL, *outputs = NULL;
  CHECK_OK(moir_model_inputs(model, &inputs));
  CHECK_OK(moir_model_outputs(model, &outputs));
  CHECK(inputs->struct_size >= sizeof(*inputs) && inputs->count == 1 && outputs->count == 1);
  check_port(inputs->items[0], "x", 0, 1, 4);
  check_port(outputs->items[0], "y", 1, 1, 4);
  CHECK_OK(moir_free(inputs));
  CHECK_OK(moir_free(outputs));
  CHECK_OK(moir_compiled_model_inputs(compiled, &inputs));
  CHECK_OK(moir_compiled_model_outputs(compiled, &outputs));
  check_port(inputs->items[0], "x", 0, 1, 4);
  check_port(outputs->items[0], "y", 1, 1, 4);

  const moir_port* port = NULL;
  CHECK_OK(moir_model_input(model, 0, &port));
  check_port(port, "x", 0, 1, 4);
  // A result outlives the model, and what it was before does not matter to the next one.
  CHECK_OK(moir_model_free(model));
  check_port(port, "x", 0, 1, 4);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_compiled_model_output(compiled, 0, &port));
  check_port(port, "y", 1, 1, 4);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_compiled_model_input_by_name(compiled, "x", &port));
  check_port(port, "x", 0, 1, 4);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_compiled_model_output_by_name(compiled, "y", &port));
  CHECK_OK(moir_free(port));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "the model has no input \"z\", expected one of x",
              moir_compiled_model_input_by_name(compiled, "z", &port));
  CHECK(port == NULL);
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "output 1: the model has 1", moir_compiled_model_output(compiled, 1, &port));

  const char* name = NULL;
  CHECK_OK(moir_compiled_model_get_name(compiled, &name));
  CHECK_TEXT("plus_one", name);
  CHECK_OK(moir_free(name));
  CHECK_OK(moir_free(inputs));
  CHECK_OK(moir_free(outputs));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_core_free(core));
}

static float run_once(moir_compiled_model* compiled, float value) {
  moir_infer_request* request = NULL;
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  fill(request, value);
  CHECK_OK(moir_infer_request_infer(request));
  const float result = first_value(request);
  CHECK_OK(moir_infer_request_free(request));
  return result;
}

// Files: the model in memory, written.
static void check_files(moir_core* core) {
  char xml[] = "/tmp/moir-c-api-XXXXXX";
  char bin[sizeof(xml) + 4];
  const int descriptor = mkstemp(xml);
  CHECK(descriptor >= 0);
  snprintf(bin, sizeof(bin), "%s.bin", xml);
  FILE* file = fdopen(descriptor, "wb");
  fwrite(kPlusOne, 1, strlen(kPlusOne), file);
  fclose(file);
  file = fopen(bin, "wb");
  fwrite(one, sizeof(one), 1, file);
  fclose(file);

  moir_model* model = NULL;
  moir_compiled_model* compiled = NULL;
  CHECK_OK(moir_core_read_model(core, xml, bin, &model));
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_NUMBER(6, run_once(compiled, 5));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_compile_model_from_file(core, xml, NULL, 0, &compiled));
  CHECK_NUMBER(7, run_once(compiled, 6));
  CHECK_OK(moir_compiled_model_free(compiled));
  remove(bin);
  CHECK_ERROR(MOIR_STATUS_IO, ".bin", moir_core_read_model(core, xml, bin, &model));
  CHECK(model == NULL);
  remove(xml);
  CHECK_ERROR(MOIR_STATUS_IO, xml, moir_core_read_model(core, xml, "", &model));
  CHECK_ERROR(MOIR_STATUS_IO, xml, moir_core_compile_model_from_file(core, xml, NULL, 0, &compiled));
  CHECK(compiled == NULL);
}

void check_models(void) {
  moir_core* core = NULL;
  moir_compiled_model *compiled = NULL, *wide = NULL;
  const moir_port_list* ports = NULL;
  CHECK_OK(moir_core_create(&core));
  check_files(core);

  // Sizes that the file leaves open.
  moir_model* model = read_plus_one(core, kPlusOneOpen);
  CHECK_OK(moir_model_inputs(model, &ports));
  check_port(ports->items[0], "x", 0, 1, -1);
  CHECK_OK(moir_free(ports));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK(compiled == NULL);
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_model_outputs(model, &ports));
  CHECK(ports == NULL);
  const int64_t three[] = {1, 3}, five[] = {1, 5}, batch[] = {2, 5}, negative[] = {1, -3};
  const moir_named_shape shapes[] = {{"x", 2, three}};
  CHECK_OK(moir_model_reshape(model, shapes, 1));
  CHECK_OK(moir_model_outputs(model, &ports));
  check_port(ports->items[0], "y", 1, 1, 3);
  CHECK_OK(moir_free(ports));
  CHECK_OK(moir_model_reshape_only_input(model, 2, five));
  CHECK_OK(moir_model_reshape_input(model, 0, 2, batch));
  const moir_named_shape twice[] = {{"x", 2, three}, {"x", 2, five}}, unknown[] = {{"z", 2, three}},
                         below[] = {{"x", 2, negative}};
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "twice", moir_model_reshape(model, twice, 2));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "\"z\"", moir_model_reshape(model, unknown, 1));
  CHECK(moir_model_reshape(model, below, 1) != MOIR_STATUS_OK);
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "input 1", moir_model_reshape_input(model, 1, 2, batch));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "65 axes", moir_model_reshape_input(model, 0, 65, batch));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_model_reshape_input(model, 0, 2, NULL));
  // None of these changed anything.
  const moir_port* port = NULL;
  CHECK_OK(moir_model_input_by_name(model, "x", &port));
  check_port(port, "x", 0, 2, 5);
  CHECK_OK(moir_free(port));

  const char* layout = NULL;
  CHECK_OK(moir_model_get_layout(model, "x", &layout));
  CHECK_TEXT("", layout);
  CHECK_OK(moir_free(layout));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "layout", moir_model_set_batch(model, 3));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_model_set_layout(model, "x", "NCHW"));
  CHECK_OK(moir_model_set_layout(model, "x", "[N,C]"));
  CHECK_OK(moir_model_get_layout(model, "x", &layout));
  CHECK_TEXT("NC", layout);
  CHECK_OK(moir_free(layout));
  CHECK_OK(moir_model_set_batch(model, 3));
  CHECK_OK(moir_model_output_by_name(model, "y", &port));
  check_port(port, "y", 1, 3, 5);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_model_output(model, 0, &port));
  CHECK_OK(moir_free(port));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "batch", moir_model_set_batch(model, 0));

  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_reshape(compiled, shapes, 1, &wide));
  CHECK_NUMBER(3, run_once(compiled, 2));
  CHECK_NUMBER(4, run_once(wide, 3));
  CHECK_OK(moir_compiled_model_inputs(wide, &ports));
  check_port(ports->items[0], "x", 0, 1, 3);
  CHECK_OK(moir_free(ports));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_NUMBER(5, run_once(wide, 4));
  CHECK_OK(moir_compiled_model_free(wide));
  const char* name = NULL;
  CHECK_OK(moir_model_get_name(model, &name));
  CHECK_TEXT("plus_one", name);
  CHECK_OK(moir_free(name));
  CHECK_OK(moir_model_free(model));

  // Damaged models.
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_read_model_from_memory(core, "<net", 4, NULL, &model));
  CHECK(model == NULL);
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_read_model_from_memory(core, "", 0, NULL, &model));
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_read_model_from_memory(core, kPlusOne, strlen(kPlusOne), NULL, &model));
  CHECK(model == NULL);
  CHECK_OK(moir_core_free(core));
}

void check_properties(void) {
  moir_core* core = NULL;
  const char* value = NULL;
  CHECK_OK(moir_core_create(&core));
  const moir_property defaults[] = {{"inference_num_threads", "1"}, {"performance_hint", "latency"}};
  CHECK_OK(moir_core_set_properties(core, defaults, 2));
  CHECK_OK(moir_core_get_property(core, "performance_hint", &value));
  CHECK_TEXT("latency", value);
  CHECK_OK(moir_free(value));
  const moir_property half_wrong[] = {{"performance_hint", "throughput"}, {"num_streams", "many"}};
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "num_streams", moir_core_set_properties(core, half_wrong, 2));
  CHECK_OK(moir_core_get_property(core, "performance_hint", &value));
  CHECK_TEXT("latency", value);
  CHECK_OK(moir_free(value));
  const moir_property unnamed[] = {{NULL, "1"}}, unset[] = {{"num_streams", NULL}},
                      twice[] = {{"num_streams", "1"}, {"num_streams", "2"}};
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_core_set_properties(core, unnamed, 1));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "property num_streams: got a null pointer",
              moir_core_set_properties(core, unset, 1));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "is there twice", moir_core_set_properties(core, twice, 2));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_core_set_properties(core, NULL, 2));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_core_get_property(core, "no_such_property", &value));
  CHECK(value == NULL);

  moir_model* model = read_plus_one(core, kPlusOne);
  moir_compiled_model* compiled = NULL;
  const moir_property unknown[] = {{"enable_profilin", "true"}}, profiling[] = {{"enable_profiling", "true"}};
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "did you mean enable_profiling",
              moir_core_compile_model(core, model, unknown, 1, &compiled));
  CHECK(compiled == NULL);
  CHECK_OK(moir_core_compile_model(core, model, profiling, 1, &compiled));
  CHECK_OK(moir_compiled_model_get_property(compiled, "inference_num_threads", &value));
  CHECK_TEXT("1", value);
  CHECK_OK(moir_free(value));
  CHECK_OK(moir_compiled_model_set_property(compiled, "enable_profiling", "false"));
  CHECK_OK(moir_compiled_model_get_property(compiled, "enable_profiling", &value));
  CHECK_TEXT("false", value);
  CHECK_OK(moir_free(value));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_compiled_model_set_property(compiled, "num_streams", "2"));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_compiled_model_get_property(compiled, "colour", &value));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_free(core));
}

void check_layers(void) {
  moir_compiled_model* compiled = compile_plus_one("enable_profiling", "true");
  moir_infer_request* request = NULL;
  const moir_runtime_layer_list* layers = NULL;
  const moir_profiling_list* profile = NULL;
  CHECK_OK(moir_compiled_model_get_runtime_model(compiled, &layers));
  CHECK(layers->struct_size >= sizeof(*layers) && layers->count == 1);
  const moir_runtime_layer* layer = layers->items[0];
  CHECK(layer->struct_size >= sizeof(*layer));
  CHECK_TEXT("y", layer->name);
  CHECK(strlen(layer->type) > 0 && strlen(layer->exec_type) > 0);
  CHECK(layer->precision == MOIR_TYPE_F32);
  CHECK(layer->input_count >= 1 && strlen(layer->input_layouts[0]) > 0);
  CHECK(layer->output_count == 1 && layer->outputs[0]->rank == 2 && layer->outputs[0]->shape[1] == 4);
  CHECK_TEXT("plain", layer->outputs[0]->layout);
  for (size_t i = 0; i < layer->fused_count; ++i) CHECK(strlen(layer->fused[i]) > 0);
  CHECK_OK(moir_free(layers));

  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_OK(moir_infer_request_get_profiling_info(request, &profile));
  CHECK(profile->struct_size >= sizeof(*profile) && profile->count == 1);
  CHECK(profile->items[0]->struct_size >= sizeof(moir_profiling_info));
  CHECK_TEXT("y", profile->items[0]->node_name);
  CHECK(profile->items[0]->microseconds > 0);
  CHECK_OK(moir_free(profile));
  CHECK_OK(moir_compiled_model_set_property(compiled, "enable_profiling", "false"));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "enable_profiling", moir_infer_request_get_profiling_info(request, &profile));
  CHECK(profile == NULL);
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
}

// SoftThreshold of extensions/template_layer.cpp over x of f32[1,2,2], thresholds 1 and 2, slope 0.5.
static const char* const kSoftThreshold =
    "<net name=\"m\" version=\"11\"><layers>"
    "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data shape=\"1,2,2\" element_type=\"f32\"/>"
    "<output><port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>2</dim><dim>2</dim></port></output></layer>"
    "<layer id=\"1\" name=\"t\" type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"2\" offset=\"0\" "
    "size=\"8\"/><output><port id=\"0\" precision=\"FP32\"><dim>2</dim></port></output></layer>"
    "<layer id=\"2\" name=\"y\" type=\"SoftThreshold\" version=\"extension\"><data slope=\"0.5\"/><input>"
    "<port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>2</dim><dim>2</dim></port>"
    "<port id=\"1\" precision=\"FP32\"><dim>2</dim></port></input><output>"
    "<port id=\"2\" precision=\"FP32\" names=\"y\"><dim>1</dim><dim>2</dim><dim>2</dim></port></output></layer>"
    "<layer id=\"3\" name=\"r\" type=\"Result\" version=\"opset1\"><input><port id=\"0\" precision=\"FP32\">"
    "<dim>1</dim><dim>2</dim><dim>2</dim></port></input></layer></layers><edges>"
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"2\" to-port=\"0\"/>"
    "<edge from-layer=\"1\" from-port=\"0\" to-layer=\"2\" to-port=\"1\"/>"
    "<edge from-layer=\"2\" from-port=\"2\" to-layer=\"3\" to-port=\"0\"/></edges></net>";

void check_extensions(const char* library) {
  float thresholds[] = {1, 2}, x[] = {3, -0.5f, -4, 2};
  const float expected[] = {1, 0, -1, 0};
  const int64_t weights_shape[] = {sizeof(thresholds)}, shape[] = {1, 2, 2};
  moir_core* core = NULL;
  moir_tensor *weights = NULL, *input = NULL, *output = NULL;
  moir_model* model = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request* request = NULL;
  void* data = NULL;
  CHECK_OK(moir_core_create(&core));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_U8, 1, weights_shape, thresholds, sizeof(thresholds), &weights));
  CHECK_ERROR(MOIR_STATUS_UNSUPPORTED, "SoftThreshold",
              moir_core_read_model_from_memory(core, kSoftThreshold, strlen(kSoftThreshold), weights, &model));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "/no/such.so", moir_core_add_extension(core, "/no/such.so"));
  CHECK_OK(moir_core_add_extension(core, library));
  CHECK_OK(moir_core_add_extension(core, library));
  CHECK_OK(moir_core_read_model_from_memory(core, kSoftThreshold, strlen(kSoftThreshold), weights, &model));
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 3, shape, x, sizeof(x), &input));
  CHECK_OK(moir_infer_request_set_tensor(request, "x", input));
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_OK(moir_infer_request_get_tensor(request, "y", &output));
  CHECK_OK(moir_tensor_get_data(output, MOIR_TYPE_F32, &data));
  for (size_t i = 0; data && i < 4; ++i) CHECK_NUMBER(expected[i], ((float*)data)[i]);
  CHECK_OK(moir_tensor_free(output));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_tensor_free(input));
  CHECK_OK(moir_tensor_free(weights));
  CHECK_OK(moir_core_free(core));
}
