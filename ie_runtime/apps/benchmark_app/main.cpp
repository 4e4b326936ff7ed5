// benchmark_app: how fast a model runs, in the manner of OpenVINO's program of this name.
#include <cstdio>

#include "../common/output_file.h"
#include "../common/program.h"
#include "benchmark.h"
#include "config_file.h"
#include "options.h"

namespace moir::apps {
namespace {

void Run(const std::vector<std::string>& arguments) {
  BenchmarkOptions options;
  if (!ParseBenchmarkOptions(arguments, options)) return;
  if (!options.dump_config.empty()) WriteConfigFile(options.dump_config, options.given);
  const Benchmark benchmark = RunBenchmark(options);
  PrintBenchmark(benchmark);
  for (const std::string& path : WriteReports(benchmark)) std::printf("[ INFO ] wrote %s\n", path.c_str());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("benchmark_app", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
