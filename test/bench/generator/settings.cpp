// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/settings.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

namespace catena::bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_generator --port PORT --questions FILE [--OPTION [VALUE]]...\n"
    "  address transport(udp|tcp|tls) server-name sockets window rate warm seconds rcode\n"
    "  servers(PID,PID...) beside(PID,PID...); without value: unique wait segments\n";

using Values = std::map<std::string, std::function<void(const std::string&)>>;

std::vector<int> numbers(const std::string& text) {
  std::vector<int> all;
  std::istringstream stream(text);
  for (std::string one; std::getline(stream, one, ',');) all.push_back(std::stoi(one));
  return all;
}

Transport transport_named(const std::string& name) {
  if (name == "udp") return Transport::udp;
  if (name == "tcp") return Transport::tcp;
  if (name == "tls") return Transport::tls;
  throw std::invalid_argument("transport " + name);
}

void set_address(sockaddr_in& server, const std::string& text) {
  const bool good = inet_pton(AF_INET, text.c_str(), &server.sin_addr) == 1;
  if (!good || ntohl(server.sin_addr.s_addr) >> 24 != 127)
    throw std::invalid_argument(text + " is not an address of this host's loopback");
}

Values values_of(Settings& s) {
  return {
      {"--address", [&](const auto& value) { set_address(s.server, value); }},
      {"--port",
       [&](const auto& value) {
         s.server.sin_port = htons(static_cast<std::uint16_t>(std::stoi(value)));
       }},
      {"--questions", [&](const auto& value) { s.questions = value; }},
      {"--transport", [&](const auto& value) { s.transport = transport_named(value); }},
      {"--server-name", [&](const auto& value) { s.server_name = value; }},
      {"--sockets", [&](const auto& value) { s.sockets = std::stoul(value); }},
      {"--window", [&](const auto& value) { s.window = std::stoul(value); }},
      {"--rate", [&](const auto& value) { s.rate = std::stod(value); }},
      {"--warm", [&](const auto& value) { s.warm_seconds = std::stod(value); }},
      {"--seconds", [&](const auto& value) { s.seconds = std::stod(value); }},
      {"--rcode", [&](const auto& value) { s.rcode = std::stoi(value); }},
      {"--servers", [&](const auto& value) { s.servers = numbers(value); }},
      {"--beside", [&](const auto& value) { s.beside = numbers(value); }},
  };
}

void read_words(Settings& settings, const std::vector<std::string>& words) {
  const Values values = values_of(settings);
  const std::map<std::string, bool*> flags{{"--unique", &settings.unique},
                                           {"--wait", &settings.wait},
                                           {"--segments", &settings.segments}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const auto flag = flags.find(words[i]); flag != flags.end()) {
      *flag->second = true;
    } else if (const auto value = values.find(words[i]);
               value != values.end() && i + 1 < words.size()) {
      value->second(words[++i]);
    } else {
      throw std::invalid_argument(words[i]);
    }
  }
  if (settings.server.sin_port == 0 || settings.questions.empty() || settings.sockets == 0 ||
      settings.window < settings.sockets)
    throw std::invalid_argument("port, questions, and a window that all sockets share are needed");
}

}  // namespace

Nanoseconds now() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::optional<Settings> read_settings(int count, char** words) {
  Settings settings;
  settings.server.sin_family = AF_INET;
  settings.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  try {
    read_words(settings, {words + 1, words + count});
    return settings;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "bench_generator: {}\n{}", problem.what(), kUsage);
    return std::nullopt;
  }
}

}  // namespace catena::bench
