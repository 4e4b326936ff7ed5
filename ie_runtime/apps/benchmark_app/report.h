// Files with the results.
#pragma once

#include "options.h"

namespace moir::apps {

// Makes the folder, if need be, and throws kIo now when the reports could not be written after the measurement.
void PrepareReports(const BenchmarkOptions& options);

}  // namespace moir::apps
