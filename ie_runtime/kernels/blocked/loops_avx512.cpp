#include "ie_runtime/kernels/blocked/loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// GCC takes its own undefined registers inside max and min for an oversight (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f")

namespace moir::runtime::blocked {
namespace {

#include "ie_runtime/kernels/blocked/vec_avx512.inc.h"
// Behind the vector, on which it builds.
#include "ie_runtime/kernels/blocked/loops.inc.h"

}  // namespace

const Loops kLoopsAvx512 = MakeBlockedLoops();

}  // namespace moir::runtime::blocked

#pragma GCC pop_options
#endif
