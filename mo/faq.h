// Errors that users of OpenVINO's Model Optimizer know by number. The numbers are those of its list of frequently asked
// questions; docs/faq.md says for each that can occur what happened and what to do.
#pragma once

#include <string>

#include "graph/error.h"

namespace moir::mo {

// What ends a message that has a number: " (see docs/faq.md, question #16)".
inline std::string FaqPointer(int number) { return graph::StrCat(" (see docs/faq.md, question #", number, ")"); }

// Throws Error; the message ends in the pointer.
template <typename... Parts>
[[noreturn]] void FailFaq(int number, graph::ErrorKind kind, const Parts&... parts) {
  throw graph::Error(kind, graph::StrCat(parts...) + FaqPointer(number));
}

// Runs `read`; an error that says that a file or graph is bad gets the pointer unless it has one.
template <typename Read>
auto WithFaq(int number, Read&& read) {
  try {
    return read();
  } catch (const graph::Error& error) {
    const std::string text = error.what();
    if (error.Kind() != graph::ErrorKind::kBadModel || text.find("docs/faq.md") != std::string::npos) throw;
    throw graph::Error(error.Kind(), text + FaqPointer(number));
  }
}

}  // namespace moir::mo
