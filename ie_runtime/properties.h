// Properties of a compilation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ie_runtime/busy_waiting.h"
#include "ie_runtime/compiled_graph.h"
#include "ie_runtime/streams.h"
#include "moir/moir.h"

namespace moir::runtime {

// What properties come to on this machine.
struct CompileSettings {
  CompileOptions compile;  // threads are those of one stream
  int streams = 1;
  Affinity affinity = Affinity::kNone;
  BusyWaiting busy_waiting = BusyWaiting::kAuto;
  bool profiling = false;
  size_t shape_cache_capacity = 8;
  bool measure_kernels = false;
  int measuring_milliseconds = 1000;
  std::string cache_dir;                                       // empty: none
  std::optional<uint64_t> cache_max_size = uint64_t{8} << 30;  // bytes; nothing: no limit
  bool portable_export = true;
  std::string max_isa;  // empty: not asked for
  Properties in_force;  // properties that do not change any more, but max_isa
};

// Checks names and values. Throws kBadOption.
CompileSettings ReadProperties(const Properties& properties);
// Values of the two properties that may change later. Throws kBadOption.
bool ReadProfiling(const std::string& value);
size_t ReadShapeCacheCapacity(const std::string& value);
// Applies max_isa, or MOIR_MAX_ISA, to the process. Throws kBadOption when the first compilation is over.
void ApplyMaxIsa(const CompileSettings& settings);

// Once max_isa is applied: bf16 becomes f32 on a CPU without instructions for it, and inference_precision says so.
void SettlePrecision(CompileSettings& settings);

// What the machine or the compiled model answers, and cannot be set: "full_device_name" and its like.
bool IsReadOnlyProperty(const std::string& name);
// Of those the ones that every model answers alike, and supported_properties.
std::string DeviceProperty(const std::string& name);
// Throws kBadOption: the name is not known; the nearest one is named.
[[noreturn]] void FailUnknownProperty(const std::string& name);

}  // namespace moir::runtime
