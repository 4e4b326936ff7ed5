// Errors of the applications' own code: moir::Error in the form of the library's.
#pragma once

#include <sstream>

#include "moir/error.h"

namespace moir::apps {

// Throws moir::Error; the arguments are streamed one after another.
template <typename... Parts>
[[noreturn]] void Fail(ErrorKind kind, const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(kind, text.str());
}

}  // namespace moir::apps
