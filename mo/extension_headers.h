// The headers of extensions/ as texts, for projects that --extensions_template writes.
#pragma once

#include <string_view>

namespace moir::mo {

extern const std::string_view kExtensionApiHeader;      // extension_api.h
extern const std::string_view kExtensionWrapperHeader;  // extension.h

}  // namespace moir::mo
