// Export and import through the C interface.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/c_api/checks.h"

struct bytes {
  char* data;
  size_t size, room, at;
};

static int32_t append(void* user_data, const void* data, size_t size) {
  struct bytes* bytes = user_data;
  if (bytes->size + size > bytes->room) {
    char* grown = realloc(bytes->data, 2 * (bytes->size + size));
    if (!grown) return 1;
    bytes->data = grown;
    bytes->room = 2 * (bytes->size + size);
  }
  memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
  return 0;
}

static int32_t refuse(void* user_data, const void* data, size_t size) {
  (void)user_data;
  (void)data;
  return size > 0 ? -1 : 0;
}

static int64_t take(void* user_data, void* data, size_t size) {
  struct bytes* bytes = user_data;
  const size_t left = bytes->size - bytes->at;
  if (size > left) size = left;
  if (size > 100) size = 100;  // pieces may be small
  memcpy(data, bytes->data + bytes->at, size);
  bytes->at += size;
  return (int64_t)size;
}

static int64_t fail(void* user_data, void* data, size_t size) {
  (void)user_data;
  (void)data;
  (void)size;
  return -1;
}

static int64_t lie(void* user_data, void* data, size_t size) {
  (void)user_data;
  (void)data;
  return (int64_t)size + 1;
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

// What none of the ways in takes.
static void check_refused(moir_core* core, const void* bytes, size_t size) {
  moir_compiled_model* imported = NULL;
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_import_model_from_memory(core, bytes, size, NULL, 0, &imported));
  CHECK(imported == NULL);
}

void check_exports(void) {
  moir_core* core = NULL;
  moir_compiled_model *compiled = compile_plus_one(NULL, NULL), *imported = NULL;
  struct bytes bytes = {NULL, 0, 0, 0};
  const void* memory = NULL;
  size_t size = 0;
  const moir_property one_thread[] = {{"inference_num_threads", "1"}}, unknown[] = {{"no_such_property", "1"}};
  CHECK_OK(moir_core_create(&core));

  // By functions, in memory, in a file: the same bytes.
  CHECK_OK(moir_compiled_model_export(compiled, append, &bytes));
  CHECK(bytes.size > 0);
  CHECK_OK(moir_core_import_model(core, take, &bytes, one_thread, 1, &imported));
  CHECK_NUMBER(4, run_once(imported, 3));
  CHECK_OK(moir_compiled_model_free(imported));
  CHECK_OK(moir_compiled_model_export_to_memory(compiled, &memory, &size));
  CHECK(size == bytes.size && memcmp(memory, bytes.data, size) == 0);
  CHECK_OK(moir_core_import_model_from_memory(core, memory, size, one_thread, 1, &imported));
  CHECK_OK(moir_free(memory));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_free(memory));
  CHECK_NUMBER(6, run_once(imported, 5));
  CHECK_OK(moir_compiled_model_free(imported));
  char path[] = "/tmp/moir-c-api-XXXXXX";
  const int descriptor = mkstemp(path);
  CHECK(descriptor >= 0);
  if (descriptor >= 0) close(descriptor);
  CHECK_OK(moir_compiled_model_export_to_file(compiled, path));
  CHECK_OK(moir_core_import_model_from_file(core, path, one_thread, 1, &imported));
  // The file may go while the model is used.
  remove(path);
  CHECK_NUMBER(9, run_once(imported, 8));
  CHECK_OK(moir_compiled_model_free(imported));

  // What cannot be read or written.
  CHECK_ERROR(MOIR_STATUS_IO, path, moir_core_import_model_from_file(core, path, NULL, 0, &imported));
  CHECK_ERROR(MOIR_STATUS_IO, "a folder", moir_core_import_model_from_file(core, "/tmp", NULL, 0, &imported));
  CHECK_ERROR(MOIR_STATUS_IO, "/no/such/folder", moir_compiled_model_export_to_file(compiled, "/no/such/folder/file"));
  CHECK_ERROR(MOIR_STATUS_IO, "/tmp", moir_compiled_model_export_to_file(compiled, "/tmp"));
  CHECK_ERROR(MOIR_STATUS_IO, "could not write", moir_compiled_model_export(compiled, refuse, NULL));
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_import_model(core, fail, NULL, NULL, 0, &imported));
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_import_model(core, lie, NULL, NULL, 0, &imported));
  // Files may not grow that large. What was there before stays.
  FILE* before = fopen(path, "wb");
  CHECK(before != NULL && fputc('b', before) == 'b' && fclose(before) == 0);
  struct rlimit unlimited, limit;
  CHECK(getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  limit = unlimited;
  limit.rlim_cur = 100;
  signal(SIGXFSZ, SIG_IGN);
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK_ERROR(MOIR_STATUS_IO, path, moir_compiled_model_export_to_file(compiled, path));
  CHECK(setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  before = fopen(path, "rb");
  CHECK(before != NULL && fgetc(before) == 'b' && fgetc(before) == EOF && fclose(before) == 0);
  remove(path);

  // Parts, in each way, and something else.
  const size_t whole = bytes.size;
  for (bytes.size = 0; bytes.size < whole; bytes.size += 1 + whole / 50) {
    bytes.at = 0;
    CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_import_model(core, take, &bytes, NULL, 0, &imported));
    CHECK(imported == NULL);
    check_refused(core, bytes.data, bytes.size);
  }
  bytes.size = whole;
  bytes.at = 1;
  CHECK_STATUS(MOIR_STATUS_BAD_MODEL, moir_core_import_model(core, take, &bytes, NULL, 0, &imported));
  check_refused(core, NULL, 0);
  check_refused(core, kPlusOne, strlen(kPlusOne));
  for (size_t at = 0; at < whole; at += 1 + whole / 50) {
    bytes.data[at] ^= 0x20;
    const moir_status status =
        moir_core_import_model_from_memory(core, bytes.data, bytes.size, one_thread, 1, &imported);
    // Where nothing depends on it, it may be another byte.
    CHECK(status == MOIR_STATUS_OK || status == MOIR_STATUS_BAD_MODEL);
    if (status == MOIR_STATUS_OK) CHECK_NUMBER(2, run_once(imported, 1));
    CHECK_OK(moir_compiled_model_free(imported));
    bytes.data[at] ^= 0x20;
  }
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "no_such_property",
              moir_core_import_model_from_memory(core, bytes.data, bytes.size, unknown, 1, &imported));
  free(bytes.data);
  CHECK_OK(moir_compiled_model_free(compiled));

  // A model that keeps nothing to be exported.
  compiled = compile_plus_one("shape_cache_capacity", "0");
  CHECK_STATUS(MOIR_STATUS_UNSUPPORTED, moir_compiled_model_export(compiled, append, NULL));
  CHECK_STATUS(MOIR_STATUS_UNSUPPORTED, moir_compiled_model_export_to_memory(compiled, &memory, &size));
  CHECK(memory == NULL && size == 0);
  CHECK_STATUS(MOIR_STATUS_UNSUPPORTED, moir_compiled_model_export_to_file(compiled, path));
  CHECK(access(path, F_OK) != 0);
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_core_free(core));
}
