#include "program.h"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <cstdio>
#include <iostream>

#include "fail.h"

namespace moir::apps {

int RunProgram(const std::string& name, const std::function<void()>& body) {
  try {
    body();
    std::cout.flush();
    if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      Fail(ErrorKind::kIo, "standard output: cannot write");
    return 0;
  } catch (const Error& error) {
    std::cerr << name << ": error: " << error.what() << "\n";
    if (error.Kind() != ErrorKind::kInternal) return 1;
  } catch (const std::bad_alloc&) {
    std::cerr << name << ": error: not enough memory\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << name << ": error: " << error.what() << "\n";
  }
  std::cerr << name << ": this is a bug of moir, please report it with the model and the command line\n";
  return 2;
}

boost::program_options::variables_map ParseOptions(const boost::program_options::options_description& options,
                                                   const std::vector<std::string>& arguments,
                                                   const std::string& positional) {
  namespace po = boost::program_options;
  namespace style = po::command_line_style;
  try {
    po::positional_options_description positions;
    if (!positional.empty()) positions.add(positional.c_str(), -1);
    po::variables_map values;
    po::store(po::command_line_parser(arguments)
                  .options(options)
                  .positional(positions)
                  .style((style::unix_style & ~style::allow_guessing) | style::allow_long_disguise)
                  .run(),
              values);
    po::notify(values);
    return values;
  } catch (const po::error& error) {
    Fail(ErrorKind::kBadOption, error.what(), " (--help lists the options)");
  }
}

}  // namespace moir::apps
