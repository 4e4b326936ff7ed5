// Runs a program and collects what it printed.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace moir::test {

struct Finished {
  int exit_code = -1;  // 128 + the signal when one ended it
  std::string output;  // standard output
  std::string errors;  // standard error
};

struct Limits {
  std::optional<uint64_t> file_size;  // bytes a file may have (RLIMIT_FSIZE); writing more fails as a full disk does
  bool unprivileged = false;          // as user "nobody" when run by root: permissions count then
};

// `program` is a path, or the name of one of our programs in the build's bin folder.
Finished RunProgram(const std::string& program, const std::vector<std::string>& arguments, const Limits& limits = {});

}  // namespace moir::test
