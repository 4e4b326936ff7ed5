// The values of a report as JSON, for both of its forms.
#pragma once

#include <nlohmann/json.hpp>

#include "mo/report/model_report.h"

namespace moir::mo {

nlohmann::ordered_json ReportValues(const ModelReport& report);

// The page around the values: everything before and after them.
extern const char* const kReportPageStart;
extern const char* const kReportPageEnd;

}  // namespace moir::mo
