#include "graph/extension/extension_registry.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "graph/error.h"
#include "graph/extension/extension_operator.h"
#include "graph/ir/ir_v2_v4.h"

namespace moir::graph {
namespace {

namespace fs = std::filesystem;

// Counts beyond these are taken for damage.
constexpr uint32_t kMaxEntries = 4096;

struct Registry {
  std::shared_mutex mutex;
  std::deque<ExtensionLibrary> libraries;  // addresses stay
};

Registry& TheRegistry() {
  static Registry registry;
  return registry;
}

struct CloseLibrary {
  void operator()(void* handle) const { ::dlclose(handle); }
};
using Handle = std::unique_ptr<void, CloseLibrary>;

[[noreturn]] void FailAt(const std::string& path, const std::string& what) {
  Fail(ErrorKind::kBadOption, path, ": ", what);
}

Handle Open(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) FailAt(path, "there is no such file");
  if (fs::is_directory(path, error)) FailAt(path, "got a folder, expected a shared library");
  // With a slash, because a bare name would be searched for elsewhere. Every symbol is resolved now rather than in the
  // middle of an inference.
  Handle handle(::dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle) {
    const char* reason = ::dlerror();
    FailAt(path, StrCat("it cannot be loaded as a shared library: ", reason ? reason : "no reason given"));
  }
  return handle;
}

MoirExtensionEntryFunction FindEntry(void* handle) {
  return reinterpret_cast<MoirExtensionEntryFunction>(::dlsym(handle, MOIR_EXTENSION_ENTRY));
}

bool IsNameLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// Names of operators, types and attributes: what XML takes as an attribute's name.
std::string CheckedName(const char* name, std::string_view what) {
  if (!name) Fail(ErrorKind::kBadOption, what, ": got no name");
  const std::string text = name;
  const bool begins = !text.empty() && (IsNameLetter(text[0]) && !(text[0] >= '0' && text[0] <= '9') &&
                                        text[0] != '.' && text[0] != '-');
  if (!begins || !std::all_of(text.begin(), text.end(), IsNameLetter)) {
    Fail(ErrorKind::kBadOption, what, ": got the name \"", text,
         "\", expected letters, digits, \"_\", \".\" and \"-\", and a letter or \"_\" first");
  }
  return text;
}

// One entry of a list, with its size checked.
template <typename T>
const T& Checked(const T* const* list, uint32_t index, std::string_view what) {
  const T* entry = list ? list[index] : nullptr;
  if (!entry) Fail(ErrorKind::kBadOption, what, " ", index, " is a null pointer");
  if (entry->struct_size < sizeof(T)) {
    Fail(ErrorKind::kBadOption, what, " ", index, ": got a structure of ", entry->struct_size, " bytes, expected ",
         sizeof(T), "; build the plug-in with this version's extension_api.h");
  }
  return *entry;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Whether readers of IR v2 to v4 understand the type already.
bool IsLayerType(const std::string& type) {
  const std::string lower = Lower(type);
  if (lower == "input" || lower == "const" || lower == "innerproduct" || lower == "lrn" || lower == "logistic" ||
      lower == "slice" || type.starts_with(kGenericPrefix))
    return true;
  const std::vector<std::string> names = OpNames();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return Lower(name) == StrCat(kLayerPrefix, lower) || name == type;
  });
}

void ReadOperator(const MoirOperator& from, ExtensionLibrary& library) {
  ExtensionOperator op;
  op.library = library.path;
  op.name = CheckedName(from.name, "operator");
  const auto place = StrCat("operator \"", op.name, "\"");
  if (FindOpSchema(op.name) || op.name.starts_with(kLayerPrefix)) {
    const ExtensionOperator* other = FindExtensionOperator(op.name);
    Fail(ErrorKind::kBadOption, place, ": the name is taken by ",
         other ? other->library : std::string("an operator that is built in"));
  }
  if (!from.infer) Fail(ErrorKind::kBadOption, place, ": it has no function infer");
  if (!from.evaluate) Fail(ErrorKind::kBadOption, place, ": it has no function evaluate");
  if (from.input_count > kMaxEntries || (from.input_count > 0 && !from.inputs))
    Fail(ErrorKind::kBadOption, place, ": its ", from.input_count, " inputs are not described");
  if (from.attribute_count > kMaxEntries || (from.attribute_count > 0 && !from.attributes))
    Fail(ErrorKind::kBadOption, place, ": its ", from.attribute_count, " attributes are not described");
  for (uint32_t i = 0; i < from.input_count; ++i) CheckedName(from.inputs[i].name, StrCat(place, ": input ", i));
  for (uint32_t i = 0; i < from.attribute_count; ++i) {
    const MoirAttributeSchema& attribute = from.attributes[i];
    const std::string name = CheckedName(attribute.name, StrCat(place, ": attribute ", i));
    if (attribute.ir_name) op.ir_names[name] = CheckedName(attribute.ir_name, StrCat(place, ": attribute ", name));
  }
  op.ir_type = from.ir_type ? CheckedName(from.ir_type, place) : op.name;
  if (const ExtensionOperator* other = FindExtensionLayer(op.ir_type))
    Fail(ErrorKind::kBadOption, place, ": the layer type \"", op.ir_type, "\" is taken by ", other->library);
  if (IsLayerType(op.ir_type))
    Fail(ErrorKind::kBadOption, place, ": the layer type \"", op.ir_type, "\" is one that readers of IRs know");
  for (const ExtensionOperator& other : library.operators) {
    if (other.name == op.name) Fail(ErrorKind::kBadOption, place, " is there twice");
    if (other.ir_type == op.ir_type)
      Fail(ErrorKind::kBadOption, place, ": operator \"", other.name, "\" has the layer type \"", op.ir_type,
           "\", too");
  }
  op.functions = from;
  library.operators.push_back(std::move(op));
  try {
    MakeExtensionSchema(library.operators.back());
  } catch (const Error& error) {
    Fail(ErrorKind::kBadOption, place, ": ", error.what());
  }
}

void ReadConverter(const MoirConverter& from, uint32_t index, ExtensionLibrary& library) {
  ExtensionConverter converter;
  converter.library = library.path;
  if (!from.op || !*from.op) Fail(ErrorKind::kBadOption, "converter ", index, ": it names no operator");
  converter.op = from.op;
  converter.op_type = from.op_type ? from.op_type : "";
  converter.roles = from.roles && *from.roles ? from.roles : "d";
  const auto place =
      StrCat("converter of ", converter.op, converter.op_type.empty() ? "" : StrCat(", op_type ", converter.op_type));
  if ((converter.op == "Custom") == converter.op_type.empty())
    Fail(ErrorKind::kBadOption, place, ": expected an op_type for Custom, and for nothing else");
  if (converter.roles.find_first_not_of("dwl") != std::string::npos)
    Fail(ErrorKind::kBadOption, place, ": got the roles \"", converter.roles, "\", expected letters d, w and l");
  if (!from.convert) Fail(ErrorKind::kBadOption, place, ": it has no function convert");
  if (const ExtensionConverter* other = FindExtensionConverter(converter.op, converter.op_type))
    Fail(ErrorKind::kBadOption, place, ": ", other->library, " has one already");
  for (const ExtensionConverter& other : library.converters) {
    if (other.op == converter.op && other.op_type == converter.op_type)
      Fail(ErrorKind::kBadOption, place, " is there twice");
  }
  converter.functions = from;
  library.converters.push_back(std::move(converter));
}

void ReadPass(const MoirPass& from, ExtensionLibrary& library) {
  ExtensionPass pass;
  pass.library = library.path;
  pass.name = CheckedName(from.name, "pass");
  pass.place = from.place ? from.place : "";
  pass.root = from.root ? from.root : "";
  const auto place = StrCat("pass \"", pass.name, "\"");
  if (!pass.place.starts_with("before:") && !pass.place.starts_with("after:")) {
    Fail(ErrorKind::kBadOption, place, ": got the place \"", pass.place,
         "\", expected before:PASS or after:PASS, for example before:fold-constants");
  }
  if (!from.run) Fail(ErrorKind::kBadOption, place, ": it has no function run");
  std::vector<const ExtensionPass*> others = ExtensionPasses();
  for (const ExtensionPass& other : library.passes) others.push_back(&other);
  for (const ExtensionPass* other : others) {
    if (other->name == pass.name)
      Fail(ErrorKind::kBadOption, place, ": the name is taken by a pass of ", other->library);
  }
  pass.functions = from;
  library.passes.push_back(std::move(pass));
}

const MoirExtension& Describe(const std::string& path, MoirExtensionEntryFunction entry) {
  const MoirExtension* extension = nullptr;
  try {
    extension = entry();
  } catch (...) {
    FailAt(path, StrCat("an exception left ", MOIR_EXTENSION_ENTRY));
  }
  if (!extension) FailAt(path, StrCat(MOIR_EXTENSION_ENTRY, " gave no description; it could not set itself up"));
  if (extension->abi_version != MOIR_EXTENSION_ABI_VERSION) {
    FailAt(path,
           StrCat("it was built for version ", extension->abi_version, " of the plug-in interface, this is version ",
                  MOIR_EXTENSION_ABI_VERSION, "; build it again with this version's extension_api.h"));
  }
  if (extension->struct_size < sizeof(MoirExtension)) {
    FailAt(path, StrCat("its description has ", extension->struct_size, " bytes, expected ", sizeof(MoirExtension),
                        "; build it again with this version's extension_api.h"));
  }
  if (std::max({extension->operator_count, extension->converter_count, extension->pass_count}) > kMaxEntries)
    FailAt(path, "its description is damaged: more than 4096 entries");
  return *extension;
}

void ReadLibrary(const MoirExtension& from, ExtensionLibrary& library) {
  try {
    library.name = from.name ? from.name : "";
    library.version = from.version ? from.version : "";
    for (uint32_t i = 0; i < from.operator_count; ++i) ReadOperator(Checked(from.operators, i, "operator"), library);
    for (uint32_t i = 0; i < from.converter_count; ++i)
      ReadConverter(Checked(from.converters, i, "converter"), i, library);
    for (uint32_t i = 0; i < from.pass_count; ++i) ReadPass(Checked(from.passes, i, "pass"), library);
  } catch (const Error& error) {
    FailAt(library.path, error.what());
  }
}

// The first entry of all libraries that fits, or null.
template <typename T, typename Fits>
const T* FindEntryOf(std::deque<T> ExtensionLibrary::*list, const Fits& fits) {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  for (const ExtensionLibrary& library : registry.libraries) {
    for (const T& entry : library.*list) {
      if (fits(entry)) return &entry;
    }
  }
  return nullptr;
}

const ExtensionLibrary* FindLibrary(const std::string& canonical) {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  for (const ExtensionLibrary& library : registry.libraries) {
    if (library.canonical == canonical) return &library;
  }
  return nullptr;
}

}  // namespace

bool IsExtension(const std::string& path) { return FindEntry(Open(path).get()) != nullptr; }

const ExtensionLibrary& LoadExtension(const std::string& path, const ExtensionCheck& check) {
  static std::mutex loading;  // one library at a time, so that what was checked still holds when it is added
  const std::lock_guard<std::mutex> lock(loading);
  std::error_code error;
  const std::string canonical = fs::weakly_canonical(path, error).string();
  if (const ExtensionLibrary* known = FindLibrary(canonical)) {
    if (check) check(*known);
    return *known;
  }
  Handle handle = Open(path);
  const MoirExtensionEntryFunction entry = FindEntry(handle.get());
  if (!entry) FailAt(path, StrCat("it is no plug-in: it exports no function ", MOIR_EXTENSION_ENTRY));
  ExtensionLibrary library;
  library.path = path;
  library.canonical = canonical;
  const auto size = fs::file_size(canonical, error);
  const auto changed = fs::last_write_time(canonical, error).time_since_epoch().count();
  library.identity = StrCat(size, ' ', changed);
  ReadLibrary(Describe(path, entry), library);
  if (check) check(library);
  Registry& registry = TheRegistry();
  ExtensionLibrary* added = nullptr;
  {
    const std::unique_lock writing(registry.mutex);
    added = &registry.libraries.emplace_back(std::move(library));
  }
  // Schemas refer to the entries where they lie now. Nothing can fail any more but memory.
  for (const ExtensionOperator& op : added->operators) AddOpSchema(MakeExtensionSchema(op));
  handle.release();  // stays loaded
  return *added;
}

const ExtensionOperator* FindExtensionOperator(std::string_view name) {
  return FindEntryOf(&ExtensionLibrary::operators, [&](const ExtensionOperator& op) { return op.name == name; });
}

const ExtensionOperator* FindExtensionLayer(std::string_view ir_type) {
  return FindEntryOf(&ExtensionLibrary::operators, [&](const ExtensionOperator& op) { return op.ir_type == ir_type; });
}

const ExtensionConverter* FindExtensionConverter(std::string_view op, std::string_view op_type) {
  return FindEntryOf(&ExtensionLibrary::converters, [&](const ExtensionConverter& converter) {
    return converter.op == op && converter.op_type == op_type;
  });
}

std::vector<const ExtensionPass*> ExtensionPasses() {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  std::vector<const ExtensionPass*> passes;
  for (const ExtensionLibrary& library : registry.libraries) {
    for (const ExtensionPass& pass : library.passes) passes.push_back(&pass);
  }
  return passes;
}

std::vector<std::string> ExtensionIdentities() {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  std::vector<std::string> identities;
  for (const ExtensionLibrary& library : registry.libraries)
    identities.push_back(StrCat(library.name, ' ', library.version, ' ', library.identity));
  std::sort(identities.begin(), identities.end());
  return identities;
}

std::vector<std::string> ExtensionConverterNames() {
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  std::vector<std::string> names;
  for (const ExtensionLibrary& library : registry.libraries) {
    for (const ExtensionConverter& converter : library.converters) {
      if (converter.op_type.empty()) names.push_back(converter.op);
    }
  }
  return names;
}

}  // namespace moir::graph
