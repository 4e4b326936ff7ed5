#include "counters.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace moir::apps {

void PrintCounters(const std::vector<ProfilingInfo>& infos) {
  size_t name_width = 5, type_width = 4, exec_width = 6;
  double total = 0;
  for (const ProfilingInfo& info : infos) {
    name_width = std::max(name_width, info.node_name.size());
    type_width = std::max(type_width, info.node_type.size());
    exec_width = std::max(exec_width, info.exec_type.size());
    total += info.microseconds;
  }
  const auto row = [&](const std::string& name, const std::string& type, const std::string& exec) {
    std::printf("%-*s  %-*s  %-*s", static_cast<int>(name_width), name.c_str(), static_cast<int>(type_width),
                type.c_str(), static_cast<int>(exec_width), exec.c_str());
  };
  std::printf("\nlayers of the last inference\n");
  row("layer", "type", "kernel");
  std::printf("  %10s\n", "us");
  for (const ProfilingInfo& info : infos) {
    row(info.node_name, info.node_type, info.exec_type);
    std::printf("  %10.1f", info.microseconds);
    for (const std::string& fused : info.fused)
      std::printf("%s%s", &fused == info.fused.data() ? "  with " : ", ", fused.c_str());
    std::printf("\n");
  }
  row("total", "", "");
  std::printf("  %10.1f\n", total);
}

}  // namespace moir::apps
