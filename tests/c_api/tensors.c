// Tensors and synchronous requests through the C interface.
#include <stdlib.h>
#include <string.h>

#include "tests/c_api/checks.h"

static int g_released;

static void count_release(void* user_data) { *(int*)user_data += 1; }

void check_tensors(void) {
  const int64_t shape[] = {2, 3}, huge[] = {INT64_MAX / 4, 8}, negative[] = {2, -3}, none[] = {0, 3};
  moir_tensor *tensor = NULL, *other = NULL, *region = NULL;
  void* data = NULL;
  size_t size = 0, rank = 0;
  const int64_t *dims = NULL, *strides = NULL;
  int32_t continuous = -1;
  moir_element_type type = -1;

  CHECK_OK(moir_tensor_create(MOIR_TYPE_I32, 2, shape, &tensor));
  CHECK_OK(moir_tensor_get_type(tensor, &type));
  CHECK(type == MOIR_TYPE_I32);
  CHECK_OK(moir_tensor_get_shape(tensor, &rank, &dims));
  CHECK(rank == 2 && dims[0] == 2 && dims[1] == 3);
  CHECK_OK(moir_tensor_get_strides(tensor, NULL, &strides));
  CHECK(strides[0] == 12 && strides[1] == 4);
  CHECK_OK(moir_tensor_get_size(tensor, &size));
  CHECK(size == 6);
  CHECK_OK(moir_tensor_get_byte_size(tensor, &size));
  CHECK(size == 24);
  CHECK_OK(moir_tensor_is_continuous(tensor, &continuous));
  CHECK(continuous == 1);
  CHECK_OK(moir_tensor_get_data(tensor, MOIR_TYPE_I32, &data));
  CHECK(((int32_t*)data)[5] == 0);
  for (int32_t i = 0; i < 6; ++i) ((int32_t*)data)[i] = i;
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got f32, the tensor's elements are i32",
              moir_tensor_get_data(tensor, MOIR_TYPE_F32, &data));
  CHECK(data == NULL);

  const int64_t begin[] = {0, 1}, end[] = {2, 3}, outside[] = {2, 4};
  CHECK_OK(moir_tensor_region(tensor, 2, begin, end, &region));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "axis 1: expected 0 <= begin <= end <= 3",
              moir_tensor_region(tensor, 2, begin, outside, &other));
  CHECK(other == NULL);
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "one per axis", moir_tensor_region(tensor, 1, begin, end, &other));
  CHECK_OK(moir_tensor_is_continuous(region, &continuous));
  CHECK(continuous == 0);
  // The view keeps the memory.
  CHECK_OK(moir_tensor_free(tensor));
  int32_t copied[4] = {-1, -1, -1, -1};
  const int64_t two_by_two[] = {2, 2};
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_I32, 2, two_by_two, copied, sizeof(copied), &other));
  CHECK_OK(moir_tensor_copy(region, other));
  CHECK(copied[0] == 1 && copied[1] == 2 && copied[2] == 4 && copied[3] == 5);
  CHECK_OK(moir_tensor_free(other));
  CHECK_OK(moir_tensor_create(MOIR_TYPE_I32, 2, shape, &other));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got i32[2,3], expected i32[2,2]", moir_tensor_copy(region, other));
  CHECK_OK(moir_tensor_free(other));
  CHECK_OK(moir_tensor_free(region));

  float memory[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const int64_t gaps[] = {16, 4}, transposed[] = {4, 8};
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, memory, 24, &tensor));
  CHECK_OK(moir_tensor_get_data(tensor, MOIR_TYPE_F32, &data));
  CHECK(data == memory);
  CHECK_OK(moir_tensor_free(tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got 23 bytes, expected 24",
              moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, memory, 23, &tensor));
  CHECK(tensor == NULL);
  // Two rows of three with a gap behind the first: the last element ends at byte 28.
  CHECK_OK(moir_tensor_wrap_strided(MOIR_TYPE_F32, 2, shape, gaps, memory, 28, &tensor));
  CHECK_OK(moir_tensor_get_strides(tensor, &rank, &strides));
  CHECK(rank == 2 && strides[0] == 16);
  CHECK_OK(moir_tensor_free(tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got 27 bytes, expected 28",
              moir_tensor_wrap_strided(MOIR_TYPE_F32, 2, shape, gaps, memory, 27, &tensor));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION,
               moir_tensor_wrap_strided(MOIR_TYPE_F32, 2, shape, transposed, memory, sizeof(memory), &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer",
              moir_tensor_wrap_strided(MOIR_TYPE_F32, 2, shape, NULL, memory, sizeof(memory), &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "data: got a null pointer",
              moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, NULL, 24, &tensor));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, none, NULL, 0, &tensor));
  CHECK_OK(moir_tensor_get_size(tensor, &size));
  CHECK(size == 0);
  CHECK_OK(moir_tensor_free(tensor));
  CHECK_OK(moir_tensor_create(MOIR_TYPE_F64, 0, NULL, &tensor));  // a scalar
  CHECK_OK(moir_tensor_get_byte_size(tensor, &size));
  CHECK(size == 8);
  CHECK_OK(moir_tensor_free(tensor));

  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "larger than memory", moir_tensor_create(MOIR_TYPE_U8, 2, huge, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "larger than memory",
              moir_tensor_wrap(MOIR_TYPE_F64, 1, huge, memory, sizeof(memory), &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "size -3 on axis 1", moir_tensor_create(MOIR_TYPE_U8, 2, negative, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "element type: got 0", moir_tensor_create(0, 2, shape, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "element type: got 99", moir_tensor_create(99, 2, shape, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "got 1000000 axes", moir_tensor_create(MOIR_TYPE_U8, 1000000, shape, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_tensor_create(MOIR_TYPE_U8, 2, NULL, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_tensor_create(MOIR_TYPE_U8, 2, shape, NULL));
  CHECK(tensor == NULL);

  // Memory that is handed back.
  CHECK_OK(moir_tensor_wrap_owned(MOIR_TYPE_F32, 2, shape, memory, 24, count_release, &g_released, &tensor));
  CHECK_OK(moir_tensor_region(tensor, 2, begin, end, &region));
  CHECK_OK(moir_tensor_free(tensor));
  CHECK(g_released == 0);
  CHECK_OK(moir_tensor_free(region));
  CHECK(g_released == 1);
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION,
               moir_tensor_wrap_owned(MOIR_TYPE_F32, 2, shape, memory, 20, count_release, &g_released, &tensor));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION,
               moir_tensor_wrap_owned(MOIR_TYPE_F32, 2, shape, memory, 24, NULL, &g_released, &tensor));
  CHECK(g_released == 1);
}

void check_requests(void) {
  moir_compiled_model* compiled = compile_plus_one(NULL, NULL);
  moir_infer_request* request = NULL;
  moir_tensor *input = NULL, *output = NULL, *got = NULL, *wrong = NULL;
  const int64_t shape[] = {1, 4}, short_shape[] = {1, 3};
  float x[4] = {1, 2, 3, 4}, y[4] = {-1, -1, -1, -1};
  void* data = NULL;
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, x, sizeof(x), &input));
  CHECK_OK(moir_tensor_wrap(MOIR_TYPE_F32, 2, shape, y, sizeof(y), &output));

  // By name, without a copy: the values are read and written where they are.
  CHECK_OK(moir_infer_request_set_tensor(request, "x", input));
  CHECK_OK(moir_infer_request_set_tensor(request, "y", output));
  CHECK_OK(moir_infer_request_infer(request));
  for (int i = 0; i < 4; ++i) CHECK_NUMBER(x[i] + 1, y[i]);
  x[2] = 10;
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_NUMBER(11, y[2]);
  CHECK_OK(moir_infer_request_get_tensor(request, "y", &got));
  CHECK_OK(moir_tensor_get_data(got, MOIR_TYPE_F32, &data));
  CHECK(data == y);
  CHECK_OK(moir_tensor_free(got));

  // By number and by port; tensors of other types and shapes say so.
  const moir_port* port = NULL;
  CHECK_OK(moir_compiled_model_input(compiled, 0, &port));
  CHECK_OK(moir_infer_request_set_port_tensor(request, port, input));
  CHECK_OK(moir_infer_request_get_port_tensor(request, port, &got));
  CHECK_OK(moir_tensor_get_data(got, MOIR_TYPE_F32, &data));
  CHECK(data == x);
  CHECK_OK(moir_tensor_free(got));
  moir_port odd = *port;
  odd.struct_size = 8;
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "struct_size 8", moir_infer_request_set_port_tensor(request, &odd, input));
  odd = *port;
  odd.name = NULL;
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_infer_request_set_port_tensor(request, &odd, input));
  odd = *port;
  odd.index = 7;  // the name decides
  CHECK_OK(moir_infer_request_set_port_tensor(request, &odd, input));
  odd.name = "z";
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "\"z\"", moir_infer_request_set_port_tensor(request, &odd, input));
  CHECK_OK(moir_free(port));
  CHECK_OK(moir_infer_request_set_input_tensor(request, 0, input));
  CHECK_OK(moir_infer_request_set_output_tensor(request, 0, output));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "input 1: the model has 1",
              moir_infer_request_set_input_tensor(request, 1, input));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "output 1: the model has 1",
              moir_infer_request_get_output_tensor(request, 1, &got));
  CHECK(got == NULL);
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "expected one of x (inputs), y (outputs)",
              moir_infer_request_set_tensor(request, "z", input));
  CHECK_OK(moir_tensor_create(MOIR_TYPE_F32, 2, short_shape, &wrong));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "input \"x\": got f32[1,3], expected f32[1,4]",
              moir_infer_request_set_tensor(request, "x", wrong));
  CHECK_OK(moir_tensor_free(wrong));
  CHECK_OK(moir_tensor_create(MOIR_TYPE_I32, 2, shape, &wrong));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "output \"y\": got i32[1,4], expected f32[1,4]",
              moir_infer_request_set_tensor(request, "y", wrong));
  CHECK_OK(moir_tensor_free(wrong));
  CHECK_ERROR(MOIR_STATUS_INVALID_HANDLE, "released", moir_infer_request_set_tensor(request, "x", wrong));
  // None of them did anything.
  x[0] = 20;
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_NUMBER(21, y[0]);

  CHECK_OK(moir_tensor_free(input));
  CHECK_OK(moir_tensor_free(output));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
}
