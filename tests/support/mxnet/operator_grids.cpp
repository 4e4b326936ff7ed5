#include "tests/support/mxnet/operator_grids.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>

#include "mo/mxnet/dialects.h"
#include "mo/mxnet/op_table.h"

namespace moir::test {
namespace {

const std::filesystem::path kFolder = MOIR_TEST_DATA_DIR "/mxnet_operator_grids";

[[noreturn]] void Refuse(const std::string& operator_name, const std::string& text) {
  throw std::runtime_error("operator grids of " + operator_name + ": " + text);
}

// Cuts `text` at the first `separator` and returns what stood before it.
std::string_view TakeUntil(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return head;
}

// "arg:NAME", "aux:NAME", "in:NAME" or "out:0:NAME" of one case.
void AddArray(GridCase& entry, std::vector<mo::Param>& params, const std::string& operator_name, std::string_view key,
              const graph::Tensor& tensor) {
  const std::string_view kind = TakeUntil(key, ':');
  if (kind == "arg" || kind == "aux") {
    params.push_back({kind == "arg" ? mo::ParamKind::kArgument : mo::ParamKind::kAuxiliary, std::string(key), tensor});
  } else if (kind == "in") {
    entry.inputs[std::string(key)] = tensor;
  } else if (kind == "out") {
    const std::string_view digits = TakeUntil(key, ':');
    size_t position = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
    if (parsed.ec != std::errc() || position > 1000)
      Refuse(operator_name, "\"" + entry.name + "\": output number " + std::string(digits));
    if (entry.outputs.size() <= position) entry.outputs.resize(position + 1);
    entry.outputs[position] = {std::string(key), tensor};
  } else {
    Refuse(operator_name, "\"" + entry.name + "\": array of an unknown kind \"" + std::string(kind) + "\"");
  }
}

void CheckComplete(const GridCase& entry, const nlohmann::json& input_shapes, const std::string& operator_name) {
  const auto require = [&](bool condition, const std::string& text) {
    if (!condition) Refuse(operator_name, "\"" + entry.name + "\": " + text);
  };
  require(!entry.outputs.empty(), "no outputs");
  for (const auto& output : entry.outputs) require(output.second.IsDefined(), "an output is missing");
  require(entry.inputs.size() == input_shapes.size(), "other inputs in the .params file than in the .json file");
  for (const auto& [name, shape] : input_shapes.items()) {
    const auto found = entry.inputs.find(name);
    require(found != entry.inputs.end(), "no values for input \"" + name + "\"");
    require(found->second.Shape() == graph::Shape(shape.get<std::vector<int64_t>>()),
            "input \"" + name + "\" has another shape in the .params file");
  }
}

}  // namespace

std::vector<std::string> OperatorGridFiles() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  }
  if (names.empty()) throw std::runtime_error("no operator grids in " + kFolder.string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<GridCase> LoadOperatorGrid(const std::string& operator_name) {
  std::ifstream file(kFolder / (operator_name + ".json"));
  if (!file) Refuse(operator_name, "no file in " + kFolder.string());
  const nlohmann::json description = nlohmann::json::parse(file);
  if (description.at("operator") != operator_name)
    Refuse(operator_name, "the file is about " + description.at("operator").dump());
  std::vector<GridCase> cases;
  std::map<std::string, size_t, std::less<>> positions;
  for (const nlohmann::json& entry : description.at("cases")) {
    GridCase next;
    next.name = entry.at("name");
    next.symbol_text = entry.at("symbol").dump();
    if (!positions.emplace(next.name, cases.size()).second)
      Refuse(operator_name, "two cases are called \"" + next.name + "\"");
    cases.push_back(std::move(next));
  }
  const std::string path = kFolder / (operator_name + ".params");
  const mo::Params arrays = mo::ReadParams(path);
  std::vector<std::vector<mo::Param>> params(cases.size());
  for (const mo::Param& array : arrays.All()) {
    std::string_view key = array.name;
    const std::string_view name = TakeUntil(key, '/');
    const auto position = positions.find(name);
    if (position == positions.end()) Refuse(operator_name, "array \"" + array.name + "\" belongs to no case");
    AddArray(cases[position->second], params[position->second], operator_name, key, array.tensor);
  }
  for (size_t i = 0; i < cases.size(); ++i) {
    cases[i].params = mo::Params(std::move(params[i]), true, path);
    CheckComplete(cases[i], description["cases"][i].at("inputs"), operator_name);
  }
  return cases;
}

bool IsConverted(const std::string& operator_name) {
  return mo::FindOpEntry(mo::CanonicalOperator(operator_name)) != nullptr;
}

std::string Difference(const graph::Tensor& actual, const graph::Tensor& expected) {
  if (actual.Type() != expected.Type() || actual.Shape() != expected.Shape()) {
    return graph::StrCat("got ", actual.Type(), actual.Shape(), ", expected ", expected.Type(), expected.Shape());
  }
  const std::vector<double> a = actual.ToVector<double>(), b = expected.ToVector<double>();
  double scale = 1e-3;
  for (const double value : b) scale = std::isfinite(value) ? std::max(scale, std::abs(value)) : scale;
  const double tolerance = !graph::IsFloat(expected.Type())              ? 0
                           : expected.Type() == graph::ElementType::kF16 ? 1e-3 * scale
                                                                         : 1e-4 * scale;
  double largest = 0;
  size_t count = 0, place = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double difference = std::isfinite(a[i]) && std::isfinite(b[i]) ? std::abs(a[i] - b[i]) : HUGE_VAL;
    if (difference <= tolerance) continue;
    ++count;
    if (difference > largest) largest = difference, place = i;
  }
  if (count == 0) return {};
  return graph::StrCat(count, " of ", a.size(), " values of ", expected.Type(), expected.Shape(), " differ, most at [",
                       place, "]: got ", a[place], ", expected ", b[place]);
}

}  // namespace moir::test
