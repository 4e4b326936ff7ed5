// Fields of comma-separated values (RFC 4180).
#pragma once

#include <string>

namespace moir::apps {

// In quotes where it needs them.
std::string CsvText(const std::string& text);
// With nine digits.
std::string CsvNumber(double value);

}  // namespace moir::apps
