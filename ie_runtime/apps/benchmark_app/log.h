// What the program says while it works, to standard output: "[ INFO ] ..." as OpenVINO's programs do.
#pragma once

#include <string>

namespace moir::apps {

void LogStep(int number, const char* what);                           // "[Step 4/11] Reading the model"
[[gnu::format(printf, 1, 2)]] void LogInfo(const char* format, ...);  // as printf; ends the line
void LogNote(const std::string& note);                                // what is not as one might think

}  // namespace moir::apps
