// A pass that tells somebody that it begins, for programs that show progress.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "graph/pass.h"

namespace moir::transforms {

using PassListener = std::function<void(std::string_view pass)>;

// `pass` under its own name; `listener` is called before each of its runs. An empty listener gives `pass` itself.
std::unique_ptr<graph::Pass> MakeNotifyingPass(std::unique_ptr<graph::Pass> pass, PassListener listener);

}  // namespace moir::transforms
