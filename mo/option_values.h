// Grammars of the values of options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/element_type.h"

namespace moir::mo {

// Numbers for one input; an empty name means "the input at this position".
struct NamedValues {
  std::string name;
  std::vector<double> values;
};

// One entry of --input or --freeze_placeholder_with_value: [PORT:]NAME[:PORT] [SHAPE] {TYPE} ->VALUE.
struct InputSpec {
  std::string text;  // name with port, as written: "0:conv1"
  std::string name;  // without the port; the whole text is a name, too, when a node has it
  std::optional<int64_t> input_port, output_port;
  std::optional<std::vector<int64_t>> shape;  // -1: open
  std::optional<graph::ElementType> type;
  // Numbers as written; True and False are 1 and 0.
  std::optional<std::vector<std::string>> value;
  bool value_is_array = false;
};

// Layouts of one input or output: what the model has and what the IR shall have. Empty: not stated.
struct LayoutSpec {
  std::string name;  // empty: by position
  std::string source, target;
};

// "[1,3,224,224]", "(1,3,224,224)", several separated by commas. Sizes are positive; -1 and ? are open. FAQ 57.
std::vector<std::vector<int64_t>> ParseShapes(const std::string& text);
// "(1,2,3)", "[1,2,3]", several separated by commas, or "data(1,2,3),info[4]". FAQ 59, 101.
std::vector<NamedValues> ParseNamedValues(const std::string& option, const std::string& text);
// "a,b", "0:a[1,3,8,8]{f32},b:1[2]{i32}->[20,15]".
std::vector<InputSpec> ParseInputs(const std::string& text);
// "a->1,b->True,c->[1 2 3]".
std::vector<InputSpec> ParseFreezeValues(const std::string& text);
// One or several of "nhwc", "nhwc->nchw", "[n,h,w,c]->[n,c,h,w]", "name(nhwc->nchw)", "name[n,h,w,c]". `source`,
// `target`: which side an option states that names only one; with both true the arrow is read.
std::vector<LayoutSpec> ParseLayouts(const std::string& option, const std::string& text, bool source, bool target);
// "a,b": names, none empty.
std::vector<std::string> ParseNames(const std::string& option, const std::string& text);
// "FILE" or "NAME(FILE),NAME(FILE)". First the name, empty when none is given.
std::vector<std::pair<std::string, std::string>> ParseNamedFiles(const std::string& option, const std::string& text);
double ParsePositive(const std::string& option, const std::string& text);

[[noreturn]] void FailOption(const std::string& option, const std::string& got, const std::string& expected);

}  // namespace moir::mo
