#include "mo/option_values.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "graph/error.h"
#include "mo/faq.h"

namespace moir::mo {

using graph::ElementType;
using graph::ErrorKind;
using graph::Fail;

namespace {

// Where "(" or "[" at `open` is closed; npos when it is not.
size_t FindClosing(std::string_view text, size_t open) {
  size_t depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') ++depth;
    if ((text[i] == ')' || text[i] == ']' || text[i] == '}') && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// At commas outside of brackets. Nothing when brackets do not match.
std::optional<std::vector<std::string>> SplitOutsideBrackets(std::string_view text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') {
      i = FindClosing(text, i);
      if (i == std::string_view::npos) return std::nullopt;
    } else if (text[i] == ')' || text[i] == ']' || text[i] == '}') {
      return std::nullopt;
    } else if (text[i] == ',') {
      parts.emplace_back(graph::Trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  parts.emplace_back(graph::Trim(text.substr(begin)));
  return parts;
}

// One "(...)" or "[...]" group with the text in front of it.
struct Group {
  std::string name;
  std::vector<std::string> items;
};

// Cuts `text` into groups separated by commas; a bare list without brackets is one group.
std::vector<Group> ParseGroups(int faq, const std::string& option, const std::string& text,
                               const std::string& expected) {
  const auto refuse = [&](const std::string& more) {
    FailFaq(faq, ErrorKind::kBadOption, "--", option, ": got \"", text, "\", expected ", expected, more);
  };
  std::vector<Group> groups;
  std::string_view rest = graph::Trim(text);
  if (!rest.empty() && rest.find_first_of("([") == std::string_view::npos) return {{"", graph::Split(rest, ',')}};
  while (true) {
    const size_t open = rest.find_first_of("([");
    if (open == std::string_view::npos) refuse("");
    const char close = rest[open] == '(' ? ')' : ']';
    const size_t end = rest.find(close, open);
    if (end == std::string_view::npos) refuse(" (a bracket is not closed)");
    Group group{std::string(graph::Trim(rest.substr(0, open))), {}};
    const std::string_view inside = graph::Trim(rest.substr(open + 1, end - open - 1));
    if (inside.find_first_of("([") != std::string_view::npos) refuse("");
    if (!inside.empty()) {
      group.items = graph::Split(inside, ',');
      // A trailing comma, as Python writes a tuple of one: (3,)
      if (group.items.size() > 1 && group.items.back().empty()) group.items.pop_back();
    }
    groups.push_back(std::move(group));
    rest = graph::Trim(rest.substr(end + 1));
    if (rest.empty()) return groups;
    if (rest.front() != ',') refuse("");
    rest = graph::Trim(rest.substr(1));
  }
}

std::vector<int64_t> ParseSizes(const std::string& option, const std::string& text,
                                const std::vector<std::string>& items) {
  std::vector<int64_t> shape;
  for (const std::string& item : items) {
    const auto size = item == "?" ? std::optional<int64_t>(-1) : graph::ParseInt(item);
    if (!size || *size == 0 || *size < -1) {
      FailFaq(kShapeGrammar, ErrorKind::kBadOption, "--", option, ": got \"", text, "\": \"", item,
              "\" is no size; expected positive integers, or -1 where a size is open",
              item.find("..") != std::string::npos ? " (ranges of sizes are not possible; write -1)" : "");
    }
    shape.push_back(*size);
  }
  return shape;
}

// Types under the names of OpenVINO and of NumPy.
std::optional<ElementType> TypeOfName(const std::string& name) {
  static const std::map<std::string, ElementType> kTypes = {
      {"f32", ElementType::kF32},     {"float32", ElementType::kF32}, {"f16", ElementType::kF16},
      {"float16", ElementType::kF16}, {"f64", ElementType::kF64},     {"float64", ElementType::kF64},
      {"i8", ElementType::kI8},       {"int8", ElementType::kI8},     {"u8", ElementType::kU8},
      {"uint8", ElementType::kU8},    {"i32", ElementType::kI32},     {"int32", ElementType::kI32},
      {"i64", ElementType::kI64},     {"int64", ElementType::kI64},   {"boolean", ElementType::kBool},
      {"bool", ElementType::kBool}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

// "1", "-2.5e3", "True", "[1 2 3]", "[1,2,3]".
void ParseValue(const std::string& option, std::string_view text, InputSpec& spec) {
  const std::string whole(graph::Trim(text));
  std::string_view inside = whole;
  spec.value_is_array = inside.starts_with('[') || inside.starts_with('(');
  if (spec.value_is_array) {
    if (FindClosing(inside, 0) != inside.size() - 1)
      FailOption(option, whole, "a value such as 1, True or [1 2 3] behind ->");
    inside = inside.substr(1, inside.size() - 2);
  }
  std::string spaced(inside);
  if (spec.value_is_array) std::replace(spaced.begin(), spaced.end(), ',', ' ');
  spec.value.emplace();
  for (std::string& item : graph::Split(spaced, ' ')) {
    if (item.empty()) continue;
    if (item == "True" || item == "true") item = "1";
    if (item == "False" || item == "false") item = "0";
    if (!graph::ParseDouble(item)) FailOption(option, whole, "numbers, True or False behind ->");
    spec.value->push_back(item);
  }
  if (spec.value->empty() || (!spec.value_is_array && spec.value->size() > 1))
    FailOption(option, whole, "a value such as 1, True or [1 2 3] behind ->");
}

// "0:name" and "name:1". A number on both sides is a node's name that starts with a number.
void ParsePorts(const std::string& option, InputSpec& spec) {
  spec.name = spec.text;
  if (spec.text.empty()) FailOption(option, spec.text, "a name of a node");
  const auto port_of = [&](std::string_view digits) -> std::optional<int64_t> {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    const auto port = graph::ParseInt(digits);
    if (!port) FailOption(option, spec.text, "a smaller number of a port");
    return port;
  };
  if (const size_t first = spec.text.find(':'); first != std::string::npos) {
    if (const auto port = port_of(std::string_view(spec.text).substr(0, first))) {
      spec.input_port = port;
      spec.name = spec.text.substr(first + 1);
    } else if (const size_t last = spec.text.rfind(':');
               const auto behind = port_of(std::string_view(spec.text).substr(last + 1))) {
      spec.output_port = behind;
      spec.name = spec.text.substr(0, last);
    }
    if (spec.name.empty()) FailOption(option, spec.text, "PORT:NAME or NAME:PORT");
  }
}

InputSpec ParseInput(const std::string& option, const std::string& entry) {
  InputSpec spec;
  std::string_view rest = entry;
  if (const size_t arrow = rest.find("->"); arrow != std::string_view::npos) {
    ParseValue(option, rest.substr(arrow + 2), spec);
    rest = graph::Trim(rest.substr(0, arrow));
  }
  while (!rest.empty() && (rest.back() == ']' || rest.back() == '}' || rest.back() == ')')) {
    const size_t open = rest.rfind(rest.back() == ']' ? '[' : rest.back() == '}' ? '{' : '(');
    if (open == std::string_view::npos) FailOption(option, entry, "matching brackets");
    const std::string inside(graph::Trim(rest.substr(open + 1, rest.size() - open - 2)));
    if (rest.back() == '}') {
      if (spec.type) FailOption(option, entry, "one {type}");
      spec.type = TypeOfName(inside);
      if (!spec.type)
        FailOption(option, entry, "a type among {f32}, {f16}, {f64}, {i64}, {i32}, {i8}, {u8} and {boolean}");
    } else {
      if (spec.shape) FailOption(option, entry, "one [shape]");
      std::vector<std::string> items;
      if (!inside.empty()) items = graph::Split(inside, ',');
      if (items.size() > 1 && items.back().empty()) items.pop_back();
      spec.shape = ParseSizes(option, entry, items);
    }
    rest = graph::Trim(rest.substr(0, open));
  }
  spec.text = std::string(graph::Trim(rest));
  if (spec.text.empty() || spec.text.find_first_of("[]{}()") != std::string::npos)
    FailOption(option, entry, "NAME[SHAPE]{TYPE}->VALUE, of which only the name is needed");
  ParsePorts(option, spec);
  if (spec.value && spec.shape) {
    int64_t count = 1;
    for (const int64_t size : *spec.shape) {
      if (size < 0) FailOption(option, entry, "a shape without open sizes for an input that is frozen");
      if (__builtin_mul_overflow(count, size, &count)) FailOption(option, entry, "a smaller shape");
    }
    if (count != static_cast<int64_t>(spec.value->size())) {
      Fail(ErrorKind::kBadOption, "--", option, ": \"", entry, "\": got ", spec.value->size(), " numbers, expected ",
           count, " for the shape");
    }
  }
  return spec;
}

}  // namespace

void FailOption(const std::string& option, const std::string& got, const std::string& expected) {
  Fail(ErrorKind::kBadOption, "--", option, ": got \"", got, "\", expected ", expected);
}

std::vector<std::string> ParseNames(const std::string& option, const std::string& text) {
  std::vector<std::string> names = graph::Split(text, ',');
  for (const std::string& name : names) {
    if (name.empty()) FailOption(option, text, "names separated by commas");
  }
  return names;
}

double ParsePositive(const std::string& option, const std::string& text) {
  const auto value = graph::ParseDouble(text);
  if (!value || !(*value > 0) || *value > 3e38) FailOption(option, text, "a positive number");
  return *value;
}

std::vector<std::vector<int64_t>> ParseShapes(const std::string& text) {
  const std::string option = "input_shape", expected = "shapes such as [1,3,224,224],[1,100]";
  std::vector<std::vector<int64_t>> shapes;
  for (const Group& group : ParseGroups(kShapeGrammar, option, text, expected)) {
    if (!group.name.empty()) {
      FailFaq(kShapeGrammar, ErrorKind::kBadOption, "--", option, ": got \"", text, "\", expected ", expected,
              "; names belong to --input");
    }
    shapes.push_back(ParseSizes(option, text, group.items));
  }
  return shapes;
}

std::vector<NamedValues> ParseNamedValues(const std::string& option, const std::string& text) {
  const std::string expected = "numbers such as (104,117,123), or data(104,117,123) for one of several inputs";
  std::vector<NamedValues> result;
  for (const Group& group : ParseGroups(kNamedValuesFormat, option, text, expected)) {
    NamedValues values{group.name, {}};
    for (const std::string& item : group.items) {
      const auto number = graph::ParseDouble(item);
      if (!number || !(*number > -3e38 && *number < 3e38)) {
        FailFaq(kUnreadableNumbers, ErrorKind::kBadOption, "--", option, ": got \"", text, "\": \"", item,
                "\" is no number; expected ", expected);
      }
      values.values.push_back(*number);
    }
    if (values.values.empty()) continue;  // "()" is the Model Optimizer's way to say none
    result.push_back(std::move(values));
  }
  std::set<std::string> names;
  bool named = false, unnamed = false;
  for (const NamedValues& values : result) {
    (values.name.empty() ? unnamed : named) = true;
    if (!values.name.empty() && !names.insert(values.name).second)
      FailOption(option, text, "every input once (\"" + values.name + "\" comes twice)");
  }
  if (named && unnamed) {
    FailFaq(kNamedValuesFormat, ErrorKind::kBadOption, "--", option, ": got \"", text,
            "\", expected a name for every group of numbers, or for none");
  }
  return result;
}

std::vector<InputSpec> ParseInputs(const std::string& text) {
  const auto entries = SplitOutsideBrackets(text);
  if (!entries) FailOption("input", text, "matching brackets");
  std::vector<InputSpec> inputs;
  std::set<std::string> texts;
  for (const std::string& entry : *entries) {
    if (entry.empty()) FailOption("input", text, "names separated by commas");
    inputs.push_back(ParseInput("input", entry));
    if (!texts.insert(inputs.back().text).second)
      FailOption("input", text, "every input once (\"" + inputs.back().text + "\" comes twice)");
  }
  return inputs;
}

std::vector<InputSpec> ParseFreezeValues(const std::string& text) {
  const std::string option = "freeze_placeholder_with_value";
  const auto entries = SplitOutsideBrackets(text);
  if (!entries) FailOption(option, text, "matching brackets");
  std::vector<InputSpec> inputs;
  for (const std::string& entry : *entries) {
    if (entry.find("->") == std::string::npos) FailOption(option, text, "NAME->VALUE, several separated by commas");
    InputSpec spec = ParseInput(option, entry);
    const auto same =
        std::find_if(inputs.begin(), inputs.end(), [&](const InputSpec& other) { return other.text == spec.text; });
    if (same != inputs.end() && same->value == spec.value) continue;
    if (same != inputs.end()) FailOption(option, text, "one value for \"" + spec.text + "\"");
    inputs.push_back(std::move(spec));
  }
  return inputs;
}

std::vector<LayoutSpec> ParseLayouts(const std::string& option, const std::string& text, bool source, bool target) {
  const std::string expected = source && target ? "layouts such as nhwc->nchw, [n,h,w,c] or data(nhwc->nchw)"
                                                : "layouts such as nhwc or data(nhwc)";
  const auto entries = SplitOutsideBrackets(text);
  if (!entries)
    FailOption(option, text, expected + " (a bracket is not closed, or the shell took the arrow: use quotes)");
  std::vector<LayoutSpec> result;
  for (const std::string& entry : *entries) {
    if (entry.empty()) FailOption(option, text, expected);
    LayoutSpec spec;
    std::string_view layouts = entry;
    const size_t open = layouts.find_first_of("([");
    if (open != std::string_view::npos && layouts[open] == '(') {
      if (FindClosing(layouts, open) != layouts.size() - 1) FailOption(option, text, expected);
      spec.name = std::string(graph::Trim(layouts.substr(0, open)));
      layouts = graph::Trim(layouts.substr(open + 1, layouts.size() - open - 2));
    } else if (open != std::string_view::npos && open > 0 && layouts.find("->") > open) {
      spec.name = std::string(graph::Trim(layouts.substr(0, open)));
      layouts = layouts.substr(open);
    }
    const size_t arrow = layouts.find("->");
    if (arrow != std::string_view::npos && !(source && target))
      FailOption(option, text, expected + "; --layout states both sides with an arrow");
    const std::string first(graph::Trim(layouts.substr(0, arrow)));
    if (source) spec.source = first;
    else spec.target = first;
    if (arrow != std::string_view::npos) spec.target = std::string(graph::Trim(layouts.substr(arrow + 2)));
    if (first.ends_with('-'))
      FailOption(option, text, expected + " (the shell took the rest for a redirection: use quotes)");
    if (spec.source.empty() && spec.target.empty()) FailOption(option, text, expected);
    result.push_back(std::move(spec));
  }
  bool named = false, unnamed = false;
  std::set<std::string> names;
  for (const LayoutSpec& spec : result) {
    (spec.name.empty() ? unnamed : named) = true;
    if (!spec.name.empty() && !names.insert(spec.name).second)
      FailOption(option, text, "every name once (\"" + spec.name + "\" comes twice)");
  }
  if (named && unnamed) FailOption(option, text, "a name for every layout, or for none");
  return result;
}

std::vector<std::pair<std::string, std::string>> ParseNamedFiles(const std::string& option, const std::string& text) {
  const std::string whole(graph::Trim(text));
  if (whole.empty()) FailOption(option, text, "a file");
  if (whole.back() != ')' || std::filesystem::exists(whole)) return {{"", whole}};
  std::vector<std::pair<std::string, std::string>> files;
  const auto entries = SplitOutsideBrackets(whole);
  if (!entries) FailOption(option, text, "FILE or NAME(FILE)");
  for (const std::string& entry : *entries) {
    const size_t open = entry.find('(');
    if (open == std::string::npos || open == 0 || entry.back() != ')') FailOption(option, text, "FILE or NAME(FILE)");
    files.emplace_back(std::string(graph::Trim(entry.substr(0, open))),
                       entry.substr(open + 1, entry.size() - open - 2));
  }
  return files;
}

}  // namespace moir::mo
