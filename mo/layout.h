// Layouts of inputs and outputs, as OpenVINO writes them: "NHWC", "[n,h,w,c]", "N...C", "?" for an axis without a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace moir::mo {

class Layout {
 public:
  // Throws kBadOption; `option` names the option for the message.
  Layout(const std::string& option, const std::string& text);

  // Names of the axes of data of `rank` dimensions, in upper case; "?" for those without one. Throws kBadOption when
  // the layout has another number of axes. `what` names the input or output.
  std::vector<std::string> Axes(int64_t rank, const std::string& what) const;
  const std::string& Text() const { return text_; }

 private:
  std::string option_, text_;
  std::vector<std::string> front_, back_;  // around "..."
  bool open_ = false;                      // has "..."
};

// The axis called `name`, nothing when there is none.
std::optional<int64_t> FindAxis(const std::vector<std::string>& axes, const std::string& name);

// How `from` becomes `to`: axis i of the result is axis order[i] of what is given, as Transpose reads it. Throws
// kBadOption when the two do not have the same names.
std::vector<int64_t> TransposeOrder(const std::string& option, const std::vector<std::string>& from,
                                    const std::vector<std::string>& to);

}  // namespace moir::mo
