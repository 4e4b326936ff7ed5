#include "graph/attribute.h"

#include "graph/error.h"

namespace moir::graph {
namespace {

std::string FormatNumber(double value) {
  std::string text = FormatDouble(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string Quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

[[noreturn]] void FailParse(std::string_view text, std::string_view reason) {
  Fail(ErrorKind::kBadModel, "attribute value \"", text, "\": ", reason);
}

// Reads a quoted string at the front of `text` and removes it.
std::string TakeQuoted(std::string_view& text) {
  const std::string_view whole = text;
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      value += text[i] == 'n' ? '\n' : text[i];
    } else {
      value += text[i];
    }
  }
  FailParse(whole, "expected a closing quote");
}

bool LooksLikeDouble(std::string_view text) { return text.find_first_of(".enE") != std::string_view::npos; }

}  // namespace

std::string FormatAttribute(const Attribute& value) {
  struct Visitor {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return FormatNumber(v); }
    std::string operator()(const std::string& v) const { return Quote(v); }
    std::string operator()(const std::vector<int64_t>& v) const { return "[" + Join(v, ",") + "]"; }
    std::string operator()(const std::vector<double>& v) const {
      std::vector<std::string> parts;
      for (const double x : v) parts.push_back(FormatNumber(x));
      // An empty list of doubles needs a mark that tells it from an empty list of integers.
      return v.empty() ? "[.]" : "[" + Join(parts, ",") + "]";
    }
    std::string operator()(const std::vector<std::string>& v) const {
      std::vector<std::string> parts;
      for (const std::string& x : v) parts.push_back(Quote(x));
      return v.empty() ? "[\"]" : "[" + Join(parts, ",") + "]";
    }
  };
  return std::visit(Visitor{}, value);
}

Attribute ParseAttribute(std::string_view text) {
  text = Trim(text);
  if (text == "true") return true;
  if (text == "false") return false;
  if (text.empty()) FailParse(text, "expected a value");
  if (text.front() == '"') {
    std::string_view rest = text;
    std::string value = TakeQuoted(rest);
    if (!rest.empty()) FailParse(text, "text after the closing quote");
    return value;
  }
  if (text.front() == '[') {
    if (text.back() != ']') FailParse(text, "expected a closing bracket");
    std::string_view inside = Trim(text.substr(1, text.size() - 2));
    if (inside.empty()) return std::vector<int64_t>{};
    if (inside == ".") return std::vector<double>{};
    if (inside == "\"") return std::vector<std::string>{};
    if (inside.front() == '"') {
      std::vector<std::string> values;
      while (true) {
        if (inside.empty() || inside.front() != '"') FailParse(text, "expected a quoted string");
        values.push_back(TakeQuoted(inside));
        inside = Trim(inside);
        if (inside.empty()) return values;
        if (inside.front() != ',') FailParse(text, "expected a comma");
        inside = Trim(inside.substr(1));
      }
    }
    const std::vector<std::string> parts = Split(inside, ',');
    if (LooksLikeDouble(inside)) {
      std::vector<double> values;
      for (const std::string& part : parts) {
        const auto value = ParseDouble(part);
        if (!value) FailParse(text, "expected numbers");
        values.push_back(*value);
      }
      return values;
    }
    std::vector<int64_t> values;
    for (const std::string& part : parts) {
      const auto value = ParseInt(part);
      if (!value) FailParse(text, "expected integers");
      values.push_back(*value);
    }
    return values;
  }
  if (!LooksLikeDouble(text)) {
    if (const auto value = ParseInt(text)) return *value;
  } else if (const auto value = ParseDouble(text)) {
    return *value;
  }
  FailParse(text, "expected true, false, a number, a quoted string or a list");
}

std::string_view AttributeTypeName(const Attribute& value) {
  constexpr std::string_view kNames[] = {"bool", "int", "double", "string", "ints", "doubles", "strings"};
  return kNames[value.index()];
}

}  // namespace moir::graph
