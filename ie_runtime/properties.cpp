#include "ie_runtime/properties.h"

#include <cstdlib>

#include "ie_runtime/isa.h"

namespace moir::runtime {
namespace {

[[noreturn]] void FailValue(const std::string& name, const std::string& value, const char* expected) {
  Fail(ErrorKind::kBadOption, "property ", name, ": got \"", value, "\", expected ", expected);
}

}  // namespace

CompileOptions ReadProperties(const Properties& properties) {
  CompileOptions options;
  std::string max_isa;
  if (const char* environment = std::getenv("MOIR_MAX_ISA")) max_isa = environment;
  for (const auto& [name, value] : properties) {
    if (name == "inference_num_threads") {
      const auto threads = graph::ParseInt(value);
      if (!threads || *threads < 0 || *threads > 4096) FailValue(name, value, "a number from 0 to 4096");
      options.threads = static_cast<int>(*threads);
    } else if (name == "inference_precision") {
      if (value == "bf16")
        Fail(ErrorKind::kUnsupported, "property inference_precision: bf16 is not available yet, expected f32");
      if (value != "f32") FailValue(name, value, "f32 or bf16");
    } else if (name == "enable_profiling") {
      if (value != "true" && value != "false") FailValue(name, value, "true or false");
      options.profiling = value == "true";
    } else if (name == "max_isa") {
      if (!value.empty()) max_isa = value;
    } else {
      static const std::vector<std::string> kNames = {"enable_profiling", "inference_num_threads",
                                                      "inference_precision", "max_isa"};
      const std::string near = graph::NearestName(name, kNames);
      Fail(ErrorKind::kBadOption, "property \"", name, "\" is not known",
           near.empty() ? "" : StrCat(", did you mean ", near));
    }
  }
  if (!max_isa.empty() && !LimitIsa(ParseIsa(max_isa))) {
    Fail(ErrorKind::kBadOption, "property max_isa: got \"", max_isa,
         "\" after the first compilation, which is bounded by ", IsaName(EffectiveIsa()));
  }
  return options;
}

}  // namespace moir::runtime
