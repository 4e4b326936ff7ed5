#include "ie_runtime/memory_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

namespace moir::runtime {
namespace {

bool Overlap(size_t a, size_t a_size, size_t b, size_t b_size) { return a < b + b_size && b < a + a_size; }

TEST(PlanArena, BlocksThatLiveTogetherDoNotOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<ArenaBlock> blocks;
    size_t together = 0;  // lower bound: the most bytes alive at one step
    for (int i = 0; i < 60; ++i) {
      const size_t first = random() % 40;
      blocks.push_back({random() % 5000, first, first + random() % 10});
    }
    for (size_t step = 0; step < 50; ++step) {
      size_t alive = 0;
      for (const ArenaBlock& block : blocks) alive += block.first <= step && step <= block.last ? block.bytes : 0;
      together = std::max(together, alive);
    }
    const ArenaPlan plan = PlanArena(blocks);
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_EQ(plan.offsets[i] % 64, 0u);
      EXPECT_LE(plan.offsets[i] + blocks[i].bytes, plan.bytes);
      for (size_t j = 0; j < i; ++j) {
        const bool together_alive = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
        EXPECT_FALSE(together_alive && Overlap(plan.offsets[i], blocks[i].bytes, plan.offsets[j], blocks[j].bytes))
            << i << " and " << j;
      }
    }
    EXPECT_LE(plan.bytes, together * 3 / 2 + 64 * blocks.size());
  }
}

TEST(PlanArena, ReusesSpaceOnceItIsFree) {
  const ArenaPlan plan = PlanArena({{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}});
  EXPECT_EQ(plan.offsets[0], plan.offsets[2]);
  EXPECT_EQ(plan.bytes, 2048u);
}

// Step with inputs all read.
MemoryStep Make(std::vector<size_t> inputs, std::vector<size_t> outputs, std::vector<Alias> aliases = {}) {
  const std::vector<bool> reads(inputs.size(), true);
  return {std::move(inputs), std::move(outputs), reads, std::move(aliases)};
}

TEST(PlanMemory, AViewLiesInsideItsInput) {
  MemoryProblem problem;
  problem.values = {{64}, {256}, {128}, {64}};
  problem.steps = {Make({0}, {1}), Make({1}, {2}, {{Alias::Kind::kView, 0, 0, 128}}), Make({2}, {3})};
  problem.inputs = {0};
  problem.outputs = {3};
  const MemoryPlan plan = PlanMemory(problem);
  EXPECT_EQ(plan.placements[2].home, Placement::Home::kArena);
  EXPECT_EQ(plan.placements[2].offset, plan.placements[1].offset + 128);
  EXPECT_EQ(plan.placements[0].home, Placement::Home::kInput);
  EXPECT_EQ(plan.placements[3].home, Placement::Home::kOutput);
}

TEST(PlanMemory, NestedPartsLieInTheOutermostConcatenation) {
  MemoryProblem problem;
  problem.values = {{64}, {64}, {128}, {192}, {64}, {256}, {64}};
  problem.steps = {Make({0}, {1}),
                   Make({0}, {2}),
                   Make({1, 2}, {3}, {{Alias::Kind::kPart, 0, 0, 0}, {Alias::Kind::kPart, 1, 0, 64}}),
                   Make({3}, {4}),
                   Make({4, 3}, {5}, {{Alias::Kind::kPart, 0, 0, 0}, {Alias::Kind::kPart, 1, 0, 64}}),
                   Make({5}, {6})};
  problem.inputs = {0};
  problem.outputs = {6};
  const MemoryPlan plan = PlanMemory(problem);
  const size_t base = plan.placements[5].offset;
  EXPECT_EQ(plan.placements[4].offset, base);
  EXPECT_EQ(plan.placements[3].offset, base + 64);
  EXPECT_EQ(plan.placements[1].offset, base + 64);
  EXPECT_EQ(plan.placements[2].offset, base + 128);
  EXPECT_EQ(plan.arena_bytes, 256u);
}

TEST(PlanMemory, APartThatIsAnInputOrAnOutputOfTheModelStaysApart) {
  MemoryProblem problem;
  problem.values = {{64}, {64}, {128}, {64}};
  problem.steps = {Make({0}, {1}), Make({0, 1}, {2}, {{Alias::Kind::kPart, 0, 0, 0}, {Alias::Kind::kPart, 1, 0, 64}}),
                   Make({2}, {3})};
  problem.inputs = {0};
  problem.outputs = {1, 3};
  const MemoryPlan plan = PlanMemory(problem);
  EXPECT_EQ(plan.placements[0].home, Placement::Home::kInput);
  EXPECT_EQ(plan.placements[1].home, Placement::Home::kOutput);
  EXPECT_EQ(plan.placements[2].home, Placement::Home::kArena);
}

struct InPlaceCase {
  const char* why;
  std::vector<size_t> inputs_of_second;
  bool read_later;
  bool in_place;
};
TEST(PlanMemory, InPlaceOnlyForTheLastReader) {
  const InPlaceCase cases[] = {{"the last reader", {1}, false, true},
                               {"read later", {1}, true, false},
                               {"read twice by the step", {1, 1}, false, false},
                               {"an input of the model", {0}, false, false}};
  for (const InPlaceCase& c : cases) {
    MemoryProblem problem;
    problem.values = {{64}, {64}, {64}, {64}};
    problem.steps = {Make({0}, {1}), Make(c.inputs_of_second, {2}, {{Alias::Kind::kInPlace}}),
                     Make(c.read_later ? std::vector<size_t>{2, 1} : std::vector<size_t>{2}, {3})};
    problem.inputs = {0};
    problem.outputs = {3};
    const MemoryPlan plan = PlanMemory(problem);
    const Placement& from = plan.placements[c.inputs_of_second[0]];
    const Placement& to = plan.placements[2];
    EXPECT_EQ(from.home == to.home && from.offset == to.offset, c.in_place) << c.why;
  }
}

TEST(PlanMemory, WhatBecomesAnOutputInPlaceIsComputedThere) {
  MemoryProblem problem;
  problem.values = {{64}, {64}, {64}};
  problem.steps = {Make({0}, {1}), Make({1}, {2}, {{Alias::Kind::kInPlace}})};
  problem.inputs = {0};
  problem.outputs = {2};
  const MemoryPlan plan = PlanMemory(problem);
  EXPECT_EQ(plan.placements[1].home, Placement::Home::kOutput);
  EXPECT_EQ(plan.arena_bytes, 0u);
}

// Runs a random program symbolically: every value's bytes carry its number, and a step must find its inputs' bytes
// untouched although others share memory.
TEST(PlanMemory, RandomProgramsNeverOverwriteWhatIsStillRead) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    MemoryProblem problem;
    problem.values.push_back({64 * (1 + random() % 4)});
    problem.inputs = {0};
    const size_t steps = 3 + random() % 12;
    for (size_t i = 0; i < steps; ++i) {
      const size_t kind = random() % 4;
      const size_t output = problem.values.size();
      const auto any = [&] { return random() % output; };
      if (kind == 0) {  // concatenation
        std::vector<size_t> parts;
        std::vector<Alias> aliases;
        size_t bytes = 0;
        for (size_t k = 0; k < 2 + random() % 2; ++k) {
          parts.push_back(any());
          aliases.push_back({Alias::Kind::kPart, k, 0, bytes});
          bytes += problem.values[parts.back()].bytes;
        }
        problem.values.push_back({bytes});
        problem.steps.push_back(Make(parts, {output}, aliases));
      } else if (kind == 1) {  // view of the second half, or of everything
        const size_t input = any();
        const size_t bytes = problem.values[input].bytes, offset = bytes % 128 == 0 && random() % 2 ? bytes / 2 : 0;
        problem.values.push_back({bytes - offset});
        problem.steps.push_back(Make({input}, {output}, {{Alias::Kind::kView, 0, 0, offset}}));
      } else if (kind == 2) {  // in place, with another operand
        const size_t a = any(), b = any();
        problem.values.push_back({problem.values[a].bytes});
        std::vector<Alias> aliases = {{Alias::Kind::kInPlace, 0}};
        if (problem.values[b].bytes == problem.values[a].bytes) aliases.push_back({Alias::Kind::kInPlace, 1});
        problem.steps.push_back(Make({a, b}, {output}, aliases));
      } else {
        problem.values.push_back({64 * (1 + random() % 4)});
        problem.steps.push_back(Make({any()}, {output}));
      }
    }
    problem.outputs = {problem.values.size() - 1};
    if (problem.steps.size() > 4) problem.outputs.push_back(problem.values.size() - 3);
    const MemoryPlan plan = PlanMemory(problem);

    // Memory of 64-byte cells: home and cell -> content. A value's content: per cell (value, cell within it).
    using Content = std::pair<size_t, size_t>;
    std::map<std::tuple<int, size_t, size_t>, Content> memory;
    std::vector<std::vector<Content>> contents(problem.values.size());
    const auto cell = [&](size_t value, size_t k) {
      const Placement& p = plan.placements[value];
      const size_t index = p.home == Placement::Home::kArena ? 0 : p.index;
      return std::make_tuple(static_cast<int>(p.home), index, p.offset / 64 + k);
    };
    const auto write = [&](size_t value) {
      for (size_t k = 0; k < contents[value].size(); ++k) memory[cell(value, k)] = contents[value][k];
    };
    for (size_t k = 0; k < problem.values[0].bytes / 64; ++k) contents[0].push_back({0, k});
    write(0);
    for (const MemoryStep& step : problem.steps) {
      for (const size_t input : step.inputs) {
        for (size_t k = 0; k < contents[input].size(); ++k)
          ASSERT_EQ(memory[cell(input, k)], contents[input][k]) << "round " << round << ", value " << input;
      }
      const size_t output = step.outputs[0];
      ASSERT_NE(plan.placements[output].home, Placement::Home::kNone);
      if (!step.aliases.empty() && step.aliases[0].kind == Alias::Kind::kPart) {
        for (const size_t part : step.inputs)
          contents[output].insert(contents[output].end(), contents[part].begin(), contents[part].end());
      } else if (!step.aliases.empty() && step.aliases[0].kind == Alias::Kind::kView) {
        const auto& from = contents[step.inputs[0]];
        contents[output].assign(from.begin() + static_cast<std::ptrdiff_t>(step.aliases[0].offset / 64), from.end());
      } else {
        for (size_t k = 0; k < problem.values[output].bytes / 64; ++k) contents[output].push_back({output, k});
      }
      write(output);
    }
    for (const size_t output : problem.outputs) {
      for (size_t k = 0; k < contents[output].size(); ++k)
        ASSERT_EQ(memory[cell(output, k)], contents[output][k]) << "round " << round << ", output " << output;
    }
  }
}

}  // namespace
}  // namespace moir::runtime
