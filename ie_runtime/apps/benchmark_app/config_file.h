// Options in a file: {"model": "a.xml", "niter": "100", "input": ["a.png", "b.png"]}.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <utility>
#include <vector>

namespace moir::apps {

// The options that were given, by name and value, in alphabetical order; an option with several values comes several
// times. Without those that speak of configuration files.
std::vector<std::pair<std::string, std::string>> GivenOptions(const boost::program_options::variables_map& values);

// Writes them. Throws kIo.
void WriteConfigFile(const std::string& path, const std::vector<std::pair<std::string, std::string>>& given);

// The command line `arguments`, whose values are `values`, with the file's options that it does not have itself. Throws
// kIo, kBadModel for what is no such file, and kBadOption for names that are no options.
std::vector<std::string> WithConfigFile(const boost::program_options::options_description& options,
                                        const std::string& path, const boost::program_options::variables_map& values,
                                        const std::vector<std::string>& arguments);

}  // namespace moir::apps
