#include "ie_runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace moir::runtime {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kNone = static_cast<size_t>(-1);

size_t RoundUp(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Values joined into groups that share one block; each member lies at an offset inside its group's root.
class Groups {
 public:
  explicit Groups(const MemoryProblem& problem)
      : problem_(problem), parent_(problem.values.size(), kNone), offset_(problem.values.size(), 0) {
    first_.assign(problem.values.size(), kNone);
    last_.assign(problem.values.size(), 0);
    written_.assign(problem.values.size(), false);
    for (size_t step = 0; step < problem.steps.size(); ++step) {
      const MemoryStep& s = problem.steps[step];
      for (size_t i = 0; i < s.inputs.size(); ++i) {
        if (s.reads[i]) Live(s.inputs[i], step);
      }
      for (const size_t output : s.outputs) {
        Live(output, step);
        written_[output] = true;
      }
    }
    // Outputs of the model stay until the end.
    for (const size_t output : problem.outputs) last_[output] = problem.steps.size();
  }

  std::pair<size_t, size_t> Find(size_t value) const {  // root and offset inside it
    size_t offset = 0;
    while (parent_[value] != kNone) {
      offset += offset_[value];
      value = parent_[value];
    }
    return {value, offset};
  }
  size_t First(size_t root) const { return first_[root]; }
  size_t Last(size_t root) const { return last_[root]; }
  // Computed by a step, as opposed to inputs of the model and constants.
  bool IsWritten(size_t root) const { return written_[root]; }
  bool IsOutput(size_t root) const {
    return std::find(problem_.outputs.begin(), problem_.outputs.end(), root) != problem_.outputs.end();
  }

  // The group of `root` moves into the group of `into`, `offset` bytes from its root's start.
  void Join(size_t root, size_t into, size_t offset) {
    parent_[root] = into;
    offset_[root] = offset;
    first_[into] = std::min(first_[into], first_[root]);
    last_[into] = std::max(last_[into], last_[root]);
  }

 private:
  void Live(size_t value, size_t step) {
    first_[value] = std::min(first_[value], step);
    last_[value] = std::max(last_[value], step);
  }
  const MemoryProblem& problem_;
  std::vector<size_t> parent_, offset_, first_, last_;
  std::vector<bool> written_;
};

// Whether the group of `value` is that value's bytes and nothing more, so that it can move elsewhere as a whole.
bool IsMovable(const MemoryProblem& problem, const Groups& groups, size_t value) {
  const auto [root, offset] = groups.Find(value);
  return offset == 0 && problem.values[root].bytes == problem.values[value].bytes && groups.IsWritten(root) &&
         !groups.IsOutput(root);
}

void JoinViews(const MemoryProblem& problem, Groups& groups) {
  for (const MemoryStep& step : problem.steps) {
    for (const Alias& alias : step.aliases) {
      if (alias.kind != Alias::Kind::kView) continue;
      const size_t input = step.inputs[alias.input], output = step.outputs[alias.output];
      const auto [root, offset] = groups.Find(input);
      if (groups.Find(output).first != output || root == output) continue;
      if (!groups.IsOutput(output)) {
        groups.Join(output, root, offset + alias.offset);
      } else if (IsMovable(problem, groups, input) && problem.values[input].bytes == problem.values[output].bytes) {
        // Outputs of the model have memory of their own, the user's: what is viewed is computed there.
        groups.Join(root, output, 0);
      }
    }
  }
}

// From the last concatenation to the first, so that a concatenation inside another one moves with its parts.
void JoinParts(const MemoryProblem& problem, Groups& groups) {
  for (auto step = problem.steps.rbegin(); step != problem.steps.rend(); ++step) {
    for (const Alias& alias : step->aliases) {
      if (alias.kind != Alias::Kind::kPart) continue;
      const size_t part = step->inputs[alias.input];
      const auto [whole, offset] = groups.Find(step->outputs[alias.output]);
      if (groups.Find(part).first == whole || !IsMovable(problem, groups, part)) continue;
      groups.Join(groups.Find(part).first, whole, offset + alias.offset);
    }
  }
}

void JoinInPlace(const MemoryProblem& problem, Groups& groups) {
  for (size_t position = 0; position < problem.steps.size(); ++position) {
    const MemoryStep& step = problem.steps[position];
    for (const Alias& alias : step.aliases) {
      if (alias.kind != Alias::Kind::kInPlace) continue;
      const size_t input = step.inputs[alias.input], output = step.outputs[alias.output];
      const auto [root, offset] = groups.Find(input);
      const auto [output_root, output_offset] = groups.Find(output);
      if (output_root == root || !groups.IsWritten(root) || groups.IsOutput(root) || groups.Last(root) != position)
        continue;
      if (problem.values[output].bytes > problem.values[input].bytes) continue;
      // Another input in the same block would be overwritten while it is read.
      const auto same_block = [&](size_t other) { return groups.Find(other).first == root; };
      if (std::count_if(step.inputs.begin(), step.inputs.end(), same_block) != 1) continue;
      if (output_root == output && !groups.IsOutput(output)) {
        groups.Join(output, root, offset);
        break;
      }
      // The result's place is settled (a part of a concatenation, the user's tensor): the input is computed there.
      if (!IsMovable(problem, groups, input) || problem.values[input].bytes != problem.values[output].bytes) continue;
      groups.Join(root, output_root, output_offset);
      break;
    }
  }
}

}  // namespace

ArenaPlan PlanArena(const std::vector<ArenaBlock>& blocks) {
  ArenaPlan plan;
  plan.offsets.assign(blocks.size(), 0);
  std::vector<size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::vector<size_t> placed;  // sorted by offset
  for (const size_t block : order) {
    const size_t bytes = RoundUp(blocks[block].bytes);
    size_t offset = 0;
    for (const size_t other : placed) {
      if (blocks[other].first > blocks[block].last || blocks[other].last < blocks[block].first) continue;
      if (plan.offsets[other] >= offset + bytes) break;
      offset = std::max(offset, plan.offsets[other] + RoundUp(blocks[other].bytes));
    }
    plan.offsets[block] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), offset,
                                   [&](size_t at, size_t other) { return at < plan.offsets[other]; }),
                  block);
  }
  return plan;
}

MemoryPlan PlanMemory(const MemoryProblem& problem) {
  Groups groups(problem);
  JoinViews(problem, groups);
  JoinParts(problem, groups);
  JoinInPlace(problem, groups);

  MemoryPlan plan;
  plan.placements.resize(problem.values.size());
  std::vector<ArenaBlock> blocks;
  for (size_t value = 0; value < problem.values.size(); ++value) {
    if (groups.Find(value).first != value || groups.First(value) == kNone) continue;
    Placement& placement = plan.placements[value];
    const auto input = std::find(problem.inputs.begin(), problem.inputs.end(), value);
    const auto output = std::find(problem.outputs.begin(), problem.outputs.end(), value);
    if (problem.values[value].constant) {
      placement = {Placement::Home::kConstant, value, 0};
    } else if (input != problem.inputs.end()) {
      placement = {Placement::Home::kInput, static_cast<size_t>(input - problem.inputs.begin()), 0};
    } else if (output != problem.outputs.end()) {
      placement = {Placement::Home::kOutput, static_cast<size_t>(output - problem.outputs.begin()), 0};
    } else {
      placement = {Placement::Home::kArena, blocks.size(), 0};
      blocks.push_back({problem.values[value].bytes, groups.First(value), groups.Last(value)});
    }
  }
  const ArenaPlan arena = PlanArena(blocks);
  plan.arena_bytes = arena.bytes;
  for (size_t value = 0; value < problem.values.size(); ++value) {
    Placement& placement = plan.placements[value];
    if (placement.home == Placement::Home::kArena) placement.offset = arena.offsets[placement.index];
  }
  for (size_t value = 0; value < problem.values.size(); ++value) {
    const auto [root, offset] = groups.Find(value);
    if (root == value || plan.placements[root].home == Placement::Home::kNone) continue;
    plan.placements[value] = plan.placements[root];
    plan.placements[value].offset += offset;
  }
  return plan;
}

}  // namespace moir::runtime
