// Errors that users of OpenVINO's Model Optimizer know by number. The numbers are those of its list of frequently asked
// questions; docs/faq.md says for each that can occur what happened and what to do.
#pragma once

#include <string>

#include "graph/error.h"

namespace moir::mo {

// The numbers; docs/faq.md has a text for each.
inline constexpr int kFramework = 15;
inline constexpr int kShapeRequired = 16;
inline constexpr int kScaleTwice = 19;
inline constexpr int kOutputFolder = 22;
inline constexpr int kNotTranslated = 24;
inline constexpr int kUndefinedNode = 25;
inline constexpr int kUnknownOutput = 26;
inline constexpr int kOtherInputsNeeded = 27;
inline constexpr int kPortOfVariable = 28;
inline constexpr int kPortOutOfRange = 29;
inline constexpr int kPortNeeded = 30;
inline constexpr int kPortWithoutShape = 31;
inline constexpr int kOneShapeForMany = 32;
inline constexpr int kPropagationStopped = 38;
inline constexpr int kBatchNumber = 39;
inline constexpr int kShapeUndefined = 41;
inline constexpr int kCustomLayer = 45;
inline constexpr int kNoEpoch = 48;
inline constexpr int kLoadingFailed = 53;
inline constexpr int kInputShapes = 54;
inline constexpr int kShapeAndBatch = 56;
inline constexpr int kShapeGrammar = 57;
inline constexpr int kShapesAndNames = 58;
inline constexpr int kUnreadableNumbers = 59;
inline constexpr int kWrongChannels = 60;
inline constexpr int kMeanGroups = 61;
inline constexpr int kScaleGroups = 62;
inline constexpr int kNdOptions = 81;
inline constexpr int kUnknownInput = 83;
inline constexpr int kNoSymbol = 84;
inline constexpr int kFileType = 85;
inline constexpr int kUnsupportedOperator = 86;
inline constexpr int kCycle = 97;
inline constexpr int kNamedValuesFormat = 101;

inline constexpr int kFaqNumbers[] = {
    kFramework,       kShapeRequired,       kScaleTwice,     kOutputFolder,     kNotTranslated,  kUndefinedNode,
    kUnknownOutput,   kOtherInputsNeeded,   kPortOfVariable, kPortOutOfRange,   kPortNeeded,     kPortWithoutShape,
    kOneShapeForMany, kPropagationStopped,  kBatchNumber,    kShapeUndefined,   kCustomLayer,    kNoEpoch,
    kLoadingFailed,   kInputShapes,         kShapeAndBatch,  kShapeGrammar,     kShapesAndNames, kUnreadableNumbers,
    kWrongChannels,   kMeanGroups,          kScaleGroups,    kNdOptions,        kUnknownInput,   kNoSymbol,
    kFileType,        kUnsupportedOperator, kCycle,          kNamedValuesFormat};

// What ends a message that has a number: " (see docs/faq.md, question #16)".
inline std::string FaqPointer(int number) { return graph::StrCat(" (see docs/faq.md, question #", number, ")"); }

// Throws Error; the message ends in the pointer.
template <typename... Parts>
[[noreturn]] void FailFaq(int number, graph::ErrorKind kind, const Parts&... parts) {
  throw graph::Error(kind, graph::StrCat(parts...) + FaqPointer(number));
}

// Runs `read`; an error that says that a file or graph is bad gets the pointer unless it has one.
template <typename Read>
auto WithFaq(int number, Read&& read) {
  try {
    return read();
  } catch (const graph::Error& error) {
    const std::string text = error.what();
    if (error.Kind() != graph::ErrorKind::kBadModel || text.find("docs/faq.md") != std::string::npos) throw;
    throw graph::Error(error.Kind(), text + FaqPointer(number));
  }
}

}  // namespace moir::mo
