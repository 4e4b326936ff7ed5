// Plug-ins that must be refused when they are loaded: one per value of MOIR_CASE, see tests/CMakeLists.txt.
#include <stdexcept>

#include "extension_api.h"

#define CASE_VERSION 1
#define CASE_SIZE 2
#define CASE_NO_ENTRY 3
#define CASE_NULL 4
#define CASE_THROW 5
#define CASE_BUILT_IN_OPERATOR 6
#define CASE_TWICE 7
#define CASE_BUILT_IN_CONVERTER 8
#define CASE_ALIAS_CONVERTER 9
#define CASE_PLACE 10
#define CASE_SYMBOL 11
#define CASE_LAYER_TYPE 12
#define CASE_NO_INFER 13
#define CASE_NAME 14
#define CASE_ENTRY_SIZE 15
#define CASE_DEFAULT 16
#define CASE_PASS_NAME 17
#define CASE_CUSTOM 18
#define CASE_COUNT 19
#define CASE_DUPLICATE 20

#if MOIR_CASE != CASE_NO_ENTRY

namespace {

MoirStatus Fail(void*, const MoirHost* host, MoirContext* context) { return host->fail(context, "not to be called"); }

constexpr MoirInputSchema kInput = {"data", MOIR_INPUT_REQUIRED};
constexpr MoirAttributeSchema kAttribute = {"alpha", MOIR_ATTRIBUTE_DOUBLE, MOIR_CASE == CASE_DEFAULT ? "many" : "1",
                                            nullptr};

constexpr const char* kName = MOIR_CASE == CASE_BUILT_IN_OPERATOR ? "Convolution"
                              : MOIR_CASE == CASE_NAME            ? "no name"
                              : MOIR_CASE == CASE_DUPLICATE       ? "SoftThreshold"
                                                                  : "Unloadable";
const MoirOperator kOperator = {MOIR_CASE == CASE_ENTRY_SIZE ? 8 : sizeof(MoirOperator),
                                1,
                                kName,
                                MOIR_CASE == CASE_LAYER_TYPE ? "pooling" : nullptr,
                                1,
                                1,
                                &kInput,
                                &kAttribute,
                                nullptr,
                                MOIR_CASE == CASE_NO_INFER ? nullptr : Fail,
                                Fail,
                                0,
                                0,
                                nullptr};
const MoirOperator* const kOperators[] = {&kOperator, &kOperator};

const MoirConverter kConverter = {sizeof(MoirConverter),
                                  0,
                                  MOIR_CASE == CASE_ALIAS_CONVERTER ? "ElementWiseSum"
                                  : MOIR_CASE == CASE_CUSTOM        ? "Custom"
                                                                    : "Activation",
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  Fail};
const MoirConverter* const kConverters[] = {&kConverter};

const MoirPass kPass = {sizeof(MoirPass),
                        0,
                        MOIR_CASE == CASE_PASS_NAME ? "fold-constants" : "mine",
                        MOIR_CASE == CASE_PLACE ? "before:fold_constant" : "before:fold_constants",
                        nullptr,
                        nullptr,
                        Fail};
const MoirPass* const kPasses[] = {&kPass};

constexpr bool kHasConverter =
    MOIR_CASE == CASE_BUILT_IN_CONVERTER || MOIR_CASE == CASE_ALIAS_CONVERTER || MOIR_CASE == CASE_CUSTOM;
const MoirExtension kExtension = {MOIR_CASE == CASE_VERSION ? 99 : MOIR_EXTENSION_ABI_VERSION,
                                  MOIR_CASE == CASE_SIZE ? 8 : sizeof(MoirExtension),
                                  "unloadable",
                                  "1",
                                  MOIR_CASE == CASE_COUNT   ? 4000000000u
                                  : MOIR_CASE == CASE_TWICE ? 2u
                                                            : 1u,
                                  kHasConverter ? 1 : 0,
                                  MOIR_CASE == CASE_PLACE || MOIR_CASE == CASE_PASS_NAME ? 1 : 0,
                                  0,
                                  kOperators,
                                  kConverters,
                                  kPasses};

}  // namespace

#if MOIR_CASE == CASE_SYMBOL
extern "C" int FunctionThatNobodyHas();
#endif

extern "C" MOIR_EXTENSION_EXPORT const MoirExtension* MoirExtensionEntry(void) {
#if MOIR_CASE == CASE_SYMBOL
  if (FunctionThatNobodyHas()) return nullptr;
#elif MOIR_CASE == CASE_NULL
  return nullptr;
#elif MOIR_CASE == CASE_THROW
  throw std::runtime_error("thrown by the entry point");
#endif
  return &kExtension;
}

#endif
