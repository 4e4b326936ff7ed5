// Small helpers for text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace moir::graph {

// The arguments, streamed one after another.
template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  std::ostringstream out;
  ((out << parts), ...);
  return out.str();
}

// "1,2,3" for {1, 2, 3} and separator ",".
template <typename Range>
std::string Join(const Range& values, std::string_view separator) {
  std::ostringstream out;
  bool first = true;
  for (const auto& value : values) {
    if (!first) out << separator;
    out << value;
    first = false;
  }
  return out.str();
}

std::string_view Trim(std::string_view text);
std::vector<std::string> Split(std::string_view text, char separator);  // keeps empty parts, trims each

// The whole text as a number, or nothing. Independent of the locale.
std::optional<int64_t> ParseInt(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// The shortest decimal text that reads back as the same number.
std::string FormatDouble(double value);
std::string FormatFloat(float value);

// Levenshtein distance, letter case ignored.
size_t EditDistance(std::string_view a, std::string_view b);
// The candidate nearest to `name`, or an empty string when none is near enough to be a misspelling.
std::string NearestName(std::string_view name, std::span<const std::string> candidates);

}  // namespace moir::graph
