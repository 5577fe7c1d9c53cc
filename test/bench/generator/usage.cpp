// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/usage.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace catena::bench {
namespace {

double seconds_of_ticks(double ticks) { return ticks / static_cast<double>(sysconf(_SC_CLK_TCK)); }

// The fields behind the name in brackets, which may hold spaces; utime and stime are the 12th and
// 13th of them.
void read_ticks(const std::string& process, CpuTime& time) {
  std::ifstream file(process + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return;
  std::istringstream fields(text.substr(bracket + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  time.user += seconds_of_ticks(user);
  time.system += seconds_of_ticks(system);
}

CpuTime time_of(const std::vector<int>& processes) {
  CpuTime time;
  for (const int process : processes) {
    const std::string folder = "/proc/" + std::to_string(process);
    read_ticks(folder, time);
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator(folder + "/task", gone)) {
      std::ifstream file(task.path() / "schedstat");
      double nanoseconds = 0;
      file >> nanoseconds;
      time.total += nanoseconds / 1e9;
    }
  }
  return time;
}

// user, nice, system, irq and softirq, without idle, iowait and what other machines stole.
double machine_time() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0;
  file >> name >> user >> nice >> system >> idle >> waiting >> irq >> softirq;
  return seconds_of_ticks(user + nice + system + irq + softirq);
}

}  // namespace

Usage Usage::read(const std::vector<int>& servers, const std::vector<int>& beside) {
  return {time_of(servers), time_of(beside), time_of({getpid()}), machine_time()};
}

}  // namespace catena::bench
