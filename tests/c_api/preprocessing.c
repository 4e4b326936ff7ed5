// Pre- and post-processing through the C interface.
#include <string.h>

#include "tests/c_api/checks.h"

#define PORT(ID) "<port id=\"" ID "\" precision=\"FP32\"><dim>1</dim><dim>3</dim><dim>2</dim><dim>2</dim></port>"

// y = max(x, 0) of f32[1,3,2,2].
static const char* const kRelu =
    "<net name=\"relu\" version=\"11\"><layers>"
    "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data shape=\"1,3,2,2\" element_type=\"f32\"/>"
    "<output>" PORT("0") "</output></layer>"
    "<layer id=\"1\" name=\"y\" type=\"ReLU\" version=\"opset1\"><input>" PORT("0") "</input><output>"
    "<port id=\"1\" precision=\"FP32\" names=\"y\"><dim>1</dim><dim>3</dim><dim>2</dim><dim>2</dim></port></output>"
    "</layer><layer id=\"2\" name=\"r\" type=\"Result\" version=\"opset1\"><input>" PORT("0") "</input></layer></layers>"
    "<edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>"
    "<edge from-layer=\"1\" from-port=\"1\" to-layer=\"2\" to-port=\"0\"/></edges></net>";

static moir_preprocessor* begin(moir_model* model) {
  moir_preprocessor* steps = NULL;
  CHECK_OK(moir_preprocessor_create(model, &steps));
  CHECK_OK(moir_preprocessor_set_tensor_type(steps, NULL, MOIR_TYPE_U8));
  CHECK_OK(moir_preprocessor_set_tensor_layout(steps, "x", "NHWC"));
  CHECK_OK(moir_preprocessor_set_model_layout(steps, NULL, "NCHW"));
  return steps;
}

// Builds, compiles, and runs a picture of u8; gives the output in `result`.
static void run(moir_core* core, moir_preprocessor* steps, size_t rank, const int64_t* shape, unsigned char* pixels,
                size_t count, float result[12]) {
  moir_model* model = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request* request = NULL;
  moir_tensor *input = NULL, *output = NULL;
  const int64_t output_shape[] = {1, 3, 2, 2};
  CHECK_OK(moir_preprocessor_build(steps, &model));
  CHECK_OK(moir_preprocessor_free(steps));
  CHECK_OK(moir_core_compile_model(core, model, NULL, 0, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_U8, rank, shape, pixels, count, &input));
  CHECK_OK(moir_infer_request_set_input_tensor(request, 0, input));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 4, output_shape, result, 12 * sizeof(float), &output));
  CHECK_OK(moir_infer_request_set_output_tensor(request, 0, output));
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_tensor_free(input));
  CHECK_OK(moir_tensor_free(output));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_model_free(model));
}

void check_preprocessing(void) {
  moir_core* core = NULL;
  moir_model* model = NULL;
  float result[12];
  unsigned char pixels[12], large[48];
  const int64_t shape[] = {1, 2, 2, 3}, large_shape[] = {1, 4, 4, 3};
  CHECK_OK(moir_core_create(&core));
  CHECK_OK(moir_core_read_model_from_memory(core, kRelu, strlen(kRelu), NULL, &model));

  // (x - mean) / scale of pictures in blue, green, red for a model of red, green, blue.
  for (int i = 0; i < 12; ++i) pixels[i] = (unsigned char)(20 + 4 * i);
  const float mean[] = {4, 8, 12}, scale[] = {2, 2, 4}, two[] = {2};
  moir_preprocessor* steps = begin(model);
  CHECK_OK(moir_preprocessor_set_tensor_color(steps, NULL, MOIR_COLOR_BGR));
  CHECK_OK(moir_preprocessor_convert_color(steps, NULL, MOIR_COLOR_RGB));
  CHECK_OK(moir_preprocessor_mean(steps, NULL, mean, 3));
  CHECK_OK(moir_preprocessor_scale(steps, NULL, scale, 3));
  run(core, steps, 4, shape, pixels, sizeof(pixels), result);
  for (int c = 0; c < 3; ++c) {
    for (int p = 0; p < 4; ++p) CHECK_NUMBER((pixels[3 * p + 2 - c] - mean[c]) / scale[c], result[4 * c + p]);
  }

  // The middle of a larger picture, channels turned round, one scale for all.
  for (int i = 0; i < 48; ++i) large[i] = (unsigned char)(3 * i);
  const int64_t from[] = {0, 1, 1, 0}, to[] = {1, 3, 3, 3};
  steps = begin(model);
  CHECK_OK(moir_preprocessor_set_tensor_size(steps, "x", 4, 4));
  CHECK_OK(moir_preprocessor_crop(steps, "x", 4, from, to));
  CHECK_OK(moir_preprocessor_reverse_channels(steps, "x"));
  CHECK_OK(moir_preprocessor_scale(steps, "x", two, 1));
  run(core, steps, 4, large_shape, large, sizeof(large), result);
  for (int c = 0; c < 3; ++c) {
    for (int p = 0; p < 4; ++p) {
      const int at = 3 * (4 * (1 + p / 2) + 1 + p % 2) + 2 - c;
      CHECK_NUMBER(large[at] / 2.0f, result[4 * c + p]);
    }
  }

  // Pictures of any size; the nearest pixels of 4 x 4 are every second one.
  steps = begin(model);
  CHECK_OK(moir_preprocessor_set_tensor_any_size(steps, NULL));
  CHECK_OK(moir_preprocessor_resize(steps, NULL, MOIR_RESIZE_NEAREST));
  CHECK_OK(moir_preprocessor_convert_type(steps, NULL, MOIR_TYPE_F32));
  run(core, steps, 4, large_shape, large, sizeof(large), result);
  for (int c = 0; c < 3; ++c) {
    for (int p = 0; p < 4; ++p) CHECK_NUMBER(large[3 * (8 * (p / 2) + 2 * (p % 2)) + c], result[4 * c + p]);
  }

  // The output as the application wants it.
  moir_model* built = NULL;
  const moir_port* port = NULL;
  steps = begin(model);
  CHECK_OK(moir_preprocessor_set_tensor_size(steps, NULL, 5, 7));
  CHECK_OK(moir_preprocessor_resize_to(steps, NULL, MOIR_RESIZE_LINEAR, 2, 2));
  CHECK_OK(moir_preprocessor_set_output_type(steps, NULL, MOIR_TYPE_I32));
  CHECK_OK(moir_preprocessor_set_output_model_layout(steps, "y", "NCHW"));
  CHECK_OK(moir_preprocessor_set_output_layout(steps, "y", "NHWC"));
  CHECK_OK(moir_preprocessor_build(steps, &built));
  CHECK_OK(moir_model_output(built, 0, &port));
  CHECK(port->type == MOIR_TYPE_I32 && port->rank == 4 && port->shape[3] == 3);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_model_input(built, 0, &port));
  CHECK(port->type == MOIR_TYPE_U8 && port->shape[1] == 5 && port->shape[2] == 7);
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_model_free(built));

  // What makes no sense.
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_preprocessor_mean(steps, "z", mean, 3));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_mean(steps, NULL, NULL, 3));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got 0", moir_preprocessor_scale(steps, NULL, scale, 0));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "color format: got 0", moir_preprocessor_convert_color(steps, NULL, 0));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "color format: got 99", moir_preprocessor_set_tensor_color(steps, NULL, 99));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "resize algorithm: got 2", moir_preprocessor_resize(steps, NULL, 2));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "element type: got 99", moir_preprocessor_set_tensor_type(steps, NULL, 99));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_set_tensor_layout(steps, NULL, NULL));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_set_model_layout(steps, NULL, NULL));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_set_output_layout(steps, NULL, NULL));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_crop(steps, NULL, 4, NULL, to));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_preprocessor_build(steps, NULL));
  CHECK_OK(moir_preprocessor_free(steps));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_core_free(core));
}
