#include "ie_runtime/c_api/call.h"

#include <new>

#include "graph/strings.h"

namespace moir::c_api {
namespace {

using graph::StrCat;

constexpr size_t kMaxRank = 64;  // more is a size that went astray

static_assert(MOIR_STATUS_BAD_MODEL == static_cast<int>(ErrorKind::kBadModel) + 1);
static_assert(MOIR_STATUS_UNSUPPORTED == static_cast<int>(ErrorKind::kUnsupported) + 1);
static_assert(MOIR_STATUS_BAD_OPTION == static_cast<int>(ErrorKind::kBadOption) + 1);
static_assert(MOIR_STATUS_IO == static_cast<int>(ErrorKind::kIo) + 1);
static_assert(MOIR_STATUS_INTERNAL == static_cast<int>(ErrorKind::kInternal) + 1);
static_assert(MOIR_STATUS_CANCELED == static_cast<int>(ErrorKind::kCanceled) + 1);
static_assert(MOIR_STATUS_BUSY == static_cast<int>(ErrorKind::kBusy) + 1);
static_assert(MOIR_TYPE_UNDEFINED == static_cast<int>(ElementType::kUndefined));
static_assert(MOIR_TYPE_BOOL == static_cast<int>(ElementType::kBool));
static_assert(MOIR_TYPE_F16 == static_cast<int>(ElementType::kF16));
static_assert(MOIR_TYPE_BF16 == static_cast<int>(ElementType::kBF16));
static_assert(MOIR_TYPE_F32 == static_cast<int>(ElementType::kF32));
static_assert(MOIR_TYPE_F64 == static_cast<int>(ElementType::kF64));
static_assert(MOIR_TYPE_I8 == static_cast<int>(ElementType::kI8));
static_assert(MOIR_TYPE_U8 == static_cast<int>(ElementType::kU8));
static_assert(MOIR_TYPE_I32 == static_cast<int>(ElementType::kI32));
static_assert(MOIR_TYPE_I64 == static_cast<int>(ElementType::kI64));

struct LastError {
  std::string message;
  const char* text = "";
};

LastError& Last() {
  thread_local LastError error;
  return error;
}

template <typename... Parts>
void Record(const Parts&... parts) noexcept {
  LastError& last = Last();
  try {
    last.message = StrCat(parts...);
    last.text = last.message.c_str();
  } catch (...) {
    last.text = "not enough memory for the error's text";
  }
}

bool IsElementType(moir_element_type type) { return type > MOIR_TYPE_UNDEFINED && type <= MOIR_TYPE_I64; }

}  // namespace

moir_status RecordError(const char* function, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const HandleError& e) {
    Record(function, ": ", e.what());
    return MOIR_STATUS_INVALID_HANDLE;
  } catch (const Error& e) {
    Record(e.what());
    return static_cast<moir_status>(e.Kind()) + 1;
  } catch (const std::bad_alloc&) {
    Record("not enough memory");
    return MOIR_STATUS_IO;
  } catch (const std::exception& e) {
    Record(e.what());
    return MOIR_STATUS_INTERNAL;
  } catch (...) {
    Record(function, ": something was thrown that is no exception");
    return MOIR_STATUS_INTERNAL;
  }
}

moir_status Call::Failed(const char* function, const std::exception_ptr& error) noexcept {
  return RecordError(function, error);
}

void Call::Fail(const std::string& reason) const {
  throw Error(ErrorKind::kBadOption, StrCat(function_, ": ", reason));
}

void Call::NotNull(const void* pointer, const char* what) const {
  if (!pointer) Fail(StrCat(what, ": got a null pointer"));
}

std::string Call::Text(const char* text, const char* what) const {
  NotNull(text, what);
  return text;
}

ElementType Call::Type(moir_element_type type) const {
  if (!IsElementType(type)) {
    Fail(StrCat("element type: got ", type, ", expected ", MOIR_TYPE_BOOL, " (bool) to ", MOIR_TYPE_I64, " (i64)"));
  }
  return static_cast<ElementType>(type);
}

moir::Shape Call::Numbers(size_t rank, const int64_t* numbers, const char* what) const {
  if (rank > kMaxRank) Fail(StrCat(what, ": got ", rank, " axes, expected ", kMaxRank, " at most"));
  if (rank > 0) NotNull(numbers, what);
  return moir::Shape(numbers, numbers + rank);
}

moir::Properties Call::Properties(const moir_property* properties, size_t count) const {
  if (count > 0) NotNull(properties, "properties");
  moir::Properties result;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = Text(properties[i].name, "name of a property");
    if (!result.emplace(name, Text(properties[i].value, StrCat("property ", name).c_str())).second)
      Fail(StrCat("property ", name, ": is there twice"));
  }
  return result;
}

std::map<std::string, moir::Shape> Call::Shapes(const moir_named_shape* shapes, size_t count) const {
  if (count > 0) NotNull(shapes, "shapes");
  std::map<std::string, moir::Shape> result;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = Text(shapes[i].name, "name of an input");
    if (!result.emplace(name, Numbers(shapes[i].rank, shapes[i].shape, "shape")).second)
      Fail(StrCat("shape of input \"", name, "\": is there twice"));
  }
  return result;
}

}  // namespace moir::c_api

using moir::c_api::Call;

const char* moir_status_name(moir_status status) {
  switch (status) {
    case MOIR_STATUS_OK: return "ok";
    case MOIR_STATUS_BAD_MODEL: return "bad model";
    case MOIR_STATUS_UNSUPPORTED: return "unsupported";
    case MOIR_STATUS_BAD_OPTION: return "bad option";
    case MOIR_STATUS_IO: return "i/o error";
    case MOIR_STATUS_INTERNAL: return "internal error";
    case MOIR_STATUS_CANCELED: return "canceled";
    case MOIR_STATUS_BUSY: return "busy";
    case MOIR_STATUS_INVALID_HANDLE: return "invalid handle";
    default: return "unknown";
  }
}

const char* moir_last_error(void) { return moir::c_api::Last().text; }

const char* moir_version(void) { return moir::GetVersion(); }

moir_status moir_free(const void* result) {
  return Call::Run(__func__, [&](const Call&) {
    if (result) moir::c_api::FreeResult(result);
  });
}

const char* moir_element_type_name(moir_element_type type) {
  // Names of types are literals, which end with a null byte.
  return moir::c_api::IsElementType(type) ? moir::ElementTypeName(static_cast<moir::ElementType>(type)).data()
                                          : "undefined";
}

size_t moir_element_size(moir_element_type type) {
  return moir::c_api::IsElementType(type) ? moir::ElementSize(static_cast<moir::ElementType>(type)) : 0;
}
