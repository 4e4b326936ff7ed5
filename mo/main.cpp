// mo: the program. The only file of the model optimizer that prints or exits.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include "graph/error.h"
#include "mo/convert.h"
#include "mo/extensions_template.h"
#include "mo/messages.h"
#include "mo/options.h"
#include "mo/version.h"
#ifdef MOIR_MO_HAS_ENGINE
#include "mo/engine/engine_tools.h"
#endif

namespace {

using moir::mo::ConvertReport;
using moir::mo::Options;

constexpr int kDone = 0;
constexpr int kUserError = 1;      // the model or the options are at fault
constexpr int kInternalError = 2;  // our bug

// What --verify takes from the engine, where this build has one.
moir::mo::VerifyTools Tools() {
#ifdef MOIR_MO_HAS_ENGINE
  return moir::mo::EngineTools();
#else
  return {};
#endif
}

#ifdef MOIR_MO_VERIFIER
// Starts over as the program beside this one that has the engine. Throws kIo when there is none.
[[noreturn]] void BecomeVerifier(char** argv) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / MOIR_MO_VERIFIER).string();
  ::execv(program.c_str(), argv);
  moir::graph::Fail(moir::graph::ErrorKind::kIo, "--verify: ", program, ": cannot start: ", std::strerror(errno),
                    "; it belongs beside mo, which takes the engine from there");
}
#endif

bool Verbose(const Options& options) {
  return options.log_level == "INFO" || options.log_level == "DEBUG" || options.log_level == "NOTSET";
}

size_t TerminalWidth() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool Failed(const ConvertReport& report) { return report.verification && !report.verification->result.Passed(); }

void PrintPasses(const ConvertReport& report, bool with_declined) {
  for (const moir::graph::PassReport& pass : report.passes) {
    std::printf("[ INFO ] pass %s: %zu changes, %.1f ms%s\n", pass.name.c_str(), pass.changes, pass.seconds * 1e3,
                pass.skipped ? " (left out)" : "");
    if (!with_declined) continue;
    for (const auto& [node, reason] : pass.declined) std::printf("[ DEBUG ]   %s: %s\n", node.c_str(), reason.c_str());
  }
  for (const moir::mo::StepTime& time : report.times)
    std::printf("[ INFO ] step %s: %.3f s\n", time.step.c_str(), time.seconds);
}

// The verification's lines; what differs goes to standard error, also with --silent.
void PrintVerification(const Options& options, const moir::mo::Verification& verification) {
  if (!options.silent) {
    for (const std::string& note : verification.notes) std::printf("[ NOTE ] %s\n", note.c_str());
    std::fflush(stdout);
  }
  for (const std::string& error : verification.errors) std::fprintf(stderr, "[ ERROR ] %s\n", error.c_str());
}

void PrintReport(const Options& options, const ConvertReport& report) {
  if (Verbose(options)) PrintPasses(report, options.log_level != "INFO");
  for (const std::string& note : report.notes) std::printf("[ NOTE ] %s\n", note.c_str());
  for (const std::string& note : report.written.notes) std::printf("[ NOTE ] %s\n", note.c_str());
  if (report.written.denormals_flushed > 0) {
    std::printf("[ NOTE ] %llu denormal weights were flushed to zero\n",
                static_cast<unsigned long long>(report.written.denormals_flushed));
  }
  if (report.written.f16_kept > 0) {
    std::printf("[ NOTE ] %llu constants stay FP32: FP16 cannot hold all their values\n",
                static_cast<unsigned long long>(report.written.f16_kept));
  }
  if (report.written.f16_overflows > 0) {
    std::printf("[ WARNING ] %llu weights are beyond the range of FP16 and became its largest number\n",
                static_cast<unsigned long long>(report.written.f16_overflows));
  }
  for (const std::string& engine : report.written.engines) std::printf("[ NOTE ] runs in: %s\n", engine.c_str());
  if (report.verification) PrintVerification(options, *report.verification);
  if (Failed(report)) {
    std::printf("\n[ WARNING ] The files were written, but they do not compute what the model does: %s, %s\n",
                report.xml_path.c_str(), report.bin_path.c_str());
    return;
  }
  if (report.verification) std::printf("[ SUCCESS ] Verified: the files compute what the model does.\n");
  std::printf(
      "\n[ SUCCESS ] Generated IR model.\n[ SUCCESS ] XML file: %s\n[ SUCCESS ] BIN file: %s\n[ SUCCESS ] Total "
      "execution time: %.2f seconds.\n",
      report.xml_path.c_str(), report.bin_path.c_str(), report.seconds);
}

int Run(const std::vector<std::string>& arguments, [[maybe_unused]] char** argv) {
  const Options options = moir::mo::ParseOptions(arguments);
  if (options.show_help) {
    std::cout << moir::mo::HelpText();
    return kDone;
  }
  if (options.show_version) {
    std::printf("Version of mo is: %s\n", moir::mo::kVersion);
    return kDone;
  }
#ifdef MOIR_MO_VERIFIER
  if (options.verify) BecomeVerifier(argv);
#endif
  if (!options.silent) {
    std::cout << moir::mo::ArgumentsText(options);
    for (const std::string& warning : options.warnings) std::cout << "[ WARNING ] " << warning << '\n';
    for (const std::string& note : options.notes) std::cout << "[ NOTE ] " << note << '\n';
    std::cout.flush();
  }
  if (!options.extensions_template.empty()) {
    const std::vector<std::string> lines = moir::mo::WriteExtensionTemplate(options);
    for (size_t i = 0; !options.silent && i < lines.size(); ++i)
      std::printf("[ %s ] %s\n", i + 1 < lines.size() ? "NOTE" : "SUCCESS", lines[i].c_str());
    return kDone;
  }
  moir::mo::ProgressPrinter progress(moir::mo::ChooseProgressMode(options, ::isatty(STDERR_FILENO) == 1), std::cerr,
                                     TerminalWidth());
  const ConvertReport report = moir::mo::Convert(
      options, [&](const moir::mo::ProgressEvent& event) { progress.Show(event); }, Tools());
  progress.Finish();
  if (!options.silent) PrintReport(options, report);
  else if (report.verification) PrintVerification(options, *report.verification);
  return Failed(report) ? kUserError : kDone;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.empty()) {
      std::cout << moir::mo::UsageText();
      return kUserError;
    }
    return Run(arguments, argv);
  } catch (const moir::graph::Error& error) {
    const bool ours = error.Kind() == moir::graph::ErrorKind::kInternal;
    std::fprintf(stderr, "[ ERROR ] %s%s\n", ours ? "internal error: " : "", error.what());
    return ours ? kInternalError : kUserError;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "[ ERROR ] out of memory\n");
    return kUserError;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "[ ERROR ] internal error: %s\n", error.what());
    return kInternalError;
  }
}
