// --verify on the engine: how mo runs what it wrote, and how it reads arrays and pictures. Not part of the conversion
// library, which builds and runs without the engine.
#pragma once

#include "mo/verify_conversion.h"

namespace moir::mo {

VerifyTools EngineTools();

}  // namespace moir::mo
