// Small helpers for text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace moir::graph {

// Something that can be streamed, without its type: the code below is compiled once instead of for every list of types.
// Lives no longer than the value.
struct StreamedPart {
  const void* value;
  void (*stream)(std::ostream& out, const void* value);
};
template <typename T>
void StreamValue(std::ostream& out, const void* value) {
  out << *static_cast<const T*>(value);
}
void StreamText(std::ostream& out, const void* text);
template <typename T>
StreamedPart MakePart(const T& value) {
  return {&value, StreamValue<T>};
}
template <size_t kSize>
StreamedPart MakePart(const char (&text)[kSize]) {
  return {text, StreamText};
}
std::string StrCatParts(std::initializer_list<StreamedPart> parts);

// The arguments, streamed one after another.
template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  return StrCatParts({MakePart(parts)...});
}

class Joiner {
 public:
  explicit Joiner(std::string_view separator);
  ~Joiner();
  void Add(StreamedPart part);
  std::string Text() const;

 private:
  std::string_view separator_;
  bool first_ = true;
  std::ostringstream out_;
};

// "1,2,3" for {1, 2, 3} and separator ",".
template <typename Range>
std::string Join(const Range& values, std::string_view separator) {
  Joiner joiner(separator);
  for (const auto& value : values) joiner.Add(MakePart(value));
  return joiner.Text();
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
