// usage: moir_c_api_checks CASE [ARGUMENT...]
#include "tests/c_api/checks.h"

#include <stdio.h>
#include <string.h>

static int g_checks, g_failures;

static void count(int holds) {
  ++g_checks;
  if (!holds) ++g_failures;
}

void check(int holds, const char* text, const char* file, int line) {
  count(holds);
  if (!holds) printf("%s:%d: expected %s\n", file, line, text);
}

void check_status(moir_status expected, moir_status got, const char* text, const char* file, int line) {
  count(got == expected);
  if (got != expected) {
    printf("%s:%d: %s\n  got %s (%s), expected %s\n", file, line, text, moir_status_name(got), moir_last_error(),
           moir_status_name(expected));
  }
}

void check_error(moir_status expected, const char* part, moir_status got, const char* text, const char* file,
                 int line) {
  const char* message = moir_last_error();
  const int same = got == expected && strstr(message, part) != NULL;
  count(same);
  if (!same) {
    printf("%s:%d: %s\n  got %s: %s\n  expected %s: %s\n", file, line, text, moir_status_name(got), message,
           moir_status_name(expected), part);
  }
}

void check_text(const char* expected, const char* got, const char* file, int line) {
  const int same = got != NULL && strcmp(expected, got) == 0;
  count(same);
  if (!same) printf("%s:%d: got \"%s\", expected \"%s\"\n", file, line, got ? got : "(null)", expected);
}

void check_number(double expected, double got, const char* text, const char* file, int line) {
  const int same = got == expected;
  count(same);
  if (!same) printf("%s:%d: %s: got %.9g, expected %.9g\n", file, line, text, got, expected);
}

#define PLUS_ONE(SIZE)                                                                                      \
  "<net name=\"plus_one\" version=\"11\"><layers>"                                                          \
  "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data shape=\"1," SIZE                  \
  "\" element_type=\"f32\"/><output><port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>" SIZE               \
  "</dim></port></output></layer>"                                                                          \
  "<layer id=\"1\" name=\"one\" type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"1\" "  \
  "offset=\"0\" size=\"4\"/><output><port id=\"0\" precision=\"FP32\"><dim>1</dim></port></output></layer>" \
  "<layer id=\"2\" name=\"y\" type=\"Add\" version=\"opset1\"><data auto_broadcast=\"numpy\"/><input>"      \
  "<port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>" SIZE                                                \
  "</dim></port><port id=\"1\" precision=\"FP32\"><dim>1</dim></port></input>"                              \
  "<output><port id=\"2\" precision=\"FP32\" names=\"y\"><dim>1</dim><dim>" SIZE                            \
  "</dim></port></output></layer>"                                                                          \
  "<layer id=\"3\" name=\"y/sink_port_0\" type=\"Result\" version=\"opset1\"><input><port id=\"0\" "        \
  "precision=\"FP32\"><dim>1</dim><dim>" SIZE                                                               \
  "</dim></port></input></layer></layers>"                                                                  \
  "<edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"2\" to-port=\"0\"/>"                            \
  "<edge from-layer=\"1\" from-port=\"0\" to-layer=\"2\" to-port=\"1\"/>"                                   \
  "<edge from-layer=\"2\" from-port=\"2\" to-layer=\"3\" to-port=\"0\"/></edges></net>"

const char* const kPlusOne = PLUS_ONE("4");
const char* const kPlusOneOpen = PLUS_ONE("-1");
float one[1] = {1};

moir_model* read_plus_one(moir_core* core, const char* xml) {
  const int64_t shape[] = {sizeof(one)};
  moir_tensor* weights = NULL;
  moir_model* model = NULL;
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_U8, 1, shape, one, sizeof(one), &weights));
  CHECK_OK(moir_core_read_model_from_memory(core, xml, strlen(xml), weights, &model));
  CHECK_OK(moir_tensor_free(weights));
  return model;
}

moir_compiled_model* compile_plus_one(const char* property, const char* value) {
  const moir_property properties[] = {{"inference_num_threads", "1"}, {property, value}};
  moir_core* core = NULL;
  CHECK_OK(moir_core_create(&core));
  moir_model* model = read_plus_one(core, kPlusOne);
  moir_compiled_model* compiled = NULL;
  CHECK_OK(moir_core_compile_model(core, model, properties, property ? 2 : 1, &compiled));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_free(core));
  return compiled;
}

void fill(moir_infer_request* request, float value) {
  moir_tensor* tensor = NULL;
  void* data = NULL;
  size_t size = 0;
  CHECK_OK(moir_infer_request_get_input_tensor(request, 0, &tensor));
  CHECK_OK(moir_tensor_get_size(tensor, &size));
  CHECK_OK(moir_tensor_get_data(tensor, MOIR_TYPE_F32, &data));
  for (size_t i = 0; data && i < size; ++i) ((float*)data)[i] = value;
  CHECK_OK(moir_tensor_free(tensor));
}

float first_value(moir_infer_request* request) {
  moir_tensor* tensor = NULL;
  void* data = NULL;
  CHECK_OK(moir_infer_request_get_output_tensor(request, 0, &tensor));
  CHECK_OK(moir_tensor_get_data(tensor, MOIR_TYPE_F32, &data));
  const float value = data ? *(float*)data : -1e30f;
  CHECK_OK(moir_tensor_free(tensor));
  return value;
}

void check_versions(void) {
  CHECK(strlen(moir_version()) >= strlen("0.0.0"));
  CHECK_TEXT("ok", moir_status_name(MOIR_STATUS_OK));
  CHECK_TEXT("busy", moir_status_name(MOIR_STATUS_BUSY));
  CHECK_TEXT("unknown", moir_status_name(77));
  CHECK_TEXT("unknown", moir_status_name(-1));
  CHECK_TEXT("f32", moir_element_type_name(MOIR_TYPE_F32));
  CHECK_TEXT("boolean", moir_element_type_name(MOIR_TYPE_BOOL));
  CHECK_TEXT("undefined", moir_element_type_name(MOIR_TYPE_UNDEFINED));
  CHECK_TEXT("undefined", moir_element_type_name(-5));
  CHECK_TEXT("undefined", moir_element_type_name(1000));
  CHECK(moir_element_size(MOIR_TYPE_I64) == 8);
  CHECK(moir_element_size(1000) == 0);
  CHECK_TEXT("", moir_last_error());
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_tensor_get_size(NULL, &(size_t){0}));
  CHECK_TEXT("moir_tensor_get_size: got a null handle, expected a moir_tensor", moir_last_error());
  // It stays when other calls succeed.
  moir_core* core = NULL;
  CHECK_OK(moir_core_create(&core));
  CHECK_OK(moir_core_free(core));
  CHECK(strstr(moir_last_error(), "null handle") != NULL);
}

struct named_case {
  const char* name;
  void (*run)(void);
};

int main(int argc, char** argv) {
  static const struct named_case kCases[] = {
      {"versions", check_versions},
      {"ports", check_ports},
      {"models", check_models},
      {"properties", check_properties},
      {"tensors", check_tensors},
      {"requests", check_requests},
      {"asynchronous", check_asynchronous},
      {"callbacks", check_callbacks},
      {"layers", check_layers},
      {"handles", check_handles},
      {"arguments", check_arguments},
      {"lifetimes", check_lifetimes},
      {"states", check_states},
      {"exports", check_exports},
      {"preprocessing", check_preprocessing},
  };
  const char* name = argc > 1 ? argv[1] : "";
  for (size_t i = 0; i < sizeof(kCases) / sizeof(kCases[0]); ++i) {
    if (strcmp(kCases[i].name, name) == 0) kCases[i].run();
  }
  if (strcmp(name, "extensions") == 0 && argc == 3) check_extensions(argv[2]);
  if (strcmp(name, "digits") == 0 && argc == 4) check_digits(argv[2], argv[3]);
  if (g_checks == 0) {
    printf("usage: %s CASE [ARGUMENT...]: got \"%s\", which compares nothing\n", argv[0], name);
    return 2;
  }
  printf("%d checks, %d failed\n", g_checks, g_failures);
  return g_failures == 0 ? 0 : 1;
}
