// service MODEL.xml... [--jobs N] [--workers N] [--queue N]: runs jobs for several models at a time.
//
// A job is a line "MODEL SEED" of standard input: the model's index, and the seed of random values for its inputs,
// which stand for a picture that a real service would decode. With --jobs N the program makes N jobs itself. Each
// answer is a line "MODEL SEED: [INDEX] VALUE", the largest of the first output's values. Ctrl-C, SIGTERM or the end of
// the input close the service: jobs that were taken are finished.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <random>
#include <sstream>

#include "service.h"

namespace {

std::atomic<bool> stop{false};

struct Arguments {
  std::vector<std::string> models;
  service::Options options;
  uint64_t jobs = 0;  // 0: from standard input
};

[[noreturn]] void Fail(const std::string& message) { throw moir::Error(moir::ErrorKind::kBadOption, message); }

uint64_t ParseNumber(const std::string& what, const std::string& text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    Fail(what + ": got \"" + text + "\", expected " + std::to_string(least) + " to " + std::to_string(most));
  return number;
}

Arguments Parse(const std::vector<std::string>& arguments) {
  Arguments parsed;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.rfind("--", 0) != 0) {
      parsed.models.push_back(argument);
      continue;
    }
    if (argument != "--jobs" && argument != "--workers" && argument != "--queue")
      Fail(argument + ": expected --jobs, --workers or --queue");
    if (i + 1 == arguments.size()) Fail(argument + ": expected a number behind it");
    const std::string& value = arguments[++i];
    if (argument == "--jobs") parsed.jobs = ParseNumber(argument, value, 1, uint64_t{1} << 40);
    if (argument == "--workers") parsed.options.workers = ParseNumber(argument, value, 1, 1024);
    if (argument == "--queue") parsed.options.queue_length = ParseNumber(argument, value, 1, 1 << 20);
  }
  if (parsed.models.empty()) Fail("usage: service MODEL.xml... [--jobs N] [--workers N] [--queue N]");
  return parsed;
}

void FillAtRandom(const std::vector<moir::Tensor>& inputs, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (const moir::Tensor& input : inputs) {
    if (input.GetElementType() != moir::ElementType::kF32)
      Fail("an input of type " + std::string(moir::ElementTypeName(input.GetElementType())) + ", expected f32");
    float* values = input.Data<float>();
    for (size_t i = 0; i < input.GetSize(); ++i) values[i] = static_cast<float>(random() >> 40) / 16777216.0f;
  }
}

// A line of printf is written in one piece, whatever threads print.
void PrintAnswer(size_t model, uint64_t seed, const std::vector<moir::Tensor>& outputs, std::exception_ptr error) try {
  if (error) std::rethrow_exception(error);
  const float* values = outputs.at(0).Data<float>();
  const float* largest = std::max_element(values, values + outputs[0].GetSize());
  if (outputs[0].GetSize() == 0) std::printf("%zu %llu: nothing\n", model, static_cast<unsigned long long>(seed));
  else std::printf("%zu %llu: [%td] %g\n", model, static_cast<unsigned long long>(seed), largest - values, *largest);
} catch (const std::exception& problem) {
  std::printf("%zu %llu: error: %s\n", model, static_cast<unsigned long long>(seed), problem.what());
}

service::Job MakeJob(size_t model, uint64_t seed) {
  return {model, [seed](const auto& inputs) { FillAtRandom(inputs, seed); },
          [model, seed](const auto& outputs, std::exception_ptr error) { PrintAnswer(model, seed, outputs, error); }};
}

uint64_t TakeFromInput(service::Service& service) {
  uint64_t count = 0;
  for (std::string line; !stop && std::getline(std::cin, line);) {
    std::istringstream fields(line);
    std::string model, seed, rest;
    try {
      if (!(fields >> model >> seed) || fields >> rest) Fail("\"" + line + "\": expected MODEL SEED");
      count += service.Submit(
          MakeJob(ParseNumber("model", model, 0, service.ModelCount() - 1), ParseNumber("seed", seed, 0, UINT64_MAX)));
    } catch (const moir::Error& error) {
      std::fprintf(stderr, "service: %s\n", error.what());
    }
  }
  return count;
}

void Run(const Arguments& arguments) {
  struct sigaction action {};
  action.sa_handler = [](int) { stop = true; };  // interrupts the reading of a line, too: no SA_RESTART
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);

  const moir::Core core;
  service::Service service(core, arguments.models, arguments.options);
  const auto start = std::chrono::steady_clock::now();
  uint64_t count = 0;
  if (arguments.jobs == 0) count = TakeFromInput(service);
  for (; count < arguments.jobs && !stop; ++count) service.Submit(MakeJob(count % service.ModelCount(), count));
  service.Close();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::fprintf(stderr, "service: %llu jobs in %.3f s\n", static_cast<unsigned long long>(count), took.count());
}

}  // namespace

int main(int argc, char** argv) try { Run(Parse({argv + 1, argv + argc})); } catch (const moir::Error& error) {
  std::cerr << "service: error: " << error.what() << "\n";
  return error.Kind() == moir::ErrorKind::kInternal ? 2 : 1;
} catch (const std::exception& error) {
  std::cerr << "service: error: " << error.what() << "\n";
  return 2;
}
