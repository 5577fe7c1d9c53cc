// SPDX-License-Identifier: Apache-2.0
#include "plugins/prometheus/process.hpp"

#include "core/base/version.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace catena::prometheus {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The first two words of statm are the pages that are mapped and those that are in memory.
double memory_bytes(std::size_t word) {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  for (std::size_t i = 0; i <= word; ++i) file >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double limit(__rlimit_resource resource) {
  rlimit limits{};
  ::getrlimit(resource, &limits);
  return static_cast<double>(limits.rlim_cur);
}

double open_files() {
  std::error_code error;
  double count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd", error)) {
    ++count;
  }
  return count;
}

// Two lines for each group of counters: their names, then their values.
double network_bytes(std::string_view wanted) {
  std::ifstream file("/proc/self/net/netstat");
  std::string names, values;
  while (std::getline(file, names) && std::getline(file, values)) {
    std::istringstream name_words(names), value_words(values);
    std::string name, value;
    name_words >> name;
    value_words >> value;
    if (name != "IpExt:") continue;
    while (name_words >> name && value_words >> value) {
      if (name == wanted) return std::stod(value);
    }
  }
  return 0;
}

double word_of_line(const char* path, std::string_view line_begin, int word) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && !line.starts_with(line_begin)) {
  }
  // A program's name, in brackets, may have blanks.
  std::istringstream words(line.substr(line.rfind(')') + 1));
  std::string text;
  for (int i = 0; i <= word; ++i) words >> text;
  return text.empty() ? 0 : std::stod(text);
}

// Since 1970: when the system started, and how many ticks later the process did (proc(5)).
double start_seconds() {
  const double boot = word_of_line("/proc/stat", "btime ", 1);
  const double ticks = word_of_line("/proc/self/stat", "", 19);
  return boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang{}.{}", __clang_major__, __clang_minor__);
#else
  return fmt::format("g++{}.{}", __GNUC__, __GNUC_MINOR__);
#endif
}

}  // namespace

ProcessMetrics::ProcessMetrics(metrics::Registry& registry) {
  using metrics::SampledType;
  const auto add = [&](const char* name, const char* help, SampledType type,
                       std::function<double()> value) {
    series_.push_back(registry.sampled(name, help, type, {}, std::move(value)));
  };
  add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
      SampledType::counter, cpu_seconds);
  add("process_virtual_memory_bytes", "Virtual memory size in bytes.", SampledType::gauge,
      [] { return memory_bytes(0); });
  add("process_resident_memory_bytes", "Resident memory size in bytes.", SampledType::gauge,
      [] { return memory_bytes(1); });
  add("process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.",
      SampledType::gauge, [] { return limit(RLIMIT_AS); });
  add("process_open_fds", "Number of open file descriptors.", SampledType::gauge, open_files);
  add("process_max_fds", "Maximum number of open file descriptors.", SampledType::gauge,
      [] { return limit(RLIMIT_NOFILE); });
  add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
      SampledType::gauge, [start = start_seconds()] { return start; });
  add("process_network_receive_bytes_total",
      "Number of bytes received by the process over the network.", SampledType::counter,
      [] { return network_bytes("InOctets"); });
  add("process_network_transmit_bytes_total",
      "Number of bytes sent by the process over the network.", SampledType::counter,
      [] { return network_bytes("OutOctets"); });
  series_.push_back(registry.sampled(
      "coredns_build_info",
      "A metric with a constant '1' value labeled by version, revision, and goversion from which "
      "CoreDNS was built.",
      SampledType::gauge, {{"version", kVersion}, {"revision", ""}, {"goversion", compiler()}},
      [] { return 1.0; }));
}

}  // namespace catena::prometheus
