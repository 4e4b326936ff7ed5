#include "tests/support/subprocess.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace moir::test {
namespace {

// A file without a name that both processes can use.
int AnonymousFile() {
  // mkstemp replaces the last six letters, which must be X.
  std::string name = (std::filesystem::temp_directory_path() / ("moir-run-" + std::string(6, 'X'))).string();
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) throw std::runtime_error("cannot make a temporary file");
  ::unlink(name.c_str());
  return descriptor;
}

std::string ReadAll(int descriptor) {
  ::lseek(descriptor, 0, SEEK_SET);
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t got = 0; (got = ::read(descriptor, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<size_t>(got));
  ::close(descriptor);
  return text;
}

}  // namespace

Finished RunProgram(const std::string& program, const std::vector<std::string>& arguments, const Limits& limits) {
  // Tests and programs lie in the same folder.
  const std::filesystem::path bin_folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string path = program.find('/') == std::string::npos ? (bin_folder / program).string() : program;
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // Opened before privileges are dropped: the checkout may lie in a folder that is root's alone.
  const int executable = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int output = AnonymousFile(), errors = AnonymousFile();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    if (limits.file_size) {
      std::signal(SIGXFSZ, SIG_IGN);  // write then fails with EFBIG instead of ending the process
      const rlimit limit{*limits.file_size, *limits.file_size};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    constexpr uid_t kNobody = 65534;
    if (limits.unprivileged && ::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(126);
    ::fexecve(executable, argv.data(), environ);
    ::_exit(127);
  }
  if (executable >= 0) ::close(executable);
  int status = 0;
  ::waitpid(child, &status, 0);
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = ReadAll(output);
  finished.errors = ReadAll(errors);
  return finished;
}

}  // namespace moir::test
