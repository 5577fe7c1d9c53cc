// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <optional>

namespace catena::kubesim {
namespace {

/// Takes the value of an option; false if it is not one that the option can have.
using Setter = std::function<bool(Options&, const std::string&)>;

struct Option {
  std::string_view name;
  /// What the value is called in the help; empty for an option without one.
  std::string_view value;
  std::string_view help;
  Setter set;
};

template <class Number>
Setter number(Number Options::* member, Number lowest) {
  return [member, lowest](Options& options, const std::string& text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    options.*member = value;
    return read.ec == std::errc() && read.ptr == end && value >= lowest;
  };
}

Setter text(std::string Options::* member) {
  return [member](Options& options, const std::string& value) {
    options.*member = value;
    return !value.empty();
  };
}

std::vector<Option> file_options() {
  return {
      {"--manifest", "FILE", "objects to start with, YAML or JSON; may be given again",
       [](Options& o, const std::string& v) {
         o.manifests.push_back(v);
         return !v.empty();
       }},
      {"--kubeconfig", "OUT", "write a kubeconfig for this server", text(&Options::kubeconfig)},
      {"--token-file", "OUT", "write a token there and renew it", text(&Options::token_file)},
      {"--pki-dir", "DIR", "write ca.crt, client.crt, client.key", text(&Options::pki_directory)}};
}

std::vector<Option> network_options() {
  return {{"--listen", "HOST:PORT", "address to listen on (127.0.0.1:0)", text(&Options::listen)},
          {"--tls", "", "HTTPS with a CA of its own, and bearer tokens are checked",
           [](Options& o, const std::string&) {
             o.transport = Transport::Tls;
             return true;
           }},
          {"--token-ttl", "SECONDS", "how long the token of --token-file is valid (for ever)",
           number(&Options::token_ttl, 0)},
          {"--service-range", "CIDRS",
           "cluster addresses, IPv4[,IPv6] (10.247.0.0/16,fd00:10:247::/108)",
           text(&Options::service_range)},
          {"--pod-range", "CIDRS", "pod addresses, IPv4[,IPv6] (172.16.0.0/16,fd00:172:16::/64)",
           text(&Options::pod_range)}};
}

std::vector<Option> behaviour_options() {
  return {{"--no-validation", "", "store what a real API server would refuse",
           [](Options& o, const std::string&) {
             o.validation = Validation::Off;
             return true;
           }},
          {"--nodes", "N", "nodes to start with (3)", number<std::size_t>(&Options::nodes, 0)},
          {"--bookmark-interval", "SECONDS", "time between bookmarks (60)",
           number(&Options::bookmark_interval, 1)},
          {"--history", "N", "changes of each resource that a watch can resume from (4096)",
           number<std::size_t>(&Options::history, 1)},
          {"--page-limit", "N", "cut lists into pages of N also without limit= (no)",
           number<std::size_t>(&Options::page_limit, 0)},
          {"--watch-queue", "N", "events that may wait for a slow watcher (16384)",
           number<std::size_t>(&Options::watch_queue, 1)},
          {"--termination-ms", "N", "time that a deleted pod is seen terminating (0)",
           number(&Options::termination_ms, 0)}};
}

std::vector<Option> all_options() {
  std::vector<Option> all = network_options();
  for (Option& option : file_options()) all.push_back(std::move(option));
  for (Option& option : behaviour_options()) all.push_back(std::move(option));
  return all;
}

std::string help() {
  std::string text =
      "kubesim: a small Kubernetes API server for demonstrations and tests\n\nusage: kubesim "
      "[options]\n\n";
  for (const Option& option : all_options()) {
    text +=
        fmt::format("  {:<30} {}\n", fmt::format("{} {}", option.name, option.value), option.help);
  }
  return text;
}

Ending mistake(std::string message) {
  return {fmt::format("kubesim: {}; see kubesim --help\n", message), 2};
}

}  // namespace

std::variant<Options, Ending> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  const std::vector<Option> known = all_options();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--help" || arguments[i] == "-h") return Ending{help(), 0};
    const std::size_t equals = std::min(arguments[i].find('='), arguments[i].size());
    const std::string name = arguments[i].substr(0, equals);
    const auto found = std::ranges::find(known, name, &Option::name);
    if (found == known.end()) return mistake(fmt::format("unknown option {}", name));
    std::string value;
    if (equals < arguments[i].size()) {
      value = arguments[i].substr(equals + 1);
    } else if (!found->value.empty()) {
      if (++i == arguments.size()) return mistake(fmt::format("{} needs {}", name, found->value));
      value = arguments[i];
    }
    if (!found->set(options, value)) {
      return mistake(fmt::format("{} cannot be {}", name, value));
    }
  }
  return options;
}

}  // namespace catena::kubesim
