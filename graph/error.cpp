#include "graph/error.h"

namespace moir::graph {

Error::Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
Error::~Error() = default;

void FailParts(ErrorKind kind, std::initializer_list<StreamedPart> parts) { throw Error(kind, StrCatParts(parts)); }

}  // namespace moir::graph
