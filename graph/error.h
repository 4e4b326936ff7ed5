// Errors of the libraries. Library code neither prints nor aborts: it throws Error, whose text puts the
// place first, is lower case, says what was found and what was expected, and has no full stop.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>

#include "graph/strings.h"

namespace moir::graph {

enum class ErrorKind {
  kBadModel,     // a file or a graph contradicts itself
  kUnsupported,  // the model is right but moir cannot express or run it
  kBadOption,    // what the user asked for cannot be done
  kIo,           // the operating system refused
  kInternal,     // our bug
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message);
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;
  ErrorKind Kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

[[noreturn]] void FailParts(ErrorKind kind, std::initializer_list<StreamedPart> parts);
// Throws Error; the arguments are streamed one after another: Fail(kBadModel, path, ": at byte ", offset).
template <typename... Parts>
[[noreturn]] void Fail(ErrorKind kind, const Parts&... parts) {
  FailParts(kind, {MakePart(parts)...});
}

// For what no input can reach; the text is for us.
template <typename... Parts>
void Check(bool condition, const Parts&... parts) {
  if (!condition) Fail(ErrorKind::kInternal, parts...);
}

}  // namespace moir::graph
