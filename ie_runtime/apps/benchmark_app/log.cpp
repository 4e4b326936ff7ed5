#include "log.h"

#include <cstdarg>
#include <cstdio>

namespace moir::apps {

void LogStep(int number, const char* what) {
  std::printf("[Step %d/11] %s\n", number, what);
  std::fflush(stdout);
}

void LogInfo(const char* format, ...) {
  std::printf("[ INFO ] ");
  std::va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::printf("\n");
  std::fflush(stdout);
}

void LogNote(const std::string& note) {
  std::printf("[ NOTE ] %s\n", note.c_str());
  std::fflush(stdout);
}

}  // namespace moir::apps
