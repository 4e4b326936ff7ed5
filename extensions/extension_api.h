/* The interface between moir and plug-ins: shared libraries that bring operators, converters and passes of their own.
 *
 * Plain C with fixed sizes, so that a plug-in works whatever compiler and C++ library it was built with. C++
 * programmers write against extension.h, which wraps all of it; docs/extending.md is the guide.
 *
 * A plug-in exports one function, MoirExtensionEntry, which returns a description of everything it brings. The host
 * copies what it needs when it loads the library; functions and `user` pointers must stay valid as long as the process
 * lives (a library is never unloaded once it was accepted).
 *
 * Rules on both sides:
 *  - No exception crosses the interface. Callbacks return MOIR_OK, or report with MoirHost::fail and return its result.
 *  - Structures that may grow start with their size; a host takes larger ones than it knows, never smaller ones.
 *  - Host functions other than `fail` and `parallel_for` may be called only in the thread that runs the callback, and
 *    pointers that they return are valid until the callback returns.
 *  - Operators' callbacks may run in several threads at the same time, for different contexts.
 *  - A function called where it makes no sense (set_output in an evaluation) fails; nothing is undefined. */
#ifndef MOIR_EXTENSIONS_EXTENSION_API_H_
#define MOIR_EXTENSIONS_EXTENSION_API_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a change breaks plug-ins that exist. */
#define MOIR_EXTENSION_ABI_VERSION 1u

typedef int32_t MoirStatus;
enum {
  MOIR_OK = 0,
  MOIR_ERROR = 1,
  MOIR_DECLINED = 2 /* a kernel does not serve this layer, a pass leaves this node alone */
};

enum { MOIR_BOOL = 1, MOIR_F16, MOIR_BF16, MOIR_F32, MOIR_F64, MOIR_I8, MOIR_U8, MOIR_I32, MOIR_I64 };

/* `data` is null where values are not known. Values are dense, row-major unless a kernel asked for another layout. */
typedef struct MoirTensor {
  int32_t type;
  int32_t rank;
  const int64_t* dims;
  void* data;
} MoirTensor;

enum {
  MOIR_ATTRIBUTE_BOOL = 0,
  MOIR_ATTRIBUTE_INT,
  MOIR_ATTRIBUTE_DOUBLE,
  MOIR_ATTRIBUTE_STRING,
  MOIR_ATTRIBUTE_INTS,
  MOIR_ATTRIBUTE_DOUBLES,
  MOIR_ATTRIBUTE_STRINGS
};

/* The member that belongs to `kind` is set; `count` belongs to the lists. */
typedef struct MoirAttribute {
  const char* name;
  int32_t kind;
  int64_t integer; /* bool: 0 or 1 */
  double real;
  const char* text;
  uint64_t count;
  const int64_t* ints;
  const double* doubles;
  const char* const* texts;
} MoirAttribute;

typedef int64_t MoirValue; /* an output of a node; 0 is none */
typedef int64_t MoirNode;  /* 0 is the node that the callback is for */
typedef struct MoirContext MoirContext;

enum { MOIR_LAYOUT_PLAIN = 0, MOIR_LAYOUT_CHANNELS_LAST = 1 }; /* channels last: N, spatial axes, C; ranks 3 to 5 */
enum {
  MOIR_ISA_SSE41 = 0,
  MOIR_ISA_AVX2,
  MOIR_ISA_AVX512,
  MOIR_ISA_AVX512_VNNI,
  MOIR_ISA_AVX512_BF16,
  MOIR_ISA_AVX512_AMX
};

typedef struct MoirHost {
  uint32_t struct_size;
  uint32_t abi_version;

  /* Every callback. `fail` keeps the first message and returns MOIR_ERROR. */
  MoirStatus (*fail)(MoirContext*, const char* message);

  /* What nodes are. In callbacks of operators there is the node itself only (0). */
  MoirStatus (*node_name)(MoirContext*, MoirNode, const char** name);
  MoirStatus (*node_op)(MoirContext*, MoirNode, const char** op);
  MoirStatus (*attribute)(MoirContext*, MoirNode, const char* name, MoirAttribute* attribute);
  MoirStatus (*input_count)(MoirContext*, MoirNode, uint32_t* count);
  MoirStatus (*output_count)(MoirContext*, MoirNode, uint32_t* count);
  MoirStatus (*input)(MoirContext*, MoirNode, uint32_t index, MoirValue* value);
  MoirStatus (*output)(MoirContext*, MoirNode, uint32_t index, MoirValue* value);
  /* Type and shape; the values when they are known before the model runs. */
  MoirStatus (*describe)(MoirContext*, MoirValue, MoirTensor* tensor);

  /* infer */
  MoirStatus (*set_output)(MoirContext*, uint32_t index, int32_t type, int32_t rank, const int64_t* dims);

  /* evaluate and run. The tensors' memory is the host's. */
  MoirStatus (*input_tensor)(MoirContext*, uint32_t index, MoirTensor* tensor);
  MoirStatus (*output_tensor)(MoirContext*, uint32_t index, MoirTensor* tensor);
  /* body(argument, begin, end) over pieces of [0, count) of at least `grain`, possibly in several threads. */
  MoirStatus (*parallel_for)(MoirContext*, int64_t count, int64_t grain,
                             void (*body)(void* argument, int64_t begin, int64_t end), void* argument);
  /* create_kernel, evaluate and run: the newest instruction set that may be used, MOIR_ISA_... */
  MoirStatus (*max_isa)(MoirContext*, int32_t* isa);

  /* create_kernel. Inputs and outputs are plain unless these say otherwise; an input that is skipped (packed weights)
   * has no data when the kernel runs. */
  MoirStatus (*set_input_layout)(MoirContext*, uint32_t index, int32_t layout);
  MoirStatus (*set_output_layout)(MoirContext*, uint32_t index, int32_t layout);
  MoirStatus (*skip_input)(MoirContext*, uint32_t index);

  /* convert: the node of MXNet. Attributes are texts as the file states them; absent ones give null. Every attribute
   * must have been asked for (or ignored), else the conversion fails: it might have mattered. */
  MoirStatus (*mxnet_attribute)(MoirContext*, const char* name, const char** text);
  MoirStatus (*mxnet_attribute_at)(MoirContext*, uint32_t index, const char** name, const char** text);
  MoirStatus (*input_name)(MoirContext*, uint32_t index, const char** name); /* of the node or parameter read */
  /* As `input`, where the converter knows the shape that a parameter must have; a wrong one is reported with all
   * others. */
  MoirStatus (*input_as)(MoirContext*, uint32_t index, int32_t rank, const int64_t* dims, MoirValue* value);
  MoirStatus (*note)(MoirContext*, const char* text); /* for the user to read */

  /* convert and passes: building. `name` is a suffix of the node's name and may be null. */
  MoirStatus (*add_constant)(MoirContext*, const char* name, const MoirTensor* tensor, MoirValue* value);
  MoirStatus (*add_node)(MoirContext*, const char* op, const char* name, uint32_t input_count, const MoirValue* inputs,
                         uint32_t attribute_count, const MoirAttribute* attributes, MoirNode* node);
  /* convert: what output `index` of MXNet's node is. Passes: everything that read output `index` of the node reads the
   * value. */
  MoirStatus (*set_result)(MoirContext*, uint32_t index, MoirValue value);

  /* passes: how the graph goes on. producer gives the node that computes a value. */
  MoirStatus (*producer)(MoirContext*, MoirValue, MoirNode* node);
  MoirStatus (*reader_count)(MoirContext*, MoirValue, uint32_t* readers); /* outputs of the model count as readers */
} MoirHost;

enum { MOIR_INPUT_REQUIRED = 0, MOIR_INPUT_OPTIONAL, MOIR_INPUT_VARIADIC }; /* variadic: the last one; one or more */
typedef struct MoirInputSchema {
  const char* name;
  int32_t kind;
} MoirInputSchema;

typedef struct MoirAttributeSchema {
  const char* name;
  int32_t kind;
  const char* default_text; /* "1.5", "true", "1,2", "text"; null: the attribute must be given */
  const char* ir_name;      /* in IR v2 to v4; null: `name` */
} MoirAttributeSchema;

typedef struct MoirKernel {
  void* state;
  MoirStatus (*run)(void* state, const MoirHost*, MoirContext*);
  void (*destroy)(void* state); /* may be null */
} MoirKernel;

typedef struct MoirOperator {
  uint32_t struct_size;
  uint32_t output_count; /* 0: as many as infer sets */
  const char* name;
  const char* ir_type; /* layer type in IR v2 to v4; null: `name` */
  uint32_t input_count;
  uint32_t attribute_count;
  const MoirInputSchema* inputs;
  const MoirAttributeSchema* attributes;
  void* user;
  MoirStatus (*infer)(void* user, const MoirHost*, MoirContext*);
  /* Plain evaluation: what the operator means. Folds constants, verifies, and runs where there is no kernel. f16 and
   * bf16 arrive and leave as f32 unless evaluates_any_type is not 0. */
  MoirStatus (*evaluate)(void* user, const MoirHost*, MoirContext*);
  int32_t evaluates_any_type;
  int32_t reserved;
  /* May be null. Once per layer when a model is compiled; fills `kernel`, or returns MOIR_DECLINED. */
  MoirStatus (*create_kernel)(void* user, const MoirHost*, MoirContext*, MoirKernel* kernel);
} MoirOperator;

typedef struct MoirConverter {
  uint32_t struct_size;
  uint32_t reserved;
  const char* op;      /* MXNet's operator; "Custom" for operators in Python */
  const char* op_type; /* of Custom; null otherwise */
  /* What the inputs are, one letter each, the last one for all further inputs: d data, w weight, l label (not read at
   * inference). Null: all data. */
  const char* roles;
  void* user;
  MoirStatus (*convert)(void* user, const MoirHost*, MoirContext*);
} MoirConverter;

typedef struct MoirPass {
  uint32_t struct_size;
  uint32_t reserved;
  const char* name;
  const char* place; /* "before:PASS" or "after:PASS" with the name of one of mo's passes, e.g. before:fold-constants */
  const char* root;  /* the operator whose nodes are looked at; null: every node */
  void* user;
  MoirStatus (*run)(void* user, const MoirHost*, MoirContext*); /* for one node */
} MoirPass;

typedef struct MoirExtension {
  uint32_t abi_version; /* MOIR_EXTENSION_ABI_VERSION; the first two members stay where they are for good */
  uint32_t struct_size;
  const char* name;    /* may be null */
  const char* version; /* may be null */
  uint32_t operator_count;
  uint32_t converter_count;
  uint32_t pass_count;
  uint32_t reserved;
  const MoirOperator* const* operators;
  const MoirConverter* const* converters;
  const MoirPass* const* passes;
} MoirExtension;

#define MOIR_EXTENSION_ENTRY "MoirExtensionEntry"
typedef const MoirExtension* (*MoirExtensionEntryFunction)(void);

#if defined(__GNUC__)
#define MOIR_EXTENSION_EXPORT __attribute__((visibility("default")))
#else
#define MOIR_EXTENSION_EXPORT
#endif

/* Returns null, or does not return normally, when the plug-in cannot be used. */
MOIR_EXTENSION_EXPORT const MoirExtension* MoirExtensionEntry(void);

#ifdef __cplusplus
}
#endif

#endif /* MOIR_EXTENSIONS_EXTENSION_API_H_ */
