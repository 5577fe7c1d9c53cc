// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace catena::kubesim {

enum class Transport { Plain, Tls };
enum class Validation { On, Off };

/// The command line.
struct Options {
  std::string listen = "127.0.0.1:0";
  std::vector<std::string> manifests;
  std::string kubeconfig;
  std::string token_file;
  std::string pki_directory;
  Transport transport = Transport::Plain;
  Validation validation = Validation::On;
  /// Seconds that the token of the token file is valid; 0 for ever.
  int token_ttl = 0;
  std::string service_range = "10.247.0.0/16,fd00:10:247::/108";
  std::string pod_range = "172.16.0.0/16,fd00:172:16::/64";
  int bookmark_interval = 60;
  std::size_t history = 4096;
  std::size_t page_limit = 0;
  std::size_t watch_queue = 16384;
  std::size_t nodes = 3;
  int termination_ms = 0;
};

/// What to print before ending, and with which exit status.
struct Ending {
  std::string text;
  int status = 0;
};

/// Reads the command line without the program's name; an Ending for --help and for mistakes.
std::variant<Options, Ending> parse_options(const std::vector<std::string>& arguments);

}  // namespace catena::kubesim
