#include "ie_runtime/layout_text.h"

#include <algorithm>
#include <cctype>

#include "ie_runtime/common.h"

namespace moir::runtime {
namespace {

constexpr std::string_view kAnyAxes = "...";

}  // namespace

std::string NormalizeLayout(const std::string& text, const std::string& input) {
  const auto fail = [&](const std::string& reason) {
    Fail(ErrorKind::kBadOption, "layout of input \"", input, "\": got \"", text, "\", ", reason);
  };
  std::string layout = text;
  if (layout.size() >= 2 && layout.front() == '[' && layout.back() == ']') {
    layout = layout.substr(1, layout.size() - 2);
    std::erase_if(layout, [](char c) { return c == ',' || c == ' '; });
  }
  const size_t any = layout.find(kAnyAxes);
  std::string letters;
  for (size_t i = 0; i < layout.size(); ++i) {
    if (i == any) {
      i += kAnyAxes.size() - 1;
      continue;
    }
    const char c = static_cast<char>(std::toupper(static_cast<unsigned char>(layout[i])));
    layout[i] = c;
    if (c == '?') continue;
    if (c < 'A' || c > 'Z') fail("expected one letter per axis, like NCHW, ? or ...");
    if (letters.find(c) != std::string::npos) fail(StrCat("where ", c, " stands twice"));
    letters += c;
  }
  return layout;
}

bool LayoutFits(const std::string& layout, size_t rank) {
  const bool any = layout.find(kAnyAxes) != std::string::npos;
  const size_t axes = layout.size() - (any ? kAnyAxes.size() : 0);
  return any ? axes <= rank : axes == rank;
}

std::optional<size_t> BatchAxis(const std::string& layout, size_t rank) {
  const size_t at = layout.find('N');
  if (at == std::string::npos) return std::nullopt;
  // Behind "..." axes count from the end.
  if (at > layout.find(kAnyAxes)) return rank - (layout.size() - at);
  return at;
}

std::string DefaultLayout(size_t rank) {
  constexpr const char* kLayouts[] = {"", "C", "NC", "CHW", "NCHW", "NCDHW"};
  return rank < std::size(kLayouts) ? kLayouts[rank] : "";
}

}  // namespace moir::runtime
