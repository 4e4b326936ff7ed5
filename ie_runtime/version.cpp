#include "moir/moir.h"

namespace moir {

const char* GetVersion() { return MOIR_VERSION; }

}  // namespace moir
