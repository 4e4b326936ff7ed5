// AlgorithmChoices: which algorithm computes each distinct convolution of a model, where that was measured
// (measure_algorithms.h). What is not there is chosen by what the algorithms are likely to take.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace moir::runtime {

class AlgorithmChoices {
 public:
  // Null: by estimate.
  const std::string* Find(const std::string& problem) const;
  void Set(const std::string& problem, const std::string& algorithm) { algorithms_[problem] = algorithm; }
  size_t Size() const { return algorithms_.size(); }

  // One line per problem, as it is kept in files. Lines that are none are left out.
  std::string ToText() const;
  static AlgorithmChoices FromText(std::string_view text);

 private:
  std::map<std::string, std::string> algorithms_;
};

// While it lives, passes and kernel factories in this thread ask `choices`.
class AlgorithmScope {
 public:
  explicit AlgorithmScope(const AlgorithmChoices* choices);
  ~AlgorithmScope();
  AlgorithmScope(const AlgorithmScope&) = delete;
  AlgorithmScope& operator=(const AlgorithmScope&) = delete;

 private:
  const AlgorithmChoices* previous_;
};

// Whether there is anything to ask; then ChosenAlgorithm, whose result is null for what goes by estimate.
bool HasAlgorithmChoices();
const std::string* ChosenAlgorithm(const std::string& problem);

}  // namespace moir::runtime
