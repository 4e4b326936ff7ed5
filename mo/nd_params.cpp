#include "mo/nd_params.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "graph/error.h"
#include "mo/faq.h"
#include "mo/model_files.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSymbolEnding = "-symbol.json";

std::string BaseModelPath(const std::string& name) {
  if (fs::exists(name)) return name;
  std::vector<std::string> tried{name};
  for (const char* ending : {".params", "-0000.params"}) {
    const std::string path = name + ending;
    if (fs::exists(path)) return path;
    tried.push_back(path);
  }
  Fail(ErrorKind::kIo, "--pretrained_model_name: the file was not found (looked for ", graph::Join(tried, ", "), ")");
}

// Beside the base model, where the Model Optimizer looked, or where the prefix says.
std::string NdPath(const std::string& base, const std::string& prefix, const std::string& ending) {
  const fs::path beside = fs::path(base).parent_path() / (prefix + ending), stated = prefix + ending;
  if (fs::exists(beside)) return beside.string();
  if (fs::exists(stated)) return stated.string();
  return beside.string();
}

std::string SavePath(const Options& options, const std::string& base) {
  const auto epoch = EpochOf(base);
  if (!epoch) {
    FailFaq(kNoEpoch, ErrorKind::kBadOption, "--save_params_from_nd: ", base,
            ": the name has no epoch (NAME-NNNN.params), which the saved file would take");
  }
  std::string prefix = options.input_symbol;
  if (prefix.ends_with(kSymbolEnding)) prefix.resize(prefix.size() - kSymbolEnding.size());
  else prefix = (fs::path(prefix).parent_path() / fs::path(prefix).stem()).string();
  return prefix + "-" + *epoch + ".params";
}

}  // namespace

NdParams ReadNdParams(const Options& options) {
  NdParams nd;
  const std::string base_path = BaseModelPath(options.pretrained_model_name);
  if (options.save_params_from_nd) nd.save_path = SavePath(options, base_path);
  const std::string args_path = NdPath(base_path, options.nd_prefix_name, "_args.nd");
  const std::string auxs_path = NdPath(base_path, options.nd_prefix_name, "_auxs.nd");
  if (!fs::exists(args_path) && !fs::exists(auxs_path)) {
    Fail(ErrorKind::kIo, "--nd_prefix_name ", options.nd_prefix_name, ": neither ", args_path, " nor ", auxs_path,
         " was found");
  }
  std::set<std::string> inputs;
  for (const InputSpec& input : options.input) inputs.insert(input.name);
  if (inputs.empty()) inputs.insert("data");

  std::vector<Param> merged;
  std::set<std::pair<ParamKind, std::string>> taken;
  const auto add = [&](const std::string& path, ParamKind kind_of_bare_names) {
    if (!fs::exists(path)) {
      nd.notes.push_back(path + " was not found; the base model's arrays are taken alone");
      return;
    }
    const Params params = ReadParams(path);
    nd.files.push_back(path);
    size_t used = 0, overridden = 0;
    for (Param param : params.All()) {
      if (inputs.contains(param.name)) continue;
      if (param.kind == ParamKind::kUnknown) param.kind = kind_of_bare_names;
      if (!taken.insert({param.kind, param.name}).second) {
        ++overridden;
        continue;
      }
      merged.push_back(std::move(param));
      ++used;
    }
    nd.notes.push_back(
        graph::StrCat(path, ": ", used, " arrays taken",
                      overridden > 0 ? graph::StrCat(", ", overridden, " replaced by the .nd files") : ""));
  };
  add(args_path, ParamKind::kArgument);
  add(auxs_path, ParamKind::kAuxiliary);
  add(base_path, ParamKind::kArgument);
  if (!options.input_model.empty()) {
    nd.notes.push_back("--input_model " + options.input_model +
                       " names the result only; the parameters come from the .nd files and the base model");
  }
  nd.params = Params(std::move(merged), /*named=*/true, graph::Join(nd.files, " + "));
  return nd;
}

bool MustSaveNdParams(const NdParams& nd) {
  if (nd.save_path.empty()) return false;
  if (!fs::exists(nd.save_path)) {
    CheckFolder(fs::path(nd.save_path).has_parent_path() ? fs::path(nd.save_path).parent_path().string() : ".");
    return true;
  }
  const Params there = ReadParams(nd.save_path);
  const auto& ours = nd.params.All();
  const bool same = there.All().size() == ours.size() &&
                    std::equal(ours.begin(), ours.end(), there.All().begin(), [](const Param& a, const Param& b) {
                      return a.kind == b.kind && a.name == b.name && a.tensor.IsDefined() == b.tensor.IsDefined() &&
                             (!a.tensor.IsDefined() || a.tensor.Equals(b.tensor));
                    });
  if (!same) {
    Fail(ErrorKind::kIo, nd.save_path,
         ": --save_params_from_nd would replace this file, which holds other parameters; move it away first");
  }
  return false;
}

}  // namespace moir::mo
