// What the functions of the C interface share: arguments are checked, whatever is thrown becomes a status and a text.
#pragma once

#include <exception>
#include <string>

#include "ie_runtime/c_api/handles.h"

namespace moir::c_api {

// One call. Arguments that make no sense throw, with the function's name in the text.
class Call {
 public:
  explicit Call(const char* function) : function_(function) {}

  // Runs body(Call&); its end, or what it threw, is the status.
  template <typename Body>
  static moir_status Run(const char* function, Body&& body) noexcept {
    try {
      body(Call(function));
      return MOIR_STATUS_OK;
    } catch (...) {
      return Failed(function, std::current_exception());
    }
  }

  template <typename Handle>
  std::shared_ptr<ObjectOf<Handle>> Object(Handle* handle) const {
    return std::static_pointer_cast<ObjectOf<Handle>>(FindHandle(HandleTraits<Handle>::kKind, handle));
  }
  // Where a result goes: null until there is one.
  template <typename T>
  T*& Result(T** result) const {
    NotNull(result, "where the result goes");
    *result = nullptr;
    return *result;
  }
  template <typename T>
  T& Value(T* value) const {
    NotNull(value, "where the value goes");
    return *value;
  }
  std::string Text(const char* text, const char* what) const;
  ElementType Type(moir_element_type type) const;
  moir::Shape Numbers(size_t rank, const int64_t* numbers, const char* what) const;
  moir::Properties Properties(const moir_property* properties, size_t count) const;
  std::map<std::string, moir::Shape> Shapes(const moir_named_shape* shapes, size_t count) const;
  void NotNull(const void* pointer, const char* what) const;
  [[noreturn]] void Fail(const std::string& reason) const;

 private:
  static moir_status Failed(const char* function, const std::exception_ptr& error) noexcept;
  const char* function_;
};

template <typename Handle>
moir_status FreeHandle(const char* function, Handle* handle) noexcept {
  return Call::Run(function, [&](const Call&) {
    if (handle) TakeHandle(HandleTraits<Handle>::kKind, handle);
  });
}

// Keeps the error as the thread's last one. `function` is put before errors of handles.
moir_status RecordError(const char* function, const std::exception_ptr& error) noexcept;

inline moir_element_type ToC(ElementType type) { return static_cast<moir_element_type>(type); }

}  // namespace moir::c_api
