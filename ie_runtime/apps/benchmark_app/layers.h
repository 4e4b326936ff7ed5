// What each layer of a model cost: measured times with what the runtime model knows of the layers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "moir/moir.h"
#include "options.h"

namespace moir::apps {

struct LayerTime {
  RuntimeLayer layer;
  size_t count = 0;         // of inferences in which it ran; 0: it need not run
  double microseconds = 0;  // of all of them
  double Average() const { return count == 0 ? 0 : microseconds / static_cast<double>(count); }
};

struct OperatorTime {
  std::string type;
  size_t layers = 0;         // that ran
  double microseconds = 0;   // per inference
  double multiply_adds = 0;  // per inference
};

// Adds up the counters of inferences.
class LayerTimes {
 public:
  explicit LayerTimes(const std::vector<RuntimeLayer>& layers);
  // Of one inference of the same compiled model. Throws kInternal for layers that it does not have.
  void Add(const std::vector<ProfilingInfo>& infos);
  void Add(const LayerTimes& other);

  const std::vector<LayerTime>& Layers() const { return layers_; }  // in the order of execution
  std::vector<LayerTime> Sorted(CounterOrder order) const;
  std::vector<OperatorTime> Operators() const;  // the longest first
  size_t Inferences() const { return inferences_; }
  double Microseconds() const;  // of all layers, per inference

 private:
  std::vector<LayerTime> layers_;
  size_t inferences_ = 0;
};

// Multiply-adds of all layers.
double MultiplyAdds(const std::vector<RuntimeLayer>& layers);

// 10^9 floating-point operations per second, two for each multiply-add; 0 for no time.
double GigaFlops(double multiply_adds, double microseconds);

// "channels-last" of a layer's first output, "[1,64,56,56]"; empty when there is none.
std::string LayoutOf(const RuntimeLayer& layer);
std::string ShapeOf(const RuntimeLayer& layer);
std::string FusedNames(const RuntimeLayer& layer);  // with ", " between them

// Two tables: layers, operators.
void PrintLayerTimes(const LayerTimes& times, CounterOrder order);

}  // namespace moir::apps
