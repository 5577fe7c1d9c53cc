// SPDX-License-Identifier: Apache-2.0
// Runs worlds under seeds: each seed twice, whose traces must agree. Ends with 1 at the first seed
// that breaks a rule, and says how to see it again.
#include "test/sim/world.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace catena::sim {
namespace {

constexpr const char* kUsage =
    "Usage: test/sim/run [--world NAME] [--seeds N] [--from S] [--seed S] [--list]\n"
    "  --world NAME  this world only\n"
    "  --seeds N     so many seeds of each world (100)\n"
    "  --from S      the first of them (1)\n"
    "  --seed S      this seed only, with all that happens in it\n"
    "  --list        which worlds there are\n";

constexpr int kBrokenSeed = 3;  // Exit status of a child that has said what is wrong.

struct Options {
  std::string_view world;
  std::uint64_t from = 1;
  std::uint64_t seeds = 100;
  bool printed = false;
  bool list = false;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// False for what is no option.
bool read_option(std::string_view name, std::string_view value, Options& options) {
  if (name == "--world") {
    options.world = value;
    return true;
  }
  const auto count = number(value);
  if (!count) return false;
  if (name == "--seeds") options.seeds = *count;
  if (name == "--from" || name == "--seed") options.from = *count;
  if (name == "--seed") {
    options.seeds = 1;
    options.printed = true;
  }
  return name == "--seeds" || name == "--from" || name == "--seed";
}

std::optional<Options> read_options(std::span<char*> words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::strcmp(words[i], "--list") == 0) {
      options.list = true;
    } else if (i + 1 == words.size() || !read_option(words[i], words[i + 1], options)) {
      return std::nullopt;
    } else {
      ++i;
    }
  }
  return options;
}

struct Life {
  std::uint64_t hash = 0;
  std::size_t steps = 0;
  std::string broken;
};

Life live(const World& world, std::uint64_t seed, bool printed) {
  Environment environment{Dice(seed), Trace(printed)};
  Life life;
  try {
    world.run(environment);
  } catch (const std::exception& broken) {
    life.broken = broken.what();
  }
  life.hash = environment.trace.hash();
  life.steps = environment.trace.steps();
  return life;
}

/// What is wrong with a seed; nothing where all is well.
std::string try_seed(const World& world, std::uint64_t seed, const Options& options) {
  const Life once = live(world, seed, options.printed);
  if (!once.broken.empty()) return once.broken;
  const Life again = live(world, seed, false);
  if (once.hash == again.hash && again.broken.empty()) return {};
  return fmt::format("two runs differ: {} steps with hash {:016x}, then {} with {:016x} {}",
                     once.steps, once.hash, again.steps, again.hash, again.broken);
}

void report(const World& world, std::uint64_t seed, std::string_view wrong) {
  fmt::print("{0}: seed {1}: {2}\n  again: test/sim/run --world {0} --seed {1}\n", world.name, seed,
             wrong);
}

bool try_world(const World& world, const Options& options, std::uint64_t& seed) {
  for (seed = options.from; seed < options.from + options.seeds; ++seed) {
    const std::string wrong = try_seed(world, seed, options);
    if (wrong.empty()) continue;
    report(world, seed, wrong);
    return false;
  }
  fmt::print("{}: {} seeds\n", world.name, options.seeds);
  return true;
}

// In a process of its own, so that a seed that ends the process is known too.
bool watch_world(const World& world, const Options& options) {
  void* memory = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  auto& seed = *new (memory) std::uint64_t(0);
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool good = try_world(world, options, seed);
    std::fflush(stdout);
    ::_exit(good ? 0 : kBrokenSeed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const bool told = WIFEXITED(status) && WEXITSTATUS(status) == kBrokenSeed;
  if (!good && !told) report(world, seed, fmt::format("the process ended, status {}", status));
  ::munmap(memory, sizeof(std::uint64_t));
  return good;
}

int run(const Options& options) {
  bool good = true;
  bool found = false;
  for (const World& world : worlds()) {
    if (!options.world.empty() && options.world != world.name) continue;
    found = true;
    if (options.list) {
      fmt::print("{:12} {}\n", world.name, world.what);
    } else {
      good = watch_world(world, options) && good;
    }
  }
  if (!found) fmt::print("no such world\n");
  return good && found ? 0 : 1;
}

}  // namespace
}  // namespace catena::sim

int main(int count, char** words) {
  const auto options =
      catena::sim::read_options({words + 1, static_cast<std::size_t>(count > 0 ? count - 1 : 0)});
  if (!options) {
    std::fputs(catena::sim::kUsage, stdout);
    return 2;
  }
  return catena::sim::run(*options);
}
