#include "tests/support/graph_testing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <regex>
#include <unordered_map>

#include "graph/evaluate.h"
#include "graph/op_schema.h"
#include "graph/text.h"
#include "graph/verify.h"

namespace moir::test {
namespace {

using graph::Node;
using graph::StrCat;
using graph::Value;

// The first differences of two tensors of one type and shape, or an empty text.
std::string DescribeDifference(const Tensor& actual, const Tensor& expected, double tolerance) {
  if (actual.Type() != expected.Type() || actual.Shape() != expected.Shape()) {
    return StrCat("got ", actual.Type(), actual.Shape(), ", expected ", expected.Type(), expected.Shape());
  }
  const std::vector<double> a = actual.ToVector<double>();
  const std::vector<double> e = expected.ToVector<double>();
  const bool exact = !graph::IsFloat(actual.Type());
  std::string text;
  size_t count = 0;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == e[i] || (std::isnan(a[i]) && std::isnan(e[i]))) continue;
    const double difference = std::abs(a[i] - e[i]);
    if (!exact && difference <= tolerance * std::max(1.0, std::abs(e[i])) && std::isfinite(e[i])) continue;
    largest = std::max(largest, difference);
    if (++count <= 5) text += StrCat("\n  [", i, "]: got ", a[i], ", expected ", e[i]);
  }
  if (count == 0) return {};
  return StrCat(count, " of ", a.size(), " values of ", actual.Type(), actual.Shape(), " differ, by up to ", largest,
                text);
}

class Comparison {
 public:
  Comparison(const Graph& actual, const Graph& expected, const std::vector<std::string>& any_values, double tolerance)
      : actual_(actual),
        expected_(expected),
        any_values_(any_values.begin(), any_values.end()),
        tolerance_(tolerance) {}

  std::string Run() {
    if (actual_.Outputs().size() != expected_.Outputs().size()) {
      return StrCat("got ", actual_.Outputs().size(), " outputs, expected ", expected_.Outputs().size());
    }
    if (actual_.Parameters().size() != expected_.Parameters().size()) {
      return StrCat("got ", actual_.Parameters().size(), " parameters, expected ", expected_.Parameters().size());
    }
    for (size_t i = 0; i < actual_.Parameters().size(); ++i) {
      Node* a = actual_.Parameters()[i];
      Node* e = expected_.Parameters()[i];
      if (a->Name() != e->Name())
        return StrCat("parameter ", i, ": got \"", a->Name(), "\", expected \"", e->Name(), "\"");
      if (!CompareNodes(a, e)) return difference_;
    }
    for (size_t i = 0; i < actual_.Outputs().size(); ++i) {
      const auto& a = actual_.Outputs()[i];
      const auto& e = expected_.Outputs()[i];
      if (a.name != e.name) return StrCat("output ", i, ": got name \"", a.name, "\", expected \"", e.name, "\"");
      if (!CompareValues(a.value, e.value, StrCat("output \"", e.name, "\""))) return difference_;
      if (a.value.node->Name() != e.value.node->Name()) {
        return StrCat("output \"", e.name, "\": its node is named \"", a.value.node->Name(), "\", expected \"",
                      e.value.node->Name(), "\"");
      }
    }
    std::string unread;
    for (const Node* node : actual_.TopologicalOrder()) {
      if (!twins_.contains(node)) unread += StrCat(" \"", node->Name(), "\" (", node->Op(), ")");
    }
    return unread.empty() ? unread : "nodes that no output needs were left:" + unread;
  }

 private:
  bool Differ(const std::string& text) {
    difference_ = text;
    return false;
  }

  bool CompareValues(const Value& actual, const Value& expected, const std::string& place) {
    if (!CompareNodes(actual.node, expected.node)) {
      difference_ = place + ": " + difference_;
      return false;
    }
    if (actual.index != expected.index)
      return Differ(StrCat(place, ": got output ", actual.index, " of \"", actual.node->Name(), "\", expected output ",
                           expected.index));
    return true;
  }

  bool CompareNodes(const Node* actual, const Node* expected) {
    const auto twin = twins_.find(actual);
    const auto back = twins_back_.find(expected);
    if (twin != twins_.end() || back != twins_back_.end()) {
      if (twin != twins_.end() && back != twins_back_.end() && twin->second == expected) return true;
      return Differ(StrCat("got \"", actual->Name(), "\" (", actual->Op(), ") for \"", expected->Name(), "\" (",
                           expected->Op(), "), but one of them stands elsewhere too"));
    }
    twins_[actual] = expected;
    twins_back_[expected] = actual;
    const std::string place = StrCat("node \"", actual->Name(), "\"");
    if (actual->Op() != expected->Op())
      return Differ(
          StrCat(place, ": got ", actual->Op(), ", expected ", expected->Op(), " (\"", expected->Name(), "\")"));
    if (actual->Is("Parameter") && actual->Name() != expected->Name())
      return Differ(StrCat(place, ": expected parameter \"", expected->Name(), "\""));
    if (actual->OutputCount() != expected->OutputCount())
      return Differ(StrCat(place, ": got ", actual->OutputCount(), " outputs, expected ", expected->OutputCount()));
    for (size_t i = 0; i < actual->OutputCount(); ++i) {
      if (actual->Type(i) != expected->Type(i) || actual->Shape(i) != expected->Shape(i)) {
        return Differ(StrCat(place, ": got ", actual->Type(i), actual->Shape(i), ", expected ", expected->Type(i),
                             expected->Shape(i)));
      }
    }
    if (actual->Is("Constant")) {
      if (any_values_.contains(expected->Name())) return true;
      const std::string difference = DescribeDifference(actual->ConstantValue(), expected->ConstantValue(), tolerance_);
      return difference.empty() ||
             Differ(StrCat("constant \"", actual->Name(), "\" for \"", expected->Name(), "\": ", difference));
    }
    std::set<std::string> attributes;
    for (const auto* node : {actual, expected}) {
      for (const auto& [name, value] : node->Attributes()) attributes.insert(name);
    }
    for (const std::string& name : attributes) {
      const std::string got = AttributeText(*actual, name);
      const std::string wanted = AttributeText(*expected, name);
      if (got != wanted)
        return Differ(StrCat(place, " (", actual->Op(), "): attribute ", name, ": got ", got, ", expected ", wanted));
    }
    if (actual->InputCount() != expected->InputCount())
      return Differ(StrCat(place, ": got ", actual->InputCount(), " inputs, expected ", expected->InputCount()));
    for (size_t i = 0; i < actual->InputCount(); ++i) {
      if (!CompareValues(actual->Input(i), expected->Input(i), StrCat(place, " (", actual->Op(), ") input ", i)))
        return false;
    }
    return true;
  }

  static std::string AttributeText(const Node& node, const std::string& name) {
    if (!node.Attributes().contains(name) && !node.Schema().FindAttribute(name)) return "nothing";
    return graph::FormatAttribute(node.AttrValue(name));
  }

  const Graph& actual_;
  const Graph& expected_;
  std::set<std::string, std::less<>> any_values_;
  double tolerance_;
  std::unordered_map<const Node*, const Node*> twins_;
  std::unordered_map<const Node*, const Node*> twins_back_;
  std::string difference_;
};

// "w : f32[2] = any" becomes "w : f32[2] = fill(0)"; returns the names.
std::vector<std::string> TakeAnyValues(std::string& text) {
  static const std::regex pattern(R"rx(([A-Za-z0-9_/+@-]+|"[^"]*")(\s*:\s*[a-z0-9]+\[[0-9, ]*\]\s*=\s*)any\b)rx");
  std::vector<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    std::string name = (*match)[1];
    if (name.front() == '"') name = name.substr(1, name.size() - 2);
    names.push_back(name);
  }
  text = std::regex_replace(text, pattern, "$1$2fill(0)");
  return names;
}

graph::PassReport RunPass(std::unique_ptr<graph::Pass> pass, Graph& graph) {
  graph::PassRunner runner;
  runner.Add(std::move(pass));
  graph::PassReport report = runner.Run(graph).at(0);
  graph::Verify(graph);
  return report;
}

std::string DescribeDeclined(const graph::PassReport& report) {
  std::string text;
  for (const auto& [node, reason] : report.declined) text += StrCat("\n  \"", node, "\": ", reason);
  return text.empty() ? "\n  nothing was declined" : text;
}

}  // namespace

Tensor RandomTensor(ElementType type, const Shape& shape, uint64_t seed, double low, double high) {
  std::mt19937_64 engine(seed * 0x9E3779B97F4A7C15u + 1);
  Tensor tensor(type, shape);
  graph::DispatchType(type, [&](auto tag) {
    using T = decltype(tag);
    for (T& value : tensor.MutableValues<T>()) {
      const double unit = static_cast<double>(engine() >> 11) * 0x1.0p-53;
      if constexpr (std::is_same_v<T, bool>) {
        value = unit < 0.5;
      } else {
        const double number = low + unit * (high - low);
        value = graph::ConvertElement<T, double>(std::is_integral_v<T> ? std::floor(number) : number);
      }
    }
  });
  return tensor;
}

void ExpectNear(const Tensor& actual, const Tensor& expected, double tolerance) {
  const std::string difference = DescribeDifference(actual, expected, tolerance);
  if (!difference.empty()) ADD_FAILURE() << difference;
}

std::vector<Tensor> EvaluateOpOutputs(std::string_view op, const std::vector<Tensor>& inputs, Attributes attributes) {
  Graph graph;
  std::vector<Value> values;
  for (const Tensor& input : inputs) values.push_back(graph.AddConstant("", input)->Output());
  const Node* node = graph.Add(op, "op", std::move(values), std::move(attributes));
  return graph::EvaluateNode(*node, inputs);
}

Tensor EvaluateOp(std::string_view op, const std::vector<Tensor>& inputs, Attributes attributes) {
  return EvaluateOpOutputs(op, inputs, std::move(attributes)).at(0);
}

void ExpectError(const std::function<void()>& action, ErrorKind kind, const std::vector<std::string>& parts) {
  try {
    action();
  } catch (const graph::Error& error) {
    EXPECT_EQ(static_cast<int>(error.Kind()), static_cast<int>(kind)) << "kind of the error \"" << error.what() << "\"";
    for (const std::string& part : parts)
      EXPECT_NE(std::string_view(error.what()).find(part), std::string_view::npos)
          << "\"" << part << "\" in the error \"" << error.what() << "\"";
    return;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "expected moir::graph::Error, got another exception: " << error.what();
    return;
  }
  ADD_FAILURE() << "expected an error with \"" << graph::Join(parts, "\", \"") << "\", but nothing was thrown";
}

void ExpectBadOp(std::string_view op, const std::vector<Tensor>& inputs, Attributes attributes,
                 const std::vector<std::string>& parts) {
  Graph graph;
  std::vector<Value> values;
  for (const Tensor& input : inputs) values.push_back(graph.AddConstant("", input)->Output());
  ExpectError([&] { graph.Add(op, "op", values, attributes); }, ErrorKind::kBadModel, parts);
}

std::vector<Tensor> EvaluateText(std::string_view text, std::map<std::string, Tensor> inputs) {
  const std::unique_ptr<Graph> graph = graph::ParseGraph(text);
  inputs.merge(RandomInputs(*graph));
  return graph::EvaluateGraph(*graph, inputs);
}

std::map<std::string, Tensor> RandomInputs(const Graph& graph, uint64_t seed) {
  std::map<std::string, Tensor> inputs;
  for (const Node* parameter : graph.Parameters()) {
    inputs[parameter->Name()] = RandomTensor(parameter->Type(), parameter->Shape(), seed++);
  }
  return inputs;
}

std::string CompareGraphs(const Graph& actual, const Graph& expected, const std::vector<std::string>& any_values,
                          double tolerance) {
  return Comparison(actual, expected, any_values, tolerance).Run();
}

void ExpectRewrite(std::unique_ptr<graph::Pass> pass, std::string_view before, std::string_view after,
                   const RewriteOptions& options) {
  const std::string name(pass->Name());
  try {
    const std::unique_ptr<Graph> original = graph::ParseGraph(before);
    const std::unique_ptr<Graph> result = graph::ParseGraph(before);
    graph::Verify(*original);
    const graph::PassReport report = RunPass(std::move(pass), *result);
    EXPECT_GT(report.changes, 0u) << name << " reported no change; declined:" << DescribeDeclined(report);
    std::string expected_text(after);
    const std::vector<std::string> any_values = TakeAnyValues(expected_text);
    const std::unique_ptr<Graph> expected = graph::ParseGraph(expected_text);
    const std::string difference = CompareGraphs(*result, *expected, any_values, options.tolerance);
    if (!difference.empty()) {
      ADD_FAILURE() << name << " made another graph: " << difference << "\n--- got\n"
                    << graph::PrintGraph(*result, {.max_elements = 16}) << "--- expected\n"
                    << graph::PrintGraph(*expected, {.max_elements = 16})
                    << "--- declined:" << DescribeDeclined(report);
    }
    if (!options.evaluate) return;
    std::map<std::string, Tensor> inputs = options.inputs;
    inputs.merge(RandomInputs(*original));
    const std::vector<Tensor> wanted = graph::EvaluateGraph(*original, inputs);
    const std::vector<Tensor> got = graph::EvaluateGraph(*result, inputs);
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i) {
      SCOPED_TRACE(StrCat(name, ": output \"", original->Outputs()[i].name, "\" after the pass, compared with before"));
      ExpectNear(got[i], wanted[i], options.tolerance);
    }
  } catch (const graph::Error& error) {
    ADD_FAILURE() << name << ": " << error.what();
  }
}

void ExpectUnchanged(std::unique_ptr<graph::Pass> pass, std::string_view text, std::string_view reason) {
  const std::string name(pass->Name());
  try {
    const std::unique_ptr<Graph> graph = graph::ParseGraph(text);
    graph::Verify(*graph);
    const std::string before = graph::PrintGraph(*graph);
    const graph::PassReport report = RunPass(std::move(pass), *graph);
    EXPECT_EQ(report.changes, 0u) << name << " reported a change";
    EXPECT_EQ(graph::PrintGraph(*graph), before);
    if (reason.empty()) return;
    bool found = false;
    for (const auto& declined : report.declined) found = found || declined.second.find(reason) != std::string::npos;
    EXPECT_TRUE(found) << name << " declined for no reason that contains \"" << reason
                       << "\":" << DescribeDeclined(report);
  } catch (const graph::Error& error) {
    ADD_FAILURE() << name << ": " << error.what();
  }
}

}  // namespace moir::test
