// What every application does around its own work: options, errors, exit codes.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <functional>
#include <string>
#include <vector>

namespace moir::apps {

// Runs `body` and returns the program's exit code: 0; 1 when the files or the options are at fault; 2 when we are.
// Errors go to standard error as "NAME: error: ...".
int RunProgram(const std::string& name, const std::function<void()>& body);

// Parses the command line; throws moir::Error (kBadOption). Long names may follow one dash or two (-nt, --nt); options
// must be written out. Positional arguments go to `positional`, or are refused when that is empty.
boost::program_options::variables_map ParseOptions(const boost::program_options::options_description& options,
                                                   const std::vector<std::string>& arguments,
                                                   const std::string& positional = {});

}  // namespace moir::apps
