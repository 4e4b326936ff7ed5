#include "ie_runtime/algorithm_choices.h"

#include "ie_runtime/common.h"

namespace moir::runtime {
namespace {

thread_local const AlgorithmChoices* current = nullptr;

}  // namespace

const std::string* AlgorithmChoices::Find(const std::string& problem) const {
  const auto found = algorithms_.find(problem);
  return found == algorithms_.end() ? nullptr : &found->second;
}

std::string AlgorithmChoices::ToText() const {
  std::string text;
  for (const auto& [problem, algorithm] : algorithms_) text += StrCat(problem, '\t', algorithm, '\n');
  return text;
}

AlgorithmChoices AlgorithmChoices::FromText(std::string_view text) {
  AlgorithmChoices choices;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t tab = line.find('\t');
    if (tab != std::string_view::npos) choices.Set(std::string(line.substr(0, tab)), std::string(line.substr(tab + 1)));
  }
  return choices;
}

AlgorithmScope::AlgorithmScope(const AlgorithmChoices* choices) : previous_(current) { current = choices; }
AlgorithmScope::~AlgorithmScope() { current = previous_; }

bool HasAlgorithmChoices() { return current && current->Size() > 0; }
const std::string* ChosenAlgorithm(const std::string& problem) { return current ? current->Find(problem) : nullptr; }

}  // namespace moir::runtime
