#include "transforms/extension_passes.h"

#include <algorithm>
#include <map>

#include "graph/error.h"
#include "graph/extension/extension_context.h"
#include "graph/rewriter.h"

namespace moir::transforms {
namespace {

using namespace graph;

// One node that the plug-in looks at. What it builds takes the node's place when the callback has returned.
class RewriteContext final : public GraphContext {
 public:
  RewriteContext(Node& node, Rewriter& rewriter) : GraphContext(&node), node_(node), rewriter_(rewriter) {}

  MoirValue AddConstant(std::string name, Tensor tensor) override {
    built_ = true;
    return IdOf(rewriter_.Constant(StrCat(node_.Name(), "/", name), std::move(tensor)));
  }
  MoirNode AddNode(std::string op, std::string name, const std::vector<MoirValue>& inputs,
                   Attributes attributes) override {
    std::vector<Value> values;
    for (const MoirValue input : inputs) values.push_back(ValueOf(input));
    built_ = true;
    return IdOf(rewriter_.AddNode(op, StrCat(node_.Name(), "/", name.empty() ? op : name), std::move(values),
                                  std::move(attributes)));
  }
  void SetResult(size_t index, MoirValue value) override {
    if (index >= node_.OutputCount())
      Fail(ErrorKind::kBadModel, "set_result: output ", index, " of a node that has ", node_.OutputCount());
    const Value by = ValueOf(value);
    if (by.Type() != node_.Type(index) || by.Shape() != node_.Shape(index)) {
      Fail(ErrorKind::kBadModel, "set_result: output ", index, ": got ", by.Type(), by.Shape(), ", expected ",
           node_.Type(index), node_.Shape(index));
    }
    results_[index] = by;
  }
  size_t ReaderCount(MoirValue value) override {
    const Value& of = ValueOf(value);
    return of.ReaderCount() + (of.IsGraphOutput() ? 1 : 0);
  }
  void Note(std::string text) override { notes_.push_back(std::move(text)); }

  bool Built() const { return built_; }
  const std::vector<std::string>& Notes() const { return notes_; }
  // Whether anything was replaced.
  bool Apply() {
    if (results_.empty()) return false;
    if (node_.OutputCount() == 1) {
      rewriter_.Replace(node_, results_.begin()->second);
      return true;
    }
    for (const auto& [index, value] : results_) rewriter_.ReplaceValue(node_.Output(index), value);
    rewriter_.RemoveUnread(&node_);
    return true;
  }

 private:
  Node& node_;
  Rewriter& rewriter_;
  std::map<size_t, Value> results_;
  std::vector<std::string> notes_;
  bool built_ = false;
};

class ExtensionPassRunner final : public Pass {
 public:
  explicit ExtensionPassRunner(const ExtensionPass& pass) : pass_(pass) {}
  std::string_view Name() const override { return pass_.name; }
  void Run(Graph& graph, PassReport& report) const override {
    Rewriter rewriter(graph);
    bool built = false;
    for (Node* node : graph.TopologicalOrder()) {
      if (rewriter.IsRemoved(node) || (!pass_.root.empty() && !node->Is(pass_.root))) continue;
      const std::string name = node->Name();
      RewriteContext context(*node, rewriter);
      MoirStatus status = MOIR_DECLINED;
      try {
        status = context.Run(pass_.library, "run", [&](const MoirHost* host, MoirContext* self) {
          return pass_.functions.run(pass_.functions.user, host, self);
        });
      } catch (const Error& error) {
        throw Error(error.Kind(), StrCat("node \"", name, "\" (", node->Op(), "): ", error.what()));
      }
      built = built || context.Built();
      for (const std::string& note : context.Notes()) report.notes.push_back(note);
      if (status == MOIR_OK && context.Apply()) {
        ++report.changes;
      } else {
        report.declined.emplace_back(name, "the plug-in left it alone");
      }
    }
    if (!built) return;
    graph.RemoveDead();
    try {
      graph.TopologicalOrder();
    } catch (const Error& error) {
      throw Error(error.Kind(), StrCat(pass_.library, ": ", error.what()));
    }
  }

 private:
  const ExtensionPass& pass_;
};

// "before:fold_constants" in its parts; passes may be spelled with "_".
struct Place {
  bool after;
  std::string pass;
};
Place ParsePlace(const std::string& text) {
  const size_t colon = text.find(':');
  Place place{text.starts_with("after:"), text.substr(colon + 1)};
  std::replace(place.pass.begin(), place.pass.end(), '_', '-');
  return place;
}

}  // namespace

void InsertExtensionPasses(const std::vector<std::string>& all, const PassListener& listener,
                           std::vector<std::unique_ptr<Pass>>& passes) {
  const std::vector<const ExtensionPass*> extensions = ExtensionPasses();
  if (extensions.empty()) return;
  // Where in `passes` each of `all` is or would be.
  std::vector<size_t> positions;
  std::vector<bool> there;
  for (size_t next = 0; const std::string& name : all) {
    positions.push_back(next);
    there.push_back(next < passes.size() && passes[next]->Name() == name);
    if (there.back()) ++next;
  }
  std::map<size_t, std::vector<std::unique_ptr<Pass>>> before;
  for (const ExtensionPass* extension : extensions) {
    const Place place = ParsePlace(extension->place);
    const auto first = std::find(all.begin(), all.end(), place.pass);
    if (first == all.end()) continue;  // checked when it was loaded; a plug-in of another program
    size_t index = static_cast<size_t>(first - all.begin());
    if (place.after) {
      for (size_t i = index; i < all.size(); ++i) index = all[i] == place.pass ? i : index;
    }
    before[positions[index] + (place.after && there[index] ? 1 : 0)].push_back(
        MakeNotifyingPass(std::make_unique<ExtensionPassRunner>(*extension), listener));
  }
  std::vector<std::unique_ptr<Pass>> result;
  for (size_t i = 0; i <= passes.size(); ++i) {
    for (std::unique_ptr<Pass>& pass : before[i]) result.push_back(std::move(pass));
    if (i < passes.size()) result.push_back(std::move(passes[i]));
  }
  passes = std::move(result);
}

void CheckExtensionPasses(const ExtensionLibrary& library, const std::vector<std::string>& all) {
  for (const ExtensionPass& pass : library.passes) {
    const auto fail = [&](const auto&... parts) {
      Fail(ErrorKind::kBadOption, library.path, ": pass \"", pass.name, "\": ", parts...);
    };
    if (std::find(all.begin(), all.end(), pass.name) != all.end()) fail("the name is taken by one of mo's passes");
    const std::string name = ParsePlace(pass.place).pass;
    if (std::find(all.begin(), all.end(), name) != all.end()) continue;
    const std::string nearest = NearestName(name, all);
    fail("got the place \"", pass.place, "\", but mo has no pass \"", name, "\"",
         nearest.empty() ? "" : StrCat("; did you mean \"", nearest, "\"?"));
  }
}

}  // namespace moir::transforms
