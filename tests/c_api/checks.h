// What the C programs' checks share. A check prints what it compared only when it fails; the program's last line counts
// both, and its exit code is 1 when one failed.
#ifndef MOIR_TESTS_C_API_CHECKS_H_
#define MOIR_TESTS_C_API_CHECKS_H_

#include "moir/c/moir.h"

void check(int holds, const char* text, const char* file, int line);
void check_status(moir_status expected, moir_status got, const char* text, const char* file, int line);
// The status and a part of moir_last_error().
void check_error(moir_status expected, const char* part, moir_status got, const char* text, const char* file, int line);
void check_text(const char* expected, const char* got, const char* file, int line);
void check_number(double expected, double got, const char* text, const char* file, int line);

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
#define CHECK_OK(call) check_status(MOIR_STATUS_OK, call, #call, __FILE__, __LINE__)
#define CHECK_STATUS(status, call) check_status(status, call, #call, __FILE__, __LINE__)
#define CHECK_ERROR(status, part, call) check_error(status, part, call, #call, __FILE__, __LINE__)
#define CHECK_TEXT(expected, text) check_text(expected, text, __FILE__, __LINE__)
#define CHECK_NUMBER(expected, number) check_number(expected, number, #number, __FILE__, __LINE__)

// y = x + 1 with x of f32[1,4], as files in memory. The second model has x of f32[1,?].
extern const char* const kPlusOne;
extern const char* const kPlusOneOpen;
extern float one[1];
moir_model* read_plus_one(moir_core* core, const char* xml);
// The whole way: core, model, and compiled model, of which only the last remains.
moir_compiled_model* compile_plus_one(const char* property, const char* value);
void fill(moir_infer_request* request, float value);  // the first input
float first_value(moir_infer_request* request);       // of the first output

// The cases, one function each.
void check_versions(void);
void check_ports(void);
void check_models(void);
void check_properties(void);
void check_tensors(void);
void check_requests(void);
void check_asynchronous(void);
void check_callbacks(void);
void check_layers(void);
void check_extensions(const char* library);
void check_handles(void);
void check_arguments(void);
void check_lifetimes(void);
void check_states(void);
void check_exports(void);
void check_preprocessing(void);
// Prints "MODE CLASS PROBABILITY" of all classes, for the caller to compare.
void check_digits(const char* xml_path, const char* picture_path);

#endif  // MOIR_TESTS_C_API_CHECKS_H_
