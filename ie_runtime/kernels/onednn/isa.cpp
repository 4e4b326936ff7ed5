#include "ie_runtime/isa.h"

#include <atomic>
#include <utility>
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "ie_runtime/kernels/onednn/onednn.h"

namespace moir::runtime {
namespace {

constexpr std::pair<std::string_view, Isa> kNames[] = {
    {"sse41", Isa::kSse41},
    {"avx2", Isa::kAvx2},
    {"avx512_core", Isa::kAvx512Core},
    {"avx512_core_vnni", Isa::kAvx512CoreVnni},
    {"avx512_core_bf16", Isa::kAvx512CoreBf16},
    {"avx512_core_amx", Isa::kAvx512CoreAmx},
};

dnnl::cpu_isa ToDnnl(Isa isa) {
  switch (isa) {
    case Isa::kSse41: return dnnl::cpu_isa::sse41;
    case Isa::kAvx2: return dnnl::cpu_isa::avx2;
    case Isa::kAvx512Core: return dnnl::cpu_isa::avx512_core;
    case Isa::kAvx512CoreVnni: return dnnl::cpu_isa::avx512_core_vnni;
    case Isa::kAvx512CoreBf16: return dnnl::cpu_isa::avx512_core_bf16;
    case Isa::kAvx512CoreAmx: break;
  }
  return dnnl::cpu_isa::avx512_core_amx;
}

#if defined(__x86_64__)
// Linux gives a process the large registers of AMX when it asks for them; oneDNN asks in the same way.
bool MayUseTiles() {
#if defined(__linux__)
  constexpr int64_t kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}
#endif

Isa CpuIsa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("amx-bf16") &&
      __builtin_cpu_supports("amx-int8") && MayUseTiles())
    return Isa::kAvx512CoreAmx;
  if (__builtin_cpu_supports("avx512bf16")) return Isa::kAvx512CoreBf16;
  if (__builtin_cpu_supports("avx512vnni")) return Isa::kAvx512CoreVnni;
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return Isa::kAvx512Core;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::kAvx2;
#endif
  return Isa::kSse41;
}

std::atomic<Isa> limit{Isa::kAvx512CoreAmx};

}  // namespace

Isa ParseIsa(std::string_view name) {
  std::string known;
  for (const auto& [text, isa] : kNames) {
    if (text == name) return isa;
    known += known.empty() ? "" : ", ";
    known += text;
  }
  Fail(ErrorKind::kBadOption, "property max_isa: got \"", name, "\", expected one of ", known);
}

std::string_view IsaName(Isa isa) { return kNames[static_cast<size_t>(isa)].first; }

bool LimitIsa(Isa isa) {
  if (isa == limit) return true;
  if (dnnl::set_max_cpu_isa(ToDnnl(isa)) != dnnl::status::success) return false;
  limit = isa;
  return true;
}

std::string OneDnnVersion() {
  const dnnl_version_t* version = dnnl_version();
  return StrCat(version->major, '.', version->minor, '.', version->patch, ' ', version->hash, ' ',
                static_cast<int>(dnnl::get_effective_cpu_isa()));
}

Isa EffectiveIsa() {
  static const Isa cpu = CpuIsa();
  return std::min(cpu, limit.load());
}

bool HasBf16(Isa isa) { return isa >= Isa::kAvx512CoreBf16; }

}  // namespace moir::runtime
