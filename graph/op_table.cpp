// The operators of the graph, sorted by name. One line each; the schema is in graph/ops/<snake_case>.cpp.
#include "graph/op_table.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::graph {
namespace {

using SchemaFunction = OpSchema (*)();
constexpr SchemaFunction kSchemas[] = {
#define MOIR_OP(name) name##Schema,
#include "graph/op_list.inc"
#undef MOIR_OP
};

struct Registry {
  Registry() {
    for (const SchemaFunction make : kSchemas) Insert(make());
  }
  void Insert(OpSchema schema) {
    if (by_name.contains(schema.name))
      Fail(ErrorKind::kBadOption, "operator \"", schema.name, "\" is registered twice");
    schemas.push_back(std::move(schema));
    by_name.emplace(schemas.back().name, &schemas.back());
  }
  std::deque<OpSchema> schemas;  // addresses stay
  std::unordered_map<std::string_view, const OpSchema*> by_name;
  std::shared_mutex mutex;
};

Registry& TheRegistry() {
  static Registry registry;
  return registry;
}

}  // namespace

const OpSchema* FindOpSchema(std::string_view name) {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  const auto found = registry.by_name.find(name);
  return found == registry.by_name.end() ? nullptr : found->second;
}

void AddOpSchema(OpSchema schema) {
  Registry& registry = TheRegistry();
  const std::unique_lock lock(registry.mutex);
  registry.Insert(std::move(schema));
}

std::vector<std::string> OpNames() {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  std::vector<std::string> names;
  for (const auto& [name, schema] : registry.by_name) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace moir::graph
