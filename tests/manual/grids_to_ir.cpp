// Writes every case of MXNet's operators as IR v10 or v11, with its inputs and what MXNet computed, for
// tests/oracle/openvino_grids.py, which runs them in OpenVINO.
//
// usage: moir_grids_to_ir FOLDER VERSION [OPERATOR...]
//
// FOLDER/OPERATOR/NUMBER.xml, .bin, NUMBER.in.NAME.npy, NUMBER.out.POSITION.npy; FOLDER/OPERATOR/cases.txt holds a line per
// case: number, "written" or the reason why not, the case's name, parted by tabs.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "graph/error.h"
#include "graph/ir/ir_writer.h"
#include "ie_runtime/apps/common/npy.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/mxnet/operator_grids.h"
#include "transforms/legalize_for_ir_v10_v11/legalize.h"
#include "transforms/pipeline.h"

namespace moir::test {
namespace {

void WriteNpy(const std::string& path, const graph::Tensor& tensor) {
  std::ofstream file(path, std::ios::binary);
  file << apps::MakeNpyHeader(static_cast<ElementType>(tensor.Type()), tensor.Shape().Dims());
  file.write(static_cast<const char*>(tensor.Data()), static_cast<std::streamsize>(tensor.ByteSize()));
  if (!file) throw std::runtime_error(path + ": cannot be written");
}

void WriteCase(const GridCase& entry, int version, const std::string& stem) {
  mo::Symbol symbol = mo::ParseSymbol(entry.symbol_text, "symbol.json");
  mo::UpgradeSymbol(symbol);
  mo::BuildOptions options;
  for (const auto& [name, tensor] : entry.inputs) options.inputs.push_back({name, tensor.Shape()});
  const std::unique_ptr<graph::Graph> graph = mo::BuildGraph(symbol, entry.params, options).graph;
  transforms::MakePipeline({}).Run(*graph);
  graph::PassRunner legalize;
  for (auto& pass : transforms::MakeLegalizePassesV10V11(version)) legalize.Add(std::move(pass));
  legalize.Run(*graph);
  graph::IrWriteOptions write;
  write.version = version;
  graph::WriteIrV10V11(*graph, stem + ".xml", stem + ".bin", stem + ".mapping", write);
  for (const auto& [name, tensor] : entry.inputs) WriteNpy(stem + ".in." + name + ".npy", tensor);
  for (size_t i = 0; i < entry.outputs.size(); ++i)
    WriteNpy(stem + ".out." + std::to_string(i) + ".npy", entry.outputs[i].second);
}

int Run(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: moir_grids_to_ir FOLDER VERSION [OPERATOR...]\n", stderr);
    return 1;
  }
  const std::filesystem::path folder = argv[1];
  const int version = std::stoi(argv[2]);
  std::vector<std::string> names(argv + 3, argv + argc);
  if (names.empty()) names = OperatorGridFiles();
  for (const std::string& name : names) {
    if (!IsConverted(name)) continue;
    const std::filesystem::path here = folder / name;
    std::filesystem::create_directories(here);
    std::ofstream list(here / "cases.txt");
    int number = 0;
    for (const GridCase& entry : LoadOperatorGrid(name)) {
      std::string outcome = "written";
      try {
        WriteCase(entry, version, (here / std::to_string(number)).string());
      } catch (const graph::Error& error) {
        outcome = error.what();
        for (char& c : outcome) c = c == '\n' || c == '\t' ? ' ' : c;
      }
      list << number++ << '\t' << outcome << '\t' << entry.name << '\n';
    }
  }
  return 0;
}

}  // namespace
}  // namespace moir::test

int main(int argc, char** argv) {
  try {
    return moir::test::Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "moir_grids_to_ir: " << error.what() << "\n";
    return 1;
  }
}
