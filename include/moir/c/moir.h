// moir's engine from C, and from everything that can call C: the classes of moir/moir.h as handles. That header says
// what each call does; this one says what is C's own. C99 or later.
//
//   moir_core* core = NULL;
//   moir_compiled_model* model = NULL;
//   moir_infer_request* request = NULL;
//   if (moir_core_create(&core) != MOIR_STATUS_OK ||
//       moir_core_compile_model_from_file(core, "resnet.xml", NULL, 0, &model) != MOIR_STATUS_OK ||
//       moir_compiled_model_create_infer_request(model, &request) != MOIR_STATUS_OK ||
//       moir_infer_request_infer(request) != MOIR_STATUS_OK)
//     fprintf(stderr, "%s\n", moir_last_error());
//   moir_infer_request_free(request);
//   moir_compiled_model_free(model);
//   moir_core_free(core);
//
// Handles are made by functions with a result `T** handle` and released by moir_T_free, in any order: a request keeps
// what it runs on alive. A handle is a number in the guise of a pointer, which is never given out again: one that was
// released, or is of another kind, or null, gives MOIR_STATUS_INVALID_HANDLE, also while other threads release it.
//
// Results behind `const ...**` (texts, ports, lists, bytes) are the caller's until moir_free. When a call fails, its
// handle or result is set to null and nothing else changes. No exception leaves the library.
//
// Structures begin with their size. The library gives them in at least the size that this header knows, and members are
// only ever added at their end: compare struct_size before reading what a later header added. moir_property and
// moir_named_shape have no size and stay as they are.
//
// Threads: as in moir/moir.h. Different handles may be used at the same time, and all of a compiled model; of one
// request only start_async, wait, wait_for and cancel may meet, and what is refused while it runs (MOIR_STATUS_BUSY).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "moir/export.h"

#ifdef __cplusplus
extern "C" {
#endif

// The kinds of moir::ErrorKind, and C's own.
typedef int32_t moir_status;
enum {
  MOIR_STATUS_OK = 0,
  MOIR_STATUS_BAD_MODEL = 1,   // a file contradicts itself, or is of another kind
  MOIR_STATUS_UNSUPPORTED,     // the model is right but cannot be run
  MOIR_STATUS_BAD_OPTION,      // what was asked for cannot be done: unknown name, wrong type or shape, null pointer
  MOIR_STATUS_IO,              // the operating system refused
  MOIR_STATUS_INTERNAL,        // a bug of the library
  MOIR_STATUS_CANCELED,        // moir_infer_request_cancel stopped the inference
  MOIR_STATUS_BUSY,            // the request runs, and what was asked for must wait until it does not
  MOIR_STATUS_INVALID_HANDLE,  // null, released, or of another kind
};
// "bad option"; "unknown" for numbers that are none.
MOIR_API const char* moir_status_name(moir_status status);
// Why the last call of this thread that failed did so: what was found and what was expected. Empty before; stays until
// the thread's next failure.
MOIR_API const char* moir_last_error(void);

// Of the library that runs: "0.1.0".
MOIR_API const char* moir_version(void);

// Releases a result; null is fine. MOIR_STATUS_INVALID_HANDLE for anything that is none, or not any more.
MOIR_API moir_status moir_free(const void* result);

typedef int32_t moir_element_type;
enum {
  MOIR_TYPE_UNDEFINED = 0,
  MOIR_TYPE_BOOL = 1,
  MOIR_TYPE_F16,
  MOIR_TYPE_BF16,
  MOIR_TYPE_F32,
  MOIR_TYPE_F64,
  MOIR_TYPE_I8,
  MOIR_TYPE_U8,
  MOIR_TYPE_I32,
  MOIR_TYPE_I64,
};
// "f32"; "undefined" for MOIR_TYPE_UNDEFINED and numbers that are none.
MOIR_API const char* moir_element_type_name(moir_element_type type);
MOIR_API size_t moir_element_size(moir_element_type type);  // bytes; 0 likewise

typedef struct moir_core moir_core;
typedef struct moir_model moir_model;
typedef struct moir_compiled_model moir_compiled_model;
typedef struct moir_infer_request moir_infer_request;
typedef struct moir_tensor moir_tensor;
typedef struct moir_preprocessor moir_preprocessor;

typedef struct moir_property {
  const char* name;
  const char* value;
} moir_property;

typedef struct moir_named_shape {
  const char* name;  // of an input
  size_t rank;
  const int64_t* shape;
} moir_named_shape;

// An input or output of a model. -1 in `shape` is a size that the file leaves open.
typedef struct moir_port {
  size_t struct_size;
  const char* name;
  moir_element_type type;
  int32_t is_output;
  size_t index;  // among the inputs or outputs
  size_t rank;
  const int64_t* shape;
} moir_port;

typedef struct moir_port_list {
  size_t struct_size;
  size_t count;
  const moir_port* const* items;
} moir_port_list;

typedef struct moir_text_list {
  size_t struct_size;
  size_t count;
  const char* const* items;
} moir_text_list;

// What one layer did in the last inference (moir::ProfilingInfo).
typedef struct moir_profiling_info {
  size_t struct_size;
  const char* node_name;
  const char* node_type;
  const char* exec_type;
  size_t fused_count;
  const char* const* fused;
  double microseconds;
} moir_profiling_info;

typedef struct moir_profiling_list {
  size_t struct_size;
  size_t count;
  const moir_profiling_info* const* items;
} moir_profiling_list;

typedef struct moir_layer_output {
  size_t struct_size;
  const char* layout;
  size_t rank;
  const int64_t* shape;
} moir_layer_output;

// One step of a compiled model (moir::RuntimeLayer).
typedef struct moir_runtime_layer {
  size_t struct_size;
  const char* name;
  const char* type;
  const char* exec_type;
  moir_element_type precision;
  size_t fused_count;
  const char* const* fused;
  size_t input_count;
  const char* const* input_layouts;  // empty: not read
  size_t output_count;
  const moir_layer_output* const* outputs;
  uint64_t multiply_adds;
} moir_runtime_layer;

typedef struct moir_runtime_layer_list {
  size_t struct_size;
  size_t count;
  const moir_runtime_layer* const* items;
} moir_runtime_layer_list;

// ---- tensors ----

// Memory of the tensor's own, of zeros. Sizes are 0 or more; at most 64 axes.
MOIR_API moir_status moir_tensor_create(moir_element_type type, size_t rank, const int64_t* shape,
                                        moir_tensor** tensor);
// Memory of the caller, which is not copied and must outlive the tensor and every request that was given it.
// `byte_size` says how large it is; less than the tensor needs is MOIR_STATUS_BAD_OPTION.
MOIR_API moir_status moir_tensor_wrap(moir_element_type type, size_t rank, const int64_t* shape, void* data,
                                      size_t byte_size, moir_tensor** tensor);
// The same with gaps. `strides` are bytes from one element to the next, one per axis, with room for the axes inside.
MOIR_API moir_status moir_tensor_wrap_strided(moir_element_type type, size_t rank, const int64_t* shape,
                                              const int64_t* strides, void* data, size_t byte_size,
                                              moir_tensor** tensor);
// Memory that the library hands back: release(user_data) is called once, in whichever thread lets go last, when no
// tensor and no request uses it any more. Not when this call fails.
MOIR_API moir_status moir_tensor_wrap_owned(moir_element_type type, size_t rank, const int64_t* shape, void* data,
                                            size_t byte_size, void (*release)(void* user_data), void* user_data,
                                            moir_tensor** tensor);
// A view of the elements from index begin[i] up to, not including, end[i] of every axis; it keeps the memory alive.
// Both have `rank` numbers, which must be the tensor's rank.
MOIR_API moir_status moir_tensor_region(moir_tensor* tensor, size_t rank, const int64_t* begin, const int64_t* end,
                                        moir_tensor** region);
// Requests that were given the tensor keep its memory, unless it is the caller's.
MOIR_API moir_status moir_tensor_free(moir_tensor* tensor);

MOIR_API moir_status moir_tensor_get_type(moir_tensor* tensor, moir_element_type* type);
// The numbers stay where they are until the handle is released. `rank` may be null.
MOIR_API moir_status moir_tensor_get_shape(moir_tensor* tensor, size_t* rank, const int64_t** shape);
MOIR_API moir_status moir_tensor_get_strides(moir_tensor* tensor, size_t* rank, const int64_t** strides);
MOIR_API moir_status moir_tensor_get_size(moir_tensor* tensor, size_t* elements);
MOIR_API moir_status moir_tensor_get_byte_size(moir_tensor* tensor, size_t* bytes);  // without gaps
MOIR_API moir_status moir_tensor_is_continuous(moir_tensor* tensor, int32_t* is_continuous);
// The first element. MOIR_STATUS_BAD_OPTION when the elements are of another type.
MOIR_API moir_status moir_tensor_get_data(moir_tensor* tensor, moir_element_type type, void** data);
// Copies the values; both have the same type and shape.
MOIR_API moir_status moir_tensor_copy(moir_tensor* from, moir_tensor* to);

// ---- core ----

MOIR_API moir_status moir_core_create(moir_core** core);
MOIR_API moir_status moir_core_free(moir_core* core);
// `bin_path` null or empty: beside the .xml.
MOIR_API moir_status moir_core_read_model(moir_core* core, const char* xml_path, const char* bin_path,
                                          moir_model** model);
// The weights, null for a model without, are not copied: the model and what is compiled from it keep the tensor. Memory
// of the caller (moir_tensor_wrap) must outlive them, and must not change. `xml_text` need not end with a null byte.
MOIR_API moir_status moir_core_read_model_from_memory(moir_core* core, const char* xml_text, size_t xml_size,
                                                      moir_tensor* weights, moir_model** model);
// Properties are those of moir/moir.h; those of the core are the defaults. Null with 0 for none.
MOIR_API moir_status moir_core_compile_model(moir_core* core, moir_model* model, const moir_property* properties,
                                             size_t property_count, moir_compiled_model** compiled_model);
MOIR_API moir_status moir_core_compile_model_from_file(moir_core* core, const char* xml_path,
                                                       const moir_property* properties, size_t property_count,
                                                       moir_compiled_model** compiled_model);
// Of what an export of moir_compiled_model_... wrote, whichever it was. The function puts at most `size` bytes to
// `bytes` and returns how many these are, 0 at the end, less when it cannot read; it is not called again then.
typedef int64_t (*moir_read)(void* user_data, void* bytes, size_t size);
MOIR_API moir_status moir_core_import_model(moir_core* core, moir_read read, void* user_data,
                                            const moir_property* properties, size_t property_count,
                                            moir_compiled_model** compiled_model);
// The bytes are copied.
MOIR_API moir_status moir_core_import_model_from_memory(moir_core* core, const void* bytes, size_t size,
                                                        const moir_property* properties, size_t property_count,
                                                        moir_compiled_model** compiled_model);
// The file is not copied: it may be removed or replaced while something runs on it, but must not be written to.
MOIR_API moir_status moir_core_import_model_from_file(moir_core* core, const char* path,
                                                      const moir_property* properties, size_t property_count,
                                                      moir_compiled_model** compiled_model);
// All of them, or none.
MOIR_API moir_status moir_core_set_properties(moir_core* core, const moir_property* properties, size_t property_count);
MOIR_API moir_status moir_core_get_property(moir_core* core, const char* name, const char** value);
// For the whole process, as in C++.
MOIR_API moir_status moir_core_add_extension(moir_core* core, const char* library_path);

// ---- models ----

MOIR_API moir_status moir_model_free(moir_model* model);
MOIR_API moir_status moir_model_get_name(moir_model* model, const char** name);
MOIR_API moir_status moir_model_inputs(moir_model* model, const moir_port_list** ports);
MOIR_API moir_status moir_model_outputs(moir_model* model, const moir_port_list** ports);
MOIR_API moir_status moir_model_input(moir_model* model, size_t index, const moir_port** port);
MOIR_API moir_status moir_model_output(moir_model* model, size_t index, const moir_port** port);
MOIR_API moir_status moir_model_input_by_name(moir_model* model, const char* name, const moir_port** port);
MOIR_API moir_status moir_model_output_by_name(moir_model* model, const char* name, const moir_port** port);
MOIR_API moir_status moir_model_reshape(moir_model* model, const moir_named_shape* shapes, size_t shape_count);
MOIR_API moir_status moir_model_reshape_input(moir_model* model, size_t index, size_t rank, const int64_t* shape);
MOIR_API moir_status moir_model_reshape_only_input(moir_model* model, size_t rank, const int64_t* shape);
MOIR_API moir_status moir_model_get_layout(moir_model* model, const char* input, const char** layout);
MOIR_API moir_status moir_model_set_layout(moir_model* model, const char* input, const char* layout);
MOIR_API moir_status moir_model_set_batch(moir_model* model, int64_t batch);

// What an inference gives out as `output` is `input` of the request's next one.
MOIR_API moir_status moir_model_add_state(moir_model* model, const char* output, const char* input);
MOIR_API moir_status moir_model_states(moir_model* model, const moir_text_list** names);

// ---- pre- and post-processing (moir/preprocess.h) ----

typedef int32_t moir_color_format;
enum {
  MOIR_COLOR_BGR = 1,
  MOIR_COLOR_RGB,
  MOIR_COLOR_GRAY,
  MOIR_COLOR_BGRX,
  MOIR_COLOR_RGBX,
  MOIR_COLOR_NV12_SINGLE_PLANE,
  MOIR_COLOR_NV12_TWO_PLANES,
};
typedef int32_t moir_resize_algorithm;
enum { MOIR_RESIZE_LINEAR = 0, MOIR_RESIZE_NEAREST = 1 };

// `input` and `output` are names; null stands for the only one.
MOIR_API moir_status moir_preprocessor_create(moir_model* model, moir_preprocessor** preprocessor);
MOIR_API moir_status moir_preprocessor_free(moir_preprocessor* preprocessor);
// The model with the steps; the one that was given stays as it is.
MOIR_API moir_status moir_preprocessor_build(moir_preprocessor* preprocessor, moir_model** model);
// What the application has.
MOIR_API moir_status moir_preprocessor_set_tensor_type(moir_preprocessor* preprocessor, const char* input,
                                                       moir_element_type type);
MOIR_API moir_status moir_preprocessor_set_tensor_layout(moir_preprocessor* preprocessor, const char* input,
                                                         const char* layout);
MOIR_API moir_status moir_preprocessor_set_tensor_color(moir_preprocessor* preprocessor, const char* input,
                                                        moir_color_format format);
MOIR_API moir_status moir_preprocessor_set_tensor_size(moir_preprocessor* preprocessor, const char* input,
                                                       int64_t height, int64_t width);
MOIR_API moir_status moir_preprocessor_set_tensor_any_size(moir_preprocessor* preprocessor, const char* input);
// Of the model's input, where it is not known.
MOIR_API moir_status moir_preprocessor_set_model_layout(moir_preprocessor* preprocessor, const char* input,
                                                        const char* layout);
// Steps, in the order of the calls.
MOIR_API moir_status moir_preprocessor_convert_type(moir_preprocessor* preprocessor, const char* input,
                                                    moir_element_type type);
MOIR_API moir_status moir_preprocessor_convert_color(moir_preprocessor* preprocessor, const char* input,
                                                     moir_color_format format);
MOIR_API moir_status moir_preprocessor_resize(moir_preprocessor* preprocessor, const char* input,
                                              moir_resize_algorithm algorithm);
MOIR_API moir_status moir_preprocessor_resize_to(moir_preprocessor* preprocessor, const char* input,
                                                 moir_resize_algorithm algorithm, int64_t height, int64_t width);
MOIR_API moir_status moir_preprocessor_crop(moir_preprocessor* preprocessor, const char* input, size_t rank,
                                            const int64_t* begin, const int64_t* end);
// One value for all channels, or one for each.
MOIR_API moir_status moir_preprocessor_mean(moir_preprocessor* preprocessor, const char* input, const float* values,
                                            size_t count);
MOIR_API moir_status moir_preprocessor_scale(moir_preprocessor* preprocessor, const char* input, const float* values,
                                             size_t count);
MOIR_API moir_status moir_preprocessor_reverse_channels(moir_preprocessor* preprocessor, const char* input);
// What the application gets.
MOIR_API moir_status moir_preprocessor_set_output_type(moir_preprocessor* preprocessor, const char* output,
                                                       moir_element_type type);
MOIR_API moir_status moir_preprocessor_set_output_layout(moir_preprocessor* preprocessor, const char* output,
                                                         const char* layout);
MOIR_API moir_status moir_preprocessor_set_output_model_layout(moir_preprocessor* preprocessor, const char* output,
                                                               const char* layout);

// ---- compiled models ----

MOIR_API moir_status moir_compiled_model_free(moir_compiled_model* model);
MOIR_API moir_status moir_compiled_model_get_name(moir_compiled_model* model, const char** name);
MOIR_API moir_status moir_compiled_model_inputs(moir_compiled_model* model, const moir_port_list** ports);
MOIR_API moir_status moir_compiled_model_outputs(moir_compiled_model* model, const moir_port_list** ports);
MOIR_API moir_status moir_compiled_model_input(moir_compiled_model* model, size_t index, const moir_port** port);
MOIR_API moir_status moir_compiled_model_output(moir_compiled_model* model, size_t index, const moir_port** port);
MOIR_API moir_status moir_compiled_model_input_by_name(moir_compiled_model* model, const char* name,
                                                       const moir_port** port);
MOIR_API moir_status moir_compiled_model_output_by_name(moir_compiled_model* model, const char* name,
                                                        const moir_port** port);
MOIR_API moir_status moir_compiled_model_create_infer_request(moir_compiled_model* model, moir_infer_request** request);
// Another compiled model, for other shapes; this one stays.
MOIR_API moir_status moir_compiled_model_reshape(moir_compiled_model* model, const moir_named_shape* shapes,
                                                 size_t shape_count, moir_compiled_model** reshaped);
// For the imports of moir_core_.... `write` returns 0 when it has taken all bytes; otherwise the export ends with
// MOIR_STATUS_IO.
typedef int32_t (*moir_write)(void* user_data, const void* bytes, size_t size);
MOIR_API moir_status moir_compiled_model_export(moir_compiled_model* model, moir_write write, void* user_data);
// The file appears whole or not at all; one that was there before stays until then.
MOIR_API moir_status moir_compiled_model_export_to_file(moir_compiled_model* model, const char* path);
// Released with moir_free.
MOIR_API moir_status moir_compiled_model_export_to_memory(moir_compiled_model* model, const void** bytes, size_t* size);
MOIR_API moir_status moir_compiled_model_get_runtime_model(moir_compiled_model* model,
                                                           const moir_runtime_layer_list** layers);
MOIR_API moir_status moir_compiled_model_get_property(moir_compiled_model* model, const char* name, const char** value);
MOIR_API moir_status moir_compiled_model_set_property(moir_compiled_model* model, const char* name, const char* value);

// ---- requests ----

// Waits until nothing runs, as moir::InferRequest's last handle does: afterwards the caller's memory is no longer used.
// In the request's own callback, and while other threads are inside a call with it, it does not wait: the last of them
// does.
MOIR_API moir_status moir_infer_request_free(moir_infer_request* request);

MOIR_API moir_status moir_infer_request_set_tensor(moir_infer_request* request, const char* name, moir_tensor* tensor);
// Of the port, only struct_size, name, is_output and index are read.
MOIR_API moir_status moir_infer_request_set_port_tensor(moir_infer_request* request, const moir_port* port,
                                                        moir_tensor* tensor);
MOIR_API moir_status moir_infer_request_set_input_tensor(moir_infer_request* request, size_t index,
                                                         moir_tensor* tensor);
MOIR_API moir_status moir_infer_request_set_output_tensor(moir_infer_request* request, size_t index,
                                                          moir_tensor* tensor);
// A handle of its own on the tensor that was set, or on the request's; it may outlive the request.
MOIR_API moir_status moir_infer_request_get_tensor(moir_infer_request* request, const char* name, moir_tensor** tensor);
MOIR_API moir_status moir_infer_request_get_port_tensor(moir_infer_request* request, const moir_port* port,
                                                        moir_tensor** tensor);
MOIR_API moir_status moir_infer_request_get_input_tensor(moir_infer_request* request, size_t index,
                                                         moir_tensor** tensor);
MOIR_API moir_status moir_infer_request_get_output_tensor(moir_infer_request* request, size_t index,
                                                          moir_tensor** tensor);

MOIR_API moir_status moir_infer_request_infer(moir_infer_request* request);
MOIR_API moir_status moir_infer_request_start_async(moir_infer_request* request);
// Returns the status of the last inference once the request is at rest.
MOIR_API moir_status moir_infer_request_wait(moir_infer_request* request);
// The same for at most so long. `at_rest` becomes 0 when the time was over first, and then the status is
// MOIR_STATUS_OK; otherwise 1, also when the inference failed.
MOIR_API moir_status moir_infer_request_wait_for(moir_infer_request* request, int64_t milliseconds, int32_t* at_rest);
// Called in the stream's thread after every inference that start_async started; `message` is empty for MOIR_STATUS_OK
// and lives as long as the call. Null removes it.
typedef void (*moir_callback)(void* user_data, moir_status status, const char* message);
MOIR_API moir_status moir_infer_request_set_callback(moir_infer_request* request, moir_callback callback,
                                                     void* user_data);
MOIR_API moir_status moir_infer_request_cancel(moir_infer_request* request);
// States (moir_model_add_state, or the model's file), which are this request's own.
MOIR_API moir_status moir_infer_request_states(moir_infer_request* request, const moir_text_list** names);
// A copy of the value that the next inference starts from.
MOIR_API moir_status moir_infer_request_get_state(moir_infer_request* request, const char* name, moir_tensor** value);
MOIR_API moir_status moir_infer_request_set_state(moir_infer_request* request, const char* name, moir_tensor* value);
// Back to that of a new request. Null: all states.
MOIR_API moir_status moir_infer_request_reset_state(moir_infer_request* request, const char* name);
MOIR_API moir_status moir_infer_request_get_profiling_info(moir_infer_request* request,
                                                           const moir_profiling_list** layers);

#ifdef __cplusplus
}  // extern "C"
#endif
