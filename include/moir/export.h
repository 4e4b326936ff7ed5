// Which names the shared library shows. Everything else of it is hidden, and cannot meet names of the program.
#pragma once

#if defined(__GNUC__)
#define MOIR_API __attribute__((visibility("default")))
#else
#define MOIR_API
#endif
