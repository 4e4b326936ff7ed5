#include "mo/layout.h"

#include <algorithm>
#include <cctype>

#include "graph/error.h"
#include "graph/strings.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;

namespace {

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return text;
}

bool IsName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

// "nhwc" and "n...c" into parts; "..." is one part.
std::vector<std::string> SplitLetters(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < text.size();) {
    const size_t length = text.compare(i, 3, "...") == 0 ? 3 : 1;
    parts.push_back(text.substr(i, length));
    i += length;
  }
  return parts;
}

}  // namespace

Layout::Layout(const std::string& option, const std::string& text) : option_(option), text_(text) {
  const auto refuse = [&](const std::string& why) {
    Fail(ErrorKind::kBadOption, "--", option, ": got \"", text, "\", expected a layout such as nhwc or [n,h,w,c]", why);
  };
  std::vector<std::string> parts;
  if (text.starts_with('[') && text.ends_with(']') && text.size() > 2) {
    parts = graph::Split(std::string_view(text).substr(1, text.size() - 2), ',');
  } else {
    parts = SplitLetters(text);
  }
  std::vector<std::string> names;
  for (const std::string& part : parts) {
    if (part == "...") {
      if (open_) refuse(" with \"...\" once");
      open_ = true;
      continue;
    }
    if (part != "?" && !IsName(part)) refuse("");
    const std::string name = UpperCase(part);
    if (name != "?" && std::find(names.begin(), names.end(), name) != names.end())
      refuse(" with every axis once (" + name + " comes twice)");
    names.push_back(name);
    (open_ ? back_ : front_).push_back(name);
  }
  if (parts.empty()) refuse("");
}

std::vector<std::string> Layout::Axes(int64_t rank, const std::string& what) const {
  const auto named = static_cast<int64_t>(front_.size() + back_.size());
  if (open_ ? rank < named : rank != named) {
    Fail(ErrorKind::kBadOption, "--", option_, ": layout ", text_, " of ", what, ": got ", named, " axes, expected ",
         rank, open_ ? " or fewer" : "", ", as many as the data has");
  }
  std::vector<std::string> axes = front_;
  axes.insert(axes.end(), static_cast<size_t>(rank - named), "?");
  axes.insert(axes.end(), back_.begin(), back_.end());
  return axes;
}

std::optional<int64_t> FindAxis(const std::vector<std::string>& axes, const std::string& name) {
  const auto found = std::find(axes.begin(), axes.end(), name);
  return found == axes.end() ? std::nullopt : std::optional(static_cast<int64_t>(found - axes.begin()));
}

std::vector<int64_t> TransposeOrder(const std::string& option, const std::vector<std::string>& from,
                                    const std::vector<std::string>& to) {
  const auto refuse = [&](const std::string& why) {
    Fail(ErrorKind::kBadOption, "--", option, ": [", graph::Join(from, ","), "] cannot become [", graph::Join(to, ","),
         "]: ", why);
  };
  if (from.size() != to.size()) refuse("the numbers of axes differ");
  std::vector<int64_t> order;
  std::vector<bool> used(from.size(), false);
  for (size_t i = 0; i < to.size(); ++i) {
    std::optional<int64_t> axis;
    if (to[i] == "?") {
      // An axis without a name can only be the one in the same place.
      if (from[i] == "?") axis = static_cast<int64_t>(i);
    } else {
      axis = FindAxis(from, to[i]);
    }
    if (!axis) refuse(to[i] == "?" ? "an axis without a name cannot move" : "there is no axis " + to[i]);
    if (used[static_cast<size_t>(*axis)]) refuse("an axis without a name cannot move");
    used[static_cast<size_t>(*axis)] = true;
    order.push_back(*axis);
  }
  return order;
}

}  // namespace moir::mo
