#include "mo/extensions_template.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "graph/error.h"
#include "graph/op_schema.h"
#include "mo/extension_headers.h"
#include "mo/extensions.h"
#include "mo/model_files.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/symbol_reader.h"
#include "mo/unknown_operators.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using graph::ErrorKind;
using graph::Fail;
using graph::Join;
using graph::StrCat;
using Type = UnknownAttribute::Type;

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// "_contrib_focal_loss" -> "ContribFocalLoss", made another name than `taken` and operators that exist.
std::string GraphName(const UnknownOperator& op, std::set<std::string>& taken) {
  std::string name;
  bool capital = true;
  for (const char c : op.op_type.empty() ? op.op : op.op_type) {
    if (!IsLetterOrDigit(c)) {
      capital = true;
      continue;
    }
    name += capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    capital = false;
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name = "Op" + name;
  if (graph::FindOpSchema(name)) name += "Layer";
  const std::string base = name;
  for (int k = 2; graph::FindOpSchema(name) || !taken.insert(name).second; ++k) name = StrCat(base, k);
  return name;
}

// A text as a C++ literal.
std::string Literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    if (c == '\n') literal += "\\n";
    else if (static_cast<unsigned char>(c) >= 32) literal += c;
  }
  return literal + "\"";
}

// A text for a comment of one line.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == '\\'; }, ' ');
  constexpr size_t kMost = 60;
  return text.size() > kMost ? text.substr(0, kMost) + "..." : text;
}

// Names of attributes may hold what an XML file does not.
bool IsAttributeName(const std::string& name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLetterOrDigit(c) || c == '_'; });
}

const char* CppType(Type type) {
  switch (type) {
    case Type::kBool: return "bool";
    case Type::kInt: return "int64_t";
    case Type::kDouble: return "double";
    case Type::kInts: return "std::vector<int64_t>";
    default: return "std::string";
  }
}

const char* Getter(Type type) {
  switch (type) {
    case Type::kBool: return "Bool";
    case Type::kInt: return "Int";
    case Type::kDouble: return "Double";
    case Type::kInts: return "Ints";
    default: return "Text";
  }
}

// The first value that the file states, as C++.
std::string Example(const UnknownAttribute& attribute) {
  const std::string& text = attribute.values.at(0);
  switch (attribute.type) {
    case Type::kBool: return text == "True" ? "true" : "false";
    case Type::kInt: return StrCat("int64_t{", *graph::ParseInt(text), "}");
    case Type::kDouble: {
      const double value = *graph::ParseDouble(text);
      if (value != value || value - value != 0) return "0.0";
      const std::string number = graph::FormatDouble(value);
      return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
    }
    case Type::kInts: {
      std::string elements = text.substr(1, text.size() - 2);
      while (!elements.empty() && (elements.back() == ',' || elements.back() == ' ')) elements.pop_back();
      return StrCat("std::vector<int64_t>{", elements, "}");
    }
    default: return Literal(text);
  }
}

class Project {
 public:
  Project(std::string name, std::string model, std::vector<UnknownOperator> operators)
      : name_(std::move(name)), model_(std::move(model)), operators_(std::move(operators)) {
    std::set<std::string> taken;
    for (const UnknownOperator& op : operators_) names_.push_back(GraphName(op, taken));
  }

  std::string Source() const {
    std::string text = StrCat("// Operators of ", OneLine(model_), " as a plug-in for moir.\n",
                              "//\n"
                              "// Every place that says FILL IN needs what the model's files do not hold: the formula, "
                              "and shapes of outputs.\n"
                              "#include <algorithm>\n#include <cmath>\n#include <string>\n#include <vector>\n\n"
                              "#include \"extension.h\"\n\nusing namespace moir::extension;\n");
    for (size_t i = 0; i < operators_.size(); ++i) text += Operator(operators_[i], names_[i]);
    text += StrCat("\nMOIR_EXTENSION(extension) {\n  extension.SetName(", Literal(name_), ", \"1.0\");\n");
    for (size_t i = 0; i < operators_.size(); ++i) text += Registration(operators_[i], names_[i]);
    return text + "}\n";
  }

  std::string Build() const {
    return StrCat("# cmake -B build && cmake --build build   makes build/", name_, ".so\n",
                  "cmake_minimum_required(VERSION 3.16)\n", "project(", name_, " LANGUAGES CXX)\n",
                  "if(NOT CMAKE_BUILD_TYPE)\n  set(CMAKE_BUILD_TYPE Release)\nendif()\n", "add_library(", name_,
                  " MODULE ", name_, ".cpp)\n", "set_target_properties(", name_,
                  " PROPERTIES PREFIX \"\" CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_VISIBILITY_PRESET hidden)\n",
                  "# The headers beside the source go first; without them those of an installed moir serve.\n"
                  "find_package(moir QUIET CONFIG)\n"
                  "if(TARGET moir::extension)\n  target_link_libraries(",
                  name_, " PRIVATE moir::extension)\nendif()\n");
  }

  std::string Readme() const {
    std::string text = StrCat("# ", name_, "\n\nOperators that moir does not have, for ", OneLine(model_), ":\n\n",
                              "| MXNet | nodes | attributes | operator of the graph |\n|---|---|---|---|\n");
    for (size_t i = 0; i < operators_.size(); ++i) {
      std::vector<std::string> attributes;
      for (const UnknownAttribute& attribute : operators_[i].attributes)
        attributes.push_back(StrCat(attribute.name, " (", CppType(attribute.type), ")"));
      text += StrCat("| ", MxnetName(operators_[i]), " | ", operators_[i].nodes.size(), " | ", Join(attributes, ", "),
                     " | ", names_[i], " |\n");
    }
    return text +
           StrCat(
               "\n1. Fill in the places in ", name_, ".cpp that say FILL IN: the formula (Evaluate), the outputs' ",
               "shapes (Infer), and MXNet's defaults of attributes that not every node states (Convert).\n"
               "2. Build:\n\n       cmake -B build && cmake --build build\n\n"
               "3. Convert and run:\n\n       mo --input_model MODEL.params --input_shape SHAPE --extensions build/",
               name_, ".so --verify\n       infer --model MODEL.xml --extensions build/", name_,
               ".so\n\nAn operator whose work others express needs no operator of its own: let Convert build it from "
               "operators of the graph, and leave out the rest. docs/extending.md of moir is the guide.\n");
  }

  std::vector<std::string> Summary() const {
    std::vector<std::string> lines;
    for (size_t i = 0; i < operators_.size(); ++i) {
      lines.push_back(StrCat(MxnetName(operators_[i]), ": ", operators_[i].nodes.size(),
                             operators_[i].nodes.size() == 1 ? " node" : " nodes", ", becomes ", names_[i]));
    }
    return lines;
  }

 private:
  static std::string MxnetName(const UnknownOperator& op) {
    return op.op_type.empty() ? OneLine(op.op) : StrCat(op.op, ", op_type ", OneLine(op.op_type));
  }

  static std::string Operator(const UnknownOperator& op, const std::string& name) {
    std::vector<std::string> nodes(
        op.nodes.begin(), op.nodes.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(op.nodes.size(), 4)));
    std::string text = StrCat("\n// ---- ", MxnetName(op), ": ", OneLine(Join(nodes, ", ")),
                              nodes.size() < op.nodes.size() ? ", ..." : "", " ----\n");
    for (const UnknownAttribute& attribute : op.attributes) {
      text += StrCat("// attribute ", OneLine(attribute.name), ": ", OneLine(Join(attribute.values, " | ")),
                     attribute.everywhere ? "" : " (not in every node)", "\n");
    }
    size_t index = 0;
    for (const UnknownInput& input : op.inputs) {
      text += StrCat("// ", input.role == 'l' ? "label, not read" : StrCat("input ", index), ": ", input.name,
                     input.shapes.empty() ? "" : ", " + OneLine(input.shapes),
                     input.everywhere ? "" : " (not in every node)", "\n");
      if (input.role != 'l') ++index;
    }
    text += StrCat("namespace ", name, "_ {\n\nvoid Infer(InferContext& op) {\n");
    for (size_t i = 0; i < op.outputs; ++i) {
      text += StrCat("  // FILL IN: type and shape of output ", i, "; here those of the first input.\n",
                     "  op.SetOutput(", i, ", op.InputType(0), op.InputShape(0));\n");
    }
    text += "}\n\nvoid Evaluate(EvalContext& op) {\n";
    index = 0;
    for (const UnknownInput& input : op.inputs) {
      if (input.role == 'l') continue;
      if (input.everywhere) {
        text += StrCat("  [[maybe_unused]] const Tensor ", input.name, "_tensor = op.InputTensor(", index,
                       ");  // .shape, .Data<float>()\n");
      } else {
        text += StrCat("  // op.InputTensor(", index, ") is ", input.name, " when op.InputCount() > ", index, "\n");
      }
      ++index;
    }
    for (size_t i = 0; i < op.outputs; ++i)
      text += StrCat("  [[maybe_unused]] const Tensor result", i, " = op.OutputTensor(", i, ");\n");
    for (const UnknownAttribute& attribute : op.attributes) {
      if (!IsAttributeName(attribute.name)) continue;
      text += StrCat("  [[maybe_unused]] const auto ", attribute.name, "_value = op.Attr<", CppType(attribute.type),
                     ">(", Literal(attribute.name), ");\n");
    }
    text +=
        StrCat("  // FILL IN: the formula, in plain loops, instead of this line.\n  Fail(\"the formula of ", name,
               " has not been filled in\");\n}\n\nvoid Convert(Converter& node) {\n", "  std::vector<Value> inputs;\n");
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i].role == 'l') continue;
      text += op.inputs[i].everywhere
                  ? StrCat("  inputs.push_back(node.Input(", i, "));\n")
                  : StrCat("  if (node.InputCount() > ", i, ") inputs.push_back(node.Input(", i, "));\n");
    }
    text += "  Attributes attributes;\n";
    for (const UnknownAttribute& attribute : op.attributes) {
      if (!IsAttributeName(attribute.name)) {
        text += StrCat("  node.Ignore({", Literal(attribute.name), "});  // no name for an attribute of the graph\n");
        continue;
      }
      if (!attribute.everywhere) text += "  // FILL IN: MXNet's default, which the file does not tell.\n";
      text += StrCat("  attributes.emplace_back(", Literal(attribute.name), ", node.", Getter(attribute.type), "(",
                     Literal(attribute.name), attribute.everywhere ? "" : ", " + Example(attribute), "));\n");
    }
    text += StrCat("  const std::vector<Value> outputs = node.AddNode(", Literal(name), ", inputs, attributes);\n",
                   "  for (size_t i = 0; i < outputs.size(); ++i) node.Output(i, outputs[i]);\n}\n\n}  // namespace ",
                   name, "_\n");
    return text;
  }

  static std::string Registration(const UnknownOperator& op, const std::string& name) {
    std::string text = StrCat("  extension.Operator(", Literal(name), ")");
    bool optional = false;
    std::string roles;
    for (const UnknownInput& input : op.inputs) {
      roles += input.role;
      if (input.role == 'l') continue;
      optional = optional || !input.everywhere;
      text += StrCat("\n      .", optional ? "OptionalInput(" : "Input(", Literal(input.name), ")");
    }
    for (const UnknownAttribute& attribute : op.attributes) {
      if (!IsAttributeName(attribute.name)) continue;
      text += attribute.type == Type::kString
                  ? StrCat("\n      .RequiredAttribute<std::string>(", Literal(attribute.name), ")")
                  : StrCat("\n      .Attribute(", Literal(attribute.name), ", ", Example(attribute), ")");
    }
    if (op.outputs != 1) text += StrCat("\n      .Outputs(", op.outputs, ")");
    text += StrCat("\n      .Infer(", name, "_::Infer)\n      .Evaluate(", name, "_::Evaluate);\n");
    const std::string arguments = StrCat(name, "_::Convert, \"", roles.empty() ? "d" : roles, "\");\n");
    return text + (op.op_type.empty() ? StrCat("  extension.Converter(", Literal(op.op), ", ", arguments)
                                      : StrCat("  extension.CustomConverter(", Literal(op.op_type), ", ", arguments));
  }

  const std::string name_, model_;
  const std::vector<UnknownOperator> operators_;
  std::vector<std::string> names_;
};

void Write(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) Fail(ErrorKind::kIo, path.string(), ": cannot be written");
}

}  // namespace

std::vector<std::string> WriteExtensionTemplate(const Options& options) {
  LoadExtensions(options.extensions);
  const std::string symbol_path = SymbolPath(options);
  Symbol symbol = ReadSymbol(symbol_path);
  UpgradeSymbol(symbol);
  const Params params = options.input_model.empty() ? Params() : ReadParams(options.input_model);
  std::vector<UnknownOperator> operators = FindUnknownOperators(symbol, params);
  if (operators.empty())
    Fail(ErrorKind::kBadOption, "--extensions_template: ", symbol_path, " has no operators that mo does not know");
  const std::string& name = options.extensions_template;
  const fs::path folder = fs::path(options.output_dir) / name, unfinished = folder.string() + ".unfinished";
  if (fs::exists(folder)) Fail(ErrorKind::kBadOption, "--extensions_template: ", folder.string(), " is there already");
  const Project project(name, fs::path(symbol_path).filename().string(), std::move(operators));
  std::error_code error;
  fs::remove_all(unfinished, error);
  if (!fs::create_directories(unfinished, error))
    Fail(ErrorKind::kIo, unfinished.string(), ": cannot be made: ", error.message());
  try {
    Write(unfinished / (name + ".cpp"), project.Source());
    Write(unfinished / "CMakeLists.txt", project.Build());
    Write(unfinished / "README.md", project.Readme());
    Write(unfinished / "extension_api.h", kExtensionApiHeader);
    Write(unfinished / "extension.h", kExtensionWrapperHeader);
    fs::rename(unfinished, folder);
  } catch (const fs::filesystem_error& failure) {
    fs::remove_all(unfinished, error);
    Fail(ErrorKind::kIo, folder.string(), ": ", failure.code().message());
  } catch (...) {
    fs::remove_all(unfinished, error);
    throw;
  }
  std::vector<std::string> lines = project.Summary();
  lines.push_back(StrCat("Generated plug-in project: ", folder.string(),
                         " (see README.md; places to fill in: grep "
                         "\"FILL IN\" ",
                         (folder / (name + ".cpp")).string(), ")"));
  return lines;
}

}  // namespace moir::mo
