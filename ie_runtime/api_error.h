// Errors at the border of the public API.
#pragma once

#include <new>

#include "graph/error.h"
#include "moir/error.h"

namespace moir::runtime {

// Runs f; the graph library's errors and the system's become those of the public API.
template <typename F>
decltype(auto) Translate(F&& f) {
  try {
    return f();
  } catch (const graph::Error& error) {
    throw moir::Error(static_cast<moir::ErrorKind>(error.Kind()), error.what());
  } catch (const moir::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw moir::Error(moir::ErrorKind::kIo, "not enough memory");
  } catch (const std::exception& error) {
    throw moir::Error(moir::ErrorKind::kInternal, error.what());
  }
}

// The public kinds after kInternal are the API's own.
static_assert(static_cast<int>(graph::ErrorKind::kInternal) == static_cast<int>(moir::ErrorKind::kInternal));
static_assert(static_cast<int>(graph::ErrorKind::kBadModel) == static_cast<int>(moir::ErrorKind::kBadModel));

}  // namespace moir::runtime
