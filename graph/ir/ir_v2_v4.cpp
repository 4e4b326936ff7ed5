#include "graph/ir/ir_v2_v4.h"

#include <algorithm>
#include <array>
#include <map>

#include "graph/error.h"
#include "graph/ir/attribute_text.h"

namespace moir::graph {
namespace {

constexpr std::pair<ElementType, std::string_view> kPrecisions[] = {
    {ElementType::kF32, "FP32"}, {ElementType::kF16, "FP16"}, {ElementType::kBF16, "BF16"},
    {ElementType::kF64, "FP64"}, {ElementType::kI8, "I8"},    {ElementType::kU8, "U8"},
    {ElementType::kI32, "I32"},  {ElementType::kI64, "I64"},  {ElementType::kBool, "BOOL"},
};

// v3 list, v2 names of its elements for the axes y and x.
struct WindowName {
  const char* list;
  const char* y;
  const char* x;
  bool pooling;  // whether a Pooling has it
};
constexpr WindowName kWindowNames[] = {
    {"dilations", "dilation-y", "dilation-x", false}, {"kernel", "kernel-y", "kernel-x", true},
    {"pads_begin", "pad-y", "pad-x", true},           {"pads_end", "pad-b", "pad-r", false},
    {"strides", "stride-y", "stride-x", true},
};

}  // namespace

std::string_view PrecisionName(ElementType type) {
  for (const auto& [known, name] : kPrecisions) {
    if (known == type) return name;
  }
  Fail(ErrorKind::kInternal, "no precision is called ", type);
}

ElementType ParsePrecision(std::string_view name) {
  for (const auto& [type, known] : kPrecisions) {
    if (known == name) return type;
  }
  return ElementType::kUndefined;
}

bool IsBlobName(std::string_view input) { return input == "weights" || input == "biases"; }

AttributeTexts SpellWindowV2(const Attributes& attributes, bool pooling) {
  AttributeTexts texts;
  const auto kernel = attributes.find("kernel");
  const auto* sizes = kernel == attributes.end() ? nullptr : std::get_if<std::vector<int64_t>>(&kernel->second);
  const bool spelled = sizes && sizes->size() == 2;
  for (const auto& [name, value] : attributes) {
    const auto* window = std::find_if(std::begin(kWindowNames), std::end(kWindowNames),
                                      [&, &key = name](const WindowName& entry) { return key == entry.list; });
    if (!spelled || window == std::end(kWindowNames)) {
      texts.emplace_back(name, AttributeToText(value));
      continue;
    }
    const auto& list = std::get<std::vector<int64_t>>(value);
    if (list.size() != 2) continue;  // empty: the default
    // A Pooling has no end padding in v2: it is that of the beginning.
    if (pooling && !window->pooling) continue;
    texts.emplace_back(window->x, std::to_string(list[1]));
    texts.emplace_back(window->y, std::to_string(list[0]));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

AttributeTexts ReadWindowV2(const AttributeTexts& attributes) {
  AttributeTexts texts;
  std::map<std::string, std::array<std::string, 2>> lists;
  for (const auto& [name, text] : attributes) {
    const auto* window =
        std::find_if(std::begin(kWindowNames), std::end(kWindowNames),
                     [&, &key = name](const WindowName& entry) { return key == entry.x || key == entry.y; });
    if (window == std::end(kWindowNames)) {
      texts.emplace_back(name, text);
    } else {
      lists[window->list][name == window->x ? 1 : 0] = text;
    }
  }
  if (const auto begin = lists.find("pads_begin"); begin != lists.end()) {
    auto& end = lists["pads_end"];
    for (size_t i = 0; i < 2; ++i) {
      if (end[i].empty()) end[i] = begin->second[i];
    }
  }
  for (auto& [list, values] : lists) {
    const bool is_pad = list == "pads_begin" || list == "pads_end";
    for (std::string& value : values) {
      if (!value.empty()) continue;
      if (list == "kernel") Fail(ErrorKind::kBadModel, "kernel-x and kernel-y must come together");
      value = is_pad ? "0" : "1";
    }
    texts.emplace_back(list, values[0] + "," + values[1]);
  }
  return texts;
}

}  // namespace moir::graph
