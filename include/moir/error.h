// The one exception type that the library throws.
#pragma once

#include <stdexcept>
#include <string>

#include "moir/export.h"

namespace moir {

enum class ErrorKind {
  kBadModel,     // a file contradicts itself, or is of another kind
  kUnsupported,  // the model is right but cannot be run
  kBadOption,    // what was asked for cannot be done: unknown name, wrong type or shape, bad property
  kIo,           // the operating system refused
  kInternal,     // a bug of the library
  kCanceled,     // InferRequest::Cancel stopped the inference
  kBusy,         // the request runs, and what was asked for must wait until it does not
};

// what() puts the place first, says what was found and what was expected, and has no full stop.
class MOIR_API Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind Kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace moir
