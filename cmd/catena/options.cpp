// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/options.hpp"

#include "core/base/host_port.hpp"
#include "core/config/size.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace catena {
namespace {

constexpr std::uint64_t kLeastMemory = 4ull << 20;

struct Flag {
  std::string_view name;
  std::string_view value;  // What its value is called; empty for a switch.
  std::string_view meaning;
};

constexpr std::array<Flag, 9> kFlags{{
    {"conf", "string", "Corefile to load (default \"Corefile\")"},
    {"dns.port", "string", "Default port (default \"53\")"},
    {"log-format", "string", "Log format, text or json (default \"text\")"},
    {"memory", "size",
     "Bytes that clients may make the server hold, such as 32Mi (default a quarter "
     "of the memory limit, 16Mi to 256Mi)"},
    {"p", "string", "Default port (default \"53\")"},
    {"pidfile", "string", "Path to write pid file"},
    {"plugins", "", "List installed plugins"},
    {"quiet", "", "Quiet mode (no initialization output)"},
    {"version", "", "Show version"},
}};

const Flag* find(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

// The words that Go's flag package takes for a switch.
std::optional<bool> truth(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  CommandLine run() {
    if (!arguments_.empty() && arguments_.front() == "check") {
      result_.options.action = Action::check;
      result_.options.place = config::Place::elsewhere;
      ++next_;
    }
    while (result_.status == 0 && next_is_flag()) read_flag();
    if (result_.status == 0) finish();
    return std::move(result_);
  }

 private:
  bool next_is_flag() {
    if (next_ == arguments_.size()) return false;
    const std::string& word = arguments_[next_];
    if (word == "--") return ++next_, false;
    return word.size() > 1 && word[0] == '-';
  }

  void read_flag();
  void set(const Flag& flag, const std::string& value);
  void set_here(const std::optional<std::string>& value);
  void set_switch(const Flag& flag, const std::optional<std::string>& value);
  void set_port(const std::string& text);
  void set_log_format(const std::string& text);
  void set_memory(const std::string& text);
  void finish();
  void fail(int status, std::string text) {
    result_.status = status;
    result_.error = std::move(text);
  }
  void misuse(const std::string& text) { fail(2, text + "\n" + usage()); }

  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  CommandLine result_;
  // Found only after all flags are read, as CoreDNS finds it.
  std::string log_format_error_;
  std::string late_error_;
};

void Reader::read_flag() {
  const std::string word = arguments_[next_++];
  const std::string text = word.substr(word[1] == '-' ? 2 : 1);
  if (text.empty() || text[0] == '-' || text[0] == '=') {
    return misuse(fmt::format("bad flag syntax: {}", word));
  }
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::optional<std::string> value;
  if (equals != std::string::npos) value = text.substr(equals + 1);
  if (name == "h" || name == "help") {
    result_.options.action = Action::help;
    next_ = arguments_.size();
    return;
  }
  if (name == "here" && result_.options.action == Action::check) return set_here(value);
  const Flag* flag = find(name);
  if (flag == nullptr) return misuse(fmt::format("flag provided but not defined: -{}", name));
  if (flag->value.empty()) return set_switch(*flag, value);
  if (!value && next_ == arguments_.size()) {
    return misuse(fmt::format("flag needs an argument: -{}", name));
  }
  set(*flag, value ? *value : arguments_[next_++]);
}

void Reader::set_switch(const Flag& flag, const std::optional<std::string>& value) {
  const std::optional<bool> on = truth(value.value_or("true"));
  if (!on) {
    return misuse(
        fmt::format("invalid boolean value \"{}\" for -{}: parse error", *value, flag.name));
  }
  if (flag.name == "quiet") result_.options.quiet = *on;
  if (flag.name == "version" && *on) result_.options.action = Action::version;
  if (flag.name == "plugins" && *on && result_.options.action != Action::version) {
    result_.options.action = Action::plugins;
  }
}

void Reader::set_here(const std::optional<std::string>& value) {
  if (value) return misuse("-here takes no value");
  result_.options.place = config::Place::here;
}

void Reader::set(const Flag& flag, const std::string& value) {
  if (flag.name == "conf") result_.options.conf = value;
  if (flag.name == "pidfile") result_.options.pidfile = value;
  if (flag.name == "log-format") set_log_format(value);
  if (flag.name == "memory") set_memory(value);
  if (flag.name == "dns.port" || flag.name == "p") set_port(value);
}

void Reader::set_port(const std::string& text) {
  if (const auto port = parse_port(text)) {
    result_.options.dns_port = *port;
  } else if (late_error_.empty()) {
    late_error_ = fmt::format("invalid port \"{}\": expected a number from 0 to 65535", text);
  }
}

void Reader::set_memory(const std::string& text) {
  const auto bytes = config::parse_size(text);
  if (bytes && *bytes >= kLeastMemory) {
    result_.options.memory = bytes;
  } else if (late_error_.empty()) {
    late_error_ = fmt::format("invalid size \"{}\": expected at least 4Mi", text);
  }
}

void Reader::set_log_format(const std::string& text) {
  result_.options.log_format = text == "json" ? LogFormat::json : LogFormat::text;
  log_format_error_.clear();
  if (text != "json" && text != "text") {
    log_format_error_ = fmt::format("unknown log format \"{}\": expected text or json", text);
  }
}

void Reader::finish() {
  Options& options = result_.options;
  if (options.action == Action::help) return;
  if (!log_format_error_.empty()) return fail(1, log_format_error_ + "\n");
  if (!late_error_.empty()) return fail(1, late_error_ + "\n");
  if (options.action == Action::check && next_ < arguments_.size()) {
    options.conf = arguments_[next_++];
  }
  if (options.action == Action::check && !options.conf) {
    return fail(2, "check needs the name of a Corefile\n" + usage());
  }
  if (next_ == arguments_.size()) return;
  std::string left;
  for (; next_ < arguments_.size(); ++next_) {
    left += (left.empty() ? "" : " ") + arguments_[next_];
  }
  fail(1, fmt::format("extra command line arguments: [{}]\n", left));
}

}  // namespace

std::string usage() {
  std::string text = "Usage of catena:\n";
  for (const Flag& flag : kFlags) {
    const std::string space = flag.value.empty() ? "" : " ";
    text += fmt::format("  -{}{}{}\n    \t{}\n", flag.name, space, flag.value, flag.meaning);
  }
  text +=
      "  check [-here] [-dns.port string] FILE\n"
      "    \tFind every error of a Corefile, - for standard input; start nothing. With -here also\n"
      "    \twhat it needs of this machine: files, variables, interfaces. Status 0: it is good,\n"
      "    \tperhaps with warnings; 1: it has errors; 2: wrong arguments\n";
  return text;
}

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  return Reader(arguments).run();
}

}  // namespace catena
