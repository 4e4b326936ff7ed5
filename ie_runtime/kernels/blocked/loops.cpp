#include "ie_runtime/kernels/blocked/loops.h"

namespace moir::runtime::blocked {

const Loops* FindLoops(Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx512Core) return &kLoopsAvx512;
  if (isa >= Isa::kAvx2) return &kLoopsAvx2;
#endif
  (void)isa;
  return nullptr;
}

const Loops* FindBf16Loops(ElementType result, Isa isa) {
#if defined(__x86_64__)
  if (HasBf16(isa)) return result == ElementType::kBF16 ? &kLoopsBf16 : &kLoopsBf16ToF32;
#endif
  (void)result, (void)isa;
  return nullptr;
}

}  // namespace moir::runtime::blocked
