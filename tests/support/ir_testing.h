// What tests of IR files share: a graph written and read back.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "graph/graph.h"
#include "graph/ir/ir_reader.h"
#include "graph/ir/ir_writer.h"
#include "tests/support/graph_testing.h"

namespace moir::test {

// The three files of an IR in a folder of their own.
class IrFiles {
 public:
  std::string Xml() const { return folder_.File("model.xml"); }
  std::string Bin() const { return folder_.File("model.bin"); }
  std::string Mapping() const { return folder_.File("model.mapping"); }
  std::string Topology() const { return folder_.Read("model.xml"); }
  const TempFolder& Folder() const { return folder_; }

  graph::IrWriteReport Write(const Graph& graph, const graph::IrWriteOptions& options = {}) const {
    const auto write = options.version >= 10 ? graph::WriteIrV10V11 : graph::WriteIrV2V4;
    return write(graph, Xml(), Bin(), Mapping(), options);
  }
  std::unique_ptr<Graph> Read() const { return graph::ReadIr(Xml()); }
  // The topology with every `from` replaced; fails the test when there is none.
  void Edit(std::string_view from, std::string_view to) const;

 private:
  TempFolder folder_;
};

// Evaluates both with the same random inputs; outputs are compared by position, names too.
void ExpectSameResults(const Graph& actual, const Graph& expected, double tolerance = 1e-6);

}  // namespace moir::test
