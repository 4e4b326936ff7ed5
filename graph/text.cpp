#include "graph/text.h"

#include <cctype>
#include <map>
#include <random>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

bool IsNameLetter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '-' || c == '@' || c == '+';
}

// A name with a dot, a colon or a space is quoted, because "a.1" is output 1 of "a".
std::string PrintName(const std::string& name) {
  bool plain = !name.empty() && name != "return";
  for (const char c : name) plain = plain && IsNameLetter(c);
  return plain ? name : FormatAttribute(Attribute(name));
}

std::string PrintValue(const Value& value) {
  return PrintName(value.node->Name()) + (value.node->OutputCount() > 1 ? StrCat(".", value.index) : "");
}

std::string PrintElements(const Tensor& tensor, int64_t max_elements) {
  const int64_t count = tensor.NumElements();
  const int64_t shown = count <= max_elements ? count : std::min<int64_t>(8, max_elements);
  std::string text = "{";
  DispatchType(tensor.Type(), [&](auto tag) {
    using T = decltype(tag);
    const auto values = tensor.Values<T>();
    for (int64_t i = 0; i < shown; ++i) {
      if (i > 0) text += ", ";
      const T value = values[static_cast<size_t>(i)];
      if constexpr (std::is_same_v<T, float>) text += FormatFloat(value);
      else if constexpr (std::is_same_v<T, double>) text += FormatDouble(value);
      else if constexpr (std::is_same_v<T, F16> || std::is_same_v<T, BF16>) text += FormatFloat(ToFloat(value));
      else text += std::to_string(static_cast<int64_t>(value));
    }
  });
  return text + (shown < count ? ", ...}" : "}");
}

// Cuts one line into tokens: names, numbers, quoted strings, bracketed lists and single punctuation marks.
class LineParser {
 public:
  LineParser(std::string_view text, size_t line) : rest_(text), line_(line) { SkipSpace(); }

  template <typename... Parts>
  [[noreturn]] void FailHere(const Parts&... parts) const {
    Fail(ErrorKind::kBadModel, "line ", line_, ": ", parts...);
  }
  bool AtEnd() const { return rest_.empty(); }
  bool Take(std::string_view mark) {
    if (rest_.substr(0, mark.size()) != mark) return false;
    rest_.remove_prefix(mark.size());
    SkipSpace();
    return true;
  }
  void Expect(std::string_view mark) {
    if (!Take(mark)) FailHere("expected \"", mark, "\" before \"", rest_.substr(0, 20), "\"");
  }
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  // Names of operators may have dots: "ie.Power".
  std::string TakeName(bool dots = false) {
    if (Peek() == '"') return std::get<std::string>(TakeAttribute());
    size_t size = 0;
    while (size < rest_.size() && (IsNameLetter(rest_[size]) || (dots && rest_[size] == '.'))) ++size;
    if (size == 0) FailHere("expected a name before \"", rest_.substr(0, 20), "\"");
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    SkipSpace();
    return name;
  }
  // Everything up to the matching `close`, exclusive.
  std::string_view TakeUntil(char close) {
    const size_t end = rest_.find(close);
    if (end == std::string_view::npos) FailHere("expected \"", std::string(1, close), "\"");
    const std::string_view inside = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    SkipSpace();
    return inside;
  }
  Attribute TakeAttribute() {
    size_t end = 0;
    bool quoted = false;
    int depth = 0;
    for (; end < rest_.size(); ++end) {
      const char c = rest_[end];
      if (quoted && c == '\\') {
        ++end;
      } else if (c == '"') {
        // Inside a list a lone quote before the bracket is the empty list of strings.
        if (!(depth > 0 && !quoted && rest_.substr(end, 2) == "\"]")) quoted = !quoted;
        if (!quoted && depth == 0) {
          ++end;
          break;
        }
      } else if (!quoted && c == '[') {
        ++depth;
      } else if (!quoted && c == ']') {
        if (--depth == 0) {
          ++end;
          break;
        }
      } else if (!quoted && depth == 0 && (c == ' ' || c == ',' || c == ')' || c == '\t')) {
        break;
      }
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    SkipSpace();
    try {
      return ParseAttribute(text);
    } catch (const Error& error) {
      FailHere(error.what());
    }
  }

 private:
  void SkipSpace() { rest_ = Trim(rest_); }
  std::string_view rest_;
  size_t line_;
};

Tensor RandomTensor(ElementType type, const Shape& shape, uint64_t seed) {
  std::mt19937_64 engine(seed);
  Tensor tensor(type, shape);
  DispatchType(type, [&](auto tag) {
    using T = decltype(tag);
    for (T& value : tensor.MutableValues<T>()) {
      const double unit = static_cast<double>(engine() >> 11) * 0x1.0p-53;
      if constexpr (std::is_same_v<T, bool>) value = unit < 0.5;
      else if constexpr (std::is_integral_v<T>) value = static_cast<T>(unit * 10);
      else value = ConvertElement<T, double>(unit * 2 - 1);
    }
  });
  return tensor;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : graph_(std::make_unique<Graph>()) {
    size_t line = 1;
    std::string current;
    bool quoted = false, escaped = false, comment = false;
    for (const char c : text) {
      if (c == '\n' || (c == ';' && !quoted && !comment)) {
        ParseLine(current, line);
        current.clear();
        quoted = escaped = comment = false;
        if (c == '\n') ++line;
        continue;
      }
      if (c == '"' && !escaped) quoted = !quoted;
      escaped = quoted && !escaped && c == '\\';
      if (c == '#' && !quoted) comment = true;
      if (!comment) current += c;
    }
    ParseLine(current, line);
  }
  std::unique_ptr<Graph> Take() { return std::move(graph_); }

 private:
  Value TakeValue(LineParser& in) {
    const std::string name = in.TakeName();
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) in.FailHere("\"", name, "\" is not defined");
    size_t index = 0;
    if (in.Take(".")) {
      const auto number = ParseInt(in.TakeName());
      if (!number || *number < 0 || static_cast<size_t>(*number) >= found->second->OutputCount())
        in.FailHere("\"", name, "\" has no such output");
      index = static_cast<size_t>(*number);
    }
    return {found->second, index};
  }

  std::pair<ElementType, Shape> TakeTypeAndShape(LineParser& in) {
    const ElementType type = ParseElementType(in.TakeName());
    in.Expect("[");
    std::vector<int64_t> dims;
    const std::string_view inside = in.TakeUntil(']');
    if (!Trim(inside).empty()) {
      for (const std::string& part : Split(inside, ',')) {
        const auto dim = ParseInt(part);
        if (!dim) in.FailHere("dimension \"", part, "\" is no integer");
        dims.push_back(*dim);
      }
    }
    return {type, Shape(std::move(dims))};
  }

  Tensor TakeValues(LineParser& in, ElementType type, const Shape& shape) {
    if (in.Take("{")) {
      const std::string_view inside = Trim(in.TakeUntil('}'));
      const std::vector<std::string> parts = inside.empty() ? std::vector<std::string>{} : Split(inside, ',');
      if (static_cast<int64_t>(parts.size()) != shape.NumElements())
        in.FailHere(parts.size(), " values for shape ", shape);
      std::vector<double> numbers;
      std::vector<int64_t> integers;  // doubles do not hold all of them
      for (const std::string& part : parts) {
        const auto integer = ParseInt(part);
        const auto number = ParseDouble(part);
        if (!number) in.FailHere("value \"", part, "\" is no number");
        numbers.push_back(*number);
        if (integer) integers.push_back(*integer);
      }
      if (IsInteger(type) && integers.size() == parts.size())
        return Tensor::FromValues<int64_t>(shape, integers).ConvertTo(type);
      return Tensor::FromValues<double>(shape, numbers).ConvertTo(type);
    }
    const std::string kind = in.TakeName();
    in.Expect("(");
    const std::string argument(in.TakeUntil(')'));
    if (kind == "random") return RandomTensor(type, shape, static_cast<uint64_t>(ParseInt(argument).value_or(0)));
    if (kind == "fill") {
      const auto number = ParseDouble(argument);
      if (!number) in.FailHere("fill(", argument, "): expected a number");
      return Tensor::FromValues<double>(shape, std::vector<double>(static_cast<size_t>(shape.NumElements()), *number))
          .ConvertTo(type);
    }
    if (kind == "iota") {
      std::vector<double> numbers(static_cast<size_t>(shape.NumElements()));
      for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i);
      return Tensor::FromValues<double>(shape, numbers).ConvertTo(type);
    }
    in.FailHere("\"", kind, "\": expected {values}, random(), fill() or iota()");
  }

  void ParseLine(const std::string& text, size_t line) {
    LineParser in(text, line);
    if (in.AtEnd()) return;
    try {
      ParseStatement(in);
    } catch (const Error& error) {
      if (std::string_view(error.what()).substr(0, 5) == "line ") throw;
      throw Error(error.Kind(), StrCat("line ", line, ": ", error.what()));
    }
  }

  void ParseStatement(LineParser& in) {
    const bool quoted = in.Peek() == '"';
    const std::string name = in.TakeName();
    if (name == "return" && !quoted) {
      do {
        const Value value = TakeValue(in);
        std::string output = value.node->Name();
        if (value.node->OutputCount() > 1 && value.index > 0) output += StrCat(".", value.index);
        if (in.Take("as ")) output = in.TakeName();
        graph_->AddOutput(std::move(output), value);
      } while (in.Take(","));
      if (!in.AtEnd()) in.FailHere("text after the outputs");
      return;
    }
    if (nodes_.contains(name)) in.FailHere("\"", name, "\" is defined twice");
    if (in.Take(":")) {
      const auto [type, shape] = TakeTypeAndShape(in);
      nodes_[name] = in.Take("=") ? graph_->AddConstant(name, TakeValues(in, type, shape))
                                  : graph_->AddParameter(name, type, shape);
      if (!in.AtEnd()) in.FailHere("text after the values");
      return;
    }
    in.Expect("=");
    const std::string op = in.TakeName(/*dots=*/true);
    in.Expect("(");
    std::vector<Value> inputs;
    while (!in.Take(")")) {
      if (!inputs.empty()) in.Expect(",");
      inputs.push_back(TakeValue(in));
    }
    if (op == "Constant") {
      const auto [type, shape] = TakeTypeAndShape(in);
      nodes_[name] = graph_->AddConstant(name, TakeValues(in, type, shape));
    } else {
      Attributes attributes;
      while (!in.AtEnd() && !in.Take("->")) {
        const std::string attribute = in.TakeName();
        in.Expect("=");
        attributes[attribute] = in.TakeAttribute();
      }
      if (op == "Parameter") {
        const auto& type = std::get<std::string>(attributes.at("element_type"));
        nodes_[name] = graph_->AddParameter(name, ParseElementType(type),
                                            Shape(std::get<std::vector<int64_t>>(attributes.at("shape"))));
      } else {
        nodes_[name] = graph_->Add(op, name, std::move(inputs), std::move(attributes));
      }
    }
  }

  std::unique_ptr<Graph> graph_;
  std::map<std::string, Node*> nodes_;
};

}  // namespace

std::string PrintGraph(const Graph& graph, const PrintOptions& options) {
  std::string text;
  // Parameters first and in their order: the parser numbers them as they come.
  std::vector<Node*> order = graph.Parameters();
  for (Node* node : graph.TopologicalOrder()) {
    if (!node->Is("Parameter")) order.push_back(node);
  }
  for (const Node* node : order) {
    text += PrintName(node->Name()) + " = " + node->Op() + "(";
    for (size_t i = 0; i < node->InputCount(); ++i) text += (i > 0 ? ", " : "") + PrintValue(node->Input(i));
    text += ")";
    if (node->Is("Constant")) {
      text += StrCat(" ", node->Type(), node->Shape(), " ", PrintElements(node->ConstantValue(), options.max_elements));
    } else {
      for (const auto& [name, value] : node->Attributes()) text += " " + name + "=" + FormatAttribute(value);
      if (options.shapes) {
        text += " ->";
        for (size_t i = 0; i < node->OutputCount(); ++i)
          text += StrCat(i > 0 ? ", " : " ", node->Type(i), node->Shape(i));
      }
    }
    text += "\n";
  }
  text += "return ";
  bool first = true;
  for (const GraphOutput& output : graph.Outputs()) {
    text += (first ? "" : ", ") + PrintValue(output.value) + " as " + FormatAttribute(Attribute(output.name));
    first = false;
  }
  return text + "\n";
}

std::unique_ptr<Graph> ParseGraph(std::string_view text) { return Parser(text).Take(); }

}  // namespace moir::graph
