#include "ie_runtime/c_api/handles.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "graph/strings.h"

namespace moir::c_api {
namespace {

struct Entry {
  HandleKind kind;
  std::shared_ptr<void> object;
};

// What is alive. Objects are destroyed outside the locks: destroying may wait for an inference, and call the caller.
struct Tables {
  std::shared_mutex mutex;
  uintptr_t last_handle = 1;
  std::unordered_map<uintptr_t, Entry> handles;

  std::mutex results_mutex;
  std::unordered_map<const void*, std::shared_ptr<const void>> results;
};

// Stays for ever: threads may use handles while the process ends.
Tables& AllTables() {
  static Tables* const tables = new Tables;
  return *tables;
}

const char* NameOf(HandleKind kind) {
  switch (kind) {
    case HandleKind::kCore: return "moir_core";
    case HandleKind::kModel: return "moir_model";
    case HandleKind::kPreprocessor: return "moir_preprocessor";
    case HandleKind::kCompiledModel: return "moir_compiled_model";
    case HandleKind::kInferRequest: return "moir_infer_request";
    case HandleKind::kTensor: return "moir_tensor";
  }
  return "handle";
}

// With a lock held.
std::unordered_map<uintptr_t, Entry>::iterator Find(Tables& tables, HandleKind kind, const void* handle) {
  if (!handle) throw HandleError(graph::StrCat("got a null handle, expected a ", NameOf(kind)));
  const auto found = tables.handles.find(reinterpret_cast<uintptr_t>(handle));
  if (found == tables.handles.end())
    throw HandleError(
        graph::StrCat("got a handle that has been released or was never made, expected a ", NameOf(kind)));
  if (found->second.kind != kind)
    throw HandleError(graph::StrCat("got a ", NameOf(found->second.kind), ", expected a ", NameOf(kind)));
  return found;
}

}  // namespace

void* AddHandle(HandleKind kind, std::shared_ptr<void> object) {
  Tables& tables = AllTables();
  const std::unique_lock lock(tables.mutex);
  // Odd numbers are no addresses of objects.
  const uintptr_t handle = tables.last_handle + 2;
  tables.handles.emplace(handle, Entry{kind, std::move(object)});
  tables.last_handle = handle;
  return reinterpret_cast<void*>(handle);
}

std::shared_ptr<void> FindHandle(HandleKind kind, const void* handle) {
  Tables& tables = AllTables();
  const std::shared_lock lock(tables.mutex);
  return Find(tables, kind, handle)->second.object;
}

std::shared_ptr<void> TakeHandle(HandleKind kind, const void* handle) {
  Tables& tables = AllTables();
  const std::unique_lock lock(tables.mutex);
  const auto found = Find(tables, kind, handle);
  std::shared_ptr<void> object = std::move(found->second.object);
  tables.handles.erase(found);
  return object;
}

void AddResult(const void* result, std::shared_ptr<const void> owner) {
  Tables& tables = AllTables();
  const std::lock_guard lock(tables.results_mutex);
  tables.results.insert_or_assign(result, std::move(owner));
}

void FreeResult(const void* result) {
  Tables& tables = AllTables();
  std::shared_ptr<const void> owner;
  const std::lock_guard lock(tables.results_mutex);
  const auto found = tables.results.find(result);
  if (found == tables.results.end()) throw HandleError("got a pointer that is no result, or was released before");
  owner = std::move(found->second);
  tables.results.erase(found);
}

}  // namespace moir::c_api
