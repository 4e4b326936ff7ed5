// The digits of examples/digits through the C interface: synchronously, asynchronously, and with a callback.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/c_api/checks.h"

static void print(const char* mode, const float* probabilities, size_t count) {
  for (size_t i = 0; i < count; ++i) printf("%s %zu %.9g\n", mode, i, probabilities[i]);
}

struct answer {
  moir_infer_request* request;
  int calls;
};

static void print_output(void* user_data, moir_status status, const char* message) {
  struct answer* answer = user_data;
  moir_tensor* output = NULL;
  void* data = NULL;
  size_t size = 0;
  CHECK_STATUS(MOIR_STATUS_OK, status);
  CHECK_TEXT("", message);
  CHECK_OK(moir_infer_request_get_output_tensor(answer->request, 0, &output));
  CHECK_OK(moir_tensor_get_size(output, &size));
  CHECK_OK(moir_tensor_get_data(output, MOIR_TYPE_F32, &data));
  if (data) print("callback", data, size);
  CHECK_OK(moir_tensor_free(output));
  ++answer->calls;
}

void check_digits(const char* xml_path, const char* picture_path) {
  static float pixels[32 * 32];
  static unsigned char bytes[32 * 32];
  const int64_t input_shape[] = {1, 1, 32, 32}, output_shape[] = {1, 10};
  float probabilities[10];
  FILE* file = fopen(picture_path, "rb");
  char head[14] = "";
  CHECK(file != NULL);
  if (!file) return;
  CHECK(fread(head, 1, 13, file) == 13);
  CHECK_TEXT("P5\n32 32\n255\n", head);
  CHECK(fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes));
  fclose(file);
  for (size_t i = 0; i < sizeof(bytes); ++i) pixels[i] = bytes[i];

  moir_core* core = NULL;
  moir_compiled_model* model = NULL;
  moir_infer_request* request = NULL;
  moir_tensor *input = NULL, *output = NULL;
  CHECK_OK(moir_core_create(&core));
  CHECK_OK(moir_core_compile_model_from_file(core, xml_path, NULL, 0, &model));
  CHECK_OK(moir_compiled_model_create_infer_request(model, &request));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 4, input_shape, pixels, sizeof(pixels), &input));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, output_shape, probabilities, sizeof(probabilities), &output));
  CHECK_OK(moir_infer_request_set_input_tensor(request, 0, input));
  CHECK_OK(moir_infer_request_set_output_tensor(request, 0, output));

  CHECK_OK(moir_infer_request_infer(request));
  print("sync", probabilities, 10);
  memset(probabilities, 0, sizeof(probabilities));
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  print("async", probabilities, 10);
  memset(probabilities, 0, sizeof(probabilities));
  struct answer answer = {request, 0};
  CHECK_OK(moir_infer_request_set_callback(request, print_output, &answer));
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  CHECK(answer.calls == 1);

  CHECK_OK(moir_tensor_free(input));
  CHECK_OK(moir_tensor_free(output));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(model));
  CHECK_OK(moir_core_free(core));
}
