// What makes inferences fast, by name: each technique can be left out, to measure what it brings and to find the one at
// fault. For developers, not for users: MOIR_DISABLE=winograd,fuse_sum in the environment.
//
// A new technique gets an entry in Technique, its name in techniques.cpp, and one place that asks Uses before it
// decides, when a model is compiled; nothing asks while inferences run.
#pragma once

#include <span>
#include <string_view>

namespace moir::runtime {

enum class Technique {
  kWinograd,
  kPacked,
  kMatMul,
  kAmx,
  kBlockedLayout,
  kPooling,
  kStream,
  kFusePad,
  kFuseScaleShift,
  kFuseBias,
  kFuseSum,
  kFuseLstmGates,
  kFuseUnary,
  kFuseConcat,
  kFusePrologue,
  kViews,
  kConcatInPlace,
  kInPlace,
  kBusyWaiting,
};

struct TechniqueName {
  Technique technique;
  std::string_view name, meaning;
};
std::span<const TechniqueName> TechniqueNames();

// Whether the models that are compiled from now on use it.
bool Uses(Technique technique);
// Leaves out the named ones and no others; "": none. Throws kBadOption, with the names that there are.
void DisableTechniques(std::string_view names);
// DisableTechniques with MOIR_DISABLE, which is looked at for each model.
void ReadDisabledTechniques();

}  // namespace moir::runtime
