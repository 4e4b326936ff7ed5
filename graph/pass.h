// Passes and their runner.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/rewriter.h"

namespace moir::graph {

// Result of trying one node: changed, or declined for a reason (shown in reports; a pass never declines in silence).
struct Outcome {
  bool changed = false;
  std::string declined;  // empty when changed
};
inline Outcome Changed() { return {true, {}}; }
template <typename... Parts>
Outcome Declined(const Parts&... reason) {
  return {false, StrCat(reason...)};
}

struct PassReport {
  std::string name;
  size_t changes = 0;
  double seconds = 0;
  bool skipped = false;  // switched off by name
  // Node name and reason, for nodes the pass looked at and left alone.
  std::vector<std::pair<std::string, std::string>> declined;
  // Anything worth telling the user, e.g. what was removed.
  std::vector<std::string> notes;
};

class Pass {
 public:
  virtual ~Pass() = default;
  virtual std::string_view Name() const = 0;
  virtual void Run(Graph& graph, PassReport& report) const = 0;
};

// A pass that looks at every node of one operator (or of any, when Root() is empty), in topological order.
// Derived classes define Run for a node; that this hides Run for the graph, which only the runner calls, is meant.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
class NodePass : public Pass {
 public:
  virtual std::string_view Root() const = 0;
  virtual Outcome Run(Node& node, Rewriter& rewriter) const = 0;
  void Run(Graph& graph, PassReport& report) const final;
};
#pragma GCC diagnostic pop

// Runs passes in order; verifies after each, times it, dumps on request, skips by name.
class PassRunner {
 public:
  void Add(std::unique_ptr<Pass> pass) { passes_.push_back(std::move(pass)); }
  // Throws kBadOption when no pass has the name (checked in Run).
  void Disable(std::string name) { disabled_.insert(std::move(name)); }
  // Writes the text form after every pass that changed something: FOLDER/NN-PASS.txt.
  void DumpTo(std::string folder) { dump_folder_ = std::move(folder); }
  void SetVerify(bool verify) { verify_ = verify; }
  std::vector<std::string> Names() const;

  // Errors of a pass carry its name.
  std::vector<PassReport> Run(Graph& graph) const;

 private:
  std::vector<std::unique_ptr<Pass>> passes_;
  std::set<std::string> disabled_;
  std::string dump_folder_;
  bool verify_ = true;
};

}  // namespace moir::graph
