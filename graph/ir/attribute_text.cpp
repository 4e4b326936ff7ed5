#include "graph/ir/attribute_text.h"

#include <cmath>
#include <type_traits>

#include "graph/error.h"
#include "graph/strings.h"

namespace moir::graph {
namespace {

std::string NumberText(double value) { return FormatDouble(value); }

int64_t IntFromText(std::string_view text) {
  if (const auto value = ParseInt(text)) return *value;
  const auto number = ParseDouble(text);
  if (!number || *number != std::floor(*number) || std::fabs(*number) > 9e15)
    Fail(ErrorKind::kBadModel, "got \"", text, "\", expected a whole number");
  return static_cast<int64_t>(*number);
}

double DoubleFromText(std::string_view text) {
  const auto number = ParseDouble(text);
  if (!number) Fail(ErrorKind::kBadModel, "got \"", text, "\", expected a number");
  return *number;
}

bool BoolFromText(std::string_view text) {
  if (text == "true" || text == "True" || text == "1") return true;
  if (text == "false" || text == "False" || text == "0") return false;
  Fail(ErrorKind::kBadModel, "got \"", text, "\", expected true or false");
}

template <typename Number, typename Parse>
std::vector<Number> ListFromText(std::string_view text, Parse parse) {
  std::vector<Number> values;
  if (Trim(text).empty()) return values;
  for (const std::string& part : Split(text, ',')) values.push_back(parse(part));
  return values;
}

std::string StringsToText(const std::vector<std::string>& values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    if (values[i].empty()) text += "\\e";
    for (const char c : values[i]) {
      if (c == ',' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text;
}

std::vector<std::string> StringsFromText(std::string_view text) {
  std::vector<std::string> values;
  if (text.empty()) return values;
  values.emplace_back();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      values.emplace_back();
    } else if (text[i] != '\\') {
      values.back() += text[i];
    } else if (++i < text.size() && text[i] != 'e') {
      values.back() += text[i];
    }
  }
  return values;
}

}  // namespace

std::string AttributeToText(const Attribute& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<T, double>) {
          return NumberText(v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return v;
        } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
          return Join(v, ",");
        } else if constexpr (std::is_same_v<T, std::vector<double>>) {
          std::vector<std::string> parts;
          for (const double number : v) parts.push_back(NumberText(number));
          return Join(parts, ",");
        } else {
          return StringsToText(v);
        }
      },
      value);
}

Attribute AttributeFromText(std::string_view text, const Attribute& like) {
  return std::visit(
      [&](const auto& v) -> Attribute {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          return BoolFromText(Trim(text));
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return IntFromText(Trim(text));
        } else if constexpr (std::is_same_v<T, double>) {
          return DoubleFromText(Trim(text));
        } else if constexpr (std::is_same_v<T, std::string>) {
          return std::string(text);
        } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
          return ListFromText<int64_t>(text, IntFromText);
        } else if constexpr (std::is_same_v<T, std::vector<double>>) {
          return ListFromText<double>(text, DoubleFromText);
        } else {
          return StringsFromText(text);
        }
      },
      like);
}

}  // namespace moir::graph
