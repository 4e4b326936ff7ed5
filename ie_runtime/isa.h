// The newest instruction set that kernels may use.
#pragma once

#include <string>
#include <string_view>

namespace moir::runtime {

enum class Isa { kSse41, kAvx2, kAvx512Core, kAvx512CoreVnni, kAvx512CoreBf16, kAvx512CoreAmx };

// "sse41", "avx2", "avx512_core", "avx512_core_vnni", "avx512_core_bf16", "avx512_core_amx". Throws kBadOption.
Isa ParseIsa(std::string_view name);
std::string_view IsaName(Isa isa);

// Bounds the generated kernels of the whole process. Takes effect only before the first primitive is made;
// returns whether it did (or the same bound was already set).
bool LimitIsa(Isa isa);
// Version of oneDNN and the instructions that it uses, as far as it says.
std::string OneDnnVersion();
// What the CPU has, within the bound.
Isa EffectiveIsa();
// Whether products of bf16 have instructions of their own.
bool HasBf16(Isa isa);

}  // namespace moir::runtime
