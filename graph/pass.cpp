#include "graph/pass.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "graph/error.h"
#include "graph/op_schema.h"
#include "graph/text.h"
#include "graph/verify.h"

namespace moir::graph {

void NodePass::Run(Graph& graph, PassReport& report) const {
  const OpSchema* root = FindOpSchema(Root());
  if (!Root().empty() && !root) return;
  Rewriter rewriter(graph);
  for (Node* node : graph.TopologicalOrder()) {
    if (rewriter.IsRemoved(node)) continue;
    if (root && &node->Schema() != root) continue;
    const std::string name = node->Name();
    const Outcome outcome = Run(*node, rewriter);
    if (outcome.changed) {
      ++report.changes;
    } else if (!outcome.declined.empty()) {
      report.declined.emplace_back(name, outcome.declined);
    }
  }
}

std::vector<std::string> PassRunner::Names() const {
  std::vector<std::string> names;
  for (const auto& pass : passes_) names.emplace_back(pass->Name());
  return names;
}

std::vector<PassReport> PassRunner::Run(Graph& graph) const {
  const std::vector<std::string> names = Names();
  for (const std::string& name : disabled_) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string near = NearestName(name, names);
      Fail(ErrorKind::kBadOption, "there is no pass \"", name, "\"",
           near.empty() ? "" : StrCat("; did you mean \"", near, "\""));
    }
  }
  std::vector<PassReport> reports;
  RepeatedVerifier verifier;
  for (const auto& pass : passes_) {
    PassReport report;
    report.name = pass->Name();
    if (disabled_.contains(report.name)) {
      report.skipped = true;
      reports.push_back(std::move(report));
      continue;
    }
    const auto begin = std::chrono::steady_clock::now();
    try {
      pass->Run(graph, report);
      if (verify_ && report.changes > 0) {
        verifier.Verify(graph);
#ifndef NDEBUG
        Verify(graph);  // whatever the verifier remembers
#endif
      }
    } catch (const Error& error) {
      throw Error(error.Kind(), StrCat("pass ", report.name, ": ", error.what()));
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!dump_folder_.empty() && report.changes > 0) {
      std::filesystem::create_directories(dump_folder_);
      char number[16];
      std::snprintf(number, sizeof(number), "%03zu-", reports.size() + 1);
      const std::string path = dump_folder_ + "/" + number + report.name + ".txt";
      std::ofstream file(path);
      file << PrintGraph(graph, {.max_elements = 16});
      if (!file) Fail(ErrorKind::kIo, path, ": cannot write the dump of pass ", report.name);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace moir::graph
