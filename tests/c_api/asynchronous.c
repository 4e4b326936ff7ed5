// Asynchronous requests, callbacks, and what lives how long, through the C interface.
#include <pthread.h>
#include <string.h>

#include "tests/c_api/checks.h"

// Holds the only stream of a model inside a callback until it is opened.
struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int reached, open, calls;
  moir_infer_request* request;
  moir_status status, waited, freed;
  char message[200];
};

static void init(struct gate* gate) {
  memset(gate, 0, sizeof(*gate));
  pthread_mutex_init(&gate->mutex, NULL);
  pthread_cond_init(&gate->changed, NULL);
}

static void destroy(struct gate* gate) {
  pthread_cond_destroy(&gate->changed);
  pthread_mutex_destroy(&gate->mutex);
}

static void set(struct gate* gate, int* flag) {
  pthread_mutex_lock(&gate->mutex);
  *flag = 1;
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->mutex);
}

static void wait_until(struct gate* gate, const int* flag) {
  pthread_mutex_lock(&gate->mutex);
  while (!*flag) pthread_cond_wait(&gate->changed, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
}

static void hold(void* user_data, moir_status status, const char* message) {
  struct gate* gate = user_data;
  (void)status;
  (void)message;
  set(gate, &gate->reached);
  wait_until(gate, &gate->open);
}

void check_asynchronous(void) {
  moir_compiled_model* compiled = compile_plus_one(NULL, NULL);
  moir_infer_request *blocker = NULL, *request = NULL;
  moir_tensor* tensor = NULL;
  const moir_profiling_list* profile = NULL;
  int32_t at_rest = -1;
  struct gate gate;
  init(&gate);
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &blocker));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));

  // Nothing was started: at rest.
  CHECK_OK(moir_infer_request_wait(request));
  CHECK_OK(moir_infer_request_wait_for(request, 0, &at_rest));
  CHECK(at_rest == 1);
  CHECK_OK(moir_infer_request_cancel(request));
  for (int i = 0; i < 20; ++i) {
    fill(request, (float)i);
    CHECK_OK(moir_infer_request_start_async(request));
    CHECK_OK(moir_infer_request_wait(request));
    CHECK_NUMBER(i + 1, first_value(request));
  }

  // The only stream is in the blocker's callback; the request waits for it and is busy.
  CHECK_OK(moir_infer_request_set_callback(blocker, hold, &gate));
  CHECK_OK(moir_infer_request_start_async(blocker));
  wait_until(&gate, &gate.reached);
  CHECK_OK(moir_infer_request_get_input_tensor(request, 0, &tensor));
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_ERROR(MOIR_STATUS_BUSY, "StartAsync on a request that runs", moir_infer_request_start_async(request));
  CHECK_ERROR(MOIR_STATUS_BUSY, "Infer on a request that runs", moir_infer_request_infer(request));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_set_tensor(request, "x", tensor));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_set_callback(request, hold, &gate));
  CHECK_STATUS(MOIR_STATUS_BAD_OPTION, moir_infer_request_get_profiling_info(request, &profile));
  CHECK_OK(moir_compiled_model_set_property(compiled, "enable_profiling", "true"));
  CHECK_STATUS(MOIR_STATUS_BUSY, moir_infer_request_get_profiling_info(request, &profile));
  CHECK_OK(moir_infer_request_wait_for(request, 1, &at_rest));
  CHECK(at_rest == 0);
  CHECK_OK(moir_infer_request_wait_for(request, -5, &at_rest));
  CHECK(at_rest == 0);
  CHECK_OK(moir_infer_request_cancel(request));
  set(&gate, &gate.open);
  CHECK_STATUS(MOIR_STATUS_CANCELED, moir_infer_request_wait(request));
  // Again and again, until the next start.
  CHECK_STATUS(MOIR_STATUS_CANCELED, moir_infer_request_wait_for(request, INT64_MAX, &at_rest));
  CHECK(at_rest == 1);
  CHECK_OK(moir_infer_request_wait(blocker));
  fill(request, 41);
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  CHECK_NUMBER(42, first_value(request));

  CHECK_OK(moir_tensor_free(tensor));
  CHECK_OK(moir_infer_request_free(blocker));
  CHECK_OK(moir_infer_request_free(request));
  CHECK_OK(moir_compiled_model_free(compiled));
  destroy(&gate);
}

// Starts the request anew until it ran five times.
static void run_again(void* user_data, moir_status status, const char* message) {
  struct gate* gate = user_data;
  gate->status = status;
  strncpy(gate->message, message, sizeof(gate->message) - 1);
  gate->waited = moir_infer_request_wait(gate->request);  // it would wait for itself
  if (++gate->calls >= 5) return;
  fill(gate->request, first_value(gate->request));
  CHECK_OK(moir_infer_request_start_async(gate->request));
}

static void note(void* user_data, moir_status status, const char* message) {
  struct gate* gate = user_data;
  ++gate->calls;
  gate->status = status;
  strncpy(gate->message, message, sizeof(gate->message) - 1);
}

// Fails itself before it looks at what it was told.
static void fail_first(void* user_data, moir_status status, const char* message) {
  struct gate* gate = user_data;
  const char* const none = NULL;
  moir_tensor* tensor = NULL;
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION, "null pointer", moir_infer_request_get_tensor(gate->request, none, &tensor));
  CHECK_ERROR(MOIR_STATUS_BAD_OPTION,
              "input or output \"no such name, and a long one at that, longer than all others\"",
              moir_infer_request_get_tensor(gate->request,
                                            "no such name, and a long one at that, longer than all others", &tensor));
  ++gate->calls;
  gate->status = status;
  strncpy(gate->message, message, sizeof(gate->message) - 1);
}

static void free_own(void* user_data, moir_status status, const char* message) {
  struct gate* gate = user_data;
  (void)message;
  gate->status = status;
  gate->freed = moir_infer_request_free(gate->request);
  set(gate, &gate->reached);
}

void check_callbacks(void) {
  moir_compiled_model* compiled = compile_plus_one(NULL, NULL);
  moir_infer_request *blocker = NULL, *request = NULL;
  int32_t at_rest = -1;
  struct gate gate, blocked;
  init(&gate);
  init(&blocked);
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &blocker));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  gate.request = request;
  CHECK_OK(moir_infer_request_set_callback(request, run_again, &gate));
  fill(request, 0);
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  CHECK(gate.calls == 5);
  CHECK_STATUS(MOIR_STATUS_OK, gate.status);
  CHECK_TEXT("", gate.message);
  CHECK_STATUS(MOIR_STATUS_BUSY, gate.waited);
  CHECK_NUMBER(5, first_value(request));
  // A synchronous inference calls nobody.
  CHECK_OK(moir_infer_request_infer(request));
  CHECK(gate.calls == 5);

  // It is told of a cancellation, and of nothing once it is removed.
  gate.calls = 0;
  CHECK_OK(moir_infer_request_set_callback(request, note, &gate));
  CHECK_OK(moir_infer_request_set_callback(blocker, hold, &blocked));
  CHECK_OK(moir_infer_request_start_async(blocker));
  wait_until(&blocked, &blocked.reached);
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_cancel(request));
  set(&blocked, &blocked.open);
  CHECK_STATUS(MOIR_STATUS_CANCELED, moir_infer_request_wait_for(request, 60000, &at_rest));
  CHECK(at_rest == 1);
  CHECK(gate.calls == 1);
  CHECK_STATUS(MOIR_STATUS_CANCELED, gate.status);
  CHECK_TEXT("model \"plus_one\": the inference was canceled", gate.message);

  // What it was told stays while its own calls fail.
  blocked.reached = blocked.open = 0;
  memset(gate.message, 0, sizeof(gate.message));
  CHECK_OK(moir_infer_request_wait(blocker));
  CHECK_OK(moir_infer_request_set_callback(request, fail_first, &gate));
  CHECK_OK(moir_infer_request_start_async(blocker));
  wait_until(&blocked, &blocked.reached);
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_cancel(request));
  set(&blocked, &blocked.open);
  CHECK_STATUS(MOIR_STATUS_CANCELED, moir_infer_request_wait(request));
  CHECK(gate.calls == 2);
  CHECK_TEXT("model \"plus_one\": the inference was canceled", gate.message);
  gate.calls = 1;
  CHECK_OK(moir_infer_request_set_callback(request, NULL, &gate));
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  CHECK(gate.calls == 1);

  // A callback may release its own request.
  CHECK_OK(moir_infer_request_set_callback(request, free_own, &gate));
  CHECK_OK(moir_infer_request_start_async(request));
  wait_until(&gate, &gate.reached);
  CHECK_STATUS(MOIR_STATUS_OK, gate.freed);
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_wait(request));
  CHECK_OK(moir_infer_request_free(blocker));
  CHECK_OK(moir_compiled_model_free(compiled));
  destroy(&gate);
  destroy(&blocked);
}

static int g_released;
static void count_release(void* user_data) { *(int*)user_data += 1; }

static void* wait_in_thread(void* argument) {
  struct gate* gate = argument;
  set(gate, &gate->reached);
  gate->waited = moir_infer_request_wait(gate->request);
  return NULL;
}

void check_lifetimes(void) {
  moir_core* core = NULL;
  moir_compiled_model* compiled = NULL;
  moir_infer_request *request = NULL, *blocker = NULL;
  moir_tensor *tensor = NULL, *output = NULL;
  const int64_t shape[] = {1, 4};
  float x[4] = {1, 2, 3, 4};
  void* data = NULL;

  // Everything but the request goes, then its tensor, which the request still has.
  CHECK_OK(moir_core_create(&core));
  moir_model* model = read_plus_one(core, kPlusOne);
  const moir_property one_thread[] = {{"inference_num_threads", "1"}};
  CHECK_OK(moir_core_compile_model(core, model, one_thread, 1, &compiled));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_core_free(core));
  CHECK_OK(moir_model_free(model));
  CHECK_OK(moir_compiled_model_free(compiled));
  CHECK_OK(moir_tensor_wrap_owned(MOIR_TYPE_F32, 2, shape, x, sizeof(x), count_release, &g_released, &tensor));
  CHECK_OK(moir_infer_request_set_input_tensor(request, 0, tensor));
  CHECK_OK(moir_tensor_free(tensor));
  CHECK(g_released == 0);
  CHECK_OK(moir_infer_request_infer(request));
  CHECK_NUMBER(2, first_value(request));
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK_OK(moir_infer_request_wait(request));
  CHECK_NUMBER(2, first_value(request));
  // An output outlives the request.
  CHECK_OK(moir_infer_request_get_output_tensor(request, 0, &output));
  CHECK_OK(moir_infer_request_free(request));
  CHECK(g_released == 1);
  CHECK_OK(moir_tensor_get_data(output, MOIR_TYPE_F32, &data));
  CHECK_NUMBER(5, ((float*)data)[3]);
  CHECK_OK(moir_tensor_free(output));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_infer(request));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_infer_request_free(request));
  CHECK_STATUS(MOIR_STATUS_INVALID_HANDLE, moir_core_compile_model(core, model, NULL, 0, &compiled));

  // Released while it runs: the release waits.
  compiled = compile_plus_one(NULL, NULL);
  for (int i = 0; i < 50; ++i) {
    CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
    CHECK_OK(moir_infer_request_start_async(request));
    CHECK_OK(moir_infer_request_free(request));
  }

  // Released while another thread waits for it.
  struct gate gate, waiting;
  pthread_t thread;
  init(&gate);
  init(&waiting);
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &blocker));
  CHECK_OK(moir_compiled_model_create_infer_request(compiled, &request));
  CHECK_OK(moir_infer_request_set_callback(blocker, hold, &gate));
  CHECK_OK(moir_infer_request_start_async(blocker));
  wait_until(&gate, &gate.reached);
  waiting.request = request;
  waiting.waited = -1;
  CHECK_OK(moir_infer_request_start_async(request));
  CHECK(pthread_create(&thread, NULL, wait_in_thread, &waiting) == 0);
  wait_until(&waiting, &waiting.reached);
  set(&gate, &gate.open);
  CHECK_OK(moir_infer_request_free(request));
  pthread_join(thread, NULL);
  // It was inside in time, or it came too late.
  CHECK(waiting.waited == MOIR_STATUS_OK || waiting.waited == MOIR_STATUS_INVALID_HANDLE);
  CHECK_OK(moir_infer_request_free(blocker));
  CHECK_OK(moir_compiled_model_free(compiled));
  destroy(&gate);
  destroy(&waiting);
}
