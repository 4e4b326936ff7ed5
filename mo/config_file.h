// --config FILE: the options of the command line as a JSON object.
//
//   {"input_model": "net-0010.params", "input_shape": [1, 3, 224, 224], "mean_values": {"data": [104, 117, 123]},
//    "compress_to_fp16": true}
//
// Values may be written as the command line's text or as JSON: an array of numbers is one "[1,3,224,224]", other arrays
// are lists, an object is NAME and value (for --freeze_placeholder_with_value and --layout with what these need between
// them). Paths are relative to the file.
#pragma once

#include <string>

#include "mo/command_line.h"

namespace moir::mo {

// Throws kIo, or kBadOption with the place: malformed JSON, unknown keys with the nearest known name, refused options,
// values of a kind that the option does not take.
GivenOptions ReadConfigFile(const std::string& path);
GivenOptions ParseConfig(const std::string& text, const std::string& path);

}  // namespace moir::mo
