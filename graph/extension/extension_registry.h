// Plug-ins that have been loaded. One list for the whole process, as operators are: a graph refers to them by name and
// may outlive whoever loaded the plug-in, so nothing is ever unloaded. All functions may be called from any thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "extensions/extension_api.h"

namespace moir::graph {

// The operation set, and the version of layers in IR v10 and v11, of plug-ins' operators.
inline constexpr const char* kExtensionOpset = "extension";

struct ExtensionOperator {
  std::string name, library;
  std::string ir_type;                          // layer type in IR v2 to v4
  std::map<std::string, std::string> ir_names;  // of attributes that IR v2 to v4 spell otherwise
  MoirOperator functions;
};

struct ExtensionConverter {
  std::string op, op_type, roles, library;  // op_type of Custom only
  MoirConverter functions;
};

struct ExtensionPass {
  std::string name, place, root, library;
  MoirPass functions;
};

struct ExtensionLibrary {
  std::string path;       // as it was given
  std::string canonical;  // to know it again
  std::string name, version;
  std::string identity;  // size and time of change of the file
  std::deque<ExtensionOperator> operators;  // addresses stay
  std::deque<ExtensionConverter> converters;
  std::deque<ExtensionPass> passes;
};

// What a program asks of plug-ins beyond; throws graph::Error.
using ExtensionCheck = std::function<void(const ExtensionLibrary&)>;

// Loads the shared library at `path` and takes all that it brings, or nothing. One that has been loaded before is
// checked again and given back. Throws kBadOption with the path: not there, not a library, no plug-in, of another
// version of the interface, names that are taken, descriptions that make no sense.
const ExtensionLibrary& LoadExtension(const std::string& path, const ExtensionCheck& check = {});
// Whether the shared library exports the entry point of a plug-in. Loads and unloads it; throws like LoadExtension.
bool IsExtension(const std::string& path);

// Null when no plug-in has it.
const ExtensionOperator* FindExtensionOperator(std::string_view name);
const ExtensionOperator* FindExtensionLayer(std::string_view ir_type);
const ExtensionConverter* FindExtensionConverter(std::string_view op, std::string_view op_type);
std::vector<const ExtensionPass*> ExtensionPasses();  // in the order in which they were loaded
std::vector<std::string> ExtensionConverterNames();   // of operators, without Custom
// Of each library its name, version, size and time of change, in alphabetical order: when these are the same, what is
// computed is taken to be the same.
std::vector<std::string> ExtensionIdentities();

}  // namespace moir::graph
