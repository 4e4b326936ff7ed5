// The two forms of a report.
#pragma once

#include <string>

#include "mo/report/model_report.h"

namespace moir::mo {

// One object; sizes in bytes, times in seconds. Pretty-printed.
std::string ReportJson(const ModelReport& report);
// One page that needs nothing else: tables, and the graph drawn, to be moved, zoomed and searched.
std::string ReportHtml(const ModelReport& report);

}  // namespace moir::mo
