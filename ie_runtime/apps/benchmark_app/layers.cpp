#include "layers.h"

#include <algorithm>
#include <cstdio>

#include "../common/fail.h"
#include "../common/table.h"

namespace moir::apps {
namespace {

std::string Number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string Share(double part, double whole) { return whole > 0 ? Number("%.1f%%", 100 * part / whole) : ""; }
std::string Speed(double multiply_adds, double microseconds) {
  return multiply_adds > 0 && microseconds > 0 ? Number("%.1f", GigaFlops(multiply_adds, microseconds)) : "";
}

}  // namespace

LayerTimes::LayerTimes(const std::vector<RuntimeLayer>& layers) {
  for (const RuntimeLayer& layer : layers) layers_.push_back({layer});
}

// Both lists are in the order of execution; a request leaves out layers that need not run.
void LayerTimes::Add(const std::vector<ProfilingInfo>& infos) {
  size_t next = 0;
  for (const ProfilingInfo& info : infos) {
    const auto same = [&](const RuntimeLayer& layer) {
      return layer.name == info.node_name && layer.type == info.node_type && layer.exec_type == info.exec_type;
    };
    while (next < layers_.size() && !same(layers_[next].layer)) ++next;
    if (next == layers_.size())
      Fail(ErrorKind::kInternal, "layer \"", info.node_name, "\" was measured and is not in the runtime model");
    ++layers_[next].count;
    layers_[next].microseconds += info.microseconds;
    ++next;
  }
  ++inferences_;
}

void LayerTimes::Add(const LayerTimes& other) {
  for (size_t i = 0; i < layers_.size() && i < other.layers_.size(); ++i) {
    layers_[i].count += other.layers_[i].count;
    layers_[i].microseconds += other.layers_[i].microseconds;
  }
  inferences_ += other.inferences_;
}

std::vector<LayerTime> LayerTimes::Sorted(CounterOrder order) const {
  std::vector<LayerTime> layers = layers_;
  if (order == CounterOrder::kExecution) return layers;
  if (order == CounterOrder::kTimeExecuted)
    std::erase_if(layers, [](const LayerTime& time) { return time.count == 0; });
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerTime& a, const LayerTime& b) { return a.Average() > b.Average(); });
  return layers;
}

std::vector<OperatorTime> LayerTimes::Operators() const {
  std::map<std::string, OperatorTime> by_type;
  for (const LayerTime& time : layers_) {
    if (time.count == 0) continue;
    OperatorTime& total = by_type[time.layer.type];
    total.type = time.layer.type;
    ++total.layers;
    total.microseconds += time.Average();
    total.multiply_adds += static_cast<double>(time.layer.multiply_adds);
  }
  std::vector<OperatorTime> totals;
  for (auto& [type, total] : by_type) totals.push_back(std::move(total));
  std::stable_sort(totals.begin(), totals.end(),
                   [](const OperatorTime& a, const OperatorTime& b) { return a.microseconds > b.microseconds; });
  return totals;
}

double LayerTimes::Microseconds() const {
  double sum = 0;
  for (const LayerTime& time : layers_) sum += time.Average();
  return sum;
}

double MultiplyAdds(const std::vector<RuntimeLayer>& layers) {
  double sum = 0;
  for (const RuntimeLayer& layer : layers) sum += static_cast<double>(layer.multiply_adds);
  return sum;
}

double GigaFlops(double multiply_adds, double microseconds) {
  return microseconds > 0 ? 2 * multiply_adds / microseconds * 1e-3 : 0;
}

std::string LayoutOf(const RuntimeLayer& layer) {
  return layer.output_layouts.empty() ? std::string() : layer.output_layouts.front();
}
std::string ShapeOf(const RuntimeLayer& layer) {
  return layer.output_shapes.empty() ? std::string() : ShapeToString(layer.output_shapes.front());
}
std::string FusedNames(const RuntimeLayer& layer) {
  std::string names;
  for (const std::string& name : layer.fused) names += (names.empty() ? "" : ", ") + name;
  return names;
}

void PrintLayerTimes(const LayerTimes& times, CounterOrder order) {
  const double whole = times.Microseconds();
  Table table({{"layer"},
               {"type"},
               {"kernel"},
               {"layout"},
               {"shape"},
               {"us", true},
               {"share", true},
               {"GFLOP/s", true},
               {"with"}});
  for (const LayerTime& time : times.Sorted(order)) {
    const bool ran = time.count > 0;
    table.Add({time.layer.name, time.layer.type, time.layer.exec_type, LayoutOf(time.layer), ShapeOf(time.layer),
               ran ? Number("%.1f", time.Average()) : "not run", ran ? Share(time.Average(), whole) : "",
               Speed(static_cast<double>(time.layer.multiply_adds), time.Average()), FusedNames(time.layer)});
  }
  double multiply_adds = 0;
  Table operators({{"operator"}, {"layers", true}, {"us", true}, {"share", true}, {"GFLOP/s", true}});
  size_t layers = 0;
  for (const OperatorTime& total : times.Operators()) {
    operators.Add({total.type, std::to_string(total.layers), Number("%.1f", total.microseconds),
                   Share(total.microseconds, whole), Speed(total.multiply_adds, total.microseconds)});
    multiply_adds += total.multiply_adds;
    layers += total.layers;
  }
  operators.Add(
      {"total", std::to_string(layers), Number("%.1f", whole), Share(whole, whole), Speed(multiply_adds, whole)});
  std::printf("\nlayers, on average of %zu inferences; GFLOP/s as of direct convolutions\n%s\n%s", times.Inferences(),
              table.Text().c_str(), operators.Text().c_str());
}

}  // namespace moir::apps
