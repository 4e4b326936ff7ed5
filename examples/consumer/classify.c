// A digit is classified through moir's C interface.
//
// usage: classify_c MODEL.xml PICTURE.pgm
#include <moir/c/moir.h>
#include <stdio.h>
#include <stdlib.h>

// [check]
// Every call gives a status; moir_last_error() says why one failed.
static void check(moir_status status) {
  if (status == MOIR_STATUS_OK) return;
  fprintf(stderr, "error: %s (%s)\n", moir_last_error(), moir_status_name(status));
  exit(1);
}
// [/check]

// The pixels of a binary PGM of this size, as floats 0 .. 255.
static void read_pgm(const char* path, int64_t width, int64_t height, float* pixels) {
  FILE* file = fopen(path, "rb");
  int w = 0, h = 0, top = 0;
  if (!file || fscanf(file, "P5 %d %d %d", &w, &h, &top) != 3 || w != width || h != height || top != 255 ||
      fgetc(file) == EOF) {
    fprintf(stderr, "error: %s: expected a binary PGM of %d x %d, 8 bits\n", path, (int)width, (int)height);
    exit(1);
  }
  for (int64_t i = 0; i < width * height; ++i) {
    const int pixel = fgetc(file);
    if (pixel == EOF) {
      fprintf(stderr, "error: %s: ends early\n", path);
      exit(1);
    }
    pixels[i] = (float)pixel;
  }
  fclose(file);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s MODEL.xml PICTURE.pgm\n", argv[0]);
    return 1;
  }
  // [compile]
  moir_core* core = NULL;
  moir_compiled_model* model = NULL;
  moir_infer_request* request = NULL;
  const moir_property properties[] = {{"performance_hint", "latency"}};
  check(moir_core_create(&core));
  check(moir_core_compile_model_from_file(core, argv[1], properties, 1, &model));
  check(moir_compiled_model_create_infer_request(model, &request));
  // [/compile]

  // [ports]
  const moir_port* input = NULL;
  check(moir_compiled_model_input(model, 0, &input));
  if (input->type != MOIR_TYPE_F32 || input->rank != 4 || input->shape[0] != 1 || input->shape[1] != 1) {
    fprintf(stderr, "error: input %s: expected f32[1,1,H,W]\n", input->name);
    return 1;
  }
  // [/ports]

  // [infer]
  const size_t byte_size = (size_t)(input->shape[2] * input->shape[3]) * sizeof(float);
  float* pixels = malloc(byte_size);
  if (!pixels) return 1;
  read_pgm(argv[2], input->shape[3], input->shape[2], pixels);
  moir_tensor* tensor = NULL;
  check(moir_tensor_wrap(input->type, input->rank, input->shape, pixels, byte_size, &tensor));  // nothing is copied
  check(moir_infer_request_set_tensor(request, input->name, tensor));
  check(moir_infer_request_infer(request));

  moir_tensor* output = NULL;
  void* data = NULL;
  size_t classes = 0;
  check(moir_infer_request_get_output_tensor(request, 0, &output));
  check(moir_tensor_get_size(output, &classes));
  check(moir_tensor_get_data(output, MOIR_TYPE_F32, &data));
  const float* probabilities = data;
  size_t best = 0;
  for (size_t i = 1; i < classes; ++i) {
    if (probabilities[i] > probabilities[best]) best = i;
  }
  printf("%zu %.6f\n", best, probabilities[best]);
  // [/infer]

  // [release]
  moir_tensor_free(output);
  moir_infer_request_free(request);  // from here on `pixels` is no longer used
  moir_tensor_free(tensor);
  free(pixels);
  moir_free(input);
  moir_compiled_model_free(model);
  moir_core_free(core);
  // [/release]
  return 0;
}
