// Writer of MXNet's array files, in the form that MXNet 1.0 and later write and read (array header V2, dense).
// params_reader.h shows the bytes.
#pragma once

#include <string>

#include "mo/mxnet/params_reader.h"

namespace moir::mo {

// All arrays under "arg:NAME", "aux:NAME" or their bare name. The file appears complete or not at all. Throws kIo;
// kUnsupported for element types that MXNet does not have.
void WriteParamsFile(const std::string& path, const Params& params);

}  // namespace moir::mo
