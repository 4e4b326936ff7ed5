#include "graph/strings.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace moir::graph {

void StreamText(std::ostream& out, const void* text) { out << static_cast<const char*>(text); }

namespace {

template <typename T>
bool AppendNumber(std::string& out, StreamedPart part) {
  if (part.stream != StreamValue<T>) return false;
  char digits[24];
  const auto [end, status] = std::to_chars(digits, digits + sizeof(digits), *static_cast<const T*>(part.value));
  out.append(digits, end);
  return true;
}

template <typename T>
bool AppendText(std::string& out, StreamedPart part) {
  if (part.stream != StreamValue<T>) return false;
  out += *static_cast<const T*>(part.value);
  return true;
}

// What nearly every part is goes without a stream, whose making takes longer than most texts: names are put together
// wherever nodes are made. A part is known by its function.
bool AppendPlain(std::string& out, StreamedPart part) {
  if (part.stream == StreamText) {
    out += static_cast<const char*>(part.value);
    return true;
  }
  return AppendText<std::string>(out, part) || AppendText<std::string_view>(out, part) ||
         AppendNumber<size_t>(out, part) || AppendNumber<int64_t>(out, part) || AppendNumber<int>(out, part) ||
         AppendText<char>(out, part);
}

}  // namespace

std::string StrCatParts(std::initializer_list<StreamedPart> parts) {
  std::string text;
  const StreamedPart* part = parts.begin();
  while (part != parts.end() && AppendPlain(text, *part)) ++part;
  if (part == parts.end()) return text;
  // One stream for all that follow: a part may set how the next ones look.
  std::ostringstream out;
  out << text;
  for (; part != parts.end(); ++part) part->stream(out, part->value);
  return std::move(out).str();
}

Joiner::Joiner(std::string_view separator) : separator_(separator) {}
Joiner::~Joiner() = default;
void Joiner::Add(StreamedPart part) {
  if (!first_) out_ << separator_;
  part.stream(out_, part.value);
  first_ = false;
}
std::string Joiner::Text() const { return out_.str(); }

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(separator, begin);
    parts.emplace_back(Trim(text.substr(begin, end == std::string_view::npos ? end : end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

namespace {
template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  text = Trim(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}
template <typename T>
std::string FormatShortest(T value) {
  char buffer[64];
  const auto [end, status] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return status == std::errc() ? std::string(buffer, end) : std::string("nan");
}
}  // namespace

std::optional<int64_t> ParseInt(std::string_view text) { return ParseNumber<int64_t>(text); }
std::optional<double> ParseDouble(std::string_view text) { return ParseNumber<double>(text); }
std::string FormatDouble(double value) { return FormatShortest(value); }
std::string FormatFloat(float value) { return FormatShortest(value); }

size_t EditDistance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string NearestName(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace moir::graph
