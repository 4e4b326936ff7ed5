// States through the C interface.
#include <string.h>

#include "tests/c_api/checks.h"

#define PORT(ID) "<port id=\"" ID "\" precision=\"FP32\"><dim>1</dim><dim>4</dim></port>"
#define PARAMETER(ID, NAME) \
  "<layer id=\"" ID "\" name=\"" NAME                                                                             \
  "\" type=\"Parameter\" version=\"opset1\"><data shape=\"1,4\" element_type=\"f32\"/><output>" PORT("0") "</output>" \
  "</layer>"
#define RESULT(ID, NAME) \
  "<layer id=\"" ID "\" name=\"" NAME "\" type=\"Result\" version=\"opset1\"><input>" PORT("0") "</input></layer>"
#define EDGE(FROM, PORT_FROM, TO, PORT_TO) \
  "<edge from-layer=\"" FROM "\" from-port=\"" PORT_FROM "\" to-layer=\"" TO "\" to-port=\"" PORT_TO "\"/>"

// sum = x + s, y = max(sum, 0) of f32[1,4].
static const char* const kSum =
    "<net name=\"sum\" version=\"11\"><layers>" PARAMETER("0", "x") PARAMETER("1", "s")
    "<layer id=\"2\" name=\"sum\" type=\"Add\" version=\"opset1\"><data auto_broadcast=\"numpy\"/><input>" PORT("0")
    PORT("1") "</input><output><port id=\"2\" precision=\"FP32\" names=\"sum\"><dim>1</dim><dim>4</dim></port></output>"
    "</layer>"
    "<layer id=\"3\" name=\"y\" type=\"ReLU\" version=\"opset1\"><input>" PORT("0")
    "</input><output><port id=\"1\" precision=\"FP32\" names=\"y\"><dim>1</dim><dim>4</dim></port></output></layer>"
    RESULT("4", "r0") RESULT("5", "r1") "</layers><edges>" EDGE("0", "0", "2", "0") EDGE("1", "0", "2", "1")
    EDGE("2", "2", "3", "0") EDGE("2", "2", "4", "0") EDGE("3", "1", "5", "0") "</edges></net>";

static void check_state(moir_infer_request* request, float expected) {
  moir_tensor* value = NULL;
  void* data = NULL;
  CHECK_OK(moir_infer_request_get_state(request, "s", &value));
  CHECK_OK(moir_tensor_get_data(value, MOIR_TYPE_F32, &data));
  if (data) CHECK_NUMBER(expected, ((float*)data)[3]);
  CHECK_OK(moir_tensor_free(value));
}

// While the request waits for the stream that runs this.
static void start_other(void* user_data, moir_status status, const char* message) {
  moir_infer_request* request = user_data;
  moir_tensor* value = NULL;
  const int64_t shape[] = {1, 4};
  CHECK_STATUS(MOIR_STATUS_OK, status);
  CHECK_TEXT("", message);
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_get_state(request, "s", &value));
  CHECK(value == NULL);
  CHECK_OK(moir_tensor_create(MOIR_TYPE_F32, 2, shape, &value));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_set_state(request, "s", value));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_reset_state(request, "s"));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_reset_state(request, NULL));
  CHECK_OK(moir_tensor_free(value));
}

void check_states(void) {
  moir_core* core = NULL;
  moir_model* model = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request *request = NULL, *other = NULL;
  const moir_text_list* names = NULL;
  const moir_port_list* ports = NULL;
  const int64_t shape[] = {1, 4}, wrong_shape[] = {4};
  float start[4] = {10, 10, 10, 10};
  moir_tensor *value = NULL, *wrong = NULL;
  CHECK_OK(moir_core_create(&core));
  CHECK_OK(moir_core_read_model_from_memory(core, kSum, strlen(kSum), NULL, &model));
  CHECK_OK(moir_model_states(model, &names));
  CHECK(names->struct_size >= sizeof(*names) && names->count == 0);
  CHECK_OK(moir_free(names));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "\"none\"", moir_model_add_state(model, "sum", "none"));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "\"none\"", moir_model_add_state(model, "none", "s"));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_model_add_state(model, NULL, "s"));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_model_add_state(model, "sum", NULL));
  CHECK_OK(moir_model_add_state(model, "sum", "s"));
  CHECK_OK(moir_model_states(model, &names));
  CHECK(names->count == 1);
  if (names->count == 1) CHECK_TEXT("s", names->items[0]);
  CHECK_OK(moir_free(names));
  CHECK_OK(moir_model_inputs(model, &ports));
  CHECK(ports->count == 1);
  CHECK_OK(moir_free(ports));

  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &other));
  CHECK_OK(moir_infer_request_states(request, &names));
  CHECK(names->count == 1);
  CHECK_OK(moir_free(names));
  fill(request, 2);
  for (int i = 1; i <= 3; ++i) {
    CHECK_OK(moir_infer_request_infer(request));
    CHECK_NUMBER(2 * i, first_value(request));
  }
  check_state(request, 6);
  check_state(other, 0);
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, start, sizeof(start), &value));
  CHECK_OK(moir_infer_request_set_state(request, "s", value));
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_NUMBER(12, first_value(request));
  CHECK_OK(moir_infer_request_reset_state(request, "s"));
  check_state(request, 0);
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_OK(moir_infer_request_reset_state(request, NULL));
  check_state(request, 0);
  CHECK_OK(moir_tensor_create(MOIR_TYPE_F32, 1, wrong_shape, &wrong));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_infer_request_set_state(request, "s", wrong));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "no state \"x\", expected one of s",
              moir_infer_request_set_state(request, "x", value));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "no state \"x\"", moir_infer_request_reset_state(request, "x"));
  moir_tensor* none = value;
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "no state \"x\"", moir_infer_request_get_state(request, "x", &none));
  CHECK(none == NULL);
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_set_state(request, "s", NULL));

  // Of a request that runs.
  CHECK_OK(moir_infer_request_set_callback(other, start_other, request));
  CHECK_OK(moir_infer_request_start_async(other));
  CHECK_OK(moir_infer_request_wait(other));
  CHECK_OK(moir_infer_request_wait(request));
  check_state(request, 2);
  CHECK_OK(moir_tensor_free(wrong));
  CHECK_OK(moir_tensor_free(value));
  CHECK_OK(moir_infer_request_free(other));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_free(core));
}
